"""An API with functions, queues and endpoints behind it, in a test's own account."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.gateway.rest_help import RestApi
from tests.serving import Handler, serving


class Behind(RestApi):
    """An API whose methods have functions and services behind them."""

    functions: Functions
    account: str

    def function(self, name: str, source: str, **settings: Any) -> str:
        """Create a function; the URI of an integration with it."""
        arn = self.functions.create(name, source, **settings)["FunctionArn"]
        return self.uri(arn)

    @staticmethod
    def uri(arn: str) -> str:
        return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"

    def put(
        self,
        kind: str,
        verb: str = "POST",
        path: str = "/orders",
        answers: Mapping[str, dict[str, Any]] | None = None,
        method: Mapping[str, Any] | None = None,
        **integration: Any,
    ) -> None:
        """A method with an integration. answers: its integration responses by status."""
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": verb}
        self.client.put_method(**place, **{"authorizationType": "NONE", **(method or {})})
        if kind != "MOCK":
            integration.setdefault("integrationHttpMethod", "POST")
        self.client.put_integration(**place, type=kind, **integration)
        for status, answer in (answers or {}).items():
            headers = dict.fromkeys(answer.get("responseParameters", {}), False)
            self.client.put_method_response(**place, statusCode=status, responseParameters=headers)
            self.client.put_integration_response(**place, statusCode=status, **answer)
        self.deploy()

    def post(self, body: Any = None, path: str = "/orders", **request: Any) -> httpx.Response:
        """Call ``POST`` below the stage ``dev``; text and bytes are sent as they are, anything else as JSON."""
        if isinstance(body, str | bytes):
            return self.http.post(f"/dev{path}", content=body, **request)
        return self.http.post(f"/dev{path}", json=body, **request) if body is not None else self.http.post(f"/dev{path}", **request)  # fmt: skip


@pytest.fixture
def behind(cloud: CloudProcess, account: str, client: Callable[[str], Any]) -> Behind:
    api = Behind(client("apigateway"), cloud.endpoint_url)
    api.functions = Functions(client)
    api.account = account
    return api


@dataclass
class Endpoint:
    """An HTTP server on this computer. seen: requests as (verb, target, headers, body). answer: what it answers."""

    url: str = ""
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: tuple[int, dict[str, str], bytes] = (
        200,
        {"Content-Type": "application/json", "X-Shelf": "7"},
        b'{"ok": true}',
    )
    hold: threading.Event | None = None


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    known = Endpoint()

    class Answer(Handler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known.seen.append((self.command, self.path, dict(self.headers.items()), body))
            if known.hold is not None:
                known.hold.wait(20)
            status, headers, content = known.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

    with serving(Answer) as url:
        known.url = url
        yield known
        if known.hold is not None:
            known.hold.set()


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Status and body of an answer, the body parsed if it is JSON."""
    try:
        return answer.status_code, json.loads(answer.text)
    except ValueError:
        return answer.status_code, answer.text
