"""DynamoDB streams patched: what their records look like in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]


def make_table(client: Client, view: str = "NEW_AND_OLD_IMAGES") -> str:
    table = client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return str(table["TableDescription"]["LatestStreamArn"])


def records(client: Client, arn: str) -> list[dict[str, Any]]:
    streams = client("dynamodbstreams")
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return found


def test_the_records_of_an_item_have_the_sizes_that_aws_documents(client: Client) -> None:
    arn = make_table(client)
    dynamodb = client("dynamodb")
    first = {"Id": {"N": "101"}, "Message": {"S": "New item!"}}
    second = {"Id": {"N": "101"}, "Message": {"S": "This item has changed"}}
    dynamodb.put_item(TableName="orders", Item=first)
    dynamodb.put_item(TableName="orders", Item=second)
    dynamodb.delete_item(TableName="orders", Key={"Id": {"N": "101"}})
    found = records(client, arn)
    assert [record["eventName"] for record in found] == ["INSERT", "MODIFY", "REMOVE"]
    assert [record["dynamodb"]["SizeBytes"] for record in found] == [26, 59, 38]
    assert [record["dynamodb"].get("NewImage") for record in found] == [first, second, None]
    assert [record["dynamodb"].get("OldImage") for record in found] == [None, first, second]
    assert {record["eventVersion"] for record in found} == {"1.1"}
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in found]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("view", "images"),
    [("KEYS_ONLY", set()), ("NEW_IMAGE", {"NewImage"}), ("OLD_IMAGE", {"OldImage"})],
)
def test_a_record_has_the_images_of_its_view(client: Client, view: str, images: set[str]) -> None:
    arn = make_table(client, view)
    for text in ("a", "b"):
        client("dynamodb").put_item(TableName="orders", Item={"Id": {"N": "1"}, "t": {"S": text}})
    _, changed = records(client, arn)
    assert {name for name in changed["dynamodb"] if name.endswith("Image")} == images


def test_one_update_is_one_record_and_an_idle_write_none(client: Client) -> None:
    arn = make_table(client)
    update = {
        "TableName": "orders",
        "Key": {"Id": {"N": "1"}},
        "UpdateExpression": "SET t = :t",
        "ExpressionAttributeValues": {":t": {"S": "a"}},
    }
    client("dynamodb").update_item(**update)
    client("dynamodb").update_item(**update)
    [record] = records(client, arn)
    assert (record["eventName"], record["dynamodb"]["NewImage"]) == ("INSERT", {"Id": {"N": "1"}, "t": {"S": "a"}})


def test_a_cancelled_transaction_leaves_no_record(client: Client) -> None:
    arn = make_table(client)
    dynamodb = client("dynamodb")
    put = {"TableName": "orders", "Item": {"Id": {"N": "1"}}}
    check = {"TableName": "orders", "Key": {"Id": {"N": "9"}}, "ConditionExpression": "attribute_exists(Id)"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"ConditionCheck": check}])
    assert records(client, arn) == []
    dynamodb.put_item(**put)
    assert len(records(client, arn)) == 1


def test_a_table_whose_stream_is_switched_off_can_be_written(client: Client) -> None:
    make_table(client)
    dynamodb = client("dynamodb")
    dynamodb.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName="orders", Item={"Id": {"N": "1"}})
    assert dynamodb.get_item(TableName="orders", Key={"Id": {"N": "1"}})["Item"] == {"Id": {"N": "1"}}
