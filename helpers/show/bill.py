"""``bill()``: what a month has cost so far, by service, as Cost Explorer tells it, beside what the same would cost without the free tier."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from helpers.cloud import clock
from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.languages import dollars, numeral
from helpers.prices.book import PriceMissing, price_book
from helpers.show.drawing import BLUE, INK, SKY, SOFT, Picture, canvas, fitted, legend_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_WORDS = {
    "en": {"title": "Bill of {}", "until": "until {}", "without": "without the free tier", "cost": "cost", "unknown": "no list price", "none": "nothing was used",
           "estimated": "estimated"},
    "pt-BR": {"title": "Fatura de {}", "until": "até {}", "without": "sem o nível gratuito", "cost": "custo", "unknown": "sem preço de lista", "none": "nada foi usado",
              "estimated": "estimada"},
}  # fmt: skip
_WIDE, _ROW = 8.0, 0.34
_READING = "ce/requests"


@dataclass(frozen=True)
class Item:
    """One usage type of a service. key: of the price book. cost: USD, as it is billed. list_price: USD without the free tier. Both where the book knows them."""

    key: str | None
    service: str
    usage_type: str
    quantity: float
    unit: str
    cost: float
    list_price: float | None


@dataclass(repr=False)
class Bill(Picture):
    """The bill of one month, ready to be shown. until: the last day in it."""

    items: list[Item]
    month: str
    until: dt.date
    estimated: bool
    lang: str = "en"

    @property
    def total(self) -> float:
        """USD, as it is billed."""
        return sum(one.cost for one in self.items)

    @property
    def total_without_free_tier(self) -> float:
        """USD at list prices, of what the price book knows."""
        return sum(one.list_price or 0.0 for one in self.items)

    def quantities(self) -> dict[str, float]:
        """How much was used, by key of the price book, as ``helpers.simulate.cost.estimate`` takes it; without the requests to Cost Explorer that read the bill."""
        used: dict[str, float] = {}
        for one in self.items:
            if one.key is not None and one.key != _READING:
                used[one.key] = used.get(one.key, 0.0) + one.quantity
        return used

    def services(self) -> dict[str, list[Item]]:
        """The items by service, the dearest first."""
        kept: dict[str, list[Item]] = {}
        for one in self.items:
            kept.setdefault(one.service, []).append(one)
        return dict(sorted(kept.items(), key=lambda pair: (-_cost(pair[1]), -_list_price(pair[1]), pair[0])))

    def as_text(self) -> str:
        """A line for each service with its cost, and one for each of its usage types with its quantity."""
        if not self.items:
            return f"{self._title()}: {self._words['none']}"
        lines = [
            f"{self._title()}: {self._dollars(self.total)} ({self._dollars(self.total_without_free_tier)} {self._words['without']})"
        ]
        for service, items in self.services().items():
            lines.append(f"  {service}: {self._dollars(_cost(items))} ({self._dollars(_list_price(items))})")
            for one in items:
                unknown = f" ({self._words['unknown']})" if one.list_price is None else ""
                lines.append(f"    {one.usage_type}  {self._amount(one.quantity)} {one.unit}{unknown}")
        return "\n".join(lines)

    def alt(self) -> str:
        """One sentence: the total, and what each service costs."""
        said = ", ".join(f"{service} {self._dollars(_cost(items))}" for service, items in self.services().items())
        return f"{self._title()}: {self._dollars(self.total)}; {said or self._words['none']}."

    def figure(self) -> Figure:
        """Two bars for each service: what is billed, and what it would be without the free tier."""
        services = self.services()
        high = 1.15 + _ROW * max(1, len(services))
        figure = canvas(_WIDE, high)
        axes = figure.add_axes((2.75 / _WIDE, 0.42 / high, 4.3 / _WIDE, (high - 1.1) / high))
        places = range(len(services))
        without = [_list_price(items) for items in services.values()]
        costs = [_cost(items) for items in services.values()]
        axes.barh(places, without, 0.62, color=SKY, alpha=0.45, label=legend_label(self._words["without"]))
        axes.barh(places, costs, 0.34, color=BLUE, label=legend_label(self._words["cost"]))
        axes.set_yticks(list(places), [fitted(one, 180, 9) for one in services], fontsize=9, color=INK)
        axes.invert_yaxis()
        axes.set_xlim(0, max([*without, *costs, 1e-9]) * 1.02)
        axes.xaxis.set_major_formatter(lambda value, _: self._dollars(value))
        axes.locator_params(axis="x", nbins=4)
        for place, value in zip(places, costs, strict=True):
            axes.annotate(
                self._dollars(value),
                (1.02, place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
                color=SOFT,
            )
        if services:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
        figure.text(
            0.12 / _WIDE,
            1 - 0.3 / high,
            f"{self._title()}: {self._dollars(self.total)}",
            fontsize=11,
            color=INK,
            weight="bold",
        )
        return figure

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS.get(self.lang, _WORDS["en"])

    def _title(self) -> str:
        until = f" {self._words['until'].format(self.until)}, {self._words['estimated']}" if self.estimated else ""
        return self._words["title"].format(self.month) + until

    def _dollars(self, value: float) -> str:
        return dollars(_number_of_dollars(value), self.lang)

    def _amount(self, value: float) -> str:
        """A quantity: whole where it is, six digits where it is not."""
        whole = value == round(value) or value >= 1e5
        return numeral(f"{value:,.0f}" if whole else f"{value:,.6g}", self.lang)


def bill(month: str | None = None) -> Bill:
    """The bill of a month from Cost Explorer; the current one when none is named. The request itself costs $0.01, on AWS and on the bill of the local cloud.

    month: such as ``2026-11``.
    Raises: ``CourseError`` for no month, and with Cost Explorer's own words when it refuses, as it does where a price is not known.
    """
    now = clock.now()
    month = f"{now:%Y-%m}" if month is None else month
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        raise CourseError(f"{month!r} is no month: write it as 2026-11, or leave it out for the current one")
    first = dt.date.fromisoformat(f"{month}-01")
    end = min((first + dt.timedelta(days=32)).replace(day=1), now.date() + dt.timedelta(days=1))
    if end <= first:
        raise CourseError(f"{month} has not begun: the cloud's clock says {now:%Y-%m-%d}")
    try:
        answer = boto3.client("ce").get_cost_and_usage(
            TimePeriod={"Start": f"{first}", "End": f"{end}"},
            Granularity="MONTHLY",
            Metrics=["UnblendedCost", "UsageQuantity"],
            GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
        )
    except ClientError as refused:
        raise CourseError(f"Cost Explorer has no bill: {refused.response['Error'].get('Message', refused)}") from None
    (told,) = answer["ResultsByTime"]
    items = []
    for group in told["Groups"]:
        service, usage_type = group["Keys"]
        quantity = float(group["Metrics"]["UsageQuantity"]["Amount"])
        cost = float(group["Metrics"]["UnblendedCost"]["Amount"])
        unit = group["Metrics"]["UsageQuantity"]["Unit"]
        key, list_price = _in_the_book(service, usage_type, quantity)
        items.append(Item(key, service, usage_type, quantity, unit, cost, list_price))
    return Bill(items, month, end - dt.timedelta(days=1), bool(told["Estimated"]), language())


def _in_the_book(service: str, usage_type: str, quantity: float) -> tuple[str | None, float | None]:
    """Key and list price of a usage."""
    book = price_book()
    found = book.named(service, usage_type)
    if found is None:
        return None, None
    line, region = found
    try:
        return line.key, book.cost(line.key, region, quantity)
    except PriceMissing:
        return line.key, None


def _cost(items: list[Item]) -> float:
    return sum(one.cost for one in items)


def _list_price(items: list[Item]) -> float:
    return sum(one.list_price or 0.0 for one in items)


def _number_of_dollars(value: float) -> str:
    """Whole cents, or as many digits as a small amount needs."""
    if value >= 1 or abs(value - round(value, 2)) < 1e-9:
        return f"{value:,.2f}"
    return f"{value:.{max(4, 1 - math.floor(math.log10(value)))}f}"
