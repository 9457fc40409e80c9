"""The exercise contract, for every lab of the course: as shipped it scores nothing, its solution scores everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest

from helpers.authoring.notebooks import Place, lay_out
from helpers.authoring.source import read_unit
from helpers.classroom.grading import Grade, grade
from helpers.languages import Language
from helpers.paths import COURSE_ROOT

LABS = sorted(path.parent for path in (COURSE_ROOT / "course" / "labs").glob("*/checks.py"))


def test_the_course_has_labs() -> None:
    assert LABS


def graded(folder: Path, document: Literal["lab", "solution"], language: Language, save_in: Path) -> Grade:
    notebook = lay_out(Place(read_unit("lab", folder, COURSE_ROOT), document, language))
    path = save_in / f"{folder.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return grade(path)


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_as_shipped_it_scores_nothing(folder: Path, tmp_path: Path) -> None:
    result = graded(folder, "lab", "pt-BR", tmp_path)
    assert (result.status, result.points) == ("graded", 0), result.message
    assert all(exercise["judged"] and not exercise["answered"] and exercise["hint"] for exercise in result.exercises)


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_its_solution_scores_everything(folder: Path, tmp_path: Path) -> None:
    result = graded(folder, "solution", "en", tmp_path)
    failed = {
        check["name"]: check["message"]
        for exercise in result.exercises
        for check in exercise["checks"]
        if not check["passed"]
    }
    assert (result.status, failed) == ("graded", {}), (result.message, result.warnings)
    assert result.points == result.max > 0
