"""What the trace map needs of one trace, in little memory: traces of one kind share all but their numbers."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

from helpers.localcloud.observe.traces.assembly import REFERENCE_TYPE, Trace
from helpers.localcloud.observe.traces.documents import Document, parts
from helpers.localcloud.observe.traces.services import Outcome, Service, duration, outcome, service_of

NUMBERS = 6
"""How many numbers a visit has: start, end, then seconds from start to end and to the end of what it began, of the segment and of the call to it."""


class Measure(NamedTuple):
    """One segment or call that has ended: how it went, and seconds from its start to its end and to the end of what it began."""

    went: Outcome
    spent: float
    whole: float


class Visit(NamedTuple):
    """One segment: its service and how it went. caller: the place of the segment that it was called from, which has called by itself or (``call``) by a
    subsegment, and how that call went. follows: whether it goes on from messages of other traces. What is in progress went no way yet.
    """

    service: Service
    went: Outcome | None
    inferred: bool
    follows: bool
    caller: int | None
    call: bool
    call_went: Outcome | None


class Link(NamedTuple):
    """A link from the segment at a place to a part of an earlier trace."""

    place: int
    trace: str
    part: str


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Shape:
    """The visits of a trace, by start time."""

    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """One trace. numbers: ``NUMBERS`` of each visit."""

    id: str
    shape: Shape
    numbers: array[float]
    links: tuple[Link, ...]


_SHAPES: WeakValueDictionary[tuple[Visit, ...], Shape] = WeakValueDictionary()
_NOTHING = (0.0, 0.0)


def outline(trace: Trace) -> Outline:
    """The outline of a trace."""
    numbers = array("d")
    visits: list[Visit] = []
    links: list[Link] = []
    owners = {part["id"]: (place, part) for place, segment in enumerate(trace.segments) for part in parts(segment)}
    for place, segment in enumerate(trace.segments):
        for part in parts(segment):
            for one in part.get("links") or ():
                if _is_back(one):
                    links.append(Link(place, one["trace_id"], one["id"]))
        owner, part = owners.get(segment.get("parent_id") or "", (place, segment))
        called = owner != place
        by_part = called and part is not trace.segments[owner]
        own, call = measured(segment), measured(part) if by_part else None
        visits.append(
            Visit(
                service=service_of(segment),
                went=own and own.went,
                inferred=bool(segment.get("inferred")),
                follows=any(_is_back(one) for one in segment.get("links") or ()),
                caller=owner if called else None,
                call=by_part,
                call_went=call and call.went,
            )
        )
        numbers.extend((segment["start_time"], segment.get("end_time") or segment["start_time"]))
        numbers.extend(own[1:] if own else _NOTHING)
        numbers.extend(call[1:] if call else _NOTHING)
    kind = tuple(visits)
    return Outline(trace.id, _SHAPES.setdefault(kind, Shape(kind)), numbers, tuple(links))


def measured(part: Document) -> Measure | None:
    """The measure of a segment or subsegment; nothing while it is in progress."""
    spent = duration(part)
    if spent is None:
        return None
    last = part["end_time"]
    if part.get("subsegments"):
        last = max(one["end_time"] for one in parts(part) if one.get("end_time") is not None)
    return Measure(outcome(part), spent, max(spent, last - part["start_time"]))


def _is_back(link: Document) -> bool:
    """Whether a link names an earlier trace, not one that goes on from here."""
    return bool(link["attributes"].get(REFERENCE_TYPE) != "child")
