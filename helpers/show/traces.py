"""One trace as a tree: segments below the subsegments that called them, each with its times, its fate and what was noted on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from helpers.errors import CourseError

_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_TARGETS = ("table_name", "queue_url", "topic_arn", "function_name", "bucket_name")
_COLD = ("Init", "Initialization")


@dataclass
class Piece:
    """A segment or subsegment. start, end: seconds since 1970; end is ``None`` while it is in progress. document: what X-Ray keeps of it."""

    name: str
    kind: str
    start: float
    end: float | None
    document: Mapping[str, Any]
    segment: bool
    children: list[Piece] = field(default_factory=list)

    @property
    def fate(self) -> str:
        """What became of it: ``ok``, ``error`` (4xx), ``throttle`` (429) or ``fault`` (5xx)."""
        return next((word for word in ("throttle", "fault", "error") if self.document.get(word)), "ok")

    @property
    def detail(self) -> str:
        """What it is in short: the type of a segment, the call of a subsegment such as ``PutItem orders`` or ``POST 500``."""
        if self.segment:
            return self.kind
        aws, http = self.document.get("aws", {}), self.document.get("http", {})
        if operation := aws.get("operation"):
            target = next((str(aws[name]) for name in _TARGETS if aws.get(name)), "")
            return f"{operation} {re.split('[/:]', target)[-1]}".strip()
        told = http.get("request", {}).get("method"), http.get("response", {}).get("status")
        return " ".join(str(part) for part in told if part) or self.kind

    @property
    def inferred(self) -> bool:
        """Whether X-Ray concluded it from what its caller sent."""
        return bool(self.document.get("inferred"))

    @property
    def cold(self) -> bool:
        """Whether it is the start of a Lambda environment."""
        return not self.segment and self.name in _COLD

    @property
    def lasted(self) -> float | None:
        """Its whole time, in seconds."""
        return None if self.end is None else max(0.0, self.end - self.start)

    def own(self) -> float | None:
        """The time in which none of its children ran, in seconds."""
        if self.end is None:
            return None
        covered, reached = 0.0, self.start
        for child in sorted(self.children, key=lambda one: one.start):
            begin, end = max(reached, child.start), min(self.end, self.end if child.end is None else child.end)
            if end > begin:
                covered, reached = covered + end - begin, end
        return max(0.0, self.end - self.start - covered)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Piece]]:
        """Itself and all below it, from the top, with their depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True)
class Trace:
    """roots: segments that nobody in the trace called. linked: the ids of traces to which segments are linked."""

    id: str
    roots: tuple[Piece, ...]
    linked: tuple[str, ...]
    limited: bool

    def walk(self) -> list[tuple[int, Piece]]:
        """All pieces from the top, with their depth."""
        return [pair for root in self.roots for pair in root.walk()]


def load(trace_id: str) -> Trace:
    """Ask X-Ray for a trace.

    trace_id: ``1-…-…``, or a text with one in it, such as the header ``X-Amzn-Trace-Id``.

    Raises: ``CourseError`` when the text holds no id, or X-Ray does not know the trace (yet).
    Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
    """
    found = _ROOT.search(trace_id)
    if found is None:
        raise CourseError(f"{trace_id!r} is no trace id: one looks like 1-67891233-abcdef012345678912345678")
    documents, limited = [], False
    for page in boto3.client("xray").get_paginator("batch_get_traces").paginate(TraceIds=[found[0]]):
        for trace in page["Traces"]:
            documents += [json.loads(segment["Document"]) for segment in trace["Segments"]]
            limited = limited or trace.get("LimitExceeded", False)
    if not documents:
        raise CourseError(f"X-Ray has no trace {found[0]}: it was not sampled, or what was sent has not arrived yet")
    linked = [
        link["trace_id"] for one in documents for link in one.get("links", []) if link.get("trace_id") != found[0]
    ]
    return Trace(found[0], tuple(grow(documents)), tuple(dict.fromkeys(linked)), limited)


def grow(documents: list[dict[str, Any]]) -> list[Piece]:
    """The trees of some segment documents, each level in the order of time."""
    known: dict[str, Piece] = {}
    parents: dict[str, str] = {}

    def take(document: Mapping[str, Any], segment: bool) -> Piece:
        kind = document.get("origin") or document.get("namespace") or ""
        piece = Piece(document["name"], kind, document["start_time"], document.get("end_time"), document, segment)
        known[document["id"]] = piece
        piece.children += [take(child, False) for child in document.get("subsegments", [])]
        return piece

    tops = []
    for document in documents:
        piece = take(document, document.get("type") != "subsegment")
        if parent := document.get("parent_id"):
            parents[document["id"]] = parent
        tops.append((document["id"], piece))
    roots = []
    for own, piece in tops:
        above = known.get(parents.get(own, ""))
        if above is None or any(below is above for _, below in piece.walk()):  # a loop would hide the piece
            roots.append(piece)
        else:
            above.children.append(piece)
    for piece in known.values():
        piece.children.sort(key=lambda one: (one.start, -(one.end or one.start), one.name))
    return sorted(roots, key=lambda one: (one.start, one.name))
