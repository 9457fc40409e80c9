"""Answers about alarms: which ones a request asks for, and how they look.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.errors import AlarmNotFound, NotHere, ValidationError, constraint
from helpers.localcloud.observe.alarms.metric_alarms import check_metric, check_statistics
from helpers.localcloud.observe.alarms.paging import page
from helpers.localcloud.observe.alarms.states import Alarm
from helpers.localcloud.observe.alarms.suppression import Held

VALUES = ("INSUFFICIENT_DATA", "ALARM", "OK")
_TYPES = ("CompositeAlarm", "MetricAlarm", "LogAlarm")
_FILTERS = ("AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix")


def describe(book: Book, given: Mapping[str, Any], held: Mapping[str, Held | None]) -> dict[str, Any]:
    """The answer to ``DescribeAlarms``. held: the actions that are held back, by composite alarm.

    Raises: ``ValidationError``, ``AlarmNotFound`` and ``InvalidNextToken``.
    """
    related = [name for name in ("ChildrenOfAlarmName", "ParentsOfAlarmName") if given.get(name)]
    if related:
        others = [name for name in (*_FILTERS, "ChildrenOfAlarmName", "ParentsOfAlarmName") if given.get(name)]
        if len(others) > 1:
            raise ValidationError(f"{related[0]} cannot be specified together with other filters.")
        found = _related(book, related[0], given[related[0]])
    else:
        found = _filtered(book, given)
    chosen, token = page(found, given, most=100, preset=50)
    shown = [
        brief(alarm, related[0] == "ChildrenOfAlarmName") if related else shape(alarm, held.get(alarm.name))
        for alarm in chosen
    ]
    answer: dict[str, Any] = {
        f"{kind}s": [one for one, alarm in zip(shown, chosen, strict=True) if alarm.kind == kind]
        for kind in ("CompositeAlarm", "MetricAlarm")
    }
    return {**answer, **({"NextToken": token} if token else {})}


def _related(book: Book, relation: str, name: str) -> list[Alarm]:
    alarm = book.alarms.get(name)
    if alarm is None:
        raise AlarmNotFound
    if relation == "ParentsOfAlarmName":
        return book.parents(name)
    if alarm.kind != "CompositeAlarm":
        raise ValidationError(f"{name} is not a composite alarm.")
    with book.lock:
        return book.children(name)


def _filtered(book: Book, given: Mapping[str, Any]) -> list[Alarm]:
    names, prefix = given.get("AlarmNames") or [], given.get("AlarmNamePrefix")
    if names and prefix:
        raise ValidationError("AlarmNames and AlarmNamePrefix cannot be specified together.")
    if len(names) > 100:
        raise constraint("[AlarmName]", "alarmNames", "have length less than or equal to 100")
    kinds = types_of(given)
    value, action = given.get("StateValue"), given.get("ActionPrefix")
    if value is not None and value not in VALUES:
        raise constraint(value, "stateValue", f"satisfy enum value set: [{', '.join(VALUES)}]")
    with book.lock:
        alarms = sorted(book.alarms.values(), key=lambda alarm: alarm.name)
    return [
        alarm
        for alarm in alarms
        if alarm.kind in kinds
        and (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (value is None or alarm.state.value == value)
        and (not action or any(arn.startswith(action) for state in VALUES for arn in alarm.actions(state)))  # type: ignore[arg-type]
    ]


def types_of(given: Mapping[str, Any]) -> Sequence[str]:
    """The types of alarms that a request asks for: metric alarms when it names none.

    Raises: ``ValidationError``.
    """
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    for kind in kinds:
        if kind not in _TYPES:
            raise constraint(f"[{kind}]", "alarmTypes", f"satisfy enum value set: [{', '.join(_TYPES)}]")
        if kind == "LogAlarm":
            raise NotHere("log alarms")
    return list(kinds)


def for_metric(book: Book, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to ``DescribeAlarmsForMetric``: alarms on exactly this metric; expressions do not count.

    Raises: ``ValidationError``, ``InvalidParameterValue``.
    """
    check_metric(given)
    check_statistics(given)
    if given.get("Period") is not None and given["Period"] < 1:
        raise constraint(given["Period"], "period", "have value greater than or equal to 1")
    wanted = _dimensions(given)
    with book.lock:
        alarms = sorted(book.alarms.values(), key=lambda alarm: alarm.name)
    found = [
        shape(alarm, None)
        for alarm in alarms
        if alarm.kind == "MetricAlarm"
        and not alarm.config.get("Metrics")
        and (alarm.config["Namespace"], alarm.config["MetricName"]) == (given.get("Namespace"), given.get("MetricName"))
        and _dimensions(alarm.config) == wanted
        and all(
            given.get(name) in (None, alarm.config.get(name))
            for name in ("Statistic", "ExtendedStatistic", "Period", "Unit")
        )
    ]
    return {"MetricAlarms": found}


def shape(alarm: Alarm, held: Held | None) -> dict[str, Any]:
    """An alarm as ``DescribeAlarms`` shows it."""
    state = alarm.state
    shown = {
        **{name: value for name, value in alarm.config.items() if value is not None},
        **{
            name: list(alarm.config.get(name) or [])
            for name in ("OKActions", "AlarmActions", "InsufficientDataActions")
        },
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmConfigurationUpdatedTimestamp": moment(alarm.configured),
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateUpdatedTimestamp": moment(state.updated),
        "StateTransitionedTimestamp": moment(state.transitioned),
    }
    if state.reason_data:
        shown["StateReasonData"] = state.reason_data
    if alarm.kind == "MetricAlarm" and not alarm.config.get("Metrics"):
        shown["Dimensions"] = list(alarm.config.get("Dimensions") or [])
    if alarm.extra.get("failure"):
        shown["EvaluationState"] = "EVALUATION_ERROR"
    if held is not None:
        shown |= {"ActionsSuppressedBy": held.by, "ActionsSuppressedReason": f"Actions suppressed by {held.by}"}
    return shown


def brief(alarm: Alarm, with_state: bool) -> dict[str, Any]:
    """An alarm as a relative of another one is shown."""
    shown: dict[str, Any] = {"AlarmName": alarm.name, "AlarmArn": alarm.arn}
    if with_state:
        shown |= {"StateValue": alarm.state.value, "StateUpdatedTimestamp": moment(alarm.state.updated)}
    return shown


def moment(seconds: float) -> dt.datetime:
    """A moment as the API answers it."""
    return dt.datetime.fromtimestamp(round(seconds, 3), dt.UTC)


def _dimensions(metric: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions") or [])
