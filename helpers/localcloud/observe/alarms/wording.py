"""How CloudWatch writes numbers and moments in reasons and messages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal


def double(value: float) -> str:
    """A number as Java prints a double: ``1.0``, ``21.5``, ``1.0E7``."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(Decimal(repr(float(value))), "f")
        return plain if "." in plain else f"{plain}.0"
    sign, digits, exponent = Decimal(repr(float(value))).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + int(exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def stamp(moment: float) -> str:
    """A moment in JSON of CloudWatch: ``2026-03-01T12:00:00.000+0000``."""
    return _utc(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{_utc(moment).microsecond // 1000:03d}+0000"


def short(moment: float) -> str:
    """A moment within a reason: ``01/03/26 12:00:00``."""
    return _utc(moment).strftime("%d/%m/%y %H:%M:%S")


def long(moment: float) -> str:
    """A moment within the reason of a composite alarm: ``Friday 22 July, 2022 15:57:45 UTC``."""
    return _utc(moment).strftime("%A %d %B, %Y %H:%M:%S UTC")


def counted(number: int, word: str) -> str:
    """A number and its noun: ``1 datapoint``, ``2 datapoints``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def _utc(moment: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(round(moment, 3), dt.UTC)
