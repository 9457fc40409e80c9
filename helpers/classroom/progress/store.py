"""``open_progress()``: what a learner did, written down and read back.

Times are aware datetimes; left out, they are now.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from helpers.classroom.progress.files import in_words, open_file
from helpers.errors import CourseError
from helpers.paths import learner_folder

# A question last seen further ahead than this was seen under a wrong clock, and waits no longer.
_TOMORROW = timedelta(days=1)


@dataclass(frozen=True)
class QuizResult:
    """A question of a lesson's quiz: whether its first and its latest answer were right, and how many there were."""

    lesson: str
    question: str
    first: bool
    latest: bool
    answers: int
    at: datetime


@dataclass(frozen=True)
class Review:
    """A question of the interview, rated by the learner: 1 again, 2 hard, 3 good, 4 easy. at: what the clock said."""

    question: str
    rating: int
    at: datetime


@dataclass(frozen=True)
class MockAnswer:
    """A scored answer. points: one for each point of the rubric. seconds: from the question to the answer."""

    question: str
    text: str
    points: tuple[bool, ...]
    seconds: float
    over_time: bool


@dataclass(frozen=True)
class MockResult:
    """A mock interview that was held to its end."""

    seed: int
    lang: str
    started: datetime
    finished: datetime
    answers: tuple[MockAnswer, ...]

    @property
    def reached(self) -> int:
        """How many points of the rubrics the answers made."""
        return sum(sum(answer.points) for answer in self.answers)

    @property
    def possible(self) -> int:
        """How many points there were."""
        return sum(len(answer.points) for answer in self.answers)

    @property
    def score(self) -> float:
        """The share of all points that was reached, 0 to 1."""
        return self.reached / self.possible if self.possible else 0.0

    @property
    def late(self) -> int:
        """How many answers were over time."""
        return sum(answer.over_time for answer in self.answers)


@dataclass(frozen=True)
class Draft:
    """A mock interview that was broken off, as ``keep_draft`` was given it."""

    started: datetime
    text: str


def progress_path() -> Path:
    """Where the learner's progress lies: ``progress.sqlite3`` in the learner's folder, or in ``COURSE_DATA``."""
    return learner_folder() / "progress.sqlite3"


def open_progress(path: Path | None = None) -> Progress:
    """Open the learner's progress, by default at ``progress_path()``.

    Raises: ``CourseError`` when the file belongs to a newer version of the course, or another program holds it.
    """
    return Progress(path or progress_path())


class Progress:
    """An open progress file; a context manager. One thread uses it, and several processes may have the same file open.

    path: where it lies. notices: sentences that the learner should be told now, in both languages. recording: whether what is
    written stays; it does not where the folder cannot be written.

    Every method raises ``CourseError`` when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        opened = open_file(path)
        self.path = path
        self.notices = opened.notices
        self.recording = opened.recording
        self._connection = opened.connection

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was recorded is on disk already."""
        self._connection.close()

    def record_quiz(self, lesson: str, question: str, correct: bool, *, at: datetime | None = None) -> None:
        """Record one answer to a question of a quiz, such as ``record_quiz("05", "q2", True)``."""
        with self._writing() as write:
            write.execute(
                "INSERT INTO quiz_answers (lesson, question, correct, at) VALUES (?, ?, ?, ?)",
                (lesson, question, int(correct), _stamp(at)),
            )

    def quizzes(self) -> list[QuizResult]:
        """Every question of a quiz that was answered, by lesson and question."""
        rows = self._read(
            """SELECT first.lesson, first.question, first.correct, latest.correct, answers, latest.at
            FROM (SELECT min(id) AS low, max(id) AS high, count(*) AS answers FROM quiz_answers GROUP BY lesson, question)
            JOIN quiz_answers AS first ON first.id = low JOIN quiz_answers AS latest ON latest.id = high
            ORDER BY first.lesson, first.question"""
        )
        return [
            QuizResult(lesson, question, bool(first), bool(latest), answers, datetime.fromisoformat(at))
            for lesson, question, first, latest, answers, at in rows
        ]

    def record_review(self, question: str, rating: int, *, at: datetime | None = None) -> datetime:
        """Record how well a question was answered, 1 again, 2 hard, 3 good, 4 easy; returns when it is due again.

        Raises: ``CourseError`` when the rating is none of these.
        """
        if rating not in (1, 2, 3, 4):
            raise CourseError(f"{rating} is no rating: give 1 (again), 2 (hard), 3 (good) or 4 (easy)")
        with self._writing() as write:
            write.execute("INSERT INTO reviews (question, rating, at) VALUES (?, ?, ?)", (question, rating, _stamp(at)))
            _schedule(write, [question])
            row = write.execute("SELECT due FROM cards WHERE question = ?", (question,)).fetchone()
        return datetime.fromisoformat(row[0])

    def reviews(self, question: str | None = None) -> list[Review]:
        """All reviews, or those of one question, in the order in which they arrived."""
        rows = self._read(
            "SELECT question, rating, at FROM reviews WHERE ?1 IS NULL OR question = ?1 ORDER BY id", (question,)
        )
        return [Review(question, rating, datetime.fromisoformat(at)) for question, rating, at in rows]

    def due(self, known: Sequence[str], *, by: datetime | None = None) -> list[str]:
        """The questions among ``known`` that are due again until ``by``, the most overdue first."""
        self._keep_schedule()
        moment = by or datetime.now(UTC)
        rows = self._read(
            "SELECT question FROM cards WHERE due <= ? OR reviewed > ? ORDER BY due, question",
            (_stamp(moment), _stamp(moment + _TOMORROW)),
        )
        wanted = set(known)
        return [question for (question,) in rows if question in wanted]

    def dates(self) -> dict[str, datetime]:
        """When each question that was ever reviewed is due again."""
        self._keep_schedule()
        rows = self._read("SELECT question, due FROM cards")
        return {question: datetime.fromisoformat(due) for question, due in rows}

    def next_question(self, known: Sequence[str], *, now: datetime | None = None) -> str | None:
        """The question to practise next: the most overdue, else the first of ``known`` that was never reviewed, else ``None``."""
        due = self.due(known, by=now)
        if due:
            return due[0]
        seen = {question for (question,) in self._read("SELECT question FROM cards")}
        return next((question for question in known if question not in seen), None)

    def keep_draft(self, draft: str, *, started: datetime, at: datetime | None = None) -> None:
        """Keep the present state of a mock interview, in place of what was kept of it before; ``started`` tells mocks apart."""
        with self._writing() as write:
            write.execute(
                "INSERT OR REPLACE INTO drafts (started, draft, kept) VALUES (?, ?, ?)",
                (_stamp(started), draft, _stamp(at)),
            )

    def draft(self) -> Draft | None:
        """The mock interview that was broken off last; ``None`` when there is none."""
        rows = self._read("SELECT started, draft FROM drafts ORDER BY kept DESC, started DESC LIMIT 1")
        return next((Draft(datetime.fromisoformat(started), text) for started, text in rows), None)

    def drop_draft(self, started: datetime) -> None:
        """Forget the draft of one mock interview."""
        with self._writing() as write:
            write.execute("DELETE FROM drafts WHERE started = ?", (_stamp(started),))

    def record_mock(self, result: MockResult) -> int:
        """Record a finished mock interview in place of its draft; returns its number, from 1."""
        with self._writing() as write:
            number = write.execute(
                "INSERT INTO mocks (seed, lang, started, finished) VALUES (?, ?, ?, ?)",
                (result.seed, result.lang, _stamp(result.started), _stamp(result.finished)),
            ).lastrowid
            assert number is not None
            write.executemany(
                "INSERT INTO mock_answers (mock, place, question, text, points, seconds, over_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        number,
                        place,
                        answer.question,
                        answer.text,
                        json.dumps(answer.points),
                        answer.seconds,
                        int(answer.over_time),
                    )
                    for place, answer in enumerate(result.answers)
                ],
            )
            write.execute("DELETE FROM drafts WHERE started = ?", (_stamp(result.started),))
        return number

    def mocks(self) -> list[MockResult]:
        """All finished mock interviews, in the order in which they were recorded."""
        answers: dict[int, list[MockAnswer]] = {}
        for mock, question, text, points, seconds, over_time in self._read(
            "SELECT mock, question, text, points, seconds, over_time FROM mock_answers ORDER BY mock, place"
        ):
            answers.setdefault(mock, []).append(
                MockAnswer(question, text, tuple(json.loads(points)), seconds, bool(over_time))
            )
        return [
            MockResult(
                seed,
                lang,
                datetime.fromisoformat(started),
                datetime.fromisoformat(finished),
                tuple(answers.get(number, ())),
            )
            for number, seed, lang, started, finished in self._read(
                "SELECT id, seed, lang, started, finished FROM mocks ORDER BY id"
            )
        ]

    def _read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._told():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite refuses becomes a sentence for the learner."""
        try:
            yield
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk afterwards, or nothing."""
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _keep_schedule(self) -> None:
        """Compute every date again where another algorithm, or another version of it, computed them."""
        with self._told():
            current = _is_current(self._connection)
        if not current:
            with self._writing() as write:
                _schedule(write, ())


def _is_current(connection: sqlite3.Connection) -> bool:
    from helpers.classroom.progress.schedule import fingerprint

    row = connection.execute("SELECT value FROM settings WHERE name = 'scheduler'").fetchone()
    return row is not None and row[0] == fingerprint()


def _schedule(write: sqlite3.Connection, questions: Iterable[str]) -> None:
    """Compute when ``questions`` are due; all of them, when the dates that are there are another scheduler's."""
    from helpers.classroom.progress.schedule import due_after, fingerprint

    if not _is_current(write):
        questions = [row[0] for row in write.execute("SELECT DISTINCT question FROM reviews")]
        write.execute("DELETE FROM cards")
        write.execute("INSERT OR REPLACE INTO settings (name, value) VALUES ('scheduler', ?)", (fingerprint(),))
    for question in questions:
        log = [
            (rating, datetime.fromisoformat(at))
            for rating, at in write.execute(
                "SELECT rating, at FROM reviews WHERE question = ? ORDER BY id", (question,)
            )
        ]
        write.execute(
            "INSERT OR REPLACE INTO cards (question, due, reviewed) VALUES (?, ?, ?)",
            (question, _stamp(due_after(log)), _stamp(log[-1][1])),
        )


def _stamp(moment: datetime | None) -> str:
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
