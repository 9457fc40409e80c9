"""A deployed API as an OpenAPI document: ``GetExport`` for OpenAPI 3.0 and Swagger 2.0, JSON and YAML.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import RestAPI, Stage

from helpers.localcloud.gateway.control import unavailable
from helpers.localcloud.gateway.openapi_methods import ANY, INTEGRATION
from helpers.localcloud.gateway.openapi_security import AUTHORIZER, AUTHTYPE
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Authorizer, Integration, Method
from helpers.localcloud.timestamps import to_the_second

EXTENSIONS = ("integrations", "authorizers", "apigateway", "postman")
_PREFIX = "x-amazon-apigateway-"
_MODEL = re.compile(r"https://apigateway\.amazonaws\.com/restapis/[^/]+/models/([A-Za-z0-9]+)")
_PLACES = {"header": "header", "querystring": "query", "path": "path"}


def exported(api: RestAPI, stage: Stage, kind: str, extensions: Iterable[str], accepts: str) -> tuple[str, bytes, str]:
    """What a stage serves, as a document.

    kind: ``oas30`` or ``swagger``. extensions: what of API Gateway goes with it: ``integrations``, ``authorizers`` or ``apigateway``, which
    is all. accepts: the media type that the client takes; JSON unless it names YAML.

    Returns: the content type, the document, and a name for its file.
    Raises: ``BadRequestException`` for an unknown kind, and for Postman's extensions.
    """
    wanted = set(extensions)
    if kind not in ("oas30", "swagger"):
        raise BadRequestException(f"No API exporter for type '{kind}'")
    if unknown := sorted(wanted - set(EXTENSIONS)):
        raise BadRequestException(f"Invalid export extension specified: {unknown[0]}")
    if "postman" in wanted:
        raise unavailable("Exports with Postman's extensions are")
    deployment = api.deployments[str(stage.deployment_id)]
    snapshot: ApiSnapshot = deployment.snapshot  # type: ignore[attr-defined]
    made = to_the_second(deployment.created_date)
    info = {"title": snapshot.name, "version": api.version or made}
    if api.description:
        info["description"] = api.description
    document = _Export(snapshot, kind == "swagger", wanted).document(info, str(stage.name))
    if "yaml" in accepts:
        return (
            "application/yaml",
            yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode(),
            f"{kind}_{made}.yaml",
        )
    return "application/json", json.dumps(document, indent=2, ensure_ascii=False).encode(), f"{kind}_{made}.json"


class _Export:
    def __init__(self, api: ApiSnapshot, swagger: bool, extensions: set[str]) -> None:
        self._api = api
        self._swagger = swagger
        self._everything = "apigateway" in extensions
        self._integrations = self._everything or "integrations" in extensions
        self._authorizers = self._everything or "authorizers" in extensions
        self._models = "#/definitions/" if swagger else "#/components/schemas/"
        self._schemes: dict[str, dict[str, Any]] = {}

    def document(self, info: dict[str, Any], stage: str) -> dict[str, Any]:
        host = f"{self._api.id}.execute-api.{self._api.region}.amazonaws.com"
        paths: dict[str, dict[str, Any]] = {}
        for method in sorted(self._api.methods, key=lambda one: (one.resource_path, one.http_method)):
            verb = ANY if method.http_method == "ANY" else method.http_method.lower()
            paths.setdefault(method.resource_path, {})[verb] = self._operation(method)
        if self._authorizers:
            for authorizer in self._api.authorizers.values():
                self._scheme(authorizer)
        schemas = {name: self._referring(json.loads(text or "{}")) for name, text in self._api.models.items()}
        if self._swagger:
            found: dict[str, Any] = {
                "swagger": "2.0",
                "info": info,
                "host": host,
                "basePath": f"/{stage}",
                "schemes": ["https"],
            }
            found |= {"paths": paths, "securityDefinitions": self._schemes, "definitions": schemas}
        else:
            server = {"url": f"https://{host}/{{basePath}}", "variables": {"basePath": {"default": stage}}}
            components = {name: one for name, one in (("schemas", schemas), ("securitySchemes", self._schemes)) if one}
            found = {"openapi": "3.0.1", "info": info, "servers": [server], "paths": paths, "components": components}
        found = {name: one for name, one in found.items() if one or name == "paths"}
        return found | (self._root_extensions() if self._everything else {})

    def _root_extensions(self) -> dict[str, Any]:
        api = self._api
        found: dict[str, Any] = {
            "request-validators": {
                one.name: {"validateRequestBody": one.body, "validateRequestParameters": one.parameters}
                for one in api.validators.values()
            },
            "gateway-responses": {
                one.type: _filled(
                    {
                        "statusCode": one.status,
                        "responseParameters": dict(one.parameters),
                        "responseTemplates": dict(one.templates),
                    }
                )
                for one in api.gateway_responses.values()
            },
            "binary-media-types": list(api.binary_media_types),
            "api-key-source": None if api.api_key_source == "HEADER" else api.api_key_source,
            "policy": _policy(api.policy),
        }
        found = {_PREFIX + name: value for name, value in _filled(found).items()}
        if api.minimum_compression_size is not None:
            found[_PREFIX + "minimum-compression-size"] = api.minimum_compression_size
        return found

    def _operation(self, method: Method) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if method.operation_name:
            found["operationId"] = method.operation_name
        parameters = self._parameters(method)
        if method.models:
            if self._swagger:
                found["consumes"] = list(method.models)
                name = next(iter(method.models.values()))
                parameters.append(
                    {"in": "body", "name": name, "required": True, "schema": {"$ref": self._models + name}}
                )
            else:
                found["requestBody"] = {"content": self._contents(method.models), "required": True}
        if parameters:
            found["parameters"] = parameters
        kinds = list(dict.fromkeys(kind for response in method.responses.values() for kind in response.models))
        if self._swagger and kinds:
            found["produces"] = kinds
        found["responses"] = {
            status: self._response(status, response.parameters, response.models)
            for status, response in method.responses.items()
        } or {"default": {"description": "Default response"}}
        if asked := self._security(method):
            found["security"] = asked
        if self._everything and method.validator_id and method.validator_id in self._api.validators:
            found[_PREFIX + "request-validator"] = self._api.validators[method.validator_id].name
        if self._integrations and method.integration:
            found[INTEGRATION] = _integration(method.integration)
        return found

    def _parameters(self, method: Method) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for part in re.findall(r"\{([^}+]+)\+?\}", method.resource_path):
            found.append({"name": part, "in": "path", "required": True})
        for key, required in method.parameters.items():
            place, name = key.split(".", 3)[2:]
            if place != "path":
                found.append({"name": name, "in": _PLACES[place], "required": required})
        return [one | ({"type": "string"} if self._swagger else {"schema": {"type": "string"}}) for one in found]

    def _response(self, status: str, parameters: Iterable[str], used: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"description": f"{status} response"}
        header: dict[str, Any] = {"type": "string"} if self._swagger else {"schema": {"type": "string"}}
        headers = {name.split(".", 3)[3]: dict(header) for name in parameters}
        if headers:
            found["headers"] = headers
        if used and self._swagger:
            found["schema"] = {"$ref": self._models + next(iter(used.values()))}
        elif used:
            found["content"] = self._contents(used)
        return found

    def _contents(self, used: Any) -> dict[str, Any]:
        return {kind: {"schema": {"$ref": self._models + name}} for kind, name in used.items()}

    def _security(self, method: Method) -> list[dict[str, list[str]]]:
        found: list[dict[str, list[str]]] = []
        authorizer = self._api.authorizers.get(method.authorizer_id or "")
        if authorizer is not None:
            found.append({self._scheme(authorizer): list(method.authorization_scopes)})
        elif method.authorization_type == "AWS_IAM":
            self._schemes["sigv4"] = {"type": "apiKey", "name": "Authorization", "in": "header", AUTHTYPE: "awsSigv4"}
            found.append({"sigv4": []})
        if method.api_key_required:
            self._schemes["api_key"] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
            found.append({"api_key": []})
        return found

    def _scheme(self, authorizer: Authorizer) -> str:
        source = re.fullmatch(r"method\.request\.header\.([^,\s]+)", authorizer.identity_source or "")
        scheme: dict[str, Any] = {"type": "apiKey", "name": source[1] if source else "Unused", "in": "header"}
        default = {"COGNITO_USER_POOLS": "cognito_user_pools", "JWT": None}.get(authorizer.type, "custom")
        if kind := authorizer.settings.get("authType") or default:
            scheme[AUTHTYPE] = kind
        if self._authorizers:
            kept = {
                "type": authorizer.type.lower(),
                "authorizerUri": authorizer.uri,
                "authorizerCredentials": authorizer.settings.get("authorizerCredentials"),
                "identitySource": authorizer.identity_source,
                "identityValidationExpression": authorizer.identity_validation_expression,
                "providerARNs": list(authorizer.provider_arns),
                "jwtConfiguration": authorizer.settings.get("jwtConfiguration"),
            }
            scheme[AUTHORIZER] = _filled(kept)
            if authorizer.type != "JWT":
                scheme[AUTHORIZER]["authorizerResultTtlInSeconds"] = authorizer.ttl
        self._schemes[authorizer.name] = scheme
        return authorizer.name

    def _referring(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._referring(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        found = _MODEL.fullmatch(schema["$ref"]) if isinstance(schema.get("$ref"), str) else None
        if found:
            return {"$ref": self._models + found[1]}
        return {
            name: self._referring(one)
            for name, one in schema.items()
            if name not in ("$schema", "id") or not isinstance(one, str)
        }


def _integration(integration: Integration) -> dict[str, Any]:
    found = _filled(
        {
            "type": integration.type.lower(),
            "uri": integration.uri,
            "httpMethod": integration.http_method,
            "credentials": integration.credentials,
            "requestTemplates": dict(integration.templates),
            "requestParameters": dict(integration.parameters),
            "contentHandling": integration.content_handling,
            "connectionType": integration.connection_type,
            "cacheKeyParameters": list(integration.cache_key_parameters),
            "responses": {
                one.selection_pattern or "default": {"statusCode": status}
                | _filled(
                    {
                        "responseTemplates": dict(one.templates),
                        "responseParameters": dict(one.parameters),
                        "contentHandling": one.content_handling,
                    }
                )
                for status, one in integration.responses.items()
            },
        }
    )
    found["passthroughBehavior"] = integration.passthrough_behavior.lower()
    if integration.timeout_ms != 29_000:
        found["timeoutInMillis"] = integration.timeout_ms
    return found


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _policy(text: str | None) -> Any:
    return json.loads(text) if text else None
