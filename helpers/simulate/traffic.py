"""Traffic: how many requests a second, second by second, and the moments at which they come.

A shape is a list of rates, one for each stretch of time. Within a stretch requests come independently of each other (a Poisson process), or evenly spaced.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np
import numpy.typing as npt

from helpers.errors import CourseError

Floats = npt.NDArray[np.float64]

CHUNK = 100_000
_MOST_STRETCHES = 1_000_000
_MOST_REQUESTS = 10_000_000_000


@dataclass(frozen=True)
class Traffic:
    """Requests a second in consecutive stretches of equal length.

    rates: requests a second, one for each stretch. step: seconds of a stretch. evenly: equal distances instead of random ones.
    Raises: ``CourseError`` for rates that are negative, missing or endless.
    """

    rates: tuple[float, ...]
    step: float = 1.0
    evenly: bool = False

    def __post_init__(self) -> None:
        if not self.rates:
            raise CourseError("traffic needs at least one rate: say how many requests a second come")
        if not isinstance(self.step, Real) or not math.isfinite(self.step) or self.step <= 0:
            raise CourseError(f"a stretch of traffic cannot last {self.step} seconds: give a positive number")
        for place, rate in enumerate(self.rates):
            if not isinstance(rate, Real) or not math.isfinite(rate) or rate < 0:
                raise CourseError(
                    f"the rate at second {place * self.step:g} is {rate!r}: a rate is a number of requests a second, 0 or more"
                )
        if self.expected > _MOST_REQUESTS:
            raise CourseError(
                f"this traffic has about {self.expected:.3g} requests: simulate at most {_MOST_REQUESTS:,}, a shorter time or a share of it"
            )

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.rates) * self.step

    @property
    def expected(self) -> float:
        """How many requests come on average."""
        return sum(self.rates) * self.step

    def rate_at(self, second: float) -> float:
        """Requests a second at a moment; 0 before and after."""
        place = int(second // self.step)
        return self.rates[place] if 0 <= place < len(self.rates) else 0.0

    def __add__(self, other: Traffic) -> Traffic:
        """Two shapes at the same time. Raises: ``CourseError`` when their stretches differ in length."""
        if self.step != other.step or self.evenly != other.evenly:
            raise CourseError("two shapes can be added when both have the same step and spacing")
        longest = max(len(self.rates), len(other.rates))
        padded = [(*one.rates, *[0.0] * (longest - len(one.rates))) for one in (self, other)]
        return Traffic(tuple(a + b for a, b in zip(*padded, strict=True)), self.step, self.evenly)

    def arrivals(self, random: np.random.Generator) -> Iterator[Floats]:
        """The moments of all requests in seconds from the start, in order, some ten thousand at a time."""
        if self.evenly:
            yield from self._even()
            return
        starts, widths, means = self._pieces()
        first = 0
        while first < len(means):
            last = first + max(1, int(np.searchsorted(np.cumsum(means[first:]), CHUNK)))
            counts = random.poisson(means[first:last])
            moments = np.repeat(starts[first:last], counts)
            moments += random.random(len(moments)) * np.repeat(widths[first:last], counts)
            moments.sort()
            yield moments
            first = last

    def moments(self, seed: int) -> Iterator[Floats]:
        """``arrivals`` from a seed: a simulation and a real load of the same seed have the same moments."""
        first = np.random.SeedSequence(seed).spawn(1)[0]
        return self.arrivals(np.random.Generator(np.random.PCG64(first)))

    def _pieces(self) -> tuple[Floats, Floats, Floats]:
        """Start, width and expected number of requests of each stretch; a crowded one is cut, so that a chunk stays small."""
        rates = np.asarray(self.rates, dtype=np.float64)
        parts = np.maximum(1, np.ceil(rates * self.step / CHUNK)).astype(np.int64)
        widths = np.repeat(self.step / parts, parts)
        starts = np.concatenate(([0.0], np.cumsum(widths)[:-1]))
        return starts, widths, np.repeat(rates, parts) * widths

    def _even(self) -> Iterator[Floats]:
        owed = 0.0
        for place, rate in enumerate(self.rates):
            due = rate * self.step
            # The n-th request comes when the rates so far add up to n.
            numbers = np.arange(math.floor(owed) + 1, math.floor(owed + due) + 1, dtype=np.float64)
            moments = place * self.step + (numbers - owed) / rate if rate else numbers[:0]
            owed += due
            for first in range(0, len(moments), CHUNK):
                yield moments[first : first + CHUNK]


def constant(rate: float, seconds: float, *, evenly: bool = False) -> Traffic:
    """The same rate all the time. rate: requests a second."""
    return Traffic((rate,) * _stretches(seconds), seconds / _stretches(seconds), evenly)


def ramp(start: float, end: float, seconds: float) -> Traffic:
    """From one rate to another in a straight line. start, end: requests a second."""
    count = _stretches(seconds)
    return Traffic(tuple(start + (end - start) * (place + 0.5) / count for place in range(count)), seconds / count)


def spike(base: float, peak: float, *, at: float, lasting: float, seconds: float) -> Traffic:
    """A base rate, and a peak rate for a while. at, lasting, seconds: in seconds.

    Raises: ``CourseError`` when the peak does not lie within the time.
    """
    if not 0 <= at <= at + lasting <= seconds:
        raise CourseError(f"a spike at {at:g} s for {lasting:g} s does not lie within {seconds:g} s")
    return Traffic(tuple(peak if at <= second < at + lasting else base for second in range(_stretches(seconds))))


def day_curve(low: float, high: float, *, peak_hour: float = 20.0, step: float = 60.0) -> Traffic:
    """A day: quiet twelve hours from the peak, busiest at ``peak_hour``. low, high: requests a second."""
    count = round(86_400 / step)
    hours = ((place + 0.5) * step / 3600 for place in range(count))
    return Traffic(
        tuple(low + (high - low) * (1 + math.cos((hour - peak_hour) * math.tau / 24)) / 2 for hour in hours), step
    )


def from_csv(path: str | Path) -> Traffic:
    """Traffic from a file with the columns ``second`` and ``rate``, or ``timestamp`` (seconds since 1970) and ``rate``.

    The rows must be evenly apart and in order: a hole is refused, because nobody knows what happened in it.
    Raises: ``CourseError`` naming the row.
    """
    rows = _rows(Path(path))
    if len(rows) == 1:
        return Traffic((rows[0][1],))
    step = rows[1][0] - rows[0][0]
    for number, ((before, _), (after, _)) in enumerate(zip(rows, rows[1:], strict=False), 3):
        if not after > before:
            raise CourseError(
                f"{Path(path).name}, row {number}: the time {after:g} does not come after {before:g}: put the rows in order, one for each time"
            )
        if not abs(after - before - step) <= step * 1e-6:
            raise CourseError(
                f"{Path(path).name}, row {number}: {after:g} comes {after - before:g} s after the row before, and not {step:g}: fill the hole or correct the time"
            )
    return Traffic(tuple(rate for _, rate in rows), step)


def _rows(path: Path) -> list[tuple[float, float]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names: Sequence[str] = reader.fieldnames or ()
            moment = next((name for name in ("second", "timestamp") if name in names), None)
            if moment is None or "rate" not in names:
                raise CourseError(
                    f"{path.name} has the columns {', '.join(names) or 'none'}: it needs second (or timestamp) and rate"
                )
            rows = []
            for number, row in enumerate(reader, 2):
                try:
                    rows.append((float(row[moment]), float(row["rate"])))
                except (TypeError, ValueError):
                    raise CourseError(
                        f"{path.name}, row {number}: {row[moment]!r}, {row['rate']!r} are not a time and a rate"
                    ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read as a CSV file ({type(error).__name__})") from error
    if not rows:
        raise CourseError(f"{path.name} has no rows: give it a time and a rate in each")
    return rows


def _stretches(seconds: float) -> int:
    if not isinstance(seconds, Real) or not math.isfinite(seconds) or not 0 < seconds <= _MOST_STRETCHES:
        raise CourseError(f"traffic cannot last {seconds} seconds: give a number up to {_MOST_STRETCHES:,}")
    return max(1, math.ceil(seconds))
