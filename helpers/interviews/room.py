"""``room()``: practice of the question that is due, mock interviews, and how they went.

In a running notebook it is a widget that a keyboard alone works. The same output carries HTML and plain text, which is what a saved notebook, GitHub
or a terminal shows: the questions.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from helpers.classroom.progress import Progress, open_progress
from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.interviews import parts
from helpers.interviews.mock import MINUTES, QUESTIONS, begin
from helpers.interviews.questions import Question, all_questions, question_ids, read_question
from helpers.interviews.report import Report
from helpers.interviews.words import words
from helpers.show.panel import Panel
from helpers.show.texts import inline, said

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Room(Panel):
    """The room in one language, ready to be shown.

    view: ``practice``, ``mock`` or ``report``, what it opens with. seed: which questions a mock interview asks; left out, each one asks others.
    questions, minutes: how many it asks, and the time for each answer.
    """

    def __init__(
        self,
        lang: str,
        *,
        view: str = "practice",
        seed: int | None = None,
        questions: int = QUESTIONS,
        minutes: float = MINUTES,
        clock: Clock = _now,
    ) -> None:
        self.lang, self.seed, self.questions, self.minutes = lang, seed, questions, minutes
        self.clock = clock
        self.words = words(lang)
        self._view = view

    @cached_property
    def _all(self) -> tuple[Question, ...]:
        return all_questions(self.lang)

    @cached_property
    def topics(self) -> dict[str, tuple[str, ...]]:
        """The topics of each question by its id."""
        return {one.id: one.topics for one in self._all}

    def question(self, id: str) -> Question:
        """A question in the language of the room."""
        return read_question(id, self.lang)

    def as_text(self) -> str:
        """The questions as plain text."""
        return "\n".join([self.words["intro"], *(f"{one.id}  {one.question}" for one in self._all)])

    def as_html(self) -> str:
        """The questions as static HTML."""
        items = "".join(f"<li><code>{one.id}</code> {inline(one.question)}</li>" for one in self._all)
        return f"<p>{html.escape(self.words['intro'])}</p><ul>{items}</ul>"

    def widget(self) -> Any:
        """The room as one ipywidgets box."""
        return Desk(self, self._view).box


class Desk:
    """What stands in an open room: a row of buttons, the view that one of them chose, and a line that a screen reader says."""

    def __init__(self, room: Room, view: str) -> None:
        from ipywidgets import HTML  # type: ignore[import-untyped]

        from helpers.interviews.mock_view import MockView

        self.room = room
        self._said, self._told = "", dict[str, None]()
        self._views: dict[str, Callable[[], None]] = {
            "practice": self._practice,
            "mock": MockView(self).show,
            "report": self.report,
        }
        self._doors = {name: parts.button(room.words[name], partial(self.enter, name)) for name in self._views}
        self._body, self._status = parts.column(), HTML(parts.status())
        self.box = parts.column(parts.row(*self._doors.values()), self._body, self._status, HTML(parts.STYLE))
        self.box.add_class("course-room")
        self.enter(view)

    def enter(self, view: str) -> None:
        """Show one of the views; a progress file that cannot be used is told and stops no practice."""
        for name, door in self._doors.items():
            door.add_class("course-room-here") if name == view else door.remove_class("course-room-here")
        self.say("")
        self._views[view]()

    def focus(self, view: str) -> None:
        """Move the focus to the button of a view."""
        self._doors[view].focus()

    def show(self, *children: Any, focus: Any = None) -> None:
        """Replace what is shown, and move the focus."""
        self._body.children = children
        if focus is not None:
            focus.focus()

    def say(self, sentences: str) -> None:
        """What a screen reader says, and everybody reads below the view."""
        self._said = sentences
        self._status.value = parts.status(" ".join([sentences, *self._told]).strip())

    def record(self, keep: Callable[[Progress], Any]) -> Any:
        """What ``keep`` returns of the learner's progress; ``None``, with the reason said, when it cannot be used."""
        try:
            with open_progress() as progress:
                found = keep(progress)
                self._tell(said(notice, self.room.lang) for notice in progress.notices)
                return found
        except CourseError as error:
            self._tell([str(error)])
            return None

    def _tell(self, notices: Iterable[str]) -> None:
        """Say something about the progress file as long as the room is open, and only once."""
        self._told.update(dict.fromkeys(notices))
        self.say(self._said)

    def report(self) -> None:
        """Show how all mock interviews went."""
        mocks = self.record(lambda progress: progress.mocks()) or []
        view = parts.picture_of(Report(mocks, self.room.topics, self.room.lang))
        self.show(view)

    def _practice(self) -> None:
        words, now = self.room.words, self.room.clock()
        ids = question_ids()
        due = self.record(lambda progress: (progress.next_question(ids, now=now),)) or (ids[0],)
        if due[0] is None:
            self.show(parts.shown(f"<p>{html.escape(words['none'])}</p>"))
            return
        question = self.room.question(due[0])
        title, folded = parts.asked(words["aloud"], question), [True]
        rated = list[int]()

        def rate(rating: int) -> None:
            if not rated:  # of two quick presses, the second comes too late
                rated.append(rating)
                self._rated(question, rating)

        ratings = [parts.button(words[str(rating)], partial(rate, rating)) for rating in (1, 2, 3, 4)]
        answers = [
            parts.answers_of(question, opened=("thirty_seconds", "rubric")),
            parts.shown(f"<p>{html.escape(words['rate'])}</p>"),
            parts.row(*ratings),
        ]

        def turn() -> None:
            folded[0] = not folded[0]
            unfold.description = words["unfold" if folded[0] else "fold"]
            self.say("" if folded[0] else words["unfolded"])
            self.show(title, unfold, *(() if folded[0] else answers))

        unfold = parts.button(words["unfold"], turn, about=question.question)
        self.show(title, unfold)

    def _rated(self, question: Question, rating: int) -> None:
        now = self.room.clock()
        due = self.record(lambda progress: progress.record_review(question.id, rating, at=now))
        self.enter("practice")
        if due:
            self.say(self.room.words["due"].format(question=question.id, date=f"{due.astimezone():%Y-%m-%d %H:%M}"))
        if len(self._body.children) > 1:
            self._body.children[1].focus()
        else:
            self.focus("mock")


def room() -> Room:
    """The interview room in this notebook's language; as the last line of a cell it shows itself.

    Raises: ``CourseError`` when a question cannot be read.
    """
    return Room(language())


def mock_interview(seed: int | None = None, *, questions: int = QUESTIONS, minutes: float = MINUTES) -> Room:
    """The room with a mock interview of its own: the same ``seed`` asks the same questions.

    questions: how many. minutes: the time for each answer; more is noted.

    Raises: ``CourseError`` when there are not so many questions, or no time.
    """
    opened = Room(language(), view="mock", seed=seed, questions=questions, minutes=minutes)
    begin(opened.topics, opened.clock(), seed=0, lang=opened.lang, questions=questions, minutes=minutes)
    return opened
