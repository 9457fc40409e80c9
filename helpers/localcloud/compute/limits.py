"""Lambda's limits, and what keeps one function from taking the whole computer.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import os
from contextlib import suppress

import psutil

SYNCHRONOUS_REQUEST_BYTES = 6_291_456
ASYNCHRONOUS_REQUEST_BYTES = 1_048_576
RESPONSE_BYTES = 6_291_556
LOG_TAIL_BYTES = 4096
INIT_SECONDS = 10.0
PROVISIONED_INIT_SECONDS = 130.0
ACCOUNT_CONCURRENCY = 1000

IDLE_SECONDS = 600.0
"""Virtual time after which an idle environment is retired. AWS names no number; minutes are what is observed."""

WARM_ENVIRONMENTS = 32
"""How many idle environments one server keeps; the longest idle one goes first."""

PROVISIONED_ENVIRONMENTS = 100
"""How many environments one server initialises ahead, of all accounts together: each is a process that stays."""

LOG_BYTES_PER_INVOCATION = 4 * 1024 * 1024
"""How much output of one invocation reaches CloudWatch Logs; the log says how much more there was."""

MEGABYTE = 1024 * 1024


class MemoryGauge:
    """How much memory a process holds and held at most, in bytes.

    The kernel's own high-water mark is used where it has one; elsewhere it is the highest value seen.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._highest = 0
        self._status: int | None = None
        try:
            self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
        except OSError:
            self._status = None

    def highest(self) -> int:
        """The most that the process has held so far; stays readable after it ended."""
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            self._highest = max(self._highest, self._read())
        return self._highest

    def close(self) -> None:
        """Let go of the process."""
        if self._status is not None:
            os.close(self._status)
            self._status = None

    def _read(self) -> int:
        if self._status is not None:
            text = os.pread(self._status, 8192, 0)
            return int(text[text.index(b"VmHWM:") + 6 :].split(None, 1)[0]) * 1024
        memory = self._process.memory_info()
        return int(getattr(memory, "peak_wset", memory.rss))
