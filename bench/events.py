"""A pipeline under load: messages from a topic through a queue to a function that writes a row for each into DynamoDB."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

import psutil
from tenacity import Retrying, stop_after_delay, wait_fixed

from bench.measures import create, percentile
from bench.servers import Server

WRITER = """
import json
import os
import time

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    rows = []
    for record in event["Records"]:
        message = json.loads(json.loads(record["body"])["Message"])
        values = {"pk": message["id"], "published": str(message["published"]), "handled": str(time.time())}
        rows.append({"PutRequest": {"Item": {name: {"S": value} for name, value in values.items()}}})
    dynamodb.batch_write_item(RequestItems={os.environ["TABLE"]: rows})
"""
NOTHING = "def handler(event, context):\n    return None\n"
BATCH = 10


@dataclass(frozen=True)
class Delivered:
    """How long it took. seconds: from the first publish to the last row. waits: of each message from publish to handler, in milliseconds."""

    seconds: float
    waits: list[float]

    def __str__(self) -> str:
        return f"{len(self.waits) / self.seconds:.0f}/s, p99 {percentile(self.waits, 99):.0f} ms"


class Pipeline:
    """A topic, a queue, a mapping with batches of ten, a function and its table."""

    def __init__(self, server: Server, name: str) -> None:
        self._table, self._topics = server.client("dynamodb"), server.client("sns")
        self._name = name
        self._table.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        functions = create(server, name, WRITER)
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"TABLE": name}})
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        queue = queue_of(server, name)
        self._topic = self._topics.create_topic(Name=name)["TopicArn"]
        self._topics.subscribe(TopicArn=self._topic, Protocol="sqs", Endpoint=queue)
        map_queue(functions, queue, name)

    def send(self, first: int, count: int) -> Delivered:
        """Publish ``count`` messages in batches of ten, and wait for their rows.

        Raises: ``TimeoutError`` when a row is missing after five minutes.
        """
        began = time.time()
        self.publish(first, count)
        wanted = {f"m{number}" for number in range(first, first + count)}
        for attempt in Retrying(stop=stop_after_delay(300), wait=wait_fixed(0.02 if count == 1 else 0.5), reraise=True):
            with attempt:
                rows = self._rows(wanted) if count > 1 else self._row(f"m{first}")
                if len(rows) < count:
                    raise TimeoutError(f"{count - len(rows)} of {count} messages have left no row")
        handled = [float(row["handled"]["S"]) for row in rows]
        waits = [(at - float(row["published"]["S"])) * 1000 for at, row in zip(handled, rows, strict=True)]
        return Delivered(max(handled) - began, waits)

    def publish(self, first: int, count: int) -> None:
        """Publish ``count`` messages in batches of ten, and wait for none of them."""
        for start in range(first, first + count, BATCH):
            numbers = range(start, min(start + BATCH, first + count))
            entries = [
                {"Id": str(number), "Message": json.dumps({"id": f"m{number}", "published": time.time()})}
                for number in numbers
            ]
            self._topics.publish_batch(TopicArn=self._topic, PublishBatchRequestEntries=entries)

    def _row(self, key: str) -> list[dict[str, Any]]:
        item = self._table.get_item(TableName=self._name, Key={"pk": {"S": key}}).get("Item")
        return [item] if item else []

    def _rows(self, wanted: set[str]) -> list[dict[str, Any]]:
        pages = self._table.get_paginator("scan").paginate(TableName=self._name)
        return [row for page in pages for row in page["Items"] if row["pk"]["S"] in wanted]


def queue_of(server: Server, name: str) -> str:
    """Create a queue; its ARN."""
    queues = server.client("sqs")
    url = queues.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    return str(queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def map_queue(functions: Any, queue: str, function: str) -> None:
    """Let a queue call a function, and wait until it does."""
    mapping = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function, BatchSize=BATCH)
    for attempt in Retrying(stop=stop_after_delay(60), wait=wait_fixed(0.1), reraise=True):
        with attempt:
            state = functions.get_event_source_mapping(UUID=mapping["UUID"])["State"]
            if state != "Enabled":
                raise TimeoutError(f"the mapping of {function} is {state}")


def throughput(server: Server, count: int) -> Delivered:
    """``count`` messages through a pipeline whose function is warm."""
    pipeline = Pipeline(server, "load")
    pipeline.send(1_000_000, 50)
    return pipeline.send(0, count)


def one_by_one(server: Server, times: int) -> float:
    """Median of one message's way from publish to a warm handler, in milliseconds."""
    pipeline = Pipeline(server, "single")
    pipeline.send(1_000_000, 5)
    return statistics.median(pipeline.send(number, 1).waits[0] for number in range(times))


def idle_mappings(server: Server, count: int, seconds: float) -> float:
    """CPU seconds a second that ``count`` mappings on empty queues add to the server, measured for ``seconds`` before and after."""
    process = psutil.Process(server.process.pid)
    before = _cpu_share(process, seconds)
    functions = create(server, "idle", NOTHING)
    for number in range(count):
        map_queue(functions, queue_of(server, f"idle-{number}"), "idle")
    time.sleep(2)
    return max(0.0, _cpu_share(process, seconds) - before)


def _cpu_share(process: psutil.Process, seconds: float) -> float:
    def used() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    begin, began = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - begin) / (time.monotonic() - began)
