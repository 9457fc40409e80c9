"""Event invocations: queued, run, and tried again on the virtual clock."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import HTTP, CloudProcess, cloud_process
from tests.localcloud.conftest import Functions, Gate, eventually

FAILS = "def handler(event, context):\n    print('attempt', event)\n    raise ValueError('not today')"


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


def send(functions: Functions, name: str = "worker", event: Any = "order-1") -> str:
    answer = functions.aws.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
    return str(answer["ResponseMetadata"]["RequestId"])


def reports(functions: Functions, name: str = "worker") -> list[str]:
    return [line for line in functions.log(name) if line.startswith("REPORT")]


def dropped(functions: Functions) -> bool:
    return bool(
        functions.client("cloudwatch").list_metrics(Namespace="AWS/Lambda", MetricName="AsyncEventsDropped")["Metrics"]
    )


def test_an_event_runs_later_with_the_request_id_of_its_answer(functions: Functions) -> None:
    functions.create("worker", "def handler(event, context): print('got', event)")
    request_id = send(functions, event={"order": 1})
    eventually(lambda: reports(functions))
    log = functions.log("worker")
    assert f"START RequestId: {request_id} Version: $LATEST\n" in log
    assert "got {'order': 1}\n" in log


def test_an_error_is_tried_again_after_one_minute_and_after_two_more(functions: Functions, cloud: CloudProcess) -> None:
    functions.create("worker", FAILS)
    request_id = send(functions)
    eventually(lambda: len(reports(functions)) == 1)
    cloud.advance(61)
    eventually(lambda: len(reports(functions)) == 2)
    cloud.advance(61)
    assert len(reports(functions)) == 2
    cloud.advance(60)
    eventually(lambda: len(reports(functions)) == 3)
    cloud.advance(3600)
    eventually(lambda: dropped(functions))
    assert len(reports(functions)) == 3
    assert {found for line in reports(functions) for found in re.findall(r"RequestId: (\S+)", line)} == {request_id}


def test_the_number_of_retries_can_be_set(functions: Functions, cloud: CloudProcess) -> None:
    functions.create("worker", FAILS)
    functions.aws.put_function_event_invoke_config(FunctionName="worker", MaximumRetryAttempts=0)
    send(functions)
    eventually(lambda: dropped(functions))
    assert len(reports(functions)) == 1


def test_an_event_that_became_too_old_is_not_tried_again(functions: Functions, cloud: CloudProcess) -> None:
    functions.create("worker", FAILS)
    functions.aws.put_function_event_invoke_config(FunctionName="worker", MaximumEventAgeInSeconds=60)
    send(functions)
    eventually(lambda: len(reports(functions)) == 1)
    cloud.advance(90)
    eventually(lambda: dropped(functions))
    assert len(reports(functions)) == 1


def test_settings_are_kept_by_qualifier_and_can_be_updated_and_deleted(functions: Functions) -> None:
    functions.create("worker", FAILS, Publish=True)
    aws = functions.aws
    aws.put_function_event_invoke_config(FunctionName="worker", MaximumRetryAttempts=1, MaximumEventAgeInSeconds=100)
    aws.put_function_event_invoke_config(FunctionName="worker", Qualifier="1", MaximumRetryAttempts=2)
    aws.update_function_event_invoke_config(FunctionName="worker", MaximumRetryAttempts=0)
    latest = aws.get_function_event_invoke_config(FunctionName="worker")
    assert (latest["MaximumRetryAttempts"], latest["MaximumEventAgeInSeconds"]) == (0, 100)
    assert latest["FunctionArn"].endswith(":function:worker:$LATEST")
    assert aws.get_function_event_invoke_config(FunctionName="worker", Qualifier="1")["MaximumRetryAttempts"] == 2
    assert len(aws.list_function_event_invoke_configs(FunctionName="worker")["FunctionEventInvokeConfigs"]) == 2
    aws.delete_function_event_invoke_config(FunctionName="worker")
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.get_function_event_invoke_config(FunctionName="worker")


def test_a_throttled_event_waits_and_runs_when_there_is_room(
    functions: Functions, cloud: CloudProcess, gate: Gate
) -> None:
    functions.create("worker", f"def handler(event, context):\n    {gate.wait}", Timeout=300)
    functions.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)
    for number in range(2):
        send(functions, event=number)
    eventually(lambda: gate.arrived)
    eventually(lambda: total(functions, "Throttles"))
    gate.open()
    eventually(lambda: [cloud.advance(1), len(reports(functions)) == 2][1])
    assert not dropped(functions)


def without_room(functions: Functions) -> None:
    """A function whose whole reserved concurrency is provisioned for version 1: its unpublished version is always throttled."""
    functions.create("worker", "def handler(event, context): print('got', event)", Publish=True)
    functions.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="worker", Qualifier="1", ProvisionedConcurrentExecutions=1
    )


def total(functions: Functions, name: str) -> float:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=3650)
    points = functions.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": "worker"}],
        StartTime=now - dt.timedelta(days=7300),
        EndTime=now,
        Period=86400 * 7300,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(points[0]["Sum"]) if points else 0.0


def test_a_throttled_event_is_tried_ever_more_rarely_and_never_counts_as_failed(
    functions: Functions, cloud: CloudProcess
) -> None:
    without_room(functions)
    send(functions)
    cloud.advance(8)  # it is tried again after 1, 2 and 4 more seconds
    assert 4 <= total(functions, "Throttles") <= 6
    cloud.advance(3600)
    tried = total(functions, "Throttles")
    assert 15 <= tried <= 24  # doubled up to five minutes
    assert not dropped(functions) and not reports(functions)
    functions.aws.delete_provisioned_concurrency_config(FunctionName="worker", Qualifier="1")
    cloud.advance(301)
    assert len(reports(functions)) == 1
    assert total(functions, "Throttles") == tried
    assert total(functions, "Errors") == 0


def test_a_throttled_event_is_given_up_after_six_hours(functions: Functions, cloud: CloudProcess) -> None:
    without_room(functions)
    send(functions)
    cloud.advance(21_000)
    assert not dropped(functions)
    cloud.advance(1_000)
    assert dropped(functions)
    assert not reports(functions)


def test_with_a_reserved_concurrency_of_zero_an_event_is_dropped_at_once(functions: Functions) -> None:
    functions.create("worker", FAILS)
    functions.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    send(functions)
    eventually(lambda: dropped(functions))
    assert reports(functions) == []


def test_waiting_events_of_an_account_end_with_a_reset(functions: Functions, cloud: CloudProcess, account: str) -> None:
    functions.create("worker", FAILS)
    send(functions)
    eventually(lambda: reports(functions))
    HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account}).raise_for_status()
    again = Functions(functions.client)
    again.create("worker", "def handler(event, context): print('fresh')")
    cloud.advance(61)
    send(again, event="only this one")
    eventually(lambda: reports(again))
    assert len(reports(again)) == 1


def test_a_notification_runs_its_function_without_holding_up_the_publisher(functions: Functions) -> None:
    arn = functions.create(
        "worker",
        "import boto3\nsns = boto3.client('sns')\ndef handler(event, context): print(sns.list_topics()['Topics'] != [])",
    )["FunctionArn"]
    sns = functions.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="order-1")
    eventually(lambda: "True\n" in functions.log("worker"))


def test_a_queue_that_calls_its_function_does_not_deadlock(functions: Functions) -> None:
    source = "import boto3\ndef handler(event, context): print(event['Records'][0]['body'], boto3.client('sqs').list_queues()['QueueUrls'] != [])"
    functions.create("worker", source, Timeout=30)
    sqs = functions.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.aws.create_event_source_mapping(EventSourceArn=arn, FunctionName="worker")
    sqs.send_message(QueueUrl=url, MessageBody="order-1")
    eventually(lambda: "order-1 True\n" in functions.log("worker"))
