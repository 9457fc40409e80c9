"""The paths of an OpenAPI document as resources and methods, with their parameters, bodies, responses and integrations.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import ApiGatewayException, BadRequestException

from helpers.localcloud.gateway import rules_integrations
from helpers.localcloud.gateway.openapi_document import Document
from helpers.localcloud.gateway.openapi_schemas import Schemas
from helpers.localcloud.gateway.openapi_security import Security
from helpers.localcloud.gateway.rules_mappings import check_method_parameters, check_response_headers
from helpers.localcloud.gateway.rules_resources import by_path

ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
VERBS = ("get", "put", "post", "delete", "patch", "options", "head", ANY)
_BESIDE = ("parameters", "summary", "description", "servers", "$ref")
_EXTENSIONS = ("integration", "request-validator", "auth")
_PLACES = {"header": "header", "query": "querystring", "path": "path"}
_IN_INTEGRATION = frozenset(
    {
        "type",
        "uri",
        "httpMethod",
        "credentials",
        "passthroughBehavior",
        "requestTemplates",
        "requestParameters",
        "contentHandling",
        "timeoutInMillis",
        "cacheKeyParameters",
        "cacheNamespace",
        "connectionType",
        "connectionId",
        "tlsConfig",
        "responseTransferMode",
        "responses",
        "payloadFormatVersion",
    }
)
_IN_RESPONSE = frozenset({"statusCode", "responseParameters", "responseTemplates", "contentHandling"})


class Operations:
    """Makes the resources and methods of an API out of a document's paths. validators: ids by name."""

    def __init__(
        self, document: Document, api: models.RestAPI, schemas: Schemas, security: Security, validators: dict[str, str]
    ) -> None:
        self._document = document
        self._findings = document.findings
        self._api = api
        self._schemas = schemas
        self._security = security
        self._validators = validators

    def define(self, prefix: str) -> None:
        """Make all of them. prefix: stands before each path."""
        paths = self._document.section("paths")
        if "paths" not in self._document.root:
            self._findings.errors.append("Invalid OpenAPI document: 'paths' is required")
        for path, item in paths.items():
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                self._findings.errors.append(f"Unable to create resource at path '{path}': it must begin with '/'")
                continue
            try:
                resource = by_path(self._api, prefix + path)
            except ApiGatewayException as error:
                self._findings.errors.append(f"Unable to create resource at path '{prefix + path}': {error.message}")
                continue
            self._item(resource, prefix + path, self._document.followed(item or {}))

    def _item(self, resource: models.Resource, path: str, item: dict[str, Any]) -> None:
        for name, operation in item.items():
            if name in _BESIDE or (
                name.startswith("x-") and name != ANY and not name.startswith("x-amazon-apigateway-")
            ):
                continue
            if name not in VERBS:
                kind = "extension" if name.startswith("x-") else "method"
                self._findings.errors.append(f"Unsupported {kind} '{name}' for resource at path '{path}'")
                continue
            verb = "ANY" if name == ANY else name.upper()
            where = f"on '{verb}' for resource at path '{path}'"
            if not isinstance(operation, dict):
                self._findings.errors.append(f"Unable to put method {where}: it must be an object")
                continue
            try:
                resource.resource_methods[verb] = self._method(verb, operation, item.get("parameters"), where)
            except ApiGatewayException as error:
                self._findings.errors.append(f"Unable to put method {where}: {error.message}")

    def _method(self, verb: str, operation: dict[str, Any], shared: Any, where: str) -> models.Method:
        self._document.extensions(operation, _EXTENSIONS, f"method {where}")
        parameters, bodies = self._parameters(operation, shared, where)
        check_method_parameters(parameters)
        access = self._security.access(operation, where)
        method = models.Method(  # type: ignore[abstract]
            verb,
            access.kind,
            authorizer_id=access.authorizer_id,
            authorization_scopes=list(access.scopes) or None,
            api_key_required=access.key_required,
            request_parameters=parameters or None,
            request_models=bodies or None,
            operation_name=str(operation["operationId"]) if operation.get("operationId") else None,
            request_validator_id=self._validator(operation, where),
        )
        self._responses(method, operation, where)
        if INTEGRATION in operation:
            self._integration(method, operation[INTEGRATION], where)
        return method

    def _validator(self, operation: dict[str, Any], where: str) -> str | None:
        name = operation.get("x-amazon-apigateway-request-validator")
        name = self._document.root.get("x-amazon-apigateway-request-validator") if name is None else name
        if not name:
            return None
        if not isinstance(name, str) or name not in self._validators:
            self._findings.errors.append(
                f"Unable to put method {where}: Invalid Request Validator name specified: {name}"
            )
            return None
        return self._validators[name]

    def _parameters(self, operation: dict[str, Any], shared: Any, where: str) -> tuple[dict[str, bool], dict[str, str]]:
        parameters: dict[str, bool] = {}
        bodies: dict[str, str] = {}
        for one in [*_listed(shared), *_listed(operation.get("parameters"))]:
            given = self._document.followed(one)
            place, name = given.get("in"), given.get("name")
            if isinstance(place, str) and place in _PLACES and isinstance(name, str):
                parameters[f"method.request.{_PLACES[place]}.{name}"] = given.get("required") is True
            elif place == "body" and self._document.swagger:
                bodies |= self._models(given.get("schema"), self._media("consumes", operation), where)
            elif given:
                self._findings.warn(
                    f"Ignored the parameter '{name}' in '{place}' {where}: API Gateway does not support it"
                )
        if "requestBody" in operation and not self._document.swagger:
            bodies |= self._contents(self._document.followed(operation["requestBody"]), where)
        return parameters, bodies

    def _responses(self, method: models.Method, operation: dict[str, Any], where: str) -> None:
        given = operation.get("responses")
        if given is not None and not isinstance(given, dict):
            self._findings.errors.append(f"Unable to put method response {where}: 'responses' must be an object")
            return
        for status, one in (given or {}).items():
            response = self._document.followed(one)
            if not re.fullmatch(r"[1-5]\d\d", status):
                if (status != "default" or set(response) - {"description"}) and not status.startswith("x-"):
                    self._findings.warn(
                        f"Ignored the response '{status}' {where}: API Gateway needs a status of three digits"
                    )
                continue
            headers = response.get("headers")
            parameters = {
                f"method.response.header.{name}": False for name in (headers if isinstance(headers, dict) else {})
            }
            if self._document.swagger:
                used = self._models(response.get("schema"), self._media("produces", operation), where)
            else:
                used = self._contents(response, where)
            try:
                check_response_headers(parameters)
            except BadRequestException as error:
                self._findings.errors.append(f"Unable to put method response '{status}' {where}: {error.message}")
            method.method_responses[status] = models.MethodResponse(status, used, parameters)  # type: ignore[arg-type]

    def _contents(self, holder: dict[str, Any], where: str) -> dict[str, str]:
        found: dict[str, str] = {}
        content = holder.get("content")
        for kind, media in (content if isinstance(content, dict) else {}).items():
            if isinstance(media, dict):
                found |= self._models(media.get("schema"), [kind], where)
        return found

    def _models(self, schema: Any, kinds: list[str], where: str) -> dict[str, str]:
        if schema is None:
            return {}
        name = self._schemas.model_for(schema, where)
        return {} if name is None else {kind: name for kind in kinds}

    def _media(self, name: str, operation: dict[str, Any]) -> list[str]:
        found = operation.get(name) or self._document.root.get(name) or ["application/json"]
        return [str(one) for one in found] if isinstance(found, list) else ["application/json"]

    def _integration(self, method: models.Method, extension: Any, where: str) -> None:
        given = self._document.followed(extension)
        if unknown := sorted(set(given) - _IN_INTEGRATION):
            self._findings.errors.append(f"Unable to put integration {where}: unsupported property '{unknown[0]}'")
            return
        if given.get("payloadFormatVersion") not in (None, "1.0", 1, 1.0):
            self._findings.warn(f"Ignored 'payloadFormatVersion' {where}: REST APIs use the format 1.0")
        settings = {
            **given,
            "type": str(given.get("type") or "").upper(),
            "httpMethod": str(given["httpMethod"]).upper() if given.get("httpMethod") else None,
            "passthroughBehavior": str(given.get("passthroughBehavior") or "WHEN_NO_MATCH").upper(),
            "connectionType": str(given["connectionType"]).upper() if given.get("connectionType") else None,
            "contentHandling": str(given["contentHandling"]).upper() if given.get("contentHandling") else None,
        }
        try:
            integration = rules_integrations.built(settings, method, self._api.account_id)
        except ApiGatewayException as error:
            self._findings.errors.append(f"Unable to put integration {where}: {error.message}")
            return
        method.method_integration = integration
        responses = given.get("responses") or {}
        if not isinstance(responses, dict):
            self._findings.errors.append(f"Unable to put integration response {where}: 'responses' must be an object")
            return
        made: dict[str, models.IntegrationResponse] = {}
        for pattern, response in responses.items():
            self._integration_response(method, pattern, response, made, where)
        integration.integration_responses = made or None

    def _integration_response(
        self, method: models.Method, pattern: str, given: Any, made: dict[str, models.IntegrationResponse], where: str
    ) -> None:
        try:
            if not isinstance(given, dict):
                raise BadRequestException("it must be an object")
            if unknown := sorted(set(given) - _IN_RESPONSE):
                raise BadRequestException(f"unsupported property '{unknown[0]}'")
            status = str(given.get("statusCode") or "")
            if status not in method.method_responses:
                raise BadRequestException("Invalid Response status code specified")
            if status in made:
                self._findings.warn(f"The status '{status}' stands for several patterns {where}: the last one is kept")
            settings = {**given, "selectionPattern": None if pattern == "default" else pattern}
            if given.get("contentHandling"):
                settings["contentHandling"] = str(given["contentHandling"]).upper()
            made[status] = rules_integrations.response(settings, status, method)
        except ApiGatewayException as error:
            self._findings.errors.append(f"Unable to put integration response '{pattern}' {where}: {error.message}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
