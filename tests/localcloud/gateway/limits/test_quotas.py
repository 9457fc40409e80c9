"""Quotas of usage plans, on days that the test names."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.limits.quotas import Quotas, period_start

KEY = ("300000000001", "us-east-1", "plan", "key")


@pytest.mark.parametrize(
    ("day", "period", "offset", "start"),
    [
        ("2026-11-26", "DAY", 0, "2026-11-26"),
        ("2026-11-26", "WEEK", 0, "2026-11-22"),
        ("2026-11-22", "WEEK", 0, "2026-11-22"),
        ("2026-11-26", "WEEK", 4, "2026-11-26"),
        ("2026-11-25", "WEEK", 4, "2026-11-19"),
        ("2026-11-26", "MONTH", 0, "2026-11-01"),
        ("2026-11-26", "MONTH", 27, "2026-10-28"),
        ("2026-01-05", "MONTH", 9, "2025-12-10"),
    ],
)
def test_a_period_begins_on_its_day(day: str, period: str, offset: int, start: str) -> None:
    assert period_start(dt.date.fromisoformat(day), period, offset) == dt.date.fromisoformat(start)


@given(
    limit=st.integers(0, 20),
    period=st.sampled_from(["DAY", "WEEK", "MONTH"]),
    offset=st.integers(0, 6),
    days=st.lists(st.integers(0, 60), max_size=100),
)
def test_no_period_has_more_than_its_quota(limit: int, period: str, offset: int, days: list[int]) -> None:
    quota = {"limit": limit, "period": period, "offset": 0 if period == "DAY" else offset}
    known, taken = Quotas(), dict[dt.date, int]()
    for number in sorted(days):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        start = period_start(day, period, quota["offset"])
        admitted = known.take(KEY, quota, day)
        assert admitted is (taken.get(start, 0) < limit)
        taken[start] = taken.get(start, 0) + admitted


def test_use_is_told_day_by_day() -> None:
    quota, known, day = {"limit": 3, "period": "WEEK"}, Quotas(), dt.date(2026, 11, 23)
    for number in (0, 0, 1, 1):
        known.take(KEY, quota, day + dt.timedelta(days=number))
    assert known.by_day(KEY, quota, day, day + dt.timedelta(days=1)) == [[2, 1], [1, 0]]
    known.set_left(KEY, quota, day, 5)
    assert known.by_day(KEY, quota, day, day)[0][1] == 5
    known.forget("300000000001")
    assert known.by_day(KEY, quota, day, day) == [[0, 3]]
