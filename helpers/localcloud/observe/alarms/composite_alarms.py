"""Requests of ``PutCompositeAlarm``: what CloudWatch accepts.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.action_targets import check_actions
from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.errors import NotHere, ValidationError, constraint
from helpers.localcloud.observe.alarms.names import check_name, check_tags
from helpers.localcloud.observe.alarms.rules import BadRule, read_rule

MOST_PARENTS = 150
_KNOWN = {
    *("AlarmName", "AlarmDescription", "AlarmRule", "ActionsEnabled", "OKActions", "AlarmActions"),
    *("InsufficientDataActions", "Tags", "ActionsSuppressor"),
    *("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"),
}
_PERIODS = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def check_composite_alarm(given: Mapping[str, Any], book: Book) -> None:
    """Accept a request.

    Raises: ``ValidationError`` in AWS's words; what the local cloud does not have is refused by name.
    """
    if given.get("ActionConfiguration") is not None:
        raise NotHere("tags in the notifications of alarms")
    unknown = set(given) - _KNOWN
    if unknown:
        raise NotHere(f"parameter {sorted(unknown)[0]} of PutCompositeAlarm")
    check_name(given.get("AlarmName"))
    if len(given.get("AlarmDescription") or "") > 1_024:
        raise constraint(given["AlarmDescription"], "alarmDescription", "have length less than or equal to 1024")
    check_tags(given.get("Tags") or [])
    check_actions(given, book.region)
    _check_rule(str(given.get("AlarmRule") or ""), given["AlarmName"], book)
    _check_suppressor(given, book)


def _check_rule(text: str, name: str, book: Book) -> None:
    if len(text) > 10_240:
        raise constraint(text[:100], "alarmRule", "have length less than or equal to 10240")
    try:
        rule = read_rule(text)
    except BadRule as wrong:
        raise ValidationError(str(wrong)) from None
    missing = [child for child in rule.children if book.find(child) is None]
    if missing:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        )
    for child in rule.children:
        parents = [parent.name for parent in book.parents(book.name_of(child)) if parent.name != name]
        if len(parents) >= MOST_PARENTS:
            raise ValidationError(
                f"The alarm {child} is already in the rules of {MOST_PARENTS} composite alarms, which is the limit."
            )


def _check_suppressor(given: Mapping[str, Any], book: Book) -> None:
    suppressor = given.get("ActionsSuppressor")
    periods = [name for name in _PERIODS if given.get(name) is not None]
    if suppressor is None:
        if periods:
            raise ValidationError(f"{periods[0]} requires ActionsSuppressor.")
        return
    if len(periods) < len(_PERIODS):
        raise ValidationError(f"{' and '.join(_PERIODS)} are required when ActionsSuppressor is specified.")
    for name in periods:
        if given[name] < 0:
            raise constraint(given[name], name[0].lower() + name[1:], "have value greater than or equal to 0")
    if book.find(suppressor) is None:
        raise ValidationError(
            f"Could not save the composite alarm as the actions suppressor alarm {suppressor} does not exist"
        )
