"""Half an answer to lab 07 loses the points of what it leaves out, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

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
    assert lost_by("07-an-api-from-a-contract", changes, tmp_path) == lost
