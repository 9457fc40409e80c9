"""Functions of a test's own account: written as source text, zipped, created and invoked through boto3."""

from __future__ import annotations

import base64
import io
import json
import textwrap
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tests.serving import Handler, serving

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip of ``files``: their text by their path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, textwrap.dedent(text).lstrip("\n"))
    return buffer.getvalue()


def eventually(look: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true answer of ``look``, asked again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"nothing came within {seconds} seconds"
        time.sleep(0.02)  # what is waited for needs the processor more than this
    return answer


def has_ended(pid: int) -> bool:
    """A killed process runs on until the last of its threads has ended, and stays as a zombie until its parent looks."""
    try:
        process = psutil.Process(pid)
        return bool(process.status() == psutil.STATUS_ZOMBIE and process.num_threads() == 1)
    except psutil.NoSuchProcess:
        return True


class Gate:
    """Holds functions in the midst of their work until it opens, so that no test counts on how fast a computer is.

    ``wait`` is the statement that a function holds at. ``arrived`` is how often one came to it.
    """

    def __init__(self) -> None:
        self._arrivals: list[str] = []
        self._opened = threading.Event()
        self.wait = ""

    @property
    def arrived(self) -> int:
        return len(self._arrivals)

    def pass_through(self) -> None:
        """Come to the gate, and return when it is open."""
        self._arrivals.append("")
        self._opened.wait()

    def open(self) -> None:
        """Let all go on, and let those pass that come later."""
        self._opened.set()

    def shut(self) -> None:
        """Hold those that come from now on."""
        self._opened.clear()


class Functions:
    """Creates and invokes functions in one account. They may take 30 seconds: a busy computer stands still for some of AWS's three."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.aws = client("lambda")
        self.role: str = client("iam").create_role(RoleName="loja-role", AssumeRolePolicyDocument=json.dumps(TRUST))[
            "Role"
        ]["Arn"]

    def create(self, name: str, source: str, **settings: Any) -> dict[str, Any]:
        given = {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": self.role,
            "Code": {"ZipFile": zipped({"app.py": source})},
            "Timeout": 30,
        }
        return self.aws.create_function(FunctionName=name, **{**given, **settings})  # type: ignore[no-any-return]

    def invoke(self, name: str, event: Any = None, **options: Any) -> dict[str, Any]:
        """boto3's answer, with ``Payload`` read and parsed and ``LogResult`` decoded."""
        answer = self.aws.invoke(
            FunctionName=name, Payload=json.dumps(event if event is not None else {}), LogType="Tail", **options
        )
        body = answer["Payload"].read()
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        return {**answer, "Payload": json.loads(body) if body else None, "Body": body, "Log": log}

    def log(self, name: str) -> list[str]:
        """All log messages of a function, stream by stream."""
        logs = self.client("logs")
        group = f"/aws/lambda/{name}"
        try:
            streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        messages = []
        for stream in streams:
            events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)[
                "events"
            ]
            messages += [event["message"] for event in events]
        return messages


@pytest.fixture
def functions(client: Callable[[str], Any]) -> Functions:
    return Functions(client)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()

    class Answer(Handler):
        def do_GET(self) -> None:
            gate.pass_through()
            with suppress(OSError):  # its environment was ended meanwhile
                self.send_response(204)
                self.end_headers()

    with serving(Answer) as url:
        gate.wait = f"__import__('urllib.request').request.urlopen({url!r})"
        yield gate
        gate.open()
