"""The quiz of a lesson: live in a notebook, readable anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.classroom.progress import open_progress
from helpers.errors import CourseError
from helpers.paths import COURSE_ROOT
from helpers.show.quiz import WIDGET, Quiz, find, quiz, read

QUIZ = """
- id: q1
  question: {en: "What does `SQS` promise?", pt-BR: "O que o `SQS` promete?"}
  choices:
    - {text: {en: At least once, pt-BR: Pelo menos uma vez}, correct: true, why: {en: "Twice & more happens.", pt-BR: "Duas vezes acontece."}}
    - {text: {en: Exactly once, pt-BR: Exatamente uma vez}, why: {en: <b>Never</b>., pt-BR: Nunca.}}
    - {text: {en: At most once, pt-BR: No máximo uma vez}, why: {en: It retries., pt-BR: Ele tenta de novo.}}
- id: q2
  question: {en: "Which are queues?", pt-BR: "Quais são filas?"}
  choices:
    - {text: {en: SQS standard, pt-BR: SQS standard}, correct: true, why: {en: It is., pt-BR: É.}}
    - {text: {en: SQS FIFO, pt-BR: SQS FIFO}, correct: true, why: {en: It is., pt-BR: É.}}
    - {text: {en: SNS, pt-BR: SNS}, why: {en: A topic., pt-BR: Um tópico.}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "course" / "lessons" / "07-queues" / "quiz.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(QUIZ, encoding="utf-8")
    return path


@pytest.fixture
def english(path: Path) -> Quiz:
    return Quiz(read(path, "en"), "en")


def parts(english: Quiz, number: int) -> tuple[Any, Any, Any]:
    """Chooser, button and feedback of one question."""
    return tuple(english.widget().children[number].children[1:])  # type: ignore[return-value]


def test_as_text_every_question_choice_and_answer_can_be_read(english: Quiz) -> None:
    lines = english.as_text().splitlines()
    assert lines[0] == "1. What does `SQS` promise?"
    assert lines[4] == "2. Which are queues? (more than one is right)"
    assert {line.strip()[3:] for line in lines[1:4]} == {"At least once", "Exactly once", "At most once"}
    right = next(line.strip()[0] for line in lines if "At least once" in line)
    queues = "".join(sorted(line.strip()[0] for line in lines if ") SQS" in line))
    assert lines[-1] == f"Answers: 1 {right} · 2 {queues}"


def test_as_html_the_answers_are_folded_away_and_text_is_escaped(english: Quiz) -> None:
    shown = english.as_html()
    visible = shown.split("<details>")[0]
    assert "What does <code>SQS</code> promise?" in visible
    assert "Twice &amp; more happens." not in visible
    assert "Twice &amp; more happens." in shown
    assert "&lt;b&gt;Never&lt;/b&gt;" in shown
    assert shown.count("<details><summary>Answer</summary>") == 2


def test_choices_are_shuffled_the_same_way_every_time_and_in_every_language(path: Path) -> None:
    english, again, portuguese = read(path, "en"), read(path, "en"), read(path, "pt-BR")
    assert english == again
    assert [question.correct for question in english] == [question.correct for question in portuguese]


def test_portuguese_is_spoken_in_portuguese(path: Path) -> None:
    shown = Quiz(read(path, "pt-BR"), "pt-BR").as_text()
    assert "O que o `SQS` promete?" in shown
    assert shown.splitlines()[-1].startswith("Respostas: ")


def test_one_output_carries_the_widget_and_both_static_forms(english: Quiz) -> None:
    bundle = english.bundle()
    assert bundle[WIDGET]["model_id"]
    assert (bundle["text/html"], bundle["text/plain"]) == (english.as_html(), english.as_text())


def test_the_button_tells_right_from_wrong_and_why(english: Quiz) -> None:
    question = english.questions[0]
    chooser, button, feedback = parts(english, 0)
    button.click()
    assert "Choose an answer first." in feedback.value
    for place, choice in enumerate(question.choices):
        chooser.index = place
        button.click()
        assert ("Right." in feedback.value) is choice.correct
        assert choice.why.split("<")[0].replace("&", "&amp;") in feedback.value


def test_where_several_are_right_all_of_them_are_asked_for(english: Quiz) -> None:
    question = english.questions[1]
    chooser, button, feedback = parts(english, 1)
    boxes = chooser.children
    first, *others = sorted(question.correct)
    boxes[first].value = True
    button.click()
    assert "Not quite." in feedback.value
    for place in others:
        boxes[place].value = True
    button.click()
    assert "Right." in feedback.value


def test_an_unknown_lesson_is_answered_with_those_that_have_a_quiz(path: Path) -> None:
    assert find("07", path.parents[3]) == path
    with pytest.raises(CourseError, match="these have one: 07"):
        find("99", path.parents[3])


@pytest.mark.parametrize("content", ["- id: q1\n", "just text", "- [", "- {id: q1, question: {en: a}, choices: [1]}"])
def test_a_quiz_that_cannot_be_read_says_which_file_it_is(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match="07-queues/quiz.yaml"):
        read(path, "en")


@pytest.mark.parametrize(
    "lesson", sorted(path.parent.name[:2] for path in (COURSE_ROOT / "course" / "lessons").glob("*/quiz.yaml"))
)
def test_the_quiz_of_every_lesson_can_be_shown(lesson: str) -> None:
    assert all(question.correct for question in quiz(lesson).questions)


def test_an_answer_goes_into_the_learners_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    lesson = quiz("05")
    chooser, button, feedback = parts(lesson, 0)
    button.click()
    with open_progress() as progress:
        assert progress.quizzes() == []
    right = next(iter(lesson.questions[0].correct))
    for place in (1 - right if right < 2 else 0, right):
        chooser.index = place
        button.click()
    assert "Right." in feedback.value
    with open_progress() as progress:
        (result,) = progress.quizzes()
    assert (result.lesson, result.question) == ("05", lesson.questions[0].id)
    assert (result.first, result.latest, result.answers) == (False, True, 2)


def test_where_nothing_can_be_recorded_the_quiz_works_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "taken"))
    box = quiz("05").widget()
    chooser, button, feedback = box.children[0].children[1:]
    for place in (0, 1):
        chooser.index = place
        button.click()
    assert "<strong>" in feedback.value
    note = next(child for child in box.children if "nothing is recorded" in getattr(child, "value", ""))
    assert note.value.count("nothing is recorded") == 1
