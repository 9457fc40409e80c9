"""A stage as an OpenAPI document: valid, and the same API when it is imported again."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator

from tests.localcloud.gateway.conftest import FUNCTION_URI, refusal
from tests.localcloud.gateway.test_openapi_import import LOJA, resources

GUARDED: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Guarded", "version": "7"},
    "paths": {
        "/": {
            "get": {
                "responses": {"200": {"description": "ok"}},
                "security": [{"sigv4": []}],
                "x-amazon-apigateway-integration": {
                    "type": "http",
                    "httpMethod": "ANY",
                    "uri": "http://${stageVariables.host}/stock",
                    "cacheKeyParameters": ["method.request.querystring.q"],
                    "requestParameters": {"integration.request.header.Id": "context.requestId"},
                    "responses": {"2\\d{2}": {"statusCode": "200", "contentHandling": "CONVERT_TO_TEXT"}},
                },
            },
            "put": {
                "consumes": ["application/json", "application/xml"],
                "parameters": [{"in": "body", "name": "order", "schema": {"$ref": "#/definitions/Order"}}],
                "responses": {"201": {"description": "made"}},
                "security": [{"oidc": ["write"]}],
                "x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{}"}},
            },
            "delete": {
                "responses": {},
                "security": [{"both": []}],
                "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": FUNCTION_URI},
            },
        }
    },
    "definitions": {"Order": {"type": "object", "properties": {"next": {"$ref": "#/definitions/Order"}}}},
    "securityDefinitions": {
        "sigv4": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "oidc": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authorizer": {
                "type": "jwt",
                "jwtConfiguration": {
                    "issuers": [{"issuer": "https://id.example.com", "audiences": ["shop"]}],
                    "defaultAlgorithms": ["RS256"],
                },
            },
        },
        "both": {
            "type": "apiKey",
            "name": "Unused",
            "in": "header",
            "x-amazon-apigateway-authorizer": {
                "type": "request",
                "authorizerUri": FUNCTION_URI,
                "identitySource": "method.request.header.A, method.request.querystring.b",
                "authorizerResultTtlInSeconds": 0,
            },
        },
    },
    "x-amazon-apigateway-api-key-source": "AUTHORIZER",
    "x-amazon-apigateway-policy": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}],
    },
}

VOLATILE = ("authorizerId", "requestValidatorId", "cacheNamespace")


def export(aws: Any, api: dict[str, Any], kind: str, **options: Any) -> Any:
    answer = aws.get_export(restApiId=api["id"], stageName="prod", exportType=kind, **options)
    return answer["body"].read(), answer


def imported(aws: Any, body: bytes) -> dict[str, Any]:
    api = aws.import_rest_api(body=body)
    aws.create_deployment(restApiId=api["id"], stageName="prod")
    return api  # type: ignore[no-any-return]


def without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without(one) for name, one in value.items() if name not in VOLATILE}
    return value


def everything(aws: Any, api: dict[str, Any]) -> dict[str, Any]:
    """All of an API that does not depend on its ids."""
    place = {"restApiId": api["id"]}
    authorizers = {one["id"]: one["name"] for one in aws.get_authorizers(**place)["items"]}
    validators = {one["id"]: one["name"] for one in aws.get_request_validators(**place)["items"]}
    methods = {
        f"{verb} {path}": (
            authorizers.get(method.get("authorizerId")),
            validators.get(method.get("requestValidatorId")),
            without(method),
        )
        for path, verbs in resources(aws, api).items()
        for verb, method in verbs.items()
    }
    found = aws.get_rest_api(restApiId=api["id"])
    return {
        "methods": methods,
        "models": {
            one["name"]: json.loads(one["schema"].replace(api["id"], "ID")) for one in aws.get_models(**place)["items"]
        },
        "authorizers": sorted(
            (
                {name: value for name, value in one.items() if name != "id"}
                for one in aws.get_authorizers(**place)["items"]
            ),
            key=lambda one: one["name"],
        ),
        "gateway": aws.get_gateway_responses(**place)["items"],
        "settings": {
            name: found.get(name)
            for name in (
                "name",
                "version",
                "description",
                "binaryMediaTypes",
                "minimumCompressionSize",
                "apiKeySource",
                "policy",
            )
        },
    }


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
@pytest.mark.parametrize("accepts", ["application/json", "application/yaml"])
@pytest.mark.parametrize("document", [LOJA, GUARDED], ids=["loja", "guarded"])
def test_an_exported_api_imports_as_the_same_api(aws: Any, document: dict[str, Any], kind: str, accepts: str) -> None:
    first = imported(aws, json.dumps(document).encode())
    body, answer = export(aws, first, kind, accepts=accepts, parameters={"extensions": "apigateway"})
    assert answer["contentType"] == accepts
    second = imported(aws, body)
    assert "warnings" not in second
    assert everything(aws, second) == everything(aws, first)


def test_an_export_is_valid_openapi(aws: Any) -> None:
    definitions = pytest.importorskip("schemathesis.specs.openapi.definitions")
    api = imported(aws, json.dumps(LOJA).encode())
    for options in ({}, {"parameters": {"extensions": "apigateway"}}):
        document = json.loads(export(aws, api, "oas30", **options)[0])
        assert list(Draft4Validator(definitions.OPENAPI_30).iter_errors(document)) == []
        document = json.loads(export(aws, api, "swagger", **options)[0])
        assert list(Draft4Validator(definitions.SWAGGER_20).iter_errors(document)) == []


def test_an_export_is_of_the_deployment_and_carries_only_what_is_asked(aws: Any) -> None:
    api = imported(aws, json.dumps(LOJA).encode())
    orders = next(one["id"] for one in aws.get_resources(restApiId=api["id"])["items"] if one["path"] == "/orders")
    aws.delete_method(restApiId=api["id"], resourceId=orders, httpMethod="POST")
    plain = json.loads(export(aws, api, "oas30")[0])
    assert set(plain["paths"]) == {"/orders", "/files/{proxy+}"}
    assert "x-amazon-apigateway-integration" not in json.dumps(plain)
    assert "x-amazon-apigateway-authorizer" not in json.dumps(plain)
    integrations = yaml.safe_load(
        export(aws, api, "swagger", accepts="application/yaml", parameters={"extensions": "integrations"})[0]
    )
    assert integrations["paths"]["/orders"]["post"]["x-amazon-apigateway-integration"]["type"] == "aws"
    assert "x-amazon-apigateway-request-validators" not in integrations


def test_what_cannot_be_exported_is_refused(aws: Any) -> None:
    api = imported(aws, json.dumps(LOJA).encode())
    place = {"restApiId": api["id"], "stageName": "prod"}
    assert refusal(aws.get_export, **place, exportType="raml") == (
        "BadRequestException",
        "No API exporter for type 'raml'",
    )
    postman = refusal(aws.get_export, **place, exportType="oas30", parameters={"extensions": "postman"})
    assert "Postman" in postman[1]
    missing = refusal(aws.get_export, restApiId=api["id"], stageName="none", exportType="oas30")
    assert missing == ("NotFoundException", "Invalid stage identifier specified")
