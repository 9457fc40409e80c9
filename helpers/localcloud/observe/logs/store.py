"""The log events of one account and Region, and the bound on those of one account.

An account keeps ``MOST_EVENTS`` events in at most ``MOST_BYTES`` of memory. What is above pushes the oldest out: the server's log says so once, and so does the
stream that was being written.
"""

from __future__ import annotations

import itertools
import logging
import threading
from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.models import LogsBackend, logs_backends

from helpers.localcloud.observe.logs.chunks import PIECE_BYTES, Chunk, LogEvent, event_id

__all__ = ["Columns", "LogEvent", "LogStore", "on_open", "store_of"]

MOST_EVENTS = 2_000_000
MOST_BYTES = 256 * 1024 * 1024
DAY_MS = 86_400_000

Listener = Callable[[str, str, list[LogEvent]], None]

on_open: list[Callable[[LogStore], None]] = []
"""Called with each store when it is made: where what listens to all of them adds its listener."""

_log = logging.getLogger(__name__)
_opening = threading.Lock()


@dataclass
class Columns:
    """Events by column, stream by stream in the order of arrival. Times in ms since 1970; ``numbers`` are what ids are made of."""

    timestamps: array[int] = field(default_factory=lambda: array("q"))
    ingested: array[int] = field(default_factory=lambda: array("q"))
    streams: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.timestamps)

    def ids(self) -> list[str]:
        """The events' ids, as ``LogEvent.id``."""
        return [event_id(number) for number in self.numbers]


@dataclass(frozen=True)
class StreamFacts:
    """What is known of the events of one stream: first and last timestamp, and when events came last, in ms."""

    first: int
    last: int
    ingested: int


class _Account:
    """The pieces of all stores of one account, oldest first, and what they hold together."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.chunks: deque[tuple[LogStore, Chunk]] = deque()
        self.numbers = itertools.count(1)
        self.events = 0
        self.size = 0
        self.dropped = False


class LogStore:
    """The log events of one account and Region, by group and stream.

    listeners: called after events came, outside the lock, in the thread that brought them, with group, stream and the events.
    """

    def __init__(self, backend: LogsBackend, account: _Account) -> None:
        self.account = backend.account_id
        self.region = backend.region_name
        self.listeners: list[Listener] = []
        self._backend = backend
        self._all = account
        self._groups: dict[str, dict[str, deque[Chunk]]] = {}

    def append(self, group: str, stream: str, events: Sequence[tuple[int, str]], now: int) -> None:
        """Add events, each a timestamp in ms and its text. now: when they arrive, in ms."""
        if not events:
            return
        with self._all.lock:
            self._backend.ensure_log_group(group)
            self._backend.ensure_log_stream(group, stream)
            added = [self._add(group, stream, timestamp, message, now) for timestamp, message in events]
            notice = self._drop_surplus()
        if notice:
            _log.warning("account %s: %s", self.account, notice)
            with self._all.lock:
                self._add(group, stream, now, f"[local cloud] {notice}", now)
        for listener in list(self.listeners):
            try:
                listener(group, stream, added)
            except Exception:
                _log.exception("what listens to the log group %s of account %s failed", group, self.account)

    def events(self, group: str, start: int, end: int, streams: Collection[str] | None = None) -> list[LogEvent]:
        """The events from ``start`` to ``end`` (ms, both inclusive) by timestamp. streams: only these."""
        found = []
        for chunk, places in self._found(group, start, end, streams):
            messages = chunk.messages()
            found += [chunk.event(place, messages) for place in places]
        found.sort(key=lambda event: event.id)
        return found

    def columns(self, group: str, start: int, end: int, streams: Collection[str] | None = None) -> Columns:
        """The same events by column and in no order of time: for those who read very many."""
        columns = Columns()
        for chunk, places in self._found(group, start, end, streams):
            messages, whole = chunk.messages(), isinstance(places, range)
            columns.timestamps.extend(
                chunk.timestamps[: len(places)] if whole else (chunk.timestamps[at] for at in places)
            )
            columns.ingested.extend(chunk.ingested[: len(places)] if whole else (chunk.ingested[at] for at in places))
            columns.messages.extend(messages[: len(places)] if whole else (messages[at] for at in places))
            columns.streams.extend([chunk.stream] * len(places))
            columns.numbers.extend(chunk.number_at(place) for place in places)
        return columns

    def chunks(self, group: str, start: int, end: int, streams: Collection[str] | None = None) -> list[Chunk]:
        """The pieces that may have events from ``start`` to ``end`` (ms); those that are past the group's retention are left out."""
        start = max(start, self.oldest_kept(group))
        with self._all.lock:
            kept = self._groups.get(group, {})
            named = kept.values() if streams is None else [kept[name] for name in streams if name in kept]
            return [one for stream in named for one in stream if start <= one.latest and one.earliest <= end]

    def oldest_kept(self, group: str) -> int:
        """The timestamp (ms) before which the group's retention has taken everything; 0 when it keeps all."""
        known = self._backend.groups.get(group)
        days = known.retention_in_days if known else None
        return int(unix_time_millis(utcnow())) - int(days) * DAY_MS if days else 0

    def pieces(self, group: str, start: int, end: int) -> list[tuple[Chunk, range | list[int]]]:
        """The same chunks with the places of the events from ``start`` to ``end`` (ms), for those who read the columns where they are."""
        return list(self._found(group, start, end, None))

    def groups(self) -> list[str]:
        """The names of the log groups, in alphabetical order."""
        return sorted(self._backend.groups)

    def facts(self, group: str) -> dict[str, StreamFacts]:
        """What is known of the streams that have events, by their names."""
        self.forget_expired(group)
        facts: dict[str, StreamFacts] = {}
        for chunk in self.chunks(group, 0, 1 << 62):
            known = facts.get(chunk.stream)
            first, last, ingested = chunk.earliest, chunk.latest, chunk.ingested[-1]
            if known:
                first, last, ingested = min(first, known.first), max(last, known.last), max(ingested, known.ingested)
            facts[chunk.stream] = StreamFacts(first, last, ingested)
        return facts

    def stored_bytes(self, group: str) -> int:
        """The bytes of a group's events as CloudWatch Logs counts them."""
        self.forget_expired(group)
        return sum(chunk.stored for chunk in self.chunks(group, 0, 1 << 62))

    def forget(self, group: str, stream: str | None = None) -> None:
        """Drop the events of a group, or of one stream of it."""
        with self._all.lock:
            streams = self._groups.get(group, {})
            for name in [stream] if stream is not None else list(streams):
                for chunk in streams.pop(name, ()):
                    self._uncount(chunk)
            if not streams:
                self._groups.pop(group, None)
            self._sweep()

    def forget_expired(self, group: str) -> None:
        """Free what is past the group's retention; nobody sees it any more, and a longer retention does not bring it back."""
        oldest = self.oldest_kept(group)
        if not oldest:
            return
        with self._all.lock:
            streams = self._groups.get(group, {})
            touched = [(name, chunk) for name, kept in streams.items() for chunk in kept if chunk.earliest < oldest]
            for name, chunk in touched:
                if chunk.latest >= oldest:
                    chunk.hide(oldest)
                    continue
                streams[name].remove(chunk)
                self._uncount(chunk)
                if not streams[name]:
                    del streams[name]
            if touched:
                self._sweep()

    def _found(
        self, group: str, start: int, end: int, streams: Collection[str] | None
    ) -> Iterator[tuple[Chunk, range | list[int]]]:
        start = max(start, self.oldest_kept(group))
        for chunk in self.chunks(group, start, end, streams):
            yield chunk, chunk.places(start, end)

    def _add(self, group: str, stream: str, timestamp: int, message: str, now: int) -> LogEvent:
        kept = self._groups.setdefault(group, {}).setdefault(stream, deque())
        if not kept or kept[-1].full:
            if kept:
                self._all.size -= kept[-1].pack()
                self.forget_expired(group)
                kept = self._groups.setdefault(group, {}).setdefault(stream, kept)
            kept.append(Chunk(group, stream, next(self._all.numbers)))
            self._all.chunks.append((self, kept[-1]))
            self._all.size += PIECE_BYTES
        chunk = kept[-1]
        before = chunk.size
        message = message if message.isascii() else message.encode("utf-8", "replace").decode()
        number = chunk.add(timestamp, message, now)
        self._all.events += 1
        self._all.size += chunk.size - before
        return LogEvent(timestamp, now, stream, message, event_id(number))

    def _drop(self, chunk: Chunk) -> None:
        """Let a piece go; a stream that has lost its last one goes with it, so that a flood of streams ends too."""
        self._uncount(chunk)
        streams = self._groups[chunk.group]
        streams[chunk.stream].remove(chunk)
        if not streams[chunk.stream]:
            del streams[chunk.stream]
            known = self._backend.groups.get(chunk.group)
            if known:
                known.streams.pop(chunk.stream, None)

    def _uncount(self, chunk: Chunk) -> None:
        chunk.gone = True
        self._all.events -= len(chunk)
        self._all.size -= chunk.size

    def _sweep(self) -> None:
        self._all.chunks = deque(entry for entry in self._all.chunks if not entry[1].gone)

    def _drop_surplus(self) -> str:
        """Let the oldest pieces of the account go until it is within its bound; the words about it the first time."""
        before = self._all.events
        while self._all.events > MOST_EVENTS or self._all.size > MOST_BYTES:
            owner, oldest = self._all.chunks.popleft()
            owner._drop(oldest)
        if before == self._all.events or self._all.dropped:
            return ""
        self._all.dropped = True
        return (
            f"the {before - self._all.events} oldest log events were dropped, and more will be: an account keeps {MOST_EVENTS} log events here, in at most "
            f"{MOST_BYTES // 1024 // 1024} MiB of memory. Delete log groups that are no longer needed, or give them a retention"
        )


def store_of(account: str, region: str) -> LogStore:
    """The log events of an account and Region. They stand on moto's own object, which goes when the account is emptied."""
    backends = logs_backends[account]
    backend = backends[region]
    store: LogStore | None = backend.__dict__.get("_localcloud_events")
    if store is None:
        with _opening:
            store = backend.__dict__.get("_localcloud_events")
            if store is None:
                whole: _Account = backends.__dict__.setdefault("_localcloud_events", _Account())
                store = LogStore(backend, whole)
                for listener in on_open:
                    listener(store)
                backend.__dict__["_localcloud_events"] = store
    return store
