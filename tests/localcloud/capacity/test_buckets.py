"""The bucket of a capacity and the traffic of a table, against plain models of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.capacity import buckets
from helpers.localcloud.capacity.buckets import BURST_SECONDS
from helpers.localcloud.capacity.traffic import Traffic

steps = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.integers(1, 9)), max_size=60)


@given(rate=st.integers(1, 50), taken=steps)
def test_a_bucket_holds_what_was_not_used_of_the_last_five_minutes(
    rate: int, taken: list[tuple[int, int, int]]
) -> None:
    bucket = buckets.begin(rate, 0)
    saved, now = rate, 0
    for seconds, requests, units in taken:
        for _ in range(seconds):
            saved = min(saved + rate, rate * BURST_SECONDS)
        now += seconds
        for _ in range(requests):
            assert bucket.level(now) == saved
            if saved >= 1:
                bucket.spend(units, now)
                saved -= units
    assert bucket.level(now) == saved


@given(rate=st.integers(1, 20), asks=st.lists(st.integers(0, 3), max_size=200))
def test_no_more_than_the_burst_and_the_rate_ever_gets_through(rate: int, asks: list[int]) -> None:
    bucket = buckets.begin(rate, 0)
    passed, now = 0, 0
    for gap in asks:
        now += gap
        if bucket.level(now) >= 1:
            bucket.spend(1, now)
            passed += 1
    assert passed <= rate + rate * now


def test_a_debt_is_paid_by_the_seconds_that_follow() -> None:
    bucket = buckets.begin(5, 0)
    bucket.spend(20, 0)
    assert [bucket.level(second) for second in (0, 1, 3, 4)] == [-15, -10, 0, 5]


def test_what_is_saved_up_is_cut_to_a_smaller_capacity_and_stays_for_a_larger_one() -> None:
    bucket = buckets.begin(10, 0)
    assert bucket.level(1_000) == 3_000
    buckets.change(bucket, 1, 1_000)
    assert bucket.level(1_000) == 300
    buckets.change(bucket, 100, 1_000)
    assert bucket.level(1_001) == 400


def test_traffic_is_counted_second_by_second_and_key_by_key() -> None:
    traffic = Traffic()
    traffic.add("a", 3, 10.1)
    traffic.add("b", 4, 10.9)
    traffic.add(None, 1, 10.9)
    assert (traffic.of_second(10.9), traffic.of_key("a", 10.9)) == (8, 3)
    assert (traffic.of_second(11.0), traffic.of_key("a", 11.0)) == (0, 0)


def test_a_peak_counts_half_an_hour_later() -> None:
    traffic = Traffic()
    traffic.add(None, 5_000, 100)
    assert traffic.peak(100 + 1_799) == 0
    assert traffic.peak(100 + 1_801) == 5_000
    assert traffic.peak(1e9) == 5_000
