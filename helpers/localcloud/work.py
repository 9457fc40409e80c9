"""Work in progress: what the planes have begun on their own and not yet finished.

Whoever starts work that no client waits for (an asynchronous invocation, a batch of a poller, a delivery over HTTP) counts it from the moment it is due until it
has ended, so that time can move on only after everything that was due has happened.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Work:
    """A count of units of work, and a way to wait until there are none."""

    def __init__(self) -> None:
        self._units = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        """One more unit is due or running."""
        with self._changed:
            self._units += 1

    def end(self) -> None:
        """One unit has ended, however it went."""
        with self._changed:
            self._units -= 1
            if self._units == 0:
                self._changed.notify_all()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Count the ``with`` block as one unit."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until nothing is due or running; ``False`` when that takes longer than ``seconds`` of real time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._units == 0, seconds)
