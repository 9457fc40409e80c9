"""``course start`` as a learner runs it, for the tests that look at what it opens."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil

from tests.conftest import HTTP, REPOSITORY

START = [sys.executable, "-m", "helpers.cli", "start", "--no-browser"]


def copy_course(folder: Path) -> Path:
    """A copy of the course such as a learner has; running and saving notebooks there leaves the repository as it is."""
    copy = folder / "course"
    for name in ("course", "helpers", "labs", "notebooks", "solutions"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "work"))
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, copy)
    return copy


def course(copy: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the ``course`` command of a copy of the course to its end."""
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", *arguments],
        cwd=copy,
        env=learner_environment(copy, home),
        capture_output=True,
        text=True,
        timeout=900,
    )


def learner_environment(copy: Path, home: Path) -> dict[str, str]:
    """An environment with nothing in it of whoever runs the tests, and with an empty home."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "COURSE_", "AWS_"))}
    return own | {"HOME": str(home), "PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8"}


@dataclass
class Desk:
    """A running ``course start``: what it printed, and a client that its JupyterLab knows."""

    process: subprocess.Popen[str]
    first_words: str
    endpoint: str
    link: str
    home: Path

    def get(self, path: str) -> dict[str, Any]:
        parts = urlsplit(self.link)
        answer = HTTP.get(f"http://{parts.netloc}/{path}", headers=self._token())
        answer.raise_for_status()
        return dict(answer.json())

    def start_kernel(self) -> None:
        parts = urlsplit(self.link)
        HTTP.post(f"http://{parts.netloc}/api/kernels", headers=self._token(), json={}).raise_for_status()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"token {parse_qs(urlsplit(self.link).query)['token'][0]}"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def opened(home: Path, *options: str, course: Path = REPOSITORY, **environment: str) -> Iterator[Desk]:
    """Run ``course start`` with an empty home until the block ends, then end it as Ctrl-C does.

    course: the copy of the course that is opened.
    """
    if "--port" not in options:  # tests that run side by side would try the same one at the same moment
        options = (*options, "--port", str(free_port()))
    process = subprocess.Popen(
        [*START, *options],
        cwd=course,
        env=learner_environment(course, home) | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        words, endpoint, link = "", "", ""
        for line in process.stdout:
            words += line
            endpoint = endpoint or (line.split()[-1] if "cloud" in line or "Nuvem" in line else "")
            if "?token=" in line:
                link = line.split()[-1]
            if "Ctrl-C" in line:
                break
        assert link, words
        yield Desk(process, words, endpoint, link, home)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(240)
        process.stdout.close()
