"""Half an answer to lab 07 loses the points of what it leaves out, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.authoring.notebooks import Place, lay_out
from helpers.authoring.source import read_unit
from helpers.classroom.grading import grade
from helpers.paths import COURSE_ROOT

FOLDER = COURSE_ROOT / "course" / "labs" / "07-an-api-from-a-contract"

SHORT_CUTS = {
    ', SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{shop}/*")': ")",
    'base64.b64decode(body) if event["isBase64Encoded"] else body': "body",
    'event["multiValueQueryStringParameters"] or {}).get("order", [])': 'event["queryStringParameters"] or {}).get("order", "").split(",")',
    '"/legacy": anything, ': "",
    ', "Headers": "\'Content-Type\'"': "",
    '"value": found["browser"]': '"value": found["products"]',
}
LOST_BY_SHORT_CUTS = {
    "narrow_permission",
    "scanners",
    "finds_several",
    "legacy_itself",
    "preflight",
    "rolled_back",
}
OVERSIGHTS = {
    "{account}:{shop}/*": "{account}:*",
    "except ValueError as error:": "except KeyError as error:",
    '[f"last={number}", "cart="]': '[f"last={number}"]',
    'anything = {"x-amazon-apigateway-any-method": proxy("legacy")}': 'anything = {"get": proxy("legacy")}',
    'return {**answer, "headers": {"Access-Control-Allow-Origin": "https://loja.example"}}': (
        'return {**answer, "headers": {"Access-Control-Allow-Origin": "https://loja.example"} if answer["statusCode"] < 300 else {}}'
    ),
    'gateway.update_stage(restApiId=shop, stageName="prod", patchOperations=[back])': (
        'publish({"/products/{sku}": {"get": proxy("products")}}, "browser")'
    ),
}
LOST_BY_OVERSIGHTS = {
    "narrow_permission",
    "refuses",
    "two_cookies",
    "below_legacy",
    "legacy_itself",
    "readable",
    "no_new_deployment",
}


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
