"""HTTP as clients really speak it: many requests on one connection, bodies in pieces, and bytes that are no HTTP."""

from __future__ import annotations

import http.client
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import CloudProcess


@pytest.fixture
def address(cloud: CloudProcess) -> tuple[str, int]:
    parts = urlsplit(cloud.endpoint_url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def say(address: tuple[str, int], data: bytes) -> bytes:
    """Send raw bytes and read until the server closes."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_one_connection_carries_many_requests(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=10)
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
    with socket.create_connection(address, timeout=10) as connection:
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


def test_large_bodies_travel_both_ways(cloud: CloudProcess, account: str) -> None:
    s3: Any = cloud.client("s3", account)
    s3.create_bucket(Bucket=f"large-{account}")
    body = bytes(range(256)) * 40_000
    s3.put_object(Bucket=f"large-{account}", Key="ten-megabytes", Body=body)
    assert s3.get_object(Bucket=f"large-{account}", Key="ten-megabytes")["Body"].read() == body
