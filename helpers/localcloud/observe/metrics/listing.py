"""ListMetrics: the metrics that had data lately. A metric is here with its first datapoint; on AWS that may take 15 minutes.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.metrics import checks
from helpers.localcloud.observe.metrics.errors import InvalidParameterValue, MissingParameter, NotHere
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore
from helpers.localcloud.observe.metrics.tokens import begin_of, token

PAGE = 500
MOST_FILTERS = 10
_LISTED_SECONDS = 14 * 86400.0
_RECENT_SECONDS = 3 * 3600.0


def list_metrics(store: MetricStore, account: str, request: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The answer to a request. request: its parameters, as boto3 takes them. now: seconds since 1970.

    Raises: the errors of ``ListMetrics``.
    """
    if request.get("IncludeLinkedAccounts") or request.get("OwningAccount") not in (None, account):
        raise NotHere("cross-account observability (IncludeLinkedAccounts, OwningAccount)")
    namespace, name = request.get("Namespace"), request.get("MetricName")
    if namespace is not None:
        checks.namespace(namespace)
    if name is not None:
        checks.text(name, "MetricName")
    recent = request.get("RecentlyActive")
    if recent is not None:
        checks.one_of(recent, "RecentlyActive", ("PT3H",))
    filters = _filters(request.get("Dimensions") or [])
    asked = [namespace, name, filters, recent]
    begin = begin_of(request.get("NextToken"), asked)
    if begin is None:
        raise InvalidParameterValue("Request parameter NextToken is invalid")
    since = now - (_RECENT_SECONDS if recent else _LISTED_SECONDS)

    def listed(key: MetricKey) -> bool:
        if namespace not in (None, key.namespace) or name not in (None, key.name):
            return False
        last = store.last(key)
        return last is not None and last >= since and _has(key, filters)

    found = list(filter(listed, store.keys()))
    page = found[begin : begin + PAGE]
    more = begin + PAGE < len(found)
    return {
        "Metrics": [described(key) for key in page],
        "NextToken": token(asked, begin + PAGE) if more else None,
    }


def described(key: MetricKey) -> dict[str, Any]:
    """A metric as AWS writes it."""
    return {
        "Namespace": key.namespace,
        "MetricName": key.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in key.dimensions],
    }


def _filters(given: list[Mapping[str, Any]]) -> list[tuple[str, str | None]]:
    checks.size(given, "Dimensions", MOST_FILTERS)
    found = []
    for number, one in enumerate(given, 1):
        where = f"Dimensions.member.{number}"
        checks.present(one.get("Name"), f"{where}.Name", MissingParameter)
        value = one.get("Value")
        if value is not None:
            checks.text(value, f"{where}.Value", 1024)
        found.append((checks.text(one["Name"], f"{where}.Name"), value))
    return found


def _has(key: MetricKey, filters: list[tuple[str, str | None]]) -> bool:
    values = dict(key.dimensions)
    return all(name in values and value in (None, values[name]) for name, value in filters)
