"""``quiz("00")``: the questions at the end of a lesson.

In a running notebook they are widgets that a mouse or a keyboard answers. The same output also carries HTML and plain text, which is
what a saved notebook, GitHub or a terminal shows; there the answers are folded away.
"""

from __future__ import annotations

import functools
import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.paths import COURSE_ROOT
from helpers.show.panel import Panel
from helpers.show.texts import inline, said

# (question id, whether the answer is right) -> sentences for the learner
Record = Callable[[str, bool], Sequence[str]]

WIDGET = "application/vnd.jupyter.widget-view+json"

_WORDS = {
    "en": {
        "answer": "Answer",
        "answers": "Answers",
        "right": "Right.",
        "wrong": "Not quite.",
        "choose": "Choose an answer first.",
        "several": "(more than one is right)",
    },
    "pt-BR": {
        "answer": "Responder",
        "answers": "Respostas",
        "right": "Certo.",
        "wrong": "Ainda não.",
        "choose": "Escolha uma resposta primeiro.",
        "several": "(mais de uma está certa)",
    },
}

# ipywidgets gives every choice one line of fixed height: a longer one would lie across the next.
_STYLE = """<style>
.course-quiz .widget-html-content { line-height: 1.4; }
.course-quiz .widget-radio-box { height: auto; }
.course-quiz .widget-radio-box label, .course-quiz .widget-checkbox label {
  display: flex; align-items: baseline; height: auto; line-height: 1.4; white-space: normal; margin-bottom: 4px;
}
.course-quiz .widget-radio-box input, .course-quiz .widget-checkbox input { position: static; order: -1; flex: none; margin: 0 8px 0 0; align-self: flex-start; }
</style>"""


@dataclass(frozen=True)
class Choice:
    """One possible answer in one language, and why it is right or wrong."""

    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Question:
    """One question in one language; its choices stand in an order that is always the same, and not the author's."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def correct(self) -> frozenset[int]:
        """The positions of the right choices."""
        return frozenset(number for number, choice in enumerate(self.choices) if choice.correct)


class Quiz(Panel):
    """The quiz of a lesson, ready to be shown. record: is told each answer, and returns what the learner should know about that."""

    def __init__(self, questions: Sequence[Question], lang: str, record: Record | None = None) -> None:
        self.questions = tuple(questions)
        self._words = _WORDS.get(lang, _WORDS["en"])
        self._record = record

    def as_text(self) -> str:
        """The quiz as plain text, with the answers in the last line."""
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {self._asked(question)}")
            lines += [f"   {_letter(place)}) {choice.text}" for place, choice in enumerate(question.choices)]
        key = " · ".join(
            f"{number} {''.join(map(_letter, sorted(question.correct)))}"
            for number, question in enumerate(self.questions, 1)
        )
        return "\n".join([*lines, f"{self._words['answers']}: {key}"])

    def as_html(self) -> str:
        """The quiz as static HTML; every question's answers are folded into ``<details>``."""
        return "\n".join(self._question_as_html(number, question) for number, question in enumerate(self.questions, 1))

    def widget(self) -> Any:
        """The quiz as one ipywidgets box."""
        from ipywidgets import HTML, VBox  # type: ignore[import-untyped]

        note = HTML('<div role="status"></div>')
        told: dict[str, None] = {}

        def answered(question: Question, correct: bool) -> None:
            if self._record is None:
                return
            told.update(dict.fromkeys(self._record(question.id, correct)))
            paragraphs = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in told)
            note.value = f'<div role="status">{paragraphs}</div>'

        box = VBox(
            [
                *(
                    self._question_as_widget(number, question, answered)
                    for number, question in enumerate(self.questions, 1)
                ),
                note,
                HTML(_STYLE),
            ]
        )
        box.add_class("course-quiz")
        return box

    def _asked(self, question: Question) -> str:
        return f"{question.text} {self._words['several']}" if len(question.correct) > 1 else question.text

    def _question_as_html(self, number: int, question: Question) -> str:
        choices = "".join(f"<li>{inline(choice.text)}</li>" for choice in question.choices)
        answers = "".join(
            f"<li>{'✓' if choice.correct else '✗'} <strong>{_letter(place)}</strong> {inline(choice.why)}</li>"
            for place, choice in enumerate(question.choices)
        )
        return (
            f'<p><strong>{number}. {inline(self._asked(question))}</strong></p><ol type="a">{choices}</ol>'
            f'<details><summary>{self._words["answer"]}</summary><ul style="list-style: none">{answers}</ul></details>'
        )

    def _question_as_widget(self, number: int, question: Question, answered: Callable[[Question, bool], None]) -> Any:
        from ipywidgets import HTML, Button, Layout, VBox

        title = HTML(f"<strong>{number}. {inline(self._asked(question))}</strong>")
        chooser, chosen = _chooser(question)
        button = Button(description=self._words["answer"], layout=Layout(width="auto", align_self="flex-start"))
        # role=status: a screen reader says the feedback without the focus moving.
        feedback = HTML('<div role="status"></div>')

        def answer(_: Any) -> None:
            places = chosen()
            feedback.value = f'<div role="status">{self._feedback(question, places)}</div>'
            if places:
                answered(question, places == question.correct)

        button.on_click(answer)
        return VBox([title, chooser, button, feedback], layout=Layout(margin="0 0 1.5em 0"))

    def _feedback(self, question: Question, chosen: frozenset[int]) -> str:
        if not chosen:
            return html.escape(self._words["choose"])
        verdict = self._words["right" if chosen == question.correct else "wrong"]
        whys = "".join(
            f"<p>{'✓' if question.choices[place].correct else '✗'} {inline(question.choices[place].why)}</p>"
            for place in sorted(chosen)
        )
        return f"<strong>{verdict}</strong>{whys}"


def quiz(lesson: str) -> Quiz:
    """The quiz of a lesson, such as ``quiz("00")``, in this notebook's language; as the last line of a cell it shows itself.

    What is answered goes into the learner's progress.

    Raises: ``CourseError`` when there is no such lesson, or its ``quiz.yaml`` cannot be read.
    """
    lang = language()
    return Quiz(read(find(lesson, COURSE_ROOT), lang), lang, functools.partial(_keep, lesson, lang))


def find(lesson: str, course_root: Path) -> Path:
    """The ``quiz.yaml`` of a lesson.

    Raises: ``CourseError`` when there is none.
    """
    lessons = course_root / "course" / "lessons"
    for path in sorted(lessons.glob("*/quiz.yaml")):
        if path.parent.name.partition("-")[0] == lesson:
            return path
    known = ", ".join(sorted(path.parent.name.partition("-")[0] for path in lessons.glob("*/quiz.yaml")))
    raise CourseError(f"quiz({lesson!r}): no lesson of this number has a quiz; these have one: {known or 'none'}")


def read(path: Path, lang: str) -> tuple[Question, ...]:
    """The questions of one ``quiz.yaml`` in one language, each with its choices shuffled by the question's own name.

    Raises: ``CourseError`` naming the file and the question that is not as it should be.
    """
    shown = f"{path.parent.name}/{path.name}"
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(_question(entry, lang, f"{path.parent.name}/{entry['id']}") for entry in entries)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CourseError(f"{shown} cannot be read ({type(error).__name__}): restore it with git") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{shown} is no list of questions with id, question and choices ({error}): run `course build --check`"
        ) from error


def _keep(lesson: str, lang: str, question: str, correct: bool) -> Sequence[str]:
    """Record one answer. A progress file that cannot be used stops no lesson: its learner is told."""
    from helpers.classroom.progress import open_progress

    try:
        with open_progress() as progress:
            progress.record_quiz(lesson, question, correct)
            return [said(notice, lang) for notice in progress.notices]
    except CourseError as error:
        return [str(error)]


def _question(entry: dict[str, Any], lang: str, seed: str) -> Question:
    choices = [
        Choice(said(choice["text"], lang), bool(choice.get("correct")), said(choice["why"], lang))
        for choice in entry["choices"]
    ]
    random.Random(seed).shuffle(choices)
    return Question(str(entry["id"]), said(entry["question"], lang), tuple(choices))


def _chooser(question: Question) -> tuple[Any, Callable[[], frozenset[int]]]:
    """Radio buttons, or check boxes where several choices are right, and a function that says which are chosen."""
    from ipywidgets import Checkbox, Layout, RadioButtons, VBox

    wide = Layout(width="auto")
    labels = [f"{_letter(place)}) {choice.text}" for place, choice in enumerate(question.choices)]
    if len(question.correct) == 1:
        radio = RadioButtons(options=[(label, place) for place, label in enumerate(labels)], index=None, layout=wide)
        return radio, lambda: frozenset() if radio.index is None else frozenset({radio.index})
    boxes = [Checkbox(description=label, indent=False, layout=wide) for label in labels]
    return VBox(boxes), lambda: frozenset(place for place, box in enumerate(boxes) if box.value)


def _letter(place: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[place]
