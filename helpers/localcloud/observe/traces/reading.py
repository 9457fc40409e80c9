"""The operations that read traces: BatchGetTraces, GetTraceSummaries, the graphs and their statistics over time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.assembly import Trace, assemble
from helpers.localcloud.observe.traces.documents import is_trace_id, parts
from helpers.localcloud.observe.traces.errors import InvalidRequest, not_here
from helpers.localcloud.observe.traces.graph import graph
from helpers.localcloud.observe.traces.groups import GROUPS
from helpers.localcloud.observe.traces.matching import compiled
from helpers.localcloud.observe.traces.pages import page
from helpers.localcloud.observe.traces.series import statistics
from helpers.localcloud.observe.traces.store import gathered
from helpers.localcloud.observe.traces.summaries import summary

Asked = Mapping[str, Any]
Answer = dict[str, Any]
Found = Callable[[Trace], bool]

MOST_TRACES_AT_ONCE = 5
MOST_HOURS = 6
MOST_HOURS_OF_SUMMARIES = 24
PAGE = 100


def batch_get_traces(account: str, region: str, asked: Asked) -> Answer:
    """Up to five whole traces by their ids; an id that is not known comes back as unprocessed."""
    if "NextToken" in asked:
        raise InvalidRequest("Invalid NextToken: five traces always fit on one page")
    traces, missing = _by_id(account, region, asked["TraceIds"])
    return {
        "Traces": [
            {
                "Id": trace.id,
                "Duration": round(trace.end - trace.start, 3),
                "LimitExceeded": trace.cut,
                "Segments": [
                    {"Id": one["id"], "Document": json.dumps(one, separators=(",", ":"))} for one in trace.documents
                ],
            }
            for trace in traces
        ],
        "UnprocessedTraceIds": missing,
    }


def get_trace_graph(account: str, region: str, asked: Asked) -> Answer:
    """The services of up to five traces."""
    if "NextToken" in asked:
        raise InvalidRequest("Invalid NextToken: the graph of five traces always fits on one page")
    return {"Services": graph(_by_id(account, region, asked["TraceIds"])[0])}


def get_trace_summaries(account: str, region: str, asked: Asked) -> Answer:
    """Summaries of the traces in a time range that an expression finds, the newest first."""
    if "SamplingStrategy" in asked or asked.get("Sampling"):
        raise not_here("GetTraceSummaries", "sampling of summaries (Sampling, SamplingStrategy)")
    kind = asked.get("TimeRangeType", "TraceId")
    start, end = _range(asked, MOST_HOURS_OF_SUMMARIES)
    group = GROUPS.of(account, region).expression
    found: Found = compiled(asked["FilterExpression"], group) if asked.get("FilterExpression") else (lambda _: True)
    within = [(trace, moment) for trace, moment in _within(account, region, kind, start, end)]
    hits = [(trace, moment) for trace, moment in within if found(trace)]
    hits.sort(key=lambda hit: (-hit[0].start, hit[0].id))
    shown, token = page(hits, asked.get("NextToken"), PAGE, [kind, start, end, asked.get("FilterExpression")])
    answer = {
        "TraceSummaries": [summary(trace, None if kind == "TraceId" else moment) for trace, moment in shown],
        "ApproximateTime": shown[0][0].start if shown else start,
        "TracesProcessedCount": len(within),
    }
    return {**answer, "NextToken": token} if token else answer


def get_service_graph(account: str, region: str, asked: Asked) -> Answer:
    """The services of the traces that were active in a time range, of a group or of all."""
    start, end = _range(asked)
    services = graph(_of_group(account, region, asked, start, end))
    shown, token = page(services, asked.get("NextToken"), PAGE, [start, end, asked.get("GroupName")])
    answer = {"StartTime": start, "EndTime": end, "Services": shown, "ContainsOldGroupVersions": False}
    return {**answer, "NextToken": token} if token else answer


def get_time_series_service_statistics(account: str, region: str, asked: Asked) -> Answer:
    """Counts and times of services or edges, for each period of a time range."""
    if asked.get("ForecastStatistics"):
        raise not_here("GetTimeSeriesServiceStatistics", "forecasting (ForecastStatistics)")
    start, end = _range(asked)
    period = asked.get("Period", 60)
    if period not in (60, 300):
        raise InvalidRequest("Period must be 60 or 300 seconds")
    traces = _of_group(account, region, asked, start, end)
    rows = statistics(traces, asked.get("EntitySelectorExpression"), start, end, period)
    shown, token = page(rows, asked.get("NextToken"), PAGE, [start, end, period])
    answer = {"TimeSeriesServiceStatistics": shown, "ContainsOldGroupVersions": False}
    return {**answer, "NextToken": token} if token else answer


def _by_id(account: str, region: str, ids: list[str]) -> tuple[list[Trace], list[str]]:
    if not ids:
        raise InvalidRequest("TraceIds must not be empty")
    if len(ids) > MOST_TRACES_AT_ONCE:
        raise InvalidRequest(f"Too many trace IDs requested. Maximum is {MOST_TRACES_AT_ONCE}")
    for one in ids:
        if not is_trace_id(one):
            raise InvalidRequest(f"Invalid trace ID: {one}")
    store, now = gathered(account, region), context().clock.timestamp()
    received = {one: store.get(one, now) for one in dict.fromkeys(ids)}
    return [assemble(one) for one in received.values() if one], [one for one, it in received.items() if it is None]


def _of_group(account: str, region: str, asked: Asked, start: float, end: float) -> list[Trace]:
    found: Found = lambda _: True  # noqa: E731
    groups = GROUPS.of(account, region)
    if "GroupName" in asked or "GroupARN" in asked:
        group = groups.find(asked.get("GroupName"), asked.get("GroupARN"))
        if group.expression:
            found = compiled(group.expression, groups.expression)
    return [trace for trace, _ in _within(account, region, "Event", start, end) if found(trace)]


def _range(asked: Asked, most_hours: int = MOST_HOURS) -> tuple[float, float]:
    start, end = float(asked["StartTime"]), float(asked["EndTime"])
    if start > end:
        raise InvalidRequest("StartTime must be before EndTime")
    if end - start > most_hours * 3600:
        raise InvalidRequest(f"Time range cannot be longer than {most_hours} hours")
    return start, end


def _within(account: str, region: str, kind: str, start: float, end: float) -> Iterator[tuple[Trace, float]]:
    """The traces of a time range and the moment by which each was found.

    TraceId: it began in the range. Event: something of it happened there. Service: a segment of it ended there.
    """
    for received in gathered(account, region).all(context().clock.timestamp(), start, end):
        trace = assemble(received)
        if kind == "TraceId":
            if start <= trace.start < end:
                yield trace, trace.start
        elif kind == "Event":
            if trace.start < end and trace.end >= start:
                yield trace, min(max(trace.start, start), end)
        else:
            ends = [one["end_time"] for top in trace.segments for one in parts(top) if one.get("end_time") is not None]
            last = max((one for one in ends if start <= one < end), default=None)
            if last is not None:
                yield trace, last
