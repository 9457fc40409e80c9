"""One request on its way through an HTTP API, and how it ends early."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.gateway.exchange import HttpRequest
from helpers.localcloud.gateway.http_apis.store import Document, HttpApi, Snapshot


class Refusal(Exception):
    """The API answers by itself. reason: what access logs say under ``$context.integrationErrorMessage`` or ``$context.authorizer.error``."""

    def __init__(
        self, status: int, message: str, reason: str = "", *, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.reason = reason
        self.headers = headers


def broken(reason: str) -> Refusal:
    """The answer to a client when a function or authorizer is wrong."""
    return Refusal(500, "Internal Server Error", reason)


@dataclass
class Call:
    """A request, the API and stage that it reached, and what each step finds out.

    raw_path: as it was sent, with a named stage in it. path: below the stage, as it was sent. received: virtual time, aware, UTC.
    authorizer: ``requestContext.authorizer`` of format 2.0. facts: what access logs know beside the request, by the name in ``$context``.
    admitted: whether authorizers and throttles let it in.
    """

    api: HttpApi
    stage: Document
    snapshot: Snapshot
    request: HttpRequest
    raw_path: str
    path: str
    received: dt.datetime
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex[:15] + "=")
    trace_id: str = field(default_factory=lambda: uuid.uuid4().hex[:24])
    began: float = field(default_factory=time.monotonic)
    route: Document = field(default_factory=dict)
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    admitted: bool = False

    @property
    def stage_name(self) -> str:
        """The name of the stage."""
        return str(self.stage["stageName"])

    @property
    def route_key(self) -> str:
        """The key of the route, empty before routing."""
        return str(self.route.get("routeKey", ""))

    @property
    def domain(self) -> str:
        """The name under which AWS would serve this API."""
        return f"{self.api.id}.execute-api.{self.api.region}.amazonaws.com"

    @property
    def trace(self) -> str:
        """The value of ``X-Amzn-Trace-Id`` that goes on."""
        sent = self.request.header("x-amzn-trace-id")
        return sent or f"Root=1-{int(self.received.timestamp()):08x}-{self.trace_id}"

    @property
    def route_arn(self) -> str:
        """``arn:aws:execute-api:region:account:api/stage/VERB/path``, as authorizers know this request."""
        below = f"/{self.request.method}{self.path}" if self.route_key != "$default" else "/$default"
        return f"arn:aws:execute-api:{self.api.region}:{self.api.account}:{self.api.id}/{self.stage_name}{below}"

    @property
    def permission_arn(self) -> str:
        """The route as the policies of functions name it: with its variables, not their values."""
        return f"arn:aws:execute-api:{self.api.region}:{self.api.account}:{self.api.id}/{self.stage_name}/{self.route_key.replace(' ', '')}"
