"""What a client gets: function results in both formats, integrations of other kinds, mapped parameters, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.localcloud.gateway.http_apis import answers
from tests.localcloud.conftest import Gate, eventually
from tests.localcloud.gateway.http_apis.conftest import Apis
from tests.serving import Handler, serving


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
        ([1, 2], "[1,2]"),
        ("oi", "oi"),
        (None, "null"),
        (3, "3"),
        ({"body": "x"}, '{"body":"x"}'),
    ],
)
def test_a_result_without_status_is_the_body_of_a_200(result: Any, body: str) -> None:
    response = answers.read(json.dumps(result).encode(), "2.0", "text/plain")
    assert (response.status, response.headers, response.body.decode()) == (
        200,
        [("content-type", "application/json")],
        body,
    )


def test_a_structured_result_sets_everything() -> None:
    result = {"statusCode": "201", "headers": {"X-A": True, "n": 1}, "cookies": ["a=1", "b=2"], "body": "b2s=", "isBase64Encoded": True}  # fmt: skip
    response = answers.read(json.dumps(result).encode(), "2.0", "text/plain")
    assert (response.status, response.body) == (201, b"ok")
    assert response.headers == [
        ("x-a", "true"),
        ("n", "1"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("content-type", "text/plain"),
    ]


def test_format_1_has_several_values_of_one_header() -> None:
    result = {"statusCode": 200, "headers": {"a": "0"}, "multiValueHeaders": {"A": ["1", "2"]}, "body": "x"}
    response = answers.read(json.dumps(result).encode(), "1.0", "text/plain")
    assert [value for name, value in response.headers if name == "a"] == ["1", "2"]


@pytest.mark.parametrize(
    ("result", "version"),
    [
        ("oi", "1.0"),
        ({"body": "x"}, "1.0"),
        ({"statusCode": "x"}, "2.0"),
        ({"statusCode": 42}, "2.0"),
        ({"statusCode": True}, "2.0"),
        ({"statusCode": 200, "body": {"a": 1}}, "2.0"),
        ({"statusCode": 200, "headers": []}, "2.0"),
        ({"statusCode": 200, "headers": {"a": {}}}, "2.0"),
        ({"statusCode": 200, "headers": {"a": "1\r\nb: 2"}}, "2.0"),
        ({"statusCode": 200, "body": "%", "isBase64Encoded": True}, "2.0"),
        ({"statusCode": 200, "cookies": "a=1"}, "2.0"),
        ({"statusCode": 200, "multiValueHeaders": {"a": "1"}}, "1.0"),
    ],
)
def test_a_result_that_is_no_response_is_malformed(result: Any, version: str) -> None:
    with pytest.raises(answers.Malformed):
        answers.read(json.dumps(result).encode(), version, "text/plain")


FAILING = """
    def handler(event, context):
        if event['rawPath'] == '/erro':
            raise ValueError('quebrou')
        return {'statusCode': 'x'}
"""


def test_a_function_that_fails_is_a_500_and_a_slow_one_a_503(apis: Apis, gate: Gate) -> None:
    api = apis.create()
    failing = apis.integrate(api, apis.functions.create("falha", FAILING)["FunctionArn"])
    slow = apis.functions.create("lenta", f"def handler(event, context):\n    {gate.wait}", Timeout=300)["FunctionArn"]
    for path, target in (
        ("erro", failing),
        ("forma", failing),
        ("lento", apis.integrate(api, slow, TimeoutInMillis=1500)),
    ):
        apis.route(api, f"GET /{path}", target)
    for path, status, body in (
        ("erro", 500, "Internal Server Error"),
        ("forma", 500, "Internal Server Error"),
        ("lento", 503, "Service Unavailable"),
    ):
        response = apis.call(api, f"/{path}")
        assert (response.status_code, response.json()) == (status, {"message": body})
    gate.open()


def test_a_function_that_is_not_there_is_a_500(apis: Apis, account: str) -> None:
    api = apis.create()
    apis.route(api, "GET /x", apis.integrate(api, f"arn:aws:lambda:us-east-1:{account}:function:nada"))
    response = apis.call(api, "/x")
    assert (response.status_code, response.text) == (500, '{"message":"Internal Server Error"}')


def test_a_closed_account_asks_for_a_permission_of_the_route(apis: Apis, cloud: Any, account: str) -> None:
    import requests

    api = apis.echo("GET /x/{id}")
    requests.post(
        f"{cloud.endpoint_url}/_localcloud/permissions",
        json={"enforced": True},
        headers={"x-localcloud-account": account},
        timeout=30,
    ).raise_for_status()
    assert apis.call(api, "/x/1").status_code == 500
    apis.functions.aws.add_permission(
        FunctionName="echo",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{api}/*/*/x/{{id}}",
    )
    assert apis.call(api, "/x/1").status_code == 200


def test_parameters_are_mapped_on_both_ways(apis: Apis) -> None:
    api = apis.echo(
        "POST /pedidos/{id}",
        RequestParameters={
            "overwrite:header.loja": "${stageVariables.loja}-${request.path.id}",
            "append:header.x-lista": "fim",
            "remove:querystring.segredo": "''",
            "overwrite:querystring.cliente": "$request.body.cliente.nome",
            "overwrite:path": "/outro/$request",
        },
        ResponseParameters={
            "200": {
                "overwrite:statuscode": "202",
                "append:header.rota": "$context.routeKey",
                "remove:header.content-type": "''",
            }
        },
    )
    apis.aws.update_stage(ApiId=api, StageName="$default", StageVariables={"loja": "recife"})
    response = apis.call(api, "/pedidos/7?segredo=1&a=b", "POST", json={"cliente": {"nome": "Ana"}}, headers={"x-lista": "inicio"})  # fmt: skip
    assert response.status_code == 202
    assert response.headers["rota"] == "POST /pedidos/{id}"
    assert "content-type" not in response.headers
    event = response.json()
    assert event["headers"]["loja"] == "recife-7"
    assert event["headers"]["x-lista"] == "inicio,fim"
    assert event["queryStringParameters"] == {"a": "b", "cliente": "Ana"}
    assert event["rawPath"] == "/outro/$request"


class _Backend(Handler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        answer = json.dumps({"path": self.path, "body": body.decode(), "loja": self.headers.get("x-loja")}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def backend() -> Iterator[str]:
    with serving(_Backend) as url:
        yield url


def test_an_endpoint_of_this_computer_gets_the_request(apis: Apis, backend: str) -> None:
    api = apis.create()
    made = apis.aws.create_integration(
        ApiId=api, IntegrationType="HTTP_PROXY", IntegrationMethod="ANY", IntegrationUri=f"{backend}/base/{{proxy}}"
    )
    apis.route(api, "ANY /{proxy+}", f"integrations/{made['IntegrationId']}")
    response = apis.call(api, "/a/b?c=1", "POST", data="oi", headers={"x-loja": "recife"})
    assert response.status_code == 201
    assert response.json() == {"path": "/base/a/b?c=1", "body": "oi", "loja": "recife"}


def test_a_route_sends_to_a_queue_without_a_function(apis: Apis) -> None:
    queue = apis.client("sqs").create_queue(QueueName="pedidos")["QueueUrl"]
    api = apis.create()
    made = apis.aws.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        CredentialsArn=apis.functions.role,
        PayloadFormatVersion="1.0",
        RequestParameters={"QueueUrl": queue, "MessageBody": "$request.body.pedido"},
    )
    apis.route(api, "POST /pedidos", f"integrations/{made['IntegrationId']}")
    response = apis.call(api, "/pedidos", "POST", json={"pedido": {"id": 1}})
    assert response.status_code == 200
    assert "<MessageId>" in response.text
    received = apis.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert [one["Body"] for one in received] == ['{"id":1}']


CORS = {"AllowOrigins": ["https://loja.example"], "AllowMethods": ["GET", "POST"], "AllowHeaders": ["Content-Type"], "MaxAge": 300, "AllowCredentials": True}  # fmt: skip


def test_the_api_answers_preflight_requests_and_replaces_cors_headers(apis: Apis) -> None:
    source = "def handler(event, context):\n    return {'statusCode': 200, 'headers': {'access-control-allow-origin': 'https://outra'}, 'body': 'x'}\n"
    arn = apis.functions.create("cors", source)["FunctionArn"]
    api = apis.create(CorsConfiguration=CORS)
    apis.route(api, "GET /x", apis.integrate(api, arn))
    asked = {"Origin": "https://loja.example", "Access-Control-Request-Method": "GET"}
    preflight = apis.call(api, "/x", "OPTIONS", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://loja.example"
    assert preflight.headers["access-control-allow-methods"] == "GET,POST"
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert preflight.headers["access-control-max-age"] == "300"
    assert preflight.headers["access-control-allow-credentials"] == "true"
    stranger = apis.call(api, "/x", "OPTIONS", headers={**asked, "Origin": "https://outra"})
    assert "access-control-allow-origin" not in stranger.headers
    got = apis.call(api, "/x", headers={"Origin": "https://loja.example"})
    assert got.headers["access-control-allow-origin"] == "https://loja.example"
    assert "access-control-allow-origin" not in apis.call(api, "/x").headers


def test_a_route_is_throttled_by_its_own_bucket(apis: Apis) -> None:
    api = apis.echo("GET /a", "GET /b")
    apis.aws.update_stage(
        ApiId=api,
        StageName="$default",
        RouteSettings={"GET /a": {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}},
    )
    answered = [apis.call(api, "/a") for _ in range(3)]
    assert [one.status_code for one in answered] == [200, 200, 429]
    assert answered[2].json() == {"message": "Too Many Requests"}
    assert apis.call(api, "/b").status_code == 200


def test_access_logs_have_the_variables_of_their_format(apis: Apis, account: str) -> None:
    api = apis.echo("GET /x")
    logs = apis.client("logs")
    logs.create_log_group(logGroupName="api")
    apis.aws.update_stage(
        ApiId=api,
        StageName="$default",
        AccessLogSettings={
            "DestinationArn": f"arn:aws:logs:us-east-1:{account}:log-group:api",
            "Format": "$context.requestId $context.httpMethod $context.routeKey $context.status $context.authorizer.nada $context.error.message",
        },
    )
    good, missing = apis.call(api, "/x"), apis.call(api, "/y")

    def lines() -> Any:
        streams = logs.describe_log_streams(logGroupName="api")["logStreams"]
        found = [event["message"] for stream in streams for event in logs.get_log_events(logGroupName="api", logStreamName=stream["logStreamName"])["events"]]  # fmt: skip
        return found if len(found) == 2 else None

    assert sorted(line.split(" ", 1)[1] for line in eventually(lines)) == [
        "GET - 404 - Not Found",
        "GET GET /x 200 - -",
    ]
    assert {line.split(" ")[0] for line in lines()} == {good.headers["apigw-requestid"], missing.headers["apigw-requestid"]}  # fmt: skip


def test_metrics_count_requests_and_errors_by_api_and_stage(apis: Apis) -> None:
    import datetime as dt

    api = apis.echo("GET /x")
    apis.aws.update_stage(ApiId=api, StageName="$default", DefaultRouteSettings={"DetailedMetricsEnabled": True})
    apis.call(api, "/x")
    apis.call(api, "/y")
    cloudwatch = apis.client("cloudwatch")
    now = dt.datetime.now(dt.UTC)

    def total(name: str, **dimensions: str) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - dt.timedelta(days=1),
            EndTime=now + dt.timedelta(days=1000),  # other tests may have moved the clock of this server
            Period=86_400,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    assert (total("Count", ApiId=api), total("4xx", ApiId=api), total("5xx", ApiId=api)) == (2, 1, 0)
    assert total("Count", ApiId=api, Stage="$default") == 2
    assert total("Count", ApiId=api, Stage="$default", Method="GET", Resource="/x") == 1
    assert total("DataProcessed", ApiId=api) > 0


def test_a_route_puts_an_event_that_rules_see(apis: Apis, account: str) -> None:
    sqs, events = apis.client("sqs"), apis.client("events")
    queue = sqs.create_queue(QueueName="vistos")["QueueUrl"]
    events.put_rule(Name="todos", EventPattern=json.dumps({"source": ["loja"]}))
    events.put_targets(Rule="todos", Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:{account}:vistos"}])
    api = apis.create()
    made = apis.aws.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="EventBridge-PutEvents",
        CredentialsArn=apis.functions.role,
        PayloadFormatVersion="1.0",
        RequestParameters={"Source": "loja", "DetailType": "Pedido", "Detail": "$request.body"},
    )
    apis.route(api, "POST /eventos", f"integrations/{made['IntegrationId']}")
    assert apis.call(api, "/eventos", "POST", json={"id": 1}).json()["FailedEntryCount"] == 0
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert [json.loads(one["Body"])["detail"] for one in received] == [{"id": 1}]


def test_a_queue_that_is_not_there_is_the_error_of_the_queue(apis: Apis, cloud: Any, account: str) -> None:
    api = apis.create()
    made = apis.aws.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        CredentialsArn=apis.functions.role,
        RequestParameters={"QueueUrl": f"{cloud.endpoint_url}/{account}/nada", "MessageBody": "x"},
    )
    apis.route(api, "POST /x", f"integrations/{made['IntegrationId']}")
    response = apis.call(api, "/x", "POST")
    assert response.status_code == 400
    assert "NonExistentQueue" in response.json()["__type"]


def test_a_throttled_function_is_a_503(apis: Apis) -> None:
    api = apis.echo("GET /x")
    apis.functions.aws.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    response = apis.call(api, "/x")
    assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})


def test_a_stage_variable_chooses_the_alias_of_a_function(apis: Apis) -> None:
    made = apis.functions.create("versao", "def handler(event, context):\n    return context.function_version\n")
    apis.functions.aws.publish_version(FunctionName="versao")
    apis.functions.aws.create_alias(FunctionName="versao", Name="prod", FunctionVersion="1")
    api = apis.create()
    apis.route(api, "GET /x", apis.integrate(api, made["FunctionArn"] + ":${stageVariables.alias}"))
    assert apis.call(api, "/x").status_code == 500
    apis.aws.update_stage(ApiId=api, StageName="$default", StageVariables={"alias": "prod"})
    assert apis.call(api, "/x").text == "1"
