"""moto.apigateway: authorizers, models, request validators and gateway responses are checked as AWS does, and can be updated."""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway import models, urls
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.utils import ApigwRequestValidatorIdentifier

from helpers.localcloud.gateway import rules_authorizers, rules_gateway_responses, rules_models, trials
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    ConflictException,
    NotFoundException,
    part,
    switched,
    text,
    unavailable,
)
from helpers.localcloud.gateway.patch_operations import Field, Operation, apply_patches, entries, setter
from helpers.localcloud.patches import patch

_WHY = "moto takes what AWS refuses"


def _authorizer(call: Call) -> models.Authorizer:
    return part(call.api.authorizers, call.parts[3], "Authorizer identifier")


@patch(
    "moto.apigateway.responses:APIGatewayResponse.create_authorizer", why="moto loses the expression that checks tokens"
)
def _create_authorizer(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    authorizer = rules_authorizers.built(call.api, call.body)
    call.api.authorizers[str(authorizer.id)] = authorizer
    return call.answer(201, rules_authorizers.described(authorizer))


@patch("moto.apigateway.responses:APIGatewayResponse.get_authorizer", why=_WHY)
def _get_authorizer(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, rules_authorizers.described(_authorizer(call)))


@patch("moto.apigateway.responses:APIGatewayResponse.get_authorizers", why=_WHY)
def _get_authorizers(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(rules_authorizers.described(one) for one in call.api.authorizers.values())


@patch("moto.apigateway.responses:APIGatewayResponse.delete_authorizer", why="moto deletes what a method names")
def _delete_authorizer(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    authorizer = _authorizer(call)
    if rules_authorizers.users_of(call.api, str(authorizer.id)):
        raise ConflictException(
            f"Authorizer with ID {authorizer.id} is in use. Please remove it from all methods before deleting it"
        )
    del call.api.authorizers[str(authorizer.id)]
    return call.answer(202, None)


@patch("moto.apigateway.responses:APIGatewayResponse.update_authorizer", why="moto cannot add or remove user pools")
def _update_authorizer(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    authorizer = _authorizer(call)

    def pools(operation: Operation) -> None:
        kept = [one for one in authorizer.provider_arns or [] if one != operation.value]
        authorizer.provider_arns = kept if operation.op == "remove" else [*kept, operation.value]

    def jwt(operation: Operation) -> None:
        raise unavailable("Patches of a jwtConfiguration are")

    fields = {
        "/name": setter(authorizer, "name"),
        "/type": setter(authorizer, "type"),
        "/authType": setter(authorizer, "auth_type"),
        "/authorizerUri": setter(authorizer, "authorizer_uri"),
        "/authorizerCredentials": setter(authorizer, "authorizer_credentials", lambda value: value or None),
        "/authorizerResultTtlInSeconds": setter(authorizer, "authorizer_result_ttl", rules_authorizers.checked_ttl),
        "/identitySource": setter(authorizer, "identity_source"),
        "/identityValidationExpression": setter(
            authorizer, "identity_validation_expression", lambda value: value or None
        ),
        "/providerARNs": Field("add remove", pools),
        "/jwtConfiguration": Field("add remove replace", jwt),
    }
    apply_patches(authorizer, call.patches(), fields, finish=lambda: rules_authorizers.check(call.api, authorizer))
    return call.answer(200, rules_authorizers.described(authorizer))


def _test_invoke_authorizer(self: APIGatewayResponse) -> Answer:
    """TestInvokeAuthorizer: https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html"""
    call = Call(self)
    _authorizer(call)
    return call.answer(200, trials.authorizer(call))


def _model(call: Call) -> models.Model:
    found = call.api.models.get(call.parts[3])
    if found is None:
        raise NotFoundException(f"Invalid model name specified: {call.parts[3]}")
    return found


@patch("moto.apigateway.responses:APIGatewayResponse.create_model", why=_WHY)
def _create_model(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    name = rules_models.check_name(call.body.get("name"))
    if name in call.api.models:
        raise ConflictException("Model name already exists for this REST API")
    kind = text(call.body.get("contentType"))
    if not kind:
        raise BadRequestException("Model content type must be non-empty")
    schema = rules_models.check_schema(call.api, call.body.get("schema"), known=frozenset({name}))
    model = call.api.add_model(name, text(call.body.get("description")) or "", schema, kind)
    return call.answer(201, model.to_json())


@patch("moto.apigateway.responses:APIGatewayResponse.get_models", why=_WHY)
def _get_models(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(one.to_json() for one in call.api.models.values())


@patch("moto.apigateway.responses:APIGatewayResponse.get_model", why=_WHY)
def _get_model(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    model = _model(call)
    if not call.flag("flatten"):
        return call.answer(200, model.to_json())
    return call.answer(200, model.to_json() | {"schema": json.dumps(rules_models.flattened(call.api, model))})


@patch("moto.apigateway.responses:APIGatewayResponse.delete_model", why="moto deletes what others refer to")
def _delete_model(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    model = _model(call)
    if users := rules_models.users_of(call.api, model.name):
        raise ConflictException(
            f"Cannot delete model '{model.name}', is referenced in other models: {', '.join(sorted(users))}"
        )
    if rules_models.used_by_methods(call.api, model.name):
        raise ConflictException(f"Cannot delete model '{model.name}', is referenced in API methods")
    del call.api.models[model.name]
    return call.answer(202, None)


def _update_model(self: APIGatewayResponse) -> Answer:
    """UpdateModel: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateModel.html"""
    call = Call(self)
    model = _model(call)
    fields = {
        "/description": setter(model, "description"),
        "/schema": setter(model, "schema", lambda value: rules_models.check_schema(call.api, value)),
    }
    apply_patches(model, call.patches(), fields)
    return call.answer(200, model.to_json())


def _get_model_template(self: APIGatewayResponse) -> Answer:
    raise unavailable("Sample templates of models (GetModelTemplate) are")


def _validator(call: Call) -> models.RequestValidator:
    return part(call.api.request_validators, call.parts[3], "Request Validator identifier")


@patch("moto.apigateway.responses:APIGatewayResponse.create_request_validator", why=_WHY)
def _create_validator(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    name = text(call.body.get("name")) or ""
    validator = models.RequestValidator(
        ApigwRequestValidatorIdentifier(call.account, call.region, name).generate(list(call.api.request_validators)),
        name,
        bool(call.body.get("validateRequestBody")),
        bool(call.body.get("validateRequestParameters")),
    )
    call.api.request_validators[validator.id] = validator
    return call.answer(201, validator.to_dict())


@patch("moto.apigateway.responses:APIGatewayResponse.get_request_validator", why=_WHY)
def _get_validator(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, _validator(call).to_dict())


@patch("moto.apigateway.responses:APIGatewayResponse.get_request_validators", why=_WHY)
def _get_validators(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(one.to_dict() for one in call.api.request_validators.values())


@patch(
    "moto.apigateway.responses:APIGatewayResponse.update_request_validator",
    why="moto takes any path that holds a known word",
)
def _update_validator(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    validator = _validator(call)
    fields = {
        "/name": setter(validator, "name"),
        "/validateRequestBody": setter(validator, "validate_request_body", switched),
        "/validateRequestParameters": setter(validator, "validate_request_parameters", switched),
    }
    apply_patches(validator, call.patches(), fields)
    return call.answer(200, validator.to_dict())


@patch("moto.apigateway.responses:APIGatewayResponse.delete_request_validator", why="moto deletes what a method names")
def _delete_validator(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    validator = _validator(call)
    for resource in call.api.resources.values():
        for method in resource.resource_methods.values():
            if method.request_validator_id == validator.id:
                raise ConflictException(f"Cannot delete request validator {validator.id}, is referenced in API methods")
    del call.api.request_validators[validator.id]
    return call.answer(202, None)


@patch("moto.apigateway.responses:APIGatewayResponse.put_gateway_response", why="moto takes any type and any parameter")
def _put_gateway_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    response = rules_gateway_responses.built(call.parts[3], call.body)
    call.api.gateway_responses[response.response_type] = response
    return call.answer(201, rules_gateway_responses.described(response))


@patch("moto.apigateway.responses:APIGatewayResponse.get_gateway_response", why="moto hides the defaults")
def _get_gateway_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, rules_gateway_responses.one(call.api, call.parts[3]))


@patch("moto.apigateway.responses:APIGatewayResponse.get_gateway_responses", why="moto hides the defaults")
def _get_gateway_responses(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, {"item": rules_gateway_responses.all_of(call.api)})


@patch("moto.apigateway.responses:APIGatewayResponse.delete_gateway_response", why="moto deletes what is not there")
def _delete_gateway_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    kind = rules_gateway_responses.check_type(call.parts[3])
    if kind not in call.api.gateway_responses:
        raise NotFoundException("Gateway response type not defined on api")
    del call.api.gateway_responses[kind]
    return call.answer(202, None)


def _update_gateway_response(self: APIGatewayResponse) -> Answer:
    """UpdateGatewayResponse: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateGatewayResponse.html"""
    call = Call(self)
    kind = rules_gateway_responses.check_type(call.parts[3])
    shown = rules_gateway_responses.one(call.api, kind)
    response = call.api.gateway_responses.get(kind) or rules_gateway_responses.built(kind, shown)
    fields = {
        "/statusCode": setter(response, "status_code", rules_gateway_responses.check_status),
        "/responseParameters/{name}": entries(response, "response_parameters"),
        "/responseTemplates/{contentType}": entries(response, "response_templates"),
    }
    apply_patches(response, call.patches(), fields, finish=lambda: rules_gateway_responses.check(response))
    call.api.gateway_responses[kind] = response
    return call.answer(200, rules_gateway_responses.described(response))


APIGatewayResponse.test_invoke_authorizer = _test_invoke_authorizer  # type: ignore[attr-defined]
APIGatewayResponse.update_model = _update_model  # type: ignore[attr-defined]
APIGatewayResponse.get_model_template = _get_model_template  # type: ignore[attr-defined]
APIGatewayResponse.update_gateway_response = _update_gateway_response  # type: ignore[attr-defined]
urls.url_paths["{0}/restapis/(?P<function_id>[^/]+)/models/(?P<model_name>[^/]+)/default_template$"] = (
    APIGatewayResponse.dispatch
)
