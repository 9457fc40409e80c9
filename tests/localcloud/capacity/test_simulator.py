"""The simulator of a table's capacity, held against the table of the local cloud."""

from __future__ import annotations

import time

from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.capacity import buckets
from helpers.simulate.capacity import Capacity
from helpers.simulate.models import Table
from helpers.simulate.results import Recorder
from tests.localcloud.capacity.table_help import Tables


def simulated(rate: int, moments: list[float]) -> int:
    """How many requests of one unit the simulator throttles."""
    capacity = Capacity(Table(capacity=rate), Recorder(seconds=moments[-1] + 1, interval=1.0))
    return sum(not capacity.take(moment) for moment in moments)


@given(rate=st.integers(1, 20), gaps=st.lists(st.integers(0, 40), min_size=1, max_size=60), burst=st.integers(1, 60))
def test_the_simulator_throttles_as_the_bucket_does(rate: int, gaps: list[int], burst: int) -> None:
    bucket, throttled, moments, now = buckets.begin(rate, 0.0), 0, [], 0.0
    for gap in gaps:
        now += gap
        for _ in range(burst):
            moments.append(now)
            if bucket.level(now) >= 1:
                bucket.spend(1, now)
            else:
                throttled += 1
    assert throttled == simulated(rate, moments)


def test_the_simulator_throttles_as_the_table_does_but_for_the_real_time_that_passes(tables: Tables) -> None:
    rate, rounds, writes = 2, 6, 45
    began = time.monotonic()  # the table's capacity drips in from its creation on
    tables.create(5, rate)
    moments, throttled, now = [], 0, 0.0
    for _ in range(rounds):
        for number in range(writes):
            moments.append(now)
            try:
                tables.put(number)
            except ClientError:
                throttled += 1
        tables.advance(10)
        now += 10
    # While the writes are under way, capacity drips in that the simulator, whose requests take no time, does not see.
    error = rate * (time.monotonic() - began) + 1
    assert simulated(rate, moments) - error <= throttled <= simulated(rate, moments)
    assert throttled > rounds
