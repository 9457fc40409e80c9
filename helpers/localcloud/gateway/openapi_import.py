"""An API out of an OpenAPI document: ``ImportRestApi`` and ``PutRestApi``, for OpenAPI 3.0 and Swagger 2.0, JSON and YAML.

A document is taken whole or not at all: errors leave the API as it was. What API Gateway passes over is listed in the API's warnings.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from moto.apigateway.exceptions import ApiGatewayException, BadRequestException
from moto.apigateway.models import APIGatewayBackend, RequestValidator, RestAPI
from moto.apigateway.utils import ApigwRequestValidatorIdentifier

from helpers.localcloud.gateway import openapi_document, rules_apis, rules_gateway_responses
from helpers.localcloud.gateway.openapi_document import Document
from helpers.localcloud.gateway.openapi_methods import Operations
from helpers.localcloud.gateway.openapi_schemas import Schemas
from helpers.localcloud.gateway.openapi_security import Security

ROOT_EXTENSIONS = (
    "request-validators",
    "request-validator",
    "gateway-responses",
    "binary-media-types",
    "api-key-source",
    "minimum-compression-size",
    "policy",
    "endpoint-configuration",
    "importexport-version",
    "documentation",
)
_KEPT = (
    "name",
    "description",
    "version",
    "binaryMediaTypes",
    "api_key_source",
    "policy",
    "endpoint_configuration",
    "disableExecuteApiEndpoint",
    "minimum_compression_size",
    "authorizers",
    "gateway_responses",
    "resources",
    "models",
    "request_validators",
    "import_warnings",
)


def import_api(backend: APIGatewayBackend, body: Any, options: Mapping[str, str], *, strict: bool) -> RestAPI:
    """A new API out of a document.

    body: the document as it was sent. options: the query of the request (``basepath``, ``endpointConfigurationTypes``). strict: refuse
    warnings too.

    Raises: ``BadRequestException`` with all errors that were found.
    """
    document = openapi_document.read(body)
    api = rules_apis.created(backend, {"name": _title(document)})
    try:
        _fill(api, document, options, strict=strict)
    except Exception:
        backend.apis.pop(api.id, None)
        raise
    return api


def put_api(api: RestAPI, body: Any, options: Mapping[str, str], *, overwrite: bool, strict: bool) -> None:
    """Bring a document into an API that exists. overwrite: what the document does not have goes; else it stays.

    body, options, strict, raises: as ``import_api``. The API is untouched when the document is refused.
    """
    document = openapi_document.read(body)
    before = {name: copy.deepcopy(getattr(api, name)) for name in _KEPT if hasattr(api, name)}
    try:
        if overwrite:
            _empty(api)
        _fill(api, document, options, strict=strict)
    except Exception:
        vars(api).update(before)
        raise


def _title(document: Document) -> str:
    title = document.section("info").get("title")
    if title in (None, ""):
        raise BadRequestException("Errors found during import:\n\tInvalid OpenAPI document: 'info/title' is required")
    return str(title)


def _empty(api: RestAPI) -> None:
    root = api.resources[api.root_resource_id]
    root.resource_methods = {}
    api.resources = {root.id: root}
    api.models, api.authorizers, api.request_validators, api.gateway_responses = {}, {}, {}, {}
    api.binaryMediaTypes, api.api_key_source, api.policy, api.minimum_compression_size = [], "HEADER", None, None
    api.description = ""


def _fill(api: RestAPI, document: Document, options: Mapping[str, str], *, strict: bool) -> None:
    findings = document.findings
    info = document.section("info")
    api.name = _title(document)
    if isinstance(info.get("description"), str):
        api.description = info["description"]
    if info.get("version") is not None:
        api.version = str(info["version"])
    document.extensions(document.root, ROOT_EXTENSIONS, "the root of the document")
    if "x-amazon-apigateway-documentation" in document.root:
        findings.warn(
            "Ignored 'x-amazon-apigateway-documentation': documentation parts are not part of the local cloud"
        )
    _settings(api, document, options)
    schemas = Schemas(document, api)
    schemas.define()
    security = Security(document, api)
    security.define()
    validators = _validators(api, document)
    _gateway_responses(api, document)
    Operations(document, api, schemas, security, validators).define(_prefix(document, options))
    findings.settle(strict=strict)
    api.import_warnings = list(findings.warnings)  # type: ignore[attr-defined]


def _settings(api: RestAPI, document: Document, options: Mapping[str, str]) -> None:
    root, findings = document.root, document.findings
    endpoint = _endpoint(document)
    kinds = _option(options, "endpointconfigurationtypes")
    given = {
        "binary": root.get("x-amazon-apigateway-binary-media-types"),
        "source": root.get("x-amazon-apigateway-api-key-source"),
        "size": root.get("x-amazon-apigateway-minimum-compression-size"),
        "policy": root.get("x-amazon-apigateway-policy"),
    }
    try:
        if given["binary"] is not None:
            if not isinstance(given["binary"], list) or not all(isinstance(one, str) for one in given["binary"]):
                raise BadRequestException("x-amazon-apigateway-binary-media-types must be a list of media types")
            api.binaryMediaTypes = list(dict.fromkeys([*api.binaryMediaTypes, *given["binary"]]))
        if given["source"] is not None:
            if str(given["source"]).upper() not in rules_apis.KEY_SOURCES:
                raise BadRequestException("x-amazon-apigateway-api-key-source must be one of: [AUTHORIZER, HEADER]")
            api.api_key_source = str(given["source"]).upper()
        if given["size"] is not None:
            api.minimum_compression_size = rules_apis.compression(given["size"])
        if given["policy"] is not None:
            api.policy = rules_apis.policy(given["policy"])
        if kinds or endpoint.get("vpcEndpointIds"):
            api.endpoint_configuration = rules_apis.endpoint(
                {"types": kinds.split(",") if kinds else None, "vpcEndpointIds": endpoint.get("vpcEndpointIds")}
            )
        if endpoint.get("disableExecuteApiEndpoint") is not None:
            api.disableExecuteApiEndpoint = endpoint["disableExecuteApiEndpoint"] is True
    except ApiGatewayException as error:
        findings.errors.append(error.message)


def _endpoint(document: Document) -> dict[str, Any]:
    name = "x-amazon-apigateway-endpoint-configuration"
    found = document.root.get(name)
    servers = document.root.get("servers")
    for server in servers if isinstance(servers, list) else []:
        if isinstance(server, dict):
            found = server.get(name) or found
    return found if isinstance(found, dict) else {}


def _validators(api: RestAPI, document: Document) -> dict[str, str]:
    """The ids of the API's validators by their names."""
    for name, given in document.section("x-amazon-apigateway-request-validators").items():
        if not isinstance(given, dict):
            document.findings.errors.append(f"Unable to create request validator '{name}': it must be an object")
            continue
        known = next((one for one in api.request_validators.values() if one.name == name), None)
        if known is None:
            identifier = ApigwRequestValidatorIdentifier(api.account_id, api.region_name, name)
            known = RequestValidator(identifier.generate(list(api.request_validators)), name, False, False)
            api.request_validators[known.id] = known
        known.validate_request_body = bool(given.get("validateRequestBody"))
        known.validate_request_parameters = bool(given.get("validateRequestParameters"))
    return {one.name: one.id for one in api.request_validators.values()}


def _gateway_responses(api: RestAPI, document: Document) -> None:
    for kind, given in document.section("x-amazon-apigateway-gateway-responses").items():
        try:
            if not isinstance(given, dict):
                raise BadRequestException("it must be an object")
            if unknown := sorted(set(given) - {"statusCode", "responseParameters", "responseTemplates"}):
                raise BadRequestException(f"unsupported property '{unknown[0]}'")
            api.gateway_responses[kind] = rules_gateway_responses.built(kind, given)
        except ApiGatewayException as error:
            document.findings.errors.append(f"Unable to put gateway response '{kind}': {error.message}")


def _option(options: Mapping[str, str], name: str) -> str:
    return next((value for key, value in options.items() if key.lower() == name), "")


def _prefix(document: Document, options: Mapping[str, str]) -> str:
    """What stands before each path, by the base path and what is asked to be done with it."""
    mode = _option(options, "basepath") or "ignore"
    if mode not in ("ignore", "prepend", "split"):
        raise BadRequestException('Enumeration value of basepath must be "ignore", "prepend" or "split"')
    parts = [part for part in _base_path(document).split("/") if part]
    if mode == "ignore" or not parts:
        return ""
    return "".join("/" + part for part in (parts if mode == "prepend" else parts[1:]))


def _base_path(document: Document) -> str:
    if document.swagger:
        return str(document.root.get("basePath") or "")
    servers = document.root.get("servers")
    for server in servers if isinstance(servers, list) else []:
        if not isinstance(server, dict):
            continue
        variables = server.get("variables")
        found = variables.get("basePath") if isinstance(variables, dict) else None
        if isinstance(found, dict):
            return str(found.get("default") or "")
        try:
            path = urlsplit(re.sub(r"\{\w+\}", "x", str(server.get("url") or ""))).path
        except ValueError:
            path = ""
        if path.strip("/"):
            return path
    return ""
