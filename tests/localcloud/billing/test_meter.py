"""The meter adds up: whatever is counted, however old it gets, and whenever somebody reads."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpers.localcloud.billing.charges import charges
from helpers.localcloud.billing.meter import DAY, HOUR, Ledger, Usage

MARCH = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
KEYS = ("lambda/requests", "sqs/standard-requests", "s3/tier1-requests")

moments = some.floats(MARCH, MARCH + 60 * DAY, allow_nan=False)
counted = some.lists(
    some.tuples(
        some.sampled_from(KEYS), some.sampled_from(["arn:a", "arn:b", "arn:c", ""]), some.integers(1, 1000), moments
    ),
    max_size=40,
)


@given(counted, some.integers(0, 200), some.integers(3, 50_000))
def test_what_was_counted_is_what_was_used(events: list[tuple[str, str, int, float]], days: int, most: int) -> None:
    ledger = Ledger("1", most_lines=most)
    for key, resource, quantity, moment in events:
        ledger.count("us-east-1", key, resource, quantity, moment)
    usage = ledger.usage(MARCH + days * DAY)
    for key in KEYS:
        expected = sum(quantity for one, _, quantity, _ in events if one == key)
        assert math.fsum(one.quantity for one in usage if one.key == key) == expected
    per_day: dict[float, int] = {}
    for _, _, quantity, moment in events:
        per_day[moment // DAY] = per_day.get(moment // DAY, 0) + quantity
    assert per_day == {
        day: sum(one.quantity for one in usage if one.begin // DAY == day)
        for day in {one.begin // DAY for one in usage}
    }


@given(some.lists(some.tuples(some.integers(0, 20), some.floats(0, 40 * DAY), some.booleans()), max_size=12))
def test_what_stands_is_paid_for_exactly_its_time_however_often_it_is_read(
    steps: list[tuple[int, float, bool]],
) -> None:
    ledger, now, standing, expected = Ledger("1"), MARCH, 0, 0.0
    for quantity, seconds, read in steps:
        ledger.stands("us-east-1", "dynamodb/read-capacity-hours", "arn:t", quantity, now, monthly=False)
        standing = quantity
        now += seconds
        expected += standing * seconds / HOUR
        if read:
            ledger.usage(now)
    total = math.fsum(one.quantity for one in ledger.usage(now))
    assert total == pytest.approx(expected, abs=1e-6)  # clock times have no finer steps


def test_a_whole_month_of_one_alarm_is_one_alarm_month() -> None:
    ledger = Ledger("1")
    ledger.stands("us-east-1", "cloudwatch/alarm-months", "arn:x", 1, MARCH, monthly=True)
    usage = ledger.usage(MARCH + 31 * DAY)
    assert math.fsum(one.quantity for one in usage) == pytest.approx(1)
    assert len(usage) < 31 + 15 * 24


def test_a_flood_of_resources_keeps_the_ledger_small_and_the_total_right() -> None:
    ledger = Ledger("1", most_lines=100)
    for number in range(10_000):
        ledger.count("us-east-1", "lambda/requests", f"arn:{number}", 1, MARCH)
    usage = ledger.usage(MARCH)
    assert len(usage) <= 101
    assert sum(one.quantity for one in usage) == 10_000


def use(key: str, quantity: float, day: int = 0, region: str = "us-east-1") -> Usage:
    return Usage(int(MARCH) + day * DAY, region, key, "", (), quantity)


def test_a_bill_by_hand() -> None:
    # A shop in March 2026, us-east-1: 3,000,000 calls of a REST API, each a function of 512 MB that is billed 120 ms, a message to a queue
    # (send, receive, delete), an item written (1 unit) and read strongly (1 unit), 1 KB of log; 12 custom metrics and 12 alarms all month.
    calls = 3_000_000
    usage = [
        use("apigateway/rest-requests", calls),
        use("lambda/requests", calls),
        use("lambda/gb-seconds", calls * 0.120 * 512 / 1024),
        use("sqs/standard-requests", calls * 3),
        use("dynamodb/write-request-units", calls),
        use("dynamodb/read-request-units", calls),
        use("logs/ingested-gb", calls * 1024 / 2**30),
        use("cloudwatch/metric-months", 12),
        use("cloudwatch/alarm-months", 12),
    ]
    by_hand = {
        "apigateway/rest-requests": 10.50,  # 3 M x $3.50 / M
        "lambda/requests": 0.40,  # (3 M - 1 M free) x $0.20 / M
        "lambda/gb-seconds": 0.0,  # 180,000 GB-s of 400,000 free
        "sqs/standard-requests": 3.20,  # (9 M - 1 M free) x $0.40 / M
        "dynamodb/write-request-units": 1.875,  # 3 M x $0.625 / M
        "dynamodb/read-request-units": 0.375,  # 3 M x $0.125 / M
        "logs/ingested-gb": 0.0,  # 2.86 GB of 5 free
        "cloudwatch/metric-months": 0.60,  # (12 - 10 free) x $0.30
        "cloudwatch/alarm-months": 0.20,  # (12 - 10 free) x $0.10
    }
    costs = {one.usage.key: one.cost for one in charges(usage)}
    assert costs == pytest.approx(by_hand)
    assert sum(costs.values()) == pytest.approx(17.15)


def test_free_units_are_shared_used_first_and_new_each_month() -> None:
    usage = [
        use("lambda/gb-seconds", 300_000, day=0),
        use("lambda/gb-seconds-arm64", 200_000, day=1),
        use("lambda/gb-seconds", 10, day=2, region="us-east-1"),
        use("lambda/gb-seconds", 100_000, day=31),
    ]
    costs = [one.cost for one in charges(usage)]
    assert costs == pytest.approx([0, 100_000 * 0.0000133334, 10 * 0.0000166667, 0])


def test_what_is_beyond_the_known_tiers_is_missing_and_not_cheap() -> None:
    first, second = charges([use("apigateway/rest-requests", 333_000_000), use("apigateway/rest-requests", 1, day=1)])
    assert first.cost == pytest.approx(1165.5)
    assert second.missing and "only up to 333,000,000" in second.missing
