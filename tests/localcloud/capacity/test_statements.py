"""PartiQL statements: they do what they say, and consume and are refused capacity as the item operations that they stand for."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.capacity.table_help import Client, Tables

NUMBERS = (1, 2, 3, 4)


@pytest.fixture
def shop(client: Client) -> Any:
    """Orders of two customers, 1,500 bytes each."""
    aws = client("dynamodb")
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    by_state = {
        "IndexName": "by-state",
        "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    aws.create_table(
        TableName="orders",
        KeySchema=keys,
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "N"), ("state", "S"))
        ],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[by_state],
    )
    for customer in ("ada", "bob"):
        for number in NUMBERS:
            item = {"pk": {"S": customer}, "sk": {"N": str(number)}, "text": {"S": "x" * 1_500}}
            aws.put_item(TableName="orders", Item={**item, "state": {"S": "open" if number > 2 else "paid"}})
    return aws


def run(aws: Any, statement: str, *parameters: Any, **more: Any) -> Any:
    given = {"Parameters": list(parameters)} if parameters else {}
    return aws.execute_statement(Statement=statement, ReturnConsumedCapacity="TOTAL", **given, **more)


def numbers(answer: Any) -> list[int]:
    return [int(item["sk"]["N"]) for item in answer["Items"]]


def units(answer: Any) -> float:
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


def message(action: Any) -> str:
    with pytest.raises(ClientError) as refused:
        action()
    return f"{refused.value.response['Error']['Code']}: {refused.value.response['Error']['Message']}"


@pytest.mark.parametrize(
    ("where", "found", "cost"),
    [
        ("pk='ada' AND sk=2", [2], 0.5),
        ("pk = 'ada'", [1, 2, 3, 4], 1.0),
        ("pk='ada' AND sk > 2", [3, 4], 0.5),
        ("pk='ada' AND sk BETWEEN 1 AND 3 ORDER BY sk DESC", [3, 2, 1], 1.0),
        ("pk='ada' AND state='paid'", [1, 2], 1.0),
        ("pk='ada' AND (state='paid' OR sk = 9)", None, None),
        ("pk='nobody'", [], 0.5),
        ("begins_with(pk, 'ad') AND sk IN [1, 4]", [1, 4], 1.5),
        ("pk <> 'ada' AND NOT sk = 1", [2, 3, 4], 1.5),
        ("text IS MISSING", [], 1.5),
        ("size(text) = 1500 AND state IS NOT MISSING AND contains(state, 'ope') AND pk >= 'b'", [3, 4], 1.5),
    ],
)
def test_a_select_finds_what_it_says_and_pays_for_what_it_reads(
    shop: Any, where: str, found: list[int] | None, cost: float | None
) -> None:
    if found is None:
        assert "second condition of a key" in message(lambda: run(shop, f"SELECT * FROM orders WHERE {where}"))
        return
    answer = run(shop, f'SELECT * FROM "orders" WHERE {where}')
    assert sorted(numbers(answer)) == sorted(found)
    assert "DESC" not in where or numbers(answer) == found
    assert units(answer) == cost


def test_parameters_columns_indexes_and_consistent_reads(shop: Any) -> None:
    answer = run(shop, "select sk from orders where pk = ? and sk = ?", {"S": "bob"}, {"N": "3"}, ConsistentRead=True)
    assert answer["Items"] == [{"sk": {"N": "3"}}]
    assert units(answer) == 1.0
    answer = run(shop, 'SELECT pk, sk FROM "orders"."by-state" WHERE state = \'paid\'')
    assert len(answer["Items"]) == 4
    assert units(answer) == 1.0
    assert "don't match" in message(lambda: run(shop, "SELECT * FROM orders WHERE pk = ?"))
    assert "don't match" in message(lambda: run(shop, "SELECT * FROM orders", {"S": "ada"}))


def test_a_limit_gives_pages_and_a_token_belongs_to_its_statement(shop: Any) -> None:
    statement = "SELECT * FROM orders WHERE pk='ada'"
    first = run(shop, statement, Limit=3)
    second = run(shop, statement, Limit=3, NextToken=first["NextToken"])
    assert numbers(first) + numbers(second) == list(NUMBERS)
    assert "NextToken" not in second
    other = "SELECT * FROM orders WHERE pk='bob'"
    assert "NextToken does not match" in message(lambda: run(shop, other, NextToken=first["NextToken"]))
    assert "NextToken does not match" in message(lambda: run(shop, other, NextToken="nonsense"))


def test_writes_cost_by_size_and_index_and_hold_to_their_conditions(shop: Any) -> None:
    insert = "INSERT INTO orders VALUE {'pk': 'eve', 'sk': 1, 'state': ?, 'tags': <<'a', 'b'>>, 'deep': {'n': -1.5}}"
    assert units(run(shop, insert, {"S": "open"})) == 2.0  # the table, and its index
    assert message(lambda: run(shop, insert, {"S": "open"})).startswith("DuplicateItemException: Duplicate primary key")
    update = (
        "UPDATE orders SET deep.n = deep.n + 1 SET tags = set_add(tags, <<'c'>>) REMOVE state WHERE pk='eve' AND sk=1"
    )
    answer = run(shop, f"{update} RETURNING ALL NEW *")
    assert answer["Items"][0]["deep"] == {"M": {"n": {"N": "-0.5"}}}
    assert set(answer["Items"][0]["tags"]["SS"]) == {"a", "b", "c"}
    assert "state" not in answer["Items"][0]
    assert "ConditionalCheckFailed" in message(lambda: run(shop, "UPDATE orders SET a=1 WHERE pk='eve' AND sk=2"))
    assert "mandatory equality" in message(lambda: run(shop, "UPDATE orders SET a=1 WHERE pk='eve'"))
    assert "part of the key" in message(lambda: run(shop, "UPDATE orders SET sk=2 WHERE pk='eve' AND sk=1"))
    delete = "DELETE FROM orders WHERE pk=? AND sk=? AND text IS MISSING"
    assert "ConditionalCheckFailed" in message(lambda: run(shop, delete, {"S": "ada"}, {"N": "1"}))
    assert units(run(shop, delete, {"S": "eve"}, {"N": "1"})) == 1.0
    assert units(run(shop, delete, {"S": "eve"}, {"N": "1"})) == 1.0  # nothing is there, and that is no failure
    assert units(run(shop, "DELETE FROM orders WHERE pk='ada' AND sk=1")) == 4.0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("hello", "wasn't well formed"),
        (" ", "wasn't well formed"),
        ("SELECT * FROM orders WHERE", "wasn't well formed"),
        ("SELECT COUNT(*) FROM orders", "wasn't well formed"),
        ("EXISTS(SELECT * FROM orders WHERE pk='a')", "no EXISTS"),
        ("SELECT * FROM orders WHERE pk IN ['ada','bob']", "several partition keys"),
        ("SELECT * FROM orders WHERE pk='ada' OR pk='bob'", "several partition keys"),
        ("SELECT * FROM orders ORDER BY sk", "WHERE clause"),
        ("SELECT * FROM nothing", "ResourceNotFoundException"),
        ("SELECT * FROM orders.nothing", "does not have the specified index"),
        ("DELETE FROM orders.\"by-state\" WHERE state='a'", "Only SELECT"),
        ("INSERT INTO orders VALUE {'pk': 'eve'}", "sk"),
        ("UPDATE orders SET a = shout(b) WHERE pk='ada' AND sk=1", "shout"),
    ],
)
def test_what_is_wrong_or_not_here_is_named(shop: Any, statement: str, words: str) -> None:
    with pytest.raises(ClientError) as refused:
        run(shop, statement)
    assert words in str(refused.value)


def test_statements_of_a_batch_fail_one_by_one(shop: Any) -> None:
    answer = shop.batch_execute_statement(
        Statements=[
            {"Statement": "SELECT sk FROM orders WHERE pk='ada' AND sk=1", "ConsistentRead": True},
            {"Statement": "SELECT * FROM orders WHERE pk='ada'"},
            {"Statement": "SELECT * FROM nothing WHERE pk='ada'"},
            {"Statement": "SELECT * FROM orders WHERE pk=? AND sk=?", "Parameters": [{"S": "zoe"}, {"N": "1"}]},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    one, two, three, four = answer["Responses"]
    assert one == {"TableName": "orders", "Item": {"sk": {"N": "1"}}}
    assert two["Error"]["Code"] == "ValidationError"
    assert three["Error"]["Code"] == "ResourceNotFound"
    assert four == {"TableName": "orders"}
    assert [told["CapacityUnits"] for told in answer["ConsumedCapacity"]] == [1.0, 0.5]
    mixed = [{"Statement": f"{text} WHERE pk='a' AND sk=1"} for text in ("SELECT * FROM orders", "DELETE FROM orders")]
    assert "not both" in message(lambda: shop.batch_execute_statement(Statements=mixed))


def test_a_transaction_is_all_or_nothing_and_costs_twice(shop: Any) -> None:
    def transact(*statements: str) -> Any:
        return shop.execute_transaction(
            TransactStatements=[{"Statement": one} for one in statements], ReturnConsumedCapacity="TOTAL"
        )

    new = "INSERT INTO orders VALUE {'pk': 'eve', 'sk': 1}"
    assert transact(new)["ConsumedCapacity"][0]["CapacityUnits"] == 2.0
    with pytest.raises(ClientError) as cancelled:
        transact("UPDATE orders SET seen = true WHERE pk='ada' AND sk=2", new)
    codes = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert codes == ["None", "DuplicateItem"]
    read = transact("SELECT seen, sk FROM orders WHERE pk='ada' AND sk=2", "SELECT * FROM orders WHERE pk='x' AND sk=2")
    assert read["Responses"] == [{"Item": {"sk": {"N": "2"}}}, {}]
    assert read["ConsumedCapacity"][0]["CapacityUnits"] == 4.0


def test_statements_are_throttled_and_counted_by_their_own_names(tables: Tables) -> None:
    tables.create(1, 1)
    insert = "INSERT INTO orders VALUE {'pk': ?}"
    count = iter(range(3_000))

    def put() -> None:
        tables.aws.execute_statement(Statement=insert, Parameters=[{"S": str(next(count))}])

    written = tables.drain(put)
    assert written >= 1
    error = tables.refused(lambda: [put() for _ in range(20)])
    assert error["ThrottlingReasons"][0]["reason"] == "TableWriteProvisionedThroughputExceeded"
    batch = [{"Statement": insert, "Parameters": [{"S": f"b{number}"}]} for number in range(25)]
    responses = tables.aws.batch_execute_statement(Statements=batch)["Responses"]
    assert "ProvisionedThroughputExceeded" in {one.get("Error", {}).get("Code") for one in responses}
    assert tables.metric("WriteThrottleEvents") >= 2
    assert tables.metric("ConsumedWriteCapacityUnits") >= written
    assert tables.metric("ThrottledRequests", Operation="ExecuteStatement") >= 1
    assert tables.metric("ThrottledRequests", Operation="PutItem") == 0
