"""Dead-letter queues: what moves there, who may use them, and how messages come back."""

from __future__ import annotations

import json

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.conftest import eventually
from tests.localcloud.events.queue_help import Queues, refusal


@pytest.fixture
def queues(cloud: CloudProcess, account: str) -> Queues:
    return Queues(cloud, account)


def fail(queues: Queues, url: str, times: int) -> None:
    """Receive all messages ``times`` times, and once more, without deleting them."""
    for _ in range(times + 1):
        queues.receive(url, 10)
        queues.advance(31)


def test_a_message_that_failed_too_often_moves_with_its_id_its_age_and_its_count(queues: Queues) -> None:
    url, dead = queues.with_dead_letters("orders", most=2)
    sent = queues.send(url, "poison")["MessageId"]
    (first,) = queues.receive(url)
    queues.advance(31)
    fail(queues, url, 1)
    (letter,) = queues.receive(dead)
    assert (letter["MessageId"], letter["Body"]) == (sent, "poison")
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == queues.arn(url)
    assert letter["Attributes"]["SentTimestamp"] == first["Attributes"]["SentTimestamp"]
    assert letter["Attributes"]["ApproximateReceiveCount"] == "3"
    assert "dead-lettered" in queues.steps(sent)


def test_a_message_stays_when_its_dead_letter_queue_is_gone(queues: Queues) -> None:
    url, dead = queues.with_dead_letters("orders")
    queues.send(url, "poison")
    queues.sqs.delete_queue(QueueUrl=dead)
    fail(queues, url, 2)
    assert queues.receive(url)[0]["Attributes"]["ApproximateReceiveCount"] == "4"


def test_the_sources_of_a_dead_letter_queue_are_listed(queues: Queues) -> None:
    url, dead = queues.with_dead_letters("orders")
    assert queues.sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("orders", "arn:aws:sqs:us-east-1:{account}:absent", "Dead letter target does not exist"),
        (
            "orders",
            "arn:aws:sqs:us-east-1:{account}:fifo.fifo",
            "Dead-letter queue must be same type of queue as the source",
        ),
        (
            "orders.fifo",
            "arn:aws:sqs:us-east-1:{account}:standard",
            "Dead-letter queue must be same type of queue as the source",
        ),
        ("orders", "arn:aws:sqs:eu-west-1:{account}:standard", "Dead-letter target region should be same"),
        ("orders", "arn:aws:sqs:us-east-1:111111111111:standard", "Dead-letter target owner should be same"),
        ("orders", "arn:aws:sns:us-east-1:{account}:topic", "Only SQS queues are valid"),
        ("orders", "standard", "fully qualified ARN"),
        ("orders", "arn:aws:sqs:us-east-1:{account}:closed", "redrive allow policy"),
    ],
)
def test_a_dead_letter_queue_that_does_not_fit_is_refused(queues: Queues, name: str, target: str, words: str) -> None:
    queues.create("standard")
    queues.create("fifo.fifo")
    queues.create("closed", RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    policy = json.dumps({"deadLetterTargetArn": target.format(account=queues.account), "maxReceiveCount": 3})
    with refusal("InvalidParameterValue", words):
        queues.create(name, RedrivePolicy=policy)


def test_a_redrive_allow_policy_lets_in_the_queues_it_names(queues: Queues) -> None:
    allowed = json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": [f"arn:aws:sqs:us-east-1:{queues.account}:orders"]}
    )
    dead = queues.create("dead", RedriveAllowPolicy=allowed)
    assert queues.attributes(dead)["RedriveAllowPolicy"] == allowed
    policy = json.dumps({"deadLetterTargetArn": queues.arn(dead), "maxReceiveCount": 3})
    queues.create("orders", RedrivePolicy=policy)
    with refusal("InvalidParameterValue", "redrive allow policy"):
        queues.create("bills", RedrivePolicy=policy)


def test_a_redrive_brings_messages_back_as_new_ones(queues: Queues) -> None:
    url, dead = queues.with_dead_letters("orders")
    sent = queues.send(url, "order-1")["MessageId"]
    fail(queues, url, 1)
    queues.sqs.start_message_move_task(SourceArn=queues.arn(dead))
    (back,) = eventually(lambda: queues.receive(url))
    assert back["Body"] == "order-1"
    assert back["MessageId"] != sent
    assert back["Attributes"]["ApproximateReceiveCount"] == "1"
    queues.advance(2)
    (task,) = queues.sqs.list_message_move_tasks(SourceArn=queues.arn(dead))["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    assert "TaskHandle" not in task
    assert "moved" in queues.steps(sent)


def test_a_redrive_keeps_its_rate_and_can_be_cancelled(queues: Queues) -> None:
    _, dead = queues.with_dead_letters("orders")
    for _ in range(20):
        entries = [{"Id": str(number), "MessageBody": "order"} for number in range(10)]
        queues.sqs.send_message_batch(QueueUrl=dead, Entries=entries)
    arn = queues.arn(dead)
    target = queues.create("target")
    began = queues.now()
    handle = queues.sqs.start_message_move_task(
        SourceArn=arn, DestinationArn=queues.arn(target), MaxNumberOfMessagesPerSecond=2
    )["TaskHandle"]
    with refusal("InvalidParameterValue", "There is already a task running"):
        queues.sqs.start_message_move_task(SourceArn=arn)
    queues.advance(10.5)
    moved = queues.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    assert 20 <= moved <= 2 * (queues.now() - began).total_seconds()
    queues.advance(10)
    assert queues.attributes(target)["ApproximateNumberOfMessages"] == str(moved)
    assert queues.sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]["Status"] == "CANCELLED"
    with refusal("ResourceNotFoundException", "Task does not exist"):
        queues.sqs.cancel_message_move_task(TaskHandle=handle)


def test_a_redrive_of_messages_that_came_from_no_queue_fails_and_keeps_them(queues: Queues) -> None:
    _, dead = queues.with_dead_letters("orders")
    queues.send(dead, "by hand")
    queues.sqs.start_message_move_task(SourceArn=queues.arn(dead))
    queues.advance(2)
    (task,) = queues.sqs.list_message_move_tasks(SourceArn=queues.arn(dead))["Results"]
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert queues.receive(dead)[0]["Body"] == "by hand"


def test_redrives_that_make_no_sense_are_refused(queues: Queues) -> None:
    url, dead = queues.with_dead_letters("orders")
    sqs, arn = queues.sqs, queues.arn(dead)
    with refusal("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
        sqs.start_message_move_task(SourceArn=queues.arn(url))
    with refusal("ResourceNotFoundException", "SourceArn parameter doesn't exist"):
        sqs.start_message_move_task(SourceArn=arn + "-absent")
    with refusal("ResourceNotFoundException", "DestinationArn parameter doesn't exist"):
        sqs.start_message_move_task(SourceArn=arn, DestinationArn=arn + "-absent")
    with refusal("InvalidParameterValue", "between 1 and 500"):
        sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=501)
    with refusal("InvalidParameterValue", "same queue type"):
        sqs.start_message_move_task(SourceArn=arn, DestinationArn=queues.arn(queues.create("other.fifo")))
    with refusal("InvalidParameterValue", "TaskHandle is invalid"):
        sqs.cancel_message_move_task(TaskHandle="nonsense")
