"""From when to when a picture of monitoring looks, and how its time axis is written.

An axis counts from the left edge of the picture, so that a lesson draws the same on every day; clock times are written on demand.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.cloud import clock
from helpers.cloud.session import language
from helpers.errors import CourseError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Moment = dt.datetime | str | float | None
_UNITS = (
    ("second", 1.0, 300.0),
    ("minute", 60.0, 4 * 3600.0),
    ("hour", 3600.0, 4 * 86400.0),
    ("day", 86400.0, math.inf),
)
_WORDS = {
    "en": {"second": "seconds", "minute": "minutes", "hour": "hours", "day": "days", "clock": "time (UTC)"},
    "pt-BR": {"second": "segundos", "minute": "minutos", "hour": "horas", "day": "dias", "clock": "hora (UTC)"},
}
_SHORT = {"second": "s", "minute": "min", "day": "d"}
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 90, 120)
_RELATIVE = re.compile(r"-?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True)
class Window:
    """start, end: seconds since 1970, whole periods. now: the cloud's time, which may lie before the end. clocked: whether axes show clock times."""

    start: float
    end: float
    now: float
    clocked: bool = False

    @property
    def begin(self) -> dt.datetime:
        """The start, as boto3 takes it."""
        return dt.datetime.fromtimestamp(self.start, dt.UTC)

    @property
    def finish(self) -> dt.datetime:
        """The end, as boto3 takes it."""
        return dt.datetime.fromtimestamp(self.end, dt.UTC)

    @property
    def unit(self) -> tuple[str, float]:
        """The name of the unit in which the axis counts, and its seconds."""
        return next((name, size) for name, size, most in _UNITS if self.end - self.start <= most)

    def x(self, at: float) -> float:
        """Where a moment stands on the axis."""
        return (at - self.start) / self.unit[1]

    def said(self, at: float) -> str:
        """A moment in words: ``+12 min``, or ``14:05`` on a clocked axis."""
        if self.clocked:
            return f"{dt.datetime.fromtimestamp(at, dt.UTC):%H:%M:%S}".removesuffix(":00")
        since, (name, size) = at - self.start, self.unit
        if name == "hour":
            return f"+{int(since // 3600)} h {int(since % 3600 // 60):02d}"
        return f"+{round(since / size, 1):g} {_SHORT[name]}"

    def label(self, axes: Axes, *, ticks: float = 10, title: bool = True) -> None:
        """Write the time axis below a plot, with at most so many ticks."""
        from matplotlib.ticker import FixedLocator, FuncFormatter

        words = _WORDS.get(language(), _WORDS["en"])
        name, size = self.unit
        step = self._step(ticks) * size
        first = math.ceil(self.start / step) * step if self.clocked else self.start
        count = int((self.end - first) / step + 1e-9)
        axes.set_xlim(0, self.x(self.end))
        axes.xaxis.set_major_locator(FixedLocator([self.x(first + place * step) for place in range(count + 1)]))
        form = {"day": "%d %b", "second": "%H:%M:%S"}.get(name, "%H:%M")

        def written(x: float, _: int) -> str:
            return f"{dt.datetime.fromtimestamp(self.start + x * size, dt.UTC):{form}}" if self.clocked else f"{x:g}"

        axes.xaxis.set_major_formatter(FuncFormatter(written))
        if title:
            axes.set_xlabel(words["clock"] if self.clocked else words[name])

    def _step(self, most: float) -> float:
        name, size = self.unit
        span = (self.end - self.start) / size
        steps = (1, 2, 3, 6, 12, 24, 48) if name == "hour" else _STEPS
        return float(next((step for step in steps if span / step <= most), math.ceil(span / most)))


def window(
    *, hours: float = 1, start: Moment = None, end: Moment = None, period: float = 60, clocked: bool = False
) -> Window:
    """The time that a picture shows, widened to whole periods.

    hours: how far back, unless ``start`` is given. start, end: aware datetimes, ISO texts, seconds since 1970, or distances from now such as
    ``"-PT3H"``, as in the body of a dashboard; the end is now unless given.

    Raises: ``CourseError`` for times that are none or in the wrong order.
    """
    if not period >= 1:
        raise CourseError(f"a period of {period:g} seconds is none: give at least 1")
    now = time_of_cloud()
    stop = now if end is None else _seconds(end, now)
    edge = math.ceil(stop / period - 1e-9) * period
    begin = edge - hours * 3600 if start is None else _seconds(start, edge if end is None else now)
    if not -math.inf < begin < stop:
        raise CourseError("there is nothing between these times: give a start that lies before the end")
    return Window(math.floor(begin / period) * period, edge, now, clocked)


def time_of_cloud() -> float:
    """What the connected cloud takes for now, in seconds since 1970: the local cloud's virtual clock, the real time elsewhere."""
    try:
        return clock.now().timestamp()
    except CourseError:  # not the course's own cloud
        return dt.datetime.now(dt.UTC).timestamp()


def _seconds(given: dt.datetime | str | float, now: float) -> float:
    """A moment in seconds since 1970; a distance is counted back from ``now``."""
    if isinstance(given, str) and (match := _RELATIVE.fullmatch(given)) and given.rstrip("T") not in ("P", "-P"):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        back = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return now - back.total_seconds()
    try:
        if isinstance(given, str):
            given = dt.datetime.fromisoformat(given)
        if isinstance(given, dt.datetime):
            return (given if given.tzinfo else given.replace(tzinfo=dt.UTC)).timestamp()
        if math.isfinite(given):
            return float(given)
    except (TypeError, ValueError):
        pass
    raise CourseError(f"{given!r} is no time: give a datetime, an ISO text such as '2026-11-26T14:00Z', or '-PT3H'")
