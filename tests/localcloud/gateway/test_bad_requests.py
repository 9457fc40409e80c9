"""What no well-behaved client sends: each gets an answer, and the server goes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.gateway.rest_help import RestApi

MEGABYTE = 1024 * 1024


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    made = RestApi(client("apigateway"), cloud.endpoint_url)
    made.mock("ANY", "/orders", '"orders"')
    made.mock("GET", "/orders/{id}", '"one"')
    made.deploy()
    return made


def speak(api: RestApi, data: bytes, more: bytes = b"") -> bytes:
    """Send raw bytes and read until the server closes or has nothing to say."""
    address = urlsplit(api.endpoint)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=120) as connection:
        connection.sendall(data)
        if more:
            connection.sendall(more)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_body_past_ten_megabytes_is_refused_and_the_api_goes_on(api: RestApi) -> None:
    answer = api.http.post("/dev/orders", content=b"x" * (10 * MEGABYTE + 1))
    assert answer.status_code == 413
    assert answer.headers["x-amzn-ErrorType"] == "RequestEntityTooLargeException"
    assert "10485760" in answer.json()["message"]
    assert api.http.post("/dev/orders", content=b"x" * (10 * MEGABYTE)).status_code == 200


def test_a_body_in_endless_chunks_is_refused_at_its_limit(api: RestApi) -> None:
    def chunks() -> Any:
        for _ in range(15):
            yield b"x" * MEGABYTE

    assert api.http.post("/dev/orders", content=chunks()).status_code == 413


def test_a_body_too_large_gets_the_apis_own_gateway_response(api: RestApi) -> None:
    api.client.put_gateway_response(restApiId=api.id, responseType="REQUEST_TOO_LARGE", statusCode="400")
    api.deploy()
    assert api.http.post("/dev/orders", content=b"x" * (11 * MEGABYTE)).status_code == 400


def test_a_body_that_is_announced_too_large_is_not_waited_for(api: RestApi) -> None:
    began = time.monotonic()
    head = f"POST /_execute-api/{api.id}/dev/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    assert speak(api, head.encode()).startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 25


def test_headers_past_their_limit_are_refused(api: RestApi) -> None:
    headers = {f"X-{number}": "v" * 1000 for number in range(11)}
    answer = api.get("/orders", headers=headers)
    assert answer.status_code == 431
    assert api.get("/orders", headers={"X-Long": "v" * 9000}).status_code == 200


@pytest.mark.parametrize("target", ["/dev/orders/%", "/dev/orders/%zz", "/dev/orders/%ff", "/dev/orders?q=%"])
def test_what_is_not_encoded_properly_is_a_bad_request(api: RestApi, target: str) -> None:
    assert api.raw(target) == (400, {"message": "Bad Request"})


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/dev/../dev/orders", 403),
        ("/dev/%2e%2e/%2e%2e/etc/passwd", 403),
        ("/dev/..%2f..%2fetc%2fpasswd", 403),
        ("/../../etc/passwd", 403),
        ("/dev/orders/..", 200),
        ("/dev/orders/%2e%2e%2f%2e%2e", 200),
        ("/dev//orders", 200),
        ("/dev/orders//", 200),
        ("/dev/orders//1", 403),
        ("/dev/orders/%00", 200),
    ],
)
def test_a_path_leads_nowhere_but_to_its_own_resources(api: RestApi, target: str, status: int) -> None:
    assert api.raw(target)[0] == status


@pytest.mark.parametrize("verb", ["TRACE", "PROPFIND", "CONNECT"])
def test_odd_verbs_do_not_harm(api: RestApi, verb: str) -> None:
    status = api.raw("/dev/orders/1", method=verb)[0]
    assert status in (400, 403)
    assert api.get("/orders").status_code == 200


def test_a_request_in_chunks_arrives_whole(api: RestApi) -> None:
    head = f"POST /_execute-api/{api.id}/dev/orders HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = speak(api, head.encode(), b"3\r\nabc\r\n0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: abc",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: nonsense",
    ],
)
def test_a_body_without_a_clear_end_is_refused(api: RestApi, framing: str) -> None:
    head = f"POST /_execute-api/{api.id}/dev/orders HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\nhello"
    assert speak(api, head.encode()).startswith(b"HTTP/1.1 400")
    assert api.get("/orders").status_code == 200


def test_clients_that_never_finish_do_not_hold_up_the_others(api: RestApi) -> None:
    address = urlsplit(api.endpoint)
    half = f"POST /_execute-api/{api.id}/dev/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
    idle = [socket.create_connection((str(address.hostname), address.port or 80)) for _ in range(50)]
    for connection in idle:
        connection.sendall(half.encode())
    assert api.get("/orders").json() == "orders"
    for connection in idle:
        connection.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(
        st.characters(codec="ascii", min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40
    ),
    value=st.text(st.characters(codec="latin-1", min_codepoint=32, exclude_characters="\x7f"), max_size=40),
    body=st.binary(max_size=200),
)
def test_whatever_is_sent_gets_an_answer_of_a_gateway(api: RestApi, path: str, value: str, body: bytes) -> None:
    head = (
        f"POST /_execute-api/{api.id}/dev/{path} HTTP/1.1\r\nHost: localhost\r\nX-Odd: {value}\r\nConnection: close\r\n"
    )
    said = speak(api, head.encode("latin-1") + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert said.split(b" ", 2)[1] in (b"200", b"400", b"403")


def test_an_api_never_answers_for_a_page_that_was_led_here(api: RestApi) -> None:
    answer = HTTP.get(f"{api.endpoint}/_execute-api/{api.id}/dev/orders", headers={"host": "attacker.example"})
    assert answer.status_code == 403
    assert answer.json() != "orders"
