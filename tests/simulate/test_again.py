"""Attempts that wait in arrays come in the order in which a heap gives them."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from helpers.simulate.again import Waiting

LATER = st.lists(st.integers(1, 9), max_size=6)


@given(st.lists(LATER, min_size=1, max_size=8))
def test_they_come_by_the_moment_and_then_as_they_were_put_off(rounds: list[list[int]]) -> None:
    waiting, heap, number = Waiting(), [], 0
    for now, pauses in enumerate(rounds):
        put_off = [(float(now + pause), float(number + place), 1.0) for place, pause in enumerate(pauses)]
        waiting.put(np.array(put_off).reshape(-1, 3).T)
        for moment, name, _ in put_off:
            heappush(heap, (moment, name))
        number += len(pauses)
        assert waiting.earliest == (heap[0][0] if heap else np.inf)
        due = [heappop(heap) for _ in range(sum(moment <= now + 1 for moment, _ in heap))]
        merged = waiting.merged(np.array([now + 1.0]))
        assert [*zip(*merged[:2].tolist(), strict=True)] == [*due, (now + 1.0, now + 1.0)]
        waiting.drop(now + 1)
    assert sorted(one[:2] for one in waiting.take()) == sorted(heap)
    assert waiting.earliest == np.inf
