"""What a month would cost: from quantities, or from a simulation, to a bill, by the price book of the course.

The keys of quantities are those of ``helpers/prices/prices.yaml``; ``units()`` lists them. Data transfer, storage (but that of logs), support and taxes are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from helpers.errors import CourseError
from helpers.prices.book import price_book
from helpers.simulate.results import SERVED, Ending, Result

if TYPE_CHECKING:
    import pandas as pd

Architecture = Literal["x86_64", "arm64"]
_GB_SECONDS = {"x86_64": "lambda/gb-seconds", "arm64": "lambda/gb-seconds-arm64"}
PROVISIONED = "lambda/provisioned-gb-seconds"
"""The key of environments that are kept initialised, at work or not."""
_APIS = {"rest": "apigateway/rest-requests", "http": "apigateway/http-requests"}
_COLUMNS = ("key", "service", "quantity", "unit", "free", "charged", "cost", "cost_without_free_tier")


@dataclass(frozen=True)
class Estimate:
    """A month's bill in USD; everything in it is calculated.

    frame: one row for each thing: ``key``, ``service``, ``quantity`` and its ``unit``, how much of it is ``free`` and how much ``charged``, its ``cost``, and its
    ``cost_without_free_tier``.
    """

    frame: pd.DataFrame
    region: str

    @property
    def total(self) -> float:
        """With the free tier."""
        return float(self.frame["cost"].sum())

    @property
    def total_without_free_tier(self) -> float:
        """As if nothing were free."""
        return float(self.frame["cost_without_free_tier"].sum())

    def __repr__(self) -> str:
        return (
            f"calculated for a month in {self.region}, prices of {price_book().checked}: ${self.total:,.2f}, "
            f"${self.total_without_free_tier:,.2f} without the free tier"
        )


def units() -> dict[str, str]:
    """All keys that a quantity can have, with their units."""
    return {key: line.unit for key, line in price_book().lines.items()}


def estimate(quantities: Mapping[str, float], *, region: str = "us-east-1", first_year: bool = False) -> Estimate:
    """The bill for what is used in one month.

    quantities: by key, such as ``{"lambda/requests": 3e6, "lambda/gb-seconds": 180e3}``. first_year: with the allowances that only accounts from before
    15 July 2025 had, in their first twelve months.
    Raises: ``CourseError`` for unknown keys and impossible quantities, ``PriceMissing`` where the book has no price.
    """
    import pandas as pd

    book = price_book()
    left: dict[str, float] = {}
    rows = []
    for key, quantity in quantities.items():
        line = book.line(key)
        _check(quantity, f"a quantity of {key}")
        pool = line.free or key
        available = left.setdefault(pool, book.allowance(key, first_year=first_year))
        free = min(available, float(quantity))
        left[pool] = available - free
        cost = book.cost(key, region, quantity - free)
        full = book.cost(key, region, float(quantity))
        rows.append((key, line.service, float(quantity), line.unit, free, quantity - free, cost, full))
    return Estimate(pd.DataFrame(rows, columns=list(_COLUMNS)), region)


def function(
    requests: float, milliseconds: float, memory_mb: int, *, architecture: Architecture = "x86_64"
) -> dict[str, float]:
    """The quantities of a function on demand. milliseconds: that are billed for a request on average, INIT included.

    Raises: ``CourseError``.
    """
    _check(requests, "a number of requests")
    _check(milliseconds, "a billed duration in milliseconds")
    return {
        "lambda/requests": float(requests),
        _gb_seconds(architecture): requests * milliseconds / 1000 * _gigabytes(memory_mb),
    }


def of_simulation(
    result: Result,
    memory_mb: int,
    *,
    architecture: Architecture = "x86_64",
    api: Literal["rest", "http"] | None = None,
    for_each: Mapping[str, float] | None = None,
    times: float = 1.0,
    kept_seconds: float | None = None,
) -> dict[str, float]:
    """The quantities that a simulated traffic uses.

    memory_mb, architecture: of the function; INIT is billed, time in which an environment waits for its table too. api: what kind of API stands before it; requests that
    it throttles are free. for_each: what each answered request uses besides, by key. times: how often such traffic comes in a month. kept_seconds: of the month in which
    the provisioned concurrency is switched on; without it, only while the traffic lasts. What runs in it is paid at a rate of its own.
    Raises: ``CourseError``, also for provisioned concurrency on arm64, which the price book does not have.
    """
    _check(times, "a number of times")
    recorder, gigabytes = result.recorder, _gigabytes(memory_mb)
    ended = recorder.endings.sum(axis=0)
    served = int(sum(ended[one] for one in SERVED))
    # Both are sums of floats: the difference may fall a little below zero.
    on_demand = max(0.0, recorder.seconds_at_work - recorder.provisioned_seconds)
    quantities = {
        "lambda/requests": times * (served + int(ended[Ending.TABLE])),
        _gb_seconds(architecture): times * on_demand * gigabytes,
    }
    if recorder.provisioned:
        if architecture != "x86_64":
            raise CourseError(
                f"the price book has no price for provisioned concurrency on {architecture}: calculate it for x86_64"
            )
        kept = times * result.seconds if kept_seconds is None else kept_seconds
        _check(kept, "a time in seconds that environments are kept")
        quantities[PROVISIONED] = recorder.provisioned * kept * gigabytes
        quantities["lambda/provisioned-duration-gb-seconds"] = times * recorder.provisioned_seconds * gigabytes
    if api is not None:
        if api not in _APIS:
            raise CourseError(f"an API of kind {api!r} is not known: give 'rest' or 'http'")
        quantities[_APIS[api]] = times * float(int(np.sum(ended)) - int(ended[Ending.API]))
    used = {key: times * served * each for key, each in (for_each or {}).items()}
    return together(quantities, used)


def together(*parts: Mapping[str, float]) -> dict[str, float]:
    """Several quantities added up."""
    total: dict[str, float] = {}
    for part in parts:
        for key, quantity in part.items():
            total[key] = total.get(key, 0.0) + quantity
    return total


def _gb_seconds(architecture: str) -> str:
    if architecture not in _GB_SECONDS:
        raise CourseError(f"a function on {architecture!r} is impossible: Lambda has x86_64 and arm64")
    return _GB_SECONDS[architecture]


def _gigabytes(memory_mb: int) -> float:
    if isinstance(memory_mb, bool) or not isinstance(memory_mb, int) or not 128 <= memory_mb <= 10_240:
        raise CourseError(f"a function of {memory_mb} MB is impossible: give a whole number from 128 to 10240")
    return memory_mb / 1024


def _check(value: float, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise CourseError(f"{what} of {value!r} is impossible: give a number, 0 or more")
