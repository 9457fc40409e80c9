"""``course progress`` as a learner calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.classroom import records
from helpers.classroom.progress import MockAnswer, MockResult, open_progress
from helpers.cloud.session import account_for
from tests.conftest import REPOSITORY


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def course(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", "progress", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"COURSE_DATA": str(data), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def verdict(data: Path, account: str, exercise: str, points: int) -> None:
    records.append(data / "verdicts", account, {"version": 1, "exercise": exercise, "points": points, "max": 6})


def fill(data: Path) -> None:
    began = datetime(2026, 11, 2, 12, tzinfo=UTC)
    with open_progress(data / "progress.sqlite3") as progress:
        progress.record_quiz("05", "q1", False)
        progress.record_quiz("05", "q1", True)
        progress.record_quiz("05", "q2", True)
        progress.record_quiz("05", "a question of long ago", True)
        progress.record_review("q01", 1, at=began)
        progress.record_review("q02", 4)
        for seed, points in ((1, (True, False, False, False)), (2, (True, True, True, False))):
            answers = (MockAnswer("q01", "text", points, 200.0, over_time=seed == 1),)
            progress.record_mock(MockResult(seed, "en", began, began + timedelta(minutes=5), answers))
        progress.keep_draft("{}", started=began + timedelta(days=1))
    english, portuguese = (account_for("lab-01", REPOSITORY / "labs" / lang) for lang in ("en", "pt-BR"))
    verdict(data, english, "01.1", 2)
    verdict(data, english, "01.1", 1)
    verdict(data, portuguese, "01.2", 3)
    with (data / "verdicts" / f"{portuguese}.jsonl").open("a") as file:
        file.write('half a line {"exercise"\n[]\n')


def test_as_json_it_adds_up_quizzes_labs_and_the_interview(data: Path) -> None:
    fill(data)
    ran = course(data, "--json")
    assert ran.returncode == 0, ran.stderr
    shown = json.loads(ran.stdout)
    assert shown["file"] == str(data / "progress.sqlite3")
    assert shown["recording"] is True
    lesson = next(quiz for quiz in shown["quizzes"] if quiz["lesson"].startswith("05-"))
    assert (lesson["first"], lesson["now"], lesson["questions"] - lesson["open"]) == (1, 2, 2)
    lab = next(lab for lab in shown["labs"] if lab["lab"] == "01")
    assert (lab["points"], lab["tried"]) == (5, 2)
    assert lab["max"] > 5
    interview = shown["interview"]
    assert (interview["reviews"], interview["due"]) == (2, 1)
    assert interview["fresh"] == interview["questions"] - 2
    assert interview["broken_off"] is True
    assert [mock["score"] for mock in interview["mocks"]] == [0.25, 0.75]
    assert [mock["over_time"] for mock in interview["mocks"]] == [1, 0]


def test_a_solution_that_was_run_gives_no_points(data: Path) -> None:
    verdict(data, account_for("lab-01", REPOSITORY / "solutions" / "en"), "01.1", 6)
    lab = next(lab for lab in json.loads(course(data, "--json").stdout)["labs"] if lab["lab"] == "01")
    assert (lab["points"], lab["tried"]) == (0, 0)


def test_where_nothing_is_recorded_no_file_is_said_to_hold_it(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    ran = course(tmp_path / "taken", "--lang", "en")
    assert ran.returncode == 0, ran.stderr
    assert "nothing is recorded" in ran.stderr
    assert "All of it lies in" not in ran.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("05-sqs-delivery", "right at first", "Mock interviews", "75%", "goes on with it", "All of it lies in")),
        ("pt-BR", ("05-sqs-delivery", "de primeira", "Entrevistas simuladas", "75%", "continua", "Tudo isso está em")),
    ],
)
def test_for_a_person_it_speaks_both_languages_and_says_where_the_file_lies(
    data: Path, lang: str, words: tuple[str, ...]
) -> None:
    fill(data)
    ran = course(data, "--lang", lang)
    assert ran.returncode == 0, ran.stderr
    assert [word for word in words if word not in ran.stdout] == []
    assert str(data / "progress.sqlite3") in ran.stdout


def test_a_damaged_file_is_named_once(data: Path) -> None:
    data.mkdir()
    (data / "progress.sqlite3").write_bytes(b"damaged" * 500)
    first, second = course(data, "--lang", "pt-BR"), course(data, "--lang", "pt-BR")
    (kept,) = data.glob("progress-damaged-*.sqlite3")
    assert first.stderr.count(str(kept)) == 1
    assert (first.returncode, second.returncode, second.stderr) == (0, 0, "")


def test_a_newer_file_is_one_sentence_and_no_table(data: Path) -> None:
    import sqlite3

    open_progress(data / "progress.sqlite3").close()
    connection = sqlite3.connect(data / "progress.sqlite3")
    connection.execute("PRAGMA user_version = 77")
    connection.close()
    ran = course(data)
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (1, "", 1)
    assert "update the course" in ran.stderr
