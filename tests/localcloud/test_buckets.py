"""Token buckets, on a clock that the test moves."""

from __future__ import annotations

import math
import threading

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud import buckets
from helpers.localcloud.buckets import Buckets, TokenBucket

_rates = st.floats(0.1, 500)
_bursts = st.integers(0, 50)
_pauses = st.lists(st.floats(0, 3), min_size=1, max_size=200)


@given(rate=_rates, burst=_bursts, pauses=_pauses)
def test_no_window_lets_in_more_than_burst_and_rate_allow(rate: float, burst: int, pauses: list[float]) -> None:
    now, bucket = 0.0, TokenBucket(rate, burst, 0.0)
    admitted: list[float] = []
    for pause in pauses:
        now += pause
        if bucket.take(now) == 0:
            admitted.append(now)
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            seconds = admitted[last] - admitted[first]
            assert last - first + 1 <= burst + rate * seconds + 1e-6


@given(rate=st.integers(1, 200), burst=st.integers(1, 50))
def test_who_asks_no_faster_than_the_rate_is_never_refused(rate: int, burst: int) -> None:
    bucket = TokenBucket(rate, burst, 0.0)
    assert all(bucket.take(number / rate + 1e-9 * number) == 0 for number in range(500))


@given(rate=st.integers(1, 100), burst=st.integers(1, 40))
def test_a_minute_of_overload_lets_in_what_the_plan_says(rate: int, burst: int) -> None:
    bucket = TokenBucket(rate, burst, 0.0)
    steps = rate * 60 * 3
    admitted = sum(bucket.take(60 * number / steps) == 0 for number in range(steps))
    assert math.isclose(admitted, burst + rate * 60, rel_tol=0.05, abs_tol=1.5)


def test_a_bucket_of_nothing_lets_nobody_in() -> None:
    bucket = TokenBucket(0, 0, 0.0)
    assert [bucket.take(number * 1000.0) for number in range(10)] == [math.inf] * 10


def test_an_empty_bucket_says_when_it_has_a_token_again() -> None:
    bucket = TokenBucket(0.5, 2, 0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0, 0, 2]
    assert [bucket.take(1.0), bucket.take(2.0)] == [1, 0]


def test_what_was_not_used_is_not_saved_up() -> None:
    bucket = TokenBucket(0.5, 2, 0.0)
    bucket.take(0.0)
    assert [bucket.take(3_600.0) > 0 for _ in range(3)] == [False, False, True]


def test_a_moment_before_the_last_is_taken_for_the_last() -> None:
    bucket = TokenBucket(1, 10, 100.0)
    bucket.spend(10, 100.0)
    assert [bucket.level(moment) for moment in (50.0, 102.0, 101.0, 103.0)] == [0, 2, 2, 3]


def test_a_change_keeps_what_was_drawn() -> None:
    known = Buckets()
    assert [known.take(("1", "a"), 1, 3, 0) == 0 for _ in range(4)] == [True, True, True, False]
    assert known.take(("1", "a"), 1, 10, 0) > 0
    assert [known.take(("1", "a"), 1, 10, 2) == 0 for _ in range(3)] == [True, True, False]
    assert [known.take(("1", "a"), 1, 2, 102) == 0 for _ in range(3)] == [True, True, False]


def test_a_changed_rate_counts_from_its_first_request_or_from_the_one_before() -> None:
    key = ("1", "a")
    for known, drawn in ((Buckets(), 1), (Buckets(backdated=True), 5)):
        known.take(key, 1, 1, 0)
        assert sum(known.take(key, 10, 5, 1) == 0 for _ in range(10)) == drawn


def test_a_lower_capacity_counts_at_once_and_every_key_for_itself() -> None:
    known = Buckets(backdated=True)
    known.take(("1", "shop"), 10, 100, 0)
    assert [known.take(("1", "shop"), 0.1, 1, 0) > 0 for _ in range(2)] == [False, True]
    assert known.take(("1", "other"), 0.1, 1, 0) == 0
    known.forget("1")
    assert known.take(("1", "shop"), 0.1, 1, 0) == 0


def test_many_threads_draw_no_token_twice() -> None:
    known = Buckets()
    admitted: list[bool] = []

    def draw() -> None:
        admitted.extend(known.take(("1", "a"), 0, 100, 0) == 0 for _ in range(50))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 100


def test_memory_is_bounded() -> None:
    known = Buckets()
    for number in range(buckets.MOST_BUCKETS + 10):
        known.take(("1", number), 1, 1, 0)
    assert known.take(("1", 0), 1, 1, 0) == 0, "the bucket used longest ago is the one that was dropped"
    assert known.take(("1", buckets.MOST_BUCKETS + 9), 1, 1, 0) > 0
