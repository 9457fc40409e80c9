"""The load generator against a real server: it does not wait for answers, and does not hide slow ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from helpers.cloud.load import Load
from helpers.errors import CourseError
from helpers.simulate.traffic import Traffic, constant
from tests.localcloud.conftest import eventually
from tests.serving import Handler, serving


class Site(Handler):
    protocol_version = "HTTP/1.1"
    stall = threading.Event()
    bodies: list[bytes] = []

    def do_GET(self) -> None:
        if self.path == "/stall":
            self.stall.wait()
        self._answer(404 if self.path == "/missing" else 200)

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(201)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


@contextmanager
def site() -> Iterator[str]:
    Site.stall, Site.bodies = threading.Event(), []
    with serving(Site) as url:
        try:
            yield url
        finally:
            Site.stall.set()


def test_every_request_of_the_traffic_is_sent_and_counted() -> None:
    with site() as url:
        result = Load(f"{url}/missing", constant(100, 1, evenly=True)).start().result()
    assert result.asked == len(result.samples) == 100
    assert result.statuses == {404: 100}
    assert list(result.frame.columns) == ["due", "sent", "ms", "status", "error"]
    assert "100 requests" in repr(result)


def test_it_goes_on_sending_while_nobody_answers_and_counts_from_when_a_request_was_due() -> None:
    with site() as url:
        running = Load(f"{url}/stall", constant(50, 1, evenly=True)).start()
        eventually(lambda: running.so_far().asked)
        begun = time.monotonic()
        eventually(lambda: running.so_far().asked == 50)
        assert not running.so_far().samples
        stalled = time.monotonic() - begun
        Site.stall.set()
        result = running.result()
    assert result.statuses == {200: 50}
    assert all(sample.due + sample.seconds >= stalled for sample in result.samples)  # each from its own moment


def test_what_may_not_be_open_is_skipped_and_said() -> None:
    with site() as url:
        running = Load(f"{url}/stall", constant(40, 1, evenly=True), most_open=5).start()
        eventually(lambda: running.so_far().asked == 40)
        Site.stall.set()
        result = running.result()
    assert result.skipped == 35
    assert "35 not sent" in repr(result)


def test_a_load_can_be_stopped() -> None:
    with site() as url:
        running = Load(url, constant(20, 600, evenly=True)).start()
        running.stop()
        result = running.result()
    assert result.stopped
    assert result.asked < 6_000


def test_bodies_are_made_by_number() -> None:
    with site() as url:
        Load(url, constant(5, 1, evenly=True), method="POST", body=lambda number: {"order": number}).start().result()
    assert sorted(Site.bodies) == [b'{"order": %d}' % number for number in range(5)]


def test_a_server_that_is_not_there_is_no_answer() -> None:
    result = Load("http://127.0.0.1:9", constant(5, 1, evenly=True)).start().result()
    assert result.statuses == {0: 5}
    assert {one.error for one in result.samples} == {"ConnectError"}


def test_what_cannot_be_a_load_is_refused() -> None:
    with pytest.raises(CourseError, match="is no URL"):
        Load("products", constant(1, 1))
    with pytest.raises(CourseError, match="simulate them"):
        Load("http://127.0.0.1:9", Traffic((1e6,) * 10))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": None}, "None is no URL"),
        ({"traffic": 5}, "5 is no traffic"),
        ({"most_open": 0}, "most_open of 0"),
        ({"most_open": 2.5}, "most_open of 2.5"),
        ({"timeout": 0}, "a timeout of 0 s"),
        ({"timeout": float("nan")}, "a timeout of nan s"),
    ],
)
def test_what_a_load_cannot_do_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        Load(**{"url": "http://127.0.0.1:1", "traffic": constant(1, 1), **given})


def test_a_load_runs_once_and_tells_nothing_before() -> None:
    load = Load("http://127.0.0.1:1", Traffic((1.0,), 0.1))
    with pytest.raises(CourseError, match="has not begun"):
        load.result()
    load.start().result()
    with pytest.raises(CourseError, match="has begun already"):
        load.start()


def test_a_body_that_cannot_be_made_is_told() -> None:
    def broken(number: int) -> object:
        raise ValueError("no order")

    with pytest.raises(ValueError, match="no order"):
        Load("http://127.0.0.1:9", constant(5, 1, evenly=True), method="POST", body=broken).start().result()
