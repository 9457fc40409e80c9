"""Target tracking: when alarms fire, which capacity is wanted, and what cooldowns hold back. Pure.

AWS does not say how it computes a capacity. Here a capacity is chosen that brings the use of the last minute (of the busiest of fifteen minutes, when it is lowered) to
the target. Source: https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MINUTE = 60
IN_MINUTES = 15
_BELOW = 20.0


@dataclass(frozen=True, slots=True)
class Cooldowns:
    """Seconds to wait after a scaling activity, out and in."""

    out: float = 0.0
    in_: float = 0.0


@dataclass(slots=True)
class Last:
    """The last activity in each direction: when it was over, and by how much it went out."""

    out: float = -math.inf
    step: int = 0
    in_: float = -math.inf


def unit_thresholds(capacity: int, target: float) -> tuple[float, float]:
    """Above and below how many units a minute the alarms of a capacity fire; target: percent. Below is twenty points under the target."""
    return capacity * MINUTE * target / 100, capacity * MINUTE * max(0.0, target - _BELOW) / 100


def units_wanted(sums: Sequence[float], target: float) -> int:
    """The capacity that brings the units of the busiest of some minutes to ``target`` percent."""
    return _up(max(sums) / MINUTE / (target / 100))


def share_thresholds(target: float) -> tuple[float, float]:
    """Above and below which share in use the alarms fire. Below is nine tenths of the target."""
    return target, target * 0.9


def share_wanted(shares: Sequence[float], current: int, target: float) -> int:
    """The capacity of which the busiest of some minutes would have used ``target``."""
    return _up(current * max(shares) / target)


def _up(capacity: float) -> int:
    return math.ceil(round(capacity, 6))


def held_back(now: float, current: int, capacity: int, last: Last, cooldowns: Cooldowns) -> bool:
    """Whether a cooldown forbids to go from ``current`` to ``capacity`` now. A larger step out than the last one is never held back."""
    if capacity > current:
        return now - last.out < cooldowns.out and capacity - current <= last.step
    return now - last.in_ < cooldowns.in_
