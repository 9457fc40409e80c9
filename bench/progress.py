"""A learner's progress in numbers: ten thousand stored reviews, and how long the next question takes.

Run with ``python -m bench.progress``; the number of reviews is the first argument.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from helpers.classroom.progress import open_progress

QUESTIONS = [f"q{number:02}" for number in range(1, 31)]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 51


def median_ms(work: Callable[[], Any]) -> float:
    """Median milliseconds of ``ROUNDS`` runs."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def fill(path: Path, reviews: int) -> datetime:
    """Write the log of so many reviews in one go; returns a moment at which many questions are due."""
    open_progress(path).close()
    rng, now, rows = random.Random(22), BEGIN, []
    for _ in range(reviews):
        now += timedelta(minutes=rng.randrange(1, 60))
        rows.append((rng.choice(QUESTIONS), rng.choice((1, 2, 3, 3, 3, 4)), now.isoformat(timespec="microseconds")))
    log = sqlite3.connect(path)
    with log:
        log.executemany("INSERT INTO reviews (question, rating, at) VALUES (?, ?, ?)", rows)
    log.close()
    return now + timedelta(days=30)


def main(reviews: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progress.sqlite3"
        now = fill(path, reviews)

        def from_closed() -> None:
            with open_progress(path) as opened:
                assert opened.next_question(QUESTIONS, now=now)

        began = time.perf_counter()
        from_closed()
        upgraded = time.perf_counter() - began
        print(f"{reviews:,} reviews of {len(QUESTIONS)} questions, {path.stat().st_size / 2**20:.1f} MiB")
        with open_progress(path) as progress:
            print(f"  the next question: {median_ms(lambda: progress.next_question(QUESTIONS, now=now)):.2f} ms")
            print(f"  from a closed file, checked whole, to the next question: {median_ms(from_closed):.1f} ms")
            print(f"  one more review, on disk: {median_ms(lambda: progress.record_review('q01', 3, at=now)):.1f} ms")
        print(f"  the first question after an upgrade, all reviews played again: {upgraded:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
