"""DynamoDB streams and functions: what a handler gets, in which order, and what becomes of a batch that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CloudProcess, cloud_process
from tests.localcloud.conftest import Functions

pytest.importorskip("helpers.localcloud.events.mappings", reason="no event source mapping reads streams yet")

Client = Callable[[str], Any]

HANDLER = """
import json

def handler(event, context):
    print("event", json.dumps(event))
    print("batch", *[record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]])
    bad = [record for record in event["Records"] if record["dynamodb"]["Keys"]["id"]["S"].startswith("poison")]
    {ending}
"""
FAILS = 'assert not bad, "poison"'
REPORTS = (
    'return {{"batchItemFailures": [{{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}} for record in bad]}}'
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


class Table:
    """A table with a stream, a function that reads it, and the clock."""

    def __init__(self, client: Client, functions: Functions, cloud: CloudProcess) -> None:
        self.client, self.functions, self.cloud = client, functions, cloud
        self.dynamodb = client("dynamodb")
        self.aws = client("lambda")
        described = self.dynamodb.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        self.stream = str(described["LatestStreamArn"])

    def function(self, ending: str = "", **settings: Any) -> str:
        source = HANDLER.replace("{ending}", ending.replace("{{", "{").replace("}}", "}"))
        return str(self.functions.create("worker", source, **settings)["FunctionArn"])

    def map(self, **settings: Any) -> str:
        given = {"EventSourceArn": self.stream, "FunctionName": "worker", "StartingPosition": "TRIM_HORIZON"}
        uuid = self.aws.create_event_source_mapping(**{**given, **settings})["UUID"]
        self.advance(120)
        return str(uuid)

    def put(self, *ids: str, **values: str) -> None:
        for one in ids:
            item = {"id": {"S": one}, **{name: {"S": value} for name, value in values.items()}}
            self.dynamodb.put_item(TableName="orders", Item=item)

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def batches(self) -> list[str]:
        self.advance(0)
        return [
            line.strip().removeprefix("batch ") for line in self.functions.log("worker") if line.startswith("batch")
        ]

    def events(self) -> list[dict[str, Any]]:
        self.advance(0)
        lines = [line for line in self.functions.log("worker") if line.startswith("event")]
        return [json.loads(line.removeprefix("event ")) for line in lines]

    def queue(self, name: str) -> str:
        url = self.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return str(
            self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        )

    def messages(self, name: str) -> list[dict[str, Any]]:
        url = self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        found = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]


@pytest.fixture
def table(client: Client, functions: Functions, cloud: CloudProcess) -> Table:
    return Table(client, functions, cloud)


def test_a_handler_gets_the_records_of_aws(table: Table, request: pytest.FixtureRequest) -> None:
    table.function()
    table.map()
    table.put("a", colour="red")
    table.put("a", colour="blue")
    table.dynamodb.delete_item(TableName="orders", Key={"id": {"S": "a"}})
    records = [record for event in table.events() for record in event["Records"]]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    change = records[1]["dynamodb"]
    assert (change["Keys"], change["OldImage"]["colour"], change["NewImage"]["colour"]) == (
        {"id": {"S": "a"}},
        {"S": "red"},
        {"S": "blue"},
    )
    assert records[1]["eventSourceARN"] == table.stream
    folder: Path | None = request.config.getoption("--oracles")
    if folder is not None:
        first, model = json.loads((folder / "events" / "dynamoStreamEvent.json").read_text("utf-8"))["Records"]
        model["dynamodb"] = {**first["dynamodb"], **model["dynamodb"]}
        assert {name: type(value) for name, value in records[1].items()} == {
            name: type(value) for name, value in model.items()
        }
        assert {name: type(value) for name, value in change.items()} == {
            name: type(value) for name, value in model["dynamodb"].items()
        }


def test_a_write_does_not_wait_for_the_handler_and_the_handler_may_write(table: Table) -> None:
    source = """
        import boto3
        def handler(event, context):
            for record in event["Records"]:
                key = record["dynamodb"]["Keys"]["id"]["S"]
                if not key.endswith("-copy"):
                    boto3.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": key + "-copy"}})
    """
    table.functions.create("worker", source, Timeout=20)
    table.map()
    table.put("a", "b")
    table.advance(0)
    items = table.dynamodb.scan(TableName="orders")["Items"]
    assert sorted(item["id"]["S"] for item in items) == ["a", "a-copy", "b", "b-copy"]


def test_trim_horizon_reads_what_was_there_and_latest_does_not(table: Table) -> None:
    table.function()
    table.put("before")
    uuid = table.map(StartingPosition="LATEST")
    table.put("after")
    assert table.batches() == ["after"]
    table.aws.delete_event_source_mapping(UUID=uuid)
    table.advance(120)
    table.map(StartingPosition="TRIM_HORIZON")
    assert table.batches()[1:] == ["before after"]


def test_records_gather_until_the_window_ends_or_the_batch_is_full(table: Table) -> None:
    table.function()
    table.map(BatchSize=3, MaximumBatchingWindowInSeconds=60)
    table.put("a", "b", "c", "d")
    assert table.batches() == ["a b c"]
    table.advance(61)
    assert table.batches() == ["a b c", "d"]


def test_a_poison_record_blocks_its_shard_until_it_is_a_day_old(table: Table) -> None:
    table.function(FAILS)
    table.map(BatchSize=1)
    table.put("poison", "after")
    table.advance(3_600)
    assert set(table.batches()) == {"poison"}
    table.advance(86_400)
    assert table.batches()[-1] == "poison"  # by then, the one behind it is too old as well
    table.put("later")
    assert table.batches()[-1] == "later"


def test_a_batch_is_cut_in_two_until_the_poison_is_alone(table: Table) -> None:
    table.function(FAILS)
    dead = table.queue("dead")
    table.map(
        MaximumBatchingWindowInSeconds=60,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": dead}},
    )
    table.put("a", "b", "poison", "c")
    table.advance(120)
    assert table.batches() == ["a b poison c", "a b", "poison c", "poison", "poison", "c"]
    [record] = table.messages("dead")
    info = record["DDBStreamBatchInfo"]
    assert (record["requestContext"]["condition"], record["requestContext"]["approximateInvokeCount"]) == (
        "RetryAttemptsExhausted",
        2,
    )
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (info["batchSize"], info["startSequenceNumber"], info["streamArn"]) == (
        1,
        info["endSequenceNumber"],
        table.stream,
    )


def test_records_before_the_reported_one_are_done(table: Table) -> None:
    table.function(REPORTS)
    table.map(
        MaximumBatchingWindowInSeconds=60, MaximumRetryAttempts=1, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    table.put("a", "poison", "c")
    table.advance(120)
    assert table.batches() == ["a poison c", "poison c"]


def test_records_that_are_too_old_are_given_up(table: Table) -> None:
    table.function(FAILS)
    dead = table.queue("dead")
    table.map(MaximumRecordAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": dead}})
    table.put("poison")
    table.advance(200)
    [record] = table.messages("dead")
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_bucket_gets_the_records_themselves(table: Table) -> None:
    table.function(FAILS)
    table.client("s3").create_bucket(Bucket="failures-of-orders")
    uuid = table.map(
        MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::failures-of-orders"}}
    )
    table.put("poison")
    table.advance(10)
    [stored] = table.client("s3").list_objects_v2(Bucket="failures-of-orders")["Contents"]
    assert stored["Key"].startswith(f"aws/lambda/{uuid}/shardId-")
    body = json.loads(table.client("s3").get_object(Bucket="failures-of-orders", Key=stored["Key"])["Body"].read())
    assert body["payload"]["Records"][0]["dynamodb"]["Keys"] == {"id": {"S": "poison"}}


def test_parallel_batches_keep_the_order_of_each_item(table: Table) -> None:
    table.function()
    table.map(ParallelizationFactor=4, BatchSize=2)
    for version in range(5):
        for item in ("a", "b", "c", "d", "e", "f"):
            table.put(item, version=str(version))
    seen: dict[str, list[str]] = {}
    for event in sorted(table.events(), key=lambda event: int(event["Records"][0]["dynamodb"]["SequenceNumber"])):
        for record in event["Records"]:
            image = record["dynamodb"]["NewImage"]
            seen.setdefault(image["id"]["S"], []).append(image["version"]["S"])
    assert seen == {item: ["0", "1", "2", "3", "4"] for item in "abcdef"}


def test_a_filter_keeps_records_from_the_function(table: Table) -> None:
    table.function()
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"colour": {"S": ["red"]}}}}
    table.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    table.put("a", colour="red")
    table.put("b", colour="blue")
    table.put("a", colour="blue")
    table.put("c", colour="red")
    assert " ".join(table.batches()) == "a c"


def test_a_disabled_mapping_rests_and_goes_on_where_it_stopped(table: Table) -> None:
    table.function()
    uuid = table.map()
    table.put("a")
    assert table.batches() == ["a"]
    table.aws.update_event_source_mapping(UUID=uuid, Enabled=False)
    table.advance(120)
    table.put("b")
    assert table.batches() == ["a"]
    table.aws.update_event_source_mapping(UUID=uuid, Enabled=True)
    table.advance(120)
    assert table.batches() == ["a", "b"]


def test_other_settings_take_over_when_the_running_batch_has_ended(table: Table) -> None:
    table.function("import time; time.sleep(1)")
    uuid = table.map(BatchSize=1)
    table.put("a", "b", "c")
    table.aws.update_event_source_mapping(UUID=uuid, BatchSize=10, ParallelizationFactor=2)
    table.advance(120)
    assert sorted(" ".join(table.batches()).split()) == ["a", "b", "c"]


def test_the_age_of_the_last_record_is_measured(table: Table) -> None:
    table.function()
    table.put("a")
    table.advance(600)
    table.map()
    table.batches()
    cloudwatch = table.client("cloudwatch")
    listed = cloudwatch.list_metrics(Namespace="AWS/Lambda", MetricName="IteratorAge")["Metrics"]
    assert [{"Name": "FunctionName", "Value": "worker"}] in [metric["Dimensions"] for metric in listed]
