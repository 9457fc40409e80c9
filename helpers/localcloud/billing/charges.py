"""From usage to money: the lines of a bill, each with its share of tiers and free allowances.

The first units of a month are the free ones, over all Regions together; tiers of prices are climbed Region by Region.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpers.localcloud.billing.meter import Usage
from helpers.prices.book import Line, PriceMissing, price_book


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: a usage and what it costs in USD. missing: why its cost is not known, if it is not."""

    usage: Usage
    line: Line
    cost: float
    missing: str | None = None

    @property
    def usage_type(self) -> str:
        """What Cost Explorer calls the usage."""
        return self.line.usage_type_in(self.usage.region)


def month_of(moment: float) -> tuple[int, int]:
    """Year and month of a moment, in UTC."""
    day = dt.datetime.fromtimestamp(moment, dt.UTC)
    return day.year, day.month


def first_of_month(moment: float) -> float:
    """When the month of a moment began, in seconds since 1970."""
    year, month = month_of(moment)
    return dt.datetime(year, month, 1, tzinfo=dt.UTC).timestamp()


def charges(usage: Iterable[Usage]) -> Iterator[Charge]:
    """What each usage costs. usage: in the order of time, from the beginning of a month on."""
    book = price_book()
    month: tuple[int, int] | None = None
    free: dict[str, float] = {}
    paid: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in usage:
        if month_of(one.begin) != month:
            month = month_of(one.begin)
            free, paid = {}, defaultdict(float)
        line = book.line(one.key)
        given = 0.0
        if line.free:
            left = free.setdefault(line.free, book.allowance(one.key))
            given = min(left, one.quantity)
            free[line.free] = left - given
        place = one.key, one.region
        try:
            cost, missing = book.cost(one.key, one.region, one.quantity - given, paid[place]), None
        except PriceMissing as why:
            cost, missing = 0.0, str(why)
        paid[place] += one.quantity - given
        yield Charge(one, line, cost, missing)
