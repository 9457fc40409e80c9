"""Cost Explorer: GetCostAndUsage, GetDimensionValues and GetTags.

Data is there at once; AWS takes up to 24 hours. One account without reservations has one cost: the blended, amortized and net ones are equal to the unblended.
Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.billing import filters, periods
from helpers.localcloud.billing.charges import Charge, charges, first_of_month
from helpers.localcloud.billing.errors import BillingError, invalid, refuse_others, unavailable
from helpers.localcloud.billing.meter import Ledger

Asked = Mapping[str, Any]

COSTS = ("UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost")
QUANTITY = "UsageQuantity"
_GRANULARITIES = ("DAILY", "HOURLY", "MONTHLY")
_MOST_GROUPS = 2


@dataclass(frozen=True)
class Call:
    """One request. ledger: of the account that asks. now: virtual time in seconds since 1970."""

    ledger: Ledger
    asked: Asked
    now: float


def bill(ledger: Ledger, now: float, start: float, end: float) -> list[Charge]:
    """The charges of an account that began in a span of time."""
    found = charges(ledger.usage(now, first_of_month(start)))
    return [one for one in found if start <= one.usage.begin < end]


def total(charged: Sequence[Charge]) -> float:
    """What charges cost together.

    Raises: ``DataUnavailableException`` when the price of one is not known: it is not zero.
    """
    missing = next((one.missing for one in charged if one.missing), None)
    if missing:
        raise unavailable(missing)
    return sum(one.cost for one in charged)


def get_cost_and_usage(call: Call) -> dict[str, Any]:
    """Cost and usage by time, and by up to two dimensions or tags."""
    asked = call.asked
    _only(asked, ("TimePeriod", "Granularity", "Filter", "Metrics", "GroupBy"), "GetCostAndUsage")
    granularity = asked.get("Granularity")
    if granularity not in _GRANULARITIES:
        raise invalid(f"Granularity must be one of {', '.join(_GRANULARITIES)}, not {granularity}")
    hourly = granularity == "HOURLY"
    span = _span(call, hourly=hourly)
    metrics = _metrics(asked.get("Metrics") or [])
    groups = _groups(asked.get("GroupBy") or [], call.ledger.account)
    found = _selected(call, span)
    begins = [one.usage.begin for one in found]  # in the order of time
    results = []
    for begin, end in periods.cut(span, granularity):
        part = found[bisect_left(begins, begin) : bisect_left(begins, end)]
        results.append(
            {
                "TimePeriod": periods.write((begin, end), hourly=hourly),
                "Total": {} if groups else _measured(part, metrics),
                "Groups": _grouped(part, metrics, groups) if groups else [],
                # A month stays open until it is over.
                "Estimated": end > first_of_month(call.now),
            }
        )
    answer: dict[str, Any] = {"ResultsByTime": results, "DimensionValueAttributes": []}
    return {"GroupDefinitions": list(asked["GroupBy"]), **answer} if groups else answer


def get_dimension_values(call: Call) -> dict[str, Any]:
    """The values of a dimension that charges of a span of time have.

    Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetDimensionValues.html
    """
    asked = call.asked
    _only(asked, ("TimePeriod", "Dimension", "SearchString", "Filter", "Context"), "GetDimensionValues")
    if asked.get("Context") not in (None, "COST_AND_USAGE"):
        raise invalid(f"GetDimensionValues: the local cloud does not serve the context {asked['Context']}.")
    key = filters.check_dimension(asked.get("Dimension"))
    values = {filters.dimension(one, call.ledger.account, key) for one in _selected(call, _span(call))}
    found = [{"Value": one, "Attributes": {}} for one in _searched(values, asked)]
    return {"DimensionValues": found, "ReturnSize": len(found), "TotalSize": len(found)}


def get_tags(call: Call) -> dict[str, Any]:
    """The keys of activated tags that charges of a span of time have, or the values of one key.

    Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetTags.html
    """
    asked = call.asked
    _only(asked, ("TimePeriod", "TagKey", "SearchString", "Filter"), "GetTags")
    labels = [label for one in _selected(call, _span(call)) for label in one.usage.labels]
    key = asked.get("TagKey")
    values = {value for name, value in labels if name == key} if key else {name for name, _ in labels}
    found = _searched(values, asked)
    return {"Tags": found, "ReturnSize": len(found), "TotalSize": len(found)}


def _only(asked: Asked, known: Sequence[str], operation: str) -> None:
    if asked.get("NextPageToken"):
        raise BillingError("InvalidNextTokenException", "The pagination token is invalid: answers here have one page.")
    refuse_others(asked, known, operation)


def _span(call: Call, *, hourly: bool = False) -> periods.Span:
    span = periods.read(call.asked.get("TimePeriod") or {}, call.now, hourly=hourly)
    if span[1] > periods.next_month(call.now):
        raise invalid("end date past the beginning of next month")
    return span


def _selected(call: Call, span: periods.Span) -> list[Charge]:
    test = filters.read(call.asked.get("Filter"), call.ledger.account)
    every = bill(call.ledger, call.now, *span)
    for key in filters.tags_asked(call.asked.get("Filter")):
        if key not in call.ledger.active_tags and not any(filters.tag(one, key) is not None for one in every):
            # AWS answers with a cost of zero, which looks like a result.
            raise invalid(
                f"The tag {key} is not activated as a cost allocation tag, so that no cost has it: activate it with UpdateCostAllocationTagsStatus."
            )
    return [one for one in every if test(one)]


def _searched(values: set[str], asked: Asked) -> list[str]:
    wanted = str(asked.get("SearchString") or "").lower()
    return sorted(one for one in values if wanted in one.lower())


def _metrics(names: Sequence[str]) -> list[str]:
    if not names:
        raise invalid("Metrics are required: give UnblendedCost or UsageQuantity")
    for name in names:
        if name not in (*COSTS, QUANTITY):
            raise invalid(f"The local cloud does not serve the metric {name}: choose {', '.join((*COSTS, QUANTITY))}.")
    return list(dict.fromkeys(names))


def _groups(definitions: Sequence[Mapping[str, str]], account: str) -> list[Callable[[Charge], str]]:
    if len(definitions) > _MOST_GROUPS:
        raise invalid(f"GroupBy takes at most {_MOST_GROUPS} definitions")
    return [_group(one.get("Type"), str(one.get("Key") or ""), account) for one in definitions]


def _group(kind: str | None, key: str, account: str) -> Callable[[Charge], str]:
    if kind == "DIMENSION":
        filters.check_dimension(key)
        return lambda charge: filters.dimension(charge, account, key)
    if kind == "TAG" and key:
        return lambda charge: f"{key}${filters.tag(charge, key) or ''}"
    raise invalid(f"The local cloud does not serve groups of type {kind}: choose DIMENSION or TAG, with a Key.")


def _grouped(
    part: Sequence[Charge], metrics: Sequence[str], groups: Sequence[Callable[[Charge], str]]
) -> list[dict[str, Any]]:
    kept: dict[tuple[str, ...], list[Charge]] = {}
    for one in part:
        kept.setdefault(tuple(group(one) for group in groups), []).append(one)
    return [{"Keys": list(keys), "Metrics": _measured(kept[keys], metrics)} for keys in sorted(kept)]


def _measured(part: Sequence[Charge], metrics: Sequence[str]) -> dict[str, dict[str, str]]:
    measured = {}
    for name in metrics:
        if name == QUANTITY:
            units = {one.line.unit for one in part}
            amount, unit = sum(one.usage.quantity for one in part), units.pop() if len(units) == 1 else "N/A"
        else:
            amount, unit = total(part), "USD"
        measured[name] = {"Amount": written(amount), "Unit": unit}
    return measured


def written(amount: float) -> str:
    """An amount as Cost Explorer writes it: at most ten decimals."""
    return f"{amount:.10f}".rstrip("0").rstrip(".") or "0"
