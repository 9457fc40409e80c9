"""Attempts of many requests as arrays, and those among them that were turned away and will ask again.

Attempts are an array of three rows: when each comes, when its request came first, and how often that was turned away before.
Those that are put off together are sorted once; whoever is due next stands at the beginning of one of these runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from helpers.simulate.results import Floats


def first_attempts(moments: Floats) -> Floats:
    """The first attempts of requests that come at ``moments``."""
    return np.stack((moments, moments, np.zeros(len(moments))))


class Waiting:
    """Attempts that are to come. Of two at the same moment the one that was put off first comes first."""

    def __init__(self) -> None:
        self._runs: list[Floats] = []

    @property
    def earliest(self) -> float:
        """When the next one comes."""
        return min((float(run[0, 0]) for run in self._runs), default=math.inf)

    def put(self, attempts: Floats) -> None:
        """Put ``attempts`` off, in this order."""
        if attempts.size:
            self._runs.append(attempts[:, np.argsort(attempts[0], kind="stable")])

    def merged(self, arriving: Floats) -> Floats:
        """First attempts at ``arriving`` and all that are due until the last of them, in order. They stay until they are dropped."""
        due = (run[:, :count] for run, count in zip(self._runs, self._due(arriving[-1]), strict=True) if count)
        attempts = np.concatenate((*due, first_attempts(arriving)), axis=1)
        return np.asarray(attempts[:, np.argsort(attempts[0], kind="stable")])

    def drop(self, until: float) -> None:
        """Forget all that were due until a moment."""
        left = (run[:, count:] for run, count in zip(self._runs, self._due(until), strict=True))
        self._runs = [run for run in left if run.size]

    def take(self) -> list[tuple[float, float, int]]:
        """Take all of them, as Python's own numbers."""
        runs, self._runs = self._runs, []
        return [(moment, first, int(attempt)) for run in runs for moment, first, attempt in run.T.tolist()]

    def _due(self, until: float) -> Sequence[int]:
        return [int(np.searchsorted(run[0], until, "right")) for run in self._runs]
