"""What a process behind the walls can see and do. Every probe only looks, or writes where nobody keeps anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.classroom.walls import HOME, Walls, strongest
from helpers.paths import COURSE_ROOT

Probe = Callable[[str], Any]


@pytest.fixture
def probe(tmp_path: Path) -> Probe:
    """Run an expression of Python in the learner's cell, inside of the stage, and return its value."""
    walls = strongest()
    if walls.level != "bubblewrap":
        pytest.skip(f"bubblewrap is what this is about: {walls.reason}")
    limits = {"as": 2 * 1024**3, "fsize": 1024**2, "core": 0, "cpu": 30}

    def run(expression: str) -> Any:
        script = f"import os, json, socket, sys\nprint(json.dumps({expression}))"
        command = walls.around_stage(
            walls.around_learner([sys.executable, "-c", script], hidden=[tmp_path], limits=limits), tmp_path
        )
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"], "HOME": HOME}
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_of_the_course_only_python_and_helpers_are_there(probe: Probe) -> None:
    assert set(probe(f"os.listdir({str(COURSE_ROOT)!r})")) <= {"helpers", Path(sys.prefix).name}


def test_a_hidden_folder_and_the_home_of_the_user_are_empty(probe: Probe, tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text("secret")
    assert probe(f"os.path.exists({str(tmp_path / 'checks.py')!r})") is False
    assert probe("os.listdir('.')") == []


def test_only_its_own_processes_exist(probe: Probe) -> None:
    assert probe("len([name for name in os.listdir('/proc') if name.isdigit()])") <= 3


def test_there_is_no_network_but_the_loopback(probe: Probe) -> None:
    assert probe("[name for _, name in socket.if_nameindex()]") == ["lo"]


def test_it_has_no_capability(probe: Probe) -> None:
    assert probe("[line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')]") == ["0" * 16]


def test_only_its_home_and_its_temporary_folders_can_be_written(probe: Probe) -> None:
    places = [str(COURSE_ROOT), str(COURSE_ROOT / "helpers"), sys.prefix, "/usr", "/etc", "/"]
    assert probe(f"[place for place in {places!r} if os.access(place, os.W_OK)]") == []


def test_limits_are_in_force(probe: Probe) -> None:
    assert probe("[__import__('resource').getrlimit(number) for number in (9, 1)]") == [
        [2 * 1024**3] * 2,
        [1024**2] * 2,
    ]


def test_without_bubblewrap_the_limits_still_hold() -> None:
    command = Walls("limits").around_learner(
        [sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE))"],
        limits={"fsize": 4096},
    )
    assert subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip() == "(4096, 4096)"


def test_where_neither_exists_the_program_is_started_as_it_is() -> None:
    assert Walls("none").around_stage(Walls("none").around_learner(["python"], limits={"cpu": 1}), Path()) == ["python"]
