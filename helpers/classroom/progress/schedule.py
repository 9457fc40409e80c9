"""When a question comes again: the FSRS algorithm, played over the log of its reviews.

The log is the truth. Nothing of the library's own state is stored, so another version of it, or other parameters, replay the same log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from fsrs import Card, Rating, Scheduler

# The library's own parameters; without fuzzing the same reviews always give the same day. A year is longer than any preparation.
_SCHEDULER = Scheduler(desired_retention=0.9, maximum_interval=365, enable_fuzzing=False)


@cache
def fingerprint() -> str:
    """Names the algorithm, its version and its parameters: dates computed under another name have to be computed again."""
    return f"fsrs {version('fsrs')} {_SCHEDULER.to_json()}"


def due_after(reviews: Iterable[tuple[int, datetime]]) -> datetime:
    """When a question is due after its ``(rating, at)`` reviews, at least one, in the order in which they arrived.

    A clock that was set back makes no time between two reviews, never less than none, and the next date counts from the clock as
    it stood at the last one.
    """
    card = Card(card_id=1, due=datetime.fromtimestamp(0, UTC))
    due = card.due
    for rating, at in reviews:
        counted = max(at, card.last_review or at)
        card, _ = _SCHEDULER.review_card(card, Rating(rating), counted)
        due = at + (card.due - counted)
    return due
