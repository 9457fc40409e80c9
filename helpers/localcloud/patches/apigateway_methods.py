"""moto.apigateway: resources and methods are checked as AWS does, and can be updated."""

from __future__ import annotations

from typing import Any

from moto.apigateway import models
from moto.apigateway.responses import APIGatewayResponse

from helpers.localcloud.gateway import trials
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    ConflictException,
    NotFoundException,
    listed,
    switched,
    text,
)
from helpers.localcloud.gateway.patch_operations import Field, Operation, apply_patches, entries, setter
from helpers.localcloud.gateway.rules_mappings import METHOD_PARAMETER, check_method_parameters, refused
from helpers.localcloud.gateway.rules_methods import authorization, check_verb, described, validator_id
from helpers.localcloud.gateway.rules_models import check_models
from helpers.localcloud.gateway.rules_resources import check_place
from helpers.localcloud.patches import patch

_WHY = "moto takes what AWS refuses, and shows methods that nobody asked for"


def _shown(call: Call, resource: models.Resource) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": resource.id, "path": resource.get_path()}
    if resource.parent_id:
        answer |= {"parentId": resource.parent_id, "pathPart": resource.path_part}
    if resource.resource_methods:
        embedded = "methods" in [
            one for values in call.response.querystring.get("embed", []) for one in values.split(",")
        ]
        answer["resourceMethods"] = {
            verb: described(method) if embedded else {} for verb, method in resource.resource_methods.items()
        }
    return answer


@patch("moto.apigateway.responses:APIGatewayResponse.get_resources", why=_WHY)
def _resources(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(_shown(call, one) for one in sorted(call.api.resources.values(), key=lambda one: one.get_path()))


@patch("moto.apigateway.responses:APIGatewayResponse.get_resource", why=_WHY)
def _resource(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, _shown(call, call.resource()))


@patch("moto.apigateway.responses:APIGatewayResponse.create_resource", why=_WHY)
def _create_resource(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    parent = call.resource()
    part = check_place(call.api, parent, call.body.get("pathPart"))
    return call.answer(201, _shown(call, call.api.add_child(part, parent.id)))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_resource", why="moto leaves the children behind")
def _delete_resource(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    resource = call.resource()
    if not resource.parent_id:
        raise BadRequestException("Root resource cannot be deleted")
    doomed = {resource.id}
    while more := {one.id for one in call.api.resources.values() if one.parent_id in doomed and one.id not in doomed}:
        doomed |= more
    for one in doomed:
        call.api.resources.pop(one, None)
    return call.answer(202, None)


def _update_resource(self: APIGatewayResponse) -> Answer:
    """UpdateResource: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateResource.html"""
    call = Call(self)
    resource, api = call.resource(), call.api

    def moved(operation: Operation) -> None:
        below, ancestor = api.resources.get(operation.value), api.resources.get(operation.value)
        if below is None or not resource.parent_id:
            raise NotFoundException("Invalid Resource identifier specified")
        while ancestor is not None:
            if ancestor.id == resource.id:
                raise BadRequestException("Resources cannot be cyclical.")
            ancestor = api.resources.get(ancestor.parent_id or "")
        check_place(api, below, resource.path_part, itself=resource.id)
        resource.parent_id = below.id

    def renamed(operation: Operation) -> None:
        if not resource.parent_id:
            raise BadRequestException("Root resource cannot be renamed")
        resource.path_part = check_place(api, api.resources[resource.parent_id], operation.value, itself=resource.id)

    apply_patches(
        resource,
        call.patches(),
        {"/parentId": Field("replace", moved), "/pathPart": Field("replace", renamed)},
        deep=False,
    )
    return call.answer(200, _shown(call, resource))


@patch("moto.apigateway.responses:APIGatewayResponse.put_method", why=_WHY)
def _put_method(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    resource, verb, body = call.resource(), check_verb(call.parts[5]), call.body
    if verb in resource.resource_methods:
        raise ConflictException("Method already exists for this resource")
    kind, authorizer = authorization(call.api, body.get("authorizationType"), body.get("authorizerId"))
    parameters = body.get("requestParameters") or {}
    check_method_parameters(parameters)
    method = models.Method(  # type: ignore[abstract]
        verb,
        kind,
        authorizer_id=authorizer,
        authorization_scopes=listed(body.get("authorizationScopes")) or None,
        api_key_required=bool(body.get("apiKeyRequired")),
        request_parameters=parameters or None,
        request_models=check_models(call.api, body.get("requestModels")) or None,
        operation_name=text(body.get("operationName")),
        request_validator_id=validator_id(call.api, body.get("requestValidatorId")),
    )
    resource.resource_methods[verb] = method
    return call.answer(201, described(method))


@patch("moto.apigateway.responses:APIGatewayResponse.get_method", why=_WHY)
def _get_method(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, described(call.method()))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_method", why=_WHY)
def _delete_method(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    call.method()
    call.resource().resource_methods.pop(call.parts[5], None)
    return call.answer(204, None)


def _update_method(self: APIGatewayResponse) -> Answer:
    """UpdateMethod: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethod.html"""
    call = Call(self)
    method, api = call.method(), call.api

    def authorized_by(operation: Operation) -> None:
        method.authorizer_id = operation.value or None

    def scopes(operation: Operation) -> None:
        kept = list(method.authorization_scopes or [])
        if operation.op == "remove":
            if operation.value not in kept:
                raise BadRequestException(f"Invalid authorization scope specified: {operation.value}")
            kept.remove(operation.value)
        elif operation.value not in kept:
            kept.append(operation.value)
        method.authorization_scopes = kept or None

    def parameter(name: str) -> None:
        if not METHOD_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")

    def model(name: str) -> str:
        return check_models(api, {"": name})[""]

    def finish() -> None:
        method.authorization_type, method.authorizer_id = authorization(
            api, method.authorization_type, method.authorizer_id
        )

    fields = {
        "/apiKeyRequired": setter(method, "api_key_required", switched),
        "/authorizationType": setter(method, "authorization_type"),
        "/authorizerId": Field("replace", authorized_by),
        "/authorizationScopes": Field("add remove", scopes),
        "/operationName": setter(method, "operation_name"),
        "/requestParameters/{name}": entries(
            method, "request_parameters", lambda value: bool(value) and switched(value), parameter
        ),
        "/requestModels/{contentType}": entries(method, "request_models", model),
        "/requestValidatorId": setter(method, "request_validator_id", lambda value: validator_id(api, value)),
    }
    apply_patches(method, call.patches(), fields, finish=finish)
    return call.answer(200, described(method))


def _test_invoke_method(self: APIGatewayResponse) -> Answer:
    """TestInvokeMethod: https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html"""
    call = Call(self)
    call.integration()
    return call.answer(200, trials.method(call))


APIGatewayResponse.update_resource = _update_resource  # type: ignore[attr-defined]
APIGatewayResponse.update_method = _update_method  # type: ignore[attr-defined]
APIGatewayResponse.test_invoke_method = _test_invoke_method  # type: ignore[attr-defined]
