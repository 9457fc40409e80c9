"""The report of mock interviews: points by date and by topic."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from helpers.classroom.progress import MockAnswer, MockResult
from helpers.interviews.report import Report

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TOPICS = {"q01": ("compute", "scaling"), "q02": ("compute",)}


def mock(day: int, *answers: tuple[str, tuple[bool, ...], bool]) -> MockResult:
    when = NINE + timedelta(days=day)
    return MockResult(7, "en", when, when, tuple(MockAnswer(id, "", points, 60, late) for id, points, late in answers))


def test_points_are_counted_by_date_and_by_topic_the_weakest_first() -> None:
    mocks = [mock(0, ("q01", (True, False), False)), mock(1, ("q02", (True, True), True), ("a99", (True,), False))]
    report = Report(mocks, TOPICS, "pt-BR")
    assert report.by_topic() == {"scaling": (1, 2), "compute": (3, 4)}
    lines = [line.split() for line in report.as_text().splitlines()]
    assert [line[-3:] for line in lines[2:4]] == [["1/2", "50%", "0"], ["3/3", "100%", "1"]]
    assert lines[-2:] == [["escala", "1/2", "50%"], ["computação", "3/4", "75%"]]


def test_the_picture_shows_what_the_tables_say() -> None:
    report = Report([mock(0, ("q01", (True, False), False)), mock(1, ("q02", (True,), False))], TOPICS, "en")
    left, right = report.figure().axes
    assert list(left.lines[0].get_ydata()) == [50, 100]
    assert [bar.get_width() for bar in right.patches] == [50, 100 * 2 / 3]
    assert [label.get_text() for label in right.get_yticklabels()] == ["scaling", "compute"]
    assert report.as_png().startswith(b"\x89PNG")


def test_before_the_first_interview_it_says_so() -> None:
    assert Report([], TOPICS, "en").as_text().startswith("There is no mock interview yet")


@pytest.fixture
def _far_west(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ten hours behind UTC, where the clock of this process can be moved there."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system takes no time zone from TZ")
    with monkeypatch.context() as there:
        there.setenv("TZ", "<-10>10")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_west")
def test_an_interview_stands_under_the_learner_s_own_date() -> None:
    report = Report([mock(0, ("q01", (True, False), False))], TOPICS, "en")
    assert "2026-11-25 23:00" in report.as_text()
    assert [label.get_text() for label in report.figure().axes[0].get_xticklabels()] == ["11-25"]
