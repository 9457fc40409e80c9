"""``course grade`` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.classroom.grading import _listen
from tests.classroom.shop import ANSWERS, Notebook, answered


def course_grade(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", "grade", *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "160", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        encoding="utf-8",
    )


@pytest.fixture
def saved(tmp_path: Path, shipped: Notebook) -> Path:
    path = tmp_path / "91-shop.ipynb"
    path.write_text(json.dumps(answered(shipped, q1=ANSWERS["91.1"].replace("45", "30"))), encoding="utf-8")
    return path


def test_the_report_shows_points_messages_hints_and_the_sandbox(saved: Path, course: Path) -> None:
    done = course_grade(saved.name, "--course", str(course), cwd=saved.parent)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    for words in (
        "Lab 91 · A shop",
        "91.1 A queue · 1/2",
        "expected a visibility timeout of 45 seconds; saw 30",
        "Hint: Look at SQS.",
        "graded",
        "6 of 7 points",
    ):
        assert words in shown
    assert "Look at DynamoDB." not in shown


def test_json_is_one_object_in_the_asked_language(saved: Path, course: Path) -> None:
    done = course_grade(saved.name, "--course", str(course), "--json", "--lang", "pt-BR", cwd=saved.parent)
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"], report["points"], report["max"], report["lab"]) == (
        0,
        "graded",
        6,
        7,
        "91",
    )
    assert report["exercises"][0]["title"] == "Uma fila"


def test_a_file_that_is_no_submission_ends_with_a_sentence_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_text("no notebook", encoding="utf-8")
    done = course_grade("lab.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "open it in Jupyter" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_is_printed_on_rejection_too(tmp_path: Path) -> None:
    done = course_grade("absent.ipynb", "--json", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"], report["code"], report["points"]) == (1, "rejected", "missing", 0)


def test_a_notebook_that_does_not_say_its_lab_can_be_told_which_one_it_is(saved: Path, course: Path) -> None:
    done = course_grade(saved.name, "--course", str(course), "--lab", "77", "--json", cwd=saved.parent)
    assert json.loads(done.stdout)["code"] == "unknown-lab"


def test_only_lines_that_begin_with_the_word_of_this_run_are_believed() -> None:
    forged = '{"kind": "verdict", "verdict": {"exercise": "91.1", "points": 2}}'
    script = f"import sys; sys.stdin.readline(); print('{forged}'); print('guess', '{forged}'); print('word', '{{\"kind\": \"done\"}}')"
    stage = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert _listen(stage, "word", "{}\n", 30) == [{"kind": "done"}]
    finally:
        stage.wait(30)


def test_a_stage_that_stays_silent_is_given_up() -> None:
    stage = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert _listen(stage, "word", "{}\n", 0.5) == [{"kind": "timeout"}]
    finally:
        stage.kill()
        stage.wait(30)
