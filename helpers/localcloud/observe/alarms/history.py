"""What happened to the alarms of an account and Region: kept for thirty days, longer than the alarms themselves.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from helpers.localcloud.observe.alarms.messages import documented
from helpers.localcloud.observe.alarms.states import Alarm, Kind, State, Transition

KEPT_SECONDS = 30 * 86_400
KEPT_ITEMS = 5_000
_log = logging.getLogger(__name__)
_LONGEST_SUMMARY, _LONGEST_DATA = 255, 4_095
ItemType = Literal["ConfigurationUpdate", "StateUpdate", "Action"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. at: seconds since 1970. data: JSON text."""

    at: float
    alarm: str
    kind: Kind
    type: ItemType
    summary: str
    data: str


class History:
    """The entries of one account and Region, oldest first. Safe among threads.

    dropped: how many were forgotten before their time, because there were too many.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._items: deque[Item] = deque(maxlen=KEPT_ITEMS)
        self._lock = threading.Lock()

    def items(self, now: float) -> list[Item]:
        """All entries that are still kept at ``now``, oldest first."""
        with self._lock:
            while self._items and self._items[0].at < now - KEPT_SECONDS:
                self._items.popleft()
            return list(self._items)

    def configured(self, operation: Literal["Create", "Update", "Delete"], alarm: Alarm, now: float) -> None:
        """Note that an alarm was created, updated or deleted."""
        name = {"Create": "createdAlarm", "Update": "updatedAlarm", "Delete": "deletedAlarm"}[operation]
        data = {"version": "1.0", "type": operation, name: documented(alarm)}
        self._add(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {operation.lower()}d', data, now)

    def moved(self, alarm: Alarm, transition: Transition) -> None:
        """Note a change of state."""
        before, after = transition.before, transition.after
        data = {"version": "1.0", "oldState": _state(before), "newState": _state(after)}
        self._add(alarm, "StateUpdate", f"Alarm updated from {before.value} to {after.value}", data, transition.at)

    def acted(self, alarm: Alarm, arn: str, message: str | None, error: str | None, transition: Transition) -> None:
        """Note that an action was executed with ``message``, or why it could not be."""
        data: dict[str, Any] = {
            "actionState": "Failed" if error else "Succeeded",
            "stateUpdateTimestamp": int(transition.at * 1000),
            "notificationResource": arn,
            "publishedMessage": message,
            "error": error,
        }
        if len(json.dumps(data)) > _LONGEST_DATA:
            data["publishedMessage"] = None
        words = f'Failed to execute action {arn}. Received error: "{error}"'
        self._add(alarm, "Action", words if error else f"Successfully executed action {arn}", data, transition.at)

    def suppressed(self, alarm: Alarm, by: str, transition: Transition) -> None:
        """Note that the actions of a change of state are held back."""
        data = {"actionState": "Suppressed", "stateUpdateTimestamp": int(transition.at * 1000), "suppressedBy": by}
        self._add(alarm, "Action", f"Actions suppressed by {by}", data, transition.at)

    def _add(self, alarm: Alarm, type_: ItemType, summary: str, data: Mapping[str, Any], now: float) -> None:
        text = json.dumps(data, separators=(",", ":"))
        with self._lock:
            if len(self._items) == KEPT_ITEMS:
                if not self.dropped:
                    _log.warning(
                        "alarms: more than %d history items in one account and Region; the oldest go", KEPT_ITEMS
                    )
                self.dropped += 1
            self._items.append(Item(now, alarm.name, alarm.kind, type_, summary[:_LONGEST_SUMMARY], text))


def _state(state: State) -> dict[str, Any]:
    said: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if state.reason_data:
        said["stateReasonData"] = json.loads(state.reason_data)
    return said
