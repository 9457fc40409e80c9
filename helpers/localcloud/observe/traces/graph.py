"""The trace map: services, the calls between them, and how they went.

Source: https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from helpers.localcloud.observe.traces.assembly import Trace
from helpers.localcloud.observe.traces.documents import parts
from helpers.localcloud.observe.traces.outlines import NUMBERS, Outline, Shape, Visit
from helpers.localcloud.observe.traces.services import Outcome, Service, service_of

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

    def add(self, went: Outcome | None, spent: float, whole: float) -> None:
        """Count one segment or call, unless it is in progress.

        What is both a fault and an error counts as a fault, so that the counts add up.
        """
        if went is None:
            return
        if went.fault:
            self.faults += 1
        elif went.throttle:
            self.throttled += 1
        elif went.error:
            self.other_errors += 1
        else:
            self.ok += 1
        self.seconds += spent
        self.response[round(spent, 3)] += 1
        self.whole[round(whole, 3)] += 1

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

    def widen(self, start: float, end: float) -> None:
        if start < self.start:
            self.start = start
        if end > self.end:
            self.end = end


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


def graph(outlines: Iterable[Outline], find: Callable[[str], Trace | None]) -> list[dict[str, Any]]:
    """The services of X-Ray's graph answers, with the client in front of each that requests enter by.

    find: a trace by its id, for the links that name one of those that have an outline.
    """
    nodes: dict[Service, _Node] = {}
    linked: list[Outline] = []
    seen: set[str] = set()
    places: dict[Shape, list[_Place]] = {}
    for one in outlines:
        seen.add(one.id)
        known = places.get(one.shape)
        if known is None:
            known = places[one.shape] = _places(nodes, one)
        _add(known, one)
        if one.links:
            linked.append(one)
    named = seen.intersection(link.trace for one in linked for link in one.links)
    _add_links(nodes, linked, _call_targets(filter(None, map(find, named))))
    numbers = {service: number for number, service in enumerate(nodes)}
    return [_described(service, node, numbers) for service, node in nodes.items()]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the visits of a shape are counted. caller: the node that calls, or the client."""

    visit: Visit
    node: _Node
    caller: _Node | None
    edge: _Edge | None


def _places(nodes: dict[Service, _Node], one: Outline) -> list[_Place]:
    """The nodes and edges of a shape, made where they are not there yet. one: the first of the shape."""
    found = []
    for place, visit in enumerate(one.shape.visits):
        start = one.numbers[NUMBERS * place]
        node = _node(nodes, visit.service, start)
        node.active |= not visit.inferred
        node.root |= visit.caller is None
        caller: _Node | None = None
        if visit.caller is not None:
            caller = _node(nodes, one.shape.visits[visit.caller].service, one.numbers[NUMBERS * visit.caller])
        elif not visit.follows:
            caller = _node(nodes, Service(visit.service.name, "client"), start)
        found.append(_Place(visit, node, caller, _edge(caller, visit.service, start) if caller else None))
    return found


def _add(places: list[_Place], one: Outline) -> None:
    numbers = iter(one.numbers)
    for place in places:
        start, end, spent, whole, call_spent, call_whole = islice(numbers, NUMBERS)
        visit = place.visit
        place.node.span.widen(start, end)
        place.node.tally.add(visit.went, spent, whole)
        if place.edge and place.caller:
            place.edge.span.widen(start, end)
            if visit.call:
                place.edge.tally.add(visit.call_went, call_spent, call_whole)
            else:
                place.edge.tally.add(visit.went, spent, whole)
            if visit.caller is None:
                place.caller.span.widen(start, end)


def _call_targets(traces: Iterable[Trace]) -> dict[tuple[str, str], tuple[Service, float]]:
    """What a link may name: a segment, a call, or the inferred segment of a call; each with the node that the message waited in, and since when."""
    found: dict[tuple[str, str], tuple[Service, float]] = {}
    for trace in traces:
        for segment in trace.segments:
            for part in parts(segment):
                found[trace.id, part["id"]] = service_of(segment), part.get("end_time") or part["start_time"]
        for segment in trace.segments:
            if segment.get("inferred"):
                since = segment.get("end_time") or segment["start_time"]
                found[trace.id, segment["parent_id"]] = service_of(segment), since
    return found


def _add_links(
    nodes: dict[Service, _Node],
    linked: Iterable[Outline],
    sources: Mapping[tuple[str, str], tuple[Service, float]],
) -> None:
    for one in linked:
        for link in one.links:
            if (link.trace, link.part) not in sources:
                continue
            service, since = sources[link.trace, link.part]
            visit = one.shape.visits[link.place]
            start, end, spent, whole = one.numbers[NUMBERS * link.place :][:4]
            edge = _edge(nodes[service], visit.service, start, linked=True)
            edge.span.widen(start, end)
            edge.tally.add(visit.went, spent, whole)
            edge.ages[round(max(0.0, start - since), 3)] += 1


def _node(nodes: dict[Service, _Node], service: Service, start: float) -> _Node:
    node = nodes.get(service)
    if node is None:
        node = nodes[service] = _Node(_Span(start, start))
    return node


def _edge(node: _Node, to: Service, start: float, linked: bool = False) -> _Edge:
    edge = node.edges.get((to, linked))
    if edge is None:
        edge = node.edges[to, linked] = _Edge(_Span(start, start), linked=linked)
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
