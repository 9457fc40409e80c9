"""The interview room in a real JupyterLab, by keyboard alone: a whole mock interview in both languages, and a question that is practised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from helpers.interviews.words import words
from tests.browser.jupyterlab import JupyterLab
from tests.browser.test_learner import link_to
from tests.desk.opened import Desk

MOST_TABS = 40


def a_notebook(course: Path, lang: str, source: str) -> Path:
    """A notebook with one code cell; returns its path in the course."""
    cell = {"cell_type": "code", "id": "room", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    whole = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = Path("notebooks") / lang / "interview-room.ipynb"
    (course / path).write_text(json.dumps(whole), encoding="utf-8")
    return path


def opened_room(desk: Desk, course: Path, lab: JupyterLab, lang: str, source: str) -> Locator:
    """Run the only cell of a notebook by keyboard; returns the room in its output."""
    lab.open(link_to(desk, a_notebook(course, lang, source)))
    lab.cell(0).locator(".cm-content").focus()
    lab.page.keyboard.press("Control+Enter")
    room = lab.page.locator(".course-room")
    room.wait_for()
    return room


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


def press(page: Page, button: Locator) -> None:
    """Go to a button by Tab and press it."""
    button.wait_for()
    tab_to(page, button)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("lang", ["en", "pt-BR"])
def test_a_whole_mock_interview_goes_by_keyboard_alone(
    desk: Desk, course_copy: Path, jupyterlab: JupyterLab, lang: str
) -> None:
    say = words(lang)
    source = "from helpers import mock_interview\nmock_interview(seed=22, questions=2)"
    room = opened_room(desk, course_copy, jupyterlab, lang, source)
    page = jupyterlab.page
    press(page, room.get_by_role("button", name=say["begin"]))
    for place in (1, 2):
        room.get_by_text(say["count"].format(place=place, all=2)).wait_for()
        answer = room.locator("textarea:focus")  # the focus is where one writes
        answer.wait_for()
        page.keyboard.type("Rate times duration, é.")
        assert room.get_by_role("timer").inner_text()
        assert answer.input_value() == "Rate times duration, é."
        press(page, room.get_by_role("button", name=say["done"]))
        first = room.locator("input[type=checkbox]:focus")  # and then where one ticks
        first.wait_for()
        page.keyboard.press("Space")
        assert first.is_checked()
        assert room.locator("input:checked").count() == 1
        room.locator(".course-room-written", has_text="Rate times duration, é.").wait_for()
        press(page, room.get_by_role("button", name=say["finish" if place == 2 else "next"]))
    room.get_by_role("img").wait_for()
    room.locator("button:focus", has_text=say["report"]).wait_for()  # and at last above what one reads
    status = room.get_by_role("status").inner_text()
    assert status.startswith("2 ")
    assert jupyterlab.errors() == []
    assert jupyterlab.other_machines == set()


def test_a_question_is_practised_by_keyboard_and_comes_again(
    desk: Desk, course_copy: Path, jupyterlab: JupyterLab
) -> None:
    say = words("en")
    room = opened_room(desk, course_copy, jupyterlab, "en", "from helpers import room\nroom()")
    page = jupyterlab.page
    first = room.locator("h3").inner_text()
    press(page, room.get_by_role("button", name=say["unfold"]))
    room.locator("button:focus", has_text=say["fold"]).wait_for()
    board = room.locator("summary", has_text="At the whiteboard")
    press(page, board)
    drawing = room.get_by_role("img")
    drawing.wait_for()
    assert drawing.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    press(page, room.get_by_role("button", name=say["3"]))
    room.get_by_role("status").get_by_text("comes again on").wait_for()
    assert room.locator("h3").inner_text() != first
    room.locator("button:focus", has_text=say["unfold"]).wait_for()
