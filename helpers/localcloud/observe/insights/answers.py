"""Rows as Logs Insights writes them: lists of fields and values, all texts; what is missing is left out.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.insights.plans import POINTER, Column
from helpers.localcloud.observe.insights.values import Kind

DECIMALS = 4
_TIME_BITS = 144
_PLACE_BITS = 24
_PLAIN_BELOW = 1e7


def rows_of(
    columns: Sequence[Column], rows: Sequence[tuple[Any, ...]], groups: Mapping[int, str] | None
) -> list[list[dict[str, str]]]:
    """The rows of an answer. groups: of the events, by the number of their chunk; nothing when the rows are of ``stats``."""
    answer = []
    for row in rows:
        fields = [
            {"field": column.name, "value": written(value, column.kind)}
            for column, value in zip(columns, row, strict=False)
            if value is not None
        ]
        if groups is not None:
            moment, number = row[len(columns)], row[len(columns) + 1]
            fields.append({"field": POINTER, "value": pointer_to(groups[number >> _PLACE_BITS], moment, number)})
        answer.append(fields)
    return answer


def written(value: Any, kind: Kind) -> str:
    """One value as a text: times in UTC with milliseconds, numbers with at most four decimals."""
    if kind == "time":
        return instant(int(value))
    if kind == "truth":
        return "1" if value else "0"
    if kind == "text":
        return str(value)
    return _scientific(float(value)) if kind == "bytes" else number(float(value))


def instant(milliseconds: int) -> str:
    """A time as ``2026-11-26 12:00:00.000``."""
    try:
        moment = dt.datetime.fromtimestamp(milliseconds // 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03d}"


def number(value: float) -> str:
    """A number without needless decimals."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if value == int(value):
        return str(int(value))
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _scientific(value: float) -> str:
    """A discovered size as AWS shows it: 1.28E8 for 128 MB."""
    if abs(value) < _PLAIN_BELOW:
        return number(value)
    mantissa, _, exponent = f"{value:e}".partition("e")
    digits = mantissa.rstrip("0")
    return f"{digits}0E{int(exponent)}" if digits.endswith(".") else f"{digits}E{int(exponent)}"


def pointer_to(group: str, timestamp: int, number: int) -> str:
    """``@ptr`` of an event. number: the lower part of the number that its id is made of."""
    text = f"{timestamp << _TIME_BITS | number} {group}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def pointed(pointer: str) -> tuple[str, int, int] | None:
    """Group, timestamp in ms, and the number of the event that ``@ptr`` names; nothing when it is no ``@ptr``."""
    try:
        whole, _, group = base64.urlsafe_b64decode(pointer.encode()).decode().partition(" ")
        event = int(whole)
    except (binascii.Error, ValueError):
        return None
    return (group, event >> _TIME_BITS, event) if group and event >= 0 else None
