"""Setting up on a computer where something is missing ends in one sentence that names the repair."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.desk.install import explain
from tests.conftest import REPOSITORY

needs_make = pytest.mark.skipif(
    shutil.which("make") is None, reason="make is not installed; README names the way without it"
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the first minute on a new computer needs, in a folder of its own."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / "helpers").mkdir()
    shutil.copy(REPOSITORY / "helpers" / "__init__.py", tmp_path / "helpers")
    shutil.copytree(REPOSITORY / "helpers" / "desk", tmp_path / "helpers" / "desk")
    return tmp_path


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE", "VIRTUAL_ENV"))}
    return subprocess.run(command, cwd=folder, env=own | environment, capture_output=True, text=True, timeout=480)


def sentences(stderr: str) -> list[str]:
    """What a command said, without make's own closing line."""
    return [line for line in stderr.splitlines() if not line.startswith("make")]


@needs_make
def test_without_a_network_the_set_up_asks_for_one(clone: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        ended = run(clone, "make", "lab", f"PYTHON={sys.executable}", PIP_INDEX_URL=nobody, PIP_CONFIG_FILE=os.devnull)
    assert ended.returncode != 0
    assert len(sentences(ended.stderr)) == 1
    assert "connect this computer to the internet" in ended.stderr


@needs_make
def test_without_a_new_enough_python_the_set_up_asks_for_one(clone: Path) -> None:
    shim = clone / "python-of-a-version-manager"
    shim.write_text("#!/bin/sh\necho 'that version is not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    ended = run(clone, "make", "lab", f"PYTHON={shim} no-such-python")
    assert ended.returncode != 0
    assert sentences(ended.stderr)[0].startswith("The course needs Python 3.11 or newer and found none")


def test_the_whole_computers_python_is_left_alone(clone: Path) -> None:
    interpreter = str(getattr(sys, "_base_executable", sys.executable))
    ended = run(clone, interpreter, "-m", "helpers.desk.install", CONDA_PREFIX="")
    assert ended.returncode != 0
    assert "python3 -m venv .venv" in ended.stderr


@pytest.mark.parametrize(
    ("pip_says", "repair"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "make about 2 GB of room",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "git checkout requirements.txt"),
        ("ERROR: Could not install packages due to an OSError: [Errno 30] Read-only file system", "copy the course"),
        ("something that nobody foresaw", "install.log says why"),
    ],
)
def test_what_pip_says_becomes_a_repair(pip_says: str, repair: str) -> None:
    assert repair in explain(pip_says)
