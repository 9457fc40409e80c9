"""What callers that meet may rely on in DynamoDB."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.dynamodb.responses import DynamoHandler

Client = Callable[[str], Any]


def make_table(dynamodb: Any, name: str, key: str) -> None:
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )


@pytest.fixture
def dynamodb(client: Client) -> Any:
    found = client("dynamodb")
    make_table(found, "orders", "order_id")
    make_table(found, "stock", "sku")
    return found


def test_every_action_of_dynamodb_goes_through_the_point_that_takes_turns() -> None:
    assert list(inspect.signature(DynamoHandler.call_action).parameters) == ["self"]
    assert DynamoHandler.call_action is not DynamoHandler.__mro__[1].call_action


def test_a_cancelled_transaction_undoes_nothing_that_others_wrote_meanwhile(dynamodb: Any) -> None:
    orders, copies = 50, 8
    dynamodb.put_item(TableName="stock", Item={"sku": {"S": "caneca"}, "quantity": {"N": "1000"}})

    def place(number: int) -> bool:
        put = {
            "TableName": "orders",
            "Item": {"order_id": {"S": str(number)}},
            "ConditionExpression": "attribute_not_exists(order_id)",
        }
        take = {
            "TableName": "stock",
            "Key": {"sku": {"S": "caneca"}},
            "UpdateExpression": "SET quantity = quantity - :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        try:
            dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Update": take}])
        except dynamodb.exceptions.TransactionCanceledException:
            return False
        return True

    with ThreadPoolExecutor(16) as callers:
        accepted = sum(callers.map(place, [number for number in range(orders) for _ in range(copies)]))
    left = dynamodb.get_item(TableName="stock", Key={"sku": {"S": "caneca"}})["Item"]["quantity"]["N"]
    assert (accepted, left) == (orders, str(1000 - orders))


def test_of_many_callers_with_the_same_condition_one_wins(dynamodb: Any) -> None:
    def claim(_: int) -> bool:
        try:
            dynamodb.put_item(
                TableName="orders",
                Item={"order_id": {"S": "o-1"}},
                ConditionExpression="attribute_not_exists(order_id)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as callers:
        assert sum(callers.map(claim, range(64))) == 1


def test_a_scan_may_meet_writers(dynamodb: Any) -> None:
    with ThreadPoolExecutor(8) as callers:
        writers = [
            callers.submit(dynamodb.put_item, TableName="orders", Item={"order_id": {"S": str(number)}})
            for number in range(200)
        ]
        readers = [callers.submit(dynamodb.scan, TableName="orders", Select="COUNT") for _ in range(20)]
        assert all(call.result()["ResponseMetadata"]["HTTPStatusCode"] == 200 for call in [*writers, *readers])
