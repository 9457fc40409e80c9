"""One trace put together from what arrived: subsegments under their parents, and segments of services that send none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.localcloud.observe.traces.documents import MOST_LEVELS, Document, parts
from helpers.localcloud.observe.traces.services import inferred_origin
from helpers.localcloud.observe.traces.store import Received

REFERENCE_TYPE = "aws.xray.reserved.reference_type"


@dataclass(frozen=True)
class Trace:
    """A whole trace.

    segments: documents with their subsegments inside, by start time; those of services that send none have ``"inferred": True``.
    loose: subsegments whose parent has not come. updated: virtual seconds since 1970.
    """

    id: str
    segments: tuple[Document, ...]
    loose: tuple[Document, ...]
    updated: float
    revision: int
    cut: bool

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything at the top: segments and loose subsegments."""
        return self.segments + self.loose

    @cached_property
    def start(self) -> float:
        """When its first part began."""
        return float(min(one["start_time"] for one in self.documents))

    @cached_property
    def end(self) -> float:
        """When its last part that has ended did, or when the first began."""
        return float(max((end for one in self.documents for end in _ends(one)), default=self.start))

    @cached_property
    def root(self) -> Document | None:
        """The segment that the request entered by; nothing while only subsegments came."""
        ids = {part["id"] for one in self.segments for part in parts(one)}
        own = [one for one in self.segments if not one.get("inferred")]
        entries = [one for one in own if one.get("parent_id") not in ids]
        return min(entries or own, key=lambda one: float(one["start_time"]), default=None)


def assemble(received: Received) -> Trace:
    """Put one trace together.

    Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html
    """
    arrived: list[Document] = [json.loads(text) for text in received.documents]
    segments = [one for one in arrived if one.get("type") != "subsegment"]
    named = _parts_by_id(arrived) if received.links else {}
    loose = _place(segments, _separate(arrived)) if len(segments) < len(arrived) else []
    _link_back(received, named)
    segments += _inferred(segments)
    segments.sort(key=lambda one: float(one["start_time"]))
    return Trace(received.id, tuple(segments), tuple(loose), received.updated, received.revision, received.cut)


def _parts_by_id(arrived: list[Document]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for document in arrived:
        for part in parts(document):
            found.setdefault(part["id"], part)
    return found


def _separate(arrived: list[Document]) -> dict[str, Document]:
    """The subsegments that were sent by themselves only."""
    inside = {part["id"] for document in arrived for part in parts(document) if part is not document}
    return {one["id"]: one for one in arrived if one.get("type") == "subsegment" and one["id"] not in inside}


def _place(segments: list[Document], separate: dict[str, Document]) -> list[Document]:
    """Put subsegments that were sent by themselves below their parents; those left over have none.

    What would be nested deeper than ``MOST_LEVELS`` becomes a sibling of its parent instead.
    """
    children: dict[str, list[str]] = {}
    for one in separate.values():
        children.setdefault(one["parent_id"], []).append(one["id"])
    waiting = [(part, part, level) for segment in segments for part, level in _with_levels(segment)]
    while waiting:
        part, holder, level = waiting.pop()
        for identity in children.pop(part["id"], ()):
            child = separate.pop(identity)
            for name in ("type", "parent_id", "trace_id"):
                child.pop(name, None)
            holder.setdefault("subsegments", []).append(child)
            for below, depth in list(_with_levels(child)):
                deep = level + depth
                waiting.append((below, below, deep) if deep < MOST_LEVELS else (below, holder, level))
    return list(separate.values())


def _with_levels(document: Document) -> Iterator[tuple[Document, int]]:
    waiting = [(document, 1)]
    while waiting:
        part, level = waiting.pop()
        yield part, level
        waiting.extend((one, level + 1) for one in part.get("subsegments") or [])


def _link_back(received: Received, known: dict[str, Document]) -> None:
    """Name the later traces that go on from a segment, as AWS does on both sides of a link."""
    for link in received.links:
        part = known.get(link.segment)
        if part is not None:
            part.setdefault("links", []).append(
                {"trace_id": link.later_trace, "id": link.later_segment, "attributes": {REFERENCE_TYPE: "child"}}
            )


def _inferred(segments: list[Document]) -> list[Document]:
    """A segment for each call to a service that has sent none: the call as its caller saw it."""
    answered = {segment.get("parent_id") for segment in segments}
    found = []
    for segment in segments:
        for part in parts(segment):
            if part is segment or part.get("namespace") not in ("aws", "remote") or part["id"] in answered:
                continue
            new: Document = {
                "id": hashlib.blake2b(part["id"].encode(), digest_size=8).hexdigest(),
                "name": part["name"],
                "start_time": part["start_time"],
                "trace_id": segment["trace_id"],
                "parent_id": part["id"],
                "inferred": True,
            }
            for name in ("end_time", "in_progress", "http", "aws", "sql", "error", "throttle", "fault", "cause"):
                if name in part:
                    new[name] = part[name]
            origin = inferred_origin(part)
            if origin:
                new["origin"] = origin
            found.append(new)
    return found


def _ends(document: Document) -> Iterator[float]:
    for part in parts(document):
        end: Any = part.get("end_time")
        if end is not None:
            yield end
