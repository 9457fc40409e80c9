"""Nothing is lost: whatever becomes of handlers, environments and pollers, every message is handled or stands in a dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.cloud import control
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually

FATES = ("fine", "fails once", "fails twice", "times out once", "exits once", "is killed once", "is poison")
MAXIMUM_RECEIVES = 4

HANDLER = """
import json
import os
import signal
import time

import boto3

dynamodb = boto3.client("dynamodb")


def tries(key):
    answer = dynamodb.update_item(TableName="tries", Key={"pk": {"S": key}}, UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues="UPDATED_NEW")
    return int(answer["Attributes"]["n"]["N"])


def process(body):
    fate, number = body["fate"], tries(f"{os.environ['NAME']}/{body['id']}")
    if fate == "is poison" or fate == "fails once" and number == 1 or fate == "fails twice" and number <= 2:
        raise RuntimeError(fate)
    if fate == "times out once" and number == 1:
        time.sleep(30)
    if fate == "exits once" and number == 1:
        os._exit(3)
    if fate == "is killed once" and number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    dynamodb.update_item(TableName="done", Key={"pk": {"S": f"{os.environ['NAME']}/{body['group']}"}},
        UpdateExpression="SET ids = list_append(if_not_exists(ids, :none), :id)",
        ExpressionAttributeValues={":none": {"L": []}, ":id": {"L": [{"S": body["id"]}]}})


def handler(event, context):
    failed = []
    for record in event["Records"]:
        if failed and os.environ["FIFO"]:
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        try:
            body = json.loads(record["body"])
            process(body if "fate" in body else json.loads(body["Message"]))
        except RuntimeError:
            if not os.environ["PARTIAL"]:
                raise
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


class World:
    """One topic, its queues with their dead-letter queues, and a function on each."""

    def __init__(self, cloud: CloudProcess, account: str, queues: int, batch: int, partial: bool, fifo: bool) -> None:
        self.cloud, self.account, self.fifo = cloud, account, fifo
        control.call(cloud.endpoint_url, "POST", "/_localcloud/reset", headers={"x-localcloud-account": account})
        self.client: Callable[[str], Any] = lambda service: cloud.client(service, account)
        self.sqs, self.sns, self.dynamodb = (self.client(name) for name in ("sqs", "sns", "dynamodb"))
        self.functions = Functions(self.client)
        for table in ("tries", "done"):
            self.dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            )
        self.ending = ".fifo" if fifo else ""
        kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        topic_kind = {"FifoTopic": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        self.topic = self.sns.create_topic(Name=f"orders{self.ending}", Attributes=topic_kind)["TopicArn"]
        self.names = [f"queue-{number}" for number in range(queues)]
        self.mappings = [self._consumer(name, batch, partial, kind) for name in self.names]

    def _consumer(self, name: str, batch: int, partial: bool, kind: dict[str, str]) -> str:
        dead = self._arn(self.sqs.create_queue(QueueName=f"{name}-dead{self.ending}", Attributes=kind)["QueueUrl"])
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": MAXIMUM_RECEIVES})
        attributes = {**kind, "VisibilityTimeout": "30", "RedrivePolicy": redrive}
        queue = self._arn(self.sqs.create_queue(QueueName=f"{name}{self.ending}", Attributes=attributes)["QueueUrl"])
        self.sns.subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
        )
        variables = {"NAME": name, "PARTIAL": "yes" if partial else "", "FIFO": "yes" if self.fifo else ""}
        self.functions.create(name, HANDLER, Timeout=1, Environment={"Variables": variables})
        mapping = self.functions.aws.create_event_source_mapping(
            EventSourceArn=queue,
            FunctionName=name,
            BatchSize=batch,
            FunctionResponseTypes=["ReportBatchItemFailures"] if partial else [],
        )
        return str(mapping["UUID"])

    def _arn(self, url: str) -> str:
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def publish(self, messages: list[dict[str, str]]) -> None:
        for message in messages:
            group = {"MessageGroupId": message["group"]} if self.fifo else {}
            self.sns.publish(TopicArn=self.topic, Message=json.dumps(message), **group)

    def restart_pollers(self) -> None:
        for enabled, state in ((False, "Disabled"), (True, "Enabled")):
            for uuid in self.mappings:
                self.functions.aws.update_event_source_mapping(UUID=uuid, Enabled=enabled)
            for uuid in self.mappings:
                eventually(
                    lambda uuid=uuid, state=state: (
                        self.functions.aws.get_event_source_mapping(UUID=uuid)["State"] == state
                    )
                )

    def run(self, restarts: set[int]) -> None:
        """Let virtual time pass until all queues are empty; in the rounds of ``restarts`` the pollers start anew."""
        for round_number in range(4 * MAXIMUM_RECEIVES * (10 if self.fifo else 1)):
            if round_number in restarts:
                self.restart_pollers()
            self.cloud.advance(31)
            if all(self.left_in(name) == 0 for name in self.names):
                return
        raise AssertionError("messages are still in the queues")

    def left_in(self, name: str) -> int:
        url = self.sqs.get_queue_url(QueueName=f"{name}{self.ending}")["QueueUrl"]
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]
        return sum(int(answer[count]) for count in counts)

    def dead(self, name: str) -> set[str]:
        url, found = self.sqs.get_queue_url(QueueName=f"{name}-dead{self.ending}")["QueueUrl"], set()
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found |= {json.loads(message["Body"])["id"] for message in messages}
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def done(self, name: str) -> dict[str, list[str]]:
        """What a consumer has done: ids in their order, by group."""
        rows = self.dynamodb.scan(TableName="done", ConsistentRead=True)["Items"]
        found = {row["pk"]["S"]: [one["S"] for one in row["ids"]["L"]] for row in rows}
        return {key.split("/", 1)[1]: ids for key, ids in found.items() if key.startswith(f"{name}/")}


def some_messages(most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    fates = st.lists(st.tuples(st.sampled_from(FATES), st.sampled_from("abc")), min_size=1, max_size=most)
    return fates.map(
        lambda drawn: [
            {"id": f"m{number:02}", "fate": fate, "group": group} for number, (fate, group) in enumerate(drawn)
        ]
    )


real_runs = settings(
    max_examples=6,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@real_runs
@given(
    messages=some_messages(24),
    batch=st.integers(1, 10),
    partial=st.booleans(),
    restarts=st.sets(st.integers(0, 3), max_size=2),
)
def test_every_message_of_a_standard_topic_is_handled_or_dead_in_each_of_its_queues(
    cloud: CloudProcess, account: str, messages: list[dict[str, str]], batch: int, partial: bool, restarts: set[int]
) -> None:
    world = World(cloud, account, 2, batch, partial, fifo=False)
    world.publish(messages)
    world.run(restarts)
    for name in world.names:
        handled = {one for ids in world.done(name).values() for one in ids}
        dead = world.dead(name)
        assert handled | dead == {message["id"] for message in messages}
        assert {message["id"] for message in messages if message["fate"] == "is poison"} <= dead


@real_runs
@given(messages=some_messages(12), batch=st.integers(1, 10), restarts=st.sets(st.integers(0, 3), max_size=2))
def test_a_fifo_topic_keeps_the_order_within_a_group_and_loses_nothing(
    cloud: CloudProcess, account: str, messages: list[dict[str, str]], batch: int, restarts: set[int]
) -> None:
    world = World(cloud, account, 1, batch, partial=True, fifo=True)
    world.publish(messages)
    world.run(restarts)
    for name in world.names:
        done, dead = world.done(name), world.dead(name)
        assert {one for ids in done.values() for one in ids} | dead == {message["id"] for message in messages}
        for group, ids in done.items():
            first_times = list(dict.fromkeys(ids))
            assert first_times == sorted(first_times), f"group {group} was handled as {ids}"


JOINER = """
import json
import os

import boto3

dynamodb, sns = boto3.client("dynamodb"), boto3.client("sns")


def handler(event, context):
    for record in event["Records"]:
        picture = json.loads(record["body"])
        key = {"pk": {"S": picture["id"]}}
        answer = dynamodb.update_item(TableName="parts", Key=key, UpdateExpression="ADD parts :part",
            ExpressionAttributeValues={":part": {"SS": [os.environ["NAME"]]}}, ReturnValues="ALL_NEW")
        if picture["fate"] == "exits once" and context.get_remaining_time_in_millis() and first(picture):
            os._exit(1)
        if len(answer["Attributes"]["parts"]["SS"]) < 3:
            continue
        try:
            dynamodb.update_item(TableName="parts", Key=key, UpdateExpression="SET published = :yes",
                ConditionExpression="attribute_not_exists(published)", ExpressionAttributeValues={":yes": {"BOOL": True}})
        except dynamodb.exceptions.ConditionalCheckFailedException:
            continue
        sns.publish(TopicArn=os.environ["TOPIC"], Message=picture["id"])


def first(picture):
    answer = dynamodb.update_item(TableName="parts", Key={"pk": {"S": f"{picture['id']}/{os.environ['NAME']}"}},
        UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues="UPDATED_NEW")
    return answer["Attributes"]["n"]["N"] == "1"
"""


@real_runs
@given(fates=st.lists(st.sampled_from(("fine", "exits once")), min_size=1, max_size=8), twice=st.booleans())
def test_a_fan_in_on_a_conditional_write_fires_exactly_once(
    cloud: CloudProcess, account: str, fates: list[str], twice: bool
) -> None:
    control.call(cloud.endpoint_url, "POST", "/_localcloud/reset", headers={"x-localcloud-account": account})
    sqs, sns, dynamodb = (cloud.client(name, account) for name in ("sqs", "sns", "dynamodb"))
    functions = Functions(lambda service: cloud.client(service, account))
    dynamodb.create_table(
        TableName="parts",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    uploaded, ready = (sns.create_topic(Name=name)["TopicArn"] for name in ("uploaded", "ready"))

    def subscribed(topic: str, name: str) -> str:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        return str(arn)

    subscribed(ready, "all-ready")
    for name in ("thumbnail", "filter", "metadata"):
        functions.create(name, JOINER, Timeout=20, Environment={"Variables": {"NAME": name, "TOPIC": ready}})
        functions.aws.create_event_source_mapping(
            EventSourceArn=subscribed(uploaded, name), FunctionName=name, BatchSize=3
        )
    pictures = [{"id": f"p{number}", "fate": fate} for number, fate in enumerate(fates)]
    for picture in pictures * (2 if twice else 1):
        sns.publish(TopicArn=uploaded, Message=json.dumps(picture))
    for _ in range(8):
        cloud.advance(31)
    url = sqs.get_queue_url(QueueName="all-ready")["QueueUrl"]
    told = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        told += [message["Body"] for message in messages]
    assert sorted(told) == sorted(picture["id"] for picture in pictures)


def test_a_hundred_messages_survive_environments_that_are_killed_from_outside(
    cloud: CloudProcess, account: str
) -> None:
    world = World(cloud, account, 1, batch=5, partial=False, fifo=False)
    world.publish([{"id": f"m{number:02}", "fate": "fine", "group": "a"} for number in range(100)])
    killed = 0
    for _ in range(10 * MAXIMUM_RECEIVES):
        killed += kill_one_environment(cloud) if killed < 5 else 0
        cloud.advance(31)
        if world.left_in("queue-0") == 0:
            break
    handled = {one for ids in world.done("queue-0").values() for one in ids}
    assert killed
    assert handled | world.dead("queue-0") == {f"m{number:02}" for number in range(100)}


def kill_one_environment(cloud: CloudProcess) -> int:
    """Kill one execution environment of the server, as ``kill -9`` does; how many that were."""
    for child in psutil.Process(cloud.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            if "bootstrap" in " ".join(child.cmdline()):
                child.kill()
                return 1
    return 0
