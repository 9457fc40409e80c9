"""When scheduled rules run: ``rate(5 minutes)`` and ``cron(0 12 * * ? *)``, in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|minutes|hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_LAST_YEAR = 2199

Schedule = Callable[[float], float | None]
"""The first moment after another one, both in seconds since 1970; nothing when there is none any more."""


def read_schedule(expression: str) -> Schedule:
    """Read the expression of a scheduled rule.

    Raises: ``ValueError`` for one that AWS refuses.
    """
    rate = _RATE.fullmatch(expression)
    if rate:
        count, unit = int(rate[1]), rate[2]
        if (count == 1) == unit.endswith("s"):
            raise ValueError(f"{count} goes with {unit.rstrip('s')}{'' if count == 1 else 's'}")
        step = count * _SECONDS[unit.rstrip("s")]
        return lambda after: after + step
    cron = _CRON.fullmatch(expression)
    if cron is None:
        raise ValueError("it is neither rate(…) nor cron(…)")
    return _Cron.read(*cron.groups()).first_after


@dataclass(frozen=True)
class _Cron:
    minutes: list[int]
    hours: list[int]
    months: frozenset[int]
    years: frozenset[int]
    day_fits: Callable[[dt.date], bool]

    @classmethod
    def read(cls, minutes: str, hours: str, days: str, months: str, weekdays: str, years: str) -> _Cron:
        if (days == "?") == (weekdays == "?"):
            raise ValueError("exactly one of day-of-month and day-of-week has to be ?")
        return cls(
            sorted(_numbers(minutes, 0, 59)),
            sorted(_numbers(hours, 0, 23)),
            frozenset(_numbers(months, 1, 12, _MONTHS)),
            frozenset(_numbers(years, 1970, _LAST_YEAR)),
            _day_of_month(days) if weekdays == "?" else _day_of_week(weekdays),
        )

    def first_after(self, after: float) -> float | None:
        earliest = dt.datetime.fromtimestamp(after, dt.UTC).replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
        day = earliest.date()
        last = max(self.years)
        while day.year <= last:
            if day.year not in self.years:
                day = dt.date(day.year + 1, 1, 1)
            elif day.month not in self.months:
                day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            else:
                moment = self._first_on(day, earliest) if self.day_fits(day) else None
                if moment is not None:
                    return moment
                day += dt.timedelta(days=1)
        return None

    def _first_on(self, day: dt.date, earliest: dt.datetime) -> float | None:
        for hour in self.hours:
            for minute in self.minutes:
                moment = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)
                if moment >= earliest:
                    return moment.timestamp()
        return None


def _numbers(text: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """The numbers that one field of a cron expression stands for."""
    found: set[int] = set()
    for part in text.split(","):
        base, slash, step = part.partition("/")
        first, dash, last = base.partition("-")
        if base == "*":
            start, end = low, high
        else:
            start = _number(first, low, high, names)
            end = _number(last, low, high, names) if dash else high if slash else start
        if slash and not re.fullmatch(r"[1-9][0-9]*", step):
            raise ValueError(f"{part} has no step")
        if start > end:
            raise ValueError(f"{part} ends before it starts")
        found.update(range(start, end + 1, int(step) if slash else 1))
    return found


def _number(text: str, low: int, high: int, names: dict[str, int] | None = None) -> int:
    number = (names or {}).get(text.upper(), int(text) if text.isascii() and text.isdigit() else None)
    if number is None or not low <= number <= high:
        raise ValueError(f"{text} is not between {low} and {high}")
    return number


def _days_in(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _day_of_month(text: str) -> Callable[[dt.date], bool]:
    if text == "L":
        return lambda day: day.day == _days_in(day)
    if text == "LW":
        return lambda day: day == _nearest_weekday(day, _days_in(day))
    if text.endswith("W"):
        wanted = _number(text[:-1], 1, 31)
        return lambda day: wanted <= _days_in(day) and day == _nearest_weekday(day, wanted)
    days = _numbers(text, 1, 31)
    return lambda day: day.day in days


def _nearest_weekday(month: dt.date, wanted: int) -> dt.date:
    day = month.replace(day=wanted)
    if day.weekday() == 5:
        return day - dt.timedelta(days=1) if wanted > 1 else day + dt.timedelta(days=2)
    if day.weekday() == 6:
        return day + dt.timedelta(days=1) if wanted < _days_in(month) else day - dt.timedelta(days=2)
    return day


def _day_of_week(text: str) -> Callable[[dt.date], bool]:
    if text == "L":
        text = "7"
    if text.upper().endswith("L"):
        last = _number(text[:-1], 1, 7, _DAYS)
        return lambda day: _weekday(day) == last and day.day + 7 > _days_in(day)
    if "#" in text:
        name, _, number = text.partition("#")
        wanted, nth = _number(name, 1, 7, _DAYS), _number(number, 1, 5)
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == nth
    days = _numbers(text, 1, 7, _DAYS)
    return lambda day: _weekday(day) in days


def _weekday(day: dt.date) -> int:
    return day.isoweekday() % 7 + 1
