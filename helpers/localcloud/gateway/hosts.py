"""Which API or function URL a request names, by its host or by its path, and the request in the gateway's own form.

By host: ``{id}.execute-api.localhost``, ``{id}.execute-api.us-east-1.localhost`` and the same with ``lambda-url``. By path, for clients that cannot
resolve such names: ``/_execute-api/{id}/…`` and ``/_lambda-url/{id}/…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse

_HOST = re.compile(r"([a-z0-9]+)\.(execute-api|lambda-url)(?:\.[a-z0-9-]+)?\.localhost\.?", re.IGNORECASE)
_PATH = re.compile(r"/_(execute-api|lambda-url)/([A-Za-z0-9]+)(/[^?]*)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NAMED_HOSTS = ("execute-api", "lambda-url")
MOST_QUERY_FIELDS = 1000
MOST_API_BODY_BYTES = 10 * 1024**2
MOST_API_HEADER_BYTES = 10_240


@dataclass(frozen=True)
class Address:
    """What a request names. service: ``execute-api`` or ``lambda-url``. rest: the path below the API, as it was sent."""

    service: str
    id: str
    rest: str


def address_of(host: str, target: str) -> Address | None:
    """What the ``Host`` header and the target of a request name; ``None`` for every other request."""
    if any(name in host for name in _NAMED_HOSTS):
        named = _HOST.fullmatch(host.partition(":")[0])
        if named:
            return Address(named[2].lower(), named[1].lower(), target.partition("?")[0] or "/")
    if target.startswith("/_"):
        found = _PATH.match(target)
        if found and found.end() in (len(target), target.find("?")):
            return Address(found[1], found[2], found[3] or "/")
    return None


def request_of(
    environ: Mapping[str, Any], headers: Iterable[tuple[str, str]], rest: str, body: bytes
) -> HttpRequest | None:
    """The request in the gateway's own form; ``None`` when its path or query is not encoded properly.

    rest: the path below the API, as it was sent.
    """
    raw_query = environ["QUERY_STRING"]
    path = decoded(rest)
    query = _query(raw_query)
    if path is None or query is None:
        return None
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=path,
        headers=tuple(headers),
        query=query,
        body=body,
        raw_path=rest,
        raw_query=raw_query,
        host=environ.get("HTTP_HOST", "localhost"),
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


def decoded(path: str) -> str | None:
    """A path without its percent signs; ``None`` when they do not stand for UTF-8."""
    if _BAD_ESCAPE.search(path):
        return None
    try:
        return unquote_to_bytes(path.encode("latin-1")).decode()
    except UnicodeError:
        return None


def _query(raw: str) -> tuple[tuple[str, str], ...] | None:
    if not raw:
        return ()
    if _BAD_ESCAPE.search(raw):
        return None
    try:
        text = raw.encode("latin-1").decode()
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_QUERY_FIELDS))
    except ValueError:
        return None


def send(response: HttpResponse, start_response: Any) -> list[bytes]:
    """Hand an answer to the server. A line break in a header cannot begin another header; a name that is none is left out."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    headers = [
        (name, _wired(_UNPRINTABLE.sub(" ", value)))
        for name, value in response.headers
        if _TOKEN.fullmatch(name) and name.lower() not in ("content-length", "transfer-encoding")
    ]
    start_response(f"{response.status} {phrase}", headers)
    return [response.body]


def _wired(value: str) -> str:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode().decode("latin-1")
    return value
