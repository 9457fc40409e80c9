"""How traces go on through queues, topics and buses, and where they are linked instead."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions, eventually
from tests.localcloud.observe.tracing_help import ACTIVE, Traces, header_of, sending

PRINTS = "import os\ndef handler(event, context): print('header', os.environ['_X_AMZN_TRACE_ID'])"
ROOT = "1-6b000000-000000000000000000000001"


@pytest.fixture
def traces(cloud: CloudProcess, account: str) -> Traces:
    def now() -> dt.datetime:
        return dt.datetime.fromisoformat(HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"])

    return Traces(cloud.client("xray", account), now)


def queue_of(functions: Functions, name: str = "fila") -> tuple[str, str]:
    sqs = functions.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def seen(functions: Functions, name: str = "shop") -> list[dict[str, str]]:
    """The trace headers that a function has printed."""
    lines = [line.split(" ", 1)[1].strip() for line in functions.log(name) if line.startswith("header ")]
    return [dict(part.split("=", 1) for part in line.split(";")) for line in lines]


def send(functions: Functions, url: str, *headers: str) -> None:
    attribute = "AWSTraceHeader"
    entries: list[dict[str, Any]] = [
        {
            "Id": str(number),
            "MessageBody": "oi",
            "MessageSystemAttributes": {attribute: {"DataType": "String", "StringValue": header}},
        }
        for number, header in enumerate(headers)
    ]
    assert "Failed" not in functions.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)


def test_a_batch_is_a_trace_of_its_own_with_links_to_those_of_its_senders(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    url, arn = queue_of(functions)
    other = ROOT[:-1] + "2"
    send(functions, url, header_of(), header_of(other, "b" * 16, "0"), header_of())
    functions.aws.create_event_source_mapping(EventSourceArn=arn, FunctionName="shop", BatchSize=10)
    (service,) = traces.with_origin("AWS::Lambda")
    assert service["trace_id"] not in (ROOT, other)
    assert "parent_id" not in service
    assert [(one["trace_id"], one["id"]) for one in service["links"]] == [(ROOT, "a" * 16), (other, "b" * 16)]
    (header,) = eventually(lambda: seen(functions))
    assert (header["Root"], header["Sampled"]) == (service["trace_id"], "1")


def test_a_batch_whose_senders_were_not_sampled_is_not_traced(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    url, arn = queue_of(functions)
    send(functions, url, header_of(sampled="0"))
    functions.aws.create_event_source_mapping(EventSourceArn=arn, FunctionName="shop", BatchSize=10)
    (header,) = eventually(lambda: seen(functions))
    assert header["Sampled"] == "0"
    assert traces.ids() == []


def test_messages_without_a_trace_leave_the_decision_to_lambda(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    url, arn = queue_of(functions)
    functions.client("sqs").send_message(QueueUrl=url, MessageBody="oi")
    functions.aws.create_event_source_mapping(EventSourceArn=arn, FunctionName="shop", BatchSize=10)
    (service,) = traces.with_origin("AWS::Lambda")
    assert "links" not in service


def test_a_topic_with_active_tracing_is_a_segment_with_a_subsegment_for_each_delivery(
    functions: Functions, traces: Traces
) -> None:
    function = functions.create("shop", PRINTS, TracingConfig=ACTIVE)["FunctionArn"]
    url, arn = queue_of(functions)
    sns = functions.client("sns")
    topic = sns.create_topic(Name="avisos", Attributes={"TracingConfig": "Active"})["TopicArn"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TracingConfig"] == "Active"
    functions.aws.add_permission(
        FunctionName="shop", StatementId="sns", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
    )
    functions.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": _open(arn)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    sending(sns, header_of())
    sns.publish(TopicArn=topic, Message="oi")
    (service,) = traces.with_origin("AWS::Lambda")
    (published,) = traces.with_origin("AWS::SNS")
    (message,) = functions.client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])[
        "Messages"
    ]
    deliveries = {one["name"]: one["id"] for one in published["subsegments"]}
    assert sorted(deliveries) == ["Lambda", "SQS"]
    assert (published["trace_id"], published["parent_id"]) == (ROOT, "a" * 16)
    assert (published["name"], published["resource_arn"]) == ("avisos", topic)
    assert (service["trace_id"], service["parent_id"]) == (ROOT, deliveries["Lambda"])
    assert f"Parent={deliveries['SQS']};Sampled=1" in message["Attributes"]["AWSTraceHeader"]


@pytest.mark.parametrize(("mode", "sampled"), [("PassThrough", "1"), ("Active", "0")])
def test_a_topic_sends_nothing_by_itself(functions: Functions, traces: Traces, mode: str, sampled: str) -> None:
    url, arn = queue_of(functions)
    sns = functions.client("sns")
    topic = sns.create_topic(Name="avisos")["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="TracingConfig", AttributeValue=mode)
    functions.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": _open(arn)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sending(sns, header_of(sampled=sampled))
    sns.publish(TopicArn=topic, Message="oi")
    (message,) = functions.client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])[
        "Messages"
    ]
    assert message["Attributes"]["AWSTraceHeader"] == header_of(sampled=sampled)
    assert traces.ids() == []


@pytest.mark.parametrize("in_the_entry", [True, False])
def test_a_bus_hands_the_trace_of_an_event_on(functions: Functions, traces: Traces, in_the_entry: bool) -> None:
    function = functions.create("shop", PRINTS, TracingConfig=ACTIVE)["FunctionArn"]
    events = functions.client("events")
    events.put_rule(Name="pedidos", EventPattern=json.dumps({"source": ["loja"]}))
    events.put_targets(Rule="pedidos", Targets=[{"Id": "shop", "Arn": function}])
    functions.aws.add_permission(
        FunctionName="shop", StatementId="bus", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    entry = {"Source": "loja", "DetailType": "pedido", "Detail": "{}"}
    if in_the_entry:
        entry["TraceHeader"] = header_of()
    else:
        sending(events, header_of())
    events.put_events(Entries=[entry])
    (service,) = traces.with_origin("AWS::Lambda")
    assert (service["trace_id"], service["parent_id"]) == (ROOT, "a" * 16)
    assert service["subsegments"][1]["name"] == "Attempt #1"


def test_a_stream_begins_a_new_trace(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    dynamodb = functions.client("dynamodb")
    stream = dynamodb.create_table(
        TableName="pedidos",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]["LatestStreamArn"]
    functions.aws.create_event_source_mapping(
        EventSourceArn=stream, FunctionName="shop", StartingPosition="TRIM_HORIZON"
    )
    sending(dynamodb, header_of())
    dynamodb.put_item(TableName="pedidos", Item={"pk": {"S": "p1"}})
    (service,) = traces.with_origin("AWS::Lambda")
    assert service["trace_id"] != ROOT
    assert "links" not in service


def _open(arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
