"""Questions of the interview: what a file must hold, and that its evidence exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.authoring.interview import findings_of, read_questions
from helpers.authoring.source import read_unit
from tests.authoring.fixture_course import FixtureCourse


def text(words: str) -> dict[str, str]:
    return {"en": words, "pt-BR": words}


def question(**changed: Any) -> dict[str, Any]:
    diagram = "```mermaid\ngraph LR\n  a --> b\n```"
    return {
        "id": "q04",
        "question": text("How?"),
        "seeks": text("Judgement."),
        "answers": {
            "thirty_seconds": text("Short."),
            "three_minutes": text("Long."),
            "whiteboard": text(diagram),
        },
        "follow_ups": [{"question": text("And then?"), "answer": text("Then this.")}],
        "traps": [text("Averages.")],
        "rubric": [text(f"point {name}") for name in ("a", "b", "c", "d")],
        "evidence": [{"unit": "lesson-01", "cell": "call", "shows": text("The result.")}],
        **changed,
    }


@pytest.fixture
def folder(course: FixtureCourse) -> Path:
    folder = course.root / "course" / "interview"
    folder.mkdir()
    return folder


def findings(course: FixtureCourse, entry: dict[str, Any], name: str = "q04") -> list[str]:
    path = course.root / "course" / "interview" / f"{name}.yaml"
    path.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    read, found = read_questions(course.root)
    unit = read_unit("lesson", next((course.root / "course" / "lessons").iterdir()), course.root)
    return [str(one) for one in [*found, *findings_of(read, [unit])]]


@pytest.mark.usefixtures("folder")
def test_a_whole_question_has_no_findings(course: FixtureCourse) -> None:
    assert findings(course, question()) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"evidence": [{"unit": "lesson-01", "cell": "nowhere", "shows": text("x")}]}, "cell nowhere of lesson-01"),
        ({"evidence": [{"unit": "lesson-01", "cell": "reading", "shows": text("x")}]}, "no code cell"),
        ({"rubric": [text("one")]}, "at least 4 items"),
        ({"seeks": {"en": "only English"}}, "Field required"),
        ({"seeks": {"en": "5 minutes", "pt-BR": "6 minutos"}}, "numbers differ"),
        ({"answers": {**question()["answers"], "thirty_seconds": text("word " * 86)}}, "nobody says more than 85"),
        ({"answers": {**question()["answers"], "whiteboard": text("no drawing")}}, "a whiteboard needs a"),
        (
            {"answers": {**question()["answers"], "whiteboard": text("```mermaid\npie\n```")}},
            "a whiteboard is a `flowchart LR`",
        ),
        ({"topics": ["cost", "gossip"]}, "gossip is no topic; choose from compute, messaging"),
        ({"hint": text("x")}, "Extra inputs"),
    ],
    ids=[
        "no such cell",
        "a text cell",
        "short rubric",
        "no Portuguese",
        "numbers",
        "long",
        "no diagram",
        "a diagram that cannot be drawn",
        "no such topic",
        "unknown key",
    ],
)
def test_what_is_wrong_is_named(course: FixtureCourse, changed: dict[str, Any], said: str) -> None:
    found = findings(course, question(**changed))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.usefixtures("folder")
def test_a_file_is_named_after_its_question(course: FixtureCourse) -> None:
    assert "name the file q04.yaml" in findings(course, question(), "q05")[0]
