"""Log events as the arrays that DuckDB reads in place.

Unpacking a million messages takes longer than most queries on them, so what was unpacked stays for the next query, for a minute and within a bound.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.localcloud.observe.logs.chunks import OVERHEAD_BYTES, Chunk, byte_length
from helpers.localcloud.observe.logs.store import LogStore

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

KEPT_BYTES = 384 * 1024 * 1024
KEPT_SECONDS = 60.0
_OBJECT_BYTES = 57
"""What Python and an array take for a text beside its characters."""

_LAMBDA_STREAM = re.compile(r"\d{4}/\d\d/\d\d/.*\[[^\]]+\][0-9a-f]{32}")


@dataclass
class _Piece:
    """The events of one chunk that a query reads. places: which ones, in the order of arrival; all when it is a range."""

    chunk: Chunk
    places: range | list[int]


@dataclass
class Events:
    """What a query reads. size: the bytes of its messages; groups: by the number of their chunk, which is ``n >> 24`` of an event."""

    pieces: list[_Piece]
    account: str
    size: int
    groups: dict[int, str]

    def __len__(self) -> int:
        return sum(len(piece.places) for piece in self.pieces)

    def arrays(self, wanted: set[str]) -> dict[str, Array]:
        """The columns ``ts``, ``n`` and those of ``ingested``, ``message``, ``stream``, ``log`` and ``of_lambda`` that are wanted."""
        makers: dict[str, Callable[[_Piece], Array]] = {
            "ts": lambda piece: _numbers(piece, piece.chunk.timestamps),
            "n": _event_numbers,
            "ingested": lambda piece: _numbers(piece, piece.chunk.ingested),
            "message": lambda piece: _taken(_unpacked.messages(piece.chunk), piece.places),
            "stream": lambda piece: _repeated(piece, piece.chunk.stream),
            "log": lambda piece: _repeated(piece, f"{self.account}:{piece.chunk.group}"),
            "of_lambda": lambda piece: _repeated(piece, of_lambda(piece.chunk.group, piece.chunk.stream)),
        }
        kept = _unpacked.last(self._key()) if self._fits() else {}
        for name, make in makers.items():
            if name not in kept and name in wanted | {"ts", "n"}:
                kept[name] = _joined([make(piece) for piece in self.pieces], name)
        return {name: kept[name] for name in wanted | {"ts", "n"}}

    def _key(self) -> tuple[tuple[Chunk, int], ...]:
        """Equal for the same events."""
        return tuple((piece.chunk, len(piece.places)) for piece in self.pieces)

    def _fits(self) -> bool:
        """Whether the columns may stay for the next query: they do not take too much, and are whole chunks, so that their key says which events they are."""
        small = self.size + _OBJECT_BYTES * len(self) <= KEPT_BYTES
        return small and all(isinstance(piece.places, range) for piece in self.pieces)

    def constants(self) -> dict[str, str | bool]:
        """The columns whose value is the same for all events, so that no array is needed."""
        groups, kinds = (
            set(self.groups.values()),
            {of_lambda(piece.chunk.group, piece.chunk.stream) for piece in self.pieces},
        )
        found: dict[str, str | bool] = {}
        if len(groups) == 1:
            found["log"] = f"{self.account}:{next(iter(groups))}"
        if len(kinds) == 1:
            found["of_lambda"] = kinds.pop()
        return found


def gather(store: LogStore, groups: Sequence[str], start: int, end: int) -> Events:
    """The events of log groups from ``start`` to ``end`` (ms, both inclusive). Their text is not touched yet."""
    pieces, size = [], 0
    for group in groups:
        for chunk, places in store.pieces(group, start, end):
            if not places:
                continue
            pieces.append(_Piece(chunk, places))
            if isinstance(places, range):
                size += chunk.stored - OVERHEAD_BYTES * len(places)
            else:
                messages = chunk.messages()
                size += sum(byte_length(messages[place]) for place in places)
    return Events(pieces, store.account, size, {piece.chunk.number: piece.chunk.group for piece in pieces})


class _Unpacked:
    """The messages of full chunks, which never change, as arrays; the least recently used ones go first, and all after a minute without a query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[Chunk, Array, int]] = OrderedDict()
        self._size = 0
        self._last: tuple[object, dict[str, Array]] = (None, {})
        self._timer: threading.Timer | None = None

    def last(self, key: object) -> dict[str, Array]:
        """The columns of the latest query when it read the same events, otherwise none; what is put there stays."""
        with self._lock:
            if self._last[0] != key:
                self._last = (key, {})
            return self._last[1]

    def messages(self, chunk: Chunk) -> Array:
        """The texts of a chunk's events; at least those there were when the query began."""
        with self._lock:
            kept = self._kept.get(id(chunk))
            if kept:
                self._kept.move_to_end(id(chunk))
                return kept[1]
        made = _objects(list(chunk.messages()))
        if chunk.packed:
            self._keep(chunk, made)
        return made

    def rest(self) -> None:
        """A query has ended: forget everything when no other one comes within a minute."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._timer = threading.Timer(KEPT_SECONDS, self._forget)
            self._timer.daemon = True
            self._timer.start()

    def _keep(self, chunk: Chunk, made: Array) -> None:
        size = chunk.stored + _OBJECT_BYTES * len(made)
        with self._lock:
            if id(chunk) not in self._kept:
                self._kept[id(chunk)] = (chunk, made, size)
                self._size += size
            while self._size > KEPT_BYTES:
                _, (_, _, least) = self._kept.popitem(last=False)
                self._size -= least

    def _forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0
            self._last = (None, {})


_unpacked = _Unpacked()
rest = _unpacked.rest


def of_lambda(group: str, stream: str) -> bool:
    """Whether AWS would look for Lambda's fields: by the group's name, or in a group of another name by the stream's."""
    return group.startswith("/aws/lambda/") or _LAMBDA_STREAM.fullmatch(stream) is not None


def _objects(values: list[str]) -> Array:
    import numpy as np

    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _taken(values: Array, places: range | list[int]) -> Array:
    return values[: len(places)] if isinstance(places, range) else values[places]


def _numbers(piece: _Piece, values: Any) -> Array:
    import numpy as np

    return _taken(np.frombuffer(values[: _end(piece)], dtype=np.int64), piece.places)


def _event_numbers(piece: _Piece) -> Array:
    import numpy as np

    places = piece.places
    found = np.arange(len(places)) if isinstance(places, range) else np.array(places, dtype=np.int64)
    return (piece.chunk.number << 24) + found


def _repeated(piece: _Piece, value: str | bool) -> Array:
    import numpy as np

    return np.full(len(piece.places), value, dtype=bool if isinstance(value, bool) else object)


def _end(piece: _Piece) -> int:
    return len(piece.places) if isinstance(piece.places, range) else piece.places[-1] + 1


def _joined(arrays: list[Array], name: str) -> Array:
    import numpy as np

    kinds = {"ts": np.int64, "n": np.int64, "ingested": np.int64, "of_lambda": np.bool_}
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=kinds.get(name, object))
