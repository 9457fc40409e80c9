"""The four functions of AWS's native ``runtime_client``, in pure Python, for platforms without its wheel.

It speaks the Runtime API over one kept-alive connection, with just the HTTP that our server answers.
Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import socket

TYPE_CHECKING = False  # typing's own constant costs its import, in every cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_ROOT = "/2018-06-01/runtime/invocation/"
_INVOCATION_HEADERS = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
    "Content-Type",
)
_state: dict[str, Any] = {"user_agent": "", "stream": None}


def _stream() -> Any:
    if _state["stream"] is None:
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rsplit(":", 1)
        connection = socket.create_connection((host, int(port)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _state["stream"] = connection.makefile("rwb")
    return _state["stream"]


def _request(
    method: str, path: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()
) -> tuple[int, dict[str, str], bytes]:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: runtime",
        f"User-Agent: {_state['user_agent']}",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers]
    stream = _stream()
    stream.write("\r\n".join([*lines, "", ""]).encode() + body)
    stream.flush()
    status_line = stream.readline()
    if not status_line:
        raise RuntimeError("the Runtime API closed the connection")
    answer: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        answer[name.strip().lower()] = value.strip()
    return int(status_line.split()[1]), answer, stream.read(int(answer.get("content-length", 0)))


def initialize_client(user_agent: str) -> None:
    """Called once, before the first ``next``."""
    _state["user_agent"] = user_agent


def next() -> tuple[bytes, dict[str, Any]]:
    """Wait for an invocation: its event and its headers."""
    status, answer, body = _request("GET", _ROOT + "next")
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation: the Runtime API answered {status}")
    headers: dict[str, Any] = {name: answer.get(name.lower()) for name in _INVOCATION_HEADERS}
    headers["Lambda-Runtime-Deadline-Ms"] = int(answer["lambda-runtime-deadline-ms"])
    return body, headers


def _post(path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> None:
    status, _, _ = _request("POST", path, body, headers)
    if status != 202:
        raise RuntimeError(f"Failed to post invocation response: the Runtime API answered {status}")


def post_invocation_result(
    invoke_id: str, result_data: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Send what the handler returned."""
    _post(f"{_ROOT}{invoke_id}/response", result_data, [("Content-Type", content_type)])


def post_error(invoke_id: str, error_response_data: str, xray_fault: str, invocation_id: str | None = None) -> None:
    """Send what the handler raised."""
    error_type = json.loads(error_response_data)["errorType"]
    headers = [("Content-Type", "application/json"), ("Lambda-Runtime-Function-Error-Type", error_type)]
    if xray_fault:
        headers.append(("Lambda-Runtime-Function-XRay-Error-Cause", xray_fault))
    _post(f"{_ROOT}{invoke_id}/error", error_response_data.encode(), headers)
