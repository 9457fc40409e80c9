"""What checks of cost do: how much something adds to the account's bill, as Cost Explorer tells it, and what that costs without the free tier.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping

from helpers.classroom.account import Account
from helpers.prices.book import price_book

_READING = "ce/requests"
_Pairs = dict[tuple[str, str], float]


def used(account: Account, work: Callable[[], object]) -> dict[str, float]:
    """How much is used while ``work`` happens, by key of the price book; without the requests to Cost Explorer that measure it."""
    found: defaultdict[str, float] = defaultdict(float)
    for (service, usage_type), quantity in _added(account, work, {"Type": "DIMENSION", "Key": "SERVICE"}).items():
        named = price_book().named(service, usage_type)
        if named is not None and named[0].key != _READING:
            found[named[0].key] += quantity
    return dict(found)


def used_by_tag(account: Account, tag: str, work: Callable[[], object]) -> _Pairs:
    """How much is used while ``work`` happens, by the value of an activated tag (empty where there is none) and usage type."""
    added = _added(account, work, {"Type": "TAG", "Key": tag})
    return {(label.partition("$")[2], usage_type): quantity for (label, usage_type), quantity in added.items()}


def list_price(quantities: Mapping[str, float], region: str) -> float:
    """USD, without the free tier.

    Raises: ``PriceMissing`` where the book has no price.
    """
    return sum(price_book().cost(key, region, quantity) for key, quantity in quantities.items())


def _added(account: Account, work: Callable[[], object], group: dict[str, str]) -> _Pairs:
    """What ``work`` added, by a group and usage type."""
    since = account.clock.now().date()
    before = _usage(account, since, group)
    work()
    after = _usage(account, since, group)
    return {pair: more for pair, quantity in after.items() if (more := quantity - before.get(pair, 0.0)) > 0}


def _usage(account: Account, since: dt.date, group: dict[str, str]) -> _Pairs:
    """What was used from a day on, until now."""
    until = account.clock.now().date() + dt.timedelta(days=1)
    answer = account.client("ce").get_cost_and_usage(
        TimePeriod={"Start": f"{since}", "End": f"{until}"},
        Granularity="DAILY",
        Metrics=["UsageQuantity"],
        GroupBy=[group, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
    )
    total: defaultdict[tuple[str, str], float] = defaultdict(float)
    for day in answer["ResultsByTime"]:
        for one in day["Groups"]:
            total[one["Keys"][0], one["Keys"][1]] += float(one["Metrics"]["UsageQuantity"]["Amount"])
    return dict(total)
