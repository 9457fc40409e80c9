"""What requests to DynamoDB consume: in their answers, and in CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.capacity.units import (
    index_write_units,
    item_size,
    number_size,
    read_units,
    value_size,
    write_units,
)
from tests.localcloud.metric_points import points

Client = Callable[[str], Any]


@pytest.fixture
def dynamodb(client: Client) -> Any:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "state", "late")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-late",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "late", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return dynamodb


def item(number: int, size: int = 10, **more: str) -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": f"{number:03}"}, "text": {"S": "x" * size}} | {
        name: {"S": value} for name, value in more.items()
    }


def key(number: int) -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": f"{number:03}"}}


def units(answer: dict[str, Any]) -> float:
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


def test_sizes_are_counted_as_dynamodb_counts_them() -> None:
    assert item_size({"pk": {"S": "maçã"}, "n": {"N": "120"}}) == 2 + 6 + 1 + 2
    assert [number_size(text) for text in ("0", "7", "-7", "1234", "0.00120", "1e10")] == [1, 2, 3, 3, 2, 2]
    assert value_size({"L": [{"S": "ab"}, {"BOOL": True}]}) == 3 + 2 + 1 + 2
    assert value_size({"M": {"key": {"NULL": True}}}) == 3 + 3 + 1 + 1
    assert value_size({"SS": ["ab", "c"]}) == 3
    assert value_size({"B": b"1234"}) == value_size({"B": "MTIzNA=="}) == 4


def test_units_round_up_and_double_in_transactions() -> None:
    assert [read_units(size) for size in (0, 4096, 4097)] == [0.5, 0.5, 1.0]
    assert [read_units(size, consistent=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert read_units(5000, transaction=True) == 4
    assert [write_units(None, size) for size in (1, 1024, 1025)] == [1, 1, 2]
    assert write_units(5000, 10) == 5
    assert write_units(None, None) == 1
    assert write_units(None, 1500, transaction=True) == 4


def test_an_index_is_written_only_when_its_entry_changes() -> None:
    old, new = {"a": {"S": "1"}, "k": {"S": "x"}}, {"a": {"S": "2"}, "k": {"S": "x"}}
    assert index_write_units(None, {"a": {"S": "1"}}, ("k",)) == 0
    assert index_write_units(None, old, ("k",)) == 1
    assert index_write_units(old, None, ("k",)) == 1
    assert index_write_units(old, old, ("k",)) == 0
    assert index_write_units(old, new, ("k",)) == 1
    assert index_write_units(old, old | {"k": {"S": "y"}}, ("k",)) == 2


def test_reads_of_an_item_consume_by_its_size_and_consistency(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="orders", Item=item(1, 5000))
    read = {"TableName": "orders", "ReturnConsumedCapacity": "TOTAL"}
    assert units(dynamodb.get_item(**read, Key=key(1))) == 1
    assert units(dynamodb.get_item(**read, Key=key(1), ConsistentRead=True)) == 2
    assert units(dynamodb.get_item(**read, Key=key(1), ProjectionExpression="sk")) == 1
    assert units(dynamodb.get_item(**read, Key=key(9))) == 0.5
    assert "ConsumedCapacity" not in dynamodb.get_item(TableName="orders", Key=key(1))


def test_writes_of_an_item_consume_by_the_larger_one(dynamodb: Any) -> None:
    write = {"TableName": "orders", "ReturnConsumedCapacity": "TOTAL"}
    assert units(dynamodb.put_item(**write, Item=item(1, 3000))) == 3
    assert units(dynamodb.put_item(**write, Item=item(1))) == 3
    change = {"UpdateExpression": "SET #t = :t", "ExpressionAttributeNames": {"#t": "text"}}
    assert (
        units(dynamodb.update_item(**write, **change, Key=key(1), ExpressionAttributeValues={":t": {"S": "x" * 2000}}))
        == 2
    )
    assert units(dynamodb.update_item(**write, **change, Key=key(1), ExpressionAttributeValues={":t": {"S": "x"}})) == 2
    assert units(dynamodb.update_item(**write, **change, Key=key(2), ExpressionAttributeValues={":t": {"S": "x"}})) == 1
    assert units(dynamodb.delete_item(**write, Key=key(1))) == 1
    assert units(dynamodb.delete_item(**write, Key=key(1))) == 1


def test_a_query_consumes_what_it_looks_at_before_the_filter(dynamodb: Any) -> None:
    for number in range(10):
        dynamodb.put_item(TableName="orders", Item=item(number, 2000))
    asked = {
        "TableName": "orders",
        "ReturnConsumedCapacity": "TOTAL",
        "FilterExpression": "sk = :no OR #t = :no",
        "ExpressionAttributeNames": {"#t": "text"},
        "ProjectionExpression": "pk",
    }
    scanned = dynamodb.scan(**asked, ExpressionAttributeValues={":no": {"S": "003"}})
    assert (scanned["Count"], scanned["ScannedCount"], scanned["Items"]) == (1, 10, [{"pk": {"S": "a"}}])
    assert units(scanned) == 2.5
    queried = dynamodb.query(
        TableName="orders",
        KeyConditionExpression="pk = :pk",
        FilterExpression="#t = :no",
        ExpressionAttributeNames={"#t": "text"},
        ExpressionAttributeValues={":pk": {"S": "a"}, ":no": {"S": "no"}},
        ConsistentRead=True,
        ReturnConsumedCapacity="TOTAL",
        Limit=4,
    )
    assert (queried["Count"], queried["ScannedCount"], units(queried)) == (0, 4, 2)
    nothing = dynamodb.query(
        TableName="orders",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "nobody"}},
        ReturnConsumedCapacity="TOTAL",
    )
    assert units(nothing) == 0.5


def test_an_item_has_400_kb_at_most_by_dynamodbs_arithmetic(dynamodb: Any) -> None:
    largest = item(1, 400 * 1024 - len("pkaskxxxtext"))
    assert item_size(largest) == 400 * 1024
    answer = dynamodb.put_item(TableName="orders", Item=largest, ReturnConsumedCapacity="TOTAL")
    assert units(answer) == 400
    with pytest.raises(ClientError, match="Item size has exceeded the maximum allowed size"):
        dynamodb.put_item(TableName="orders", Item=item(1, 400 * 1024 - len("pkaskxxxtext") + 1))
    with pytest.raises(ClientError, match="Item size to update has exceeded the maximum allowed size"):
        dynamodb.update_item(
            TableName="orders",
            Key=key(1),
            UpdateExpression="SET more = :m",
            ExpressionAttributeValues={":m": {"S": "x"}},
        )


def test_indexes_are_told_apart(dynamodb: Any) -> None:
    put = dynamodb.put_item(
        TableName="orders", Item=item(1, 3000, state="open", late="no"), ReturnConsumedCapacity="INDEXES"
    )["ConsumedCapacity"]
    assert put == {
        "TableName": "orders",
        "CapacityUnits": 7,
        "Table": {"CapacityUnits": 3},
        "GlobalSecondaryIndexes": {"by-state": {"CapacityUnits": 1}},
        "LocalSecondaryIndexes": {"by-late": {"CapacityUnits": 3}},
    }
    changed = dynamodb.update_item(
        TableName="orders",
        Key=key(1),
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
        ReturnConsumedCapacity="INDEXES",
    )["ConsumedCapacity"]
    assert changed["GlobalSecondaryIndexes"] == {"by-state": {"CapacityUnits": 2}}
    queried = dynamodb.query(
        TableName="orders",
        IndexName="by-state",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
        ReturnConsumedCapacity="INDEXES",
    )["ConsumedCapacity"]
    assert queried["Table"] == {"CapacityUnits": 0}
    assert queried["GlobalSecondaryIndexes"] == {"by-state": {"CapacityUnits": 0.5}}


def test_batches_and_transactions_are_counted_by_table(dynamodb: Any) -> None:
    many = [{"PutRequest": {"Item": item(number, 1500)}} for number in range(3)]
    put = dynamodb.batch_write_item(RequestItems={"orders": many}, ReturnConsumedCapacity="TOTAL")
    assert put["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 6}]
    asked = {"orders": {"Keys": [key(0), key(1), key(8)], "ConsistentRead": True}}
    got = dynamodb.batch_get_item(RequestItems=asked, ReturnConsumedCapacity="TOTAL")
    assert got["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 3}]
    assert "ConsumedCapacity" not in dynamodb.batch_get_item(RequestItems=asked)
    written = dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "orders", "Item": item(5, 1500)}},
            {
                "ConditionCheck": {
                    "TableName": "orders",
                    "Key": key(0),
                    "ConditionExpression": "attribute_exists(pk)",
                }
            },
            {"Delete": {"TableName": "orders", "Key": key(1)}},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert written["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 12, "WriteCapacityUnits": 12}]
    read = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": "orders", "Key": key(5)}}], ReturnConsumedCapacity="INDEXES"
    )
    assert read["ConsumedCapacity"] == [
        {"TableName": "orders", "CapacityUnits": 2, "ReadCapacityUnits": 2, "Table": {"CapacityUnits": 2}}
    ]


def test_a_key_of_another_type_is_refused_and_not_missing(dynamodb: Any) -> None:
    wrong = {"pk": {"N": "1"}, "sk": {"S": "001"}}
    for call in (dynamodb.get_item, dynamodb.delete_item):
        with pytest.raises(ClientError, match="The provided key element does not match the schema"):
            call(TableName="orders", Key=wrong)
    with pytest.raises(ClientError, match="The provided key element does not match the schema"):
        dynamodb.get_item(TableName="orders", Key={"pk": {"S": "a"}, "sk": {"N": "1"}})
    for name, index in (("pk", {}), ("state", {"IndexName": "by-state"}), ("pk", {"IndexName": "by-late"})):
        with pytest.raises(ClientError, match="Condition parameter type does not match schema type"):
            dynamodb.query(
                TableName="orders",
                KeyConditionExpression="#k = :v",
                ExpressionAttributeNames={"#k": name},
                ExpressionAttributeValues={":v": {"N": "1"}},
                **index,
            )
    with pytest.raises(ClientError, match="Condition parameter type does not match schema type"):
        dynamodb.execute_statement(Statement="SELECT * FROM orders WHERE pk = 1")


def metric(client: Client, name: str, statistic: str = "Sum", **dimensions: str) -> float:
    return float(sum(points(client("cloudwatch"), "AWS/DynamoDB", name, statistic, dimensions)))


def test_requests_leave_metrics(dynamodb: Any, client: Client) -> None:
    for number in range(3):
        dynamodb.put_item(TableName="orders", Item=item(number, 1500, state="open"))
    dynamodb.get_item(TableName="orders", Key=key(1))
    dynamodb.scan(TableName="orders")
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="orders", Item=item(1), ConditionExpression="attribute_not_exists(pk)")
    with pytest.raises(ClientError):
        dynamodb.get_item(TableName="orders", Key={"pk": {"S": "a"}})
    latency = {"TableName": "orders", "Operation": "PutItem"}
    assert metric(client, "SuccessfulRequestLatency", "SampleCount", **latency) == 3
    assert metric(client, "SuccessfulRequestLatency", "Maximum", **latency) > 0
    assert metric(client, "ConsumedWriteCapacityUnits", TableName="orders") == 8
    assert metric(client, "ConsumedReadCapacityUnits", TableName="orders") == 0.5 + 1
    by_state = {"TableName": "orders", "GlobalSecondaryIndexName": "by-state"}
    assert metric(client, "ConsumedWriteCapacityUnits", **by_state) == 3
    assert metric(client, "ReturnedItemCount", TableName="orders", Operation="Scan") == 3
    assert metric(client, "ConditionalCheckFailedRequests", TableName="orders") == 1
    assert metric(client, "UserErrors") == 1
