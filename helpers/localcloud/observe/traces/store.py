"""The segment documents of one account and Region, by trace, bounded in number, bytes and age."""

from __future__ import annotations

import json
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.billing import meter
from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.documents import MOST_AGE_SECONDS, parts
from helpers.localcloud.observe.traces.kept import PerAccount

_log = logging.getLogger(__name__)

MOST_DOCUMENTS = 100_000
MOST_BYTES = 32 * 1024 * 1024
MOST_TRACE_BYTES = 500_000
MOST_LINKS_A_TRACE = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A segment of a later trace that names a segment of this one. ``segment`` is this trace's, the others are the later one's."""

    segment: str
    later_trace: str
    later_segment: str


@dataclass(slots=True)
class Memo:
    """What was worked out of a trace and holds until another document of it comes: its outline for the trace map, and the last answer to a filter."""

    outline: Any = None
    verdict: tuple[Any, bool] | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """All that arrived of one trace.

    documents: JSON texts, in the order of their first arrival. start: when the trace began, where that is known without putting it together. arrived,
    updated: when the first and the last document came; all in virtual seconds since 1970. revision: how many came. cut: whether some were dropped because
    the trace has reached its size.
    """

    id: str
    documents: tuple[str, ...]
    links: tuple[Link, ...]
    start: float | None
    arrived: float
    updated: float
    revision: int
    cut: bool
    memo: Memo


@dataclass(slots=True)
class _Trace:
    texts: dict[str, str] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    size: int = 0
    first: float = math.inf
    last: float = -math.inf
    segments_from: float = math.inf
    replaced: bool = False
    arrived: float = 0.0
    updated: float = 0.0
    revision: int = 0
    cut: bool = False
    memo: Memo = field(default_factory=Memo)

    @property
    def start(self) -> float | None:
        """When the trace began: its earliest segment, unless a subsegment began before it or a document gave way to another."""
        return float(self.first) if self.first == self.segments_from and not self.replaced else None


class TraceStore:
    """The segments and subsegments of one account and Region.

    A document that says ``in_progress`` is replaced by the final one with its id, and never replaces it. When there is too much, the traces that
    came first are dropped whole; a trace past AWS's size for a trace takes no more documents.

    Source: https://docs.aws.amazon.com/general/latest/gr/xray.html
    """

    def __init__(
        self,
        name: str,
        most_documents: int = MOST_DOCUMENTS,
        most_bytes: int = MOST_BYTES,
        listener: Callable[[float], None] | None = None,
        begun: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._listener = listener
        self._begun = begun
        self._most_documents = most_documents
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._traces: OrderedDict[str, _Trace] = OrderedDict()
        self._documents = 0
        self._bytes = 0
        self.dropped = 0

    def add(self, document: Mapping[str, Any], now: float) -> None:
        """Keep one valid document that came at ``now`` (virtual seconds since 1970), and tell the listener of it, and who counts traces of the first of a trace."""
        if self._keep(document, now) and self._begun:
            self._begun()
        if self._listener:
            self._listener(now)

    def _keep(self, document: Mapping[str, Any], now: float) -> bool:
        """Whether it is the first of its trace."""
        text = json.dumps(document, separators=(",", ":"))
        identity, unfinished = str(document["id"]), document.get("end_time") is None
        with self._lock:
            self._expire(now)
            trace = self._traces.get(document["trace_id"])
            if trace is None:
                trace = self._traces[document["trace_id"]] = _Trace()
            trace.updated = max(trace.updated, now)
            trace.revision += 1
            trace.memo = Memo()
            if not trace.texts:
                trace.arrived = now
            known = trace.texts.get(identity)
            if known is not None and unfinished and identity not in trace.unfinished:
                return False
            growth = len(text) - len(known or "")
            if trace.size + growth > MOST_TRACE_BYTES:
                trace.cut = True
                return False
            trace.texts[identity] = text
            (trace.unfinished.add if unfinished else trace.unfinished.discard)(identity)
            trace.size += growth
            trace.replaced |= known is not None
            if document.get("type") != "subsegment":
                trace.segments_from = min(trace.segments_from, document["start_time"])
            for part in parts(document):
                trace.first = min(trace.first, part["start_time"])
                trace.last = max(trace.last, part.get("end_time") or part["start_time"])
            self._bytes += growth
            self._documents += known is None
            for link in document.get("links") or ():
                self._link_back(link, document, now)
            first = len(trace.texts) == 1 and known is None
            self._make_room()
        return first

    def get(self, trace: str, now: float) -> Received | None:
        """All that arrived of one trace, or nothing."""
        with self._lock:
            self._expire(now)
            found = self._traces.get(trace)
            return _received(trace, found) if found and found.texts else None

    def all(self, now: float, start: float = -math.inf, end: float = math.inf) -> Iterable[Received]:
        """The traces of which something happened from ``start`` to ``end``, in the order of their first arrival."""
        with self._lock:
            self._expire(now)
            return [
                _received(name, trace)
                for name, trace in self._traces.items()
                if trace.texts and trace.first <= end and trace.last >= start
            ]

    def size(self) -> tuple[int, int]:
        """How many documents there are, and their bytes."""
        with self._lock:
            return self._documents, self._bytes

    def _link_back(self, link: Mapping[str, Any], document: Mapping[str, Any], now: float) -> None:
        """Note a link with the trace that it names; that may come later, when a consumer was faster than its producer ended."""
        earlier = self._traces.get(link["trace_id"])
        if earlier is None:
            earlier = self._traces[link["trace_id"]] = _Trace(updated=now)
        new = Link(link["id"], document["trace_id"], document["id"])
        if len(earlier.links) < MOST_LINKS_A_TRACE and new not in earlier.links:
            earlier.links.append(new)
            earlier.memo = Memo()

    def _make_room(self) -> None:
        while len(self._traces) > 1 and (
            self._bytes > self._most_bytes or max(self._documents, len(self._traces)) > self._most_documents
        ):
            if self.dropped == 0:
                _log.warning(
                    "X-Ray of %s holds %d documents: from now on its oldest traces are dropped",
                    self._name,
                    self._documents,
                )
            self._drop_first()
            self.dropped += 1

    def _expire(self, now: float) -> None:
        while self._traces and next(iter(self._traces.values())).updated < now - MOST_AGE_SECONDS:
            self._drop_first()

    def _drop_first(self) -> None:
        _, trace = self._traces.popitem(last=False)
        self._documents -= len(trace.texts)
        self._bytes -= trace.size


def _received(name: str, trace: _Trace) -> Received:
    return Received(
        id=name,
        documents=tuple(trace.texts.values()),
        links=tuple(trace.links),
        start=trace.start,
        arrived=trace.arrived,
        updated=trace.updated,
        revision=trace.revision,
        cut=trace.cut,
        memo=trace.memo,
    )


LISTENERS: list[Callable[[str, str, float], None]] = []


def _made(account: str, region: str) -> TraceStore:
    def arrived(now: float) -> None:
        for listener in LISTENERS:
            listener(account, region, now)

    return TraceStore(
        f"account {account} in {region}",
        listener=arrived,
        begun=lambda: meter.count(account, region, "xray/recorded-traces"),
    )


STORES = PerAccount(_made)


def store_of(account: str, region: str) -> TraceStore:
    """The traces of an account in a Region."""
    return STORES.of(account, region)


SOURCES: list[Callable[[str, str], None]] = []


def gathered(account: str, region: str) -> TraceStore:
    """The traces of an account in a Region, after its ``SOURCES`` have handed over what was sent to them by now."""
    for source in list(SOURCES):
        source(account, region)
    return store_of(account, region)


def record(account: str, region: str, document: Mapping[str, Any]) -> None:
    """Keep one valid segment or subsegment document of the platform.

    document: as X-Ray's segment documents; a subsegment that is sent by itself has ``"type": "subsegment"`` and a ``parent_id``. ``links`` to
    segments of other traces are ``[{"trace_id": …, "id": …, "attributes": {"aws.xray.reserved.reference_type": "parent"}}]``.
    """
    store_of(account, region).add(document, context().clock.timestamp())
