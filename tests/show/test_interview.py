"""A question of the interview: the answers folded in a notebook, readable in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from helpers.errors import CourseError
from helpers.interviews.questions import read_question
from helpers.show.interview import Interview
from tests.authoring.test_interview import question


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "course" / "interview"
    folder.mkdir(parents=True)
    entry = question(question={"en": "How do you *alarm* on `Errors`?", "pt-BR": "Como <b>alarmar</b>?"})
    (folder / "q04.yaml").write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    (folder / "q05.yaml").write_text("id: q05\n", encoding="utf-8")
    return tmp_path


def test_the_answers_are_folded_and_text_is_escaped(root: Path) -> None:
    shown = Interview(read_question("q04", "pt-BR", root))._repr_html_()
    visible, _, folded = shown.partition("<details>")
    assert "Como &lt;b&gt;alarmar&lt;/b&gt;?" in visible
    assert "Short." not in visible
    assert "<summary>30 segundos</summary><p>Short.</p>" in folded
    assert '<summary>No quadro</summary><p><img alt="a → b" src="data:image/svg+xml;base64,' in folded
    assert "lição 01, célula <code>call</code>: The result." in folded


def test_a_terminal_reads_all_of_it(root: Path) -> None:
    said = repr(Interview(read_question("q04", "en", root)))
    assert said.startswith("How do you *alarm* on `Errors`?")
    assert "Rubric: a point for each:\n  - point a\n" in said
    assert "At the whiteboard:\n  a → b\n" in said


@pytest.mark.parametrize(("name", "words"), [("q99", "these are there: q04, q05"), ("q05", "is no question")])
def test_what_cannot_be_shown_is_said(root: Path, name: str, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        read_question(name, "en", root)
