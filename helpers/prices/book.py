"""The price book: what a quantity of something costs in a Region, tier by tier, and what of it is free.

A price that is not in the book is an error, never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from helpers.errors import CourseError

_FILE = Path(__file__).with_name("prices.yaml")
_PREFIXES = {
    "us-east-1": "USE1",
    "us-east-2": "USE2",
    "us-west-1": "USW1",
    "us-west-2": "USW2",
    "sa-east-1": "SAE1",
    "eu-central-1": "EUC1",
    "eu-west-1": "EU",
    "ca-central-1": "CAN1",
}


class PriceMissing(CourseError):
    """The book has no price for this."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that AWS charges for.

    key: such as ``lambda/requests``. service, usage_type, unit: as Cost Explorer writes them in us-east-1. tiers: by Region, up to which monthly quantity
    which price holds. source: where the prices stand. confidence: ``verified``, ``second-hand`` or ``unverified``. free: key of the allowance it draws on.
    """

    key: str
    service: str
    usage_type: str
    unit: str
    tiers: Mapping[str, tuple[tuple[float, float], ...]]
    source: str
    confidence: str
    free: str | None

    def usage_type_in(self, region: str) -> str:
        """What Cost Explorer calls the usage in ``region``."""
        if region == "us-east-1":
            return self.usage_type
        return f"{_PREFIXES.get(region, region)}-{self.usage_type.removeprefix('USE1-')}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is free each month, over all Regions. always: for every account, not only in the first months of an old one."""

    quantity: float
    always: bool
    source: str


@dataclass(frozen=True)
class PriceBook:
    """Prices in USD as they stood on the day ``checked``."""

    checked: dt.date
    lines: Mapping[str, Line]
    allowances: Mapping[str, Allowance]

    def line(self, key: str) -> Line:
        """The line of ``key``.

        Raises: ``CourseError`` for a key that the book does not have, with those that it has.
        """
        found = self.lines.get(key)
        if found is None:
            raise CourseError(f"there is nothing called {key!r} in the price book; it has: {', '.join(self.lines)}")
        return found

    def named(self, service: str, usage_type: str) -> tuple[Line, str] | None:
        """The line, and the Region, that Cost Explorer means by a service and a usage type; nothing where the book does not have it."""
        for line in self.lines.values():
            for region in line.tiers:
                if (line.service, line.usage_type_in(region)) == (service, usage_type):
                    return line, region
        return None

    def cost(self, key: str, region: str, quantity: float, already: float = 0.0) -> float:
        """USD for ``quantity`` units at list price, when ``already`` units were paid in the same month.

        Raises: ``PriceMissing`` when there is no price for the Region, or none for so much.
        """
        line = self.line(key)
        tiers = line.tiers.get(region)
        if tiers is None:
            known = ", ".join(line.tiers) or "no Region"
            raise PriceMissing(
                f"the price book of {self.checked} has no price for {key} in {region} (only for: {known}). "
                f"Look it up at {line.source}"
            )
        total, begin, end = 0.0, already, already + quantity
        for upper, price in tiers:
            if begin < upper:
                total += (min(end, upper) - begin) * price
                begin = min(end, upper)
            if begin >= end:
                return total
        raise PriceMissing(
            f"the price book of {self.checked} knows the price of {key} in {region} only up to {tiers[-1][0]:,.0f} a month. "
            f"Look the next tier up at {line.source}"
        )

    def allowance(self, key: str, *, first_year: bool = False) -> float:
        """How much of ``key`` is free each month. first_year: count what only accounts from before 15 July 2025 had in their first twelve months."""
        pool = self.line(key).free
        if pool is None:
            return 0.0
        found = self.allowances[pool]
        return found.quantity if found.always or first_year else 0.0


@lru_cache(maxsize=1)
def price_book() -> PriceBook:
    """The book of this course; read once."""
    import yaml

    text = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    lines = {}
    for key, given in text["lines"].items():
        tiers = {
            region: tuple((float(upper), float(price)) for upper, price in steps)
            for region, steps in given["tiers"].items()
        }
        lines[key] = Line(
            key,
            given["service"],
            given["usage_type"],
            given["unit"],
            tiers,
            given["source"],
            given["confidence"],
            given.get("free"),
        )
    return PriceBook(text["checked"], lines, {key: Allowance(**one) for key, one in text["free"].items()})
