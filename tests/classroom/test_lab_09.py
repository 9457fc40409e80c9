"""Half an answer to lab 09 loses the points of what it leaves out, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.authoring.notebooks import Place, lay_out
from helpers.authoring.source import read_unit
from helpers.classroom.grading import grade
from helpers.paths import COURSE_ROOT

FOLDER = COURSE_ROOT / "course" / "labs" / "09-the-door-of-loja"

SHORT_CUTS = {
    'apiStages=[{"apiId": ids[api], "stage": "prod"}]': 'apiStages=[{"apiId": one, "stage": "prod"} for one in ids.values()]',
    " and int(expiry) > time.time()": "",
    'return [statement("Allow", *orders), statement("Deny", f"{api}/{stage}/*/admin/*")]': (
        'return [statement("Allow", method_arn)]'
    ),
    '"authorizerResultTtlInSeconds"] = 60': '"authorizerResultTtlInSeconds"] = 300',
    'customer=caller["customer"], sku=sku': (
        'customer=json.loads(event["body"]).get("customer", caller["customer"]), sku=sku'
    ),
    ', "security": [{"pool": []}]': "",
}
LOST_BY_SHORT_CUTS = {
    "warehouse_is_apart",
    "forged",
    "old",
    "customers",
    "staff",
    "ends",
    "in_own_name",
    "knows",
    "no_forgeries",
    "wants_id_token",
    "expires",
}
OVERSIGHTS = {
    "except ValueError:": "except KeyError:",
    'os.environ["SECRET"]': '"a-secret-of-loja-0123456789"',
    'customer in os.environ["STAFF"].split(",")': 'customer in os.environ["STAFF"]',
    ', statement("Deny", f"{api}/{stage}/*/admin/*")': "",
    '"authorizerResultTtlInSeconds"] = 60': '"authorizerResultTtlInSeconds"] = 0',
    'caller["staff"] != "true"': 'not caller["staff"]',
}
LOST_BY_OVERSIGHTS = {"forged", "rotated", "says_who", "staff", "asked_once", "ends", "sees_own"}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [(SHORT_CUTS, LOST_BY_SHORT_CUTS), (OVERSIGHTS, LOST_BY_OVERSIGHTS)],
    ids=["short cuts", "oversights"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    notebook = lay_out(Place(read_unit("lab", FOLDER, COURSE_ROOT), "solution", "en"))
    for old, new in changes.items():
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and old in cell["source"]]
        assert len(cells) == 1, old
        cells[0]["source"] = cells[0]["source"].replace(old, new)
    path = tmp_path / "half.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    result = grade(path)
    failed = {check["name"] for exercise in result.exercises for check in exercise["checks"] if not check["passed"]}
    assert result.status == "graded", result.message
    assert failed == lost
