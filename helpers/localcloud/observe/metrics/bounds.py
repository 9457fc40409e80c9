"""Room for what is coming: the oldest datapoints of many series go first."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.localcloud.observe.metrics.columns import Columns
from helpers.localcloud.observe.metrics.series import Series


def drop_oldest(everything: Sequence[Series], wanted: int) -> int:
    """Forget the ``wanted`` oldest datapoints among all series; how many that were."""
    parts = [part for series in everything for part in series.parts()]
    if not parts:
        return 0
    moment = _moment_of(parts, wanted)
    dropped = 0
    for part in parts:
        older = part.before(moment)
        part.drop_first(older)
        dropped += older
    for part in parts:
        same = min(part.until(moment), wanted - dropped)
        if same > 0:
            part.drop_first(same)
            dropped += same
    return dropped


def _moment_of(parts: Sequence[Columns], wanted: int) -> float:
    """The earliest moment until which there are at least ``wanted`` datapoints."""
    low = min(part.moments[0] for part in parts)
    high = max(part.moments[-1] for part in parts)
    while high - low >= 1:
        middle = (low + high) // 2
        if sum(part.until(middle) for part in parts) >= wanted:
            high = middle
        else:
            low = middle + 1
    return high
