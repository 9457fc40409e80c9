"""SQS queues, SNS topics and EventBridge rules."""

from __future__ import annotations

from typing import Any

from helpers.cloud.kinds.base import Clients, Kind, answered, if_present, itself, named, pages, pairs, same
from helpers.cloud.ledger import Facts


def _find_queue(aws: Clients, asked: Facts) -> list[Facts]:
    return [{**asked, "QueueUrl": aws("sqs").get_queue_url(QueueName=asked["QueueName"])["QueueUrl"]}]


def _find_topic(aws: Clients, asked: Facts) -> list[Facts]:
    topics = pages(aws("sns"), "list_topics", "Topics")
    return [
        {**asked, "TopicArn": topic["TopicArn"]} for topic in topics if topic["TopicArn"].endswith(":" + asked["Name"])
    ]


def _rule(key: Facts) -> dict[str, Any]:
    return {name: key[name] for name in ("Name", "EventBusName") if name in key}


def _delete_rule(aws: Clients, key: Facts) -> None:
    events = aws("events")
    place = {"Rule": key["Name"], **({"EventBusName": key["EventBusName"]} if "EventBusName" in key else {})}
    targets = [
        target["Id"]
        for target in if_present(lambda: list(pages(events, "list_targets_by_rule", "Targets", **place))) or []
    ]
    if targets:
        events.remove_targets(Ids=targets, **place)
    events.delete_rule(**_rule(key))


def _rule_tags(aws: Clients, key: Facts) -> dict[str, str]:
    arn = aws("events").describe_rule(**_rule(key))["Arn"]
    return pairs(aws("events").list_tags_for_resource(ResourceARN=arn)["Tags"])


KINDS = (
    Kind(
        service="sqs",
        operation="CreateQueue",
        label="queue",
        rank=75,
        asked=named("QueueName"),
        made=answered(QueueUrl="QueueUrl"),
        find=_find_queue,
        tags=lambda aws, key: dict(aws("sqs").list_queue_tags(QueueUrl=key["QueueUrl"]).get("Tags") or {}),
        delete=lambda aws, key: aws("sqs").delete_queue(QueueUrl=key["QueueUrl"]),
        by_hand="aws sqs delete-queue --queue-url {QueueUrl}",
        tag_field=("tags",),
        adopts=True,
    ),
    Kind(
        service="sns",
        operation="CreateTopic",
        label="topic",
        rank=70,
        asked=named("Name"),
        made=answered(TopicArn="TopicArn"),
        find=_find_topic,
        tags=lambda aws, key: pairs(aws("sns").list_tags_for_resource(ResourceArn=key["TopicArn"])["Tags"]),
        delete=lambda aws, key: aws("sns").delete_topic(TopicArn=key["TopicArn"]),
        by_hand="aws sns delete-topic --topic-arn {TopicArn}",
        adopts=True,
    ),
    Kind(
        service="events",
        operation="PutRule",
        label="rule",
        rank=20,
        asked=named("Name", "EventBusName"),
        made=same,
        find=itself,
        tags=_rule_tags,
        delete=_delete_rule,
        by_hand="remove the targets of rule {Name}, then: aws events delete-rule --name {Name}",
        adopts=True,
    ),
)
