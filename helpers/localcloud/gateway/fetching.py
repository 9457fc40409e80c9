"""One request from an API to an HTTP endpoint, which must be on this computer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
import urllib3

from helpers.localcloud.gateway.invoking import within

HERE = ("127.0.0.1", "localhost", "::1")
MOST_ANSWER_BYTES = 10 * 1024 * 1024
_CHUNK = 64 * 1024
# Headers of one connection, which are not passed on.
HOP = frozenset({"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers", "transfer-encoding", "upgrade", "content-length", "content-encoding", "host"})  # fmt: skip


class Elsewhere(Exception):
    """The endpoint is on another computer, which the local cloud does not reach."""


class Unreachable(Exception):
    """The endpoint did not answer, or not with what can be passed on."""


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered, without the headers of its connection."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def fetch(
    verb: str,
    url: str,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str | list[str]] | None = None,
    body: bytes = b"",
    seconds: float,
) -> Answer:
    """The endpoint's answer. seconds: for all of it, to its last byte.

    Raises: ``Elsewhere``, ``Unreachable``, ``TimeoutError``.
    """
    try:
        prepared = requests.Request(verb, url, headers=dict(headers), params=dict(query or {}), data=body).prepare()
    except (requests.RequestException, ValueError) as problem:
        raise Unreachable(type(problem).__name__) from None
    if not _is_here(prepared.url or ""):
        raise Elsewhere("the local cloud calls endpoints on this computer only")
    deadline = time.monotonic() + seconds
    try:
        answer = within(seconds, lambda: _sent(prepared, deadline))
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        raise TimeoutError from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as problem:
        raise Unreachable(type(problem).__name__) from None
    if len(answer.body) > MOST_ANSWER_BYTES:
        raise Unreachable("the answer is larger than 10 MB")
    return answer


def _is_here(url: str) -> bool:
    """Whether all that read the URL on the way find the same host in it, and this computer is that host."""
    split, parsed = urlsplit(url), urllib3.util.parse_url(url)
    hosts = {split.hostname, (parsed.host or "").strip("[]")}
    return split.scheme in ("http", "https") and len(hosts) == 1 and split.hostname in HERE


def _sent(prepared: requests.PreparedRequest, deadline: float) -> Answer:
    body = bytearray()
    left = max(deadline - time.monotonic(), 0.001)
    with (
        requests.Session() as session,
        # A proxy of the environment has no part in it.
        session.send(prepared, timeout=left, allow_redirects=False, stream=True, proxies={}) as answer,
    ):
        while len(body) <= MOST_ANSWER_BYTES:
            if time.monotonic() > deadline:
                raise requests.Timeout
            chunk = answer.raw.read1(_CHUNK, decode_content=True)
            if not chunk:
                break
            body += chunk
        headers = [(name, value) for name, value in answer.raw.headers.items() if name.lower() not in HOP]
        return Answer(answer.status_code, headers, bytes(body))
