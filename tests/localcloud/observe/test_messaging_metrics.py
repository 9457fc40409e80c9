"""The metrics of topics and of event source mappings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.events.mapping_help import Desk
from tests.localcloud.metric_points import points

Client = Callable[[str], Any]


def metric(client: Client, namespace: str, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
    found = points(client("cloudwatch"), namespace, name, statistic, dimensions)
    return found[0] if found else None


def test_a_topic_counts_what_is_published_and_how_large_it_is(client: Client) -> None:
    topic = client("sns").create_topic(Name="orders")["TopicArn"]
    client("sns").publish(TopicArn=topic, Message="x" * 100)
    client("sns").publish(TopicArn=topic, Message="x" * 300)
    assert metric(client, "AWS/SNS", "NumberOfMessagesPublished", TopicName="orders") == 2
    assert metric(client, "AWS/SNS", "PublishSize", "Average", TopicName="orders") == 200
    assert metric(client, "AWS/SNS", "NumberOfNotificationsDelivered", TopicName="orders") is None


@pytest.mark.parametrize(
    ("scope", "policy", "message", "attributes", "kind"),
    [
        ("MessageAttributes", {"kind": ["a"]}, "m", {}, "NoMessageAttributes"),
        ("MessageAttributes", {"kind": ["a"]}, "m", {"kind": ("String", "b")}, "MessageAttributes"),
        ("MessageBody", {"kind": ["a"]}, '{"kind": "b"}', {}, "MessageBody"),
        ("MessageBody", {"kind": ["a"]}, "no json", {}, "InvalidMessageBody"),
    ],
)
def test_a_topic_says_why_a_notification_was_filtered_out(
    client: Client, scope: str, policy: Any, message: str, attributes: dict[str, tuple[str, str]], kind: str
) -> None:
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    filtering = {"FilterPolicy": json.dumps(policy), "FilterPolicyScope": scope}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=filtering)
    given = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}
    sns.publish(TopicArn=topic, Message=message, MessageAttributes=given)
    filtered = "NumberOfNotificationsFilteredOut"
    assert metric(client, "AWS/SNS", filtered, TopicName="orders") == 1
    assert metric(client, "AWS/SNS", f"{filtered}-{kind}", TopicName="orders") == 1


def test_a_topic_counts_failures_and_what_became_of_them(client: Client, account: str) -> None:
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for name, target in (("gone", dead_arn), ("gone-too", dead_arn + "-missing")):
        sqs.create_queue(QueueName=name)
        endpoint = dead_arn.replace("dead", name)
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": target})}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=redrive)
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    sns.publish(TopicArn=topic, Message="m")
    assert metric(client, "AWS/SNS", "NumberOfNotificationsFailed", TopicName="orders") == 2
    assert metric(client, "AWS/SNS", "NumberOfNotificationsRedrivenToDlq", TopicName="orders") == 1
    assert metric(client, "AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", TopicName="orders") == 1


@pytest.fixture
def desk(cloud: CloudProcess, account: str, functions: Functions) -> Desk:
    return Desk(cloud, account, functions)


def test_a_mapping_counts_its_events_when_it_is_asked_to(desk: Desk, client: Client) -> None:
    source = """
        def handler(event, context):
            bad = [one["messageId"] for one in event["Records"] if one["body"] == "bad"]
            return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
    """
    queue = desk.create("orders", VisibilityTimeout="300")
    desk.functions.create("worker", source, Timeout=20)
    mapping = desk.map(
        queue,
        MetricsConfig={"Metrics": ["EventCount"]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": [{"anything-but": "noise"}]})}]},
    )
    assert desk.aws.get_event_source_mapping(UUID=mapping)["MetricsConfig"] == {"Metrics": ["EventCount"]}
    desk.send_all(queue, "a", "bad", "noise", "b")
    desk.advance(5)
    counted = {
        name: metric(client, "AWS/Lambda", f"{name}EventCount", EventSourceMappingUUID=mapping)
        for name in ("Polled", "FilteredOut", "Invoked", "FailedInvoke", "Deleted")
    }
    assert counted == {"Polled": 4, "FilteredOut": 1, "Invoked": 3, "FailedInvoke": 1, "Deleted": 3}
    desk.aws.update_event_source_mapping(UUID=mapping, MetricsConfig={"Metrics": []})
    desk.advance(1)
    desk.send_all(queue, "c")
    desk.advance(5)
    assert metric(client, "AWS/Lambda", "PolledEventCount", EventSourceMappingUUID=mapping) == 4


def test_a_mapping_that_does_not_ask_has_no_metrics_of_its_own(desk: Desk, client: Client) -> None:
    queue = desk.mapped()
    desk.send(queue, "a")
    desk.advance(5)
    assert client("cloudwatch").list_metrics(Namespace="AWS/Lambda", MetricName="PolledEventCount")["Metrics"] == []
