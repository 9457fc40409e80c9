"""What SQS refuses, with its code and its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.events.queue_help import Queues, refusal

TEXT = {"DataType": "String", "StringValue": "x"}


@pytest.fixture
def queues(cloud: CloudProcess, account: str) -> Queues:
    return Queues(cloud, account)


def test_a_message_of_one_mebibyte_is_taken_and_one_byte_more_is_not(queues: Queues) -> None:
    url = queues.create("orders")
    queues.send(url, "x" * 1_048_576)
    with refusal("InvalidParameterValue", "Message must be shorter than 1048576 bytes."):
        queues.send(url, "x" * 1_048_575 + "é")
    with refusal("InvalidParameterValue", "Message must be shorter than 1048576 bytes."):
        queues.send(url, "x" * 1_048_576, MessageAttributes={"a": TEXT})


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ({"MessageBody": ""}, "MissingParameter", "The request must contain the parameter MessageBody."),
        ({"MessageBody": "\x00"}, "InvalidMessageContents", "Invalid characters found"),
        ({"DelaySeconds": 901}, "InvalidParameterValue", "Value 901 for parameter DelaySeconds is invalid"),
        ({"DelaySeconds": -1}, "InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900"),
        ({"MessageGroupId": "a b"}, "InvalidParameterValue", "MessageGroupId can only include"),
        (
            {"MessageAttributes": {str(n): TEXT for n in range(11)}},
            "InvalidParameterValue",
            r"\[11\] exceeds the allowed maximum \[10\]",
        ),
        ({"MessageAttributes": {"a b": TEXT}}, "InvalidParameterValue", "The message attribute name 'a b' is invalid"),
        ({"MessageAttributes": {".a": TEXT}}, "InvalidParameterValue", "cannot start or end with a period"),
        ({"MessageAttributes": {"AWS.a": TEXT}}, "InvalidParameterValue", "reserved for internal use"),
        (
            {"MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}},
            "InvalidParameterValue",
            "invalid message attribute type",
        ),
        (
            {"MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}},
            "InvalidParameterValue",
            "non-empty message attribute value",
        ),
        (
            {"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}},
            "InvalidParameterValue",
            "Can't cast the value",
        ),
    ],
)
def test_a_message_that_is_no_message_is_refused(
    queues: Queues, parameters: dict[str, Any], code: str, words: str
) -> None:
    url = queues.create("orders")
    with refusal(code, words):
        queues.sqs.send_message(**{"QueueUrl": url, "MessageBody": "x", **parameters})
    assert queues.receive(url) == []


def test_batches_that_are_refused_as_a_whole(queues: Queues) -> None:
    url = queues.create("orders")

    def send(*ids: str, body: str = "x") -> None:
        queues.sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": one, "MessageBody": body} for one in ids])

    service = "AWS.SimpleQueueService."
    with refusal(service + "EmptyBatchRequest", "at least one SendMessageBatchRequestEntry"):
        send()
    with refusal(
        service + "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 20."
    ):
        send(*map(str, range(20)))
    with refusal(service + "BatchEntryIdsNotDistinct", "Id a repeated."):
        send("a", "a")
    with refusal(service + "InvalidBatchEntryId", "alphanumeric"):
        send("a b")
    with refusal(service + "BatchRequestTooLong", "You have sent 1048578 bytes."):
        send("a", "b", body="x" * 524_289)
    assert queues.receive(url) == []


def test_one_bad_entry_does_not_fail_the_others(queues: Queues) -> None:
    url = queues.create("orders")
    answer = queues.sqs.send_message_batch(
        QueueUrl=url,
        Entries=[{"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "x", "DelaySeconds": 1_000}],
    )
    assert [one["Id"] for one in answer["Successful"]] == ["good"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("bad", True, "InvalidParameterValue")
    (message,) = queues.receive(url)
    answer = queues.sqs.delete_message_batch(
        QueueUrl=url,
        Entries=[{"Id": "good", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "bad", "ReceiptHandle": "x"}],
    )
    assert [one["Id"] for one in answer["Successful"]] == ["good"]
    assert answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"MaxNumberOfMessages": 11}, "Must be between 1 and 10"),
        ({"MaxNumberOfMessages": 0}, "Must be between 1 and 10"),
        ({"WaitTimeSeconds": 21}, "Must be >= 0 and <= 20"),
        ({"VisibilityTimeout": 43_201}, "Must be >= 0 and <= 43200"),
        ({"ReceiveRequestAttemptId": "x"}, "not valid for this queue type"),
        ({"MessageSystemAttributeNames": ["Colour"]}, "Unknown Attribute Colour"),
    ],
)
def test_a_receive_out_of_range_is_refused(queues: Queues, parameters: dict[str, Any], words: str) -> None:
    with refusal("InvalidParameterValue", words):
        queues.sqs.receive_message(QueueUrl=queues.create("orders"), **parameters)


def test_a_queue_that_is_not_there_and_a_handle_that_is_none(queues: Queues) -> None:
    url = queues.create("orders")
    with refusal("AWS.SimpleQueueService.NonExistentQueue", "does not exist"):
        queues.send(url + "-absent", "x")
    with refusal("ReceiptHandleIsInvalid", "is not a valid receipt handle"):
        queues.sqs.delete_message(QueueUrl=url, ReceiptHandle="nonsense")
    other = queues.create("other")
    queues.send(other, "x")
    with refusal("ReceiptHandleIsInvalid", "is not a valid receipt handle"):
        queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=queues.receive(other)[0]["ReceiptHandle"])


@pytest.mark.parametrize(
    ("name", "attributes", "code", "words"),
    [
        ("orders", {"DelaySeconds": "901"}, "InvalidAttributeValue", "DelaySeconds"),
        ("orders", {"MaximumMessageSize": "1023"}, "InvalidAttributeValue", "MaximumMessageSize"),
        ("orders", {"MessageRetentionPeriod": "59"}, "InvalidAttributeValue", "MessageRetentionPeriod"),
        ("orders", {"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue", "ReceiveMessageWaitTimeSeconds"),
        ("orders", {"VisibilityTimeout": "soon"}, "InvalidAttributeValue", "VisibilityTimeout"),
        ("orders", {"Colour": "red"}, "InvalidAttributeName", "Unknown Attribute Colour."),
        ("orders", {"QueueArn": "x"}, "InvalidAttributeName", "Unknown Attribute QueueArn."),
        ("orders", {"ContentBasedDeduplication": "true"}, "InvalidAttributeName", "Unknown Attribute"),
        ("orders", {"DeduplicationScope": "queue"}, "InvalidAttributeName", "only when FifoQueue is set to true"),
        ("orders", {"FifoQueue": "true"}, "InvalidParameterValue", "must end with .fifo suffix"),
        ("orders", {"FifoQueue": "false"}, "InvalidAttributeName", "Unknown Attribute FifoQueue."),
        ("or ders", {}, "InvalidParameterValue", "alphanumeric characters, hyphens, or underscores"),
        ("orders", {"Policy": "{"}, "InvalidAttributeValue", "Policy"),
        ("orders", {"RedrivePolicy": "{"}, "InvalidParameterValue", "not a valid JSON map"),
        ("orders", {"RedrivePolicy": '{"maxReceiveCount": 1}'}, "InvalidParameterValue", "deadLetterTargetArn"),
        (
            "orders",
            {"RedrivePolicy": '{"maxReceiveCount": 0, "deadLetterTargetArn": "x"}'},
            "InvalidParameterValue",
            "1 to 1000",
        ),
        (
            "orders",
            {"RedriveAllowPolicy": '{"redrivePermission": "byQueue"}'},
            "InvalidParameterValue",
            "sourceQueueArns",
        ),
        (
            "orders.fifo",
            {"FifoThroughputLimit": "perMessageGroupId"},
            "InvalidParameterValue",
            "DeduplicationScope is messageGroup",
        ),
    ],
)
def test_attributes_that_a_queue_cannot_have_are_refused(
    queues: Queues, name: str, attributes: dict[str, str], code: str, words: str
) -> None:
    with refusal(code, words):
        queues.create(name, **attributes)


def test_setting_one_attribute_leaves_the_others_and_an_empty_policy_takes_it_away(queues: Queues) -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
        }
    )
    url, dead = queues.with_dead_letters("orders", Policy=policy)
    queues.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    attributes = queues.attributes(url)
    assert json.loads(attributes["Policy"]) == json.loads(policy)
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"] == queues.arn(dead)
    queues.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": "", "RedrivePolicy": ""})
    assert not {"Policy", "RedrivePolicy"} & set(queues.attributes(url))


def test_a_queue_is_created_again_only_with_the_same_attributes(queues: Queues) -> None:
    url = queues.create("orders", VisibilityTimeout="60")
    assert queues.create("orders", VisibilityTimeout="60") == url
    assert queues.create("orders") == url
    with refusal("QueueAlreadyExists", "a different value for attribute VisibilityTimeout"):
        queues.create("orders", VisibilityTimeout="61")


def test_permissions_are_added_and_removed(queues: Queues) -> None:
    url = queues.create("orders")
    neighbour = str(int(queues.account) + 500_000)
    queues.sqs.add_permission(QueueUrl=url, Label="in", AWSAccountIds=[neighbour], Actions=["SendMessage"])
    theirs = queues.cloud.client("sqs", neighbour)
    theirs.send_message(QueueUrl=url, MessageBody="from next door")
    queues.sqs.remove_permission(QueueUrl=url, Label="in")
    with refusal("AccessDenied", "not authorized"):
        theirs.send_message(QueueUrl=url, MessageBody="again")
    assert queues.receive(url)[0]["Attributes"]["SenderId"] == neighbour
