"""Units, in the order in which CloudWatch lists them."""

from __future__ import annotations

from collections.abc import Iterable

UNITS = (
    *("Megabits", "Terabits", "Gigabits", "Count", "Bytes", "Gigabytes", "Gigabytes/Second", "Kilobytes"),
    *("Kilobits/Second", "Terabytes", "Terabits/Second", "Bytes/Second", "Percent", "Megabytes", "Megabits/Second"),
    *("Milliseconds", "Microseconds", "Kilobytes/Second", "Gigabits/Second", "Megabytes/Second", "Bits"),
    *("Bits/Second", "Count/Second", "Seconds", "Kilobits", "Terabytes/Second", "None"),
)
_RANKS = {unit: rank for rank, unit in enumerate(UNITS)}


def in_order(units: Iterable[str]) -> list[str]:
    """Units as CloudWatch goes through them: a query without a unit gets the data of the first that there is."""
    return sorted(units, key=lambda unit: _RANKS.get(unit, len(_RANKS)))
