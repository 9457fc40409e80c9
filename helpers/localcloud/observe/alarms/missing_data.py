"""From datapoints with gaps to a verdict: CloudWatch's rules for missing data and for alarms that would fire too early.

An alarm looks at more periods than it is said to evaluate. If enough of them have data, gaps do not count; otherwise as few gaps as possible are filled.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.localcloud.observe.alarms.states import Missing, StateValue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What datapoints mean. state: ``None`` keeps the one there is. used: the positions of the real datapoints that counted. filled: how many gaps were."""

    state: StateValue | None
    used: tuple[int, ...]
    filled: int


def evaluation_range(periods: int) -> int:
    """How many periods an alarm on ``periods`` of them looks at.

    AWS says that they are more, and shows five for three. Alarms on eight that were watched reacted to silence after ten.
    """
    return periods + max(periods // 3, 2)


def judge(breaching: Sequence[bool | None], periods: int, datapoints: int, missing: Missing) -> Verdict:
    """The verdict on the periods of an evaluation range, oldest first.

    breaching: whether each period's datapoint is beyond the threshold; ``None`` where there is none. periods, datapoints: N and M.
    """
    real = tuple(position for position, beyond in enumerate(breaching) if beyond is not None)
    used = real[-periods:]
    filled = periods - len(used)
    bad = sum(bool(breaching[position]) for position in used)
    if filled and missing == "breaching":
        bad += filled
    if bad >= datapoints:
        return Verdict("ALARM", used, filled)
    if not filled or missing in ("breaching", "notBreaching"):
        return Verdict("OK", used, filled)
    if not used:
        return Verdict("INSUFFICIENT_DATA" if missing == "missing" else None, used, filled)
    if bad == len(used) and len(breaching) - used[0] >= datapoints:
        # Nothing but bad news, and the oldest of it is as old as the alarm is patient: it fires with fewer datapoints than it asks for.
        return Verdict("ALARM" if missing == "missing" else None, used, filled)
    return Verdict("OK", used, filled)
