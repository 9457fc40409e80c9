"""Root causes: the ways from the entry of a trace to what failed first, or to what took the time.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html#xray-api-analytics
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from helpers.localcloud.observe.traces.assembly import Trace
from helpers.localcloud.observe.traces.documents import Document, parts
from helpers.localcloud.observe.traces.services import Outcome, Service, duration, outcome, service_of

Kind = Literal["fault", "error", "responsetime"]

MOST_CAUSES = 20
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Exception_:
    """An exception that an entity tells of."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A segment or subsegment on the way. coverage: its share of the root segment's time, of response time causes."""

    name: str
    remote: bool
    exceptions: tuple[Exception_, ...] = ()
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A service on the way, with the entities inside it."""

    service: Service
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause: its services from the first to the one where it arose. impacting: whether the client got it too."""

    steps: tuple[Step, ...]
    impacting: bool


def causes(trace: Trace, kind: Kind) -> list[Cause]:
    """The root causes of one kind; at most ``MOST_CAUSES``."""
    root = trace.root
    if root is None:
        return []
    if kind == "responsetime":
        way = _slowest_way(trace, root)
        return [_cause(trace, way, root, True, kind)] if way else []
    failed: Callable[[Outcome], bool] = (lambda one: one.fault) if kind == "fault" else (lambda one: one.error)
    impacting = failed(outcome(root))
    return [_cause(trace, way, root, impacting, kind) for way in _failed_ways(trace, root, failed)]


def described(cause: Cause, kind: Kind) -> dict[str, Any]:
    """A root cause as GetTraceSummaries answers it."""
    return {
        "Services": [
            {
                **step.service.identity(),
                "Inferred": step.service.inferred,
                "EntityPath": [_entity(one, kind) for one in step.entities],
            }
            for step in cause.steps
        ],
        "ClientImpacting": cause.impacting,
    }


def _entity(entity: Entity, kind: Kind) -> dict[str, Any]:
    if kind == "responsetime":
        return {"Name": entity.name, "Coverage": entity.coverage, "Remote": entity.remote}
    exceptions = [{"Name": one.name, "Message": one.message} for one in entity.exceptions]
    return {"Name": entity.name, "Exceptions": exceptions, "Remote": entity.remote}


Way = list[tuple[Document, Document]]  # pairs of an entity and the segment that it is in


def _next(trace: Trace) -> Callable[[Document, Document], Way]:
    """From an entity on: its own subsegments, or the segments of those whom it called."""
    answers: dict[str, list[Document]] = {}
    for segment in trace.segments:
        if segment.get("parent_id"):
            answers.setdefault(segment["parent_id"], []).append(segment)

    def following(entity: Document, segment: Document) -> Way:
        inside = [(one, segment) for one in entity.get("subsegments") or []]
        return inside + [(one, one) for one in answers.get(entity["id"], [])]

    return following


def _failed_ways(trace: Trace, root: Document, failed: Callable[[Outcome], bool]) -> Iterator[Way]:
    following = _next(trace)
    found = 0
    waiting: list[tuple[Way, bool]] = [([(root, root)], failed(outcome(root)))]
    seen: set[str] = {root["id"]}
    while waiting and found < MOST_CAUSES:
        way, inside = waiting.pop()
        entity, segment = way[-1]
        further = [one for one in following(entity, segment) if one[0]["id"] not in seen]
        seen.update(one[0]["id"] for one in further)
        bad = [one for one in further if failed(outcome(one[0]))]
        if inside and not bad:
            found += 1
            yield way
        for one in reversed(further):
            if failed(outcome(one[0])):
                waiting.append(([*way, one] if inside else [one], True))
            else:
                waiting.append(([one], False))


def _slowest_way(trace: Trace, root: Document) -> Way:
    following = _next(trace)
    if not duration(root):
        return []
    way: Way = [(root, root)]
    seen = {root["id"]}
    while True:
        entity, segment = way[-1]
        spent = duration(entity) or 0.0
        further = [one for one in following(entity, segment) if one[0]["id"] not in seen]
        slowest = max(further, key=lambda one: duration(one[0]) or 0.0, default=None)
        if slowest is None or not spent or (duration(slowest[0]) or 0.0) < LEAST_SHARE * spent:
            return way
        seen.add(slowest[0]["id"])
        way.append(slowest)


def _cause(trace: Trace, way: Way, root: Document, impacting: bool, kind: Kind) -> Cause:
    whole = duration(root) or 0.0
    steps: list[tuple[Service, list[Entity]]] = []
    last: str | None = None
    for entity, segment in way:
        if segment["id"] != last:
            steps.append((service_of(segment), []))
            last = segment["id"]
        share = round((duration(entity) or 0.0) / whole, 3) if kind == "responsetime" and whole else None
        steps[-1][1].append(
            Entity(entity["name"], entity.get("namespace") == "remote", tuple(exceptions_of(entity)), share)
        )
    return Cause(tuple(Step(service, tuple(entities)) for service, entities in steps), impacting)


def exceptions_of(entity: Document) -> Iterator[Exception_]:
    """The exceptions in the cause of a segment or subsegment."""
    cause = entity.get("cause")
    listed = cause.get("exceptions") if isinstance(cause, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield Exception_(str(one.get("type") or ""), str(one.get("message") or ""))


def all_parts(trace: Trace) -> Iterator[tuple[Document, Document]]:
    """Every segment and subsegment of a trace, with the segment that it is in."""
    for segment in trace.segments:
        for part in parts(segment):
            yield part, segment
