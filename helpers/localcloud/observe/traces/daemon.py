"""The X-Ray daemon: a port for each account and Region, where SDKs send what they trace (UDP) and ask for sampling rules (HTTP).

One thread reads all ports, and sleeps while nothing comes. What comes too fast stays in the operating system, which drops it, as it does with AWS's
daemon.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
"""

from __future__ import annotations

import contextlib
import json
import logging
import selectors
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces import api
from helpers.localcloud.observe.traces.cloud_time import in_cloud_time
from helpers.localcloud.observe.traces.documents import BadDocument, checked, read
from helpers.localcloud.observe.traces.store import SOURCES, store_of
from helpers.localcloud.wire import HttpServer

_log = logging.getLogger(__name__)

MOST_PORTS = 200
MOST_DOCUMENTS_A_SECOND = 2_000
MOST_BYTES_A_SECOND = 4 * 1024 * 1024
_DATAGRAM = 65_536
_TRIES = 20
_PROXIED = ("/GetSamplingRules", "/SamplingTargets")
_MOST_BODY = 1024 * 1024


class Port:
    """The port of one account and Region. malformed: how many datagrams were no documents that X-Ray takes."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.malformed = 0
        self.resume = 0.0
        self._lock = threading.Lock()
        self._second = 0
        self._documents = 0
        self._bytes = 0
        self.http, self.udp = _bind(self._answer)

    @property
    def number(self) -> int:
        """The port number, of UDP and TCP."""
        return self.http.port

    def read(self) -> None:
        """Take what has arrived, up to what is taken in a second; past it, ``resume`` says when to go on (monotonic time)."""
        with self._lock:
            while self._has_room():
                try:
                    data = self.udp.recv(_DATAGRAM)
                except (BlockingIOError, OSError):
                    return
                self._documents += 1
                self._bytes += len(data)
                try:
                    self._take(data)
                except (BadDocument, ValueError, RecursionError):
                    self.malformed += 1

    def close(self) -> None:
        """Hear no more."""
        with self._lock:
            self.udp.close()
        self.http.server_close()

    def _has_room(self) -> bool:
        now = time.monotonic()
        if int(now) != self._second:
            self._second, self._documents, self._bytes = int(now), 0, 0
        if self._documents < MOST_DOCUMENTS_A_SECOND and self._bytes < MOST_BYTES_A_SECOND:
            return True
        self.resume = float(self._second + 1)
        return False

    def _take(self, data: bytes) -> None:
        header, _, text = data.decode("utf-8").partition("\n")
        form = json.loads(header)
        if not isinstance(form, dict) or form.get("format") != "json" or form.get("version") != 1:
            raise ValueError("no header of the daemon's protocol")
        clock = context().clock
        now = clock.timestamp()
        documents = [checked(in_cloud_time(one, clock), now) for one in read(text)]
        for document in documents:
            store_of(self.account, self.region).add(document, now)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if path in _PROXIED:
            body = environ["wsgi.input"].read()
            status, headers, text = api.answer(self.account, self.region, path, body)
        else:
            status, headers = 403, {"Content-Type": "application/json"}
            text = json.dumps({"message": "the daemon hands on GetSamplingRules and SamplingTargets only"})
        start_response(f"{status} {'OK' if status == 200 else 'Refused'}", list(headers.items()))
        return [text.encode()]


def _bind(app: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> tuple[HttpServer, socket.socket]:
    """TCP and UDP on one free port number."""
    for _ in range(_TRIES):
        http = HttpServer(0, app, lambda request: _MOST_BODY)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(("127.0.0.1", http.port))
        except OSError:
            udp.close()
            http.server_close()
            continue
        udp.setblocking(False)
        http.timeout = 0
        with contextlib.suppress(OSError):
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        return http, udp
    raise OSError("no port is free for both UDP and TCP")


class Daemon:
    """All ports of one server, and the thread that reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: OrderedDict[tuple[str, str], Port] = OrderedDict()
        self._selector = selectors.DefaultSelector()
        self._changes: deque[Callable[[], None]] = deque()
        self._bell, self._waker = socket.socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._paused: list[Port] = []
        self._closed = False
        SOURCES.append(self.catch_up)
        self._clock = context().clock
        self._clock.before_moving.append(self._catch_up_with_all)
        self._thread = threading.Thread(target=self._run, name="xray-daemon", daemon=True)
        self._thread.start()

    def port(self, account: str, region: str) -> Port:
        """The port of an account and Region; past ``MOST_PORTS`` the one that was asked for longest ago is closed."""
        with self._lock:
            port = self._ports.get((account, region))
            if port is None:
                port = self._ports[account, region] = Port(account, region)
                self._change(lambda new=port: self._add(new))  # type: ignore[misc]
                if len(self._ports) > MOST_PORTS:
                    self._end(self._ports.popitem(last=False)[1])
            self._ports.move_to_end((account, region))
            return port

    def catch_up(self, account: str, region: str) -> None:
        """Take what has been sent to an account's port by now, so that who looks finds it."""
        with self._lock:
            port = self._ports.get((account, region))
        if port and port.resume <= time.monotonic():
            port.read()

    def _catch_up_with_all(self) -> None:
        """Take what has been sent before the clock moves: its times are those of the clock as it stands."""
        with self._lock:
            places = list(self._ports)
        for place in places:
            self.catch_up(*place)

    def forget(self, account: str) -> None:
        """Close the ports of an account."""
        with self._lock:
            for key in [key for key in self._ports if key[0] == account]:
                self._end(self._ports.pop(key))

    def close(self) -> None:
        """Close all ports and end the thread."""
        SOURCES.remove(self.catch_up)
        self._clock.before_moving.remove(self._catch_up_with_all)
        self._closed = True
        self._waker.send(b"\0")
        self._thread.join()
        with self._lock:
            for port in self._ports.values():
                port.close()
            self._ports.clear()
        for one in (self._selector, self._bell, self._waker):
            one.close()

    def _end(self, port: Port) -> None:
        port.close()
        self._change(lambda: self._drop(port))

    def _change(self, change: Callable[[], None]) -> None:
        """Let the thread that reads do it: a selector belongs to one thread."""
        self._changes.append(change)
        self._waker.send(b"\0")

    def _add(self, port: Port) -> None:
        if port.udp.fileno() < 0:
            return
        self._selector.register(port.udp, selectors.EVENT_READ, port)
        self._selector.register(port.http, selectors.EVENT_READ, port.http)

    def _drop(self, port: Port) -> None:
        for one in (port.udp, port.http):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
        if port in self._paused:
            self._paused.remove(port)

    def _run(self) -> None:
        while not self._closed:
            wait = min((port.resume for port in self._paused), default=None)
            events = self._selector.select(None if wait is None else max(0.0, wait - time.monotonic()))
            for port in [port for port in self._paused if port.resume <= time.monotonic()]:
                self._paused.remove(port)
                if port.udp.fileno() >= 0:
                    self._selector.register(port.udp, selectors.EVENT_READ, port)
            for key, _ in events:
                try:
                    self._serve(key.data)
                except Exception:
                    _log.exception("the X-Ray daemon failed with what one client sent")

    def _serve(self, ready: Port | HttpServer | None) -> None:
        if ready is None:
            with contextlib.suppress(BlockingIOError):
                self._bell.recv(4096)
            while self._changes:
                self._changes.popleft()()
        elif isinstance(ready, HttpServer):
            with contextlib.suppress(OSError, ValueError):  # closed meanwhile
                ready.handle_request()
        elif ready.udp.fileno() >= 0:
            ready.read()
            if ready.resume > time.monotonic():
                self._selector.unregister(ready.udp)
                self._paused.append(ready)


_daemons: list[Daemon] = []
_daemons_lock = threading.Lock()


def _daemon() -> Daemon:
    with _daemons_lock:
        if not _daemons:
            _daemons.append(Daemon())
        return _daemons[-1]


def address_for(account: str, region: str) -> str:
    """``127.0.0.1:PORT``, where what arrives by UDP is recorded for the account and Region; opened at first use.

    Functions find it in ``AWS_XRAY_DAEMON_ADDRESS``.
    """
    return f"127.0.0.1:{_daemon().port(account, region).number}"


def malformed(account: str, region: str) -> int:
    """How many datagrams to an account's port were no documents that X-Ray takes."""
    return _daemon().port(account, region).malformed


def forget(account: str) -> None:
    """Close the ports of an account that is being emptied."""
    for daemon in list(_daemons):
        daemon.forget(account)


def close() -> None:
    """Close all ports."""
    with _daemons_lock:
        while _daemons:
            _daemons.pop().close()
