"""Requests for which a table has no capacity."""

from __future__ import annotations

import time
from typing import Any

from tests.localcloud.capacity.table_help import Tables

_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)


def put(number: int, **more: str) -> dict[str, Any]:
    return {"pk": {"S": str(number)}, **{name: {"S": value} for name, value in more.items()}}


def arn(tables: Tables) -> str:
    return str(tables.table()["TableArn"])


def test_a_table_gives_out_its_capacity_and_then_says_so_in_the_words_of_aws(tables: Tables) -> None:
    begun = time.monotonic()
    tables.create(5, 3)
    assert 3 <= tables.drain() <= 3 * (time.monotonic() - begun + 2)
    error = tables.refused(lambda: [tables.put() for _ in range(100)])
    assert error["Code"] == "ProvisionedThroughputExceededException"
    assert error["Message"] == _TABLE
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["ThrottlingReasons"] == [
        {"reason": "TableWriteProvisionedThroughputExceeded", "resource": arn(tables)}
    ]


def test_reads_and_writes_have_capacities_of_their_own(tables: Tables) -> None:
    tables.create(1_000, 1)
    tables.drain()
    tables.aws.get_item(TableName="orders", Key=put(0))


def test_what_is_not_used_is_saved_up_for_five_minutes(tables: Tables) -> None:
    tables.create(1, 1)
    tables.drain()
    begun = time.monotonic()
    tables.advance(3_600)
    saved = tables.drain()
    assert 300 <= saved <= 301 + time.monotonic() - begun


def test_a_large_read_passes_and_the_following_seconds_pay_for_it(tables: Tables) -> None:
    tables.create(1, 1_000)
    for number in range(24):
        tables.put(number, size=40_000)
    tables.aws.scan(TableName="orders", ConsistentRead=True)
    error = tables.refused(lambda: tables.aws.get_item(TableName="orders", Key=put(0)))
    assert error["ThrottlingReasons"][0]["reason"] == "TableReadProvisionedThroughputExceeded"
    tables.advance(130)
    tables.refused(lambda: tables.aws.get_item(TableName="orders", Key=put(0)))
    tables.advance(120)
    tables.aws.get_item(TableName="orders", Key=put(0))


def test_an_index_without_capacity_holds_back_the_writes_that_change_it(tables: Tables) -> None:
    tables.create(100, 1_000, index=(5, 1))
    error = tables.refused(lambda: [tables.put(1, state=f"state {number}") for number in range(100)])
    assert error["Message"].startswith(
        "The level of configured provisioned throughput for one or more global secondary"
    )
    assert error["ThrottlingReasons"] == [
        {"reason": "IndexWriteProvisionedThroughputExceeded", "resource": f"{arn(tables)}/index/by-state"}
    ]
    tables.put(2)
    assert tables.metric("WriteThrottleEvents", GlobalSecondaryIndexName="by-state") >= 1
    assert tables.metric("WriteThrottleEvents") == 0


def test_an_update_that_an_index_holds_back_changes_nothing(tables: Tables) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    tables.create(100, 1_000, index=(5, 1), StreamSpecification=stream)
    tables.put(1, state="old")

    def update(key: int, value: str) -> Any:
        return tables.aws.update_item(
            TableName="orders",
            Key=put(key),
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":s": {"S": value}},
        )

    for round_ in range(50):
        error = None
        try:
            update(1, f"state {round_}")
        except tables.aws.exceptions.ProvisionedThroughputExceededException as caught:
            error = caught
            break
    assert error is not None
    kept = tables.aws.get_item(TableName="orders", Key=put(1), ConsistentRead=True)["Item"]["state"]["S"]
    assert kept == f"state {round_ - 1}" or (round_ == 0 and kept == "old")
    for number in range(100, 150):
        try:
            update(number, "made")
        except tables.aws.exceptions.ProvisionedThroughputExceededException:
            assert "Item" not in tables.aws.get_item(TableName="orders", Key=put(number), ConsistentRead=True)
            return
    raise AssertionError("nothing was held back")


def test_a_batch_leaves_undone_what_there_is_no_capacity_for(tables: Tables) -> None:
    tables.create(1_000, 2)
    requests = [{"PutRequest": {"Item": put(number, text="x" * 10_000)}} for number in range(20)]
    answer = tables.aws.batch_write_item(RequestItems={"orders": requests})
    left = answer["UnprocessedItems"]["orders"]
    assert 10 <= len(left) < 20
    assert len(left) + tables.aws.scan(TableName="orders", ConsistentRead=True)["Count"] == 20
    assert left[-1] == requests[-1]
    assert tables.metric("ThrottledRequests", Operation="BatchWriteItem") == 0
    error = tables.refused(lambda: [tables.aws.batch_write_item(RequestItems={"orders": left}) for _ in range(20)])
    assert error["Code"] == "ProvisionedThroughputExceededException"
    assert tables.metric("ThrottledRequests", Operation="BatchWriteItem") == 1
    assert tables.metric("WriteThrottleEvents") >= len(left)
    assert tables.metric("WriteProvisionedThroughputThrottleEvents") == tables.metric("WriteThrottleEvents")


def test_a_batch_gives_back_the_keys_that_it_did_not_read(tables: Tables) -> None:
    tables.create(2, 1_000)
    for number in range(20):
        tables.put(number, size=40_000)
    keys = [put(number) for number in range(20)]
    asked = {"Keys": keys, "ConsistentRead": True, "ProjectionExpression": "pk"}
    answer = tables.aws.batch_get_item(RequestItems={"orders": asked})
    left = answer["UnprocessedKeys"]["orders"]
    assert len(left["Keys"]) + len(answer["Responses"]["orders"]) == 20
    assert left["Keys"] and left["ConsistentRead"] is True and left["ProjectionExpression"] == "pk"


def test_a_transaction_is_cancelled_and_names_the_reason(tables: Tables) -> None:
    tables.create(1, 2)
    puts = [{"Put": {"TableName": "orders", "Item": put(number)}} for number in range(6)]
    error = tables.refused(lambda: [tables.aws.transact_write_items(TransactItems=puts) for _ in range(5)])
    assert error["Code"] == "TransactionCanceledException"
    reasons = error["CancellationReasons"]
    assert reasons[-1] == {"Code": "ProvisionedThroughputExceeded", "Message": _TABLE}
    gets = [{"Get": {"TableName": "orders", "Key": put(number)}} for number in range(6)]
    error = tables.refused(lambda: [tables.aws.transact_get_items(TransactItems=gets) for _ in range(5)])
    assert error["Code"] == "TransactionCanceledException"
    assert "ProvisionedThroughputExceeded" in [reason["Code"] for reason in error["CancellationReasons"]]


def test_an_on_demand_maximum_stops_what_is_beyond_it(tables: Tables) -> None:
    tables.create(OnDemandThroughput={"MaxWriteRequestUnits": 3})
    assert tables.table()["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 3}
    tables.drain()
    error = tables.refused(lambda: [tables.put() for _ in range(50)])
    assert error["Code"] == "ThrottlingException"
    assert error["Message"] == "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    assert error["throttlingReasons"] == [
        {"reason": "TableWriteMaxOnDemandThroughputExceeded", "resource": arn(tables)}
    ]
    assert tables.metric("WriteMaxOnDemandThroughputThrottleEvents") >= 1
    tables.aws.update_table(TableName="orders", OnDemandThroughput={"MaxWriteRequestUnits": -1})
    tables.advance(60)
    for _ in range(50):
        tables.put()


def test_a_hot_key_is_stopped_while_others_are_not(tables: Tables) -> None:
    tables.create()
    tables.put(7, size=390_000)
    change = {"UpdateExpression": "SET seen = :s", "ExpressionAttributeValues": {":s": {"BOOL": True}}}

    def update() -> Any:
        return tables.aws.update_item(TableName="orders", Key=put(7), **change)

    error = tables.refused(lambda: [update() for _ in range(60)])
    assert error["Code"] == "ThrottlingException"
    assert "check if you have a hot key" in error["Message"]
    assert error["throttlingReasons"][0]["reason"] == "TableWriteKeyRangeThroughputExceeded"
    tables.put(8)
    assert tables.metric("WriteKeyRangeThroughputThrottleEvents") >= 1


def test_an_ordinary_on_demand_table_is_not_throttled(tables: Tables) -> None:
    tables.create(index=True)
    for number in range(300):
        tables.put(number, state="new")


def test_a_template_gives_a_table_its_maximum(tables: Tables) -> None:
    template = """
    Resources:
      Orders:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: orders
          BillingMode: PAY_PER_REQUEST
          KeySchema: [{AttributeName: pk, KeyType: HASH}]
          AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
          OnDemandThroughput: {MaxWriteRequestUnits: 3}
    """
    begun = time.monotonic()
    tables.client("cloudformation").create_stack(StackName="shop", TemplateBody=template)
    assert tables.table()["OnDemandThroughput"]["MaxWriteRequestUnits"] == 3
    assert tables.drain() <= 3 * (time.monotonic() - begun + 2)
