"""A mock interview without a screen: which questions, how much time is left, and what comes next.

Everything here is a function of its arguments. Times are given, never asked for, so a page, a terminal and a test run the same interview:
a question is asked, answered in writing, scored point by point against its rubric, and then comes the next.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from helpers.classroom.progress import MockAnswer, MockResult
from helpers.errors import CourseError

QUESTIONS = 5
MINUTES = 3.0
_SEEDS = 2**63  # the progress keeps a seed in 64 bits


class Stage(StrEnum):
    """Where an interview is. ANSWERING: the clock of a question runs. SCORING: its answer is given. FINISHED: all are scored."""

    ANSWERING = "answering"
    SCORING = "scoring"
    FINISHED = "finished"


@dataclass(frozen=True)
class Mock:
    """A mock interview at one moment; every step gives another one.

    questions: ids in the order in which they are asked. limit: seconds for each answer; more is noted and never cut off.
    answers: those that are scored. text: what is written for the question that is asked now. spent: seconds that this took until
    ``since``, from when on the clock runs; ``None`` while it stands. finished: when the last answer was scored.
    """

    questions: tuple[str, ...]
    seed: int
    lang: str
    limit: float
    started: datetime
    answers: tuple[MockAnswer, ...] = ()
    text: str = ""
    spent: float = 0.0
    since: datetime | None = None
    answered: bool = False
    finished: datetime | None = None

    @property
    def stage(self) -> Stage:
        """What is to be done now."""
        if self.finished:
            return Stage.FINISHED
        return Stage.SCORING if self.answered else Stage.ANSWERING

    @property
    def place(self) -> int:
        """The number of the question that is asked now, from 0."""
        return min(len(self.answers), len(self.questions) - 1)

    @property
    def question(self) -> str:
        """The id of the question that is asked now; of the last one when the interview is over."""
        return self.questions[self.place]

    @property
    def waiting(self) -> tuple[str, ...]:
        """The ids of the questions that are not scored yet, the one that is asked now before the others."""
        return self.questions[len(self.answers) :]

    def elapsed(self, now: datetime) -> float:
        """Seconds that the present answer has taken; a clock that was set back takes none of them away."""
        running = (now - self.since).total_seconds() if self.since else 0.0
        return self.spent + max(0.0, running)

    def left(self, now: datetime) -> float:
        """Seconds until the present answer is over time; below zero afterwards."""
        return self.limit - self.elapsed(now)

    def wrote(self, text: str, now: datetime) -> Mock:
        """The interview with so much of an answer on paper.

        Raises: ``CourseError`` when no question waits for an answer.
        """
        self._must_be(Stage.ANSWERING)
        return replace(self, text=_writable(text), spent=self.elapsed(now), since=now)

    def answer(self, text: str, now: datetime) -> Mock:
        """The answer is given and the clock stands; an empty one is an answer too.

        Raises: ``CourseError`` when no question waits for an answer.
        """
        return replace(self.wrote(text, now), since=None, answered=True)

    def completed(self, text: str) -> Mock:
        """The given answer with its last letters, which were on their way when it was given; its time stays.

        Raises: ``CourseError`` when no answer waits for its points.
        """
        self._must_be(Stage.SCORING)
        return replace(self, text=_writable(text))

    def score(self, points: Sequence[bool], now: datetime) -> Mock:
        """The answer has its points, and the next question is asked, unless it was the last.

        Raises: ``CourseError`` when no answer waits for its points.
        """
        self._must_be(Stage.SCORING)
        scored = MockAnswer(self.question, self.text, tuple(points), self.spent, self.spent > self.limit)
        answers = (*self.answers, scored)
        last = len(answers) == len(self.questions)
        return replace(
            self,
            answers=answers,
            text="",
            spent=0.0,
            since=None if last else now,
            answered=False,
            finished=now if last else None,
        )

    def paused(self, now: datetime) -> Mock:
        """The same interview with its clock standing, as a draft keeps it."""
        return replace(self, spent=self.elapsed(now), since=None)

    def resumed(self, now: datetime) -> Mock:
        """The same interview, going on now: a pause costs no time."""
        return replace(self, since=now) if self.stage is Stage.ANSWERING and not self.since else self

    def draft(self, now: datetime) -> str:
        """Everything that ``from_draft`` needs to go on later, as JSON."""
        return json.dumps(asdict(self.paused(now)), default=datetime.isoformat, ensure_ascii=False)

    def result(self) -> MockResult:
        """What goes into the learner's progress.

        Raises: ``CourseError`` when the interview is not over.
        """
        self._must_be(Stage.FINISHED)
        return MockResult(self.seed, self.lang, self.started, self.finished or self.started, self.answers)

    def _must_be(self, stage: Stage) -> None:
        if self.stage is not stage:
            raise CourseError(f"this interview is {self.stage}, not {stage}: go on with what it asks for now")


def begin(
    topics: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    seed: int,
    lang: str,
    questions: int = QUESTIONS,
    minutes: float = MINUTES,
) -> Mock:
    """Begin a mock interview: its first question is asked now.

    topics: those of each question that may be asked, by its id. The same seed asks the same questions in the same order.

    Raises: ``CourseError`` when there are not so many questions, no time, or a seed of more than 64 bits.
    """
    if not 0 < minutes < math.inf:
        raise CourseError(f"an answer of {minutes:g} minutes cannot be given: give a number above 0")
    if not -_SEEDS <= seed < _SEEDS:
        raise CourseError(f"a seed of {seed} is too large to be kept: give a shorter number")
    chosen = choose(topics, questions, seed)
    return Mock(chosen, seed, lang, minutes * 60, started=now, since=now)


def choose(topics: Mapping[str, Sequence[str]], count: int, seed: int) -> tuple[str, ...]:
    """Choose ``count`` questions at random, spread over their topics: one whose topics were not asked yet comes before one whose were.

    Raises: ``CourseError`` when there are not so many.
    """
    if not 1 <= count <= len(topics):
        raise CourseError(f"a mock interview of {count} questions cannot be held: choose 1 to {len(topics)}")
    waiting = sorted(topics)
    random.Random(seed).shuffle(waiting)
    asked: Counter[str] = Counter()

    def staleness(id: str) -> float:
        own = topics[id] or ("",)
        return sum(asked[topic] for topic in own) / len(own)

    chosen: list[str] = []
    while len(chosen) < count:
        freshest = min(waiting, key=staleness)
        waiting.remove(freshest)
        chosen.append(freshest)
        asked.update(topics[freshest] or ("",))
    return tuple(chosen)


def _writable(text: str) -> str:
    """The text with a ``?`` for what is no letter in UTF-8: half of an emoji that a browser sent, a byte of another encoding."""
    return text.encode("utf-8", "replace").decode("utf-8")


def from_draft(draft: str) -> Mock | None:
    """The interview of a draft with its clock standing; ``None`` when it is none that this version of the course can read."""
    from pydantic import TypeAdapter, ValidationError  # a room that holds no interview does not wait for it

    try:
        mock = TypeAdapter(Mock).validate_json(draft)
    except ValidationError:
        return None
    return mock if mock.questions else None
