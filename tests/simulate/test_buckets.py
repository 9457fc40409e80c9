"""A bucket that is asked about many moments at once answers as if it had been asked one by one, to the last digit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from helpers.simulate.buckets import TokenBucket


@given(
    rate=st.floats(0.1, 100),
    size=st.integers(1, 50),
    taken=st.integers(0, 5),
    gaps=st.lists(st.floats(0, 2) | st.sampled_from([0.0, 0.1]), min_size=1, max_size=60),
)
def test_many_moments_are_one_after_another(rate: float, size: int, taken: int, gaps: list[float]) -> None:
    bucket = TokenBucket(rate, size)
    for _ in range(taken):
        bucket.take(0.3)
    moments = 0.3 + np.cumsum(gaps)
    left = bucket.after(moments)
    enough = all([bucket.take(moment) for moment in moments.tolist()])
    if left is None:
        assert not enough or bucket.tokens < size
    else:
        assert enough
        assert left == bucket.tokens
