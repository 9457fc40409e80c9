"""Queues over HTTP: what a producer and a consumer see."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import eventually
from tests.localcloud.events.queue_help import Queues, refusal


@pytest.fixture
def queues(cloud: CloudProcess, account: str) -> Queues:
    return Queues(cloud, account)


def test_an_empty_receive_has_no_messages_key(queues: Queues) -> None:
    assert "Messages" not in queues.sqs.receive_message(QueueUrl=queues.create("orders"))


def test_a_message_that_is_not_deleted_comes_back_with_a_new_handle_and_a_higher_count(queues: Queues) -> None:
    url = queues.create("orders", VisibilityTimeout="30")
    queues.send(url, "order-1")
    (first,) = queues.receive(url)
    assert queues.receive(url) == []
    queues.advance(31)
    (second,) = queues.receive(url)
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert (first["Attributes"]["ApproximateReceiveCount"], second["Attributes"]["ApproximateReceiveCount"]) == (
        "1",
        "2",
    )
    seen_first = "ApproximateFirstReceiveTimestamp"
    assert first["Attributes"][seen_first] == second["Attributes"][seen_first]


def test_five_messages_come_back_together_after_a_crash(queues: Queues) -> None:
    url = queues.create("orders")
    sent = [queues.send(url, f"order-{n}")["MessageId"] for n in range(5)]
    assert [one["MessageId"] for one in queues.receive(url, 10)] == sent
    queues.advance(31)
    assert [one["MessageId"] for one in queues.receive(url, 10)] == sent


def test_an_old_handle_deletes_nothing_and_succeeds_and_a_deleted_message_is_deleted_again(queues: Queues) -> None:
    url = queues.create("orders", VisibilityTimeout="60")
    queues.send(url, "order-1")
    (old,) = queues.receive(url)
    queues.advance(61)
    (new,) = queues.receive(url)
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=old["ReceiptHandle"])
    assert queues.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "1"
    for _ in range(2):
        queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=new["ReceiptHandle"])
    assert queues.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_poison_message_does_not_block_the_others(queues: Queues) -> None:
    url = queues.create("orders")
    for body in ("poison", "order-1", "order-2"):
        queues.send(url, body)
    (poison,) = queues.receive(url)
    queues.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=poison["ReceiptHandle"], VisibilityTimeout=0)
    assert [queues.receive(url)[0]["Body"] for _ in range(3)] == ["order-1", "order-2", "poison"]


def test_a_delay_of_the_queue_or_of_the_message_is_kept_and_counted(queues: Queues) -> None:
    url = queues.create("orders", DelaySeconds="60")
    queues.send(url, "late")
    queues.send(url, "early", DelaySeconds=0)
    assert [one["Body"] for one in queues.receive(url, 10)] == ["early"]
    assert queues.attributes(url)["ApproximateNumberOfMessagesDelayed"] == "1"
    queues.advance(60)
    assert "late" in [one["Body"] for one in queues.receive(url, 10)]


def test_a_visibility_timeout_is_counted_from_the_change_and_ends_within_twelve_hours(queues: Queues) -> None:
    url = queues.create("orders", VisibilityTimeout="600")
    queues.send(url, "order-1")
    (message,) = queues.receive(url)
    named = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    queues.advance(500)
    queues.sqs.change_message_visibility(**named, VisibilityTimeout=600)
    queues.advance(500)
    assert queues.receive(url) == []
    with refusal(
        "InvalidParameterValue", r"Total VisibilityTimeout for the message is beyond the limit \[43200 seconds\]"
    ):
        queues.sqs.change_message_visibility(**named, VisibilityTimeout=43_200)
    queues.advance(101)
    with refusal("InvalidParameterValue", "not available for visibility timeout change"):
        queues.sqs.change_message_visibility(**named, VisibilityTimeout=1)


def test_a_message_expires_after_the_retention_period(queues: Queues) -> None:
    url = queues.create("orders", MessageRetentionPeriod="120")
    sent = queues.send(url, "order-1")["MessageId"]
    queues.receive(url)
    queues.advance(125)
    assert queues.receive(url) == []
    assert queues.steps(sent) == ["sent", "received", "returned", "expired"]


def test_the_ledger_tells_the_way_of_a_message(queues: Queues) -> None:
    url = queues.create("orders", VisibilityTimeout="60")
    sent = queues.send(url, "order-1")["MessageId"]
    queues.receive(url)
    queues.advance(61)
    (message,) = queues.receive(url)
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert queues.steps(sent) == ["sent", "received", "returned", "received", "deleted"]


def test_a_long_poll_ends_when_a_message_comes(queues: Queues) -> None:
    url = queues.create("orders")
    threading.Timer(0.3, lambda: queues.send(url, "order-1")).start()
    began = time.monotonic()
    assert queues.receive(url, WaitTimeSeconds=20)[0]["Body"] == "order-1"
    assert time.monotonic() - began < 20


def test_a_long_poll_ends_when_the_clock_makes_a_message_visible(queues: Queues) -> None:
    url = queues.create("orders")
    queues.send(url, "order-1", DelaySeconds=600)
    threading.Timer(0.3, lambda: queues.advance(600)).start()
    began = time.monotonic()
    assert queues.receive(url, WaitTimeSeconds=20)[0]["Body"] == "order-1"
    assert time.monotonic() - began < 20


def test_a_long_poll_without_a_message_ends_after_its_real_seconds(queues: Queues) -> None:
    url = queues.create("orders", ReceiveMessageWaitTimeSeconds="1")
    began = time.monotonic()
    assert queues.receive(url) == []
    assert 0.9 < time.monotonic() - began < 20


def test_a_purge_empties_the_queue_and_is_allowed_once_a_minute(queues: Queues) -> None:
    url = queues.create("orders")
    sent = [queues.send(url, f"order-{n}")["MessageId"] for n in range(2)]
    queues.receive(url)
    queues.sqs.purge_queue(QueueUrl=url)
    assert queues.steps(sent[1])[-1] == "purged"
    with pytest.raises(ClientError) as caught:
        queues.sqs.purge_queue(QueueUrl=url)
    assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.PurgeQueueInProgress"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    queues.advance(61)
    assert queues.receive(url, 10) == []
    queues.sqs.purge_queue(QueueUrl=url)


def test_the_name_of_a_deleted_queue_rests_for_a_minute(queues: Queues) -> None:
    queues.sqs.delete_queue(QueueUrl=queues.create("orders"))
    with refusal("AWS.SimpleQueueService.QueueDeletedRecently", "wait 60 seconds"):
        queues.create("orders")
    queues.advance(61)
    queues.create("orders")


def test_digests_attributes_and_trace_are_returned(queues: Queues) -> None:
    url = queues.create("orders")
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    attributes = {
        "size": {"DataType": "Number", "StringValue": "12"},
        "thumb.small": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    answer = queues.send(
        url,
        "order-1",
        MessageAttributes=attributes,
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": trace}},
    )
    assert answer["MD5OfMessageBody"] == hashlib.md5(b"order-1").hexdigest()
    assert len(answer["MD5OfMessageSystemAttributes"]) == 32
    (message,) = queues.receive(url, MessageAttributeNames=["thumb.*"])
    assert message["MessageAttributes"] == {"thumb.small": attributes["thumb.small"]}
    assert message["Attributes"]["AWSTraceHeader"] == trace


def test_the_trace_of_a_request_becomes_that_of_its_message(queues: Queues) -> None:
    url = queues.create("orders")
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793"
    queues.sqs.meta.events.register(
        "before-sign.sqs.SendMessage", lambda request, **_: request.headers.add_header("X-Amzn-Trace-Id", trace)
    )
    queues.send(url, "order-1")
    assert queues.receive(url)[0]["Attributes"]["AWSTraceHeader"] == trace


def test_a_long_poll_ends_when_the_account_is_emptied(queues: Queues) -> None:
    def poll() -> tuple[list[Any], float] | None:
        """What a poll got and how long it took; nothing when the queue was gone before it."""
        url = queues.create("orders")
        emptying = threading.Timer(0.3, queues.reset)
        emptying.start()
        began = time.monotonic()
        try:
            return queues.receive(url, WaitTimeSeconds=20), time.monotonic() - began
        except queues.sqs.exceptions.QueueDoesNotExist:
            return None
        finally:
            emptying.join()

    got, seconds = eventually(poll)
    assert (got, seconds < 20) == ([], True)


def test_the_group_of_a_standard_message_is_returned_and_orders_nothing(queues: Queues) -> None:
    url = queues.create("orders")
    for body in ("1", "2"):
        queues.send(url, body, MessageGroupId="tenant")
    assert [queues.receive(url)[0]["Attributes"]["MessageGroupId"] for _ in range(2)] == ["tenant", "tenant"]


def test_consumers_at_the_same_time_never_get_the_same_message(queues: Queues) -> None:
    url = queues.create("orders")
    for batch in range(20):
        queues.sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": f"{batch}-{n}"} for n in range(10)]
        )
    got: list[str] = []

    def consume() -> None:
        sqs = queues.cloud.client("sqs", queues.account)
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            got.extend(one["Body"] for one in messages)
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            assert len(sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == len(entries)

    consumers = [threading.Thread(target=consume) for _ in range(4)]
    for one in consumers:
        one.start()
    for one in consumers:
        one.join()
    assert sorted(got) == sorted(f"{batch}-{n}" for batch in range(20) for n in range(10))


def test_metrics_count_what_was_sent_received_and_deleted(queues: Queues, client: Callable[[str], Any]) -> None:
    url = queues.create("orders")
    began = queues.now()
    queues.send(url, "12345")
    queues.send(url, "1234567")
    (message,) = queues.receive(url)
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    queues.receive(queues.create("idle"))
    queues.advance(180)

    def total(metric: str, statistic: str = "Sum", queue: str = "orders") -> list[float]:
        points = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=metric,
            Dimensions=[{"Name": "QueueName", "Value": queue}],
            StartTime=began,
            EndTime=queues.now(),
            Period=86_400 * 7_300,
            Statistics=[statistic],
        )["Datapoints"]
        return [point[statistic] for point in points]

    assert total("NumberOfMessagesSent") == [2]
    assert (total("SentMessageSize", "Minimum"), total("SentMessageSize", "Maximum")) == ([5], [7])
    assert total("NumberOfMessagesReceived") == [1]
    assert total("NumberOfMessagesDeleted") == [1]
    assert total("NumberOfEmptyReceives", queue="idle") == [1]
    assert total("ApproximateNumberOfMessagesVisible", "Maximum") == [1]
    most = (queues.now() - began).total_seconds()
    assert 100 < total("ApproximateAgeOfOldestMessage", "Maximum")[0] <= most


def test_four_days_pass_over_a_queue_with_messages(queues: Queues) -> None:
    url = queues.create("orders")
    for number in range(20):
        queues.send(url, f"order-{number}")
    queues.advance(4 * 86_400 + 5)
    assert queues.receive(url) == []
