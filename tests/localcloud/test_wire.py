"""HTTP as clients really speak it: many requests on one connection, bodies in pieces, and bytes that are no HTTP."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.http import serve_in_thread
from helpers.localcloud.wire import TOO_LARGE_KEY, HttpServer
from tests.conftest import CloudProcess


@pytest.fixture
def address(cloud: CloudProcess) -> tuple[str, int]:
    parts = urlsplit(cloud.endpoint_url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def say(address: tuple[str, int], data: bytes) -> bytes:
    """Send raw bytes and read until the server closes."""
    with socket.create_connection(address, timeout=120) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_one_connection_carries_many_requests(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=120)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/_localcloud/health")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        sockets.add(connection.sock)
    assert len(sockets) == 1


def test_requests_sent_at_once_are_answered_in_order(address: tuple[str, int]) -> None:
    one = b"GET /_localcloud/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    other = b"GET /_localcloud/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
    said = say(address, one + other + one)
    assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"200", b"404", b"200"]


def test_a_client_that_asks_to_close_is_closed(address: tuple[str, int]) -> None:
    said = say(address, b"GET /_localcloud/health HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b"Connection: close" in said


def test_a_body_in_chunks_arrives_whole(address: tuple[str, int]) -> None:
    head = b"POST /_localcloud/clock/advance HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = say(address, head + b'5\r\n{"sec\r\nc\r\nonds": 0.01}\r\n0\r\n\r\n')
    assert said.startswith(b"HTTP/1.1 200")


def test_a_client_that_waits_for_permission_gets_it(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=120) as connection:
        connection.sendall(
            b"POST /_localcloud/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b'{"seconds": 0}')
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    ],
    ids=["TLS", "no HTTP", "endless header"],
)
def test_what_is_no_request_is_refused_and_the_server_goes_on(address: tuple[str, int], garbage: bytes) -> None:
    assert say(address, garbage).startswith(b"HTTP/1.1 400")
    assert say(address, b"GET /_localcloud/health HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_odd_keys_and_metadata_of_s3_survive_the_wire(cloud: CloudProcess, account: str) -> None:
    s3: Any = cloud.client("s3", account)
    bucket = f"wire-{account}"
    s3.create_bucket(Bucket=bucket)
    keys = ["família/minha foto+1.jpg", "a%2Fb?c=d&e", "/leading", "dots/../up"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"owner_name": "ana", "owner-role": "dev"})
    assert sorted(entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]) == sorted(keys)
    found = s3.get_object(Bucket=bucket, Key=keys[0])
    assert found["Body"].read().decode() == keys[0]
    assert found["Metadata"] == {"owner_name": "ana", "owner-role": "dev"}
    assert s3.head_object(Bucket=bucket, Key=keys[1])["ContentLength"] == len(keys[1])


@pytest.mark.parametrize(
    ("service", "ask"),
    [
        ("pricing", lambda client: client.describe_services()),
        ("kendra", lambda client: client.list_indices()),
        ("rum", lambda client: client.list_app_monitors()),
    ],
)
def test_a_service_that_is_not_here_is_refused_by_name(
    cloud: CloudProcess, account: str, service: str, ask: Callable[[Any], Any]
) -> None:
    with pytest.raises(ClientError, match=f"the service {service} is not part of this local cloud") as refused:
        ask(cloud.client(service, account))
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"


def test_an_operation_that_is_not_here_is_refused_by_name(cloud: CloudProcess, account: str) -> None:
    topic = f"arn:aws:sns:us-east-1:{account}:orders"
    for service, operation, given in (
        ("sns", "get_data_protection_policy", {"ResourceArn": topic}),
        ("dynamodb", "describe_kinesis_streaming_destination", {"TableName": "orders"}),
    ):
        client = cloud.client(service, account)
        named = client.meta.method_to_api_mapping[operation]
        with pytest.raises(ClientError, match=f"{named} is not part of this local cloud") as refused:
            getattr(client, operation)(**given)
        assert refused.value.response["Error"]["Code"] == "NotImplementedException"


@pytest.mark.parametrize(
    ("service", "ask", "words"),
    [
        (
            "lambda",
            lambda client: client.list_durable_executions_by_function(FunctionName="f"),
            "of the service lambda",
        ),
        ("xray", lambda client: client.get_insight_events(InsightId="x"), "part of this local cloud"),
        ("lambda", lambda client: client.get_function(FunctionName="f"), "Function not found"),
    ],
)
def test_a_path_that_is_not_here_is_refused_by_its_service(
    cloud: CloudProcess, account: str, service: str, ask: Callable[[Any], Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words):
        ask(cloud.client(service, account))


def test_large_bodies_travel_both_ways(cloud: CloudProcess, account: str) -> None:
    s3: Any = cloud.client("s3", account)
    s3.create_bucket(Bucket=f"large-{account}")
    body = bytes(range(256)) * 40_000
    s3.put_object(Bucket=f"large-{account}", Key="ten-megabytes", Body=body)
    assert s3.get_object(Bucket=f"large-{account}", Key="ten-megabytes")["Body"].read() == body


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    status = "413 Content Too Large" if environ[TOO_LARGE_KEY] else "200 OK"
    start_response(status, [("X-Odd", environ.get("HTTP_X_ODD", ""))])
    return [environ["wsgi.input"].read()]


@pytest.fixture
def impatient() -> Iterator[tuple[str, int]]:
    """A server that takes bodies of 100 bytes, and waits 0.3 seconds for the rest of a request."""
    server = HttpServer(0, echo, lambda request: 100)
    server.patience_seconds = 0.3
    serve_in_thread(server)
    yield "127.0.0.1", server.port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "half",
    [b"G", b"GET / HTTP/1.1\r\nHost: loc", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"],
    ids=["one byte", "half a header", "half a body"],
)
def test_a_request_that_does_not_go_on_is_given_up(impatient: tuple[str, int], half: bytes) -> None:
    with socket.create_connection(impatient, timeout=120) as connection:
        connection.sendall(half)
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")
        assert connection.recv(1000) == b""


def test_a_request_that_trickles_is_given_up_too(impatient: tuple[str, int]) -> None:
    began = time.monotonic()
    with socket.create_connection(impatient, timeout=0.05) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        said = b""
        while not said:
            assert time.monotonic() - began < 60
            connection.sendall(b"a")
            try:
                said = connection.recv(1000)
            except TimeoutError:
                continue
    assert said.startswith(b"HTTP/1.1 408")


def test_a_connection_may_rest_between_requests(impatient: tuple[str, int]) -> None:
    with socket.create_connection(impatient, timeout=60) as connection:
        for body in (b"one", b"two"):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n" + body)
            said = b""
            while not said.endswith(b"\r\n\r\n" + body):
                assert (more := connection.recv(1000))
                said += more
            connection.settimeout(0.8)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(60)


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_past_its_limit_is_not_kept_and_the_client_reads_its_answer(
    impatient: tuple[str, int], framing: str
) -> None:
    body = b"x" * 1000 if "Length" in framing else b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n"
    said = say(impatient, f"POST / HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n".encode() + body)
    assert said.startswith(b"HTTP/1.1 413")
    assert said.endswith(b"\r\n\r\n")
    assert said.count(b"HTTP/1.1") == 1
    assert say(impatient, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n" + b"y" * 100).endswith(
        b"y" * 100
    )


def test_headers_that_are_no_latin_text_do_not_end_the_connection() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Note", "ok ✓")])
        return [b"fine"]

    server = HttpServer(0, app, lambda request: 100)
    serve_in_thread(server)
    said = say(("127.0.0.1", server.port), b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    server.shutdown()
    server.server_close()
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(b"fine")
