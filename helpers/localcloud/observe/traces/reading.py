"""The operations that read traces: BatchGetTraces, GetTraceSummaries, the graphs and their statistics over time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.assembly import Trace, assemble
from helpers.localcloud.observe.traces.documents import is_trace_id, parts
from helpers.localcloud.observe.traces.errors import InvalidRequest, not_here
from helpers.localcloud.observe.traces.graph import graph
from helpers.localcloud.observe.traces.groups import GROUPS
from helpers.localcloud.observe.traces.matching import Matcher, compiled
from helpers.localcloud.observe.traces.outlines import Outline, outline
from helpers.localcloud.observe.traces.pages import page
from helpers.localcloud.observe.traces.series import statistics
from helpers.localcloud.observe.traces.store import Received, gathered
from helpers.localcloud.observe.traces.summaries import summary

Asked = Mapping[str, Any]
Answer = dict[str, Any]

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
    traces = {trace.id: trace for trace in _by_id(account, region, asked["TraceIds"])[0]}
    return {"Services": graph(map(outline, traces.values()), traces.get)}


def get_trace_summaries(account: str, region: str, asked: Asked) -> Answer:
    """Summaries of the traces in a time range that an expression finds, the newest first."""
    if "SamplingStrategy" in asked or asked.get("Sampling"):
        raise not_here("GetTraceSummaries", "sampling of summaries (Sampling, SamplingStrategy)")
    kind = asked.get("TimeRangeType", "TraceId")
    start, end = _range(asked, MOST_HOURS_OF_SUMMARIES)
    group = GROUPS.of(account, region).expression
    found = compiled(asked["FilterExpression"], group) if asked.get("FilterExpression") else None
    processed, hits = 0, []
    for one in _within(_received(account, region, start, end), kind, start, end):
        processed += 1
        if one.fits(found):
            hits.append((one.start, one.received, one.moment))
    hits.sort(key=lambda hit: (-hit[0], hit[1].id))
    shown, token = page(hits, asked.get("NextToken"), PAGE, [kind, start, end, asked.get("FilterExpression")])
    answer = {
        "TraceSummaries": [
            summary(assemble(received), None if kind == "TraceId" else moment) for _, received, moment in shown
        ],
        "ApproximateTime": shown[0][0] if shown else start,
        "TracesProcessedCount": processed,
    }
    return {**answer, "NextToken": token} if token else answer


def get_service_graph(account: str, region: str, asked: Asked) -> Answer:
    """The services of the traces that were active in a time range, of a group or of all."""
    start, end = _range(asked)
    received = {one.id: one for one in _received(account, region, start, end)}
    seen = _of_group(account, region, asked, received.values(), start, end)
    services = graph((one.outline() for one in seen), lambda name: assemble(received[name]))
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
    seen = _of_group(account, region, asked, _received(account, region, start, end), start, end)
    rows = statistics((one.trace() for one in seen), asked.get("EntitySelectorExpression"), start, end, period)
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


def _of_group(
    account: str, region: str, asked: Asked, received: Iterable[Received], start: float, end: float
) -> Iterator[_Seen]:
    """The traces of a time range in the group that is asked for."""
    found = None
    groups = GROUPS.of(account, region)
    if "GroupName" in asked or "GroupARN" in asked:
        group = groups.find(asked.get("GroupName"), asked.get("GroupARN"))
        if group.expression:
            found = compiled(group.expression, groups.expression)
    return (one for one in _within(received, "Event", start, end) if one.fits(found))


def _range(asked: Asked, most_hours: int = MOST_HOURS) -> tuple[float, float]:
    start, end = float(asked["StartTime"]), float(asked["EndTime"])
    if start > end:
        raise InvalidRequest("StartTime must be before EndTime")
    if end - start > most_hours * 3600:
        raise InvalidRequest(f"Time range cannot be longer than {most_hours} hours")
    return start, end


def _received(account: str, region: str, start: float, end: float) -> Iterable[Received]:
    return gathered(account, region).all(context().clock.timestamp(), start, end)


@dataclass(slots=True)
class _Seen:
    """A trace of a time range, put together when it is looked into. start: when it began. moment: by which it was found."""

    received: Received
    start: float
    moment: float
    whole: Trace | None = None

    def trace(self) -> Trace:
        self.whole = self.whole or assemble(self.received)
        return self.whole

    def outline(self) -> Outline:
        known: Outline | None = self.received.memo.outline
        if known is None:
            known = self.received.memo.outline = outline(self.trace())
        return known

    def fits(self, matcher: Matcher | None) -> bool:
        if matcher is None:
            return True
        known = self.received.memo.verdict
        if known is None or known[0] != matcher:
            known = self.received.memo.verdict = matcher, matcher(self.trace())
        return known[1]


def _within(received: Iterable[Received], kind: str, start: float, end: float) -> Iterator[_Seen]:
    """The traces of a time range.

    TraceId: it began in the range. Event: something of it happened there. Service: a segment of it ended there. Who asks for no more than when traces began gets
    that without their being put together.
    """
    for one in received:
        if one.start is not None and (kind == "TraceId" or (kind == "Event" and one.start >= start)):
            if start <= one.start < end:
                yield _Seen(one, one.start, one.start)
            continue
        trace = assemble(one)
        moment = _moment(trace, kind, start, end)
        if moment is not None:
            yield _Seen(one, trace.start, moment, trace)


def _moment(trace: Trace, kind: str, start: float, end: float) -> float | None:
    """The moment by which a trace is found in a time range, or nothing."""
    if kind == "TraceId":
        return trace.start if start <= trace.start < end else None
    if kind == "Event":
        return min(max(trace.start, start), end) if trace.start < end and trace.end >= start else None
    ends = (one["end_time"] for top in trace.segments for one in parts(top) if one.get("end_time") is not None)
    return max((one for one in ends if start <= one < end), default=None)
