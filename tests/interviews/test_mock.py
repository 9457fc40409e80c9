"""A mock interview by its own arithmetic: times are given, so an hour of it takes no time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import CourseError
from helpers.interviews.mock import Mock, Stage, begin, choose, from_draft

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TOPICS = {"q01": ("compute", "scaling"), "q02": ("compute",), "q03": ("monitoring",), "a01": ("security",), "a02": ()}

_OF_LISTS = (
    begin(TOPICS, NINE, seed=7, lang="en", questions=1)
    .draft(NINE)
    .replace('["q', '[["q')
    .replace('"], "seed', '"]], "seed')
)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def an_interview(questions: int = 2) -> Mock:
    return begin(TOPICS, NINE, seed=7, lang="en", questions=questions, minutes=3)


def test_an_interview_goes_from_question_to_answer_to_points_to_the_next_question() -> None:
    mock = an_interview()
    first, second = mock.questions
    assert (mock.stage, mock.question) == (Stage.ANSWERING, first)
    mock = mock.answer("Arithmetic first.", after(100))
    assert (mock.stage, mock.question) == (Stage.SCORING, first)
    mock = mock.score([True, False], after(130))
    assert (mock.stage, mock.question, mock.text) == (Stage.ANSWERING, second, "")
    mock = mock.answer("", after(140)).score([False], after(150))
    assert (mock.stage, mock.finished) == (Stage.FINISHED, after(150))
    assert [(one.question, one.text, one.points, one.seconds) for one in mock.answers] == [
        (first, "Arithmetic first.", (True, False), 100),
        (second, "", (False,), 10),
    ]


def test_over_time_is_noted_and_nothing_is_cut_off() -> None:
    mock = an_interview()
    assert (mock.left(after(60)), mock.left(after(180)), mock.left(after(200))) == (120, 0, -20)
    in_time = mock.answer("x", after(180)).score([], after(181)).answers[0]
    late = mock.answer("x", after(180.5)).score([], after(181)).answers[0]
    assert (in_time.over_time, late.over_time) == (False, True)


def test_scoring_takes_no_time_from_an_answer() -> None:
    mock = an_interview().answer("x", after(20))
    assert mock.elapsed(after(500)) == 20
    assert mock.score([True], after(500)).elapsed(after(505)) == 5


def test_a_clock_that_is_set_back_gives_no_time_back() -> None:
    mock = an_interview().wrote("a", after(30)).wrote("b", after(10))
    assert mock.elapsed(after(40)) == 60


@pytest.mark.parametrize("step", ["score", "wrote"])
def test_a_step_out_of_turn_is_refused(step: str) -> None:
    mock = an_interview()
    with pytest.raises(CourseError, match="this interview is"):
        mock.score([], NINE) if step == "score" else mock.answer("x", NINE).wrote("y", NINE)


def test_a_draft_goes_on_where_it_was_and_the_pause_costs_nothing() -> None:
    mock = an_interview().answer("x", after(10)).score([True], after(20)).wrote("half an ans", after(50))
    found = from_draft(mock.draft(after(60)))
    assert found is not None
    tomorrow = after(86_400)
    again = found.resumed(tomorrow)
    assert (again.text, again.answers, again.question) == ("half an ans", mock.answers, mock.question)
    assert again.elapsed(tomorrow) == 40
    assert again.resumed(after(86_500)) == again


@given(st.lists(st.floats(0, 400), max_size=6))
def test_a_draft_of_any_moment_is_the_interview_of_that_moment(seconds: list[float]) -> None:
    mock, now = an_interview(3), NINE
    for number, some in enumerate(seconds):
        now += timedelta(seconds=some)
        mock = mock.score([True], now) if number % 2 else mock.answer(f"é {number}", now)
    assert from_draft(mock.draft(now)) == mock.paused(now)


@pytest.mark.parametrize("draft", ["", "[]", "{}", '{"questions": ["q01"]}', _OF_LISTS, "no json"])
def test_a_draft_that_is_none_is_no_interview(draft: str) -> None:
    assert from_draft(draft) is None


def test_the_same_seed_asks_the_same_and_another_seed_something_else() -> None:
    many = {f"q{number:02}": () for number in range(20)}
    assert choose(many, 5, 1) == choose(dict(reversed(many.items())), 5, 1)
    assert len({choose(many, 5, seed) for seed in range(10)}) > 1


@given(st.integers(), st.integers(1, 5))
def test_questions_are_different_and_spread_over_their_topics(seed: int, count: int) -> None:
    chosen = choose(TOPICS, count, seed)
    assert len(set(chosen)) == count
    if count <= 4:  # there are four topics, of which two questions share one
        assert not {"q01", "q02"} <= set(chosen)


@pytest.mark.parametrize("count", [0, 6])
def test_more_questions_than_there_are_is_answered_with_how_many_there_are(count: int) -> None:
    with pytest.raises(CourseError, match="choose 1 to 5"):
        choose(TOPICS, count, 1)


def test_an_interview_without_time_is_refused() -> None:
    with pytest.raises(CourseError, match="a number above 0"):
        begin(TOPICS, NINE, seed=1, lang="en", questions=1, minutes=0)


@pytest.mark.parametrize("minutes", [-1.0, math.nan, math.inf])
def test_a_time_that_never_ends_or_never_begins_is_refused(minutes: float) -> None:
    with pytest.raises(CourseError, match="give a number above 0"):
        begin(TOPICS, NINE, seed=1, lang="en", questions=1, minutes=minutes)


@pytest.mark.parametrize("seed", [2**63, -(2**63) - 1])
def test_a_seed_that_cannot_be_kept_is_refused_before_the_first_question(seed: int) -> None:
    with pytest.raises(CourseError, match="too large to be kept"):
        begin(TOPICS, NINE, seed=seed, lang="en", questions=1)


def test_half_an_emoji_is_written_as_a_question_mark() -> None:
    mock = an_interview().wrote("rate \ud83d", after(1))
    assert mock.text == "rate ?"
    assert mock.answer("rate \udcff", after(2)).completed("rate \ud83d!").text == "rate ?!"
