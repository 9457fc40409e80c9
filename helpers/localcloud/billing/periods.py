"""Spans of time as Cost Explorer writes and cuts them.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DateInterval.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from helpers.localcloud.billing.errors import invalid
from helpers.localcloud.billing.meter import DAY, HOUR, HOURLY_DAYS

Span = tuple[float, float]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOUR = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_MONTHS = 14


def read(period: Mapping[str, Any], now: float, *, hourly: bool = False) -> Span:
    """Begin and end (exclusive) of a ``DateInterval``, in seconds since 1970.

    Raises: ``ValidationException`` for a form that is none, an end that is not later, and what is too long ago.
    """
    start, end = (_moment(period.get(name), name, hourly) for name in ("Start", "End"))
    if start >= end:
        raise invalid("Start date (and hour) should be before end date (and hour)")
    if start < now - _MONTHS * 31 * DAY:
        raise invalid(f"You haven't enabled historical data beyond {_MONTHS} months")
    if hourly and start < (now - HOURLY_DAYS * DAY) // DAY * DAY:
        raise invalid(f"Hourly data is available for the last {HOURLY_DAYS} days only")
    return start, end


def next_month(moment: float) -> float:
    """When the month after that of a moment begins."""
    day = dt.datetime.fromtimestamp(moment, dt.UTC)
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return dt.datetime(year, month, 1, tzinfo=dt.UTC).timestamp()


def _moment(text: Any, name: str, hourly: bool) -> float:
    form, pattern = ("%Y-%m-%dT%H:%M:%SZ", _HOUR) if hourly else ("%Y-%m-%d", _DATE)
    try:
        if not pattern.fullmatch(str(text)):
            raise ValueError
        return dt.datetime.strptime(str(text), form).replace(tzinfo=dt.UTC).timestamp()
    except ValueError:
        said = "yyyy-MM-ddThh:mm:ssZ" if hourly else "yyyy-MM-dd"
        raise invalid(f"{name} time {text} is invalid. Valid format is: {said}.") from None


def cut(span: Span, granularity: str) -> Iterator[Span]:
    """The hours, days or calendar months of a span."""
    begin, end = span
    while begin < end:
        if granularity == "MONTHLY":
            stop = next_month(begin)
        else:
            step = HOUR if granularity == "HOURLY" else DAY
            stop = (begin // step + 1) * step
        yield begin, min(stop, end)
        begin = min(stop, end)


def write(span: Span, *, hourly: bool = False) -> dict[str, str]:
    """A span as a ``DateInterval``."""
    form = "%Y-%m-%dT%H:%M:%SZ" if hourly else "%Y-%m-%d"
    start, end = (dt.datetime.fromtimestamp(one, dt.UTC).strftime(form) for one in span)
    return {"Start": start, "End": end}
