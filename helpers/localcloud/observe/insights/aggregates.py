"""The functions of ``stats``, as SQL aggregates.

Percentiles and distinct counts are exact here; AWS's are approximations for very many values.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.localcloud.observe.insights.values import Value, as_number, as_text

Make = Callable[[Sequence[Value], str], Value]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How many arguments it takes. timed: whether it needs the time of the events, the second argument of ``make``."""

    fewest: int
    most: int
    make: Make
    timed: bool = False


def percentile(value: Value, share: float) -> Value:
    """The value below which ``share`` percent of the numbers are."""
    return Value(f"quantile_cont({as_number(value)}, {share / 100!r})", "number")


def _numeric(template: str) -> Make:
    return lambda given, _: Value(template.format(as_number(given[0])), "number")


def _count(given: Sequence[Value], _: str) -> Value:
    return Value(f"CAST(count({given[0].sql if given else '*'}) AS DOUBLE)", "number")


def _count_distinct(given: Sequence[Value], _: str) -> Value:
    several = given[0].sql if len(given) == 1 else f"({', '.join(as_text(one) for one in given)})"
    return Value(f"CAST(count(DISTINCT {several}) AS DOUBLE)", "number")


def _extreme(name: str) -> Make:
    """The lowest or highest value: of the numbers when there are any, otherwise of the texts."""

    def make(given: Sequence[Value], _: str) -> Value:
        value = given[0]
        if value.kind in {"number", "bytes", "time"}:
            return Value(f"{name}({value.sql})", value.kind if value.kind == "time" else "number")
        number, text = as_number(value), as_text(value)
        return Value(f"coalesce(arg_{name}({text}, {number}), {name}({text}))", "text")

    return make


def _at(name: str) -> Make:
    """The value of the earliest or latest event that has one."""

    def make(given: Sequence[Value], moment: str) -> Value:
        value = given[0]
        return Value(f"arg_{name}({value.sql}, {moment}) FILTER (WHERE {value.sql} IS NOT NULL)", value.kind)

    return make


def _sorts_first(given: Sequence[Value], _: str) -> Value:
    number, text = as_number(given[0]), as_text(given[0])
    return Value(f"coalesce(min({text}) FILTER (WHERE {number} IS NULL), arg_min({text}, {number}))", "text")


def _sorts_last(given: Sequence[Value], _: str) -> Value:
    number, text = as_number(given[0]), as_text(given[0])
    return Value(f"coalesce(arg_max({text}, {number}), max({text}))", "text")


AGGREGATES = {
    "count": Aggregate(0, 1, _count),
    "count_distinct": Aggregate(1, 10, _count_distinct),
    "sum": Aggregate(1, 1, _numeric("sum({0})")),
    "avg": Aggregate(1, 1, _numeric("avg({0})")),
    "min": Aggregate(1, 1, _extreme("min")),
    "max": Aggregate(1, 1, _extreme("max")),
    "stddev": Aggregate(1, 1, _numeric("CASE WHEN isfinite(max({0})) THEN stddev_samp({0}) END")),
    "median": Aggregate(1, 1, lambda given, _: percentile(given[0], 50)),
    "earliest": Aggregate(1, 1, _at("min"), timed=True),
    "latest": Aggregate(1, 1, _at("max"), timed=True),
    "sortsfirst": Aggregate(1, 1, _sorts_first),
    "sortslast": Aggregate(1, 1, _sorts_last),
}
"""By name in lower case; ``pct`` and ``percentile`` are in ``expressions``, because their second argument has to be a number."""

PERCENTILES = frozenset({"pct", "percentile"})
