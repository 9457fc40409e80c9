"""Leases: who still uses a server that nobody watches over.

A client that started or found a server keeps one connection to it open. The operating system closes that connection
when the client ends, however it ends, so a server can end with the last of its clients, on every platform.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class Leases:
    """Counts the clients that hold a lease, and calls ``on_last_gone`` when the last one left.

    grace_seconds: how long a server waits for the next client before it ends.
    """

    def __init__(self, on_last_gone: Callable[[], None], grace_seconds: float) -> None:
        self._on_last_gone = on_last_gone
        self._grace_seconds = grace_seconds
        self._held = 0
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def watch(self) -> None:
        """Begin to count: without a client within the grace time the server ends."""
        self._arm()

    def hold(self, connection: socket.socket) -> None:
        """Block while the client at the other end of ``connection`` lives."""
        with self._lock:
            self._held += 1
            if self._timer:
                self._timer.cancel()
        try:
            connection.settimeout(None)
            while connection.recv(1024):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._held -= 1
                last = self._held == 0 and self._timer is not None
            if last:
                self._arm()

    def _arm(self) -> None:
        self._timer = threading.Timer(self._grace_seconds, self._end_if_alone)
        self._timer.daemon = True
        self._timer.start()

    def _end_if_alone(self) -> None:
        with self._lock:
            alone = self._held == 0
        if alone:
            self._on_last_gone()
