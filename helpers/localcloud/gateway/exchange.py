"""One request on its way through an API: what came in, what was found out about it, and what goes out."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from helpers.localcloud.gateway.segments import StageSegment
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Method, StageSettings


@dataclass(frozen=True)
class HttpRequest:
    """A request as a client sent it.

    path: below the stage, decoded, beginning with a slash. raw_path: the same as it was sent. headers, query: pairs in the order of the
    request, header names as they were written, query values decoded. host: as the client named it.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw_path: str = ""
    raw_query: str = ""
    host: str = "localhost"
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    @cached_property
    def single_headers(self) -> dict[str, str]:
        """The last value of each header, by its name as it was written last."""
        return _last(self.headers)

    @cached_property
    def multi_headers(self) -> dict[str, list[str]]:
        """All values of each header."""
        return _all(self.headers)

    @cached_property
    def single_query(self) -> dict[str, str]:
        """The last value of each query parameter."""
        return _last(self.query)

    @cached_property
    def multi_query(self) -> dict[str, list[str]]:
        """All values of each query parameter."""
        return _all(self.query)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever the case of its name."""
        return self._by_name.get(name.lower())

    @property
    def content_type(self) -> str:
        """The media type without its parameters; a missing one counts as ``application/json``, as on AWS."""
        return (self.header("content-type") or "application/json").split(";")[0].strip().lower() or "application/json"


@dataclass
class HttpResponse:
    """An answer to a client: headers as pairs, because one name may stand several times."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever the case of its name."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else None

    def set_header(self, name: str, value: str) -> None:
        """Let a header have this one value."""
        self.headers = [(key, one) for key, one in self.headers if key.lower() != name.lower()] + [(name, value)]


@dataclass
class Exchange:
    """A request, the API and stage that it reached, and what each step of the way adds.

    received: virtual time, aware, UTC. trace: the value of ``X-Amzn-Trace-Id`` that goes on. method, path_parameters: what routing found.
    authorizer: ``$context.authorizer``, values as they are seen by templates and integrations (``principalId``, context, ``claims``).
    authorizer_policy: the policy that a Lambda authorizer answered with.
    identity: what is known of the caller beside address and agent, in the names of ``$context.identity``. error: ``$context.error``.
    integration: what is known of the integration's answer, in the names of ``$context.integration`` (``status``, ``latency`` in milliseconds).
    request_overrides, response_overrides: what a template set under ``$context.requestOverride`` and ``$context.responseOverride``.
    logged: the lines of the execution log, without their prefix. test: called by ``TestInvokeMethod``, not over HTTP.
    segment: what is told X-Ray of the request, when it is sampled.
    """

    api: ApiSnapshot
    stage: StageSettings
    request: HttpRequest
    received: dt.datetime
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    extended_request_id: str = field(default_factory=lambda: _extended_id())
    began: float = field(default_factory=time.monotonic)
    trace: str = ""
    method: Method | None = None
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    error: dict[str, str] = field(default_factory=dict)
    integration: dict[str, Any] = field(default_factory=dict)
    request_overrides: dict[str, dict[str, str]] = field(default_factory=lambda: {"header": {}, "querystring": {}, "path": {}})  # fmt: skip
    response_overrides: dict[str, Any] = field(default_factory=lambda: {"header": {}, "status": None})
    logged: list[str] = field(default_factory=list)
    canary: bool = False
    authorizer_policy: dict[str, Any] | None = None
    test: bool = False
    segment: StageSegment | None = None

    def log(self, line: str) -> None:
        """Add a line to the execution log of this request."""
        self.logged.append(line)

    @property
    def resource_path(self) -> str:
        """The path of the resource, such as ``/orders/{id}``; empty when no resource was found."""
        return self.method.resource_path if self.method else ""

    @property
    def method_arn(self) -> str:
        """``arn:aws:execute-api:region:account:api/stage/VERB/path``, as authorizers and permissions know this request."""
        path = self.request.path.lstrip("/")
        return f"arn:aws:execute-api:{self.api.region}:{self.api.account}:{self.api.id}/{self.stage.name}/{self.request.method}/{path}"

    def parameters(self) -> dict[str, dict[str, str]]:
        """The request's parameters as templates see them: by ``path``, ``querystring`` and ``header``."""
        return {
            "path": self.path_parameters,
            "querystring": self.request.single_query,
            "header": self.request.single_headers,
        }


def _last(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(pairs)


def _all(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _extended_id() -> str:
    return uuid.uuid4().hex[:15] + "="
