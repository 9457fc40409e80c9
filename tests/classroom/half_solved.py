"""Labs against answers that look right: the solution with a few edits, graded like a submission."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from helpers.authoring.notebooks import Place, lay_out
from helpers.authoring.source import read_unit
from helpers.classroom.grading import grade
from helpers.paths import COURSE_ROOT


def lost_by(lab: str, edits: Mapping[str, str], save_in: Path) -> set[str]:
    """The checks that a lab's solution does not pass with these edits: what is right in it, by what stands there instead.

    lab: the name of its folder. Each text that is edited stands in one code cell.
    """
    notebook = lay_out(Place(read_unit("lab", COURSE_ROOT / "course" / "labs" / lab, COURSE_ROOT), "solution", "en"))
    for right, wrong in edits.items():
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and right in cell["source"]]
        assert len(cells) == 1, right
        cells[0]["source"] = cells[0]["source"].replace(right, wrong)
    path = save_in / f"{lab}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    result = grade(path)
    assert result.status == "graded", result.message
    return {check["name"] for exercise in result.exercises for check in exercise["checks"] if not check["passed"]}
