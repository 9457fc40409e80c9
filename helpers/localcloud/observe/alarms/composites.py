"""Composite alarms: their rule decides, whenever an alarm in it changes its state.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.states import Alarm, StateValue, Transition
from helpers.localcloud.observe.alarms.wording import long, stamp


def evaluate_after_child(book: Book, alarm: Alarm, child: Alarm, now: float) -> Transition | None:
    """The change of state of a composite alarm after one of an alarm in its rule, if any."""
    with book.lock:
        if book.alarms.get(alarm.name) is not alarm:
            return None
        value = _value(book, alarm)
        if value == alarm.state.value:
            return None
        reason = f"{child.arn} transitioned to {child.state.value} at {long(child.state.transitioned)}"
        return book.change(alarm, value, reason, _reason_data([child]), now)


def evaluate_itself(book: Book, alarm: Alarm, cause: str, now: float) -> Transition | None:
    """The change of state of a composite alarm that was ``created`` or ``updated``, if any."""
    with book.lock:
        if book.alarms.get(alarm.name) is not alarm:
            return None
        value = _value(book, alarm)
        if value == alarm.state.value:
            return None
        reason = f"{alarm.arn} was {cause} and its alarm rule evaluates to {value}"
        return book.change(alarm, value, reason, _reason_data(book.children(alarm.name)), now)


def _value(book: Book, alarm: Alarm) -> StateValue:
    def state_of(named: str) -> str | None:
        found = book.find(named)
        return found.state.value if found else None

    return "ALARM" if book.rule(alarm.name).holds(state_of) else "OK"


def _reason_data(children: Iterable[Alarm]) -> str:
    triggering = [
        {"arn": child.arn, "state": {"value": child.state.value, "timestamp": stamp(child.state.transitioned)}}
        for child in children
    ]
    return json.dumps({"triggeringAlarms": triggering}, separators=(",", ":"))
