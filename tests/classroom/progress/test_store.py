"""What is recorded is read back, and a question comes again when FSRS says so."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.classroom.progress import Draft, MockAnswer, MockResult, open_progress
from helpers.classroom.progress.schedule import due_after
from helpers.errors import CourseError

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_a_quiz_remembers_the_first_answer_and_the_latest(path: Path) -> None:
    with open_progress(path) as progress:
        progress.record_quiz("05", "q2", False, at=NOON)
        progress.record_quiz("05", "q1", True, at=NOON)
        progress.record_quiz("05", "q2", True, at=NOON + days(1))
    with open_progress(path) as progress:
        first, second = progress.quizzes()
    assert (first.lesson, first.question, first.first, first.latest, first.answers) == ("05", "q1", True, True, 1)
    assert (second.question, second.first, second.latest, second.answers) == ("q2", False, True, 2)
    assert second.at == NOON + days(1)


def test_the_most_overdue_question_comes_first_then_new_ones_in_their_order(path: Path) -> None:
    known = ["q01", "q02", "q03"]
    with open_progress(path) as progress:
        assert progress.next_question(known, now=NOON) == "q01"
        later = progress.record_review("q01", 4, at=NOON)
        sooner = progress.record_review("q03", 1, at=NOON)
        assert sooner < later
        assert progress.next_question(known, now=NOON) == "q02"
        progress.record_review("q02", 3, at=NOON)
        assert progress.next_question(known, now=NOON) is None
        assert progress.next_question(known, now=later) == "q03"
        assert progress.due(known, by=later) == ["q03", "q02", "q01"]
        assert progress.next_question(["q01"], now=later) == "q01"


def test_a_good_answer_stays_away_longer_each_time_and_a_lapse_brings_it_back(path: Path) -> None:
    with open_progress(path) as progress:
        due, gaps = NOON, []
        for _ in range(5):
            before, due = due, progress.record_review("q01", 3, at=due)
            gaps.append(due - before)
        assert gaps == sorted(gaps)
        assert gaps[-1] > days(20)
        assert progress.record_review("q01", 1, at=due) - due < days(1)


def test_the_same_reviews_give_the_same_date(tmp_path: Path) -> None:
    dates = []
    for name in ("one", "two"):
        with open_progress(tmp_path / name / "progress.sqlite3") as progress:
            dates += [[progress.record_review("q01", 3, at=NOON + days(day)) for day in (0, 1, 9, 40)]]
    assert dates[0] == dates[1]


def test_a_rating_that_is_none_is_refused_and_not_recorded(path: Path) -> None:
    with open_progress(path) as progress:
        with pytest.raises(CourseError, match="1 .again., 2 .hard., 3 .good. or 4 .easy."):
            progress.record_review("q01", 5)
        assert progress.reviews() == []


def test_times_of_any_zone_are_the_same_moments(path: Path) -> None:
    with open_progress(path) as progress:
        progress.record_review("q01", 3, at=NOON.astimezone(timezone(timedelta(hours=-3))))
        assert progress.reviews("q01")[0].at == NOON
        assert progress.reviews("q02") == []


def test_a_clock_set_back_loses_no_review_and_no_order(path: Path) -> None:
    with open_progress(path) as progress:
        progress.record_review("q01", 3, at=NOON)
        progress.record_review("q01", 3, at=NOON + days(3))
        due = progress.record_review("q01", 3, at=NOON + days(1))
        assert [review.at - NOON for review in progress.reviews()] == [days(0), days(3), days(1)]
        assert due > NOON + days(1)
        assert progress.next_question(["q01"], now=due) == "q01"


def test_a_question_seen_under_a_clock_years_ahead_does_not_wait_for_that_year(path: Path) -> None:
    with open_progress(path) as progress:
        progress.record_review("q01", 4, at=NOON + days(20_000))
        assert progress.next_question(["q01", "q02"], now=NOON) == "q01"
        due = progress.record_review("q01", 4, at=NOON)
        assert NOON < due < NOON + days(366)
        assert progress.next_question(["q01", "q02"], now=NOON + timedelta(minutes=1)) == "q02"


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-5_000, 5_000)), min_size=1, max_size=30))
def test_whatever_the_clock_did_a_question_is_due_after_its_last_review_and_within_a_year(
    log: list[tuple[int, int]],
) -> None:
    reviews = [(rating, NOON + timedelta(hours=hours)) for rating, hours in log]
    assert timedelta(0) < due_after(reviews) - reviews[-1][1] <= days(365)


def test_dates_of_another_scheduler_are_computed_again_from_the_log(path: Path) -> None:
    with open_progress(path) as progress:
        for day in (0, 2, 15):
            progress.record_review("q01", 3, at=NOON + days(day))
        progress.record_review("q02", 1, at=NOON)
        before = progress.dates()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE settings SET value = 'fsrs 99' WHERE name = 'scheduler'")
        other.execute("UPDATE cards SET due = '2099-01-01T00:00:00.000000+00:00'")
        other.execute("DELETE FROM cards WHERE question = 'q02'")
    other.close()
    with open_progress(path) as progress:
        assert progress.next_question(["q02", "q01"], now=NOON + days(1)) == "q02"
        assert progress.dates() == before
        assert len(progress.reviews()) == 4


def test_a_mock_interview_takes_the_place_of_its_draft(path: Path) -> None:
    answer = MockAnswer("q04", "Alarmes com paciência.\nE sem dados?", (True, False, True), 61.5, True)
    result = MockResult(
        7, "pt-BR", NOON, NOON + timedelta(minutes=9), (answer, MockAnswer("q01", "", (False,), 2, False))
    )
    with open_progress(path) as progress:
        assert progress.draft() is None
        progress.keep_draft("early", started=NOON, at=NOON)
        progress.keep_draft("another notebook's", started=NOON + days(1), at=NOON + timedelta(minutes=1))
        progress.keep_draft("late", started=NOON, at=NOON + timedelta(minutes=2))
        assert progress.draft() == Draft(NOON, "late")
        assert progress.record_mock(result) == 1
    with open_progress(path) as progress:
        assert progress.mocks() == [result]
        assert result.score == 0.5
        assert progress.draft() == Draft(NOON + days(1), "another notebook's")
        progress.drop_draft(NOON + days(1))
        assert progress.draft() is None


def test_a_file_that_lost_its_tables_while_it_was_open_is_one_sentence(path: Path) -> None:
    with open_progress(path) as progress:
        other = sqlite3.connect(path)
        other.execute("DROP TABLE settings")
        other.close()
        for asked in (progress.dates, lambda: progress.due(["q01"]), lambda: progress.record_review("q01", 3)):
            with pytest.raises(CourseError, match="cannot be written"):
                asked()
