"""moto.awslambda: event source mappings are kept, checked and polled by the event plane."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult

from helpers.localcloud import events
from helpers.localcloud.compute.errors import LambdaError, Validation
from helpers.localcloud.compute.functions import kept, parse
from helpers.localcloud.events.mappings import EventSourceMapping
from helpers.localcloud.gateway import function_urls
from helpers.localcloud.patches import patch

_WHY = "moto pushes inside of the sender's call, one record at a time, and ignores most of a mapping's settings"


def _answer(status: int, mapping: EventSourceMapping) -> tuple[int, dict[str, Any], str]:
    return status, {"status": status}, json.dumps(mapping.describe())


@patch("moto.awslambda.responses:LambdaResponse.create_event_source_mapping", why=_WHY)
def _create(original: Any, self: LambdaResponse) -> Any:
    try:
        mapping = events.plane().mappings.create(self.current_account, self.region, dict(self.json_body))
    except LambdaError as error:
        return error.answer()
    return _answer(202, mapping)


@patch("moto.awslambda.responses:LambdaResponse.update_event_source_mapping", why=_WHY)
def _update(original: Any, self: LambdaResponse) -> Any:
    try:
        mapping = events.plane().mappings.update(self.current_account, self.region, _uuid(self), dict(self.json_body))
    except LambdaError as error:
        return error.answer()
    return _answer(202, mapping)


@patch("moto.awslambda.responses:LambdaResponse.delete_event_source_mapping", why=_WHY)
def _delete(original: Any, self: LambdaResponse) -> Any:
    try:
        mapping = events.plane().mappings.delete(self.current_account, self.region, _uuid(self))
    except LambdaError as error:
        return error.answer()
    return _answer(202, mapping)


@patch("moto.awslambda.responses:LambdaResponse.get_event_source_mapping", why=_WHY)
def _get(original: Any, self: LambdaResponse) -> Any:
    try:
        mapping = events.plane().mappings.get(self.current_account, self.region, _uuid(self))
    except LambdaError as error:
        return error.answer()
    return _answer(200, mapping)


@patch("moto.awslambda.responses:LambdaResponse.list_event_source_mappings", why=_WHY)
def _list(original: Any, self: LambdaResponse) -> Any:
    asked = {name: values[0] for name, values in self.querystring.items()}
    try:
        found = events.plane().mappings.of(
            self.current_account, self.region, asked.get("EventSourceArn"), asked.get("FunctionName")
        )
    except LambdaError as error:
        return error.answer()
    first = int(asked.get("Marker") or 0)
    last = first + min(int(asked.get("MaxItems") or 100), 100)
    page: dict[str, Any] = {"EventSourceMappings": [one.describe() for one in found[first:last]]}
    if last < len(found):
        page["NextMarker"] = str(last)
    return json.dumps(page)


@patch("moto.awslambda.models:LambdaBackend.create_event_source_mapping", why="a stack's mapping is one like any other")
def _create_for_stack(original: Any, self: LambdaBackend, spec: dict[str, Any]) -> Any:
    return _InStack(events.plane().mappings.create(self.account_id, self.region_name, dict(spec)))


@patch("moto.awslambda.models:LambdaBackend.update_event_source_mapping", why="a stack's mapping is one like any other")
def _update_for_stack(original: Any, self: LambdaBackend, uuid: str, spec: dict[str, Any]) -> Any:
    return _InStack(events.plane().mappings.update(self.account_id, self.region_name, uuid, dict(spec)))


@patch("moto.awslambda.models:LambdaBackend.delete_event_source_mapping", why="a stack's mapping is one like any other")
def _delete_for_stack(original: Any, self: LambdaBackend, uuid: str) -> Any:
    return _InStack(events.plane().mappings.delete(self.account_id, self.region_name, uuid))


@patch("moto.awslambda.models:LambdaBackend.list_event_source_mappings", why="a stack's mapping is one like any other")
def _list_for_stack(original: Any, self: LambdaBackend, event_source_arn: str, function_name: str) -> Any:
    found = events.plane().mappings.of(
        self.account_id, self.region_name, event_source_arn or None, function_name or None
    )
    return [_InStack(one) for one in found]


class _InStack:
    """A mapping as moto's CloudFormation handles it."""

    def __init__(self, mapping: EventSourceMapping) -> None:
        self._mapping = mapping
        self.uuid = self.physical_resource_id = mapping.uuid
        self.type = "AWS::Lambda::EventSourceMapping"

    def delete(self, account_id: str, region_name: str) -> None:
        events.plane().mappings.delete(account_id, region_name, self.uuid)


@patch(
    "moto.awslambda.models:LambdaBackend._get_resource_by_arn",
    why="ListTags, TagResource and UntagResource look for mappings where moto kept its own",
)
def _get_resource_by_arn(original: Any, self: LambdaBackend, arn: str) -> Any:
    before, _, mapping_id = arn.rpartition(":")
    if before.endswith(":event-source-mapping"):
        return events.plane().mappings.get(self.account_id, self.region_name, mapping_id)
    return original(self, arn)


@patch("moto.awslambda.models:LambdaBackend.delete_function", why="its mappings and URLs have nothing to call")
def _delete_function(original: Any, self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
    original(self, function_name, qualifier)
    if qualifier is None:
        name = parse(function_name, None, self.account_id, self.region_name).name
        events.plane().mappings.function_deleted(self.account_id, self.region_name, name)
        function_urls.function_deleted(self.account_id, self.region_name, name)


def _uuid(response: LambdaResponse) -> str:
    return unquote(response.path.rstrip("/").rsplit("/", 1)[1])


def _put_function_recursion_config(self: LambdaResponse) -> ActionResult:
    """PutFunctionRecursionConfig: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html"""
    wanted = self.json_body.get("RecursiveLoop")
    if wanted not in ("Allow", "Terminate"):
        raise Validation(wanted, "recursiveLoop", "Member must satisfy enum value set: [Terminate, Allow]")
    kept(_latest(self)).recursive_loop = wanted
    return ActionResult({"RecursiveLoop": wanted})


def _get_function_recursion_config(self: LambdaResponse) -> ActionResult:
    """GetFunctionRecursionConfig: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html"""
    return ActionResult({"RecursiveLoop": kept(_latest(self)).recursive_loop})


def _latest(response: LambdaResponse) -> Any:
    named = unquote(response.path.rstrip("/").rsplit("/", 2)[1])
    return response.backend.get_function(parse(named, None, response.current_account, response.region).name)


LambdaResponse.put_function_recursion_config = _put_function_recursion_config  # type: ignore[attr-defined]
LambdaResponse.get_function_recursion_config = _get_function_recursion_config  # type: ignore[attr-defined]
urls.url_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/recursion-config/?$"] = (
    LambdaResponse.dispatch
)
