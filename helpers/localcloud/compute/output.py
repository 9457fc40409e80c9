"""What a process writes to standard output and error, and the log records of AWS's runtime client among it.

Both go to one file that is read after the response, because a pipe with a reader loses lines that come just before it. Log records arrive
framed, so that one of several lines stays one event: see ``FramedTelemetryLogSink`` in AWS's ``awslambdaric``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from helpers.localcloud.compute.limits import LOG_BYTES_PER_INVOCATION

_FRAME = re.compile(rb"\xa5\x5a\x00[\x02-\x1b](.{4}).{8}", re.DOTALL)
_EVENT_BYTES = 256 * 1024


class Output:
    """The output file of one environment."""

    def __init__(self, path: Path) -> None:
        self.file = open(path, "ab", buffering=0)  # noqa: SIM115  (closed by close())
        self._reader = open(path, "rb", buffering=0)  # noqa: SIM115
        self._offset = 0
        self._dropped = 0

    def bound(self) -> None:
        """Keep a flood from filling the disk: what is above the limit of one invocation is dropped and counted.

        A process that writes between the look at the size and the cut loses those bytes uncounted, so the log says *at least*.
        """
        surplus = os.fstat(self._reader.fileno()).st_size - self._offset - LOG_BYTES_PER_INVOCATION
        if surplus > LOG_BYTES_PER_INVOCATION and os.name == "posix":
            os.truncate(self.file.fileno(), self._offset + LOG_BYTES_PER_INVOCATION)
            self._dropped += surplus

    def take(self) -> list[str]:
        """The log events since the last call, each with the line end that AWS keeps."""
        size = os.fstat(self._reader.fileno()).st_size
        if size == self._offset:
            return []
        self._reader.seek(self._offset)
        written = self._reader.read(min(size - self._offset, LOG_BYTES_PER_INVOCATION))
        dropped = self._dropped + size - self._offset - len(written)
        self._offset, self._dropped = size, 0
        if size > LOG_BYTES_PER_INVOCATION and os.name == "posix":
            os.truncate(self.file.fileno(), 0)
            self._offset = 0
        events = list(_events(written))
        if dropped:
            events.append(
                f"[local cloud] at least {dropped} more bytes of output were dropped: one invocation may log {LOG_BYTES_PER_INVOCATION} bytes here\n"
            )
        return events

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        self._reader.close()


def _events(written: bytes) -> Iterator[str]:
    text = b""
    position = 0
    while frame := _FRAME.search(written, position):
        *lines, text = (text + written[position : frame.start()]).split(b"\n")
        yield from _decoded(lines)
        end = frame.end() + int.from_bytes(frame[1], "big")
        yield from _decoded([written[frame.end() : end].removesuffix(b"\n")])
        position = end
    *lines, rest = (text + written[position:]).split(b"\n")
    yield from _decoded([*lines, rest] if rest else lines)


def _decoded(lines: list[bytes]) -> Iterator[str]:
    for line in lines:
        whole = line.replace(b"\r", b"\n") + b"\n"
        for start in range(0, len(whole), _EVENT_BYTES):
            yield whole[start : start + _EVENT_BYTES].decode("utf-8", "replace")
