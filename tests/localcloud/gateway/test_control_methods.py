"""Resources, methods and integrations through plain boto3: AWS's checks, and all updates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.gateway.conftest import FUNCTION_URI, refusal

POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"


def place(api: dict[str, Any], verb: str = "GET") -> dict[str, Any]:
    return {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": verb}


def test_siblings_and_path_parts_are_checked(aws: Any, api: dict[str, Any]) -> None:
    below = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    orders = aws.create_resource(**below, pathPart="orders")
    assert refusal(aws.create_resource, **below, pathPart="orders") == (
        "ConflictException",
        "Another resource with the same parent already has this name: orders",
    )
    one = aws.create_resource(restApiId=api["id"], parentId=orders["id"], pathPart="{id}")
    assert one["path"] == "/orders/{id}"
    assert refusal(aws.create_resource, restApiId=api["id"], parentId=orders["id"], pathPart="{name}") == (
        "BadRequestException",
        "A sibling ({id}) of this resource already has a variable path part -- only one is allowed",
    )
    assert refusal(aws.create_resource, **below, pathPart="a/b")[0] == "BadRequestException"
    greedy = aws.create_resource(**below, pathPart="{proxy+}")
    below_greedy = refusal(aws.create_resource, restApiId=api["id"], parentId=greedy["id"], pathPart="x")
    assert "greedy path variable" in below_greedy[1]
    renamed = aws.update_resource(
        restApiId=api["id"],
        resourceId=orders["id"],
        patchOperations=[{"op": "replace", "path": "/pathPart", "value": "o"}],
    )
    assert renamed["path"] == "/o"
    cyclical = [{"op": "replace", "path": "/parentId", "value": one["id"]}]
    assert (
        "cyclical"
        in refusal(aws.update_resource, restApiId=api["id"], resourceId=orders["id"], patchOperations=cyclical)[1]
    )
    aws.delete_resource(restApiId=api["id"], resourceId=orders["id"])
    left = {one["path"] for one in aws.get_resources(restApiId=api["id"])["items"]}
    assert left == {"/", "/{proxy+}"}


def test_methods_are_embedded_on_request_and_lists_come_in_pages(aws: Any, mocked: dict[str, Any]) -> None:
    plain = aws.get_resources(restApiId=mocked["id"])["items"][0]
    assert plain["resourceMethods"] == {"GET": {}}
    embedded = aws.get_resources(restApiId=mocked["id"], embed=["methods"])["items"][0]
    assert embedded["resourceMethods"]["GET"]["methodIntegration"]["type"] == "MOCK"
    for number in range(30):
        aws.create_resource(restApiId=mocked["id"], parentId=mocked["rootResourceId"], pathPart=f"r{number}")
    first = aws.get_resources(restApiId=mocked["id"])
    assert len(first["items"]) == 25
    pages = aws.get_paginator("get_resources").paginate(restApiId=mocked["id"], PaginationConfig={"PageSize": 7})
    assert len([one for page in pages for one in page["items"]]) == 31


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"authorizationType": "CUSTOM"}, "Invalid authorizer ID specified."),
        ({"authorizationType": "MAGIC"}, "Invalid authorization type specified."),
        ({"authorizationType": "NONE", "requestModels": {"application/json": "Nope"}}, "Invalid model identifier specified: Nope"),
        ({"authorizationType": "NONE", "requestValidatorId": "nope"}, "Invalid Request Validator identifier specified"),
        ({"authorizationType": "NONE", "requestParameters": {"method.request.cookie.a": True}}, "Invalid mapping expression specified"),
    ],
)  # fmt: skip
def test_a_method_that_aws_refuses_is_refused(
    aws: Any, api: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    code, found = refusal(aws.put_method, **place(api), **settings)
    assert code == "BadRequestException"
    assert found.startswith(message)


def test_a_method_is_updated_part_by_part(aws: Any, mocked: dict[str, Any]) -> None:
    authorizer = aws.create_authorizer(
        restApiId=mocked["id"],
        name="users",
        type="COGNITO_USER_POOLS",
        providerARNs=[POOL],
        identitySource="method.request.header.Authorization",
    )
    changed = aws.update_method(
        **place(mocked),
        patchOperations=[
            {"op": "replace", "path": "/authorizationType", "value": "COGNITO_USER_POOLS"},
            {"op": "replace", "path": "/authorizerId", "value": authorizer["id"]},
            {"op": "add", "path": "/authorizationScopes", "value": "shop/read"},
            {"op": "replace", "path": "/apiKeyRequired", "value": "true"},
            {"op": "add", "path": "/requestParameters/method.request.header.X", "value": "true"},
            {"op": "add", "path": "/requestModels/application~1json", "value": "Empty"},
        ],
    )
    assert changed["authorizationScopes"] == ["shop/read"]
    assert changed["apiKeyRequired"] is True
    assert changed["requestParameters"] == {"method.request.header.X": True}
    assert changed["requestModels"] == {"application/json": "Empty"}
    in_use = refusal(aws.delete_authorizer, restApiId=mocked["id"], authorizerId=authorizer["id"])
    assert in_use[0] == "ConflictException"
    code, _ = refusal(
        aws.update_method,
        **place(mocked),
        patchOperations=[{"op": "replace", "path": "/authorizerId", "value": "nobody"}],
    )
    assert code == "BadRequestException"
    assert aws.get_method(**place(mocked))["authorizerId"] == authorizer["id"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"type": "AWS_PROXY", "uri": FUNCTION_URI}, "Enumeration value for HttpMethod must be non-empty"),
        ({"type": "AWS", "integrationHttpMethod": "POST", "uri": "https://example.com"}, "Invalid ARN specified in the request"),
        ({"type": "AWS", "integrationHttpMethod": "POST", "uri": "arn:aws:lambda:us-east-1:1:function:x"}, "AWS ARN for integration must contain path or action"),
        ({"type": "AWS", "integrationHttpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/q"}, "Role ARN must be specified for AWS integrations"),
        ({"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/q"}, "Integrations of type 'AWS_PROXY' currently only supports"),
        ({"type": "HTTP", "integrationHttpMethod": "GET", "uri": "no address"}, "Invalid HTTP endpoint specified for URI"),
        ({"type": "MOCK", "timeoutInMillis": 30}, "Timeout should be between 50 ms and 29000 ms"),
        ({"type": "MOCK", "passthroughBehavior": "SOMETIMES"}, "Invalid passthrough behavior"),
        ({"type": "MOCK", "requestParameters": {"integration.request.header.A": "method.request.header.B"}}, "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.header.B]"),
        ({"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://x", "connectionType": "VPC_LINK", "connectionId": "x"}, "Private integrations through a VPC link are not part of the local cloud."),
    ],
)  # fmt: skip
def test_an_integration_that_aws_refuses_is_refused(
    aws: Any, mocked: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    code, found = refusal(aws.put_integration, **place(mocked), **settings)
    assert code == "BadRequestException"
    assert found.startswith(message)


def test_an_unknown_type_of_integration_is_refused(aws: Any, mocked: dict[str, Any]) -> None:
    code, found = refusal(aws.put_integration, **place(mocked), type="GRPC")
    assert code == "ValidationException"
    assert "'putIntegrationInput.type' failed to satisfy constraint" in found


def test_integrations_and_responses_are_updated(aws: Any, mocked: dict[str, Any]) -> None:
    assert refusal(aws.put_integration_response, **place(mocked), statusCode="200") == (
        "NotFoundException",
        "Invalid Response status code specified",
    )
    aws.put_method_response(**place(mocked), statusCode="200", responseModels={"application/json": "Empty"})
    undeclared = {"method.response.header.X": "'x'"}
    assert (
        "Invalid mapping expression parameter specified: method.response.header.X"
        in refusal(aws.put_integration_response, **place(mocked), statusCode="200", responseParameters=undeclared)[1]
    )
    aws.update_method_response(
        **place(mocked),
        statusCode="200",
        patchOperations=[{"op": "add", "path": "/responseParameters/method.response.header.X", "value": "false"}],
    )
    aws.put_integration_response(**place(mocked), statusCode="200", responseParameters=undeclared)
    changed = aws.update_integration_response(
        **place(mocked),
        statusCode="200",
        patchOperations=[
            {"op": "replace", "path": "/selectionPattern", "value": "2\\d\\d"},
            {"op": "add", "path": "/responseTemplates/application~1json", "value": "{}"},
        ],
    )
    assert changed["selectionPattern"] == "2\\d\\d"
    assert changed["responseTemplates"] == {"application/json": "{}"}
    integration = aws.update_integration(
        **place(mocked),
        patchOperations=[
            {"op": "replace", "path": "/timeoutInMillis", "value": "1000"},
            {"op": "replace", "path": "/requestTemplates/application~1json", "value": '{"statusCode": 204}'},
            {"op": "replace", "path": "/passthroughBehavior", "value": "NEVER"},
        ],
    )
    assert (integration["timeoutInMillis"], integration["passthroughBehavior"]) == (1000, "NEVER")
    assert integration["requestTemplates"] == {"application/json": '{"statusCode": 204}'}
    assert integration["integrationResponses"]["200"]["selectionPattern"] == "2\\d\\d"
    assert (
        refusal(
            aws.update_integration,
            **place(mocked),
            patchOperations=[{"op": "replace", "path": "/type", "value": "AWS"}],
        )[0]
        == "BadRequestException"
    )
    assert aws.get_integration(**place(mocked))["type"] == "MOCK"


def test_authorizers_are_checked_and_updated(aws: Any, api: dict[str, Any]) -> None:
    token = {"restApiId": api["id"], "name": "shop", "type": "TOKEN"}
    source = "method.request.header.Authorization"
    assert "authorizerUri is required" in refusal(aws.create_authorizer, **token, identitySource=source)[1]
    assert "Identity source" in refusal(aws.create_authorizer, **token, authorizerUri=FUNCTION_URI)[1]
    assert (
        "between 0 and 3600"
        in refusal(
            aws.create_authorizer,
            **token,
            authorizerUri=FUNCTION_URI,
            identitySource=source,
            authorizerResultTtlInSeconds=3601,
        )[1]
    )
    authorizer = aws.create_authorizer(
        **token, authorizerUri=FUNCTION_URI, identitySource=source, identityValidationExpression="^Bearer .*"
    )
    assert authorizer["identityValidationExpression"] == "^Bearer .*"
    assert authorizer["authorizerResultTtlInSeconds"] == 300
    users = aws.create_authorizer(
        restApiId=api["id"], name="users", type="COGNITO_USER_POOLS", providerARNs=[POOL], identitySource=source
    )
    both = aws.update_authorizer(
        restApiId=api["id"],
        authorizerId=users["id"],
        patchOperations=[{"op": "add", "path": "/providerARNs", "value": POOL + "2"}],
    )
    assert both["providerARNs"] == [POOL, POOL + "2"]


def test_a_jwt_authorizer_keeps_its_issuers(aws: Any, api: dict[str, Any]) -> None:
    given = {
        "restApiId": api["id"],
        "name": "oidc",
        "type": "JWT",
        "identitySource": "method.request.header.Authorization",
    }
    assert "jwtConfiguration" in refusal(aws.create_authorizer, **given)[1]
    issuers = [{"issuer": "https://id.example.com", "audiences": ["shop"]}]
    made = aws.create_authorizer(**given, jwtConfiguration={"issuers": issuers, "defaultAlgorithms": ["RS256"]})
    assert made["jwtConfiguration"]["issuers"] == issuers
    insecure = {"issuers": [{"issuer": "http://id.example.com", "audiences": ["shop"]}], "defaultAlgorithms": ["RS256"]}
    assert "Invalid issuer" in refusal(aws.create_authorizer, **given | {"name": "b"}, jwtConfiguration=insecure)[1]


def test_models_are_schemas_of_draft_4_with_plain_names(aws: Any, api: dict[str, Any]) -> None:
    assert {one["name"] for one in aws.get_models(restApiId=api["id"])["items"]} == {"Empty", "Error"}
    given = {"restApiId": api["id"], "contentType": "application/json"}
    assert (
        refusal(aws.create_model, **given, name="my-model", schema="{}")[1]
        == "Model name must be alphanumeric: my-model"
    )
    assert refusal(aws.create_model, **given, name="Bad", schema="{not json")[0] == "BadRequestException"
    assert refusal(aws.create_model, **given, name="Bad", schema='{"type": "strange"}')[0] == "BadRequestException"
    assert refusal(aws.create_model, **given, name="Empty", schema="{}")[0] == "ConflictException"
    aws.create_model(**given, name="Item", schema='{"type": "string"}')
    reference = f"https://apigateway.amazonaws.com/restapis/{api['id']}/models/Item"
    aws.create_model(**given, name="Order", schema=f'{{"items": {{"$ref": "{reference}"}}, "type": "array"}}')
    used = refusal(aws.delete_model, restApiId=api["id"], modelName="Item")
    assert used == ("ConflictException", "Cannot delete model 'Item', is referenced in other models: Order")
    changed = aws.update_model(
        restApiId=api["id"],
        modelName="Item",
        patchOperations=[{"op": "replace", "path": "/schema", "value": '{"type": "integer"}'}],
    )
    assert changed["schema"] == '{"type": "integer"}'


def test_gateway_responses_show_their_defaults(aws: Any, api: dict[str, Any]) -> None:
    shown = {one["responseType"]: one for one in aws.get_gateway_responses(restApiId=api["id"])["items"]}
    assert len(shown) == 21
    assert all(one["defaultResponse"] for one in shown.values())
    assert shown["THROTTLED"]["statusCode"] == "429"
    assert "statusCode" not in shown["DEFAULT_4XX"]
    aws.put_gateway_response(restApiId=api["id"], responseType="THROTTLED", statusCode="503")
    changed = aws.update_gateway_response(
        restApiId=api["id"],
        responseType="THROTTLED",
        patchOperations=[
            {"op": "add", "path": "/responseParameters/gatewayresponse.header.Retry-After", "value": "'1'"}
        ],
    )
    assert changed["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}
    assert (changed["statusCode"], changed["defaultResponse"]) == ("503", False)
    aws.delete_gateway_response(restApiId=api["id"], responseType="THROTTLED")
    assert aws.get_gateway_response(restApiId=api["id"], responseType="THROTTLED")["defaultResponse"] is True
    assert refusal(aws.put_gateway_response, restApiId=api["id"], responseType="TEAPOT")[0] == "ValidationException"


def test_an_api_is_updated_and_tagged(aws: Any, api: dict[str, Any]) -> None:
    changed = aws.update_rest_api(
        restApiId=api["id"],
        patchOperations=[
            {"op": "add", "path": "/binaryMediaTypes/image~1png"},
            {"op": "add", "path": "/binaryMediaTypes/*~1*"},
            {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
            {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "false"},
            {"op": "replace", "path": "/minimumCompressionSize", "value": "0"},
            {"op": "replace", "path": "/apiKeySource", "value": "AUTHORIZER"},
        ],
    )
    assert changed["binaryMediaTypes"] == ["*/*"]
    assert (changed["disableExecuteApiEndpoint"], changed["minimumCompressionSize"]) == (False, 0)
    assert changed["apiKeySource"] == "AUTHORIZER"
    wrong = [{"op": "replace", "path": "/policy", "value": "{}"}]
    assert "Invalid policy document" in refusal(aws.update_rest_api, restApiId=api["id"], patchOperations=wrong)[1]
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}"
    aws.tag_resource(resourceArn=arn, tags={"team": "shop", "env": "test"})
    aws.untag_resource(resourceArn=arn, tagKeys=["env"])
    assert aws.get_tags(resourceArn=arn)["tags"] == {"team": "shop"}
    aws.delete_rest_api(restApiId=api["id"])
    assert refusal(aws.get_rest_api, restApiId=api["id"])[0] == "NotFoundException"


def test_what_is_not_there_is_refused_by_its_name(aws: Any, api: dict[str, Any]) -> None:
    assert refusal(aws.generate_client_certificate) == (
        "BadRequestException",
        "Client certificates are not part of the local cloud.",
    )
    assert "SDKs" in refusal(aws.get_sdk, restApiId=api["id"], stageName="prod", sdkType="java")[1]
    assert "Documentation" in refusal(aws.get_documentation_parts, restApiId=api["id"])[1]
    assert "cloneFrom" in refusal(aws.create_rest_api, name="copy", cloneFrom=api["id"])[1]
