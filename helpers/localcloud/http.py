"""The HTTP side: werkzeug's threaded server with keep-alive, and a dispatcher that puts our routes before moto's."""

from __future__ import annotations

import io
import json
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from helpers.errors import CloudUnavailable

_OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]")

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class KeepAliveHandler(MotoRequestHandler):
    """moto's request handler with connections that stay open, and no access log on the learner's terminal.

    werkzeug's own handler closes the connection after every answer. A new connection and a new thread for each call cost more
    than a third of a cheap one, so here one request is read whole, answered whole, and the next one may follow.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request with the WSGI application."""
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self._body(environ))
        answer: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            answer[:] = [(status, headers)]
            return body.extend

        body = bytearray()
        try:
            chunks = self.server.app(environ, start_response)
            try:
                for chunk in chunks:
                    body += chunk
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        except Exception:
            traceback.print_exc()
            body[:] = json.dumps({"message": "the local cloud failed here; its log says where"}).encode()
            answer[:] = [("500 INTERNAL SERVER ERROR", [("Content-Type", "application/json")])]
        self._send(*answer[0], bytes(body))

    def _body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        bodiless = code in ("204", "304")
        if "content-length" not in names and not bodiless:
            self.send_header("Content-Length", str(len(body)))
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to go on, at once."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged: the account shows what they did."""


class Dispatcher:
    """One WSGI application: our mounts by path prefix, everything else to moto.

    moto's own ``/moto-api`` is closed: it could reset every account of the server at once. A request that names another host
    than this computer is refused: it comes from a web page that had its name point here.
    """

    def __init__(self, mounts: dict[str, WSGIApp]) -> None:
        self._mounts = mounts
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        host = environ.get("HTTP_HOST", "localhost").rsplit(":", 1)[0]
        if not host.endswith(_OWN_HOSTS):
            return _refuse(
                start_response, "403 FORBIDDEN", f"this server answers to 127.0.0.1 and localhost, not to {host}"
            )
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return app(environ, start_response)
        if path.startswith("/moto-api"):
            return _refuse(start_response, "404 NOT FOUND", "moto's own control pages are closed; use /_localcloud/")
        return self._moto(environ, start_response)  # type: ignore[no-any-return]

    def warm(self, services: Iterable[str]) -> None:
        """Build moto's applications of ``services`` ahead, so that no learner waits for the first call."""
        for service in services:
            with self._moto.lock:
                if service not in self._moto.app_instances:
                    self._moto.app_instances[service] = create_backend_app(service)  # type: ignore[arg-type]


def _refuse(start_response: Any, status: str, sentence: str) -> list[bytes]:
    body = json.dumps({"message": sentence}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def bind(port: int, app: WSGIApp) -> BaseWSGIServer:
    """Listen on 127.0.0.1 at ``port`` (0: any free one).

    Raises: ``CloudUnavailable`` when the port is taken or not a port.
    """
    try:
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=KeepAliveHandler)
    except (OSError, OverflowError, SystemExit) as error:
        raise CloudUnavailable(
            f"port {port} on 127.0.0.1 cannot be used ({error}): choose another with --port, or leave --port out for a free one"
        ) from None
    server.daemon_threads = True  # type: ignore[attr-defined]
    return server


def serve_in_thread(server: BaseWSGIServer) -> threading.Thread:
    """Serve until ``server.shutdown()``; returns the thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="http", daemon=True)
    thread.start()
    return thread
