"""GetMetricData: the series of many queries, in pages.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.metrics import checks, labels
from helpers.localcloud.observe.metrics.data_queries import Query, read
from helpers.localcloud.observe.metrics.errors import InvalidNextToken, NotHere, ValidationError
from helpers.localcloud.observe.metrics.math_values import MOST_DATAPOINTS, TimeSeries
from helpers.localcloud.observe.metrics.queries import answers
from helpers.localcloud.observe.metrics.store import store_of
from helpers.localcloud.observe.metrics.tokens import begin_of, token

_ORDERS = ("TimestampDescending", "TimestampAscending")


def get_metric_data(account: str, region: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request. request: its parameters, as boto3 takes them.

    Raises: the errors of ``GetMetricData``.
    """
    given = request.get("MetricDataQueries") or []
    queries = read(given, account)
    for number, query in enumerate(queries, 1):
        if query.label is not None:
            labels.check(query.label, f"MetricDataQueries.member.{number}.Label")
    start, end = checks.window(request.get("StartTime"), request.get("EndTime"), ValidationError)
    order = request.get("ScanBy") or _ORDERS[0]
    checks.one_of(order, "ScanBy", _ORDERS, ValidationError)
    if request.get("LabelOptions"):
        raise NotHere("time zones of labels (LabelOptions)")
    most = request.get("MaxDatapoints")
    most = MOST_DATAPOINTS if most is None else most
    if not 0 < most <= MOST_DATAPOINTS:
        raise ValidationError(f"The parameter MaxDatapoints must be between 1 and {MOST_DATAPOINTS}.")
    asked = [given, start, end, order, most]
    begin = begin_of(request.get("NextToken"), asked)
    if begin is None:
        raise InvalidNextToken("The value for parameter NextToken is invalid.")
    found: list[tuple[Query, TimeSeries, str]] = []
    for answer in answers(account, region, queries, start, end):
        if answer.query.returned:
            several = isinstance(answer.value, tuple)
            for one in answer.value if isinstance(answer.value, tuple) else (answer.value,):
                found.append((answer.query, one, _label(answer.query, one, several, account, region)))
    page, more = _page(found, order == _ORDERS[0], begin, most)
    return {
        "MetricDataResults": page,
        "Messages": _messages(account, region),
        "NextToken": token(asked, begin + most) if more else None,
    }


def _page(
    found: Sequence[tuple[Query, TimeSeries, str]], descending: bool, begin: int, most: int
) -> tuple[list[dict[str, Any]], bool]:
    """The results of the page that begins with datapoint ``begin``, counted through all series; and whether there is more."""
    page: list[dict[str, Any]] = []
    passed = 0
    for query, series, label in found:
        count = len(series.points)
        first, last = max(0, begin - passed), min(count, begin + most - passed)
        if passed >= begin + most and count:
            return page, True
        if first < last or (not count and passed >= begin):
            moments = sorted(series.points, reverse=descending)[first:last]
            page.append(
                {
                    "Id": query.id,
                    "Label": label,
                    "Timestamps": [dt.datetime.fromtimestamp(moment, dt.UTC) for moment in moments],
                    "Values": [series.points[moment] for moment in moments],
                    "StatusCode": "Complete" if last == count else "PartialData",
                }
            )
        passed += count
        if last < count:
            return page, True
    return page, False


def _label(query: Query, series: TimeSeries, several: bool, account: str, region: str) -> str:
    """A metric is labelled with its name, an expression with its id, and a series of many with the label of both."""
    if not several:
        default = series.label if query.metric else query.id
        return labels.label_of(series, default, query.label, account, region)
    if query.label is None:
        return f"{query.id} {series.label}".strip()
    if "${" in query.label:
        return labels.label_of(series, series.label, query.label, account, region)
    return f"{query.label} {series.label}".strip()


def _messages(account: str, region: str) -> list[dict[str, str]]:
    """Tells that datapoints are gone, where that is so: nobody must take a bounded store for the truth."""
    dropped = store_of(account, region).dropped
    if not dropped:
        return []
    words = (
        f"The local cloud has dropped the {dropped} oldest datapoints of this account and Region: there were too many."
    )
    return [{"Code": "DatapointsDropped", "Value": words}]
