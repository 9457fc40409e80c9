"""Requests that no SDK would send: each is refused, none brings the control plane down."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.conftest import CloudProcess

WRONG: tuple[Any, ...] = (7, "text", [1], {"a": 1}, [[]], {"a": {"b": []}}, True)
BODIES: dict[str, dict[str, Any]] = {
    "POST /restapis": {
        "name": "x",
        "binaryMediaTypes": [],
        "endpointConfiguration": {},
        "minimumCompressionSize": 1,
        "policy": "",
        "tags": {},
        "apiKeySource": "HEADER",
    },
    "PUT /restapis/{api}/resources/{root}/methods/POST": {
        "authorizationType": "NONE",
        "requestParameters": {},
        "requestModels": {},
        "authorizationScopes": [],
        "requestValidatorId": "",
        "authorizerId": "",
    },
    "PUT /restapis/{api}/resources/{root}/methods/GET/integration": {
        "type": "MOCK",
        "requestTemplates": {},
        "requestParameters": {},
        "cacheKeyParameters": [],
        "timeoutInMillis": 50,
        "tlsConfig": {},
        "credentials": "",
        "uri": "",
        "httpMethod": "GET",
        "contentHandling": "",
        "passthroughBehavior": "NEVER",
    },
    "PUT /restapis/{api}/resources/{root}/methods/GET/responses/200": {"responseParameters": {}, "responseModels": {}},
    "POST /restapis/{api}/resources/{root}": {"pathPart": "x"},
    "POST /restapis/{api}/deployments": {"stageName": "prod", "variables": {}, "canarySettings": {}, "description": ""},
    "POST /restapis/{api}/stages": {"stageName": "s", "deploymentId": "x", "variables": {}, "canarySettings": {}},
    "POST /restapis/{api}/authorizers": {
        "name": "a",
        "type": "JWT",
        "jwtConfiguration": {"issuers": [{"issuer": "https://x.example", "audiences": ["a"], "additionalClaims": []}]},
        "identitySource": "method.request.header.A",
        "providerARNs": [],
    },
    "POST /restapis/{api}/models": {"name": "M", "contentType": "application/json", "schema": "{}"},
    "PUT /restapis/{api}/gatewayresponses/THROTTLED": {
        "statusCode": "429",
        "responseParameters": {},
        "responseTemplates": {},
    },
    "PATCH /restapis/{api}": {"patchOperations": [{"op": "replace", "path": "/name", "value": "x"}]},
    "POST /usageplans": {"name": "p", "apiStages": [], "throttle": {}, "quota": {}},
    "POST /apikeys": {"name": "k", "value": "v" * 20, "stageKeys": [], "tags": {}},
}


@pytest.mark.parametrize("operation", BODIES)
def test_values_of_wrong_types_are_refused(
    cloud: CloudProcess, account: str, mocked: dict[str, Any], operation: str
) -> None:
    verb, path = operation.split(" ")
    url = cloud.endpoint_url + path.format(api=mocked["id"], root=mocked["rootResourceId"])
    scope = f"Credential={account}/20260101/us-east-1/apigateway/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    bodies = [json.dumps(BODIES[operation] | {name: wrong}) for name in BODIES[operation] for wrong in WRONG]
    with httpx.Client(headers=headers, timeout=120) as http:
        for body in [*bodies, "[]", "7", "{", "null", '"x"', "[" * 5000]:
            answer = http.request(verb, url, content=body)
            assert answer.status_code < 500, body
