"""Real parts for real-AWS cells: a Jupyter kernel to run them in, and a server between kernel and cloud that keeps every request."""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from jupyter_client.manager import KernelManager

from tests.serving import Handler, serving

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Ran:
    """What one cell did: everything it printed, the value it showed, the error it ended with."""

    text: str = ""
    value: str = ""
    error: str = ""


class Notebook:
    """A real kernel, in a folder of its own, that runs cells one by one."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, code: str, answer: str | None = None) -> Ran:
        """Run one cell; ``answer`` is what the learner types when asked."""
        ran = Ran()

        def output(message: dict[str, Any]) -> None:
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    ran.text += content["text"]
                case "execute_result":
                    ran.value = content["data"]["text/plain"]
                case "error":
                    ran.error = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content["traceback"]))

        self._client.execute_interactive(
            code,
            allow_stdin=answer is not None,
            output_hook=output,
            stdin_hook=lambda _: self._client.input(answer),
            timeout=300,
        )
        return ran

    def succeed(self, code: str, answer: str | None = None) -> Ran:
        ran = self.run(code, answer)
        assert not ran.error, ran.error
        return ran


@contextmanager
def notebook(folder: Path, **environment: str) -> Iterator[Notebook]:
    """Start a kernel in ``folder`` with these variables and no other ``AWS_*`` or ``COURSE_*`` ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel(
        cwd=str(folder),
        env={**inherited, "PYTHONPATH": str(REPOSITORY), "COURSE_DATA": str(folder / "data"), **environment},
    )
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=240)
        yield Notebook(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@dataclass
class Request:
    """One request to AWS: which call of which service, with its body as text and its status."""

    service: str
    operation: str
    body: str
    status: int


@dataclass
class Border:
    """A server that passes every request on to a local cloud, and keeps it.

    answers: what it answers itself, once, to a call of that name, as status and JSON. arrived: called with each call's name on arrival.
    """

    endpoint_url: str
    requests: list[Request] = field(default_factory=list)
    answers: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    arrived: Callable[[str], object] = lambda operation: None

    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    def sent(self, operation: str) -> list[Request]:
        return [request for request in self.requests if request.operation == operation]


@contextmanager
def border(inner_url: str) -> Iterator[Border]:
    inner = urlsplit(inner_url)

    class PassOn(Handler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service, operation = _named(self.command, self.path, dict(self.headers), body)
            watched.arrived(operation)
            own = next((own for own in watched.answers if own[0] == operation), None)
            if own:
                watched.answers.remove(own)
                status, answer, headers = own[1], json.dumps(own[2]).encode(), [("Content-Type", "application/json")]
            else:
                connection = http.client.HTTPConnection(inner.hostname or "", inner.port, timeout=240)
                connection.request(self.command, self.path, body, dict(self.headers))
                response = connection.getresponse()
                status, answer = response.status, response.read()
                headers = [
                    (name, value)
                    for name, value in response.getheaders()
                    if name.lower() not in ("content-length", "connection", "transfer-encoding")
                ]
                connection.close()
            watched.requests.append(Request(service, operation, body.decode("latin-1"), status))
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = pass_on

    with serving(PassOn) as url:
        watched = Border(url)
        yield watched


def _named(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", lower.get("authorization", ""))
    service = scope[1] if scope else ""
    if "x-amz-target" in lower:
        return service, lower["x-amz-target"].rpartition(".")[2]
    action = re.search(rb"Action=(\w+)", body)
    if action and lower.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return service, action[1].decode()
    return service, f"{method} {unquote_plus(urlsplit(path).path)}"
