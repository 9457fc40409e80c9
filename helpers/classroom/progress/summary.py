"""Everything that a learner has reached so far, from the progress file, the course's tree and the judge's records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from helpers.classroom.discovery import Labs
from helpers.classroom.progress.store import MockResult, Progress
from helpers.classroom.texts import in_language
from helpers.cloud.session import account_for
from helpers.errors import CourseError
from helpers.languages import LANGUAGES
from helpers.show import quiz


@dataclass(frozen=True)
class QuizScore:
    """The quiz of one lesson: how many questions it has, how many were right at the first answer, and are now, and are open."""

    lesson: str
    questions: int
    first: int
    now: int
    open: int


@dataclass(frozen=True)
class LabScore:
    """The best that the judge ever saw of each exercise of a lab, added up; a solution that was run counts for nothing.

    tried: exercises that were judged.
    """

    lab: str
    title: str
    points: int
    max: int
    exercises: int
    tried: int


@dataclass(frozen=True)
class InterviewScore:
    """The questions of the interview. due: until the end of today. fresh: never practised. mocks: of which an answer was scored."""

    questions: int
    reviews: int
    due: int
    fresh: int
    mocks: tuple[MockResult, ...]
    broken_off: bool


@dataclass(frozen=True)
class Summary:
    """What ``course progress`` shows."""

    quizzes: tuple[QuizScore, ...]
    labs: tuple[LabScore, ...]
    interview: InterviewScore


def summarize(
    progress: Progress, course_root: Path, verdicts: Path, questions: Sequence[str], lang: str, now: datetime
) -> Summary:
    """Add up what a learner has reached.

    verdicts: the folder of the judge's records. questions: the ids of those that the interview has. now: whose day, in its own time
    zone, is today.
    """
    return Summary(
        tuple(_quizzes(progress, course_root, lang)),
        tuple(_labs(course_root, verdicts, lang)),
        _interview(progress, questions, now),
    )


def _quizzes(progress: Progress, course_root: Path, lang: str) -> Iterator[QuizScore]:
    results = {(result.lesson, result.question): result for result in progress.quizzes()}
    for path in sorted((course_root / "course" / "lessons").glob("*/quiz.yaml")):
        lesson = path.parent.name
        number = lesson.partition("-")[0]
        try:
            asked = [question.id for question in quiz.read(path, lang)]
        except CourseError:
            continue
        answered = [results[number, question] for question in asked if (number, question) in results]
        yield QuizScore(
            lesson,
            len(asked),
            sum(result.first for result in answered),
            sum(result.latest for result in answered),
            len(asked) - len(answered),
        )


def _labs(course_root: Path, verdicts: Path, lang: str) -> Iterator[LabScore]:
    labs = Labs(course_root)
    for number in labs.numbers():
        try:
            lab = labs.lab(number)
        except CourseError:
            continue
        best: defaultdict[str, int] = defaultdict(int)
        for verdict in _verdicts(verdicts, course_root, number):
            best[verdict["exercise"]] = max(best[verdict["exercise"]], verdict["points"])
        tried = [exercise for exercise in lab.exercises if exercise in best]
        points = sum(min(best[exercise], lab.exercises[exercise].max_points) for exercise in tried)
        whole = sum(exercise.max_points for exercise in lab.exercises.values())
        yield LabScore(number, in_language(lab.title, lang), points, whole, len(lab.exercises), len(tried))


def _verdicts(folder: Path, course_root: Path, lab: str) -> Iterator[dict[str, Any]]:
    """The judge's verdicts on the accounts of a lab's notebooks in ``labs/``; a line that is none is passed over."""
    for lang in LANGUAGES:
        account = account_for(f"lab-{lab}", course_root / "labs" / lang)
        try:
            lines = (folder / f"{account}.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                verdict = json.loads(line)
                known = isinstance(verdict["exercise"], str) and isinstance(verdict["points"], int)
            except (ValueError, KeyError, TypeError):
                continue
            if known:
                yield verdict


def _interview(progress: Progress, known: Sequence[str], now: datetime) -> InterviewScore:
    seen = progress.dates()
    tonight = now.replace(hour=23, minute=59, second=59, microsecond=999999)
    return InterviewScore(
        questions=len(known),
        reviews=len(progress.reviews()),
        due=len(progress.due(known, by=tonight)),
        fresh=sum(question not in seen for question in known),
        mocks=tuple(mock for mock in progress.mocks() if mock.possible),
        broken_off=progress.draft() is not None,
    )
