"""A request to an HTTP API over HTTP: stages, routes, and the events that functions get."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from helpers.localcloud.gateway.http_apis.routing import match
from tests.localcloud.gateway.http_apis.conftest import Apis


def test_an_event_of_format_2_has_the_shape_of_aws(apis: Apis, account: str) -> None:
    api = apis.echo("POST /pedidos/{id}")
    event = apis.event(
        api,
        "/pedidos/a%20b?cor=azul&cor=verde&vazio=",
        "POST",
        json={"n": 1},
        headers={"X-Loja": "recife", "Cookie": "a=1; b=2", "User-Agent": "curl"},
    )
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /pedidos/{id}"
    assert event["rawPath"] == "/pedidos/a%20b"
    assert event["rawQueryString"] == "cor=azul&cor=verde&vazio="
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-loja"] == "recife"
    assert "cookie" not in event["headers"]
    assert event["queryStringParameters"] == {"cor": "azul,verde", "vazio": ""}
    assert event["pathParameters"] == {"id": "a b"}
    assert event["body"] == '{"n": 1}'
    assert event["isBase64Encoded"] is False
    assert "stageVariables" not in event
    context = event["requestContext"]
    assert context["accountId"] == account
    assert context["apiId"] == context["domainPrefix"] == api
    assert context["stage"] == "$default"
    assert context["http"] == {
        "method": "POST",
        "path": "/pedidos/a b",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "curl",
    }
    assert set(context) == {
        "accountId", "apiId", "domainName", "domainPrefix", "http", "requestId", "routeKey", "stage", "time", "timeEpoch",
    }  # fmt: skip


def test_an_event_of_format_1_has_lists_and_nulls(apis: Apis) -> None:
    api = apis.echo("GET /pedidos", version="1.0")
    event = apis.event(api, "/pedidos?cor=azul&cor=verde")
    assert (event["version"], event["resource"], event["path"], event["httpMethod"]) == (
        "1.0",
        "/pedidos",
        "/pedidos",
        "GET",
    )
    assert event["multiValueQueryStringParameters"] == {"cor": ["azul", "verde"]}
    assert event["multiValueHeaders"]["host"] == [event["headers"]["host"]]
    assert event["pathParameters"] is None
    assert event["stageVariables"] is None
    assert event["body"] is None
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_a_form_arrives_as_base64_and_json_as_text(apis: Apis) -> None:
    api = apis.echo("$default")
    form = apis.event(api, "/x", "POST", data={"a": "1"})
    assert form["isBase64Encoded"] is True
    assert base64.b64decode(form["body"]) == b"a=1"
    assert apis.event(api, "/x", "POST", json=[1])["body"] == "[1]"


def test_a_named_stage_is_below_its_name_and_stays_in_the_path(apis: Apis) -> None:
    api = apis.echo("GET /pedidos")
    apis.aws.create_stage(ApiId=api, StageName="prod", AutoDeploy=True, StageVariables={"tabela": "pedidos-prod"})
    event = apis.event(api, "/prod/pedidos")
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/prod/pedidos"
    assert event["requestContext"]["stage"] == "prod"
    assert event["stageVariables"] == {"tabela": "pedidos-prod"}
    assert apis.event(api, "/pedidos")["requestContext"]["stage"] == "$default"


def test_what_no_route_takes_is_not_found(apis: Apis) -> None:
    api = apis.echo("GET /pedidos")
    for method, path in (("POST", "/pedidos"), ("GET", "/outros"), ("GET", "/pedidos/1")):
        response = apis.call(api, path, method)
        assert (response.status_code, response.text) == (404, '{"message":"Not Found"}')
        assert response.headers["apigw-requestid"]


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/{id}"),
        ("GET", "/pets/dog/1/x", "GET /pets/{proxy+}"),
        ("GET", "/pets/dog", "GET /pets/dog"),
        ("POST", "/pets/dog", "ANY /pets/dog"),
        ("GET", "/pets/cat", "GET /pets/{nome}"),
        ("DELETE", "/pets/cat", "$default"),
        ("GET", "/pets/", "$default"),
        ("GET", "/pets", "$default"),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, key: str) -> None:
    keys = (
        "$default",
        "GET /pets/{proxy+}",
        "GET /pets/{nome}",
        "ANY /pets/dog",
        "GET /pets/dog",
        "GET /pets/dog/{id}",
    )
    found = match({one: {"routeKey": one} for one in keys}, method, path)
    assert found is not None
    assert found[0]["routeKey"] == key


def test_without_auto_deploy_changes_wait_for_a_deployment(apis: Apis) -> None:
    api = apis.echo("GET /a")
    apis.aws.create_stage(ApiId=api, StageName="fixo")
    assert apis.call(api, "/fixo/a").status_code == 404
    apis.aws.create_deployment(ApiId=api, StageName="fixo")
    target = apis.aws.get_routes(ApiId=api)["Items"][0]["Target"]
    apis.route(api, "GET /b", target)
    assert apis.call(api, "/fixo/a").status_code == 200
    assert apis.call(api, "/fixo/b").status_code == 404
    assert apis.call(api, "/b").status_code == 200


def test_a_closed_endpoint_and_a_deleted_api_are_not_found(apis: Apis) -> None:
    api = apis.echo("GET /a")
    apis.aws.update_api(ApiId=api, DisableExecuteApiEndpoint=True)
    assert apis.call(api, "/a").status_code == 404
    apis.aws.update_api(ApiId=api, DisableExecuteApiEndpoint=False)
    assert apis.call(api, "/a").status_code == 200
    apis.aws.delete_api(ApiId=api)
    assert apis.call(api, "/a").status_code in (403, 404)


def test_quick_create_serves_a_function_at_once(apis: Apis) -> None:
    arn = apis.functions.create("ola", "def handler(event, context):\n    return 'oi'\n")["FunctionArn"]
    api = apis.create(Target=arn)
    response = apis.call(api, "/qualquer/caminho")
    assert (response.status_code, response.text, response.headers["content-type"]) == (200, "oi", "application/json")


def test_an_account_that_is_emptied_has_no_apis(
    apis: Apis, client: Callable[[str], Any], cloud: Any, account: str
) -> None:
    import requests

    api = apis.echo("GET /a")
    reset = requests.post(
        f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account}, timeout=30
    )
    assert reset.status_code in (200, 204), reset.text
    assert client("apigatewayv2").get_apis()["Items"] == []
    assert apis.call(api, "/a").status_code in (403, 404)
