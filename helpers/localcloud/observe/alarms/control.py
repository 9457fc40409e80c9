"""The operations on alarms.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.alarms import messages
from helpers.localcloud.observe.alarms.actions import tell_bus
from helpers.localcloud.observe.alarms.book import MOST_ALARMS, Book
from helpers.localcloud.observe.alarms.composite_alarms import check_composite_alarm
from helpers.localcloud.observe.alarms.describing import VALUES
from helpers.localcloud.observe.alarms.errors import (
    AlarmNotFound,
    InvalidFormat,
    LimitExceeded,
    ValidationError,
    constraint,
    required,
)
from helpers.localcloud.observe.alarms.keeping import AlarmPlane
from helpers.localcloud.observe.alarms.metric_alarms import check_metric_alarm
from helpers.localcloud.observe.alarms.states import FIRST_REASON, Alarm, Kind, State
from helpers.localcloud.observe.alarms.windows import boundary_after
from helpers.localcloud.observe.alarms.wording import stamp

_LARGEST_REQUEST = 120 * 1024


def put_metric_alarm(plane: AlarmPlane, book: Book, given: Mapping[str, Any], *, inside: bool = False) -> Alarm:
    """Create or update a metric alarm. inside: on behalf of another service, which may use actions of its own.

    Raises: ``ValidationError``, ``InvalidParameterValue``, ``LimitExceeded``.
    """
    if not inside:
        _check_size(given)
        check_metric_alarm(given, book.account, book.region)
    return _put(plane, book, given, "MetricAlarm")


def put_composite_alarm(plane: AlarmPlane, book: Book, given: Mapping[str, Any]) -> Alarm:
    """Create or update a composite alarm.

    Raises: ``ValidationError``, ``LimitExceeded``.
    """
    _check_size(given)
    check_composite_alarm(given, book)
    return _put(plane, book, given, "CompositeAlarm")


def delete_alarms(plane: AlarmPlane, book: Book, names: Sequence[str]) -> list[Alarm]:
    """Delete alarms; names without one are passed over.

    Raises: ``ValidationError`` for more than one composite alarm, and for one that others depend on: then none is deleted.
    """
    if not 1 <= len(names) <= 100:
        bound = "less than or equal to 100" if names else "greater than or equal to 1"
        raise constraint("[AlarmName]", "alarmNames", f"have length {bound}")
    now = plane.clock.timestamp()
    with book.lock:
        found = [alarm for name in dict.fromkeys(names) if (alarm := book.alarms.get(name)) is not None]
        if sum(alarm.kind == "CompositeAlarm" for alarm in found) > 1:
            raise ValidationError("Only one composite alarm can be deleted in one request.")
        for alarm in found:
            dependents = [*book.parents(alarm.name), *book.suppressed_by(alarm.name)]
            if any(one not in found for one in dependents):
                raise ValidationError(f"Cannot delete {alarm.name} as there are composite alarm(s) depending on it.")
        for alarm in sorted(found, key=lambda one: one.kind):
            book.remove(alarm.name)
            book.history.configured("Delete", alarm, now)
    for alarm in found:
        _tell_configuration(alarm, "delete", None)
    return found


def set_state(plane: AlarmPlane, book: Book, given: Mapping[str, Any]) -> None:
    """Give an alarm a state until its next evaluation; another value than before leads to actions.

    Raises: ``ValidationError``, ``InvalidFormat``, ``AlarmNotFound``.
    """
    value, reason, data = given.get("StateValue"), given.get("StateReason"), given.get("StateReasonData")
    for at, member in (("alarmName", given.get("AlarmName")), ("stateValue", value), ("stateReason", reason)):
        required(member, at)
    if value not in VALUES:
        raise constraint(value, "stateValue", f"satisfy enum value set: [{', '.join(VALUES)}]")
    assert isinstance(reason, str)
    if len(reason) > 1_023:
        raise constraint(reason, "stateReason", "have length less than or equal to 1023")
    if data is not None:
        _check_reason_data(data)
    alarm = book.alarms.get(given["AlarmName"])
    if alarm is None:
        raise AlarmNotFound
    now = plane.clock.timestamp()
    transition = book.change(alarm, value, reason, data or None, now)
    if alarm.kind == "MetricAlarm":
        plane.wake(book, alarm.name, boundary_after(now, book.criteria(alarm.name).cadence))
    if transition is not None:
        plane.moved(book, alarm, transition)


def switch_actions(plane: AlarmPlane, book: Book, names: Sequence[str], enabled: bool) -> None:
    """Enable or disable the actions of alarms; names without one are passed over.

    Raises: ``ValidationError``.
    """
    if not 1 <= len(names) <= 100:
        bound = "less than or equal to 100" if names else "greater than or equal to 1"
        raise constraint("[AlarmName]", "alarmNames", f"have length {bound}")
    book.switch_actions(list(names), enabled, plane.clock.timestamp())


def _check_reason_data(data: str) -> None:
    if len(data) > 4_000:
        raise constraint(data, "stateReasonData", "have length less than or equal to 4000")
    try:
        json.loads(data or "{}")
    except ValueError:
        raise InvalidFormat("StateReasonData must be valid JSON") from None


def _put(plane: AlarmPlane, book: Book, given: Mapping[str, Any], kind: Kind) -> Alarm:
    name = given["AlarmName"]
    now = plane.clock.timestamp()
    config = {key: value for key, value in given.items() if key not in ("AlarmName", "Tags") and value is not None}
    if "Threshold" in config:
        config["Threshold"] = float(config["Threshold"])
    with book.lock:
        old = book.alarms.get(name)
        if old is not None and old.kind != kind:
            raise ValidationError(f"An alarm of another type with the name {name} already exists.")
        if old is None and len(book.alarms) >= MOST_ALARMS:
            raise LimitExceeded
        alarm = Alarm(
            account=book.account,
            region=book.region,
            name=name,
            kind=kind,
            arn=f"arn:aws:cloudwatch:{book.region}:{book.account}:alarm:{name}",
            config=config,
            state=old.state if old else State("INSUFFICIENT_DATA", FIRST_REASON, None, now, now),
            configured=now,
            metric_id=old.metric_id if old else str(uuid.uuid4()),
        )
        book.keep(alarm)
        book.history.configured("Update" if old else "Create", alarm, now)
    _tell_configuration(alarm, "update" if old else "create", old)
    plane.configured(book, alarm, old is None)
    return alarm


def _tell_configuration(alarm: Alarm, operation: str, before: Alarm | None) -> None:
    state = {"value": alarm.state.value, "timestamp": stamp(alarm.state.updated)}
    detail: dict[str, Any] = {
        "alarmName": alarm.name,
        "operation": operation,
        "state": state,
        "configuration": {**_settings(alarm), **messages.configuration(alarm)},
    }
    if before is not None:
        detail["previousConfiguration"] = {**_settings(before), **messages.configuration(before)}
    tell_bus(alarm, "CloudWatch Alarm Configuration Change", detail)


def _settings(alarm: Alarm) -> dict[str, Any]:
    """What an alarm does and when, in the form of events; what it watches is elsewhere."""
    config = alarm.config
    said: dict[str, Any] = {
        "alarmName": alarm.name,
        "actionsEnabled": alarm.actions_enabled,
        "timestamp": stamp(alarm.configured),
        "okActions": alarm.actions("OK"),
        "alarmActions": alarm.actions("ALARM"),
        "insufficientDataActions": alarm.actions("INSUFFICIENT_DATA"),
    }
    for name in ("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData"):
        if name in config:
            said[name[0].lower() + name[1:]] = config[name]
    return said


def _check_size(given: Mapping[str, Any]) -> None:
    if len(json.dumps(given, default=str).encode()) > _LARGEST_REQUEST:
        raise ValidationError("The request is larger than 120 KB.")
