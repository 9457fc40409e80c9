"""Items that expire, and what a table and its stream show of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import CloudProcess, cloud_process

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


def test_items_end_with_their_time_to_live_and_the_stream_says_who_deleted_them(
    client: Client, cloud: CloudProcess
) -> None:
    dynamodb = client("dynamodb")
    arn = dynamodb.create_table(
        TableName="sessions",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]["LatestStreamArn"]
    now = int(time.time())

    def put(name: str, moment: int) -> None:
        dynamodb.put_item(TableName="sessions", Item={"id": {"S": name}, "ends": {"N": str(moment)}})

    put("earlier", now + 100)
    put("long ago", now - 6 * 365 * 86_400)
    dynamodb.update_time_to_live(
        TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"}
    )
    put("longer", now + 100)
    dynamodb.update_item(
        TableName="sessions",
        Key={"id": {"S": "longer"}},
        UpdateExpression="SET ends = :ends",
        ExpressionAttributeValues={":ends": {"N": str(now + 10_000)}},
    )
    cloud.advance(200)
    left = dynamodb.scan(TableName="sessions")["Items"]
    assert sorted(item["id"]["S"] for item in left) == ["long ago", "longer"]
    streams = client("dynamodbstreams")
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    last = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"][-1]
    assert last["eventName"] == "REMOVE"
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
