"""The way of a request through a REST API: snapshots, canaries, resource policies, headers, compression, and failures of ours."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway import compression
from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.pipeline import Pipeline
from helpers.localcloud.gateway.response_headers import check, received, settle
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Integration, Method, StageSettings
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work
from tests.conftest import CloudProcess
from tests.localcloud.gateway.rest_help import RestApi


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    return RestApi(client("apigateway"), cloud.endpoint_url)


def test_changes_are_live_only_after_a_deployment(api: RestApi) -> None:
    api.mock("GET", "/orders", '"old"')
    api.deploy()
    api.mock("GET", "/orders/new", '"new"')
    assert api.get("/orders/new").status_code == 403
    api.deploy()
    assert api.get("/orders/new").json() == "new"


def test_stages_keep_the_deployment_that_they_point_at(api: RestApi) -> None:
    api.mock("GET", "/version", '"1"')
    first = api.deploy("dev")
    api.deploy("prod")
    api.client.put_integration_response(
        restApiId=api.id,
        resourceId=api.resource("/version"),
        httpMethod="GET",
        statusCode="200",
        responseTemplates={"application/json": '"2"'},
    )
    api.deploy("dev")
    assert [api.http.get(f"/{stage}/version").json() for stage in ("dev", "prod")] == ["2", "1"]
    api.update_stage({"/deploymentId": first})
    assert api.get("/version").json() == "1"


def test_a_canary_gets_its_share_with_its_own_variables(api: RestApi) -> None:
    api.mock(
        "GET",
        "/version",
        '"stable"',
        headers={"X-Table": "stageVariables.table", "X-Canary": "context.isCanaryRequest"},
    )
    api.deploy(variables={"table": "orders"})
    api.client.put_integration_response(
        restApiId=api.id,
        resourceId=api.resource("/version"),
        httpMethod="GET",
        statusCode="200",
        responseParameters={
            "method.response.header.X-Table": "stageVariables.table",
            "method.response.header.X-Canary": "context.isCanaryRequest",
        },
        responseTemplates={"application/json": '"canary"'},
    )
    api.deploy(canarySettings={"percentTraffic": 25, "stageVariableOverrides": {"table": "orders-new"}})
    answers = [api.get("/version") for _ in range(200)]
    seen = [(answer.json(), answer.headers["X-Table"], answer.headers["X-Canary"]) for answer in answers]
    assert set(seen) == {("stable", "orders", "false"), ("canary", "orders-new", "true")}
    assert 25 <= seen.count(("canary", "orders-new", "true")) <= 75


def test_every_answer_carries_its_request_ids(api: RestApi) -> None:
    api.mock("GET", "/orders")
    api.deploy()
    answers = [api.get(path) for path in ("/orders", "/orders", "/nothing")]
    assert len({answer.headers["x-amzn-RequestId"] for answer in answers}) == 3
    assert all(answer.headers["x-amz-apigw-id"].endswith("=") for answer in answers)
    assert not any("X-Amzn-Trace-Id" in answer.headers for answer in answers)


def test_a_preflight_is_answered_by_the_mock_that_the_api_has_for_it(api: RestApi) -> None:
    allowed = {"Access-Control-Allow-Origin": "'*'", "Access-Control-Allow-Methods": "'GET,OPTIONS'"}
    api.mock("GET", "/orders")
    api.mock("OPTIONS", "/orders", "", headers=allowed)
    api.deploy()
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    answer = api.http.options("/dev/orders", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS"
    assert "Access-Control-Allow-Origin" not in api.get("/orders").headers


def test_a_head_method_answers_without_a_body(api: RestApi) -> None:
    api.mock("HEAD", "/orders", '{"long": "answer"}')
    api.deploy()
    answer = api.http.head("/dev/orders")
    assert (answer.status_code, answer.content) == (200, b"")


def test_headers_that_are_api_gateways_own_arrive_under_another_name(api: RestApi) -> None:
    api.mock(
        "GET", "/orders", headers={"Date": "'yesterday'", "Server": "'mine'", "Connection": "'close'", "X-Own": "'1'"}
    )
    api.deploy()
    headers = api.get("/orders").headers
    renamed = {name: headers.get(f"x-amzn-Remapped-{name}") for name in ("Date", "Server", "Connection")}
    assert renamed == {"Date": "yesterday", "Server": "mine", "Connection": "close"}
    assert headers["X-Own"] == "1"
    assert headers["Date"] != "yesterday"


def test_large_answers_are_compressed_where_the_api_asks_for_it(
    cloud: CloudProcess, client: Callable[[str], Any]
) -> None:
    api = RestApi(client("apigateway"), cloud.endpoint_url, minimumCompressionSize=1000)
    api.mock("GET", "/large", json.dumps("x" * 2000))
    api.mock("GET", "/small", '"x"')
    api.deploy()
    large, small = api.get("/large"), api.get("/small")
    assert large.headers["Content-Encoding"] == "gzip"
    assert int(large.headers["Content-Length"]) < 200
    assert large.json() == "x" * 2000
    assert "Content-Encoding" not in small.headers
    assert "Content-Encoding" not in api.get("/large", headers={"Accept-Encoding": "identity"}).headers


def compressed(name: str, body: bytes, minimum: int | None = 0, encoding: str = "gzip") -> Exchange:
    one = exchange("HTTP", (name, encoding))
    one.api = replace(one.api, minimum_compression_size=minimum)
    one.request = replace(one.request, body=body)
    return one


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress)]
)
def test_an_api_sees_a_compressed_body_as_it_was(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    one = compressed("Content-Encoding", pack(b"an order"), encoding=encoding)
    compression.unpack(one, 100)
    assert (one.request.body, one.request.header("content-encoding")) == (b"an order", None)


def test_an_api_without_a_minimum_size_passes_a_compressed_body_on() -> None:
    one = compressed("Content-Encoding", gzip.compress(b"an order"), minimum=None)
    compression.unpack(one, 100)
    assert gzip.decompress(one.request.body) == b"an order"


@pytest.mark.parametrize(
    ("body", "refused_as"),
    [(gzip.compress(bytes(50_000_000)), "REQUEST_TOO_LARGE"), (b"not compressed", "BAD_REQUEST_BODY")],
    ids=["bomb", "no gzip"],
)
def test_a_compressed_body_that_bursts_or_cannot_be_read_is_refused(body: bytes, refused_as: str) -> None:
    with pytest.raises(GatewayFailure) as refused:
        compression.unpack(compressed("Content-Encoding", body), 1000)
    assert refused.value.name == refused_as


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("deflate, gzip;q=1.0", "gzip"),
        ("deflate", "deflate"),
        ("gzip;q=0", None),
        ("br", None),
        ("", None),
    ],
)
def test_an_answer_is_compressed_as_the_client_accepts(accepted: str, encoding: str | None) -> None:
    response = HttpResponse(200, [], b"x" * 1000)
    compression.pack(compressed("Accept-Encoding", b"", 1000, accepted), response)
    assert response.header("content-encoding") == encoding
    assert (len(response.body) < 100) is (encoding is not None)


@pytest.mark.parametrize(
    ("kind", "response", "status"),
    [
        ("AWS_PROXY", HttpResponse(200, [("X-A", "1\r\nSet-Cookie: stolen=1")]), 502),
        ("HTTP", HttpResponse(200, [("X-A\n", "1")]), 500),
        ("AWS_PROXY", HttpResponse(99, []), 502),
        ("AWS_PROXY", HttpResponse(100, []), 502),
        ("AWS", HttpResponse(9999, []), 500),
    ],
)
def test_an_answer_that_would_be_no_http_is_not_sent(kind: str, response: HttpResponse, status: int) -> None:
    with pytest.raises(GatewayFailure) as refused:
        check(exchange(kind), response)
    assert (refused.value.status, refused.value.message) == (status, "Internal server error")


def policy(*statements: dict[str, Any]) -> str:
    common = {"Principal": "*", "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "execute-api:/*/*/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**common, **one} for one in statements]})


@pytest.mark.parametrize(
    ("document", "opens"),
    [
        (policy({}), True),
        (policy({"Resource": "execute-api:/dev/GET/orders"}), True),
        (policy({"Resource": "execute-api:/dev/POST/*"}), False),
        (policy({"Resource": "execute-api:/prod/*"}), False),
        (policy({}, {"Effect": "Deny", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}), False),
        (policy({}, {"Effect": "Deny", "Condition": {"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8"]}}}), True),
        (policy({"Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}}}), True),
        (policy({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}}}), False),
    ],
)
def test_a_resource_policy_opens_and_closes_an_api(
    cloud: CloudProcess, client: Callable[[str], Any], account: str, document: str, opens: bool
) -> None:
    api = RestApi(client("apigateway"), cloud.endpoint_url, policy=document)
    api.mock("GET", "/orders")
    api.deploy()
    answer = api.get("/orders")
    assert answer.status_code == (200 if opens else 403)
    if not opens:
        assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
        assert answer.json()["Message"].startswith(
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
            f"arn:aws:execute-api:us-east-1:********{account[-4:]}:{api.id}/dev/GET/orders"
        )


def test_a_resource_policy_that_denies_says_so(cloud: CloudProcess, client: Callable[[str], Any]) -> None:
    api = RestApi(client("apigateway"), cloud.endpoint_url, policy=policy({}, {"Effect": "Deny"}))
    api.mock("GET", "/orders")
    api.deploy()
    assert api.get("/orders").json()["Message"].endswith("/dev/GET/orders with an explicit deny")


def exchange(kind: str, *headers: tuple[str, str]) -> Exchange:
    return Exchange(
        ApiSnapshot("123456789012", "us-east-1", "abc", "loja"),
        StageSettings("dev", "d"),
        HttpRequest("GET", "/orders", headers),
        dt.datetime.now(dt.UTC),
        trace="Root=1-2-3",
        method=Method("GET", "r", "/orders", integration=Integration(kind)),
    )


@pytest.mark.parametrize(
    ("kind", "name", "arrives_as"),
    [
        ("AWS_PROXY", "WWW-Authenticate", "WWW-Authenticate"),
        ("HTTP", "WWW-Authenticate", "x-amzn-Remapped-WWW-Authenticate"),
        ("AWS", "authorization", "x-amzn-Remapped-Authorization"),
        ("AWS_PROXY", "content-length", "x-amzn-Remapped-Content-Length"),
        ("HTTP_PROXY", "Server", "x-amzn-Remapped-Server"),
    ],
)
def test_what_is_renamed_depends_on_the_integration(kind: str, name: str, arrives_as: str) -> None:
    response = HttpResponse(200, [(name, "1")])
    settle(exchange(kind), response)
    assert (arrives_as, "1") in response.headers


@pytest.mark.parametrize(
    ("kind", "traced"), [("AWS_PROXY", True), ("AWS", True), ("MOCK", False), ("HTTP_PROXY", False)]
)
def test_the_trace_is_told_where_a_function_may_have_run(kind: str, traced: bool) -> None:
    response = HttpResponse(200, [("X-Amzn-Trace-Id", "of the integration")])
    settle(exchange(kind), response)
    assert [value for name, value in response.headers if name == "X-Amzn-Trace-Id"] == (
        ["Root=1-2-3"] if traced else []
    )


def test_an_api_sees_the_headers_of_the_way_and_none_of_the_connection() -> None:
    sent = (
        ("Host", "h"),
        ("Connection", "keep-alive"),
        ("Transfer-Encoding", "chunked"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Own", "1"),
    )
    seen = dict(received(sent, "Root=1-2-3", "4567"))
    assert seen == {
        "Host": "h",
        "X-Own": "1",
        "X-Amzn-Trace-Id": "Root=1-2-3",
        "X-Forwarded-For": "192.0.2.1, 127.0.0.1",
        "X-Forwarded-Port": "4567",
        "X-Forwarded-Proto": "http",
    }


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    clock = VirtualClock()
    context = CloudContext("http://127.0.0.1:1", clock, Schedule(clock), Work(), tmp_path, "secret")
    nothing: Any = None
    return Pipeline(context, nothing, nothing, nothing)


def test_a_failure_of_ours_is_an_internal_error_that_shows_nothing(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(one: Exchange) -> HttpResponse:
        raise ZeroDivisionError("a secret of ours")

    one = exchange("MOCK")
    answer = pipeline.run(one, fail)
    assert (answer.status, answer.body) == (500, b'{"message":"Internal server error"}')
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    assert "a secret of ours" in capsys.readouterr().err
    assert one.error["responseType"] == "DEFAULT_5XX"
