"""What CloudWatch knows of the requests of a REST API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.gateway.rest_help import RestApi
from tests.localcloud.metric_points import points

Client = Callable[[str], Any]


@pytest.fixture
def api(cloud: CloudProcess, client: Client) -> RestApi:
    made = RestApi(client("apigateway"), cloud.endpoint_url)
    made.mock("POST", "/orders/{id}", '{"made": true}')
    made.deploy()
    return made


def events(client: Client, group: str) -> list[str]:
    logs = client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [
        event["message"]
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)[
            "events"
        ]
    ]


def execution_log(client: Client, api: RestApi) -> list[str]:
    return events(client, f"API-Gateway-Execution-Logs_{api.id}/dev")


def test_nothing_is_logged_that_was_not_asked_for(api: RestApi, client: Client) -> None:
    api.http.post("/dev/orders/1")
    assert execution_log(client, api) == []


def test_the_execution_log_follows_a_request_with_its_data(api: RestApi, client: Client) -> None:
    api.update_stage({"/*/*/logging/loglevel": "INFO", "/*/*/logging/dataTrace": "true"})
    answer = api.http.post("/dev/orders/7?full=yes", json={"sku": "TSH-1"}, headers={"X-Own": "1"})
    lines = execution_log(client, api)
    prefix = f"({answer.headers['x-amzn-RequestId']}) "
    assert all(line.startswith(prefix) for line in lines)
    said = [line.removeprefix(prefix) for line in lines]
    for expected in (
        f"Extended Request Id: {answer.headers['x-amz-apigw-id']}",
        f"Starting execution for request: {answer.headers['x-amzn-RequestId']}",
        "HTTP Method: POST, Resource Path: /orders/7",
        "Method request path: {id=7}",
        "Method request query string: {full=yes}",
        'Method request body before transformations: {"sku":"TSH-1"}',
        'Method response body after transformations: {"made": true}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ):
        assert expected in said
    assert any(line.startswith("Method request headers: {") and "X-Own=1" in line for line in said)


def test_without_data_trace_no_body_is_logged(api: RestApi, client: Client) -> None:
    api.update_stage({"/*/*/logging/loglevel": "INFO"})
    api.http.post("/dev/orders/7", content=b"a secret of the customer")
    said = "\n".join(execution_log(client, api))
    assert "Method completed with status: 200" in said
    assert "secret" not in said


def test_at_level_error_only_failed_requests_are_logged(api: RestApi, client: Client) -> None:
    validator = api.client.create_request_validator(restApiId=api.id, name="p", validateRequestParameters=True)["id"]
    api.mock("GET", "/strict", requestParameters={"method.request.querystring.q": True}, requestValidatorId=validator)
    api.deploy()
    api.update_stage({"/*/*/logging/loglevel": "ERROR"})
    assert api.get("/strict?q=1").status_code == 200
    assert execution_log(client, api) == []
    assert api.get("/strict").status_code == 400
    said = "\n".join(execution_log(client, api))
    assert "Missing required request parameters: [q]" in said
    assert "Method completed with status: 400" in said


def test_the_setting_of_a_method_goes_before_that_of_all(api: RestApi, client: Client) -> None:
    api.mock("GET", "/quiet")
    api.deploy()
    api.update_stage({"/*/*/logging/loglevel": "INFO", "/quiet/GET/logging/loglevel": "OFF"})
    api.get("/quiet")
    assert execution_log(client, api) == []
    api.http.post("/dev/orders/1")
    assert execution_log(client, api)


def test_an_event_is_cut_at_1024_bytes(api: RestApi, client: Client) -> None:
    api.update_stage({"/*/*/logging/loglevel": "INFO", "/*/*/logging/dataTrace": "true"})
    api.http.post("/dev/orders/7", content="é" * 3000)
    lines = execution_log(client, api)
    assert max(len(line.encode()) for line in lines) in (1023, 1024)


def test_the_access_log_has_the_stages_own_format(api: RestApi, client: Client, account: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="access")
    form = {
        "id": "$context.requestId",
        "status": "$context.status",
        "path": "$context.resourcePath",
        "verb": "$context.httpMethod",
        "ip": "$context.identity.sourceIp",
        "length": "$context.responseLength",
        "ms": "$context.responseLatency",
        "error": "$context.error.message",
        "user": "$context.authorizer.principalId",
        "odd": "$context.noSuchThing costs $5",
    }
    api.update_stage(
        {
            "/accessLogSettings/destinationArn": f"arn:aws:logs:us-east-1:{account}:log-group:access",
            "/accessLogSettings/format": json.dumps(form),
        }
    )
    good = api.http.post("/dev/orders/7")
    api.get("/nothing")
    first, second = (json.loads(line) for line in events(client, "access"))
    assert re.fullmatch(r"\d+", first.pop("ms"))
    assert first == {
        "id": good.headers["x-amzn-RequestId"],
        "status": "200",
        "path": "/orders/{id}",
        "verb": "POST",
        "ip": "127.0.0.1",
        "length": str(len(good.content)),
        "error": "-",
        "user": "-",
        "odd": "- costs $5",
    }
    assert (second["status"], second["error"]) == ("403", "Missing Authentication Token")


def total(client: Client, name: str, statistic: str = "Sum", **dimensions: str) -> float:
    return sum(points(client("cloudwatch"), "AWS/ApiGateway", name, statistic, dimensions))


def test_requests_are_counted_by_api_and_stage(api: RestApi, client: Client) -> None:
    for _ in range(3):
        api.http.post("/dev/orders/7")
    api.get("/nothing")
    for dimensions in ({"ApiName": "loja"}, {"ApiName": "loja", "Stage": "dev"}):
        assert total(client, "Count", **dimensions) == 4
        assert total(client, "4XXError", **dimensions) == 1
        assert total(client, "4XXError", "Average", **dimensions) == 0.25
        assert total(client, "5XXError", **dimensions) == 0
        assert total(client, "Latency", "SampleCount", **dimensions) == 4


def test_methods_are_counted_only_with_detailed_metrics(api: RestApi, client: Client) -> None:
    method = {"ApiName": "loja", "Resource": "/orders/{id}", "Method": "POST", "Stage": "dev"}
    api.http.post("/dev/orders/7")
    assert total(client, "Count", **method) == 0
    api.update_stage({"/*/*/metrics/enabled": "true"})
    api.http.post("/dev/orders/7")
    assert total(client, "Count", **method) == 1
