"""The V2 API for HTTP APIs: create, read, update and delete them and their parts.

Every method takes and gives documents in the API's own names.
Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html
"""

from __future__ import annotations

from typing import Any

from helpers.localcloud.gateway.http_apis import rules, rules_integrations
from helpers.localcloud.gateway.http_apis.deployments import auto_deploy, check_stage_deployment, deploy
from helpers.localcloud.gateway.http_apis.errors import BadRequest, Conflict, NotFound, not_here
from helpers.localcloud.gateway.http_apis.store import DEFAULT_STAGE, Document, HttpApi, Store, new_id
from helpers.localcloud.timestamps import to_the_second

QUICK = ("target", "routeKey", "credentialsArn")


def create_api(store: Store, account: str, region: str, members: Document) -> HttpApi:
    """CreateApi, with quick create when a target is given.

    Raises: ``BadRequest``.
    """
    if members.get("protocolType") == "WEBSOCKET":
        raise not_here("WebSocket APIs", "use ProtocolType HTTP")
    if members.get("protocolType") != "HTTP":
        raise BadRequest("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
    if not members.get("name"):
        raise BadRequest("Name is required")
    rules.check_api(members)
    target = members.get("target")
    if not target and (members.get("routeKey") or members.get("credentialsArn")):
        raise BadRequest("RouteKey and CredentialsArn are supported with a target only")
    integration = _quick_integration(target, members.get("credentialsArn")) if target else None
    route_key = members.get("routeKey") or rules.DEFAULT_ROUTE
    rules.check_route_key(route_key)
    api = store.add(account, region, _document(members))
    if integration:
        integration_id = _put(api.integrations, "integrationId", {**integration, "apiGatewayManaged": True})
        _put(
            api.routes,
            "routeId",
            {
                "routeKey": route_key,
                "target": f"integrations/{integration_id}",
                "authorizationType": "NONE",
                "apiKeyRequired": False,
                "apiGatewayManaged": True,
            },
        )
        create_stage(store, api, {"stageName": DEFAULT_STAGE, "autoDeploy": True}, managed=True)
    return api


def update_api(store: Store, api: HttpApi, members: Document) -> None:
    """UpdateApi: what is given replaces what was there.

    Raises: ``BadRequest``, ``NotFound``.
    """
    rules.check_api(members)
    quick = {name: members[name] for name in QUICK if members.get(name) is not None}
    with api.lock:
        if quick:
            _update_quick(api, quick)
        api.document.update({name: value for name, value in members.items() if name not in QUICK})
        auto_deploy(store, api)


def delete_cors(store: Store, api: HttpApi) -> None:
    """DeleteCorsConfiguration."""
    with api.lock:
        api.document.pop("corsConfiguration", None)
        auto_deploy(store, api)


def create_part(store: Store, api: HttpApi, kind: str, members: Document) -> Document:
    """CreateRoute, CreateIntegration or CreateAuthorizer.

    Raises: ``BadRequest``, ``NotFound``, ``Conflict``.
    """
    part = {**members, **({"authorizationType": "NONE", "apiKeyRequired": False, **members} if kind == "Route" else {})}
    with api.lock:
        _check(api, kind, part)
        key = _put(getattr(api, _PARTS[kind][0]), _PARTS[kind][1], part)
        auto_deploy(store, api)
        return api.part(kind, key)


def update_part(store: Store, api: HttpApi, kind: str, key: str, members: Document) -> Document:
    """UpdateRoute, UpdateIntegration or UpdateAuthorizer: what is given replaces what was there.

    Raises: ``BadRequest``, ``NotFound``, ``Conflict``.
    """
    with api.lock:
        old = api.part(kind, key)
        if old.get("apiGatewayManaged") and kind == "Route" and "routeKey" in members:
            raise BadRequest(f"{kind} {key} is managed by API Gateway and cannot be changed; use UpdateApi")
        new = {**old, **members}
        if kind == "Integration":
            new["requestParameters"] = {
                name: value for name, value in (new.get("requestParameters") or {}).items() if value
            }
        if kind == "Route" and members.get("authorizationType") == "NONE":
            new.pop("authorizerId", None)
            new.pop("authorizationScopes", None)
        _check(api, kind, new)
        old.clear()
        old.update({name: value for name, value in new.items() if value not in ({}, [], None)})
        auto_deploy(store, api)
        return old


def delete_part(store: Store, api: HttpApi, kind: str, key: str) -> None:
    """DeleteRoute, DeleteIntegration or DeleteAuthorizer.

    Raises: ``NotFound``, ``Conflict`` (a route uses it).
    """
    with api.lock:
        api.part(kind, key)
        member, value = {"Integration": ("target", f"integrations/{key}"), "Authorizer": ("authorizerId", key)}.get(
            kind, ("", "")
        )
        using = [route for route in api.routes.values() if member and route.get(member) == value]
        if using:
            raise Conflict(
                f"Cannot delete {kind} '{key}' because it is referenced by Route '{using[0]['routeId']}'. Delete or change that route first."
            )
        del getattr(api, _PARTS[kind][0])[key]
        keys = {route["routeKey"] for route in api.routes.values()}
        for stage in api.stages.values():
            stage["routeSettings"] = {
                name: settings for name, settings in stage["routeSettings"].items() if name in keys
            }
        auto_deploy(store, api)


def create_stage(store: Store, api: HttpApi, members: Document, *, managed: bool = False) -> Document:
    """CreateStage; one with AutoDeploy is deployed at once.

    Raises: ``BadRequest``, ``NotFound``, ``Conflict``.
    """
    stage: Document = {
        "autoDeploy": False,
        "defaultRouteSettings": {"detailedMetricsEnabled": False},
        "routeSettings": {},
        "stageVariables": {},
        "tags": {},
        **members,
        "createdDate": to_the_second(store.clock.now()),
        "lastUpdatedDate": to_the_second(store.clock.now()),
    }
    if managed:
        stage["apiGatewayManaged"] = True
    with api.lock:
        rules.check_stage(api, stage)
        check_stage_deployment(stage, members)
        if stage["stageName"] in api.stages:
            raise Conflict("Stage already exists")
        api.stages[stage["stageName"]] = stage
        if stage["autoDeploy"]:
            deploy(store, api, [stage], automatic=True)
        return stage


def update_stage(store: Store, api: HttpApi, name: str, members: Document) -> Document:
    """UpdateStage. Stage variables and route settings are replaced as a whole, an empty variable is removed.

    Raises: ``BadRequest``, ``NotFound``.
    """
    with api.lock:
        old = api.part("Stage", name)
        if old.get("apiGatewayManaged"):
            raise BadRequest(f"Stage {name} is managed by API Gateway and cannot be changed")
        new = {**old, **members, "lastUpdatedDate": to_the_second(store.clock.now())}
        new["stageVariables"] = {key: value for key, value in new["stageVariables"].items() if value}
        if "routeSettings" in members:
            new["routeSettings"] = {**old["routeSettings"], **members["routeSettings"]}
        rules.check_stage(api, new)
        check_stage_deployment(new, members)
        begins = new["autoDeploy"] and not old["autoDeploy"]
        old.update(new)
        if begins:
            deploy(store, api, [old], automatic=True)
        return old


def delete_stage(api: HttpApi, name: str) -> None:
    """DeleteStage.

    Raises: ``NotFound``.
    """
    with api.lock:
        api.part("Stage", name)
        del api.stages[name]


def delete_route_settings(api: HttpApi, name: str, route_key: str) -> None:
    """DeleteRouteSettings.

    Raises: ``NotFound``.
    """
    with api.lock:
        if api.part("Stage", name)["routeSettings"].pop(route_key, None) is None:
            raise NotFound(f"Unable to find Route by key {route_key} within the provided RouteSettings")


def delete_access_log_settings(api: HttpApi, name: str) -> None:
    """DeleteAccessLogSettings.

    Raises: ``NotFound``.
    """
    with api.lock:
        api.part("Stage", name).pop("accessLogSettings", None)


def tags_of(store: Store, account: str, arn: str) -> dict[str, str]:
    """The tags of an API or stage, by its ARN; changing them changes it.

    Raises: ``NotFound``.
    """
    parts = arn.split(":")
    region, path = (parts[3], parts[5].strip("/").split("/")) if len(parts) == 6 else ("", [])
    if len(path) not in (2, 4) or path[0] != "apis":
        raise NotFound(f"Invalid resource identifier specified {arn}")
    api = store.get(account, region, path[1])
    place: dict[str, Any] = api.part("Stage", path[3]) if len(path) == 4 else api.document
    return place["tags"]  # type: ignore[no-any-return]


_PARTS = {
    "Route": ("routes", "routeId"),
    "Integration": ("integrations", "integrationId"),
    "Authorizer": ("authorizers", "authorizerId"),
}


def _check(api: HttpApi, kind: str, part: Document) -> None:
    if kind == "Integration":
        rules_integrations.check_integration(part)
    elif kind == "Authorizer":
        rules_integrations.check_authorizer(part)
    else:
        rules.check_route(api, part)
        for other in api.routes.values():
            if other["routeKey"] == part["routeKey"] and other["routeId"] != part.get("routeId"):
                raise Conflict(f"Route with key {part['routeKey']} already exists for this API")


def _put(parts: dict[str, Document], name: str, part: Document) -> str:
    key = new_id()
    parts[key] = {**part, name: key}
    return key


def _document(members: Document) -> Document:
    return {
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "routeSelectionExpression": "$request.method $request.path",
        "disableExecuteApiEndpoint": False,
        "ipAddressType": "ipv4",
        "tags": {},
        **{name: value for name, value in members.items() if name not in QUICK and value is not None},
    }


def _quick_integration(target: str, credentials: str | None) -> Document:
    integration: Document = {"integrationUri": target}
    if target.startswith("arn:"):
        integration.update(integrationType="AWS_PROXY", payloadFormatVersion="2.0")
    else:
        integration.update(integrationType="HTTP_PROXY", integrationMethod="ANY")
    if credentials:
        integration["credentialsArn"] = credentials
    rules_integrations.check_integration(integration)
    return integration


def _update_quick(api: HttpApi, quick: Document) -> None:
    route = next((one for one in api.routes.values() if one.get("apiGatewayManaged")), None)
    if route is None:
        raise BadRequest("Target, RouteKey and CredentialsArn can be changed for APIs made by quick create only")
    if "routeKey" in quick:
        changed = {**route, "routeKey": quick["routeKey"]}
        _check(api, "Route", changed)
        route.update(changed)
    integration = api.integrations[route["target"].partition("/")[2]]
    if "target" in quick or "credentialsArn" in quick:
        new = _quick_integration(
            quick.get("target") or integration["integrationUri"],
            quick.get("credentialsArn") or integration.get("credentialsArn"),
        )
        integration.update(new)
