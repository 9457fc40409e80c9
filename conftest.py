"""``pytest --nbval`` runs notebooks on a local cloud of its own, so that it never touches the accounts of an open JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from helpers.cloud.discovery import wait_for_address

_server = pytest.StashKey[subprocess.Popen[str]]()


def pytest_sessionstart(session: pytest.Session) -> None:
    if not (session.config.getoption("nbval", False) or session.config.getoption("nbval_lax", False)):
        return
    server = subprocess.Popen(
        [sys.executable, "-m", "helpers.cli", "cloud", "--owner", "stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin and server.stdout
    server.stdin.write("{}\n")
    server.stdin.flush()
    session.config.stash[_server] = server
    os.environ["COURSE_CLOUD"] = wait_for_address(server.stdout, 60)


def pytest_sessionfinish(session: pytest.Session) -> None:
    server = session.config.stash.get(_server, None)
    if server is not None and server.stdin:
        server.stdin.close()
        server.wait(30)
