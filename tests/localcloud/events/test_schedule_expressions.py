"""When scheduled rules run next, and which expressions there are not."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers.localcloud.events.schedule_expressions import read_schedule


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(1 minute)", "2026-11-24T04:00:30", "2026-11-24T04:01:30"),
        ("rate(5 hours)", "2026-11-24T04:00:00", "2026-11-24T09:00:00"),
        ("rate(2 days)", "2026-12-31T00:00:00", "2027-01-02T00:00:00"),
        ("cron(0 12 * * ? *)", "2026-11-24T11:59:59", "2026-11-24T12:00:00"),
        ("cron(0 12 * * ? *)", "2026-11-24T12:00:00", "2026-11-25T12:00:00"),
        ("cron(0/15 * * * ? *)", "2026-11-24T04:50:00", "2026-11-24T05:00:00"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00:00", "2026-11-30T18:00:00"),
        ("cron(0 8 1 * ? *)", "2026-11-24T00:00:00", "2026-12-01T08:00:00"),
        ("cron(0 0 L * ? *)", "2028-02-01T00:00:00", "2028-02-29T00:00:00"),
        ("cron(0 0 15W * ? *)", "2026-11-01T00:00:00", "2026-11-16T00:00:00"),
        ("cron(0 0 1W * ? *)", "2026-07-31T23:59:00", "2026-08-03T00:00:00"),
        ("cron(0 0 ? * 6L *)", "2026-11-01T00:00:00", "2026-11-27T00:00:00"),
        ("cron(0 0 ? * TUE#2 *)", "2026-11-01T00:00:00", "2026-11-10T00:00:00"),
        ("cron(30 9 29 2 ? 2027-2032)", "2026-01-01T00:00:00", "2028-02-29T09:30:00"),
        ("cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00", None),
    ],
)
def test_the_next_run(expression: str, after: str, expected: str | None) -> None:
    def seconds(text: str) -> float:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()

    assert read_schedule(expression)(seconds(after)) == (expected and seconds(expected))


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 seconds)",
        "rate(5)",
        "cron(0 12 * * *)",
        "cron(0 12 * * * *)",
        "cron(0 12 ? * ? *)",
        "cron(60 12 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 12 32 * ? *)",
        "cron(0 12 * 13 ? *)",
        "cron(0 12 ? * FUN *)",
        "cron(0 12 ? * 8 *)",
        "cron(5-1 12 * * ? *)",
        "cron(0/0 12 * * ? *)",
        "every day",
    ],
)
def test_what_is_no_schedule(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_schedule(expression)
