"""Virtual time, as a notebook moves it."""

from __future__ import annotations

import datetime as dt

from helpers.cloud.control import call, connected_endpoint

TRAVEL_SECONDS = 120.0


def advance(*, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> dt.datetime:
    """Move the local cloud's clock forward, instead of waiting.

    Visibility timeouts, retries, retention, quotas and idle execution environments follow this clock. Everything that falls due on the way happens in its
    order, and has happened when this returns. It is one clock for the whole server and never goes back.

    Returns: the new virtual time, an aware UTC datetime.

    Raises: ``CourseError`` for a step back, ``CloudUnavailable`` when not connected.
    """
    step = dt.timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days).total_seconds()
    answer = call(connected_endpoint(), "POST", "/_localcloud/clock/advance", {"seconds": step}, timeout=TRAVEL_SECONDS)
    return dt.datetime.fromisoformat(answer["now"])


def now() -> dt.datetime:
    """The local cloud's virtual time, an aware UTC datetime.

    Raises: ``CloudUnavailable`` when not connected.
    """
    return dt.datetime.fromisoformat(call(connected_endpoint(), "GET", "/_localcloud/clock")["now"])
