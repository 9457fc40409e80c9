"""Moments as AWS writes them in events and answers: ISO 8601 in UTC, with a ``Z``."""

from __future__ import annotations

import datetime as dt


def to_the_second(moment: dt.datetime | float) -> str:
    """Such as ``2026-11-26T22:39:40Z``. moment: aware, or seconds since 1970; what is left of a second is cut off."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%S}Z"


def to_the_millisecond(moment: dt.datetime | float) -> str:
    """Such as ``2026-11-26T22:39:40.123Z``. moment: aware, or seconds since 1970; what is left of a millisecond is cut off."""
    at = _utc(moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _utc(moment: dt.datetime | float) -> dt.datetime:
    return moment.astimezone(dt.UTC) if isinstance(moment, dt.datetime) else dt.datetime.fromtimestamp(moment, dt.UTC)
