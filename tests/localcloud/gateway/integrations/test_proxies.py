"""``AWS_PROXY``: events and answers of functions behind a REST API."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
from helpers.localcloud.gateway.integrations import proxies
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Method, StageSettings
from tests.conftest import HTTP
from tests.localcloud.conftest import Gate, eventually
from tests.localcloud.gateway.integrations.conftest import Behind, said

ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
ANSWER = "import json\ndef handler(event, context):\n    return json.loads(event['body'])['answer']\n"
BROKEN = (502, {"message": "Internal server error"})


def exchange(**request: Any) -> Exchange:
    method = Method("POST", "r1", "/orders/{order}")
    sent = HttpRequest("POST", "/orders/A-7", **request)
    api = ApiSnapshot("123456789012", "us-east-1", "abc", "loja", binary_media_types=("image/*",))
    return Exchange(api, StageSettings("prod", "d1"), sent, dt.datetime.now(dt.UTC), method=method, path_parameters={"order": "A-7"})  # fmt: skip


def test_a_function_sees_the_whole_request(behind: Behind) -> None:
    behind.put("AWS_PROXY", path="/orders/{order}", uri=behind.function("echo", ECHO))
    answer = behind.post(
        '{"sku": "caneca"}',
        "/orders/A%207?size=m&size=l&empty=",
        headers=[("X-Loja", "one"), ("X-Loja", "two"), ("Content-Type", "application/json")],
    )
    event = answer.json()
    assert event["resource"] == "/orders/{order}"
    assert event["path"] == "/orders/A 7"
    assert event["httpMethod"] == "POST"
    assert event["pathParameters"] == {"order": "A 7"}
    assert event["queryStringParameters"] == {"size": "l", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"size": ["m", "l"], "empty": [""]}
    assert event["headers"]["X-Loja"] == "two"
    assert event["multiValueHeaders"]["X-Loja"] == ["one", "two"]
    assert event["stageVariables"] is None
    assert (event["body"], event["isBase64Encoded"]) == ('{"sku": "caneca"}', False)
    context = event["requestContext"]
    assert context["path"] == "/dev/orders/A 7"
    assert (context["stage"], context["resourcePath"], context["httpMethod"]) == ("dev", "/orders/{order}", "POST")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["accessKey"] is None
    assert context["accountId"] == behind.account
    assert context["requestId"] == answer.headers["x-amzn-requestid"]


def test_a_request_without_anything_has_nulls(behind: Behind) -> None:
    behind.put("AWS_PROXY", "GET", "/", uri=behind.function("echo", ECHO))
    event = behind.get("/").json()
    names = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body")
    assert {name: event[name] for name in names} == dict.fromkeys(names)


def test_the_event_has_the_members_of_a_recorded_one(pytestconfig: pytest.Config) -> None:
    oracles: Path | None = pytestconfig.getoption("oracles")
    if oracles is None:
        pytest.skip("recorded events of AWS are not at hand: give their folder with --oracles")
    recorded = json.loads((oracles / "events" / "apiGatewayProxyEvent.json").read_text())
    ours = proxies.event_of(exchange(headers=(("X", "1"),), body=b"{}"))
    assert set(recorded) - {"version"} <= set(ours)
    wanted = set(recorded["requestContext"]) - {"authorizer"}
    assert wanted <= set(ours["requestContext"])
    assert set(recorded["requestContext"]["identity"]) - {"clientCert"} <= set(ours["requestContext"]["identity"])


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({"statusCode": 201, "body": "made"}, 201, "made"),
        ({"statusCode": "201"}, 201, ""),
        ({"headers": {"x-loja": "1"}}, 200, ""),
        ({"statusCode": 200, "headers": None, "body": None}, 200, ""),
        ({"statusCode": 200, "isBase64Encoded": True, "body": "b2k="}, 200, "b2k="),
        ({"statusCode": 404, "body": "no", "multiValueHeaders": None}, 404, "no"),
    ],
)
def test_these_answers_are_sent_on(behind: Behind, answer: Any, status: int, body: str) -> None:
    behind.put("AWS_PROXY", uri=behind.function("answer", ANSWER))
    got = behind.post({"answer": answer})
    assert (got.status_code, got.text) == (status, body)
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "hello",
        [],
        {"statusCode": "fine"},
        {"statusCode": None},
        {"statusCode": True},
        {"statusCode": 200, "wrongValue": 1},
        {"statusCode": 200, "body": {"sku": "caneca"}},
        {"statusCode": 200, "headers": ["x"]},
        {"statusCode": 200, "headers": {"x": {"y": 1}}},
        {"statusCode": 200, "multiValueHeaders": {"x": "y"}},
        {"statusCode": 99},
        {"statusCode": 200, "isBase64Encoded": 7},
    ],
)
def test_these_answers_are_malformed(behind: Behind, answer: Any) -> None:
    behind.put("AWS_PROXY", uri=behind.function("answer", ANSWER))
    assert said(behind.post({"answer": answer})) == BROKEN


def test_headers_come_as_the_function_gives_them(behind: Behind) -> None:
    behind.put("AWS_PROXY", uri=behind.function("answer", ANSWER))
    headers = {"X-Flag": True, "X-Number": 7, "Content-Type": "text/csv"}
    several = {"Set-Cookie": ["a=1", "b=2"], "X-Flag": ["true"]}
    got = behind.post({"answer": {"statusCode": 200, "headers": headers, "multiValueHeaders": several, "body": "a;b"}})
    assert got.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert got.headers.get_list("x-flag") == ["true"]
    assert (got.headers["x-number"], got.headers["content-type"]) == ("7", "text/csv")


def test_a_function_that_fails_or_is_not_there_is_an_error_of_the_server(behind: Behind) -> None:
    behind.put("AWS_PROXY", uri=behind.function("fails", "def handler(event, context):\n    raise ValueError('no')\n"))
    assert said(behind.post({})) == BROKEN
    behind.functions.aws.delete_function(FunctionName="fails")
    assert said(behind.post({})) == (500, {"message": "Internal server error"})


def test_binary_goes_in_and_comes_out_where_the_api_says_so(behind: Behind) -> None:
    behind.client.update_rest_api(
        restApiId=behind.id, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    source = "def handler(event, context):\n    return {'statusCode': 200, 'isBase64Encoded': event['isBase64Encoded'], 'body': event['body'], 'headers': {'Content-Type': 'image/png'}}\n"
    behind.put("AWS_PROXY", uri=behind.function("mirror", source))
    picture = bytes(range(256))
    sent = {"Content-Type": "image/png"}
    assert behind.post(picture, headers={**sent, "Accept": "image/png"}).content == picture
    assert base64.b64decode(behind.post(picture, headers={**sent, "Accept": "text/html"}).content) == picture


def test_a_slow_function_is_given_up_and_runs_on(behind: Behind, gate: Gate) -> None:
    source = f"import boto3\ndef handler(event, context):\n    {gate.wait}\n    boto3.client('sqs').create_queue(QueueName='late')\n"
    behind.put("AWS_PROXY", uri=behind.function("slow", source, Timeout=300), timeoutInMillis=100)
    assert said(behind.post({})) == (504, {"message": "Endpoint request timed out"})
    gate.open()
    assert eventually(lambda: behind.functions.client("sqs").list_queues().get("QueueUrls"))


def test_a_throttled_function_is_an_error_of_the_server(behind: Behind) -> None:
    behind.put("AWS_PROXY", uri=behind.function("echo", ECHO))
    behind.functions.aws.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    assert said(behind.post({})) == (500, {"message": "Internal server error"})


def test_a_stage_variable_chooses_the_alias(behind: Behind) -> None:
    source = "def handler(event, context):\n    return {'statusCode': 200, 'body': context.function_version}\n"
    arn = behind.functions.create("orders", source)["FunctionArn"]
    behind.functions.aws.publish_version(FunctionName="orders")
    for alias, version in (("live", "1"), ("next", "$LATEST")):
        behind.functions.aws.create_alias(FunctionName="orders", Name=alias, FunctionVersion=version)
    behind.put("AWS_PROXY", uri=behind.uri(f"{arn}:${{stageVariables.alias}}"))
    for alias, ran in (("live", "1"), ("next", "$LATEST")):
        behind.update_stage({"/variables/alias": alias})
        assert behind.post({}).text == ran


def test_where_policies_hold_the_function_must_let_the_api_in(behind: Behind) -> None:
    whose = {"x-localcloud-account": behind.account}
    HTTP.post(f"{behind.endpoint}/_localcloud/permissions", json={"enforced": True}, headers=whose).raise_for_status()
    behind.put("AWS_PROXY", uri=behind.function("echo", ECHO))
    assert said(behind.post({})) == (500, {"message": "Internal server error"})
    behind.functions.aws.add_permission(
        FunctionName="echo",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{behind.account}:{behind.id}/*/POST/orders",
    )
    assert behind.post({}).status_code == 200


def test_the_trace_goes_through(behind: Behind) -> None:
    source = "import os\ndef handler(event, context):\n    return {'statusCode': 200, 'body': os.environ['_X_AMZN_TRACE_ID']}\n"
    behind.put("AWS_PROXY", uri=behind.function("trace", source))
    root = "Root=1-65f00000-aaaaaaaaaaaaaaaaaaaaaaaa"
    got = behind.post({}, headers={"X-Amzn-Trace-Id": root})
    assert got.text.startswith(root)
    assert got.headers["x-amzn-trace-id"].startswith(root)


_scalars = st.none() | st.booleans() | st.integers(-10, 1000) | st.text(max_size=5) | st.floats(allow_nan=False)
_values = st.recursive(_scalars, lambda one: st.lists(one, max_size=2) | st.dictionaries(st.text(max_size=3), one, max_size=2), max_leaves=4)  # fmt: skip
_answers = _values | st.fixed_dictionaries(
    {},
    optional={name: _values for name in ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")},
)


@given(answer=_answers, accept=st.sampled_from(["image/png", "text/plain"]))
def test_any_answer_is_a_response_or_malformed(answer: Any, accept: str) -> None:
    try:
        response = proxies.answer_of(exchange(headers=(("Accept", accept),)), json.dumps(answer).encode())
    except proxies.Malformed:
        return
    assert isinstance(response, HttpResponse)
    assert isinstance(response.body, bytes)
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in response.headers)
