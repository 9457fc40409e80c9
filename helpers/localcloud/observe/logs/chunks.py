"""Pieces of one log stream: a column for each fact about an event, and the text packed once a piece is full.

Log text shrinks to a tenth, so a million events take tens of megabytes instead of hundreds.
"""

from __future__ import annotations

import zlib
from array import array
from typing import NamedTuple

MOST_EVENTS = 1024
MOST_TEXT = 128 * 1024
OVERHEAD_BYTES = 26
"""What CloudWatch Logs counts for an event beside its text. Source:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""

PIECE_BYTES = 1_000
"""What an empty piece and its stream take, about, so that a flood of streams counts too."""

_EVENT_BYTES = 8 + 8 + 4
_INDEX_BITS = 24
_TIME_BITS = 144
_ID_DIGITS = 56


class LogEvent(NamedTuple):
    """One log event.

    timestamp: when it happened, in ms since 1970; ingested: when it arrived, likewise. id: 56 digits, as AWS's event ids have, in the order of the timestamps.
    """

    timestamp: int
    ingested: int
    stream: str
    message: str
    id: str


def event_id(number: int) -> str:
    """An event's number as AWS writes it: 56 digits."""
    return f"{number:0{_ID_DIGITS}d}"


def first_number(timestamp: int) -> int:
    """The lowest number that an event of ``timestamp`` (ms) can have."""
    return timestamp << _TIME_BITS


def place_of(number: int) -> tuple[int, int]:
    """The piece and the place in it that an event's number names."""
    rest = number & ((1 << _TIME_BITS) - 1)
    return rest >> _INDEX_BITS, rest & ((1 << _INDEX_BITS) - 1)


def byte_length(message: str) -> int:
    """How long a message is in UTF-8."""
    return len(message) if message.isascii() else len(message.encode("utf-8", "replace"))


class Chunk:
    """Consecutive events of one stream, in the order of their arrival.

    number: of this piece, higher than those of all earlier ones. earliest, latest: timestamps in ms. size: what it takes in memory, about, in bytes.
    stored: its events in bytes as CloudWatch Logs counts them. gone: whether it was taken out. hidden_before: events of earlier timestamps have expired.
    Only its owner appends, and holds a lock; reading needs none.
    """

    __slots__ = (
        "_packed",
        "_texts",
        "earliest",
        "gone",
        "group",
        "hidden_before",
        "ingested",
        "latest",
        "lengths",
        "number",
        "size",
        "stored",
        "stream",
        "timestamps",
    )

    def __init__(self, group: str, stream: str, number: int) -> None:
        self.group = group
        self.stream = stream
        self.number = number
        self.timestamps = array("q")
        self.ingested = array("q")
        self.lengths = array("I")
        self.earliest = 1 << 62
        self.latest = -1
        self.size = PIECE_BYTES
        self.stored = 0
        self.gone = False
        self.hidden_before = 0
        self._texts: list[str] | None = []
        self._packed = b""

    def __len__(self) -> int:
        return len(self.timestamps)

    def add(self, timestamp: int, message: str, now: int) -> int:
        """Append one event, which arrives ``now`` (ms); its number."""
        size = byte_length(message)
        assert self._texts is not None
        self._texts.append(message)
        self.lengths.append(len(message))
        self.ingested.append(now)
        self.timestamps.append(timestamp)
        self.earliest = min(self.earliest, timestamp)
        self.latest = max(self.latest, timestamp)
        self.size += size + _EVENT_BYTES
        self.stored += size + OVERHEAD_BYTES
        return self.number_at(len(self.timestamps) - 1)

    @property
    def full(self) -> bool:
        """Whether the next event needs another piece."""
        return len(self.timestamps) >= MOST_EVENTS or self.size >= MOST_TEXT or self.hidden_before > 0

    @property
    def packed(self) -> bool:
        """Whether the text is packed, and so never changes any more."""
        return self._texts is None

    def hide(self, before: int) -> None:
        """Let the events before a timestamp (ms) expire; some must be left. Nothing is added any more, so that what comes late is not hidden with them."""
        self.hidden_before = before
        left = self.places(before, self.latest)
        messages = self.messages()
        self.earliest = min(self.timestamps[place] for place in left)
        self.stored = sum(byte_length(messages[place]) + OVERHEAD_BYTES for place in left)

    def pack(self) -> int:
        """Shrink the text of a full piece; how many bytes that saves."""
        if self._texts is None:
            return 0
        self._packed = zlib.compress("".join(self._texts).encode(), 1)
        self._texts = None
        before, self.size = self.size, PIECE_BYTES + len(self.timestamps) * _EVENT_BYTES + len(self._packed)
        return before - self.size

    def messages(self) -> list[str]:
        """The text of all events."""
        texts = self._texts
        if texts is not None:
            return texts
        whole = zlib.decompress(self._packed).decode()
        messages, start = [], 0
        for length in self.lengths:
            messages.append(whole[start : start + length])
            start += length
        return messages

    def places(self, start: int, end: int) -> range | list[int]:
        """The places of the events from ``start`` to ``end`` (ms, both inclusive), in the order of arrival; a range when that is all of them."""
        count = len(self.timestamps)
        start = max(start, self.hidden_before)
        if start <= self.earliest and self.latest <= end and not self.hidden_before:
            return range(count)
        return [place for place, timestamp in enumerate(self.timestamps[:count]) if start <= timestamp <= end]

    def number_at(self, place: int) -> int:
        """The number of the event at ``place``: numbers are in the order of timestamps, then of arrival."""
        return self.timestamps[place] << _TIME_BITS | self.number << _INDEX_BITS | place

    def event(self, place: int, messages: list[str]) -> LogEvent:
        """The event at ``place``. messages: what ``messages()`` gave."""
        number = self.number_at(place)
        return LogEvent(self.timestamps[place], self.ingested[place], self.stream, messages[place], event_id(number))
