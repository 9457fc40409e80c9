"""Gateway responses: the API's own answers to requests that do not reach an integration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.gateway.rest_help import RestApi


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    made = RestApi(client("apigateway"), cloud.endpoint_url)
    made.mock("GET", "/orders")
    return made


def put(api: RestApi, kind: str, **settings: Any) -> None:
    api.client.put_gateway_response(restApiId=api.id, responseType=kind, **settings)


def test_the_types_own_response_sets_status_headers_and_body(api: RestApi) -> None:
    put(
        api,
        "MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Asked": "method.request.header.x-ask",
            "gatewayresponse.header.X-Query": "method.request.querystring.q",
            "gatewayresponse.header.X-Stage": "context.stage",
            "gatewayresponse.header.X-Table": "stageVariables.table",
            "gatewayresponse.header.X-None": "method.request.header.missing",
        },
        responseTemplates={
            "application/json": '{"error": $context.error.messageString, "type": "$context.error.responseType",'
            ' "stage": "$context.stage", "table": "${stageVariables.table}", "q": "$method.request.querystring.q", "none": "$context.nothing"}'
        },
    )
    api.deploy(variables={"table": "orders-dev"})
    answer = api.get("/nothing?q=1", headers={"x-ask": "me"})
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "Missing Authentication Token",
        "type": "MISSING_AUTHENTICATION_TOKEN",
        "stage": "dev",
        "table": "orders-dev",
        "q": "1",
        "none": "",
    }
    given = {name: answer.headers.get(name) for name in ("Access-Control-Allow-Origin", "X-Asked", "X-Query", "X-Stage", "X-Table", "X-None")}  # fmt: skip
    assert list(given.values()) == ["*", "me", "1", "dev", "orders-dev", None]
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_a_default_serves_the_types_without_a_response_of_their_own(api: RestApi) -> None:
    put(api, "DEFAULT_4XX", responseTemplates={"application/json": '{"oops": $context.error.messageString}'})
    put(api, "DEFAULT_5XX", responseTemplates={"application/json": '{"five": 5}'})
    api.deploy()
    answer = api.get("/nothing")
    assert (answer.status_code, answer.json()) == (403, {"oops": "Missing Authentication Token"})
    put(api, "MISSING_AUTHENTICATION_TOKEN", statusCode="418")
    api.deploy()
    answer = api.get("/nothing")
    assert (answer.status_code, answer.json()) == (418, {"message": "Missing Authentication Token"})


def test_the_client_chooses_among_templates_by_what_it_accepts(api: RestApi) -> None:
    templates = {"application/json": '{"a": 1}', "application/xml": "<a>$context.error.message</a>"}
    put(api, "DEFAULT_4XX", responseTemplates=templates)
    api.deploy()
    xml = api.get("/nothing", headers={"accept": "text/html, application/xml;q=0.9"})
    assert (xml.text, xml.headers["content-type"]) == ("<a>Missing Authentication Token</a>", "application/xml")
    assert api.get("/nothing", headers={"accept": "text/html"}).json() == {"a": 1}


def test_a_template_is_no_velocity(api: RestApi) -> None:
    template = "#set($x = 1)#if(true)$x$context.stage.#end"
    put(api, "DEFAULT_4XX", responseTemplates={"text/plain": template})
    api.deploy()
    assert api.get("/nothing").text == "#set($x = 1)#if(true)$xdev.#end"


def test_the_validators_finding_is_for_the_template(api: RestApi) -> None:
    validator = api.client.create_request_validator(restApiId=api.id, name="b", validateRequestBody=True)["id"]
    api.client.create_model(
        restApiId=api.id,
        name="Named",
        contentType="application/json",
        schema='{"type": "object", "required": ["name"]}',
    )
    api.mock("POST", "/orders", requestModels={"application/json": "Named"}, requestValidatorId=validator)
    put(api, "BAD_REQUEST_BODY", responseTemplates={"text/plain": "$context.error.validationErrorString"})
    api.deploy()
    answer = api.http.post("/dev/orders", json={})
    assert answer.text == '[object has missing required properties (["name"])]'


def test_a_query_cannot_write_headers_through_a_gateway_response(api: RestApi) -> None:
    put(
        api,
        "DEFAULT_4XX",
        responseParameters={"gatewayresponse.header.X-Query": "method.request.querystring.q"},
    )
    api.deploy()
    answer = api.get("/nothing?q=a%0d%0aSet-Cookie:%20stolen=1%0d%0a%0d%0abody")
    assert "set-cookie" not in answer.headers
    assert answer.json() == {"message": "Missing Authentication Token"}


def test_a_response_is_of_the_deployment_not_of_the_moment(api: RestApi) -> None:
    api.deploy()
    put(api, "DEFAULT_4XX", statusCode="499")
    assert api.get("/nothing").status_code == 403
    api.deploy()
    assert api.get("/nothing").status_code == 499
