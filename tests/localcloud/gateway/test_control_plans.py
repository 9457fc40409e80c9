"""Usage plans and API keys through plain boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.gateway.conftest import refusal


@pytest.fixture
def plan(aws: Any, mocked: dict[str, Any]) -> dict[str, Any]:
    aws.create_deployment(restApiId=mocked["id"], stageName="prod")
    return aws.create_usage_plan(  # type: ignore[no-any-return]
        name="basic",
        apiStages=[{"apiId": mocked["id"], "stage": "prod"}],
        throttle={"rateLimit": 1.5, "burstLimit": 2},
        quota={"limit": 10, "period": "DAY"},
    )


def test_a_plan_is_updated_with_fractions_and_method_throttles(
    aws: Any, mocked: dict[str, Any], plan: dict[str, Any]
) -> None:
    throttle = f"/apiStages/{mocked['id']}:prod/throttle/~1/GET"
    changed = aws.update_usage_plan(
        usagePlanId=plan["id"],
        patchOperations=[
            {"op": "replace", "path": "/throttle/rateLimit", "value": "0.5"},
            {"op": "replace", "path": throttle + "/rateLimit", "value": "2.5"},
            {"op": "replace", "path": throttle + "/burstLimit", "value": "3"},
            {"op": "replace", "path": "/quota/period", "value": "WEEK"},
            {"op": "replace", "path": "/quota/offset", "value": "2"},
        ],
    )
    assert changed["throttle"] == {"rateLimit": 0.5, "burstLimit": 2}
    assert changed["apiStages"][0]["throttle"] == {"//GET": {"rateLimit": 2.5, "burstLimit": 3}}
    assert changed["quota"] == {"limit": 10, "period": "WEEK", "offset": 2}
    changed = aws.update_usage_plan(
        usagePlanId=plan["id"], patchOperations=[{"op": "remove", "path": throttle}, {"op": "remove", "path": "/quota"}]
    )
    assert "throttle" not in changed["apiStages"][0]
    assert "quota" not in changed


def test_a_plan_that_aws_refuses_is_refused(aws: Any, mocked: dict[str, Any], plan: dict[str, Any]) -> None:
    missing = [{"apiId": mocked["id"], "stage": "none"}]
    assert refusal(aws.create_usage_plan, name="x", apiStages=missing)[1] == f"API Stage not found: {mocked['id']}:none"
    daily = {"limit": 1, "period": "DAY", "offset": 1}
    assert refusal(aws.create_usage_plan, name="x", quota=daily)[1] == (
        "Usage Plan quota offset must be zero in the DAY period"
    )
    assert refusal(aws.create_usage_plan, name="x", quota={"limit": 1, "period": "YEAR"})[0] == "ValidationException"
    assert refusal(aws.delete_usage_plan, usagePlanId=plan["id"])[0] == "BadRequestException"
    wrong = [{"op": "replace", "path": "/throttle/speed", "value": "1"}]
    assert refusal(aws.update_usage_plan, usagePlanId=plan["id"], patchOperations=wrong)[1].startswith(
        "Invalid patch path"
    )


def test_keys_have_checked_values_that_show_on_request(aws: Any) -> None:
    assert refusal(aws.create_api_key, value="short")[1] == "API Key value should be at least 20 characters"
    assert refusal(aws.create_api_key, value="x" * 129)[0] == "BadRequestException"
    key = aws.create_api_key(name="mobile", value="k" * 20, enabled=True)
    assert refusal(aws.create_api_key, value="k" * 20) == ("ConflictException", "API Key already exists")
    assert "value" not in aws.get_api_keys()["items"][0]
    assert aws.get_api_keys(includeValues=True)["items"][0]["value"] == "k" * 20
    assert aws.get_api_key(apiKey=key["id"], includeValue=True)["value"] == "k" * 20
    off = [{"op": "replace", "path": "/enabled", "value": "false"}]
    assert aws.update_api_key(apiKey=key["id"], patchOperations=off)["enabled"] is False


def test_a_key_is_in_one_plan_for_a_stage(aws: Any, mocked: dict[str, Any], plan: dict[str, Any]) -> None:
    key = aws.create_api_key(name="mobile", enabled=True)
    entry = {"keyId": key["id"], "keyType": "API_KEY"}
    aws.create_usage_plan_key(usagePlanId=plan["id"], **entry)
    assert refusal(aws.create_usage_plan_key, usagePlanId=plan["id"], **entry)[0] == "ConflictException"
    other = aws.create_usage_plan(name="gold", apiStages=[{"apiId": mocked["id"], "stage": "prod"}])
    assert refusal(aws.create_usage_plan_key, usagePlanId=other["id"], **entry)[0] == "ConflictException"
    assert [one["id"] for one in aws.get_usage_plans(keyId=key["id"])["items"]] == [plan["id"]]
    aws.delete_api_key(apiKey=key["id"])
    assert aws.get_usage_plan_keys(usagePlanId=plan["id"])["items"] == []
    assert refusal(aws.create_usage_plan_key, usagePlanId=plan["id"], **entry)[0] == "NotFoundException"


def test_keys_are_imported_from_a_file(aws: Any, plan: dict[str, Any]) -> None:
    rows = [
        "Name,key,description,Enabled,usageplanIds",
        f'first,{"a" * 20},"one, two",TRUE,{plan["id"]}',
        "second,short,,TRUE,",
        f"third,{'b' * 20},,false,",
    ]
    answer = aws.import_api_keys(body="\n".join(rows).encode(), format="csv")
    assert len(answer["ids"]) == 2
    assert answer["warnings"] == ["Line 3: API Key value should be at least 20 characters"]
    keys = {one["name"]: one for one in aws.get_api_keys(includeValues=True)["items"]}
    assert (keys["first"]["enabled"], keys["third"]["enabled"]) == (True, False)
    assert keys["first"]["description"] == "one, two"
    assert [one["name"] for one in aws.get_usage_plan_keys(usagePlanId=plan["id"])["items"]] == ["first"]
    assert refusal(aws.import_api_keys, body=b"nothing", format="csv")[0] == "BadRequestException"


def test_usage_is_asked_for_days_of_a_plan(aws: Any, plan: dict[str, Any]) -> None:
    assert (
        refusal(aws.get_usage, usagePlanId="none", startDate="2026-01-01", endDate="2026-01-02")[0]
        == "NotFoundException"
    )
    backwards = refusal(aws.get_usage, usagePlanId=plan["id"], startDate="2026-01-02", endDate="2026-01-01")
    assert backwards == ("BadRequestException", "Usage end date must not be before the start date")
    assert (
        refusal(aws.get_usage, usagePlanId=plan["id"], startDate="today", endDate="2026-01-01")[0]
        == "BadRequestException"
    )
