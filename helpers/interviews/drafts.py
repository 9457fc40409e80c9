"""A mock interview that was broken off: it goes on, or ends where this version of the course cannot ask the rest of it."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from helpers.classroom.progress import Draft, MockAnswer, MockResult, Progress
from helpers.interviews.mock import Mock, from_draft
from helpers.interviews.words import words


def broken_off(progress: Progress, known: Set[str], now: datetime, lang: str) -> tuple[Mock | None, list[str]]:
    """The interview that was broken off last, and a sentence for each one that ended because it cannot go on.

    known: the ids of the questions that the course has. lang: of the sentences.
    """
    ended: list[str] = []
    while draft := progress.draft():
        mock = from_draft(draft.text)
        if mock and mock.waiting and known >= set(mock.waiting):
            return mock, ended
        kept = _end(progress, draft, mock, now)
        ended.append(words(lang)["ended"].format(date=f"{draft.started.astimezone():%Y-%m-%d %H:%M}", count=kept))
    return None, ended


def _end(progress: Progress, draft: Draft, mock: Mock | None, now: datetime) -> int:
    """Keep what was answered as a result, an answer that was not scored without points; returns how many answers that were."""
    answers = mock.answers if mock else ()
    if mock and mock.text:
        answers += (MockAnswer(mock.question, mock.text, (), mock.spent, mock.spent > mock.limit),)
    if mock and answers:
        progress.record_mock(MockResult(mock.seed, mock.lang, draft.started, now, answers))
    else:
        progress.drop_draft(draft.started)
    return len(answers)
