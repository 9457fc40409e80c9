"""OpenAPI documents become APIs: everything that the document says, what AWS passes over as warnings, and bad documents refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.localcloud.gateway.conftest import FUNCTION_URI, refusal

AS_PRINTED = """\
# Exemplo de template do API Gateway (Swagger/OpenAPI)
swagger: '2.0'
info:
  title: 'API de Exemplo'
  version: '1.0'
basePath: '/prod'
schemes:
  - 'https'
paths:
  /hello:
    get:
      responses:
        '200':
          description: 'Sucesso'
      x-amazon-apigateway-integration:
        uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:hello/invocations'
        httpMethod: 'POST'
        type: 'aws_proxy'
        connectionType: 'INTERNET'
        contentHandling: 'CONVERT_TO_TEXT'
"""

LOJA: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Loja", "version": "2026-11", "description": "The shop's API"},
    "servers": [{"url": "https://example.com/{basePath}", "variables": {"basePath": {"default": "v1/shop"}}}],
    "paths": {
        "/orders": {
            "parameters": [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
            "post": {
                "operationId": "createOrder",
                "parameters": [{"name": "dry", "in": "query", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"Location": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
                            }
                        },
                    },
                    "422": {"description": "refused"},
                },
                "security": [{"shop": []}, {"key": []}],
                "x-amazon-apigateway-request-validator": "all",
                "x-amazon-apigateway-integration": {
                    "type": "aws",
                    "httpMethod": "POST",
                    "uri": FUNCTION_URI,
                    "passthroughBehavior": "never",
                    "timeoutInMillis": 3000,
                    "requestParameters": {"integration.request.header.X-Dry": "method.request.querystring.dry"},
                    "requestTemplates": {"application/json": "$input.json('$')"},
                    "responses": {
                        "default": {
                            "statusCode": "200",
                            "responseParameters": {"method.response.header.Location": "'/orders'"},
                        },
                        ".*stock.*": {"statusCode": 422, "responseTemplates": {"application/json": "{}"}},
                    },
                },
            },
        },
        "/files/{proxy+}": {
            "x-amazon-apigateway-any-method": {
                "parameters": [{"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {},
                "security": [{"users": ["shop/read"]}],
                "x-amazon-apigateway-integration": {"type": "mock"},
            }
        },
    },
    "components": {
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["item"],
                "properties": {
                    "item": {"$ref": "#/components/schemas/Item"},
                    "amount": {"type": "integer", "minimum": 1},
                },
            },
            "Item": {"type": "string", "maxLength": 20},
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "shop": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "custom",
                "x-amazon-apigateway-authorizer": {
                    "type": "token",
                    "authorizerUri": FUNCTION_URI,
                    "identityValidationExpression": "^Bearer .+$",
                    "authorizerResultTtlInSeconds": 60,
                },
            },
            "users": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "cognito_user_pools",
                "x-amazon-apigateway-authorizer": {
                    "type": "cognito_user_pools",
                    "providerARNs": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"],
                },
            },
        },
    },
    "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
    "x-amazon-apigateway-gateway-responses": {
        "THROTTLED": {"statusCode": 429, "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"}}
    },
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "x-amazon-apigateway-api-key-source": "HEADER",
    "x-amazon-apigateway-minimum-compression-size": 1024,
}


def smallest(**more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "small", "version": "1"}, "paths": {}, **more}


def with_schema(schema: Any) -> dict[str, Any]:
    return smallest(components={"schemas": {"Thing": schema}})


def resources(aws: Any, api: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = aws.get_resources(restApiId=api["id"], embed=["methods"])["items"]
    return {one["path"]: one.get("resourceMethods", {}) for one in found}


def test_the_swagger_of_the_post_imports_as_printed(aws: Any) -> None:
    api = aws.import_rest_api(body=AS_PRINTED.encode())
    assert (api["name"], api["version"]) == ("API de Exemplo", "1.0")
    assert "warnings" not in api
    method = resources(aws, api)["/hello"]["GET"]
    integration = method["methodIntegration"]
    assert integration["type"] == "AWS_PROXY"
    assert integration["httpMethod"] == "POST"
    assert integration["contentHandling"] == "CONVERT_TO_TEXT"
    assert integration["connectionType"] == "INTERNET"
    assert set(method["methodResponses"]) == {"200"}
    assert aws.create_deployment(restApiId=api["id"], stageName="prod")["id"]


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["json", "yaml"])
def test_all_parts_of_a_document_become_parts_of_the_api(aws: Any, write: Any) -> None:
    api = aws.import_rest_api(body=write(LOJA).encode(), failOnWarnings=True)
    place = {"restApiId": api["id"]}
    assert api["binaryMediaTypes"] == ["image/png"]
    assert (api["minimumCompressionSize"], api["description"]) == (1024, "The shop's API")
    found = resources(aws, api)
    assert set(found) == {"/", "/orders", "/files", "/files/{proxy+}"}
    post, any_verb = found["/orders"]["POST"], found["/files/{proxy+}"]["ANY"]
    authorizers = {one["name"]: one for one in aws.get_authorizers(**place)["items"]}
    (validator,) = aws.get_request_validators(**place)["items"]
    assert post["operationName"] == "createOrder"
    assert post["requestParameters"] == {"method.request.header.X-Trace": False, "method.request.querystring.dry": True}
    assert post["requestModels"] == {"application/json": "Order"}
    assert post["methodResponses"]["200"]["responseModels"] == {"application/json": "ArrayOfOrder"}
    assert post["methodResponses"]["200"]["responseParameters"] == {"method.response.header.Location": False}
    assert (post["authorizationType"], post["authorizerId"], post["apiKeyRequired"]) == (
        "CUSTOM",
        authorizers["shop"]["id"],
        True,
    )
    assert post["requestValidatorId"] == validator["id"]
    integration = post["methodIntegration"]
    assert (integration["timeoutInMillis"], integration["passthroughBehavior"]) == (3000, "NEVER")
    assert integration["integrationResponses"]["422"]["selectionPattern"] == ".*stock.*"
    assert "selectionPattern" not in integration["integrationResponses"]["200"]
    assert (any_verb["authorizationType"], any_verb["authorizationScopes"]) == ("COGNITO_USER_POOLS", ["shop/read"])
    assert authorizers["shop"]["identitySource"] == "method.request.header.Authorization"
    assert authorizers["shop"]["identityValidationExpression"] == "^Bearer .+$"
    assert authorizers["shop"]["authorizerResultTtlInSeconds"] == 60
    schema = json.loads(aws.get_model(**place, modelName="Order")["schema"])
    assert schema["properties"]["item"] == {
        "$ref": f"https://apigateway.amazonaws.com/restapis/{api['id']}/models/Item"
    }
    flat = json.loads(aws.get_model(**place, modelName="Order", flatten=True)["schema"])
    assert flat["definitions"]["Item"] == {"type": "string", "maxLength": 20}
    throttled = aws.get_gateway_response(**place, responseType="THROTTLED")
    assert (throttled["statusCode"], throttled["defaultResponse"]) == ("429", False)


@pytest.mark.parametrize(
    ("mode", "paths"),
    [
        (None, {"/", "/orders", "/files", "/files/{proxy+}"}),
        ("prepend", {"/", "/v1", "/v1/shop", "/v1/shop/orders", "/v1/shop/files", "/v1/shop/files/{proxy+}"}),
        ("split", {"/", "/shop", "/shop/orders", "/shop/files", "/shop/files/{proxy+}"}),
    ],
)
def test_the_base_path_is_ignored_prepended_or_split(aws: Any, mode: str | None, paths: set[str]) -> None:
    options = {"parameters": {"basepath": mode}} if mode else {}
    assert set(resources(aws, aws.import_rest_api(body=json.dumps(LOJA).encode(), **options))) == paths


def test_a_document_merges_into_an_api_or_replaces_it(aws: Any) -> None:
    api = aws.import_rest_api(body=json.dumps(LOJA).encode())
    before = resources(aws, api)["/orders"]["POST"]["authorizerId"]
    more = smallest(paths={"/health": {"get": {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}}})
    aws.put_rest_api(restApiId=api["id"], mode="merge", body=json.dumps(more).encode())
    assert {"/health", "/orders"} <= set(resources(aws, api))
    aws.put_rest_api(restApiId=api["id"], mode="merge", body=json.dumps(LOJA).encode())
    assert resources(aws, api)["/orders"]["POST"]["authorizerId"] == before
    answer = aws.put_rest_api(restApiId=api["id"], mode="overwrite", body=json.dumps(more).encode())
    assert set(resources(aws, api)) == {"/", "/health"}
    assert aws.get_authorizers(restApiId=api["id"])["items"] == []
    assert answer["rootResourceId"] == api["rootResourceId"]
    assert "binaryMediaTypes" not in answer


def test_a_document_with_errors_leaves_the_api_as_it_was(aws: Any) -> None:
    api = aws.import_rest_api(body=json.dumps(LOJA).encode())
    bad = smallest(
        paths={
            "/new": {
                "get": {"x-amazon-apigateway-integration": {"type": "aws", "httpMethod": "POST", "uri": "nonsense"}}
            }
        }
    )
    code, message = refusal(aws.put_rest_api, restApiId=api["id"], mode="overwrite", body=json.dumps(bad).encode())
    assert code == "BadRequestException"
    assert message == (
        "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/new': "
        "Invalid ARN specified in the request"
    )
    assert set(resources(aws, api)) == {"/", "/orders", "/files", "/files/{proxy+}"}
    count = len(aws.get_rest_apis()["items"])
    refusal(aws.import_rest_api, body=json.dumps(bad).encode())
    assert len(aws.get_rest_apis()["items"]) == count


def test_what_aws_ignores_is_a_warning(aws: Any) -> None:
    document = with_schema({"type": "string", "nullable": True, "example": "x"}) | {"security": [{"key": []}]}
    api = aws.import_rest_api(body=json.dumps(document).encode())
    assert len(api["warnings"]) == 3
    assert json.loads(aws.get_model(restApiId=api["id"], modelName="Thing")["schema"]) == {"type": "string"}
    code, message = refusal(aws.import_rest_api, body=json.dumps(document).encode(), failOnWarnings=True)
    assert (code, message.split("\n")[0]) == ("BadRequestException", "Warnings found during import:")


def bomb() -> str:
    levels = [f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]" for n in range(1, 9)]
    return "\n".join(["openapi: 3.0.0", "a0: &a0 [x]", *levels])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "Invalid OpenAPI input."),
        ("[]", "Invalid OpenAPI input."),
        ("just words", "Invalid OpenAPI input."),
        ("a: b: c", "Failed to parse the uploaded OpenAPI document"),
        (b"\xff\xfe", "Failed to parse the uploaded OpenAPI document"),
        ("!!python/object/apply:os.system ['true']", "Failed to parse the uploaded OpenAPI document"),
        (bomb(), "its aliases make it too large"),
        ("openapi: 3.0.0\nx: &x [*x]", "nested too deeply or in itself"),
        ("openapi: 3.0.0\nx: " + "[" * 50_000, "nested too deeply"),
        (" " * (6 * 1024 * 1024 + 1), "exceeds the limit of 6 MB"),
        (json.dumps({"openapi": "3.1.0", "info": {"title": "x"}}), "Invalid OpenAPI version specified: 3.1.0"),
        (json.dumps({"openapi": "3.0.0", "info": {}, "paths": {}}), "'info/title' is required"),
        (json.dumps(with_schema({"$ref": "https://elsewhere.example/x.json"})), "only references inside of the document"),
        (json.dumps(with_schema({"$ref": "file:///etc/passwd"})), "only references inside of the document"),
        (json.dumps(smallest(paths={"/x": {"$ref": "other.yaml#/x"}})), "only references inside of the document"),
        (json.dumps(smallest(paths={"orders": {}})), "it must begin with '/'"),
        (json.dumps(smallest(**{"x-amazon-apigateway-cors": {}})), "Unsupported extension 'x-amazon-apigateway-cors'"),
        (json.dumps(smallest(paths={"/x": {"get": {"security": [{"nobody": []}]}}})), "Unable to find security scheme 'nobody'"),
        (json.dumps(with_schema({"type": "strange"})), "Unable to create model for 'Thing'"),
        (json.dumps(smallest(paths=7)), "'paths' must be an object"),
    ],
)  # fmt: skip
def test_bad_documents_are_refused_with_a_sentence(aws: Any, body: str | bytes, message: str) -> None:
    code, found = refusal(aws.import_rest_api, body=body if isinstance(body, bytes) else body.encode())
    assert code == "BadRequestException"
    assert message in found
