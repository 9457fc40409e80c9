"""An HTTP API as an OpenAPI 3.0 document, so that importing it makes the same API.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
"""

from __future__ import annotations

import copy
import json

import yaml

from helpers.localcloud.gateway.http_apis.errors import BadRequest
from helpers.localcloud.gateway.http_apis.openapi_import import (
    ANY_METHOD,
    AUTHORIZER,
    CORS,
    INTEGRATION,
    INTEGRATION_NAMES,
    SAME_NAMES,
)
from helpers.localcloud.gateway.http_apis.store import Document, HttpApi


def write(api: HttpApi, stage: str | None, extensions: bool, kind: str) -> str:
    """ExportApi. stage: export what it serves, instead of the newest. extensions: with integrations, authorizers and CORS.
    kind: ``JSON`` or ``YAML``.

    Raises: ``NotFound``, ``BadRequest`` (the stage serves nothing yet).
    """
    snapshot = api.snapshot()
    if stage is not None:
        deployed = api.snapshots.get(api.part("Stage", stage).get("deploymentId", ""))
        if deployed is None:
            raise BadRequest(f"Stage {stage} has no deployment")
        snapshot = deployed
    paths: Document = {}
    for key, route in snapshot.routes.items():
        verb, _, path = key.partition(" ")
        operation: Document = {"responses": {"default": {"description": f"Default response for {key}"}}}
        if route.get("operationName"):
            operation["operationId"] = route["operationName"]
        if key == "$default":
            path, verb = "/$default", "ANY"
            operation["isDefaultRoute"] = True
        authorizer = snapshot.authorizers.get(route.get("authorizerId", ""))
        if authorizer:
            operation["security"] = [{authorizer["name"]: route.get("authorizationScopes", [])}]
        names = [part.strip("{}+") for part in path.split("/") if part.startswith("{")]
        if names:
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ]
        integration = snapshot.integrations.get(route.get("target", "").partition("/")[2])
        if extensions and integration:
            operation[INTEGRATION] = _integration(integration)
        paths.setdefault(path, {})[ANY_METHOD if verb == "ANY" else verb.lower()] = operation
    document: Document = {
        "openapi": "3.0.1",
        "info": {"title": api.document["name"], "version": api.document.get("version", "1.0")},
        "servers": [{"url": api.document["apiEndpoint"] + ("" if stage in (None, "$default") else f"/{stage}")}],
        "paths": paths,
    }
    if api.document.get("description"):
        document["info"]["description"] = api.document["description"]
    if snapshot.authorizers:
        document["components"] = {
            "securitySchemes": {one["name"]: _scheme(one, extensions) for one in snapshot.authorizers.values()}
        }
    if extensions:
        if snapshot.cors:
            document[CORS] = snapshot.cors
        document["x-amazon-apigateway-importexport-version"] = "1.0"
    document = copy.deepcopy(document)  # YAML would write what stands twice as an alias
    return json.dumps(document, indent=2) if kind == "JSON" else yaml.safe_dump(document, sort_keys=False)


def _integration(integration: Document) -> Document:
    written = {name: integration[api_name] for name, api_name in INTEGRATION_NAMES.items() if integration.get(api_name)}
    written["type"] = written["type"].lower()
    return written | {name: integration[name] for name in SAME_NAMES if integration.get(name)}


def _scheme(authorizer: Document, extensions: bool) -> Document:
    jwt = authorizer["authorizerType"] == "JWT"
    scheme: Document = {"type": "oauth2", "flows": {}} if jwt else {"type": "apiKey", "name": "Authorization", "in": "header"}  # fmt: skip
    if extensions:
        kept = {
            name: value
            for name, value in authorizer.items()
            if name not in ("authorizerId", "name", "authorizerType", "identitySource")
        }
        source = ",".join(authorizer.get("identitySource") or [])
        scheme[AUTHORIZER] = {"type": authorizer["authorizerType"].lower(), "identitySource": source, **kept}
    return scheme
