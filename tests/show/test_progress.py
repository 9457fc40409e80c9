"""The learner's progress as a notebook shows it: what was reached, what comes next, and links that lead there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from helpers.classroom import records
from helpers.classroom.progress import MockAnswer, MockResult, open_progress
from helpers.classroom.progress.summary import summarize
from helpers.cloud.session import account_for
from helpers.interviews.questions import question_ids
from helpers.show.progress import Standing, progress, standing
from tests.authoring.fixture_course import QUIZ
from tests.authoring.test_interview import question

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHECKS = """\
from helpers.classroom.checks import Lab, expect

lab = Lab("01", title={"en": "One handler", "pt-BR": "Um handler"})
lab.exercise("01.1", title={"en": "Look up", "pt-BR": "Encontre"})

@lab.check("01.1", points=4, title={"en": "a price", "pt-BR": "um preço"})
def price(account):
    expect(True, en="", pt="")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with one lesson, its lab and one question of the interview; its learner is new."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "learner"))
    root = tmp_path / "course-of-one"
    files = {
        "course/lessons/01-handlers/quiz.yaml": QUIZ,
        "course/labs/01-handlers/checks.py": CHECKS,
        "course/interview/q04.yaml": yaml.safe_dump(question(), allow_unicode=True),
        "notebooks/en/01-handlers.ipynb": json.dumps({"cells": [{"source": ["# Handlers & events\n", "words"]}]}),
        "notebooks/pt-BR/01-handlers.ipynb": json.dumps({"cells": [{"source": ["# Funções handler\n"]}]}),
        "labs/en/01-handlers.ipynb": "{}",
        "labs/pt-BR/01-handlers.ipynb": "{}",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root / "notebooks" / "en")
    return root


def shown(root: Path, lang: str = "en") -> Standing:
    with open_progress() as opened:
        return standing(summarize(opened, root, root / "verdicts", question_ids(root), lang, NOON), root, lang)


def judged(root: Path, points: int) -> None:
    records.append(
        root / "verdicts", account_for("lab-01", root / "labs" / "en"), {"exercise": "01.1", "points": points, "max": 4}
    )


def test_of_a_new_learner_it_says_that_nothing_is_recorded_and_where_to_begin(root: Path) -> None:
    assert repr(shown(root)) == "Nothing is recorded yet.\nNext: Lesson 01: Handlers & events"
    assert repr(shown(root, "pt-BR")) == "Ainda não há nada registrado.\nA seguir: Lição 01: Funções handler"
    assert shown(root)._repr_html_() == (
        "<p>Nothing is recorded yet.</p>"
        '<p><strong>Next:</strong> <a href="01-handlers.ipynb">Lesson 01: Handlers &amp; events</a></p>'
    )


def test_quiz_and_points_are_shown_and_the_first_gap_comes_next(root: Path) -> None:
    with open_progress() as opened:
        opened.record_quiz("01", "q1", True)
    judged(root, 3)
    judged(root, 1)
    assert repr(shown(root)).splitlines() == [
        "✓ Lesson 01: Handlers & events: quiz: 1 of 1 right",
        "  Lab 01: One handler: 3 of 4 points",
        "Next: Lab 01: One handler",
    ]


def test_links_lead_to_the_notebooks_from_where_the_cell_runs(root: Path) -> None:
    judged(root, 2)
    links = re.findall(r'href="([^"]+)"', shown(root, "pt-BR")._repr_html_())
    assert links == ["../../labs/pt-BR/01-handlers.ipynb", "../pt-BR/01-handlers.ipynb"]
    assert all(Path(link).is_file() for link in links)


def test_the_bar_is_as_long_as_the_share(root: Path) -> None:
    judged(root, 3)
    assert "width: 75%" in shown(root)._repr_html_()


def test_reviews_and_mock_interviews_are_summed_up(root: Path) -> None:
    with open_progress() as opened:
        opened.record_review("q04", 3, at=NOON)
        for points in ((True, True), (True, False)):
            answer = MockAnswer("q04", "…", points, 60.0, False)
            opened.record_mock(MockResult(1, "en", NOON, NOON, (answer,)))
    said = repr(shown(root))
    assert "Interview: 1 of 1 questions practised" in said
    assert "Mock interviews: 2, the best 100%, the last 50%" in said
    assert "Nothing is recorded" not in said


def test_when_all_is_done_it_says_so(root: Path) -> None:
    with open_progress() as opened:
        opened.record_quiz("01", "q1", True)
    judged(root, 4)
    assert repr(shown(root)).endswith("\nEvery quiz is right, and every lab has all its points.")
    assert shown(root).next is None


def test_the_course_s_own_begins_with_lesson_00(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    assert (
        repr(progress())
        == "Ainda não há nada registrado.\nA seguir: Lição 00: Comece aqui: o que um mock consegue provar"
    )
