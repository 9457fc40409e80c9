"""HTTP APIs from OpenAPI 3.0 documents, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.localcloud.gateway.http_apis.conftest import Apis


def document(function: str) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": function, "payloadFormatVersion": "2.0"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "loja", "version": "1"},
        "x-amazon-apigateway-cors": {"allowOrigins": ["https://loja.example"]},
        "paths": {
            "/pedidos/{id}": {
                "get": {
                    "operationId": "ler",
                    "security": [{"pool": ["pedidos/ler"]}],
                    "x-amazon-apigateway-integration": integration,
                }
            },
            "/$default": {
                "x-amazon-apigateway-any-method": {
                    "isDefaultRoute": True,
                    "x-amazon-apigateway-integration": {"$ref": "#/components/x-amazon-apigateway-integrations/f"},
                }
            },
        },
        "components": {
            "x-amazon-apigateway-integrations": {"f": integration},
            "securitySchemes": {
                "pool": {
                    "type": "oauth2",
                    "x-amazon-apigateway-authorizer": {
                        "type": "jwt",
                        "identitySource": "$request.header.Authorization",
                        "jwtConfiguration": {
                            "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
                            "audience": ["app"],
                        },
                    },
                }
            },
        },
    }


def parts(apis: Apis, api: str) -> Any:
    routes = {one["RouteKey"]: (one["AuthorizationType"], one.get("AuthorizationScopes"), one.get("OperationName")) for one in apis.aws.get_routes(ApiId=api)["Items"]}  # fmt: skip
    integrations = [(one["IntegrationUri"], one["PayloadFormatVersion"]) for one in apis.aws.get_integrations(ApiId=api)["Items"]]  # fmt: skip
    authorizers = [(one["Name"], one["JwtConfiguration"]) for one in apis.aws.get_authorizers(ApiId=api)["Items"]]
    return routes, integrations, authorizers, apis.aws.get_api(ApiId=api)["CorsConfiguration"]


@pytest.mark.parametrize("kind", ["JSON", "YAML"])
def test_an_api_survives_export_and_import(apis: Apis, kind: str) -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    written = document(function)
    api = apis.aws.import_api(Body=json.dumps(written) if kind == "JSON" else yaml.safe_dump(written))["ApiId"]
    routes, integrations, _, cors = parts(apis, api)
    assert routes == {"GET /pedidos/{id}": ("JWT", ["pedidos/ler"], "ler"), "$default": ("NONE", None, None)}
    assert integrations == [(function, "2.0")]
    assert cors == {"AllowOrigins": ["https://loja.example"]}
    exported = apis.aws.export_api(ApiId=api, Specification="OAS30", OutputType=kind)["body"].read()
    again = apis.aws.import_api(Body=exported.decode())["ApiId"]
    assert parts(apis, again) == parts(apis, api)


def test_an_imported_api_answers_and_is_written_over(apis: Apis) -> None:
    arn = apis.functions.create("ola", "def handler(event, context):\n    return event['routeKey']\n")["FunctionArn"]
    made = apis.aws.import_api(Body=json.dumps(document(arn)))
    apis.endpoints[made["ApiId"]] = made["ApiEndpoint"]
    apis.aws.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    assert apis.call(made["ApiId"], "/x").text == "$default"
    changed = document(arn)
    changed["paths"] = {"/novo": {"get": changed["paths"]["/$default"]["x-amazon-apigateway-any-method"]}}
    del changed["paths"]["/novo"]["get"]["isDefaultRoute"]
    apis.aws.reimport_api(ApiId=made["ApiId"], Body=json.dumps(changed))
    assert apis.call(made["ApiId"], "/novo").text == "GET /novo"
    assert apis.call(made["ApiId"], "/x").status_code == 404


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('{"swagger": "2.0", "info": {"title": "x"}, "paths": {}}', "OpenAPI 3.0"),
        ("{", "malformed"),
        ('{"openapi": "3.0.1", "paths": {}}', "info.title"),
        ('{"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/a": {"get": 1}}}', "Invalid OpenAPI input"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_become_an_api_leaves_none(apis: Apis, body: str, word: str) -> None:
    with pytest.raises(ClientError, match=word):
        apis.aws.import_api(Body=body)
    assert apis.aws.get_apis()["Items"] == []


def test_what_http_apis_do_not_have_is_left_out_and_told(apis: Apis, account: str) -> None:
    written = document("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f")
    read = written["paths"]["/pedidos/{id}"]["get"]
    read["requestBody"] = {"content": {}}
    read["x-amazon-apigateway-integration"] = {
        **read["x-amazon-apigateway-integration"],
        "passthroughBehavior": "never",
    }
    written["paths"]["/mock"] = {"get": {"x-amazon-apigateway-integration": {"type": "mock"}}}
    made = apis.aws.import_api(Body=json.dumps(written))
    assert ["requestBody" in line for line in made["ImportInfo"]] == [True, False]
    assert "passthroughBehavior" in made["ImportInfo"][1]
    assert ["MOCK" in line for line in made["Warnings"]] == [True]
    uris = {one["IntegrationUri"] for one in apis.aws.get_integrations(ApiId=made["ApiId"])["Items"]}
    assert uris == {f"arn:aws:lambda:us-east-1:{account}:function:f"}
    with pytest.raises(ClientError, match="MOCK"):
        apis.aws.import_api(Body=json.dumps(written), FailOnWarnings=True)
