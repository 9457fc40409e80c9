"""HTTP servers of a test's own, on this computer: what functions, topics and APIs call, and what loads are sent to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers requests, and prints nothing of them."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


@contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """The URL of a server that answers with ``handler``, for the time of a ``with`` block."""
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
