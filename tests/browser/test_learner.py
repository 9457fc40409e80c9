"""A learner's first hour, in a real browser: lesson 00 and lab 01, run from JupyterLab's own menu."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from helpers.desk.jupyter_home import first_lesson, index
from helpers.languages import Language
from tests.browser.jupyterlab import JupyterLab
from tests.desk.opened import Desk, opened


def link_to(desk: Desk, notebook: Path) -> str:
    parts = urlsplit(desk.link)
    return parts._replace(path=f"/lab/tree/{notebook.as_posix()}").geturl()


def cells_of(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def text_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def answers(course: Path, lab: str) -> dict[int, str]:
    """The solved source of each answer cell, by its place in the unsolved notebook."""
    [unsolved] = (course / "labs" / "en").glob(f"{lab}-*.ipynb")
    solved = {cell["id"]: text_of(cell) for cell in cells_of(course / "solutions" / "en" / unsolved.name)}
    return {
        place: solved[cell["id"]]
        for place, cell in enumerate(cells_of(unsolved))
        if cell["cell_type"] == "code" and text_of(cell) != solved[cell["id"]]
    }


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_index_draws_what_comes_before_what_and_says_that_nothing_is_recorded(
    desk: Desk, jupyterlab: JupyterLab, language: Language
) -> None:
    jupyterlab.open(link_to(desk, index(language)))
    jupyterlab.run_all()
    assert jupyterlab.errors() == []
    assert {"en": "Nothing is recorded yet.", "pt-BR": "Ainda não há nada registrado."}[
        language
    ] in jupyterlab.outputs()
    picture = jupyterlab.page.wait_for_selector(".jp-RenderedMermaid img", state="attached")
    assert picture is not None
    picture.scroll_into_view_if_needed()


def test_the_index_leads_to_lesson_00(desk: Desk, jupyterlab: JupyterLab) -> None:
    jupyterlab.open(desk.link)
    jupyterlab.page.get_by_role("link", name="Start here: what a mock can prove").first.click()
    jupyterlab.page.get_by_role("heading", name="One line connects you").wait_for()


def test_lesson_00_runs_from_the_menu_without_an_error(desk: Desk, jupyterlab: JupyterLab) -> None:
    jupyterlab.open(link_to(desk, first_lesson("en")))
    jupyterlab.run_all()
    assert jupyterlab.errors() == []
    assert '200 {"hello": "Loja"}' in jupyterlab.outputs()
    assert jupyterlab.other_machines == set()


def test_lesson_00_draws_its_diagram_its_figure_and_its_quiz(desk: Desk, jupyterlab: JupyterLab) -> None:
    jupyterlab.open(link_to(desk, first_lesson("en")))
    jupyterlab.run_all()
    page = jupyterlab.page
    page.wait_for_selector(".jp-RenderedMermaid img, .jp-RenderedMermaid svg", state="attached")
    page.wait_for_selector(".jp-OutputArea-output .jupyter-widgets", state="attached")
    figure = page.wait_for_selector(".jp-OutputArea-output img[src^='data:image']", state="attached")
    assert figure is not None
    page.keyboard.press("ControlOrMeta+b")  # the picture of a lesson is one without the file browser
    figure.evaluate("image => image.scrollIntoView({block: 'end'})")
    figure.scroll_into_view_if_needed()


def test_lesson_00_runs_in_portuguese_with_jupyterlab_in_portuguese(
    course_copy: Path, tmp_path: Path, jupyterlab: JupyterLab
) -> None:
    jupyterlab.language = "pt-BR"
    with opened(tmp_path, "--lang", "pt-BR", course=course_copy) as desk:
        assert index("pt-BR").as_posix() in desk.link
        jupyterlab.open(link_to(desk, first_lesson("pt-BR")))
        jupyterlab.run_all()
        assert jupyterlab.errors() == []
        assert '200 {"hello": "Loja"}' in jupyterlab.outputs()


@pytest.fixture
def lab_01(course_copy: Path) -> Path:
    [path] = (course_copy / "labs" / "en").glob("01-*.ipynb")
    return path


def test_lab_01_as_shipped_stops_with_words_and_without_a_traceback(
    desk: Desk, course_copy: Path, lab_01: Path, jupyterlab: JupyterLab
) -> None:
    jupyterlab.open(link_to(desk, lab_01.relative_to(course_copy)))
    jupyterlab.run_all()
    [error] = jupyterlab.errors()
    jupyterlab.show_errors()
    assert "Traceback" not in error
    assert error.startswith("CheckFailed: ")
    assert "0 of 4 points" in jupyterlab.outputs()


def test_lab_01_answered_in_the_browser_gets_every_point(
    desk: Desk, course_copy: Path, lab_01: Path, jupyterlab: JupyterLab
) -> None:
    jupyterlab.open(link_to(desk, lab_01.relative_to(course_copy)))
    solutions = answers(course_copy, "01")
    assert len(solutions) == 5
    for place, source in solutions.items():
        jupyterlab.write(place, source)
    jupyterlab.run_all()
    assert jupyterlab.errors() == []
    verdicts = re.findall(r"(01\.\d) · (\d+) of (\d+) points", jupyterlab.outputs())
    assert [exercise for exercise, _, _ in verdicts] == ["01.1", "01.2", "01.3", "01.4", "01.5"]
    assert all(points == most for _, points, most in verdicts)
