"""Half an answer to lab 09 loses the points of what it leaves out, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    'apiStages=[{"apiId": ids[api], "stage": "prod"}]': 'apiStages=[{"apiId": one, "stage": "prod"} for one in ids.values()]',
    " and int(expiry) > time.time()": "",
    'return [statement("Allow", *orders), statement("Deny", f"{api}/{stage}/*/admin/*")]': (
        'return [statement("Allow", "/".join(method_arn.split("/")[:3]) + "/*")]'
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
    assert lost_by("09-the-door-of-loja", changes, tmp_path) == lost
