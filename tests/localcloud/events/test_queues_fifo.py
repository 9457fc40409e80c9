"""FIFO queues over HTTP: order, groups, duplicates."""

from __future__ import annotations

import json

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.events.queue_help import Queues, refusal


@pytest.fixture
def queues(cloud: CloudProcess, account: str) -> Queues:
    return Queues(cloud, account)


def fill(queues: Queues, url: str, *bodies: str) -> None:
    """Send bodies whose first letter is their group."""
    for body in bodies:
        queues.send(url, body, MessageGroupId=body[0], MessageDeduplicationId=body)


def bodies(messages: list[dict[str, object]]) -> list[object]:
    return [one["Body"] for one in messages]


def test_a_group_with_a_message_in_flight_is_locked_and_the_others_are_not(queues: Queues) -> None:
    url = queues.create("orders.fifo")
    fill(queues, url, "A0", "A1", "B0")
    (first,) = queues.receive(url)
    assert bodies([first]) == ["A0"]
    assert bodies(queues.receive(url, 10)) == ["B0"]
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(queues.receive(url, 10)) == ["A1"]


def test_the_order_of_all_groups_is_kept_after_a_batch_has_timed_out(queues: Queues) -> None:
    url = queues.create("orders.fifo", VisibilityTimeout="30")
    fill(queues, url, "A0", "B0", "A1", "B1", "A2", "A3")
    assert len(queues.receive(url, 5)) == 5
    queues.advance(31)
    again = [str(body) for body in bodies(queues.receive(url, 10))]
    assert [body for body in again if body[0] == "A"] == ["A0", "A1", "A2", "A3"]
    assert [body for body in again if body[0] == "B"] == ["B0", "B1"]


def test_sequence_numbers_have_twenty_digits_and_grow(queues: Queues) -> None:
    url = queues.create("orders.fifo", ContentBasedDeduplication="true")
    sent = [queues.send(url, body, MessageGroupId="g")["SequenceNumber"] for body in "abc"]
    assert sent == sorted(sent)
    assert {len(number) for number in sent} == {20}
    assert [one["Attributes"]["SequenceNumber"] for one in queues.receive(url, 10)] == sent


def test_a_duplicate_is_accepted_and_dropped_for_five_minutes_also_after_a_delete(queues: Queues) -> None:
    url = queues.create("orders.fifo", ContentBasedDeduplication="true")
    first = queues.send(url, "order-1", MessageGroupId="g")
    (message,) = queues.receive(url)
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    second = queues.send(url, "order-1", MessageGroupId="other")
    assert (second["MessageId"], second["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert queues.receive(url) == []
    assert "duplicate" in queues.steps(first["MessageId"])
    queues.advance(301)
    assert queues.send(url, "order-1", MessageGroupId="g")["MessageId"] != first["MessageId"]


def test_duplicates_are_known_by_group_when_the_scope_says_so(queues: Queues) -> None:
    url = queues.create("orders.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group in ("A", "B", "A"):
        queues.send(url, group, MessageGroupId=group, MessageDeduplicationId="same")
    assert sorted(map(str, bodies(queues.receive(url, 10)))) == ["A", "B"]


def test_an_expired_handle_deletes_nothing(queues: Queues) -> None:
    url = queues.create("orders.fifo", VisibilityTimeout="5")
    fill(queues, url, "A0")
    (message,) = queues.receive(url)
    queues.advance(6)
    with refusal("InvalidParameterValue", "The receipt handle has expired"):
        queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert bodies(queues.receive(url)) == ["A0"]


def test_a_receive_that_is_asked_for_again_gets_the_same_messages(queues: Queues) -> None:
    url = queues.create("orders.fifo")
    fill(queues, url, "A0", "A1", "B0")
    first = queues.receive(url, 2, ReceiveRequestAttemptId="once")
    again = queues.receive(url, 2, ReceiveRequestAttemptId="once")
    assert [one["ReceiptHandle"] for one in again] == [one["ReceiptHandle"] for one in first]
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert bodies(queues.receive(url, 2, ReceiveRequestAttemptId="once")) == ["B0"]


def test_a_delay_of_a_fifo_queue_follows_the_attribute(queues: Queues) -> None:
    url = queues.create("orders.fifo", DelaySeconds="600")
    fill(queues, url, "A0", "A1")
    assert queues.receive(url) == []
    queues.sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    assert bodies(queues.receive(url, 10)) == ["A0", "A1"]


def test_what_a_fifo_queue_needs_and_what_it_refuses(queues: Queues) -> None:
    url = queues.create("orders.fifo")
    with refusal("MissingParameter", "The request must contain the parameter MessageGroupId."):
        queues.send(url, "order-1")
    with refusal(
        "InvalidParameterValue", "ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    ):
        queues.send(url, "order-1", MessageGroupId="g")
    with refusal(
        "InvalidParameterValue", "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter"
    ):
        queues.send(url, "order-1", MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=2)
    with refusal("InvalidParameterValue", "not valid for this queue type"):
        queues.send(queues.create("standard"), "order-1", MessageDeduplicationId="d")


def test_a_dead_letter_frees_its_group(queues: Queues) -> None:
    dead = queues.create("dead.fifo")
    policy = json.dumps({"deadLetterTargetArn": queues.arn(dead), "maxReceiveCount": 1})
    url = queues.create("orders.fifo", RedrivePolicy=policy, VisibilityTimeout="5")
    fill(queues, url, "A0", "A1")
    (poison,) = queues.receive(url)
    queues.advance(6)
    assert bodies(queues.receive(url, 10)) == ["A1"]
    (letter,) = queues.receive(dead)
    assert letter["MessageId"] == poison["MessageId"]
    assert letter["Attributes"]["MessageDeduplicationId"] == poison["MessageId"]
    assert int(letter["Attributes"]["SentTimestamp"]) > int(poison["Attributes"]["SentTimestamp"])
