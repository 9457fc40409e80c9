"""moto.apigateway: integrations and the responses of methods and integrations are checked as AWS does, and can be updated."""

from __future__ import annotations

from typing import Any

from moto.apigateway import models
from moto.apigateway.responses import APIGatewayResponse

from helpers.localcloud.gateway import rules_integrations as rules
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    ConflictException,
    NotFoundException,
    one_of,
    part,
    unavailable,
)
from helpers.localcloud.gateway.patch_operations import Field, Operation, apply_patches, entries, setter
from helpers.localcloud.gateway.rules_mappings import (
    RESPONSE_PARAMETER,
    check_request_mapping,
    check_response_headers,
    check_response_mapping,
    refused,
)
from helpers.localcloud.gateway.rules_methods import (
    described_integration,
    described_integration_response,
    described_response,
)
from helpers.localcloud.gateway.rules_models import check_models, status_code
from helpers.localcloud.patches import patch

_WHY = "moto takes what AWS refuses"


def _method_response(call: Call) -> models.MethodResponse:
    return part(call.method().method_responses, call.parts[7], "Response status code")


def _integration_response(call: Call) -> models.IntegrationResponse:
    return part(call.integration().integration_responses or {}, call.parts[8], "Response status code")


@patch("moto.apigateway.responses:APIGatewayResponse.put_method_response", why=_WHY)
def _put_method_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    method, status = call.method(), status_code(call.parts[7])
    if status in method.method_responses:
        raise ConflictException("Response already exists for this resource")
    parameters = call.body.get("responseParameters") or {}
    check_response_headers(parameters)
    used = check_models(call.api, call.body.get("responseModels"))
    response = models.MethodResponse(status, used, parameters)
    method.method_responses[status] = response
    return call.answer(201, described_response(response))


@patch("moto.apigateway.responses:APIGatewayResponse.get_method_response", why=_WHY)
def _get_method_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, described_response(_method_response(call)))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_method_response", why=_WHY)
def _delete_method_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    _method_response(call)
    del call.method().method_responses[call.parts[7]]
    return call.answer(204, None)


def _update_method_response(self: APIGatewayResponse) -> Answer:
    """UpdateMethodResponse: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethodResponse.html"""
    call = Call(self)
    response, api = _method_response(call), call.api

    def header(name: str) -> None:
        if not RESPONSE_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")

    fields = {
        "/responseParameters/{name}": entries(
            response, "response_parameters", lambda value: value.lower() == "true", header
        ),
        "/responseModels/{contentType}": entries(
            response, "response_models", lambda value: check_models(api, {"": value})[""]
        ),
    }
    apply_patches(response, call.patches(), fields)
    return call.answer(200, described_response(response))


@patch("moto.apigateway.responses:APIGatewayResponse.put_integration", why=_WHY)
def _put_integration(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    method = call.method()
    integration = rules.built(call.body, method, call.account)
    integration.cache_namespace = integration.cache_namespace or call.parts[3]
    method.method_integration = integration
    return call.answer(201, described_integration(integration))


@patch("moto.apigateway.responses:APIGatewayResponse.get_integration", why=_WHY)
def _get_integration(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, described_integration(call.integration()))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_integration", why=_WHY)
def _delete_integration(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    call.integration()
    call.method().method_integration = None
    return call.answer(204, None)


def _update_integration(self: APIGatewayResponse) -> Answer:
    """UpdateIntegration: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegration.html"""
    call = Call(self)
    integration, method = call.integration(), call.method()

    def cache_key(operation: Operation) -> None:
        kept = [one for one in integration.cache_key_parameters if one != operation.names[0]]
        integration.cache_key_parameters = kept if operation.op == "remove" else [*kept, operation.names[0]]

    def connection(value: str) -> str:
        if value == "VPC_LINK":
            raise unavailable("Private integrations through a VPC link are")
        one_of(value, ("INTERNET", "VPC_LINK"), "updateIntegrationInput.connectionType")
        return value

    def finish() -> None:
        one_of(integration.integration_type, rules.TYPES, "updateIntegrationInput.type")
        if integration.integration_type != "MOCK" and not integration.http_method:
            raise BadRequestException("Enumeration value for HttpMethod must be non-empty")
        if integration.http_method:
            one_of(integration.http_method, rules.VERBS, "updateIntegrationInput.httpMethod")
        rules.check_credentials(integration.credentials, call.account)
        rules.check_uri(integration.integration_type, integration.uri or "", integration.credentials)
        check_request_mapping(integration.request_parameters or {}, method)
        rules.checked_templates(integration.request_templates)

    fields = {
        "/type": setter(integration, "integration_type"),
        "/uri": setter(integration, "uri"),
        "/httpMethod": setter(integration, "http_method"),
        "/credentials": setter(integration, "credentials", lambda value: value or None),
        "/passthroughBehavior": setter(integration, "passthrough_behaviour", rules.passthrough),
        "/contentHandling": setter(integration, "content_handling", rules.content_handling),
        "/timeoutInMillis": setter(integration, "timeout_in_millis", rules.timeout),
        "/cacheNamespace": setter(integration, "cache_namespace"),
        "/connectionType": setter(integration, "connection_type", connection),
        "/cacheKeyParameters/{name}": Field("add remove", cache_key),
        "/requestParameters/{name}": entries(integration, "request_parameters"),
        "/requestTemplates/{contentType}": entries(integration, "request_templates"),
    }
    apply_patches(integration, call.patches(), fields, finish=finish)
    return call.answer(200, described_integration(integration))


@patch("moto.apigateway.responses:APIGatewayResponse.put_integration_response", why=_WHY)
def _put_integration_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    method, integration, status = call.method(), call.integration(), status_code(call.parts[8])
    part(method.method_responses, status, "Response status code")
    response = rules.response(call.body, status, method)
    integration.integration_responses = {**(integration.integration_responses or {}), status: response}
    return call.answer(201, described_integration_response(response))


@patch("moto.apigateway.responses:APIGatewayResponse.get_integration_response", why=_WHY)
def _get_integration_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, described_integration_response(_integration_response(call)))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_integration_response", why=_WHY)
def _delete_integration_response(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    _integration_response(call)
    (call.integration().integration_responses or {}).pop(call.parts[8])
    return call.answer(204, None)


def _update_integration_response(self: APIGatewayResponse) -> Answer:
    """UpdateIntegrationResponse: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegrationResponse.html"""
    call = Call(self)
    response, method = _integration_response(call), call.method()

    def finish() -> None:
        rules.check_pattern(response.selection_pattern)
        rules.checked_templates({kind: one or "" for kind, one in response.response_templates.items()})
        declared = method.method_responses.get(call.parts[8])
        if response.response_parameters and declared is None:
            raise NotFoundException("Invalid Response status code specified")
        if declared is not None:
            check_response_mapping(response.response_parameters or {}, declared)

    fields = {
        "/selectionPattern": setter(response, "selection_pattern", lambda value: value or None),
        "/contentHandling": setter(response, "content_handling", rules.content_handling),
        "/responseTemplates/{contentType}": entries(response, "response_templates", lambda value: value or None),
        "/responseParameters/{name}": entries(response, "response_parameters"),
    }
    apply_patches(response, call.patches(), fields, finish=finish)
    return call.answer(200, described_integration_response(response))


APIGatewayResponse.update_method_response = _update_method_response  # type: ignore[attr-defined]
APIGatewayResponse.update_integration = _update_integration  # type: ignore[attr-defined]
APIGatewayResponse.update_integration_response = _update_integration_response  # type: ignore[attr-defined]
