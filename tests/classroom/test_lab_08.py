"""Lab 08 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

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


@pytest.mark.parametrize(
    ("edits", "lost"),
    [
        (CARELESS, {"items_too", "texts", "defaults", "cancelled", "known", "says"}),
        (CLOSE, {"orders_only", "texts", "defaults", "odd_records", "unknown", "json_only"}),
    ],
    ids=["careless", "close"],
)
def test_half_solutions_lose_what_they_forgot(edits: Edits, lost: set[str], tmp_path: Path) -> None:
    assert lost_by("08-orders-as-they-should-be", edits, tmp_path) == lost
