"""Holding back the actions of composite alarms while another alarm, the suppressor, is in ALARM.

After a change of state a composite alarm waits for its suppressor: it acts when the wait period ends, unless the suppressor went to ALARM; then it acts when the
suppressor has been out of ALARM for the extension period.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpers.localcloud.observe.alarms.states import Alarm, Transition

By = Literal["WaitPeriod", "ExtensionPeriod", "Alarm"]


@dataclass(frozen=True, slots=True)
class Held:
    """Actions that are held back. until: when they are carried out, in seconds since 1970; ``None`` while the suppressor is in ALARM."""

    transition: Transition
    by: By
    until: float | None


def hold(alarm: Alarm, suppressor_fires: bool, transition: Transition, held: Held | None, now: float) -> Held | None:
    """What becomes of the actions of a new change of state; ``None`` when they are carried out now."""
    if suppressor_fires:
        return Held(transition, "Alarm", None)
    if held is not None and held.by == "ExtensionPeriod":
        return Held(transition, "ExtensionPeriod", held.until)
    seconds = int(alarm.config.get("ActionsSuppressorWaitPeriod") or 0)
    return Held(transition, "WaitPeriod", now + seconds) if seconds else None


def suppressor_moved(alarm: Alarm, fires: bool, held: Held, now: float) -> Held | None:
    """What becomes of held actions when the suppressor changes its state; ``None`` when they are carried out now."""
    if fires:
        return Held(held.transition, "Alarm", None)
    if held.by != "Alarm":
        return held
    seconds = int(alarm.config.get("ActionsSuppressorExtensionPeriod") or 0)
    return Held(held.transition, "ExtensionPeriod", now + seconds) if seconds else None


def shown(held: Held | None) -> dict[str, str]:
    """How held actions show in an alarm and in its events."""
    if held is None:
        return {}
    return {"actionsSuppressedBy": held.by, "actionsSuppressedReason": f"Actions suppressed by {held.by}"}
