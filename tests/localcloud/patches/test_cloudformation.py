"""moto.cloudformation patched: a stack has all that its template says, or there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "Namespace": "Loja",
        "MetricName": "Refusals",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
    },
}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}}
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def test_a_stack_with_what_cannot_be_made_is_refused_by_the_type(client: Callable[[str], Any]) -> None:
    stacks = client("cloudformation")
    body = json.dumps({"Resources": {"Queue": QUEUE, "Alarm": ALARM}})
    for ask in (
        lambda: stacks.create_stack(StackName="watch", TemplateBody=body),
        lambda: stacks.create_change_set(
            StackName="watch", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=body
        ),
    ):
        with pytest.raises(ClientError, match="The local cloud makes no AWS::CloudWatch::Alarm in a stack") as refused:
            ask()
        assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert client("sqs").list_queues().get("QueueUrls", []) == []


def test_other_stacks_are_made(client: Callable[[str], Any]) -> None:
    body = json.dumps({"Resources": {"Queue": QUEUE, "Handle": HANDLE}})
    client("cloudformation").create_stack(StackName="shop", TemplateBody=body)
    assert client("sqs").get_queue_url(QueueName="orders")["QueueUrl"].endswith("/orders")
