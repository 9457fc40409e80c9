"""The trace map: services, the calls between them, and how they went.

Source: https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.observe.traces.assembly import REFERENCE_TYPE, Trace
from helpers.localcloud.observe.traces.documents import Document, parts
from helpers.localcloud.observe.traces.services import Service, duration, outcome, service_of

MOST_BARS = 200


@dataclass
class Tally:
    """Requests that have ended, and how. Durations are in seconds."""

    ok: int = 0
    throttled: int = 0
    other_errors: int = 0
    faults: int = 0
    seconds: float = 0.0
    response: Counter[float] = field(default_factory=Counter)
    whole: Counter[float] = field(default_factory=Counter)

    def add(self, part: Document) -> None:
        """Count one segment or call, unless it is in progress.

        What is both a fault and an error counts as a fault, so that the counts add up.
        """
        spent = duration(part)
        if spent is None:
            return
        went = outcome(part)
        self.faults += went.fault
        self.throttled += went.throttle and not went.fault
        self.other_errors += went.error and not went.throttle and not went.fault
        self.ok += went.ok
        self.seconds += spent
        self.response[round(spent, 3)] += 1
        last = max(one["end_time"] for one in parts(part) if one.get("end_time") is not None)
        self.whole[round(max(spent, last - part["start_time"]), 3)] += 1

    def statistics(self) -> dict[str, Any]:
        """SummaryStatistics of X-Ray's answers."""
        errors = self.throttled + self.other_errors
        return {
            "OkCount": self.ok,
            "ErrorStatistics": {
                "ThrottleCount": self.throttled,
                "OtherCount": self.other_errors,
                "TotalCount": errors,
            },
            "FaultStatistics": {"OtherCount": self.faults, "TotalCount": self.faults},
            "TotalCount": self.ok + errors + self.faults,
            "TotalResponseTime": round(self.seconds, 3),
        }


@dataclass
class _Span:
    """From when to when something was seen."""

    start: float
    end: float

    def widen(self, segment: Document) -> None:
        self.start = min(self.start, segment["start_time"])
        self.end = max(self.end, segment.get("end_time") or segment["start_time"])


@dataclass
class _Edge:
    span: _Span
    tally: Tally = field(default_factory=Tally)
    ages: Counter[float] = field(default_factory=Counter)
    linked: bool = False


@dataclass
class _Node:
    span: _Span
    root: bool = False
    active: bool = False
    tally: Tally = field(default_factory=Tally)
    edges: dict[tuple[Service, bool], _Edge] = field(default_factory=dict)


def histogram(counts: Counter[float]) -> list[dict[str, float | int]]:
    """Bars of a histogram; with more than ``MOST_BARS`` values, neighbours share one."""
    values = sorted(counts)
    together = max(1, -(-len(values) // MOST_BARS))
    groups = [values[first : first + together] for first in range(0, len(values), together)]
    return [{"Value": group[0], "Count": sum(counts[value] for value in group)} for group in groups]


def graph(traces: Iterable[Trace]) -> list[dict[str, Any]]:
    """The services of X-Ray's graph answers, with the client in front of each that requests enter by."""
    nodes: dict[Service, _Node] = {}
    every = list(traces)
    for trace in every:
        _add(nodes, trace)
    sources = {part: one for trace in every for part, one in _call_targets(trace).items()}
    for trace in every:
        _add_links(nodes, trace, sources)
    numbers = {service: number for number, service in enumerate(nodes)}
    return [_described(service, node, numbers) for service, node in nodes.items()]


def _add(nodes: dict[Service, _Node], trace: Trace) -> None:
    owners = {part["id"]: (segment, part) for segment in trace.segments for part in parts(segment)}
    for segment in trace.segments:
        node = _node(nodes, service_of(segment), segment)
        node.active |= not segment.get("inferred")
        node.tally.add(segment)
        owner = owners.get(segment.get("parent_id") or "")
        if owner and owner[0] is not segment:
            caller, call = owner
            _edge(_node(nodes, service_of(caller), caller), service_of(segment), segment).tally.add(
                segment if call is caller else call
            )
        else:
            node.root = True
            if _is_linked(segment):
                continue
            service = service_of(segment)
            client = _node(nodes, Service(service.name, "client"), segment)
            _edge(client, service, segment).tally.add(segment)


def _call_targets(trace: Trace) -> dict[tuple[str, str], tuple[Service, Document]]:
    """What a link may name: a segment, a call, or the inferred segment of a call; each with the node that the message waited in."""
    found: dict[tuple[str, str], tuple[Service, Document]] = {}
    for segment in trace.segments:
        for part in parts(segment):
            found[trace.id, part["id"]] = service_of(segment), part
    for segment in trace.segments:
        if segment.get("inferred"):
            found[trace.id, segment["parent_id"]] = service_of(segment), segment
    return found


def _is_linked(segment: Document) -> bool:
    """Whether a segment goes on from messages of other traces, so that no client stands in front of it."""
    return any(link["attributes"].get(REFERENCE_TYPE) != "child" for link in segment.get("links") or ())


def _add_links(
    nodes: dict[Service, _Node], trace: Trace, sources: Mapping[tuple[str, str], tuple[Service, Document]]
) -> None:
    for segment in trace.segments:
        for part in parts(segment):
            for link in part.get("links") or ():
                source = sources.get((link["trace_id"], link["id"]))
                if source is None or link["attributes"].get(REFERENCE_TYPE) == "child":
                    continue
                service, sent = source
                edge = _edge(nodes[service], service_of(segment), segment, linked=True)
                edge.tally.add(segment)
                age = segment["start_time"] - (sent.get("end_time") or sent["start_time"])
                edge.ages[round(max(0.0, age), 3)] += 1


def _node(nodes: dict[Service, _Node], service: Service, segment: Document) -> _Node:
    node = nodes.get(service)
    if node is None:
        node = nodes[service] = _Node(_Span(segment["start_time"], segment["start_time"]))
    node.span.widen(segment)
    return node


def _edge(node: _Node, to: Service, segment: Document, linked: bool = False) -> _Edge:
    edge = node.edges.get((to, linked))
    if edge is None:
        edge = node.edges[to, linked] = _Edge(_Span(segment["start_time"], segment["start_time"]), linked=linked)
    edge.span.widen(segment)
    return edge


def _described(service: Service, node: _Node, numbers: Mapping[Service, int]) -> dict[str, Any]:
    client = service.type == "client"
    answer: dict[str, Any] = {
        "ReferenceId": numbers[service],
        "Name": service.name,
        "Names": [service.name],
        "State": "active" if node.active else "unknown",
        "StartTime": node.span.start,
        "EndTime": node.span.end,
        "Edges": [_described_edge(numbers[to], edge) for (to, _), edge in node.edges.items()],
    }
    if service.type:
        answer["Type"] = service.type
    if node.root:
        answer["Root"] = True
    if not client:
        answer["SummaryStatistics"] = node.tally.statistics()
        answer["DurationHistogram"] = histogram(node.tally.whole)
        answer["ResponseTimeHistogram"] = histogram(node.tally.response)
    return answer


def _described_edge(number: int, edge: _Edge) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "ReferenceId": number,
        "StartTime": edge.span.start,
        "EndTime": edge.span.end,
        "SummaryStatistics": edge.tally.statistics(),
        "ResponseTimeHistogram": [] if edge.linked else histogram(edge.tally.response),
        "Aliases": [],
    }
    if edge.linked:
        answer["EdgeType"] = "link"
        answer["ReceivedEventAgeHistogram"] = histogram(edge.ages)
    return answer
