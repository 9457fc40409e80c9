"""``course tour`` shows the course working to someone who opens nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.desk.opened import copy_course, course


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_course(tmp_path)


def test_lesson_00_and_the_solved_lab_01_run_and_tell_what_they_print(copy: Path, tmp_path: Path) -> None:
    ended = course(copy, tmp_path, "tour", "--lang", "pt-BR")
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert '200 {"hello": "Loja"}' in ended.stdout
    verdicts = re.findall(r"(01\.\d) · (\d+) de (\d+) pontos", ended.stdout)
    assert [exercise for exercise, _, _ in verdicts] == ["01.1", "01.2", "01.3", "01.4", "01.5"]
    assert all(points == most for _, points, most in verdicts)
    assert ended.stderr == ""
    assert "sem nenhuma falha" in ended.stdout.splitlines()[-1]


def test_a_cell_that_fails_is_shown_and_ends_the_tour(copy: Path, tmp_path: Path) -> None:
    [lesson] = (copy / "notebooks" / "en").glob("00-*.ipynb")
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    place = next(number for number, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
    notebook["cells"][place]["source"] = "from helpers import connect\nconnect('no such name!')"
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    ended = course(copy, tmp_path, "tour", "--lang", "en")
    assert ended.returncode == 1
    assert "CourseError: connect('no such name!')" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "course doctor" in ended.stdout.splitlines()[-1]
