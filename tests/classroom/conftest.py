"""Grading as a teacher does it: a file is saved, then graded, all with real processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.classroom.grading import Grade, grade, lab_notebook
from helpers.classroom.walls import Walls
from tests.classroom.shop import Notebook, write_course


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a course with the one lab of ``shop``."""
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def shipped(course: Path) -> Notebook:
    """Lab 91 as a learner gets it."""
    return lab_notebook(course, "91", "en")


@pytest.fixture
def hand_in(tmp_path: Path, course: Path) -> Callable[..., Grade]:
    """Save a notebook and grade it."""

    def save_and_grade(
        notebook: Notebook,
        walls: Walls | None = None,
        cell_seconds: float = 30,
        run_seconds: float = 120,
        lang: str | None = None,
    ) -> Grade:
        path = tmp_path / "91-shop.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return grade(
            path, course_root=course, walls=walls, cell_seconds=cell_seconds, run_seconds=run_seconds, lang=lang
        )

    return save_and_grade
