"""moto.awslambda, what comes after a function: versions, aliases, and the retries of asynchronous invocations."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaAlias, LambdaFunction, LambdaStorage, lambda_backends
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult

from helpers.localcloud import compute
from helpers.localcloud.compute import validation
from helpers.localcloud.compute.errors import InvalidParameterValue, ResourceConflict, ResourceNotFound
from helpers.localcloud.compute.functions import LATEST, kept, parse
from helpers.localcloud.patches import patch
from helpers.localcloud.patches.awslambda import touch
from helpers.localcloud.patches.awslambda_concurrency import check_alias_target, follow_alias


@patch(
    "moto.awslambda.models:LambdaStorage.publish_version",
    why="moto publishes unchanged code again, and reuses the numbers of deleted versions",
)
def _publish_version(original: Any, self: LambdaStorage, name_or_arn: str, description: str = "") -> LambdaFunction:
    latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    group = self._functions[latest.function_name]
    if group["versions"] and not latest.code_or_config_updated:
        return group["versions"][-1]  # type: ignore[no-any-return]
    latest.code_or_config_updated = False
    group["published"] += 1
    version = copy.copy(latest)
    version.set_version(group["published"])
    version.description = description or latest.description
    touch(version)
    group["versions"].append(version)
    self._arns[version.function_arn] = version
    return version


@patch("moto.awslambda.models:LambdaStorage.del_function", why="the environments of a deleted function end with it")
def _del_function(original: Any, self: LambdaStorage, name_or_arn: str, qualifier: str | None = None) -> None:
    reference = parse(name_or_arn, qualifier, self.account_id, self.region_name)
    if reference.qualifier == LATEST:
        raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
    if reference.qualifier and not reference.qualifier.isdigit():
        raise InvalidParameterValue(
            f"Deletion of aliases is not currently supported with this API: {reference.qualifier}"
        )
    if reference.name not in self._functions:
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    aliases = self._aliases[self._functions[reference.name]["latest"].function_arn]
    used_by = [
        alias.arn for alias in aliases.values() if reference.qualifier and reference.qualifier in _versions_of(alias)
    ]
    if used_by:
        raise ResourceConflict(
            f"Version {reference.qualifier} is used by alias(es): {used_by}. Please update or delete the alias(es)."
        )
    kept = dict(aliases) if reference.qualifier else {}
    original(self, reference.name, reference.qualifier)
    self._aliases[f"arn:{self.partition}:lambda:{self.region_name}:{self.account_id}:function:{reference.name}"] = kept
    compute.engine().retire(self.account_id, self.region_name, reference.name, reference.qualifier)


@patch("moto.awslambda.models:LambdaStorage.all", why="moto copies the whole log store with each function")
def _all(original: Any, self: LambdaStorage) -> list[LambdaFunction]:
    functions = []
    for group in list(self._functions.values()):
        latest = copy.copy(group["latest"])
        latest.function_arn += f":{LATEST}"
        functions += [latest, *group["versions"]]
    return functions


@patch("moto.awslambda.models:LambdaStorage.put_alias", why="moto takes any routing configuration")
def _put_alias(
    original: Any,
    self: LambdaStorage,
    name: str,
    function_name: str,
    function_version: str,
    description: str,
    routing_config: Any,
) -> LambdaAlias:
    name_only = parse(function_name, None, self.account_id, self.region_name).name
    validation.check_alias(_backend_of(self), name_only, function_version, routing_config)
    alias: LambdaAlias = original(self, name, function_name, function_version, description, routing_config)
    return alias


@patch(
    "moto.awslambda.models:LambdaStorage.update_alias",
    why="moto takes any routing configuration, and keeps the revision",
)
def _update_alias(
    original: Any,
    self: LambdaStorage,
    name: str,
    function_name: str,
    function_version: str,
    description: str,
    routing_config: Any,
) -> LambdaAlias:
    name_only = parse(function_name, None, self.account_id, self.region_name).name
    version = function_version or self.get_alias(name, function_name).function_version
    validation.check_alias(_backend_of(self), name_only, version, routing_config)
    check_alias_target(self.account_id, self.region_name, name_only, name, version)
    alias: LambdaAlias = original(self, name, function_name, function_version, description, routing_config)
    alias.revision_id = str(uuid.uuid4())
    follow_alias(self.account_id, self.region_name, name_only, alias)
    return alias


@patch(
    "moto.awslambda.responses:LambdaResponse.put_function_event_invoke_config",
    why="moto keeps the first configuration for ever, without its qualifier",
)
def _put_event_invoke_config(original: Any, self: LambdaResponse) -> ActionResult:
    return ActionResult(_store_event_invoke_config(self, {}))


@patch(
    "moto.awslambda.responses:LambdaResponse.update_function_event_invoke_config",
    why="moto replaces instead of updating",
)
def _update_event_invoke_config(original: Any, self: LambdaResponse) -> ActionResult:
    return ActionResult(_store_event_invoke_config(self, _event_invoke_config(self)[1]))


@patch("moto.awslambda.responses:LambdaResponse.get_function_event_invoke_config", why="moto ignores the qualifier")
def _get_event_invoke_config(original: Any, self: LambdaResponse) -> ActionResult:
    return ActionResult(_event_invoke_config(self)[1])


@patch("moto.awslambda.responses:LambdaResponse.delete_function_event_invoke_config", why="moto ignores the qualifier")
def _delete_event_invoke_config(original: Any, self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    function, _, qualifier = _event_invoke_config(self)
    del kept(function).retries[qualifier]
    return 204, {"status": 204}, ""


@patch("moto.awslambda.responses:LambdaResponse.list_function_event_invoke_configs", why="moto lists one at most")
def _list_event_invoke_configs(original: Any, self: LambdaResponse) -> ActionResult:
    function = self.backend.get_function(unquote(self.path.rsplit("/", 3)[1]))
    return ActionResult({"FunctionEventInvokeConfigs": list(kept(function).retries.values())})


def _function_and_qualifier(response: LambdaResponse) -> tuple[LambdaFunction, str, str]:
    named = unquote(response.path.rsplit("/", 2)[1])
    reference = parse(
        named, response.querystring.get("Qualifier", [None])[0], response.current_account, response.region
    )
    function = response.backend.get_function(reference.name, reference.qualifier)
    latest: LambdaFunction = response.backend.get_function(function.function_name)
    qualifier = reference.qualifier or LATEST
    return latest, qualifier, f"{latest.function_arn}:{qualifier}"


def _event_invoke_config(response: LambdaResponse) -> tuple[LambdaFunction, dict[str, Any], str]:
    function, qualifier, arn = _function_and_qualifier(response)
    if qualifier not in kept(function).retries:
        raise ResourceNotFound(f"The function {arn} doesn't have an EventInvokeConfig")
    return function, kept(function).retries[qualifier], qualifier


def _store_event_invoke_config(response: LambdaResponse, before: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = response.json_body
    function, qualifier, arn = _function_and_qualifier(response)
    settings: dict[str, Any] = {
        name: given[name]
        for name in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        if name in given
    }
    if not settings:
        raise InvalidParameterValue("You must specify at least one of error handling or destination setting.")
    validation.check_event_invoke(settings)
    validation.check_number(settings, "MaximumRetryAttempts", 0, 2)
    validation.check_number(settings, "MaximumEventAgeInSeconds", 60, 21_600)
    merged: dict[str, Any] = {"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}, **before, **settings}
    stored = {**merged, "FunctionArn": arn, "LastModified": compute.engine().clock.timestamp()}
    kept(function).retries[qualifier] = stored
    return stored


def _versions_of(alias: LambdaAlias) -> set[str]:
    routing: Any = alias.routing_config or {}
    return {alias.function_version, *(routing.get("AdditionalVersionWeights") or {})}


def _backend_of(storage: LambdaStorage) -> Any:
    return lambda_backends[storage.account_id][storage.region_name]
