"""How long things take: distributions that are described as people describe them, by a median and a 99th percentile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Protocol

import numpy as np

from helpers.errors import CourseError
from helpers.simulate.traffic import Floats

_Z99 = 2.3263478740408408  # the 99th percentile of the standard normal distribution


class Duration(Protocol):
    """Something that takes time; ``sample`` gives ``count`` lengths in seconds."""

    @property
    def mean(self) -> float: ...

    def sample(self, random: np.random.Generator, count: int) -> Floats: ...


@dataclass(frozen=True)
class Fixed:
    """Always the same. seconds: 0 or more."""

    seconds: float

    def __post_init__(self) -> None:
        _check(self.seconds, "a duration")

    @property
    def mean(self) -> float:
        """Its mean in seconds."""
        return self.seconds

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """``count`` lengths in seconds."""
        return np.full(count, self.seconds)


@dataclass(frozen=True)
class LogNormal:
    """Mostly short, sometimes long, never below zero. median, p99: in seconds.

    Raises: ``CourseError`` unless 0 < median <= p99.
    """

    median: float
    p99: float

    def __post_init__(self) -> None:
        _check(self.median, "a median")
        _check(self.p99, "a 99th percentile")
        if not 0 < self.median <= self.p99:
            raise CourseError(f"a median of {self.median} s and a p99 of {self.p99} s do not go together")

    @property
    def _sigma(self) -> float:
        return math.log(self.p99 / self.median) / _Z99

    @property
    def mean(self) -> float:
        """Its mean in seconds."""
        return self.median * math.exp(self._sigma**2 / 2)

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """``count`` lengths in seconds."""
        return random.lognormal(math.log(self.median), self._sigma, count)


@dataclass(frozen=True)
class Exponential:
    """Without memory: what queueing theory likes best. seconds: the mean."""

    seconds: float

    def __post_init__(self) -> None:
        _check(self.seconds, "a mean")

    @property
    def mean(self) -> float:
        """Its mean in seconds."""
        return self.seconds

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """``count`` lengths in seconds."""
        return random.exponential(self.seconds, count)


@dataclass(frozen=True)
class Measured:
    """As it was measured: values are drawn again from ``values`` (seconds)."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise CourseError("no durations were measured: give at least one, in seconds")
        for value in self.values:
            _check(value, "a measured duration")

    @property
    def mean(self) -> float:
        """Its mean in seconds."""
        return sum(self.values) / len(self.values)

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """``count`` lengths in seconds."""
        return random.choice(np.asarray(self.values), count)


def _check(seconds: float, what: str) -> None:
    if not isinstance(seconds, Real) or isinstance(seconds, bool) or not math.isfinite(seconds) or seconds < 0:
        raise CourseError(f"{what} of {seconds} s is impossible: give seconds, 0 or more")
