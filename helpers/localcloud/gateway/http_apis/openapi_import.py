"""An HTTP API from an OpenAPI 3.0 document with API Gateway's extensions.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from helpers.localcloud.gateway.http_apis import control
from helpers.localcloud.gateway.http_apis.deployments import auto_deploy
from helpers.localcloud.gateway.http_apis.errors import BadRequest, HttpApiError, not_here
from helpers.localcloud.gateway.http_apis.rules import METHODS
from helpers.localcloud.gateway.http_apis.store import Document, HttpApi, Store

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"
CORS = "x-amazon-apigateway-cors"
SHARED = "x-amazon-apigateway-integrations"
LARGEST_BYTES = 6 * 1024 * 1024
# The extension's names for what the API names otherwise.
INTEGRATION_NAMES = {"type": "integrationType", "uri": "integrationUri", "httpMethod": "integrationMethod", "credentials": "credentialsArn"}  # fmt: skip
SAME_NAMES = ("payloadFormatVersion", "timeoutInMillis", "requestParameters", "responseParameters", "integrationSubtype", "connectionType", "connectionId", "description", "tlsConfig")  # fmt: skip
_PROXIES = ("AWS_PROXY", "HTTP_PROXY")
_AUTHORIZER_NAMES = ("authorizerUri", "authorizerPayloadFormatVersion", "authorizerResultTtlInSeconds", "enableSimpleResponses", "authorizerCredentialsArn", "identityValidationExpression")  # fmt: skip


@dataclass
class Findings:
    """What an import says about a document. info: what HTTP APIs do not have and was left out. warnings: what is wrong."""

    info: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(
    store: Store, account: str, region: str, text: str, over: HttpApi | None, strict: bool, basepath: str
) -> tuple[HttpApi, Findings]:
    """ImportApi, or ReimportApi when there is an API to write over; the API and what was found.

    strict: a warning fails the import. basepath: ``ignore`` or ``prepend``.
    Raises: ``BadRequest`` and what creating the parts raises; nothing is changed then.
    """
    for name, value in (
        ("Region", region),
        ("AccountId", account),
        ("Partition", "aws"),
        ("URLSuffix", "amazonaws.com"),
    ):
        text = text.replace(f"${{AWS::{name}}}", value)
    document = _parse(text)
    findings = Findings()
    info = document.get("info") or {}
    members: Document = {"protocolType": "HTTP", "name": info.get("title")}
    if not members["name"]:
        raise BadRequest("Invalid OpenAPI input. attribute info.title is missing")
    members.update(
        {name: str(info[name]) for name in ("description", "version") if info.get(name)}
        | ({"corsConfiguration": document[CORS]} if document.get(CORS) else {})
    )
    tags = {
        str(tag["name"]): str(tag["x-amazon-apigateway-tag-value"])
        for tag in document.get("tags") or []
        if "x-amazon-apigateway-tag-value" in tag
    }
    new = control.create_api(store, account, region, {**members, **({"tags": tags} if tags else {})})
    try:
        _fill(store, new, document, _base(document, basepath), findings)
        if strict and findings.warnings:
            raise BadRequest(f"Warnings found during import: {'; '.join(findings.warnings)}")
    except (AttributeError, TypeError, KeyError):
        store.drop(new)
        raise BadRequest("Invalid OpenAPI input. Its parts are not of the types that OpenAPI 3.0 gives them") from None
    except HttpApiError:
        store.drop(new)
        raise
    if over is None:
        return new, findings
    store.drop(new)
    with over.lock:
        over.routes, over.integrations, over.authorizers = new.routes, new.integrations, new.authorizers
        over.document.pop("corsConfiguration", None)
        over.document.update(members)
        if tags:
            over.document["tags"] = tags
        auto_deploy(store, over)
    return over, findings


def _parse(text: str) -> Document:
    if len(text.encode()) > LARGEST_BYTES:
        raise BadRequest("Invalid OpenAPI input. The document is larger than 6 MB")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    if not isinstance(document, dict):
        raise BadRequest("Invalid OpenAPI input. Unable to parse API definition because of a malformed document")
    if "swagger" in document or not str(document.get("openapi", "")).startswith("3.0"):
        raise BadRequest("Invalid OpenAPI input. HTTP APIs can only be imported from an OpenAPI 3.0 definition")
    return document


def _base(document: Document, basepath: str) -> str:
    if basepath == "split":
        raise not_here("basepath=split", "use ignore or prepend")
    if basepath != "prepend" or not document.get("servers"):
        return ""
    server = document["servers"][0]
    base = str((server.get("variables") or {}).get("basePath", {}).get("default") or urlsplit(server["url"]).path)
    return f"/{base.strip('/')}" if base.strip("/") else ""


def _fill(store: Store, api: HttpApi, document: Document, base: str, findings: Findings) -> None:
    components = document.get("components") or {}
    if components.get("schemas"):
        findings.info.append("HTTP APIs do not validate requests: the schemas of the document were ignored")
    authorizers = {
        name: _authorizer(store, api, name, scheme[AUTHORIZER])
        for name, scheme in (components.get("securitySchemes") or {}).items()
        if scheme.get(AUTHORIZER)
    }
    for path, item in (document.get("paths") or {}).items():
        for verb, operation in item.items():
            method = "ANY" if verb == ANY_METHOD else verb.upper()
            if method not in METHODS:
                continue
            default = path == "/$default" or (operation.get("isDefaultRoute") is True)
            route: Document = {"routeKey": "$default" if default else f"{method} {base}{path}"}
            if operation.get("requestBody"):
                findings.info.append(
                    f"HTTP APIs do not validate requests: requestBody of {route['routeKey']} was ignored"
                )
            integration = _integration(store, api, operation, components, route["routeKey"], findings)
            if integration:
                route["target"] = f"integrations/{integration}"
            if operation.get("operationId"):
                route["operationName"] = operation["operationId"]
            route |= _security(operation.get("security") or [], authorizers, findings)
            control.create_part(store, api, "Route", route)


def _resolved(integration: Document, components: Document) -> Document:
    reference = str(integration.get("$ref") or "")
    if not reference:
        return integration
    name = reference.removeprefix(f"#/components/{SHARED}/")
    found = (components.get(SHARED) or {}).get(name)
    if not isinstance(found, dict):
        raise BadRequest(f"Invalid OpenAPI input. Unable to resolve the reference {reference}")
    return found


def _integration(
    store: Store, api: HttpApi, operation: Document, components: Document, route: str, findings: Findings
) -> str | None:
    if not operation.get(INTEGRATION):
        findings.warnings.append(f"No integration found for {route}")
        return None
    written = _resolved(operation[INTEGRATION], components)
    kind = str(written.get("type", "")).upper()
    if kind not in _PROXIES:
        findings.warnings.append(
            f"Integration type {kind} of {route} is not supported: HTTP APIs have {' and '.join(_PROXIES)}"
        )
        return None
    members: Document = {INTEGRATION_NAMES[name]: value for name, value in written.items() if name in INTEGRATION_NAMES}
    members |= {name: value for name, value in written.items() if name in SAME_NAMES}
    ignored = sorted(set(written) - set(INTEGRATION_NAMES) - set(SAME_NAMES))
    if ignored:
        findings.info.append(f"HTTP APIs do not have {', '.join(ignored)}: ignored in the integration of {route}")
    members["integrationType"] = kind
    if "payloadFormatVersion" in members:
        members["payloadFormatVersion"] = str(members["payloadFormatVersion"])
    for key, part in api.integrations.items():
        if all(part.get(name) == value for name, value in members.items()):
            return key
    return str(control.create_part(store, api, "Integration", members)["integrationId"])


def _authorizer(store: Store, api: HttpApi, name: str, written: Document) -> Document:
    source: Any = written.get("identitySource")
    sources = source if isinstance(source, list) else [one.strip() for one in str(source or "").split(",") if one]
    members: Document = {"name": name, "authorizerType": str(written.get("type", "")).upper()}
    members |= {key: written[key] for key in _AUTHORIZER_NAMES if key in written}
    if "authorizerPayloadFormatVersion" in members:
        members["authorizerPayloadFormatVersion"] = str(members["authorizerPayloadFormatVersion"])
    if members["authorizerType"] == "JWT":
        members["jwtConfiguration"] = written.get("jwtConfiguration")
        sources = sources or ["$request.header.Authorization"]
    return control.create_part(store, api, "Authorizer", {**members, "identitySource": sources})


def _security(security: list[Document], authorizers: dict[str, Document], findings: Findings) -> Document:
    for requirement in security:
        for name, scopes in requirement.items():
            if name not in authorizers:
                findings.warnings.append(f"The security scheme {name} has no {AUTHORIZER} and was left out")
                continue
            jwt = authorizers[name]["authorizerType"] == "JWT"
            found: Document = {
                "authorizationType": "JWT" if jwt else "CUSTOM",
                "authorizerId": authorizers[name]["authorizerId"],
            }
            return found | ({"authorizationScopes": scopes} if jwt and scopes else {})
    return {}
