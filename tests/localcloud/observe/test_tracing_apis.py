"""What stages of REST APIs with tracing tell X-Ray, and how function URLs and HTTP APIs hand trace headers on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.gateway.rest_help import RestApi
from tests.localcloud.observe.tracing_help import ACTIVE, POWERTOOLS, Traces, header_of

ANSWERS = """
    import json, os
    def handler(event, context):
        return {"statusCode": 200, "body": json.dumps({"seen": os.environ["_X_AMZN_TRACE_ID"], "headers": event.get("headers")})}
"""


@pytest.fixture
def traces(cloud: CloudProcess, account: str) -> Traces:
    def now() -> dt.datetime:
        return dt.datetime.fromisoformat(HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"])

    return Traces(cloud.client("xray", account), now)


@pytest.fixture
def api(client: Callable[[str], Any], cloud: CloudProcess) -> RestApi:
    return RestApi(client("apigateway"), cloud.endpoint_url)


def to_function(api: RestApi, functions: Functions, arn: str, path: str = "/orders") -> None:
    """A method ``GET`` that hands everything to a function."""
    place = {"restApiId": api.id, "resourceId": api.resource(path), "httpMethod": "GET"}
    api.client.put_method(**place, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    api.client.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    functions.aws.add_permission(
        FunctionName=arn, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )


def parts(header: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in header.split(";"))


def test_a_trace_goes_from_the_stage_to_the_table(functions: Functions, api: RestApi, traces: Traces) -> None:
    source = """
        import boto3
        from aws_xray_sdk.core import patch_all
        patch_all()
        table = boto3.resource("dynamodb").Table("pedidos")
        def handler(event, context):
            table.put_item(Item={"pk": "p1"})
            return {"statusCode": 201}
    """
    functions.client("dynamodb").create_table(
        TableName="pedidos",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made = functions.create("shop", source, Layers=[POWERTOOLS], Timeout=60, MemorySize=512, TracingConfig=ACTIVE)
    to_function(api, functions, made["FunctionArn"])
    api.deploy(tracingEnabled=True)
    answer = api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    assert answer.status_code == 201
    written = traces.named("dynamodb")
    (stage,) = traces.with_origin("AWS::ApiGateway::Stage")
    (service,) = traces.with_origin("AWS::Lambda")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    (call,) = stage["subsegments"]
    assert stage["parent_id"] == "a" * 16
    assert [service["parent_id"], function["parent_id"], written["parent_id"]] == [
        call["id"],
        service["id"],
        function["id"],
    ]
    assert {one["trace_id"] for one in (stage, service, function)} == {parts(header_of())["Root"]}
    assert (stage["name"], stage["resource_arn"]) == (
        "loja/dev",
        f"arn:aws:apigateway:us-east-1::/restapis/{api.id}/stages/dev",
    )
    assert (stage["http"]["request"]["method"], stage["http"]["response"]["status"]) == ("GET", 201)
    assert stage["http"]["request"]["url"].endswith("/dev/orders")
    assert stage["annotations"] == {"aws:api_id": api.id, "aws:api_stage": "dev"}
    assert (call["name"], call["namespace"], call["aws"]["function_name"]) == ("Lambda", "aws", "shop")
    assert stage["start_time"] <= call["start_time"] <= service["start_time"] + 0.001
    summary = functions.client("xray").get_service_graph(
        StartTime=traces._now() - dt.timedelta(hours=1), EndTime=traces._now() + dt.timedelta(minutes=1)
    )
    assert {"AWS::ApiGateway::Stage", "AWS::Lambda", "AWS::Lambda::Function", "AWS::DynamoDB::Table"} <= {
        one.get("Type") for one in summary["Services"]
    }


def test_a_request_without_a_header_is_sampled_by_the_rules_and_told_its_trace(
    functions: Functions, api: RestApi, traces: Traces
) -> None:
    made = functions.create("shop", ANSWERS, TracingConfig=ACTIVE)
    to_function(api, functions, made["FunctionArn"])
    api.deploy(tracingEnabled=True)
    answer = api.get("/orders")
    root = parts(answer.headers["x-amzn-trace-id"])["Root"]
    stage, service, function = traces.of(root)
    assert "parent_id" not in stage
    assert parts(answer.json()["seen"])["Root"] == root
    assert parts(answer.json()["seen"])["Parent"] == function["id"]
    assert service["parent_id"] == stage["subsegments"][0]["id"]
    assert parts(answer.json()["headers"]["X-Amzn-Trace-Id"])["Root"] == root


@pytest.mark.parametrize("sampled", ["0", "1"])
def test_the_decision_of_the_client_stands(functions: Functions, api: RestApi, traces: Traces, sampled: str) -> None:
    made = functions.create("shop", ANSWERS, TracingConfig=ACTIVE)
    to_function(api, functions, made["FunctionArn"])
    api.deploy(tracingEnabled=True)
    answer = api.get("/orders", headers={"X-Amzn-Trace-Id": header_of(sampled=sampled)})
    assert parts(answer.json()["seen"])["Sampled"] == sampled
    assert len(traces.ids()) == int(sampled)


def test_a_stage_without_tracing_hands_the_header_on_and_sends_nothing(
    functions: Functions, api: RestApi, traces: Traces
) -> None:
    made = functions.create("shop", ANSWERS, TracingConfig=ACTIVE)
    to_function(api, functions, made["FunctionArn"])
    api.deploy()
    api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    service, function = traces.all()
    assert (service["origin"], service["parent_id"]) == ("AWS::Lambda", "a" * 16)


def test_tracing_is_switched_by_update_stage_and_shown(api: RestApi, traces: Traces) -> None:
    api.mock("GET", "/orders")
    api.deploy()
    api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    assert traces.ids() == []
    api.update_stage({"/tracingEnabled": "true"})
    assert api.client.get_stage(restApiId=api.id, stageName="dev")["tracingEnabled"] is True
    api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    (stage,) = traces.all()
    assert "subsegments" not in stage
    api.update_stage({"/tracingEnabled": "false"})
    api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    assert len(traces.all()) == 1


def test_a_sampling_rule_decides_for_a_stage(api: RestApi, client: Callable[[str], Any], traces: Traces) -> None:
    rule = {
        "RuleName": "none",
        "ResourceARN": "*",
        "Priority": 1,
        "FixedRate": 0.0,
        "ReservoirSize": 0,
        "ServiceName": "loja/dev",
        "ServiceType": "AWS::ApiGateway::Stage",
        "Host": "*",
        "HTTPMethod": "*",
        "URLPath": "*",
        "Version": 1,
    }
    api.mock("GET", "/orders")
    api.deploy(tracingEnabled=True)
    client("xray").create_sampling_rule(SamplingRule=rule)
    for _ in range(5):
        assert api.get("/orders").status_code == 200
    assert traces.ids() == []


def test_failures_are_marked_by_their_status(functions: Functions, api: RestApi, traces: Traces) -> None:
    made = functions.create("shop", "def handler(event, context): raise ValueError", TracingConfig=ACTIVE)
    to_function(api, functions, made["FunctionArn"])
    api.deploy(tracingEnabled=True)
    header = {"X-Amzn-Trace-Id": header_of()}
    assert api.get("/orders", headers=header).status_code == 502
    assert api.get("/nowhere", headers=header).status_code == 403
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    assert api.get("/orders", headers=header).status_code == 500
    failed, missing, throttled = (one for one in traces.all() if one["origin"] == "AWS::ApiGateway::Stage")
    assert (failed["fault"], missing["error"], throttled["fault"]) == (True, True, True)
    assert failed["subsegments"][0]["http"]["response"]["status"] == 200


def test_an_authorizer_is_a_call_of_its_own(functions: Functions, api: RestApi, traces: Traces) -> None:
    allow = """
        def handler(event, context):
            statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
            return {"principalId": "ana", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    """
    guard = functions.create("guard", allow, TracingConfig=ACTIVE)["FunctionArn"]
    made = functions.create("shop", ANSWERS, TracingConfig=ACTIVE)["FunctionArn"]
    to_function(api, functions, made)
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{guard}/invocations"
    authorizer = api.client.create_authorizer(
        restApiId=api.id,
        name="guard",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
    )
    functions.aws.add_permission(
        FunctionName="guard", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    api.client.update_method(
        restApiId=api.id,
        resourceId=api.resource("/orders"),
        httpMethod="GET",
        patchOperations=[
            {"op": "replace", "path": "/authorizationType", "value": "CUSTOM"},
            {"op": "replace", "path": "/authorizerId", "value": authorizer["id"]},
        ],
    )
    api.deploy(tracingEnabled=True)
    answer = api.get("/orders", headers={"X-Amzn-Trace-Id": header_of(), "Authorization": "t"})
    assert answer.status_code == 200
    (stage,) = traces.with_origin("AWS::ApiGateway::Stage")
    services = {one["name"]: one["parent_id"] for one in traces.with_origin("AWS::Lambda", 2)}
    assert [(one["aws"]["function_name"], one["id"]) for one in stage["subsegments"]] == [
        ("guard", services["guard"]),
        ("shop", services["shop"]),
    ]


def test_a_call_of_a_service_carries_the_trace_into_the_queue(
    functions: Functions, api: RestApi, traces: Traces, account: str
) -> None:
    sqs = functions.client("sqs")
    url = sqs.create_queue(QueueName="fila")["QueueUrl"]
    place = {"restApiId": api.id, "resourceId": api.resource("/orders"), "httpMethod": "GET"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_method_response(**place, statusCode="200")
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = functions.client("iam").create_role(
        RoleName="api", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    api.client.put_integration(
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:sqs:path/{account}/fila",
        credentials=role,
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=oi"},
    )
    api.client.put_integration_response(**place, statusCode="200")
    api.deploy(tracingEnabled=True)
    answer = api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    assert answer.status_code == 200, answer.text
    (stage,) = traces.with_origin("AWS::ApiGateway::Stage")
    (call,) = stage["subsegments"]
    (message,) = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])["Messages"]
    assert (call["name"], call["namespace"]) == ("SQS", "aws")
    assert parts(message["Attributes"]["AWSTraceHeader"])["Parent"] == call["id"]


def test_a_function_behind_a_url_decides_itself_when_the_client_did_not(
    functions: Functions, traces: Traces, cloud: CloudProcess
) -> None:
    functions.create("shop", ANSWERS, TracingConfig=ACTIVE)
    url = functions.aws.create_function_url_config(FunctionName="shop", AuthType="NONE")["FunctionUrl"]
    for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
        extra: dict[str, Any] = {"FunctionUrlAuthType": "NONE"} if action.endswith("Url") else {}
        functions.aws.add_permission(FunctionName="shop", StatementId=action[7:], Action=action, Principal="*", **extra)
    answer = HTTP.get(url)
    assert answer.status_code == 200, answer.text
    seen = parts(answer.json()["seen"])
    service, _ = traces.of(seen["Root"])
    assert seen["Sampled"] == "1" and "parent_id" not in service
    assert parts(answer.headers["x-amzn-trace-id"])["Root"] == seen["Root"]


def test_the_ledger_knows_which_function_an_api_has_called(
    functions: Functions, api: RestApi, cloud: CloudProcess, account: str
) -> None:
    made = functions.create("shop", "def handler(event, context): return {'statusCode': 200}")["FunctionArn"]
    to_function(api, functions, made)
    api.deploy()
    api.get("/orders", headers={"X-Amzn-Trace-Id": header_of()})
    headers = {"x-localcloud-account": account}
    entries = HTTP.get(f"{cloud.endpoint_url}/_localcloud/events", headers=headers).json()["entries"]
    assert [(one["step"], one["resource"], one["to"], one["trace"]) for one in entries] == [
        (
            "delivered",
            f"arn:aws:execute-api:us-east-1:{account}:{api.id}/dev/GET/orders",
            made,
            parts(header_of())["Root"],
        )
    ]
