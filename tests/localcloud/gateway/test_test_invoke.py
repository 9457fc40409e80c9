"""``TestInvokeMethod``: a method tried before it is deployed, and the log that a learner can follow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.gateway.rest_help import RestApi


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    return RestApi(client("apigateway"), cloud.endpoint_url)


def invoke(api: RestApi, path: str, verb: str = "GET", **request: Any) -> Any:
    return api.client.test_invoke_method(restApiId=api.id, resourceId=api.resource(path), httpMethod=verb, **request)


def test_a_method_can_be_tried_without_a_deployment(api: RestApi) -> None:
    api.mock("GET", "/orders/{id}", '{"id": "$input.params(\'id\')"}', headers={"X-Own": "'1'"})
    answer = invoke(api, "/orders/{id}", pathWithQueryString="/orders/1?full=yes", headers={"X-Asked": "me"})
    assert (answer["status"], json.loads(answer["body"])) == (200, {"id": "1"})
    assert answer["headers"] == {"X-Own": "1", "Content-Type": "application/json"}
    assert answer["multiValueHeaders"] == {"X-Own": ["1"], "Content-Type": ["application/json"]}
    assert answer["latency"] >= 0


def test_the_log_tells_each_step_in_its_order(api: RestApi) -> None:
    api.mock("POST", "/orders/{id}", '{"made": true}')
    log = invoke(
        api, "/orders/{id}", "POST", pathWithQueryString="/orders/1?a=b", body='{"n": 1}', headers={"X-Asked": "me"}
    )["log"]
    first, *lines = log.splitlines()
    request_id = re.fullmatch(r"Execution log for request ([0-9a-f-]{36})", first)
    assert request_id
    moments = {line.partition(" : ")[0] for line in lines}
    assert all(re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}", moment) for moment in moments)
    said = [line.partition(" : ")[2] for line in lines]
    expected = [
        f"Starting execution for request: {request_id[1]}",
        "HTTP Method: POST, Resource Path: /orders/1",
        "Method request path: {id=1}",
        "Method request query string: {a=b}",
        "Method request headers: {X-Asked=me}",
        'Method request body before transformations: {"n": 1}',
        'Method response body after transformations: {"made": true}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]
    assert [line for line in said if line in expected] == expected


def test_a_path_that_does_not_fit_gives_no_path_parameters(api: RestApi) -> None:
    api.mock("GET", "/orders/{id}")
    assert "Method request path: {}\n" in invoke(api, "/orders/{id}", pathWithQueryString="/elsewhere")["log"]


def test_keys_and_authorizers_are_not_asked(api: RestApi) -> None:
    api.mock("GET", "/locked", apiKeyRequired=True)
    assert invoke(api, "/locked")["status"] == 200


def test_a_refused_body_is_explained(api: RestApi) -> None:
    validator = api.client.create_request_validator(restApiId=api.id, name="b", validateRequestBody=True)["id"]
    api.client.create_model(
        restApiId=api.id,
        name="Named",
        contentType="application/json",
        schema='{"type": "object", "required": ["name"]}',
    )
    api.mock("POST", "/orders", requestModels={"application/json": "Named"}, requestValidatorId=validator)
    answer = invoke(api, "/orders", "POST", body="{}")
    assert (answer["status"], json.loads(answer["body"])) == (400, {"message": "Invalid request body"})
    assert answer["headers"]["x-amzn-ErrorType"] == "BadRequestException"
    assert (
        "Request body does not match model schema for content type application/json: "
        '[object has missing required properties (["name"])]'
    ) in answer["log"]
    assert answer["log"].endswith("Method completed with status: 400\n")


def test_stage_variables_are_those_of_the_call(api: RestApi) -> None:
    api.mock("GET", "/orders", headers={"X-Table": "stageVariables.table"})
    assert invoke(api, "/orders", stageVariables={"table": "orders-test"})["headers"]["X-Table"] == "orders-test"


def test_a_method_that_is_not_there_cannot_be_tried(api: RestApi) -> None:
    api.mock("GET", "/orders")
    with pytest.raises(ClientError) as refused:
        invoke(api, "/orders", "DELETE")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


GUARD = """
def handler(event, context):
    if event["authorizationToken"] == "broken":
        raise RuntimeError("broken")
    if event["authorizationToken"] == "unknown":
        raise Exception("Unauthorized")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if event["authorizationToken"] == "open" else "Deny",
        "Resource": event["methodArn"],
    }
    return {"principalId": "ana", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"plan": "gold"}}
"""


@pytest.fixture
def authorizer(api: RestApi, functions: Functions) -> str:
    function = functions.create("guard", GUARD)["FunctionArn"]
    functions.aws.add_permission(
        FunctionName="guard", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    made = api.client.create_authorizer(
        restApiId=api.id,
        name="guard",
        type="TOKEN",
        authorizerUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
        identitySource="method.request.header.Authorization",
    )
    return str(made["id"])


@pytest.mark.parametrize(("token", "effect"), [("open", "Allow"), ("closed", "Deny")])
def test_an_authorizers_decision_can_be_seen(api: RestApi, authorizer: str, token: str, effect: str) -> None:
    answer = api.client.test_invoke_authorizer(
        restApiId=api.id, authorizerId=authorizer, headers={"Authorization": token}
    )
    assert answer["clientStatus"] == 200
    assert json.loads(answer["policy"])["Statement"][0]["Effect"] == effect
    assert answer["log"].startswith("Execution log for request ")


@pytest.mark.parametrize(
    ("headers", "status"), [({"Authorization": "broken"}, 500), ({"Authorization": "unknown"}, 401), ({}, 401)]
)
def test_an_authorizer_without_a_decision_shows_what_a_client_would_get(
    api: RestApi, authorizer: str, headers: dict[str, str], status: int
) -> None:
    answer = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=authorizer, headers=headers)
    assert answer["clientStatus"] == status
    assert "policy" not in answer
