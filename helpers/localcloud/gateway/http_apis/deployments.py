"""Deployments of HTTP APIs: what stages serve, taken by hand or at each change.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.localcloud.gateway.http_apis.errors import BadRequest
from helpers.localcloud.gateway.http_apis.store import Document, HttpApi, Store, new_id
from helpers.localcloud.timestamps import to_the_second

_NO_ROUTE = "At least one route is required before deploying the Api."
_AUTOMATIC = "Automatic deployment triggered by changes to the Api configuration"


def check_stage_deployment(stage: Document, members: Document) -> None:
    """Refuse a deployment chosen by hand for a stage that chooses by itself.

    Raises: ``BadRequest``.
    """
    if stage["autoDeploy"] and members.get("deploymentId"):
        raise BadRequest("Cannot set DeploymentId on a stage when AutoDeploy is enabled")


def create_deployment(store: Store, api: HttpApi, members: Document) -> Document:
    """CreateDeployment, for a stage when one is named.

    Raises: ``BadRequest``, ``NotFound``.
    """
    with api.lock:
        name = members.get("stageName")
        stages = [api.part("Stage", name)] if name else []
        if any(stage["autoDeploy"] for stage in stages):
            raise BadRequest(f"Stage {name} has AutoDeploy enabled: it is deployed at each change")
        if not api.routes:
            raise BadRequest(_NO_ROUTE)
        return deploy(store, api, stages, description=members.get("description"))


def delete_deployment(api: HttpApi, deployment_id: str) -> None:
    """DeleteDeployment.

    Raises: ``NotFound``, ``BadRequest`` (a stage serves it).
    """
    with api.lock:
        api.part("Deployment", deployment_id)
        if any(stage.get("deploymentId") == deployment_id for stage in api.stages.values()):
            raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
        del api.deployments[deployment_id]
        del api.snapshots[deployment_id]


def auto_deploy(store: Store, api: HttpApi) -> None:
    """Deploy what was changed to the stages that want it."""
    stages = [stage for stage in api.stages.values() if stage["autoDeploy"]]
    if stages:
        deploy(store, api, stages, automatic=True)


def deploy(
    store: Store, api: HttpApi, stages: Iterable[Document], *, automatic: bool = False, description: str | None = None
) -> Document:
    """Take a snapshot and let stages serve it. An automatic deployment without a route fails, and the stage says so."""
    if automatic and not api.routes:
        for stage in stages:
            stage["lastDeploymentStatusMessage"] = f"Deployment attempt failed: {_NO_ROUTE}"
        return {}
    deployment: Document = {
        "deploymentId": new_id(6),
        "autoDeployed": automatic,
        "createdDate": to_the_second(store.clock.now()),
        "deploymentStatus": "DEPLOYED",
    }
    if automatic or description:
        deployment["description"] = _AUTOMATIC if automatic else description
    left = []
    for stage in stages:
        left.append(stage.get("deploymentId"))
        stage["deploymentId"] = deployment["deploymentId"]
        if automatic:
            stage["lastDeploymentStatusMessage"] = (
                f"Successfully deployed stage with deployment ID '{deployment['deploymentId']}'"
            )
    api.deployments[deployment["deploymentId"]] = deployment
    api.snapshots[deployment["deploymentId"]] = api.snapshot()
    _drop_unused(api, left)
    return deployment


def _drop_unused(api: HttpApi, left: Iterable[str | None]) -> None:
    # An automatic deployment that no stage serves any more can never be served again; keeping all would grow without end.
    served = {stage.get("deploymentId") for stage in api.stages.values()}
    for old in left:
        if old and old not in served and api.deployments.get(old, {}).get("autoDeployed"):
            del api.deployments[old]
            del api.snapshots[old]
