"""The members of ``MetricDataQueries``, checked and read.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.observe.metrics import checks
from helpers.localcloud.observe.metrics.errors import NotHere, ValidationError
from helpers.localcloud.observe.metrics.statistics import UnknownStatistic, statistic_named
from helpers.localcloud.observe.metrics.store import MetricKey

MOST_QUERIES = 500
_EXPRESSION_LENGTH = 2048
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class MetricStat:
    """A statistic of one metric, by periods of so many seconds; without a unit, of the first one that there is."""

    key: MetricKey
    stat: str
    period: int
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A metric or an expression by its id. returned: whether the answer shows it. period: of what an expression makes up."""

    id: str
    metric: MetricStat | None
    expression: str | None
    label: str | None
    returned: bool
    period: int | None


def read(queries: Sequence[Mapping[str, Any]], account: str, parameter: str = "MetricDataQueries") -> list[Query]:
    """Read the queries of a request.

    queries: as boto3 takes them. account: who asks. parameter: how messages name the list.
    Raises: ``ValidationError``, with the member at fault.
    """
    checks.present(queries or None, parameter, ValidationError)
    checks.size(queries, parameter, MOST_QUERIES, ValidationError)
    read = [_query(query, f"{parameter}.member.{number}", account) for number, query in enumerate(queries, 1)]
    if len({query.id for query in read}) < len(read):
        raise ValidationError(f"The values for parameter id in {parameter} are not unique.")
    return read


def _query(query: Mapping[str, Any], where: str, account: str) -> Query:
    named = query.get("Id")
    _required(named, f"{where}.Id")
    if not _ID.fullmatch(str(named)) or len(str(named)) > 255:
        raise ValidationError(
            f"The value {named} for parameter {where}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    metric, expression = query.get("MetricStat"), query.get("Expression")
    if metric is not None and expression is not None:
        raise ValidationError(
            f"The parameters {where}.Expression and {where}.MetricStat are mutually exclusive and you have specified both."
        )
    if expression is None:
        _required(metric, f"{where}.MetricStat")
    elif not expression:
        raise ValidationError(f"The parameter {where}.Expression must be longer than 0 characters.")
    elif len(expression) > _EXPRESSION_LENGTH:
        raise ValidationError(
            f"The parameter {where}.Expression must be shorter than {_EXPRESSION_LENGTH + 1} characters."
        )
    if query.get("AccountId") not in (None, account):
        raise NotHere(f"metrics of other accounts ({where}.AccountId)")
    stat = _metric_stat(metric, f"{where}.MetricStat") if metric is not None else None
    period = query.get("Period")
    if period is not None:
        period = checks.period(period, f"{where}.Period", ValidationError)
        if stat and period != stat.period:
            raise ValidationError(f"The parameter {where}.Period may be specified with {where}.Expression only.")
    returned = query.get("ReturnData")
    return Query(str(named), stat, expression, query.get("Label"), returned is None or bool(returned), period)


def _metric_stat(given: Mapping[str, Any], where: str) -> MetricStat:
    metric = given.get("Metric")
    _required(metric, f"{where}.Metric")
    assert metric is not None
    for part in ("Namespace", "MetricName"):
        _required(metric.get(part), f"{where}.Metric.{part}")
    for part in ("Period", "Stat"):
        _required(given.get(part), f"{where}.{part}")
    try:
        statistic_named(str(given["Stat"]))
    except UnknownStatistic:
        raise ValidationError(f"The value {given['Stat']} for parameter {where}.Stat is not supported.") from None
    unit = given.get("Unit")
    if unit is not None:
        checks.unit(unit, f"{where}.Unit", ValidationError)
    key = MetricKey(
        checks.namespace(metric["Namespace"], f"{where}.Metric.Namespace", ValidationError),
        checks.text(metric["MetricName"], f"{where}.Metric.MetricName", error=ValidationError),
        checks.dimensions(metric.get("Dimensions"), f"{where}.Metric.Dimensions", ValidationError),
    )
    return MetricStat(key, str(given["Stat"]), checks.period(given["Period"], f"{where}.Period", ValidationError), unit)


def _required(value: Any, parameter: str) -> None:
    if value is None or value == "" or value == {}:
        # AWS ends this message with a line feed.
        raise ValidationError(f"The parameter {parameter} is required.\n")
