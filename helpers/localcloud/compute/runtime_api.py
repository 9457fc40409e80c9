"""The Runtime API of one execution environment, driven by the thread that invokes it.

An environment handles one invocation at a time, so no thread of its own is needed: whoever invokes answers the waiting
``GET …/invocation/next``, reads the ``POST`` that ends the invocation, and leaves the next ``GET`` in the socket until somebody invokes
again. Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_NEXT = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR = "/2018-06-01/runtime/init/error"
_RESULT = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")
_TICK_SECONDS = 0.05
_FIRST_TICK_SECONDS = 0.01
_CHUNK = 256 * 1024


class Gone(Exception):
    """The process behind the Runtime API has ended."""


@dataclass
class Message:
    """What the runtime client said: ``next``, ``init-error``, ``response`` or ``error``.

    body: at most ``limit`` bytes of it are kept; size: how many there were. cause: what is said of an error for X-Ray, as JSON text.
    transfer: seconds from its first line to its last byte.
    """

    kind: str
    request_id: str = ""
    body: bytes = b""
    size: int = 0
    error_type: str = ""
    cause: str = ""
    transfer: float = 0.0


class RuntimeApi:
    """One port on 127.0.0.1 that one process talks to.

    limit: how many bytes of a response are kept; the rest is read and dropped.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=8)
        self._connection: socket.socket | None = None
        self._received = bytearray()

    @property
    def address(self) -> str:
        """Host and port, as ``AWS_LAMBDA_RUNTIME_API`` names them."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def receive(self, deadline: float, watch: Callable[[], None]) -> Message:
        """The next message of the runtime client.

        deadline: on ``time.monotonic()``. watch: called about every 50 ms while waiting; an exception from it ends the wait.
        Raises: ``TimeoutError`` at the deadline, ``Gone`` (from ``watch``) when the process ended.
        """
        while True:
            connection = self._connection or self._accept(deadline, watch)
            try:
                message = self._read(connection, deadline, watch)
            except ConnectionError:
                message = None
            if message is not None:
                return message
            self._drop_connection()

    def deliver(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """Answer the waiting ``next`` with an invocation.

        Raises: ``Gone`` when nobody listens any more.
        """
        try:
            self._answer("200 OK", payload, headers)
        except OSError:
            raise Gone from None

    def accepted(self) -> None:
        """Tell the runtime client that its response or error was taken."""
        try:
            self._answer("202 Accepted", b'{"status":"OK"}\n', {})
        except OSError:
            self._drop_connection()

    def close(self) -> None:
        """Close the port and what is connected to it."""
        self._drop_connection()
        self._listener.close()

    def _accept(self, deadline: float, watch: Callable[[], None]) -> socket.socket:
        tick = _FIRST_TICK_SECONDS
        while True:
            self._listener.settimeout(_remaining(deadline, tick))
            try:
                self._connection, _ = self._listener.accept()
            except TimeoutError:
                watch()
                tick = min(tick * 1.2, _TICK_SECONDS)
                continue
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._connection

    def _more(self, connection: socket.socket, deadline: float, watch: Callable[[], None]) -> bytes:
        while True:
            connection.settimeout(_remaining(deadline, _TICK_SECONDS))
            try:
                return connection.recv(_CHUNK)
            except TimeoutError:
                watch()

    def _read(self, connection: socket.socket, deadline: float, watch: Callable[[], None]) -> Message | None:
        received = self._received
        while (end := received.find(b"\r\n\r\n")) < 0:
            chunk = self._more(connection, deadline, watch)
            if not chunk:
                return None
            received += chunk
        began = time.monotonic()
        request_line, *lines = received[:end].decode("latin-1").split("\r\n")
        del received[: end + 4]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = bytearray()
        size = 0
        if "chunked" in headers.get("transfer-encoding", ""):
            raise ConnectionError("AWS's Python runtime client does not stream responses")
        length = int(headers.get("content-length", 0))
        while size < length:
            if not received:
                chunk = self._more(connection, deadline, watch)
                if not chunk:
                    return None
                received += chunk
            part = received[: length - size]
            del received[: len(part)]
            size += len(part)
            body += part[: max(0, self._limit + 1 - len(body))]
        message = _understood(request_line, bytes(body), size, headers.get("lambda-runtime-function-error-type", ""))
        if message is not None:
            message.cause = headers.get("lambda-runtime-function-xray-error-cause", "")
            message.transfer = time.monotonic() - began
        return message

    def _answer(self, status: str, body: bytes, headers: Mapping[str, str]) -> None:
        if self._connection is None:
            raise ConnectionError("no runtime client is connected")
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._connection.settimeout(30)
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._received.clear()


def _remaining(deadline: float, tick: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return min(remaining, tick)


def _understood(request_line: str, body: bytes, size: int, error_type: str) -> Message | None:
    _, path, *_ = request_line.split(" ")
    if path == _NEXT:
        return Message("next")
    if path == _INIT_ERROR:
        return Message("init-error", body=body, size=size, error_type=error_type)
    result = _RESULT.fullmatch(path)
    if result:
        return Message(result[2], result[1], body, size, error_type)
    return None
