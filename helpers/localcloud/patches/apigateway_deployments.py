"""moto.apigateway: deployments are snapshots, and stages keep their settings, canaries included."""

from __future__ import annotations

from typing import Any

from moto.apigateway import models, urls
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.utils import ApigwDeploymentIdentifier

from helpers.localcloud.gateway import rules_stages as rules
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    ConflictException,
    mapping,
    now,
    part,
    text,
    texts,
)
from helpers.localcloud.gateway.patch_operations import apply_patches, setter
from helpers.localcloud.gateway.snapshot import snapshot_of
from helpers.localcloud.patches import patch

_WHY = "moto keeps no snapshot, forgets a stage's settings with each deployment, and drops canaries"


def _deployment(call: Call) -> models.Deployment:
    return part(call.api.deployments, call.parts[3], "Deployment identifier")


def _stage(call: Call) -> models.Stage:
    return part(call.api.stages, call.parts[3], "stage identifier")


def _shown(deployment: models.Deployment, call: Call | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": deployment.id,
        "description": deployment.description or None,
        "createdDate": deployment.created_date,
    }
    wanted = [] if call is None else call.response.querystring.get("embed", [])
    if "apisummary" in [one.lower() for values in wanted for one in values.split(",")]:
        summary: dict[str, dict[str, Any]] = {}
        for method in deployment.snapshot.methods:  # type: ignore[attr-defined]
            summary.setdefault(method.resource_path, {})[method.http_method] = {
                "authorizationType": method.authorization_type,
                "apiKeyRequired": method.api_key_required,
            }
        answer["apiSummary"] = summary
    return answer


def _check_deployable(api: models.RestAPI) -> None:
    methods = [method for resource in api.resources.values() for method in resource.resource_methods.values()]
    if not methods:
        raise BadRequestException("The REST API doesn't contain any methods")
    if not all(method.method_integration for method in methods):
        raise BadRequestException("No integration defined for method")


@patch("moto.apigateway.responses:APIGatewayResponse.create_deployment", why=_WHY)
def _create_deployment(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    api, body = call.api, call.body
    name = rules.check_name(body["stageName"]) if body.get("stageName") else None
    rules.refuse_cache(body)
    variables = rules.check_variables(texts(body.get("variables")))
    stage = api.stages.get(name or "")
    wanted = mapping(body.get("canarySettings"))
    if wanted and not name:
        raise BadRequestException(
            "Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null"
        )
    if wanted and stage is None:
        raise BadRequestException(
            f"Invalid deployment content specified.Stage {name} must already be created before making a canary release deployment"
        )
    if wanted:
        rules.percent(wanted.get("percentTraffic") or 0)
    _check_deployable(api)
    deployment = models.Deployment(  # type: ignore[abstract]
        ApigwDeploymentIdentifier(call.account, call.region, stage_name=name or "").generate(list(api.deployments)),
        name or "",
        text(body.get("description")) or "",
    )
    deployment.created_date = now()
    deployment.snapshot = snapshot_of(api)  # type: ignore[attr-defined]
    api.deployments[deployment.id] = deployment
    if not name:
        return call.answer(201, _shown(deployment))
    if stage is None:
        stage = api.stages[name] = models.Stage(name=name, deployment_id=deployment.id)
    try:
        if wanted:
            stage.canary_settings = rules.canary(api, wanted, deployment.id)  # type: ignore[attr-defined]
        else:
            stage.deployment_id = deployment.id
    except Exception:
        del api.deployments[deployment.id]
        raise
    if body.get("stageDescription") is not None:
        stage.description = text(body["stageDescription"]) or ""
    if variables:
        stage.variables = {**stage.variables, **variables}
    if body.get("tracingEnabled") is not None:
        stage.tracing_enabled = bool(body["tracingEnabled"])
    rules.touched(stage)
    return call.answer(201, _shown(deployment))


@patch("moto.apigateway.responses:APIGatewayResponse.get_deployment", why=_WHY)
def _get_deployment(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, _shown(_deployment(call), call))


@patch("moto.apigateway.responses:APIGatewayResponse.get_deployments", why=_WHY)
def _get_deployments(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(_shown(one) for one in call.api.deployments.values())


@patch("moto.apigateway.responses:APIGatewayResponse.delete_deployment", why="moto deletes what a stage serves")
def _delete_deployment(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    deployment = _deployment(call)
    for stage in call.api.stages.values():
        if deployment.id in (stage.deployment_id, (getattr(stage, "canary_settings", None) or {}).get("deploymentId")):
            raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    del call.api.deployments[deployment.id]
    return call.answer(202, None)


def _update_deployment(self: APIGatewayResponse) -> Answer:
    """UpdateDeployment: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateDeployment.html"""
    call = Call(self)
    deployment = _deployment(call)
    apply_patches(deployment, call.patches(), {"/description": setter(deployment, "description")}, deep=False)
    return call.answer(200, _shown(deployment))


@patch("moto.apigateway.responses:APIGatewayResponse.create_stage", why=_WHY)
def _create_stage(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    api, body = call.api, call.body
    name = rules.check_name(body.get("stageName"))
    call.refuse(documentationVersion="Documentation versions are")
    rules.refuse_cache(body)
    deployment_id = rules.check_deployment(api, body.get("deploymentId"))
    if name in api.stages:
        raise ConflictException("Stage already exists")
    wanted = mapping(body.get("canarySettings"))
    stage = models.Stage(
        name=name,
        deployment_id=deployment_id,
        variables=rules.check_variables(texts(body.get("variables"))),
        description=text(body.get("description")) or "",
        tags=texts(body.get("tags")) or None,
        tracing_enabled=bool(body.get("tracingEnabled")),
    )
    if wanted:
        stage.canary_settings = rules.canary(api, wanted, wanted.get("deploymentId"))  # type: ignore[attr-defined]
    rules.touched(stage)
    api.stages[name] = stage
    return call.answer(201, rules.described(stage))


@patch("moto.apigateway.responses:APIGatewayResponse.get_stage", why=_WHY)
def _get_stage(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, rules.described(_stage(call)))


@patch("moto.apigateway.responses:APIGatewayResponse.get_stages", why=_WHY)
def _get_stages(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    wanted = call.query.get("deploymentId")
    found = [one for one in call.api.stages.values() if not wanted or one.deployment_id == wanted]
    return call.answer(200, {"item": [rules.described(one) for one in found]})


@patch("moto.apigateway.responses:APIGatewayResponse.update_stage", why="moto passes over what it does not know")
def _update_stage(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    stage = _stage(call)
    apply_patches(stage, call.patches(), rules.fields(call.api, stage), finish=lambda: rules.check_whole(stage))
    rules.touched(stage)
    return call.answer(200, rules.described(stage))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_stage", why="moto deletes a stage that a usage plan names")
def _delete_stage(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    stage = _stage(call)
    for plan in call.backend.usage_plans.values():
        if any(one.get("apiId") == call.api.id and one.get("stage") == stage.name for one in plan.api_stages):
            raise BadRequestException(
                f"Cannot delete the stage '{stage.name}'. It is associated with the usage plan '{plan.id}'; remove it there first"
            )
    del call.api.stages[str(stage.name)]
    return call.answer(202, None)


def _flush_cache(self: APIGatewayResponse) -> Answer:
    """FlushStageCache: https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageCache.html. A stage has no cache here, so nothing is left to do."""
    call = Call(self)
    _stage(call)
    return call.answer(202, None)


def _flush_authorizers(self: APIGatewayResponse) -> Answer:
    """FlushStageAuthorizersCache: https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html"""
    from helpers.localcloud import gateway

    call = Call(self)
    stage = _stage(call)
    gateway.plane().authorizers.flush(call.account, call.api.id, str(stage.name))
    return call.answer(202, None)


APIGatewayResponse.update_deployment = _update_deployment  # type: ignore[attr-defined]
APIGatewayResponse.flush_stage_cache = _flush_cache  # type: ignore[attr-defined]
APIGatewayResponse.flush_stage_authorizers_cache = _flush_authorizers  # type: ignore[attr-defined]
urls.url_paths["{0}/restapis/(?P<function_id>[^/]+)/stages/(?P<stage_name>[^/]+)/cache/(?P<kind>[^/]+)$"] = (
    APIGatewayResponse.dispatch
)


@patch("moto.apigateway.models:RestAPI.create_deployment", why="a stack's deployment is a snapshot like any other")
def _deployed_by_a_stack(
    original: Any, self: models.RestAPI, name: str, description: str, stage_variables: Any = None
) -> models.Deployment:
    stage = self.stages.get(name)
    deployment: models.Deployment = original(self, name, description, stage_variables)
    deployment.snapshot = snapshot_of(self)  # type: ignore[attr-defined]
    if stage is not None:
        stage.deployment_id = deployment.id
        self.stages[name] = stage
    return deployment


@patch("moto.apigateway.models:RestAPI.update_integration_mocks", why="requests reach the plane over HTTP, not a mock")
def _no_mocks(original: Any, self: models.RestAPI, stage_name: str) -> None:
    return None
