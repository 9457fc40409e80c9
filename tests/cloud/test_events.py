"""The ledger and the outbox as a learner reads them: in Python and in a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud import events as ledger
from helpers.cloud.events import journey
from helpers.errors import CourseError
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually

Client = Callable[[str], Any]

BILLING = """
import boto3

def handler(event, context):
    for record in event["Records"]:
        if record["body"] == "bad":
            raise ValueError("no such price")
        sqs = boto3.client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="receipts")["QueueUrl"], MessageBody=record["body"])
"""


class Shop:
    """Topic ``orders`` → queue ``billing`` (two receives, then ``billing-dead``) → function ``billing`` → queue ``receipts``."""

    def __init__(self, cloud: CloudProcess, account: str, functions: Functions) -> None:
        self.cloud, self.account = cloud, account
        self.sns, sqs = functions.client("sns"), functions.client("sqs")
        functions.create("billing", BILLING)
        self.topic = self.sns.create_topic(Name="orders")["TopicArn"]
        for name in ("receipts", "billing-dead"):
            sqs.create_queue(QueueName=name)
        dead = f"arn:aws:sqs:us-east-1:{account}:billing-dead"
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
        sqs.create_queue(QueueName="billing", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "60"})
        queue = f"arn:aws:sqs:us-east-1:{account}:billing"
        self.sns.subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
        )
        self.aws = functions.aws
        self.mapping = self.aws.create_event_source_mapping(FunctionName="billing", EventSourceArn=queue, BatchSize=1)[
            "UUID"
        ]

    def gather(self, size: int) -> None:
        """Let the function get this many messages at a time."""
        self.aws.update_event_source_mapping(UUID=self.mapping, BatchSize=size, MaximumBatchingWindowInSeconds=60)
        self.advance(5)

    def order(self, text: str) -> str:
        return str(self.sns.publish(TopicArn=self.topic, Message=text)["MessageId"])

    def steps(self) -> ledger.Steps:
        return ledger.events(endpoint_url=self.cloud.endpoint_url, account=self.account)

    def advance(self, seconds: int) -> None:
        self.cloud.advance(seconds)  # what is due on the way has happened afterwards


@pytest.fixture
def shop(cloud: CloudProcess, account: str, client: Client) -> Shop:
    return Shop(cloud, account, Functions(client))


def test_a_journey_goes_from_the_topic_to_what_the_function_sent(shop: Shop) -> None:
    good, other = shop.order("good"), shop.order("other")
    way = eventually(lambda: len(found := journey(good, shop.steps())) == 7 and found)
    assert {(step.step, step.place) for step in way} == {
        ("published", "topic orders"),
        ("sent", "queue billing"),
        ("delivered", "topic orders"),
        ("received", "queue billing"),
        ("delivered", "queue billing"),
        ("sent", "queue receipts"),
        ("deleted", "queue billing"),
    }
    assert [step.number for step in way] == sorted(step.number for step in way)
    assert other not in {step.message for step in way}


def test_the_way_of_a_message_leaves_out_the_others_of_its_batch(shop: Shop) -> None:
    shop.gather(5)
    ids = [shop.order(f"good {number}") for number in range(5)]
    eventually(lambda: sum(step.step == "deleted" for step in shop.steps()) == len(ids))
    assert (
        len(
            {
                step.detail["received_as"]
                for step in shop.steps()
                if step.place == "queue billing" and step.step == "delivered"
            }
        )
        == 1
    )
    way = journey(ids[0], shop.steps())
    assert [step.step for step in way].count("deleted") == 1
    assert not {step.message for step in way} & set(ids[1:])


def test_the_way_of_a_message_that_fails_ends_in_the_dead_letter_queue(shop: Shop) -> None:
    bad = shop.order("bad")
    eventually(lambda: any(step.step == "failed" for step in shop.steps()))
    shop.advance(200)
    last = journey(bad, shop.steps())[-1]
    assert (last.step, last.count, last.to) == (
        "dead-lettered",
        2,
        f"arn:aws:sqs:us-east-1:{shop.account}:billing-dead",
    )
    assert str(last).endswith("dead-lettered (2) queue billing → queue billing-dead")


def test_an_unknown_message_is_named(shop: Shop) -> None:
    with pytest.raises(CourseError, match="the ledger knows no message m-1"):
        journey("m-1", shop.steps())


def run(cloud: CloudProcess, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_ACCOUNT"))}
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", "cloud", *arguments],
        env={**clean, "COURSE_CLOUD": cloud.endpoint_url, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_a_terminal_prints_the_ledger_one_journey_and_the_outbox(shop: Shop) -> None:
    message = shop.order("good")
    shop.sns.publish(PhoneNumber="+5511987654321", Message="your mug is on its way")
    shop.advance(1)
    everything = run(shop.cloud, "events", "--account", shop.account)
    assert "published       topic orders" in everything.stdout, everything.stderr
    one = run(shop.cloud, "events", "--message", message, AWS_ACCESS_KEY_ID=shop.account)
    assert one.stdout.splitlines()[0].endswith("published       topic orders")
    letters = run(shop.cloud, "outbox", "--account", shop.account)
    assert "sms to +5511987654321" in letters.stdout and "your mug is on its way" in letters.stdout


def test_a_terminal_that_names_no_account_is_told_where_to_find_it(cloud: CloudProcess) -> None:
    asked = run(cloud, "events")
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("say which account: the first cell of a notebook prints it")


def test_arns_are_short_in_print() -> None:
    names = {
        "arn:aws:sqs:us-east-1:123456789012:a.fifo": "queue a.fifo",
        "arn:aws:sns:us-east-1:123456789012:b:5f2": "topic b",
        "arn:aws:lambda:us-east-1:123456789012:function:c:live": "function c",
        "arn:aws:s3:::d": "bucket d",
        "arn:aws:dynamodb:us-east-1:123456789012:table/e/stream/2026": "table e",
        "arn:aws:events:us-east-1:123456789012:event-bus/default": "bus default",
        "arn:aws:events:us-east-1:123456789012:rule/nightly": "rule nightly",
        "ana@example.com": "ana@example.com",
    }
    assert {arn: ledger.short(arn) for arn in names} == names
