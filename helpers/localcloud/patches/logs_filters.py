"""moto.logs: metric filters and subscription filters that filter, with the checks of CloudWatch Logs."""

from __future__ import annotations

import json
from typing import Any

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from helpers.localcloud.observe import context
from helpers.localcloud.observe.logs import filter_rules, groups, metric_filters, store, subscriptions
from helpers.localcloud.observe.logs.errors import LogsError, invalid
from helpers.localcloud.observe.logs.filter_rules import METRIC_FILTERS, SUBSCRIPTIONS
from helpers.localcloud.observe.logs.metric_filter_rules import check_transformation
from helpers.localcloud.observe.logs.requests import Request, read
from helpers.localcloud.observe.logs.subscription_rules import check_destination
from helpers.localcloud.patches import patch

MOST_METRIC_FILTERS = 100
MOST_SUBSCRIPTIONS = 2
_METRIC_WORDS = "Invalid metric filter pattern"

store.on_open += [metric_filters.listen, subscriptions.listen]
groups.count_metric_filters.append(metric_filters.count_of)


def _read(operation: str, response: LogsResponse) -> Request:
    return read(operation, response.current_account, response.region, response.body)


def _now() -> int:
    return int(context().clock.timestamp() * 1000)


@patch(
    "moto.logs.responses:LogsResponse.put_metric_filter",
    why="moto stores metric filters under any pattern, and makes no metric of them",
)
def _put_metric_filter(original: Any, self: LogsResponse) -> str:
    request = _read("PutMetricFilter", self)
    filter_rules.refuse(request)
    group = request.group()
    groups.require_standard(group, "PutMetricFilter")
    pattern = filter_rules.pattern_of(request, _METRIC_WORDS)
    transformation = request.get("metricTransformations")[0]
    check_transformation(transformation, pattern)
    name = request.get("filterName")
    filter_rules.check_room(group, METRIC_FILTERS, name, pattern, MOST_METRIC_FILTERS)
    filters = filter_rules.filters(group, METRIC_FILTERS)
    known = filters.get(name)
    created = known.created if known else _now()
    filters[name] = metric_filters.MetricFilter(name, group.name, pattern, transformation, created)
    return ""


@patch(
    "moto.logs.responses:LogsResponse.describe_metric_filters",
    why="moto lists filters without order, pages and creation times",
)
def _describe_metric_filters(original: Any, self: LogsResponse) -> str:
    request = _read("DescribeMetricFilters", self)
    name, namespace = request.get("metricName"), request.get("metricNamespace")
    if bool(name) != bool(namespace):
        raise invalid("metricName and metricNamespace must be specified together.")
    named = request.get("logGroupName")
    searched: list[LogGroup] = [request.group()] if named else list(request.backend.groups.values())
    # the prefix counts only beside a log group
    prefix = request.get("filterNamePrefix", "") if named else ""
    found = [
        one
        for group in searched
        for one in list(filter_rules.filters(group, METRIC_FILTERS).values())
        if one.name.startswith(prefix) and (not name or _metric_of(one) == (namespace, name))
    ]
    return json.dumps(filter_rules.page(request, found, "metricFilters", metric_filters.MetricFilter.described))


def _metric_of(one: metric_filters.MetricFilter) -> tuple[str, str]:
    return one.transformation["metricNamespace"], one.transformation["metricName"]


@patch(
    "moto.logs.responses:LogsResponse.delete_metric_filter",
    why="moto deletes a missing metric filter without a word",
)
def _delete_metric_filter(original: Any, self: LogsResponse) -> str:
    request = _read("DeleteMetricFilter", self)
    if filter_rules.filters(request.group(), METRIC_FILTERS).pop(request.get("filterName"), None) is None:
        raise LogsError("ResourceNotFoundException", "The specified metric filter does not exist.")
    return ""


def _test_metric_filter(self: LogsResponse) -> str:
    """TestMetricFilter, which moto lacks."""
    request = _read("TestMetricFilter", self)
    pattern = filter_rules.pattern_of(request, _METRIC_WORDS)
    matches = [(number, text, pattern.match(text)) for number, text in enumerate(request.get("logEventMessages"), 1)]
    return json.dumps(
        {
            "matches": [
                {"eventNumber": number, "eventMessage": text, "extractedValues": match.extracted()}
                for number, text, match in matches
                if match is not None
            ]
        }
    )


@patch(
    "moto.logs.responses:LogsResponse.put_subscription_filter",
    why="moto ignores the pattern, the distribution and the destination's policy, and delivers while the writer waits",
)
def _put_subscription_filter(original: Any, self: LogsResponse) -> str:
    request = _read("PutSubscriptionFilter", self)
    filter_rules.refuse(request)
    group = request.group()
    groups.require_standard(group, "PutSubscriptionFilter")
    pattern = filter_rules.pattern_of(request, "Invalid filter pattern")
    name = request.get("filterName")
    filter_rules.check_room(group, SUBSCRIPTIONS, name, pattern, MOST_SUBSCRIPTIONS)
    check_destination(request, group.arn)
    filters = filter_rules.filters(group, SUBSCRIPTIONS)
    known = filters.get(name)
    filters[name] = subscriptions.Subscription(
        name,
        group.name,
        pattern,
        request.get("destinationArn"),
        request.get("roleArn"),
        request.get("distribution", "ByLogStream"),
        known.created if known else _now(),
    )
    return ""


@patch(
    "moto.logs.responses:LogsResponse.describe_subscription_filters",
    why="moto lists all filters of a group without order, prefix and pages",
)
def _describe_subscription_filters(original: Any, self: LogsResponse) -> str:
    request = _read("DescribeSubscriptionFilters", self)
    prefix = request.get("filterNamePrefix", "")
    kept = list(filter_rules.filters(request.group(), SUBSCRIPTIONS).values())
    found = [one for one in kept if one.name.startswith(prefix)]
    return json.dumps(filter_rules.page(request, found, "subscriptionFilters", subscriptions.Subscription.described))


@patch(
    "moto.logs.responses:LogsResponse.delete_subscription_filter",
    why="the filters are not in moto's list",
)
def _delete_subscription_filter(original: Any, self: LogsResponse) -> str:
    request = _read("DeleteSubscriptionFilter", self)
    if filter_rules.filters(request.group(), SUBSCRIPTIONS).pop(request.get("filterName"), None) is None:
        raise LogsError("ResourceNotFoundException", "The specified subscription filter does not exist.")
    return ""


LogsResponse.test_metric_filter = _test_metric_filter  # type: ignore[attr-defined]
