"""What is wired to what in the connected account, asked with plain boto3: topics, queues, functions, buckets, tables and rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import boto3

from helpers.cloud.events import short

Way = Literal["delivery", "dead letters"]


@dataclass(frozen=True)
class Edge:
    """One wire. source, target: ARNs, or what else is subscribed, such as a mail address. way: dead letters are what could not be delivered or handled."""

    source: str
    target: str
    way: Way = "delivery"


@dataclass(frozen=True)
class Topology:
    """nodes: ARNs and addresses, in a fixed order. edges: in a fixed order. queues: URL by ARN."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    queues: dict[str, str]


def topology() -> Topology:
    """The wires of the connected account; what is wired to nothing is left out, unless it is a topic, a queue or a function."""
    queues = dict(_queues())
    functions = [item["FunctionArn"] for item in _all("lambda", "list_functions", "Functions")]
    topics = [item["TopicArn"] for item in _all("sns", "list_topics", "Topics")]
    edges = sorted({*_subscriptions(), *_redrives(queues), *_mappings(), *_failures(functions), *_notifications(), *_rules()},
                   key=lambda edge: (edge.source, edge.target, edge.way))  # fmt: skip
    nodes = {*queues, *functions, *topics, *(end for edge in edges for end in (edge.source, edge.target))}
    return Topology(tuple(sorted(nodes, key=lambda node: (short(node), node))), tuple(edges), queues)


def _all(service: str, operation: str, member: str, **parameters: Any) -> list[Any]:
    client = boto3.client(service)
    pages = client.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page.get(member, [])]


def _bare(arn: str) -> str:
    """A function without its version or alias, a table instead of its stream: one node each."""
    if ":function:" in arn:
        return ":".join(arn.split(":")[:7])
    return arn.split("/stream/")[0]


def _queues() -> Iterator[tuple[str, str]]:
    sqs = boto3.client("sqs")
    for url in _all("sqs", "list_queues", "QueueUrls"):
        yield sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"], url


def _redrives(queues: dict[str, str]) -> Iterator[Edge]:
    sqs = boto3.client("sqs")
    for arn, url in queues.items():
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
        if policy := attributes.get("RedrivePolicy"):
            yield Edge(arn, json.loads(policy)["deadLetterTargetArn"], "dead letters")


def _subscriptions() -> Iterator[Edge]:
    sns = boto3.client("sns")
    for one in _all("sns", "list_subscriptions", "Subscriptions"):
        yield Edge(one["TopicArn"], _bare(one["Endpoint"]))
        if one["SubscriptionArn"].startswith("arn:"):
            attributes = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
            if policy := attributes.get("RedrivePolicy"):
                yield Edge(one["TopicArn"], json.loads(policy)["deadLetterTargetArn"], "dead letters")


def _mappings() -> Iterator[Edge]:
    for one in _all("lambda", "list_event_source_mappings", "EventSourceMappings"):
        yield Edge(_bare(one["EventSourceArn"]), _bare(one["FunctionArn"]))
        if failed := one.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
            yield Edge(_bare(one["FunctionArn"]), failed, "dead letters")


def _failures(functions: Iterable[str]) -> Iterator[Edge]:
    client = boto3.client("lambda")
    for arn in functions:
        if dead := client.get_function_configuration(FunctionName=arn).get("DeadLetterConfig", {}).get("TargetArn"):
            yield Edge(arn, dead, "dead letters")
        for config in _all(
            "lambda", "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", FunctionName=arn
        ):
            destinations = config.get("DestinationConfig", {})
            if target := destinations.get("OnSuccess", {}).get("Destination"):
                yield Edge(arn, _bare(target))
            if target := destinations.get("OnFailure", {}).get("Destination"):
                yield Edge(arn, _bare(target), "dead letters")


def _notifications() -> Iterator[Edge]:
    s3 = boto3.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        configuration = s3.get_bucket_notification_configuration(Bucket=bucket["Name"])
        for rules, target in (
            ("TopicConfigurations", "TopicArn"),
            ("QueueConfigurations", "QueueArn"),
            ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        ):
            for rule in configuration.get(rules, []):
                yield Edge(f"arn:aws:s3:::{bucket['Name']}", _bare(rule[target]))


def _rules() -> Iterator[Edge]:
    for rule in _all("events", "list_rules", "Rules"):
        for target in _all("events", "list_targets_by_rule", "Targets", Rule=rule["Name"]):
            yield Edge(rule["Arn"], _bare(target["Arn"]))
            if dead := target.get("DeadLetterConfig", {}).get("Arn"):
                yield Edge(rule["Arn"], dead, "dead letters")
