"""The letter that people get whose e-mail address is subscribed to the topic of an alarm: CloudWatch writes it in words.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.messages import region_name
from helpers.localcloud.observe.alarms.metric_queries import metric_stats
from helpers.localcloud.observe.alarms.states import Alarm, StateValue, Transition
from helpers.localcloud.observe.alarms.wording import double, long

_STATES: tuple[StateValue, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")


def letter(alarm: Alarm, transition: Transition) -> str:
    """The text of the letter about a change of state."""
    region, after, when = region_name(alarm.region), transition.after, long(transition.at)
    console = f"https://{alarm.region}.console.aws.amazon.com/cloudwatch/deeplink.js?region={alarm.region}#alarmsV2:alarm/{alarm.name}"
    parts = [
        f'You are receiving this email because your Amazon CloudWatch Alarm "{alarm.name}" in the {region} region has entered the {after.value} state, '
        f'because "{after.reason}" at "{when}".',
        f"View this alarm in the AWS Management Console:\n{console}",
        _section(
            "Alarm Details",
            {
                "Name": alarm.name,
                "Description": alarm.config.get("AlarmDescription") or "",
                "State Change": f"{transition.before.value} -> {after.value}",
                "Reason for State Change": after.reason,
                "Timestamp": when,
                "AWS Account": alarm.account,
                "Alarm Arn": alarm.arn,
            },
        ),
        *(_rule(alarm.config) if alarm.kind == "CompositeAlarm" else _metric(alarm.config)),
        _section("State Change Actions", {state: _listed(alarm.actions(state)) for state in _STATES}),
    ]
    return "\n\n".join(parts) + "\n"


def _rule(config: Mapping[str, Any]) -> list[str]:
    return [f"Alarm Rule:\n{config['AlarmRule']}"]


def _metric(config: Mapping[str, Any]) -> list[str]:
    periods = int(config["EvaluationPeriods"])
    least = int(config.get("DatapointsToAlarm") or periods)
    length = f" of {config['Period']} seconds" if config.get("Period") else ""
    threshold = (
        f"Threshold:\n- The alarm is in the ALARM state when the metric is {config['ComparisonOperator']} {double(config['Threshold'])} "
        f"for at least {least} of the last {periods} period(s){length}."
    )
    if config.get("Metrics"):
        names = [
            f"{stat['Metric']['Namespace']} {stat['Metric']['MetricName']}" for stat in metric_stats(config["Metrics"])
        ]
        return [threshold, f"Monitored Metrics:\n- {', '.join(names)}"]
    dimensions = ", ".join(f"{one['Name']} = {one['Value']}" for one in config.get("Dimensions") or [])
    monitored = {
        "MetricNamespace": config["Namespace"],
        "MetricName": config["MetricName"],
        "Dimensions": f"[{dimensions}]",
        "Period": f"{config['Period']} seconds",
        "Statistic": config.get("Statistic") or config.get("ExtendedStatistic"),
        "Unit": config.get("Unit") or "not specified",
        "TreatMissingData": config.get("TreatMissingData") or "missing",
    }
    return [threshold, _section("Monitored Metric", monitored)]


def _section(title: str, lines: Mapping[str, Any]) -> str:
    return "\n".join([f"{title}:", *(f"- {name}: {value}" for name, value in lines.items())])


def _listed(actions: list[str]) -> str:
    return f"[{', '.join(actions)}]" if actions else ""
