"""DynamoDB streams as event sources: who reads which stream, and the threads that work for them.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from helpers.localcloud.arns import account_of
from helpers.localcloud.events import stream_records
from helpers.localcloud.events.stream_mappings import StreamSettings
from helpers.localcloud.events.stream_pollers import StreamPoller

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_WORKERS = 64


class Streams:
    """The pollers of DynamoDB streams of one server, and the threads that work for them."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane
        self._pollers: dict[str, list[StreamPoller]] = {}
        self._last: dict[str, StreamPoller] = {}
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="streams")
        self._lock = threading.Lock()

    def poller(self, settings: StreamSettings, starting_position: str) -> StreamPoller:
        """A poller for a mapping; it does nothing before its ``start``.

        The first one of a mapping begins at ``TRIM_HORIZON`` or ``LATEST``, a later one goes on where the one before ends.
        """
        latest = starting_position == "LATEST"
        position = stream_records.end_of(settings.stream_arn) if latest else None
        with self._lock:
            earlier = self._last.get(settings.mapping)
            poller = self._last[settings.mapping] = StreamPoller(self._plane, self, settings, position, earlier)
        return poller

    def drop(self, mapping: str) -> None:
        """Stop reading for a mapping that is deleted, and forget how far it was."""
        with self._lock:
            poller = self._last.pop(mapping, None)
        if poller is not None:
            poller.stop()

    def added(self, stream_arn: str) -> None:
        """Tell the pollers of a stream that it has a new record; quick, because a write waits for it."""
        with self._lock:
            pollers = list(self._pollers.get(stream_arn, ()))
        for poller in pollers:
            poller.pull()

    def listen(self, poller: StreamPoller) -> None:
        """Let a poller hear of new records of its stream."""
        with self._lock:
            pollers = self._pollers.setdefault(poller.settings.stream_arn, [])
            if poller not in pollers:
                pollers.append(poller)

    def forget_poller(self, poller: StreamPoller) -> None:
        """Let a poller hear nothing any more."""
        with self._lock:
            pollers = self._pollers.get(poller.settings.stream_arn, [])
            if poller in pollers:
                pollers.remove(poller)

    def run(self, action: Callable[[], None]) -> None:
        """Do something in the background, counted as work."""
        self._plane.work.begin()

        def counted() -> None:
            try:
                action()
            finally:
                self._plane.work.end()

        try:
            self._pool.submit(counted)
        except RuntimeError:  # the server is closing
            self._plane.work.end()

    def forget(self, account: str) -> None:
        """Stop the pollers of an account that is being emptied."""
        with self._lock:
            found = {name: one for name, one in self._last.items() if account_of(one.settings.function_arn) == account}
        for mapping in found:
            self.drop(mapping)

    def close(self) -> None:
        """Stop all pollers."""
        with self._lock:
            pollers = list(self._last.values())
        for poller in pollers:
            poller.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)
