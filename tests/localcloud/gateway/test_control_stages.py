"""Deployments and stages through plain boto3: snapshots, settings that stay, canaries, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.conftest import CloudProcess
from tests.localcloud.gateway.conftest import refusal


def patched(aws: Any, api: dict[str, Any], *operations: tuple[str, ...]) -> dict[str, Any]:
    given = [dict(zip(("op", "path", "value", "from"), one, strict=False)) for one in operations]
    return aws.update_stage(restApiId=api["id"], stageName="prod", patchOperations=given)  # type: ignore[no-any-return]


def deploy(aws: Any, api: dict[str, Any], **settings: Any) -> str:
    return str(aws.create_deployment(restApiId=api["id"], **{"stageName": "prod", **settings})["id"])


def test_an_api_without_methods_or_integrations_is_not_deployed(aws: Any, api: dict[str, Any]) -> None:
    assert refusal(aws.create_deployment, restApiId=api["id"]) == (
        "BadRequestException",
        "The REST API doesn't contain any methods",
    )
    aws.put_method(restApiId=api["id"], resourceId=api["rootResourceId"], httpMethod="GET", authorizationType="NONE")
    assert refusal(aws.create_deployment, restApiId=api["id"])[1] == "No integration defined for method"


def test_a_deployment_shows_the_api_as_it_was(aws: Any, mocked: dict[str, Any]) -> None:
    first = deploy(aws, mocked, description="first")
    aws.delete_method(restApiId=mocked["id"], resourceId=mocked["rootResourceId"], httpMethod="GET")
    shown = aws.get_deployment(restApiId=mocked["id"], deploymentId=first, embed=["apisummary"])
    assert shown["description"] == "first"
    assert shown["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    changed = aws.update_deployment(
        restApiId=mocked["id"],
        deploymentId=first,
        patchOperations=[{"op": "replace", "path": "/description", "value": "renamed"}],
    )
    assert changed["description"] == "renamed"


def test_a_new_deployment_keeps_the_settings_of_its_stage(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked, variables={"table": "orders"}, stageDescription="live", tracingEnabled=True)
    patched(aws, mocked, ("replace", "/*/*/throttling/rateLimit", "2.5"), ("replace", "/variables/extra", "yes"))
    second = deploy(aws, mocked)
    stage = aws.get_stage(restApiId=mocked["id"], stageName="prod")
    assert stage["deploymentId"] == second
    assert stage["variables"] == {"table": "orders", "extra": "yes"}
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 2.5
    assert (stage["description"], stage["tracingEnabled"]) == ("live", True)


def test_a_deployment_that_a_stage_serves_is_not_deleted(aws: Any, mocked: dict[str, Any]) -> None:
    first = deploy(aws, mocked)
    second = deploy(aws, mocked)
    aws.delete_deployment(restApiId=mocked["id"], deploymentId=first)
    assert refusal(aws.delete_deployment, restApiId=mocked["id"], deploymentId=second) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    )
    assert refusal(aws.get_deployment, restApiId=mocked["id"], deploymentId=first) == (
        "NotFoundException",
        "Invalid Deployment identifier specified",
    )


def test_a_canary_is_released_watched_and_promoted(aws: Any, mocked: dict[str, Any]) -> None:
    first = deploy(aws, mocked, variables={"table": "orders"})
    second = deploy(aws, mocked, canarySettings={"percentTraffic": 10.5, "stageVariableOverrides": {"table": "new"}})
    stage = aws.get_stage(restApiId=mocked["id"], stageName="prod")
    assert stage["deploymentId"] == first
    assert stage["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 10.5,
        "stageVariableOverrides": {"table": "new"},
        "useStageCache": False,
    }
    stage = patched(
        aws,
        mocked,
        ("replace", "/canarySettings/percentTraffic", "50"),
        ("replace", "/canarySettings/stageVariableOverrides/table", "newer"),
    )
    assert stage["canarySettings"]["percentTraffic"] == 50
    promoted = aws.update_stage(
        restApiId=mocked["id"],
        stageName="prod",
        patchOperations=[
            {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
            {"op": "copy", "path": "/variables", "from": "/canarySettings/stageVariableOverrides"},
            {"op": "remove", "path": "/canarySettings"},
        ],
    )
    assert promoted["deploymentId"] == second
    assert promoted["variables"] == {"table": "newer"}
    assert "canarySettings" not in promoted


def test_a_canary_needs_a_stage_and_a_share(aws: Any, mocked: dict[str, Any]) -> None:
    canary = {"percentTraffic": 10.0}
    no_stage = refusal(aws.create_deployment, restApiId=mocked["id"], stageName="prod", canarySettings=canary)
    assert no_stage[0] == "BadRequestException"
    assert "must already be created" in no_stage[1]
    deploy(aws, mocked)
    too_much = refusal(
        aws.create_deployment, restApiId=mocked["id"], stageName="prod", canarySettings={"percentTraffic": 101.0}
    )
    assert too_much[1] == "Percent traffic must be between 0.0 and 100.0"
    assert len(aws.get_deployments(restApiId=mocked["id"])["items"]) == 1


def test_settings_of_a_method_are_set_inherited_and_removed(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked)
    stage = patched(
        aws,
        mocked,
        ("replace", "/*/*/logging/loglevel", "INFO"),
        ("replace", "/~1/GET/throttling/burstLimit", "3"),
    )
    settings = stage["methodSettings"]
    assert settings["*/*"]["loggingLevel"] == "INFO"
    assert (settings["~1/GET"]["throttlingBurstLimit"], settings["~1/GET"]["loggingLevel"]) == (3, "INFO")
    stage = patched(aws, mocked, ("remove", "/~1/GET"))
    assert set(stage["methodSettings"]) == {"*/*"}
    assert (
        "Unable to find method"
        in refusal(
            aws.update_stage,
            restApiId=mocked["id"],
            stageName="prod",
            patchOperations=[{"op": "replace", "path": "/~1nowhere/GET/metrics/enabled", "value": "true"}],
        )[1]
    )


def test_a_refused_patch_changes_nothing(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked)
    code, message = refusal(
        aws.update_stage,
        restApiId=mocked["id"],
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/description", "value": "changed"},
            {"op": "replace", "path": "/nonsense", "value": "x"},
        ],
    )
    assert code == "BadRequestException"
    assert message.startswith("Invalid patch path '/nonsense' specified for op 'replace'. Must be one of: [")
    code, message = refusal(
        aws.update_stage,
        restApiId=mocked["id"],
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/description", "value": "changed"},
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "many"},
        ],
    )
    assert "description" not in aws.get_stage(restApiId=mocked["id"], stageName="prod")


def test_an_access_log_names_the_request_and_goes_to_a_log_group(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked)
    group = "arn:aws:logs:us-east-1:123456789012:log-group:api-access"
    stage = patched(
        aws,
        mocked,
        ("replace", "/accessLogSettings/destinationArn", group + ":*"),
        ("replace", "/accessLogSettings/format", "$context.requestId $context.status"),
    )
    assert stage["accessLogSettings"] == {"destinationArn": group, "format": "$context.requestId $context.status"}
    assert (
        "at least one of $context.requestId"
        in refusal(
            aws.update_stage,
            restApiId=mocked["id"],
            stageName="prod",
            patchOperations=[{"op": "replace", "path": "/accessLogSettings/format", "value": "$context.status"}],
        )[1]
    )
    assert "accessLogSettings" not in patched(aws, mocked, ("remove", "/accessLogSettings"))


def test_what_a_stage_cannot_be_is_refused(aws: Any, mocked: dict[str, Any]) -> None:
    deployment = deploy(aws, mocked)
    given = {"restApiId": mocked["id"], "deploymentId": deployment}
    assert refusal(aws.create_stage, **given, stageName="a b")[1] == "Stage name only allows a-zA-Z0-9_-"
    assert refusal(aws.create_stage, **given, stageName="prod") == ("ConflictException", "Stage already exists")
    assert "API cache" in refusal(aws.create_stage, **given, stageName="new", cacheClusterEnabled=True)[1]
    assert (
        "Invalid stage variable value" in refusal(aws.create_stage, **given, stageName="new", variables={"a": "b;c"})[1]
    )
    assert refusal(aws.create_stage, restApiId=mocked["id"], deploymentId="nothing", stageName="new") == (
        "NotFoundException",
        "Invalid Deployment identifier specified",
    )
    assert aws.create_stage(**given, stageName="new", variables={"a": "b"})["variables"] == {"a": "b"}


def test_a_stage_in_a_usage_plan_is_not_deleted(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked)
    plan = aws.create_usage_plan(name="basic", apiStages=[{"apiId": mocked["id"], "stage": "prod"}])
    assert refusal(aws.delete_stage, restApiId=mocked["id"], stageName="prod")[0] == "BadRequestException"
    aws.update_usage_plan(
        usagePlanId=plan["id"],
        patchOperations=[{"op": "remove", "path": "/apiStages", "value": f"{mocked['id']}:prod"}],
    )
    aws.delete_stage(restApiId=mocked["id"], stageName="prod")
    assert aws.get_stages(restApiId=mocked["id"])["item"] == []


def test_a_stage_without_a_cache_is_flushed_without_effect(aws: Any, mocked: dict[str, Any]) -> None:
    deploy(aws, mocked)
    answer = aws.flush_stage_cache(restApiId=mocked["id"], stageName="prod")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refusal(aws.flush_stage_cache, restApiId=mocked["id"], stageName="none")[0] == "NotFoundException"


def test_the_control_plane_dates_things_by_the_virtual_clock(
    cloud: CloudProcess, aws: Any, mocked: dict[str, Any]
) -> None:
    cloud.advance(3 * 86_400)
    deploy(aws, mocked)
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    assert aws.get_deployments(restApiId=mocked["id"])["items"][0]["createdDate"] > ahead
    assert aws.get_stage(restApiId=mocked["id"], stageName="prod")["lastUpdatedDate"] > ahead
