"""What an alarm sends: the message to a topic, the event of a function, the events on the default bus.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.states import Alarm, State, Transition
from helpers.localcloud.observe.alarms.wording import stamp

LONGEST_SUBJECT = 100


@functools.cache
def region_name(region: str) -> str:
    """The long name of a Region, such as ``US East (N. Virginia)``."""
    import botocore.session

    for partition in botocore.session.get_session().get_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            # CloudWatch still says EU where the list of Regions says Europe.
            return str(partition["regions"][region]["description"]).replace("Europe (", "EU (")
    return region


def subject(alarm: Alarm, transition: Transition) -> str:
    """The subject of a notification: ``ALARM: "orders" in US East (N. Virginia)``."""
    text = f'{transition.after.value}: "{alarm.name}" in {region_name(alarm.region)}'
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 3]}..."


def notification(alarm: Alarm, transition: Transition) -> str:
    """The message to a topic: JSON text."""
    config = alarm.config
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": config.get("AlarmDescription"),
        "AWSAccountId": alarm.account,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.configured),
        "NewStateValue": transition.after.value,
        "NewStateReason": transition.after.reason,
        "StateChangeTime": stamp(transition.at),
        "Region": region_name(alarm.region),
        "AlarmArn": alarm.arn,
        "OldStateValue": transition.before.value,
        "OKActions": alarm.actions("OK"),
        "AlarmActions": alarm.actions("ALARM"),
        "InsufficientDataActions": alarm.actions("INSUFFICIENT_DATA"),
    }
    if alarm.kind == "CompositeAlarm":
        message["AlarmRule"] = config["AlarmRule"]
        message["TriggeringChildren"] = [
            {"Arn": one["arn"], "State": {"Value": one["state"]["value"], "Timestamp": one["state"]["timestamp"]}}
            for one in json.loads(transition.after.reason_data or "{}").get("triggeringAlarms", [])
        ]
    else:
        message["Trigger"] = _trigger(config)
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def _trigger(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the alarm watches, in the form of notifications."""
    trigger: dict[str, Any] = {}
    if not config.get("Metrics"):
        extended = config.get("ExtendedStatistic")
        trigger |= {
            "MetricName": config["MetricName"],
            "Namespace": config["Namespace"],
            "StatisticType": "ExtendedStatistic" if extended else "Statistic",
            **({"ExtendedStatistic": extended} if extended else {"Statistic": config["Statistic"].upper()}),
            "Unit": config.get("Unit"),
            "Dimensions": _dimensions(config),
        }
    if config.get("Period"):
        trigger["Period"] = config["Period"]
    trigger["EvaluationPeriods"] = config["EvaluationPeriods"]
    if config.get("DatapointsToAlarm"):
        trigger["DatapointsToAlarm"] = config["DatapointsToAlarm"]
    trigger |= {
        "ComparisonOperator": config["ComparisonOperator"],
        "Threshold": config["Threshold"],
        "TreatMissingData": config.get("TreatMissingData") or "",
        "EvaluateLowSampleCountPercentile": config.get("EvaluateLowSampleCountPercentile") or "",
    }
    if config.get("Metrics"):
        trigger["Metrics"] = [_query(query) for query in config["Metrics"]]
    return trigger


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: query[name] for name in ("Expression", "Id", "Label", "Period") if name in query}
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = {**stat["Metric"], "Dimensions": _dimensions(stat["Metric"])}
        said["MetricStat"] = {**stat, "Metric": metric}
    return {**said, "ReturnData": query.get("ReturnData", True)}


def _dimensions(metric: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in metric.get("Dimensions") or []]


def function_event(alarm: Alarm, transition: Transition) -> str:
    """The event of a function that is an action: JSON text."""
    return json.dumps(
        {
            "source": "aws.cloudwatch",
            "alarmArn": alarm.arn,
            "accountId": alarm.account,
            "time": stamp(transition.at),
            "region": alarm.region,
            "alarmData": state_change(alarm, transition),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def state_change(alarm: Alarm, transition: Transition) -> dict[str, Any]:
    """The detail of a ``CloudWatch Alarm State Change`` event, which is also what a function gets."""
    return {
        "alarmName": alarm.name,
        "state": {**_state(transition.after), **alarm.extra.get("suppressed", {})},
        "previousState": _state(transition.before),
        "configuration": configuration(alarm),
    }


def _state(state: State) -> dict[str, Any]:
    data = {"reasonData": state.reason_data} if state.reason_data else {}
    return {"value": state.value, "reason": state.reason, **data, "timestamp": stamp(state.updated)}


def configuration(alarm: Alarm) -> dict[str, Any]:
    """What an alarm watches, in the form of events."""
    config = alarm.config
    said = {"description": config["AlarmDescription"]} if config.get("AlarmDescription") else {}
    if alarm.kind == "CompositeAlarm":
        said["alarmRule"] = config["AlarmRule"]
        for name in ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
            if config.get(name) is not None:
                said[name[0].lower() + name[1:]] = config[name]
        return said
    queries = config.get("Metrics")
    if not queries:
        stat = {
            "Metric": config,
            "Period": config["Period"],
            "Stat": config.get("Statistic") or config.get("ExtendedStatistic"),
        }
        queries = [{"Id": alarm.metric_id, "MetricStat": {**stat, "Unit": config.get("Unit")}, "ReturnData": True}]
    return {**said, "metrics": [_event_query(query) for query in queries]}


def _event_query(query: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"id": query["Id"]}
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        said["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": {one["Name"]: one["Value"] for one in metric.get("Dimensions") or []},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
            **({"unit": stat["Unit"]} if stat.get("Unit") else {}),
        }
    for name in ("Expression", "Label", "Period"):
        if name in query:
            said[name.lower()] = query[name]
    return {**said, "returnData": query.get("ReturnData", True)}


def documented(alarm: Alarm) -> dict[str, Any]:
    """An alarm as its history and its events of configuration show it."""
    names = {"OKActions": "okActions"}
    said = {names.get(name, name[0].lower() + name[1:]): value for name, value in alarm.config.items()}
    if "Dimensions" in alarm.config:
        said["dimensions"] = _dimensions(alarm.config)
    return {
        **said,
        "alarmName": alarm.name,
        "alarmArn": alarm.arn,
        "actionsEnabled": alarm.actions_enabled,
        "stateValue": alarm.state.value,
        "stateUpdatedTimestamp": stamp(alarm.state.updated),
        "alarmConfigurationUpdatedTimestamp": stamp(alarm.configured),
    }
