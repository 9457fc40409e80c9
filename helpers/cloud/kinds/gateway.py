"""API Gateway: REST APIs, HTTP APIs, usage plans and API keys."""

from __future__ import annotations

from helpers.cloud.kinds.base import Clients, Kind, answered, named, pages
from helpers.cloud.ledger import Facts


def _found(
    aws: Clients, service: str, method: str, member: str, asked: Facts, name_member: str = "name", id_member: str = "id"
) -> list[Facts]:
    items = pages(aws(service), method, member)
    return [{**asked, "id": item[id_member]} for item in items if item.get(name_member) == asked.get(name_member)]


def _delete_usage_plan(aws: Clients, key: Facts) -> None:
    gateway = aws("apigateway")
    stages = gateway.get_usage_plan(usagePlanId=key["id"]).get("apiStages", [])
    if stages:
        removals = [
            {"op": "remove", "path": "/apiStages", "value": f"{stage['apiId']}:{stage['stage']}"} for stage in stages
        ]
        gateway.update_usage_plan(usagePlanId=key["id"], patchOperations=removals)
    gateway.delete_usage_plan(usagePlanId=key["id"])


KINDS = (
    Kind(
        service="apigateway",
        operation="CreateUsagePlan",
        label="usage plan",
        rank=25,
        asked=named("name"),
        made=answered(id="id"),
        find=lambda aws, asked: _found(aws, "apigateway", "get_usage_plans", "items", asked),
        tags=lambda aws, key: dict(aws("apigateway").get_usage_plan(usagePlanId=key["id"]).get("tags") or {}),
        delete=_delete_usage_plan,
        by_hand="remove the stages of the usage plan, then: aws apigateway delete-usage-plan --usage-plan-id {id}",
        tag_field=("tags",),
    ),
    Kind(
        service="apigateway",
        operation="CreateApiKey",
        label="API key",
        rank=27,
        asked=named("name"),
        made=answered(id="id"),
        find=lambda aws, asked: _found(aws, "apigateway", "get_api_keys", "items", asked),
        tags=lambda aws, key: dict(aws("apigateway").get_api_key(apiKey=key["id"]).get("tags") or {}),
        delete=lambda aws, key: aws("apigateway").delete_api_key(apiKey=key["id"]),
        by_hand="aws apigateway delete-api-key --api-key {id}",
        tag_field=("tags",),
    ),
    Kind(
        service="apigateway",
        operation="CreateRestApi",
        label="REST API",
        rank=30,
        asked=named("name"),
        made=answered(id="id"),
        find=lambda aws, asked: _found(aws, "apigateway", "get_rest_apis", "items", asked),
        tags=lambda aws, key: dict(aws("apigateway").get_rest_api(restApiId=key["id"]).get("tags") or {}),
        delete=lambda aws, key: aws("apigateway").delete_rest_api(restApiId=key["id"]),
        by_hand="aws apigateway delete-rest-api --rest-api-id {id}",
        tag_field=("tags",),
    ),
    Kind(
        service="apigatewayv2",
        operation="CreateApi",
        label="HTTP API",
        rank=30,
        asked=named("Name"),
        made=answered(id="ApiId"),
        find=lambda aws, asked: _found(aws, "apigatewayv2", "get_apis", "Items", asked, "Name", "ApiId"),
        tags=lambda aws, key: dict(aws("apigatewayv2").get_api(ApiId=key["id"]).get("Tags") or {}),
        delete=lambda aws, key: aws("apigatewayv2").delete_api(ApiId=key["id"]),
        by_hand="aws apigatewayv2 delete-api --api-id {id}",
    ),
)
