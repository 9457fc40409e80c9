"""moto.awslambda, how much at once: account settings, reserved and provisioned concurrency."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaStorage
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import BaseResponse

from helpers.localcloud import compute
from helpers.localcloud.compute import reservations
from helpers.localcloud.compute.errors import (
    InvalidParameterValue,
    LambdaError,
    ProvisionedConcurrencyConfigNotFound,
    ResourceNotFound,
    Validation,
)
from helpers.localcloud.compute.functions import LATEST, Reference, parse
from helpers.localcloud.compute.provisioned import Allocation
from helpers.localcloud.compute.quotas import reserved_by_function
from helpers.localcloud.patches import patch

Answer = tuple[int, dict[str, Any], str]

_CODE_SIZE = 300 * 1024**3
_UNZIPPED, _ZIPPED = 262_144_000, 52_428_800
_MOST_LISTED = 50


def _answered(status: int, operation: Callable[[], Any]) -> Answer:
    try:
        document = operation()
    except LambdaError as error:
        return error.answer()
    body = json.dumps(document) if document is not None else ""
    return status, {"status": status, "Content-Type": "application/json"}, body


def _reference(response: LambdaResponse, qualifier: str | None = None) -> Reference:
    """The function of a request, which exists.

    Raises: ``ResourceNotFound``.
    """
    named = unquote(response.path.rstrip("/").rsplit("/", 2)[1])
    reference = parse(named, qualifier, response.current_account, response.region)
    if reference.name not in response.backend._lambdas._functions:
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    return reference


def _function(response: LambdaResponse) -> tuple[Reference, Any]:
    """A function as a whole, as reserved concurrency wants it, and its unpublished version."""
    reference = _reference(response)
    if reference.qualifier:
        raise InvalidParameterValue(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            "Please specify either a function name or an unqualified function ARN."
        )
    return reference, response.backend._lambdas._functions[reference.name]["latest"]


@patch(
    "moto.awslambda.responses:LambdaResponse.put_function_concurrency",
    why="moto lets a function reserve more than an account has",
)
def _put_function_concurrency(original: Any, self: LambdaResponse) -> Answer:
    def put() -> dict[str, Any]:
        reference, latest = _function(self)
        engine, asked = compute.engine(), self.json_body.get("ReservedConcurrentExecutions")
        latest.reserved_concurrency = reservations.check_reserved(reference, asked, engine.quotas, engine.provisioned)
        return {"ReservedConcurrentExecutions": latest.reserved_concurrency}

    return _answered(200, put)


@patch(
    "moto.awslambda.models:LambdaBackend.put_function_concurrency",
    why="CloudFormation reserves without the checks of the API",
)
def _backend_put(original: Any, self: LambdaBackend, function_name: str, reserved_concurrency: str) -> int:
    function, engine = self.get_function(function_name), compute.engine()
    reference = parse(function_name, None, self.account_id, self.region_name)
    wanted = reservations.check_reserved(reference, int(reserved_concurrency), engine.quotas, engine.provisioned)
    function.reserved_concurrency = wanted
    return wanted


@patch(
    "moto.awslambda.responses:LambdaResponse.get_function_concurrency",
    why="moto answers null where nothing is reserved",
)
def _get_function_concurrency(original: Any, self: LambdaResponse) -> Answer:
    def get() -> dict[str, Any]:
        _, latest = _function(self)
        reserved = latest.reserved_concurrency
        return {} if reserved is None else {"ReservedConcurrentExecutions": int(reserved)}

    return _answered(200, get)


@patch(
    "moto.awslambda.responses:LambdaResponse.delete_function_concurrency", why="moto takes a version for the function"
)
def _delete_function_concurrency(original: Any, self: LambdaResponse) -> Answer:
    def delete() -> None:
        _, latest = _function(self)
        latest.reserved_concurrency = None

    return _answered(204, delete)


def _get_account_settings(self: LambdaResponse) -> Answer:
    """GetAccountSettings: https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html"""
    where = self.current_account, self.region
    quota = compute.engine().quotas.of(*where).concurrency
    storage = self.backend._lambdas
    groups = [group for group in list(storage._functions.values()) if group["latest"] is not None]
    layers = [one for layer in list(self.backend._layers._layers.values()) for one in layer.layer_versions.values()]
    used = sum(one.code_size for group in groups for one in (group["latest"], *group["versions"]))
    used += sum(layer.code_size for layer in layers)
    settings = {
        "AccountLimit": {
            "TotalCodeSize": _CODE_SIZE,
            "CodeSizeUnzipped": _UNZIPPED,
            "CodeSizeZipped": _ZIPPED,
            "ConcurrentExecutions": quota,
            "UnreservedConcurrentExecutions": max(0, quota - sum(reserved_by_function(*where).values())),
        },
        "AccountUsage": {"TotalCodeSize": used, "FunctionCount": len(groups)},
    }
    return _answered(200, lambda: settings)


def _qualified(response: LambdaResponse) -> Reference:
    """The version or alias of a request about provisioned concurrency, which exists and is published."""
    qualifier = (response.querystring.get("Qualifier") or [None])[0]
    reference = _reference(response, qualifier)
    if not reference.qualifier:
        raise Validation("null", "qualifier", "Member must not be null")
    reservations.versions_behind(reference, 1)
    return reference


def _described(allocation: Allocation) -> dict[str, Any]:
    modified = dt.datetime.fromtimestamp(allocation.modified, dt.UTC)
    return {
        "RequestedProvisionedConcurrentExecutions": allocation.requested,
        "AvailableProvisionedConcurrentExecutions": len(allocation.ready),
        "AllocatedProvisionedConcurrentExecutions": len(allocation.ready),
        "Status": allocation.status,
        "LastModified": f"{modified:%Y-%m-%dT%H:%M:%S+0000}",
        **({"StatusReason": allocation.reason} if allocation.status == "FAILED" else {}),
    }


def _put_provisioned_concurrency_config(self: LambdaResponse) -> Answer:
    """PutProvisionedConcurrencyConfig: https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""

    def put() -> dict[str, Any]:
        asked = self.json_body.get("ProvisionedConcurrentExecutions")
        allocation = compute.engine().provision(_qualified(self), asked)
        return {**_described(allocation), "Status": "IN_PROGRESS"}

    return _answered(202, put)


def _allocation(response: LambdaResponse) -> Allocation:
    reference, provisioned = _qualified(response), compute.engine().provisioned
    allocation = provisioned.of(reference.account, reference.region, reference.name).get(str(reference.qualifier))
    if allocation is None:
        raise ProvisionedConcurrencyConfigNotFound
    provisioned.mend(allocation)
    return allocation


def _get_provisioned_concurrency_config(self: LambdaResponse) -> Answer:
    """GetProvisionedConcurrencyConfig and, with ``List=ALL``, ListProvisionedConcurrencyConfigs, which have the same path."""
    if (self.querystring.get("List") or [""])[0] == "ALL":
        return _answered(200, lambda: _listed(self))
    return _answered(200, lambda: _described(_allocation(self)))


def _listed(response: LambdaResponse) -> dict[str, Any]:
    reference = _reference(response)
    function = Reference(reference.account, reference.region, reference.name, None)
    found = sorted(compute.engine().provisioned.of(function.account, function.region, function.name).items())
    try:
        first = int((response.querystring.get("Marker") or ["0"])[0])
        count = int((response.querystring.get("MaxItems") or [_MOST_LISTED])[0])
    except ValueError:
        raise InvalidParameterValue("Invalid Marker or MaxItems") from None
    if not 1 <= count <= _MOST_LISTED:
        bound = f"less than or equal to {_MOST_LISTED}" if count > 1 else "greater than or equal to 1"
        raise Validation(count, "maxItems", f"Member must have value {bound}")
    part = found[max(0, first) : max(0, first) + count]
    configs = [{"FunctionArn": f"{function.arn}:{name}", **_described(one)} for name, one in part]
    more = {"NextMarker": str(first + count)} if first + count < len(found) else {}
    return {"ProvisionedConcurrencyConfigs": configs, **more}


def _delete_provisioned_concurrency_config(self: LambdaResponse) -> Answer:
    """DeleteProvisionedConcurrencyConfig: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html"""

    def delete() -> None:
        reference = _qualified(self)
        where = reference.account, reference.region, reference.name
        if not compute.engine().provisioned.remove(*where, reference.qualifier):
            raise ProvisionedConcurrencyConfigNotFound

    return _answered(204, delete)


def _call_action(self: LambdaResponse) -> Any:
    """Any operation, unless the account asks for too many of them in a second. Invocations have limits of their own."""
    if "/invocations" not in self.path and "/invoke-async" not in self.path:
        try:
            compute.engine().admission.check_api(self.current_account, self.region)
        except LambdaError as error:
            return error.answer()
    return BaseResponse.call_action(self)


LambdaResponse.call_action = _call_action  # type: ignore[assignment,method-assign]
LambdaResponse.get_account_settings = _get_account_settings  # type: ignore[attr-defined]
LambdaResponse.put_provisioned_concurrency_config = _put_provisioned_concurrency_config  # type: ignore[attr-defined]
LambdaResponse.get_provisioned_concurrency_config = _get_provisioned_concurrency_config  # type: ignore[attr-defined]
LambdaResponse.list_provisioned_concurrency_configs = _get_provisioned_concurrency_config  # type: ignore[attr-defined]
LambdaResponse.delete_provisioned_concurrency_config = _delete_provisioned_concurrency_config  # type: ignore[attr-defined]
_FUNCTION = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)"
urls.url_paths[rf"{_FUNCTION}/provisioned-concurrency/?$"] = LambdaResponse.dispatch
urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch


@patch("moto.awslambda.models:LambdaStorage.delete_alias", why="what was provisioned for an alias ends with it")
def _delete_alias(original: Any, self: LambdaStorage, name: str, function_name: str) -> None:
    original(self, name, function_name)
    function = parse(function_name, None, self.account_id, self.region_name).name
    compute.engine().provisioned.remove(self.account_id, self.region_name, function, name)


def follow_alias(account: str, region: str, function: str, alias: LambdaAlias) -> None:
    """Provision the versions that an alias leads to now."""
    reference = Reference(account, region, function, alias.name)
    compute.engine().provisioned.move(
        account, region, function, alias.name, lambda units: reservations.versions_behind(reference, units)
    )


def check_alias_target(account: str, region: str, function: str, name: str, version: str) -> None:
    """Refuse ``$LATEST`` behind an alias for which concurrency is provisioned.

    Raises: ``InvalidParameterValue``.
    """
    if version == LATEST and name in compute.engine().provisioned.of(account, region, function):
        raise InvalidParameterValue(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
