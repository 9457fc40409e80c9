"""When an alarm is evaluated, and when its answer can next be another one.

The range slides: an alarm on five minutes is evaluated every minute, each time with the five minutes that have just ended. Between two moments at which a datapoint
enters, leaves or changes its period nothing can change, so that nothing has to be looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable


def boundary_after(moment: float, cadence: int) -> int:
    """The first moment of evaluation after ``moment`` (seconds since 1970)."""
    return (math.floor(moment / cadence) + 1) * cadence


def next_change(buckets: Iterable[float], width: int, at: float, period: int, periods: int, cadence: int) -> int | None:
    """The next moment after ``at`` at which periods hold other datapoints than at ``at``; ``None`` when there are none to move.

    buckets: the starts of the smallest periods (``width`` seconds) with data. period, periods: of the evaluation range. All in seconds since 1970.
    """
    soonest = math.inf
    for start in buckets:
        end = start + width
        if end > at:
            soonest = min(soonest, end)
            continue
        age = math.floor((at - end) / period)
        if age < periods:
            soonest = min(soonest, end + (age + 1) * period)
    if soonest == math.inf:
        return None
    return max(math.ceil(soonest / cadence) * cadence, boundary_after(at, cadence))
