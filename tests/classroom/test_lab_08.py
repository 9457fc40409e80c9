"""Lab 08 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.authoring.notebooks import Place, lay_out
from helpers.authoring.source import read_unit
from helpers.classroom.grading import grade
from helpers.paths import COURSE_ROOT

LAB = COURSE_ROOT / "course" / "labs" / "08-orders-as-they-should-be"
Edits = dict[str, str]

CARELESS: Edits = {
    'item = {"type": "object", "required": ["sku", "quantity"], "additionalProperties": False': (
        'item = {"type": "object", "required": ["sku", "quantity"]'
    ),
    "$input.params().header.get('X-Customer')": "$input.params('X-Customer')",
    '$util.escapeJavaScript($name).replaceAll("\\\\\'", "\'")': "$name",
    "#set($context.responseOverride.status = 410)": "",
    '(\\n|.)*", "409"': '.*", "409"',
    '"text/plain": "$context.error.message: $context.error.validationErrorString"': (
        '"application/json": \'{"message": "$context.error.message: $context.error.validationErrorString"}\''
    ),
}
CLOSE: Edits = {
    '"pattern": "^[A-Za-z0-9-]{1,40}$"': '"pattern": "[A-Za-z0-9-]{1,40}"',
    '"note": $input.json("$.items[$foreach.index].note")': '"note": "$util.escapeJavaScript($item.note)"',
    '#if($coupon && $coupon != "")': "#if($coupon)",
    '{"name": $input.json("$.lines[$foreach.index].name")': '{"name": "$line.name"',
    "(?!NotFound: |Conflict: )(\\n|.)+": "(?!NotFound: |Conflict: ).+",
    'take["passthroughBehavior"] = "never"': 'take["passthroughBehavior"] = "when_no_match"',
}


def failed_checks(edits: Edits, save_in: Path) -> set[str]:
    """The checks that the solution with these edits does not pass."""
    notebook = lay_out(Place(read_unit("lab", LAB, COURSE_ROOT), "solution", "en"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    for right, wrong in edits.items():
        assert any(right in source for source in sources), right
        sources = [source.replace(right, wrong) for source in sources]
    for cell, source in zip(notebook["cells"], sources, strict=True):
        cell["source"] = source
    path = save_in / f"{LAB.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    result = grade(path)
    assert result.status == "graded", result.message
    return {check["name"] for exercise in result.exercises for check in exercise["checks"] if not check["passed"]}


@pytest.mark.parametrize(
    ("edits", "lost"),
    [
        (CARELESS, {"items_too", "texts", "defaults", "cancelled", "known", "says"}),
        (CLOSE, {"orders_only", "texts", "defaults", "odd_records", "unknown", "json_only"}),
    ],
    ids=["careless", "close"],
)
def test_half_solutions_lose_what_they_forgot(edits: Edits, lost: set[str], tmp_path: Path) -> None:
    assert failed_checks(edits, tmp_path) == lost
