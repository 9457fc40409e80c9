"""HTTP/1.1 on a socket: read requests, answer them with a WSGI application, keep the connection open.

``httptools`` parses; a thread serves each connection. werkzeug's development server closes every connection after one answer, and its
parser alone costs as much as moto's work on a cheap call.
"""

from __future__ import annotations

import io
import json
import os
import socket
import socketserver
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

SOCKET_KEY = "localcloud.socket"
HEADERS_KEY = "localcloud.headers"  # all headers as they were sent, in order: a tuple of (name, value)
TOO_LARGE_KEY = "localcloud.too_large"  # the body went past its limit and was not kept
_HEADER_BYTES = 64 * 1024
PATIENCE_SECONDS = 30.0  # for a request to arrive whole; each 64 KiB of it buys one second more
_SLOWEST_BYTES_A_SECOND = 64 * 1024
_DRAIN_BYTES = 64 * 1024**2
_DRAIN_SECONDS = 2.0
_PLAIN_KEYS = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class Request:
    """One request as it came over the wire."""

    def __init__(self) -> None:
        self.method = ""
        self.target = b""
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.keep_alive = False
        self.too_large = False


class _Reader:
    """Turns bytes into requests; the callbacks are named by httptools.

    unfinished: when the first byte of a request came that is not complete yet, and how many have come since.
    """

    def __init__(self, proceed: Callable[[], None], body_limit: Callable[[Request], int]) -> None:
        self._body_limit = body_limit
        self._limit = 0
        self.unfinished: tuple[float, int] | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._proceed = proceed
        self._current = Request()
        self._header_bytes = 0
        self.complete: list[Request] = []

    def feed(self, data: bytes) -> None:
        """Take bytes; finished requests are in ``complete`` afterwards.

        Raises: ``httptools.HttpParserError`` for what is no HTTP, ``OverflowError`` for headers past 64 KiB.
        """
        if self.unfinished:
            self.unfinished = self.unfinished[0], self.unfinished[1] + len(data)
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._current = Request()
        self._header_bytes = 0
        self.unfinished = time.monotonic(), 0

    def on_url(self, url: bytes) -> None:
        self._count(url)
        self._current.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name + value)
        self._current.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        request = self._current
        request.method = self._parser.get_method().decode()
        request.keep_alive = self._parser.should_keep_alive()
        self._limit = self._body_limit(request)
        announced = next((value for name, value in request.headers if name.lower() == "content-length"), "")
        if announced.isdigit() and int(announced) > self._limit:
            self._give_up()
        elif any(name.lower() == "expect" for name, _ in request.headers):
            self._proceed()

    def on_body(self, body: bytes) -> None:
        request = self._current
        if request.too_large:
            return
        request.body += body
        if len(request.body) > self._limit:
            self._give_up()

    def on_message_complete(self) -> None:
        self.unfinished = None
        if not self._current.too_large:
            self.complete.append(self._current)

    def _give_up(self) -> None:
        """Answer a request without its body, which is past its limit."""
        request = self._current
        request.too_large = True
        request.keep_alive = False
        request.body = bytearray()
        self.complete.append(request)

    def _count(self, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > _HEADER_BYTES:
            raise OverflowError("headers past 64 KiB")


class _Connection(socketserver.BaseRequestHandler):
    server: HttpServer

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = _Reader(lambda: connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"), self.server.body_limit)
        try:
            while data := self._receive(connection, reader.unfinished):
                try:
                    reader.feed(data)
                except (httptools.HttpParserError, httptools.HttpParserUpgrade, OverflowError):
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    return
                requests, reader.complete = reader.complete, []
                for request in requests:
                    connection.sendall(self._answer(request))
                    if request.too_large:
                        _drain(connection)
                    if not request.keep_alive:
                        return
        except (ConnectionError, TimeoutError):
            return

    def _receive(self, connection: socket.socket, unfinished: tuple[float, int] | None) -> bytes:
        """The next bytes. Between requests a client may be silent for as long as it likes; within one its time is limited."""
        if unfinished is None:
            return connection.recv(256 * 1024)
        began, received = unfinished
        left = began + self.server.patience_seconds + received / _SLOWEST_BYTES_A_SECOND - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
            return connection.recv(256 * 1024)
        except TimeoutError:
            connection.settimeout(_DRAIN_SECONDS)
            connection.sendall(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return b""
        finally:
            connection.settimeout(None)

    def _answer(self, request: Request) -> bytes:
        status, headers, body = respond(self.server.app, self._environ(request))
        code = status.split(" ", 1)[0]
        lines = [f"HTTP/1.1 {status}"]
        names = set()
        for name, value in headers:
            names.add(name.lower())
            lines.append(f"{name}: {value}")
        bodiless = code in ("204", "304")
        if "content-length" not in names and not bodiless:
            lines.append(f"Content-Length: {len(body)}")
        if "date" not in names:
            lines.append(f"Date: {formatdate(usegmt=True)}")
        if not request.keep_alive:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        return head if bodiless or request.method == "HEAD" else head + body

    def _environ(self, request: Request) -> dict[str, Any]:
        target = request.target
        if not target.startswith(b"/"):
            target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
        path, _, query = target.partition(b"?")
        environ: dict[str, Any] = {
            **self.server.environ,
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "REQUEST_URI": target.decode("latin-1"),
            "RAW_URI": target.decode("latin-1"),
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.input": io.BytesIO(request.body),
            SOCKET_KEY: self.request,
            HEADERS_KEY: tuple(request.headers),
            TOO_LARGE_KEY: request.too_large,
        }
        preserved: dict[str, str] = {}
        for name, value in request.headers:
            if "_" in name:
                if not should_preserve_original_header_name(name):
                    continue
                preserved[environ_key_for_header(name)] = name
            key = name.upper().replace("-", "_")
            if key == "CONTENT_LENGTH":
                continue
            if key not in _PLAIN_KEYS:
                key = f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
        return environ


def respond(app: WSGIApp, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    """Run a WSGI application once; a failure of its own is answered with 500, and its traceback goes to standard error."""
    answer: list[tuple[str, list[tuple[str, str]]]] = []
    body = bytearray()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        answer[:] = [(status, headers)]
        return body.extend

    try:
        chunks = app(environ, start_response)
        try:
            for chunk in chunks:
                body += chunk
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = answer[0]
    except Exception:
        traceback.print_exc()
        failure = json.dumps({"message": "the local cloud failed here; its log says where"}).encode()
        return _line(HTTPStatus.INTERNAL_SERVER_ERROR), [("Content-Type", "application/json")], failure
    return status, headers, bytes(body)


def _drain(connection: socket.socket) -> None:
    """Read on for a moment: a client that still sends when the connection closes would never read its answer."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(_DRAIN_SECONDS)
    left, deadline = _DRAIN_BYTES, time.monotonic() + _DRAIN_SECONDS
    while left > 0 and time.monotonic() < deadline and (data := connection.recv(256 * 1024)):
        left -= len(data)


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves ``app`` on 127.0.0.1 at ``port`` (0: any free one), a thread a connection.

    body_limit: how many bytes of a request's body to keep, asked once its headers are known.

    Raises: ``OSError`` when the port is taken, ``OverflowError`` when it is none.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # elsewhere the option lets two servers share a port
    request_queue_size = 128

    def __init__(self, port: int, app: WSGIApp, body_limit: Callable[[Request], int]) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.app = app
        self.body_limit = body_limit
        self.patience_seconds = PATIENCE_SECONDS
        self.port = int(self.server_address[1])
        self.environ: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "localcloud",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
