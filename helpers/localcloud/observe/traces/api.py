"""X-Ray's API: which operation a path is for, and its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.observe.traces import reading, settings, shapes, writing
from helpers.localcloud.observe.traces.errors import InvalidRequest, XRayError, not_here

Operation = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]

PATHS = (
    "/CancelTraceRetrieval",
    "/CreateGroup",
    "/CreateSamplingRule",
    "/DeleteGroup",
    "/DeleteResourcePolicy",
    "/DeleteSamplingRule",
    "/EncryptionConfig",
    "/GetGroup",
    "/GetIndexingRules",
    "/GetRetrievedTracesGraph",
    "/GetSamplingRules",
    "/GetTraceSegmentDestination",
    "/Groups",
    "/Insight",
    "/InsightEvents",
    "/InsightImpactGraph",
    "/InsightSummaries",
    "/ListResourcePolicies",
    "/ListRetrievedTraces",
    "/ListTagsForResource",
    "/PutEncryptionConfig",
    "/PutResourcePolicy",
    "/SamplingStatisticSummaries",
    "/SamplingTargets",
    "/ServiceGraph",
    "/StartTraceRetrieval",
    "/TagResource",
    "/TelemetryRecords",
    "/TimeSeriesServiceStatistics",
    "/TraceGraph",
    "/TraceSegments",
    "/TraceSummaries",
    "/Traces",
    "/UntagResource",
    "/UpdateGroup",
    "/UpdateIndexingRule",
    "/UpdateSamplingRule",
    "/UpdateTraceSegmentDestination",
)
_NOT_HERE = {
    **dict.fromkeys(
        ("GetInsight", "GetInsightEvents", "GetInsightImpactGraph", "GetInsightSummaries"), "X-Ray Insights"
    ),
    **dict.fromkeys(
        (
            "GetIndexingRules",
            "UpdateIndexingRule",
            "StartTraceRetrieval",
            "CancelTraceRetrieval",
            "ListRetrievedTraces",
            "GetRetrievedTracesGraph",
        ),
        "CloudWatch Transaction Search",
    ),
    **dict.fromkeys(
        ("PutResourcePolicy", "DeleteResourcePolicy", "ListResourcePolicies"), "access by resource policies of X-Ray"
    ),
}


def answer(account: str, region: str, path: str, body: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and body for one request of an account and Region.

    path: such as ``/TraceSummaries``. body: JSON.
    """
    try:
        name = shapes.operations()[path]
        if name in _NOT_HERE:
            raise not_here(name, _NOT_HERE[name])
        found = _operation(name)(account, region, shapes.check(name, _read(body)))
    except XRayError as error:
        return error.answer()
    return 200, {"Content-Type": "application/json"}, json.dumps(found)


def _operation(name: str) -> Operation:
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    for room in (reading, writing, settings):
        found: Operation | None = getattr(room, method, None)
        if found:
            return found
    raise not_here(name, "this operation")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise InvalidRequest("The request body is not JSON") from None
