"""How the questions stand: how often each was practised, and when it comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpers.classroom.progress import Progress


@dataclass(frozen=True)
class Standing:
    """How one question stands. reviews: how often it was practised. due: when it comes again; ``None`` when it was never practised."""

    question: str
    reviews: int
    due: datetime | None


def standings(progress: Progress, known: Sequence[str]) -> list[Standing]:
    """How each of ``known`` stands, in their order."""
    dates = progress.dates()
    reviewed = Counter(review.question for review in progress.reviews())
    return [Standing(question, reviewed[question], dates.get(question)) for question in known]
