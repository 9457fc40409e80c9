"""The room without a browser: its widgets as a kernel has them, and the learner's progress behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.classroom.progress import open_progress
from helpers.errors import CourseError
from helpers.interviews.mock import begin
from helpers.interviews.room import Room, mock_interview
from helpers.interviews.words import words

SAY = words("en")


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))


def within(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def named(widget: Any, kind: str) -> list[Any]:
    return [one for one in within(widget) if type(one).__name__ == kind]


def press(widget: Any, words: str) -> None:
    [button] = [one for one in named(widget, "Button") if one.description == words]
    button.click()


def read(widget: Any) -> str:
    return "\n".join(one.value for one in named(widget, "HTML"))


def test_an_interview_is_written_scored_and_kept(clock: Clock) -> None:
    room = Room("en", view="mock", seed=3, questions=2, minutes=1, clock=clock).widget()
    press(room, SAY["begin"])
    for seconds, ticks in ((30, 2), (90, 0)):
        clock.move(seconds)
        [answer] = named(room, "Textarea")
        answer.value = "<b>Rate</b> times duration"
        press(room, SAY["done"])
        assert "&lt;b&gt;Rate&lt;/b&gt; times duration" in read(room)
        for box in named(room, "Checkbox")[:ticks]:
            box.value = True
        press(room, SAY["next" if seconds == 30 else "finish"])
    with open_progress() as progress:
        [kept], draft = progress.mocks(), progress.draft()
    assert draft is None
    assert [(one.seconds, one.over_time, sum(one.points)) for one in kept.answers] == [(30, False, 2), (90, True, 0)]
    assert (kept.seed, kept.answers[0].text) == (3, "<b>Rate</b> times duration")
    assert SAY["result"].format(points=2, all=sum(len(one.points) for one in kept.answers)) in read(room)
    assert "data:image/png;base64," in read(room)


def test_what_was_broken_off_goes_on_in_another_kernel(clock: Clock) -> None:
    room = Room("en", view="mock", seed=3, questions=2, clock=clock).widget()
    press(room, SAY["begin"])
    clock.move(20)
    named(room, "Textarea")[0].value = "half an ans"
    clock.move(3600)
    again = Room("en", view="mock", clock=clock).widget()
    resume, begin = (one.description for one in named(again, "Button")[3:])
    assert begin == SAY["begin"]
    press(again, resume)
    assert named(again, "Textarea")[0].value == "half an ans"
    assert SAY["left"].format(time="2:40") in read(again)


def test_an_interview_whose_question_left_the_course_ends_with_a_sentence_and_what_was_answered(clock: Clock) -> None:
    mock = begin({"q01": (), "gone": ()}, clock(), seed=1, lang="en", questions=2)
    with open_progress() as progress:
        progress.keep_draft(mock.wrote("half an answer", clock()).draft(clock()), started=mock.started)
        progress.keep_draft("no interview", started=mock.started - timedelta(days=1))
    clock.move(3600)
    room = Room("en", view="mock", clock=clock).widget()
    date = f"{mock.started.astimezone():%Y-%m-%d %H:%M}"
    assert SAY["ended"].format(date=date, count=1) in read(room)
    assert [one.description for one in named(room, "Button")[3:]] == [SAY["begin"]]
    with open_progress() as progress:
        [kept], draft = progress.mocks(), progress.draft()
    assert (draft, kept.possible, [answer.text for answer in kept.answers]) == (None, 0, ["half an answer"])
    press(room, SAY["report"])
    assert SAY["no_mocks"] in read(room)
    press(room, SAY["mock"])
    assert "has ended" not in read(room)


def test_letters_that_arrive_after_the_button_are_part_of_the_answer(clock: Clock) -> None:
    room = Room("en", view="mock", seed=3, questions=2, clock=clock).widget()
    press(room, SAY["begin"])
    [answer] = named(room, "Textarea")
    answer.value = "Rate times"
    press(room, SAY["done"])
    answer.value = "Rate times duration"
    assert "Rate times duration" in read(room)
    press(room, SAY["next"])
    answer.value = "too late"
    assert named(room, "Textarea")[0].value == ""
    with open_progress() as progress:
        assert "Rate times duration" in str(progress.draft())
        assert "too late" not in str(progress.draft())


def test_looking_elsewhere_in_an_interview_loses_nothing(clock: Clock) -> None:
    room = Room("en", view="mock", seed=3, questions=1, clock=clock).widget()
    press(room, SAY["begin"])
    named(room, "Textarea")[0].value = "half"
    press(room, SAY["report"])
    assert SAY["no_mocks"] in read(room)
    press(room, SAY["mock"])
    assert named(room, "Textarea")[0].value == "half"


def test_interviews_without_a_seed_ask_other_questions_each_time(clock: Clock) -> None:
    for _ in range(2):
        room = Room("en", view="mock", questions=1, clock=clock).widget()
        press(room, SAY["begin"])
        press(room, SAY["done"])
        press(room, SAY["finish"])
    with open_progress() as progress:
        assert [mock.seed for mock in progress.mocks()] == [1, 2]


def test_a_practised_question_makes_room_for_the_next(clock: Clock) -> None:
    room = Room("en", clock=clock).widget()
    first = read(room)
    press(room, SAY["unfold"])
    assert "At the whiteboard" in read(room)
    press(room, SAY["3"])
    assert "q01 comes again on" in read(room)
    assert read(room) != first
    with open_progress() as progress:
        assert [(one.question, one.rating) for one in progress.reviews()] == [("q01", 3)]


def test_a_progress_file_that_cannot_be_used_stops_no_practice(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "progress.sqlite3").mkdir()
    room = Room("en", clock=clock).widget()
    press(room, SAY["unfold"])
    press(room, SAY["1"])
    with open_progress() as progress:
        [notice] = progress.notices
    assert notice["en"] in read(room)
    assert any(button.description == SAY["unfold"] for button in named(room, "Button"))


@pytest.mark.parametrize("lang", ["en", "pt-BR"])
def test_a_saved_notebook_shows_the_questions(lang: str) -> None:
    bundle = Room(lang).bundle()
    assert words(lang)["intro"] in bundle["text/html"]
    assert "q10" in bundle["text/plain"]
    assert bundle["text/html"] == Room(lang).as_html()


def test_both_languages_say_the_same_things() -> None:
    assert words("en").keys() == words("pt-BR").keys()


@pytest.mark.parametrize(("options", "said"), [({"questions": 999}, "choose 1 to"), ({"minutes": 0}, "above 0")])
def test_an_interview_that_cannot_be_held_is_refused_at_once(options: dict[str, Any], said: str) -> None:
    with pytest.raises(CourseError, match=said):
        mock_interview(**options)


def pressed_twice(room: Any, words: str) -> None:
    [button] = [one for one in named(room, "Button") if one.description == words]
    button.click()
    button.click()


def test_a_second_press_on_a_button_of_an_interview_comes_too_late(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    room = Room("en", view="mock", seed=3, questions=2, clock=clock).widget()
    pressed_twice(room, SAY["begin"])
    for finished in (SAY["next"], SAY["finish"]):
        clock.move(10)
        named(room, "Textarea")[0].value = "Rate times duration"
        pressed_twice(room, SAY["done"])
        pressed_twice(room, finished)
    with open_progress() as progress:
        [kept], draft = progress.mocks(), progress.draft()
    assert [one.text for one in kept.answers] == ["Rate times duration"] * 2
    assert draft is None
    assert not caplog.records, "ipywidgets logs what a press raises"


def test_a_second_press_on_begin_leaves_no_interview_behind(clock: Clock) -> None:
    room = Room("en", view="mock", seed=3, questions=1, clock=clock).widget()
    [button] = [one for one in named(room, "Button") if one.description == SAY["begin"]]
    button.click()
    clock.move(1)
    button.click()
    press(room, SAY["done"])
    press(room, SAY["finish"])
    with open_progress() as progress:
        assert progress.draft() is None


def test_a_question_is_rated_once_however_often_the_button_is_pressed(clock: Clock) -> None:
    room = Room("en", clock=clock).widget()
    press(room, SAY["unfold"])
    pressed_twice(room, SAY["3"])
    with open_progress() as progress:
        assert len(progress.reviews()) == 1
