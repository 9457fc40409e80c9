"""The whole of monitoring in one story: a partner breaks, the alarm rings, the log names who, the trace shows where."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually
from tests.localcloud.gateway.rest_help import RestApi
from tests.localcloud.observe.alarm_help import AlarmDesk
from tests.localcloud.observe.test_tracing_apis import to_function
from tests.localcloud.observe.tracing_help import ACTIVE, POWERTOOLS, Traces

ORDERS = """
    import json
    import boto3
    from aws_xray_sdk.core import patch_all, xray_recorder
    patch_all()
    prices = boto3.resource("dynamodb").Table("prices")

    def handler(event, context):
        partner = event["queryStringParameters"]["partner"]
        with xray_recorder.in_subsegment("price list") as part:
            part.put_annotation("partner", partner)
            item = prices.get_item(Key={"partner": partner})["Item"]
            level = "INFO" if "cents" in item else "ERROR"
            print(json.dumps({"level": level, "partner": partner, "order": event["queryStringParameters"]["order"]}))
            return {"statusCode": 200, "body": str(item["cents"])}
"""
METRIC = {"Namespace": "AWS/Lambda", "Dimensions": [{"Name": "FunctionName", "Value": "orders"}]}


def stat(name: str) -> dict[str, Any]:
    return {"Metric": {**METRIC, "MetricName": name}, "Stat": "Sum", "Period": 60}


@pytest.fixture
def shop(functions: Functions, cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    """An API with tracing in front of the function, which reads its price list from a table."""
    client("dynamodb").create_table(
        TableName="prices",
        KeySchema=[{"AttributeName": "partner", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "partner", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("xray").create_sampling_rule(
        SamplingRule={
            "RuleName": "everything",
            "ResourceARN": "*",
            "Priority": 1,
            "FixedRate": 1.0,
            "ReservoirSize": 0,
            "ServiceName": "*",
            "ServiceType": "*",
            "Host": "*",
            "HTTPMethod": "*",
            "URLPath": "*",
            "Version": 1,
        }
    )
    made = functions.create("orders", ORDERS, Layers=[POWERTOOLS], Timeout=60, MemorySize=512, TracingConfig=ACTIVE)
    api = RestApi(client("apigateway"), cloud.endpoint_url)
    to_function(api, functions, made["FunctionArn"])
    api.deploy(tracingEnabled=True)
    return api


def test_an_error_spike_rings_and_its_culprit_is_found(
    shop: RestApi, desk: AlarmDesk, client: Callable[[str], Any]
) -> None:
    table = client("dynamodb")

    def price(partner: str, **item: dict[str, str]) -> None:
        table.put_item(TableName="prices", Item={"partner": {"S": partner}, **item})

    def minutes(count: int) -> None:
        for minute in range(count):
            for number, partner in enumerate(("bola", "craque", "craque", "novo")):
                order = f"{partner}-{minute}-{number}"
                shop.get(f"/orders?partner={partner}&order={order}")
            desk.advance(60)

    for partner in ("bola", "craque", "novo"):
        price(partner, cents={"N": "3990"})
    desk.put(
        "orders-failing",
        Namespace=None,
        MetricName=None,
        Dimensions=None,
        Statistic=None,
        Period=None,
        Metrics=[
            {"Id": "rate", "Expression": "100 * errors / calls", "Label": "errors in %", "ReturnData": True},
            {"Id": "errors", "MetricStat": stat("Errors"), "ReturnData": False},
            {"Id": "calls", "MetricStat": stat("Invocations"), "ReturnData": False},
        ],
        Threshold=5.0,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        TreatMissingData="notBreaching",
    )

    minutes(3)
    assert desk.state("orders-failing") == "OK"
    (calm,) = desk.messages()
    assert calm["Message"]["NewStateValue"] == "OK"

    began = dt.datetime.fromisoformat(desk.now())
    price("bola")  # the import of a new price list went wrong
    minutes(3)
    assert desk.state("orders-failing") == "ALARM"
    (rings,) = desk.messages()
    assert rings["Subject"].startswith('ALARM: "orders-failing"')
    assert rings["Message"]["OldStateValue"] == "OK"
    assert "2 out of the last 3 datapoints" in rings["Message"]["NewStateReason"]

    logs = client("logs")
    end = dt.datetime.fromisoformat(desk.now())
    query = logs.start_query(
        logGroupName="/aws/lambda/orders",
        startTime=int(began.timestamp()),
        endTime=int(end.timestamp()),
        queryString='filter level = "ERROR" | stats count(*) as failures by partner | sort failures desc',
    )["queryId"]
    answer = eventually(lambda: (found := logs.get_query_results(queryId=query))["status"] == "Complete" and found)
    assert [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]] == [
        {"partner": "bola", "failures": "3"}
    ]

    xray = client("xray")
    found = xray.get_trace_summaries(
        StartTime=began, EndTime=end, FilterExpression='service("orders") { fault } AND annotation.partner = "bola"'
    )["TraceSummaries"]
    assert len(found) == 3
    everything = xray.get_trace_summaries(StartTime=began, EndTime=end, FilterExpression="fault")["TraceSummaries"]
    assert {one["Id"] for one in everything} == {one["Id"] for one in found}
    traces = Traces(xray, lambda: dt.datetime.fromisoformat(desk.now()))
    documents = traces.of(found[0]["Id"])
    assert [one["origin"] for one in documents[:3]] == [
        "AWS::ApiGateway::Stage",
        "AWS::Lambda",
        "AWS::Lambda::Function",
    ]
    (part,) = [one for one in documents[2]["subsegments"] if one["name"] == "price list"]
    assert part["fault"]
    assert "KeyError" in json.dumps(part["cause"])
    (call,) = part["subsegments"]
    assert call["name"] == "dynamodb"
    assert not call.get("fault")  # the table answered: what it held was wrong

    price("bola", cents={"N": "3990"})
    minutes(3)
    assert desk.state("orders-failing") == "OK"
    assert [one["Message"]["NewStateValue"] for one in desk.messages()] == ["OK"]
