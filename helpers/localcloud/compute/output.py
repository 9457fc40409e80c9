"""What a process writes to standard output and error, and the log records of AWS's runtime client among it.

Both go to one file that is read after the response, because a pipe with a reader loses lines that come just before it. Log records arrive
framed, with their time and level, so that one of several lines stays one event: see ``FramedTelemetryLogSink`` in AWS's ``awslambdaric``. Other lines have the
time at which the file was seen to hold them.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from helpers.localcloud.compute.limits import LOG_BYTES_PER_INVOCATION

_FRAME = re.compile(rb"\xa5\x5a\x00([\x02-\x1b])(.{4})(.{8})", re.DOTALL)
_EVENT_BYTES = 256 * 1024
_MOST_MARKS = 4096


class Line(NamedTuple):
    """One log event.

    moment: when it was written, in real seconds since 1970. text: with the line end that AWS keeps. level: of a log record, 1 (TRACE) to 6 (FATAL); 0 when unknown.
    """

    moment: float
    text: str
    level: int = 0


class Output:
    """The output file of one environment."""

    def __init__(self, path: Path) -> None:
        self.file = open(path, "ab", buffering=0)  # noqa: SIM115  (closed by close())
        self._reader = open(path, "rb", buffering=0)  # noqa: SIM115
        self._offset = 0
        self._dropped = 0
        self._marks: list[tuple[int, float]] = []

    def bound(self) -> None:
        """Note how far the process has written, and keep a flood from filling the disk: what is above the limit of one invocation is dropped and counted.

        A process that writes between the look at the size and the cut loses those bytes uncounted, so the log says *at least*.
        """
        size = os.fstat(self._reader.fileno()).st_size
        if size > (self._marks[-1][0] if self._marks else self._offset) and len(self._marks) < _MOST_MARKS:
            self._marks.append((size, time.time()))
        surplus = size - self._offset - LOG_BYTES_PER_INVOCATION
        if surplus > LOG_BYTES_PER_INVOCATION and os.name == "posix":
            os.truncate(self.file.fileno(), self._offset + LOG_BYTES_PER_INVOCATION)
            self._dropped += surplus

    def take(self) -> list[Line]:
        """The log events since the last call."""
        size, now = os.fstat(self._reader.fileno()).st_size, time.time()
        if size == self._offset:
            return []
        self._reader.seek(self._offset)
        written = self._reader.read(min(size - self._offset, LOG_BYTES_PER_INVOCATION))
        dropped = self._dropped + size - self._offset - len(written)
        marks = [(end - self._offset, moment) for end, moment in self._marks]
        self._offset, self._dropped = size, 0
        self._marks.clear()
        if size > LOG_BYTES_PER_INVOCATION and os.name == "posix":
            os.truncate(self.file.fileno(), 0)
            self._offset = 0
        lines = _timed(list(_events(written)), [*marks, (len(written), now)])
        if dropped:
            notice = f"[local cloud] at least {dropped} more bytes of output were dropped: one invocation may log {LOG_BYTES_PER_INVOCATION} bytes here\n"
            lines.append(Line(now, notice))
        return lines

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        self._reader.close()


class _Event(NamedTuple):
    """An event and where it ends in what was written. moment: of a frame, else 0."""

    text: str
    end: int
    moment: float = 0.0
    level: int = 0


def _timed(events: list[_Event], marks: list[tuple[int, float]]) -> list[Line]:
    """Give each event its moment. marks: up to where the file was written by when; none comes after the event that follows it."""
    lines: list[Line] = []
    latest = marks[-1][1]
    for event in reversed(events):
        while len(marks) > 1 and marks[-2][0] >= event.end:
            marks.pop()
        latest = min(latest, event.moment or marks[-1][1])
        lines.append(Line(latest, event.text, event.level))
    lines.reverse()
    return lines


def _events(written: bytes) -> Iterator[_Event]:
    text = b""
    position = 0
    while frame := _FRAME.search(written, position):
        *lines, text = (text + written[position : frame.start()]).split(b"\n")
        yield from _decoded(lines, frame.start() - len(text))
        end = frame.end() + int.from_bytes(frame[2], "big")
        moment = int.from_bytes(frame[3], "big") / 1e6
        yield from _decoded([written[frame.end() : end].removesuffix(b"\n")], end, moment, frame[1][0] >> 2)
        position = end
    *lines, rest = (text + written[position:]).split(b"\n")
    yield from _decoded([*lines, rest] if rest else lines, len(written))


def _decoded(lines: list[bytes], end: int, moment: float = 0.0, level: int = 0) -> Iterator[_Event]:
    """The events of whole lines, the last of which ends at ``end``."""
    at = end - sum(len(line) + 1 for line in lines)
    for line in lines:
        at += len(line) + 1
        whole = line.replace(b"\r", b"\n") + b"\n"
        for start in range(0, len(whole), _EVENT_BYTES):
            yield _Event(whole[start : start + _EVENT_BYTES].decode("utf-8", "replace"), at, moment, level)
