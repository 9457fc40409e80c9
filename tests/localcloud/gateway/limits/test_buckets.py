"""Token buckets, on a clock that the test moves."""

from __future__ import annotations

import math
import threading

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.limits import buckets
from helpers.localcloud.gateway.limits.buckets import Buckets, TokenBucket

_rates = st.floats(0.1, 500)
_bursts = st.integers(0, 50)
_pauses = st.lists(st.floats(0, 3), min_size=1, max_size=200)


@given(rate=_rates, burst=_bursts, pauses=_pauses)
def test_no_window_lets_in_more_than_burst_and_rate_allow(rate: float, burst: int, pauses: list[float]) -> None:
    now, bucket = 0.0, TokenBucket(rate, burst, 0.0)
    admitted: list[float] = []
    for pause in pauses:
        now += pause
        if bucket.take(now):
            admitted.append(now)
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            seconds = admitted[last] - admitted[first]
            assert last - first + 1 <= burst + rate * seconds + 1e-6


@given(rate=st.integers(1, 200), burst=st.integers(1, 50))
def test_who_asks_no_faster_than_the_rate_is_never_refused(rate: int, burst: int) -> None:
    bucket = TokenBucket(rate, burst, 0.0)
    assert all(bucket.take(number / rate + 1e-9 * number) for number in range(500))


@given(rate=st.integers(1, 100), burst=st.integers(1, 40))
def test_a_minute_of_overload_lets_in_what_the_plan_says(rate: int, burst: int) -> None:
    bucket = TokenBucket(rate, burst, 0.0)
    steps = rate * 60 * 3
    admitted = sum(bucket.take(60 * number / steps) for number in range(steps))
    assert math.isclose(admitted, burst + rate * 60, rel_tol=0.05, abs_tol=1.5)


def test_a_bucket_of_nothing_lets_nobody_in() -> None:
    bucket = TokenBucket(0, 0, 0.0)
    assert not any(bucket.take(number * 1000.0) for number in range(10))


def test_a_change_keeps_what_was_drawn() -> None:
    moment = [0.0]
    known = Buckets(lambda: moment[0])
    assert [known.take(("1", "a"), 1, 3) for _ in range(4)] == [True, True, True, False]
    assert not known.take(("1", "a"), 1, 10)
    moment[0] += 2
    assert [known.take(("1", "a"), 1, 10) for _ in range(3)] == [True, True, False]
    moment[0] += 100
    assert [known.take(("1", "a"), 1, 2) for _ in range(3)] == [True, True, False]


def test_many_threads_draw_no_token_twice() -> None:
    known = Buckets(lambda: 0.0)
    admitted: list[bool] = []

    def draw() -> None:
        admitted.extend(known.take(("1", "a"), 0, 100) for _ in range(50))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 100


def test_memory_is_bounded() -> None:
    known = Buckets(lambda: 0.0)
    for number in range(buckets.MOST_BUCKETS + 10):
        known.take(("1", number), 1, 1)
    assert known.take(("1", 0), 1, 1), "the bucket used longest ago is the one that was dropped"
    assert not known.take(("1", buckets.MOST_BUCKETS + 9), 1, 1)
