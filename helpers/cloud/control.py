"""Small HTTP calls to the server's control routes, with the standard library only: every notebook makes them first."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any
from urllib.parse import urlsplit

from helpers.errors import CloudUnavailable, CourseError


def call(
    endpoint_url: str,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    timeout: float = 30.0,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Send one JSON request to the server at ``endpoint_url`` and return its JSON answer.

    timeout: seconds to wait for the connection and for the answer, each.

    Raises: ``CloudUnavailable`` when nobody answers there, ``CourseError`` with the server's sentence when it refuses.
    """
    address = urlsplit(endpoint_url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=timeout)
    try:
        connection.request(
            method,
            path,
            json.dumps(body) if body is not None else None,
            {"Content-Type": "application/json", **(headers or {})},
        )
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise CloudUnavailable(
            f"the local cloud at {endpoint_url} does not answer ({type(error).__name__}): run the notebook from its first cell, which starts a new one"
        ) from None
    finally:
        connection.close()
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise CloudUnavailable(
            f"what listens at {endpoint_url} is no local cloud: unset AWS_ENDPOINT_URL and COURSE_CLOUD, then run the first cell again"
        )
    if response.status >= 400:
        raise CourseError(str(answer.get("message", f"{method} {path} was refused with status {response.status}")))
    return answer


def connected_endpoint() -> str:
    """The endpoint that ``connect()`` chose for this process.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if not endpoint:
        raise CloudUnavailable("this notebook is not connected yet: run its first cell, the one with connect()")
    return endpoint
