"""Where the work at hand came from: the trace header and the message, event or invocation that caused it.

A request sets its trace when it enters the server; a plane that hands something on sets both around the hand-over. What is queued for later has to keep them
itself, because they belong to the running thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str | None] = ContextVar("trace", default=None)
_origin: ContextVar[str | None] = ContextVar("origin", default=None)


def trace() -> str | None:
    """The ``X-Amzn-Trace-Id`` that came with the current request or delivery, if any."""
    return _trace.get()


def origin() -> str | None:
    """The id of the message, event or invocation that the current delivery hands on, if any."""
    return _origin.get()


@contextmanager
def carrying(*, trace: str | None, origin: str | None = None) -> Iterator[None]:
    """Do the work of the ``with`` block in the name of ``trace`` and ``origin``."""
    tokens = _trace.set(trace), _origin.set(origin)
    try:
        yield
    finally:
        _trace.reset(tokens[0])
        _origin.reset(tokens[1])
