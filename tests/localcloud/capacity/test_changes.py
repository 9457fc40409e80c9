"""Changes of a table's capacity."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.localcloud.capacity.table_help import Tables


def units(tables: Tables) -> tuple[int, int]:
    told = tables.table()["ProvisionedThroughput"]
    return told["ReadCapacityUnits"], told["WriteCapacityUnits"]


def lower(tables: Tables, times: int) -> None:
    for _ in range(times):
        reads, writes = units(tables)
        tables.update(reads - 1, writes)
        tables.advance(31)


def to_midnight(tables: Tables, hours: float = 0.0) -> None:
    """Go to the beginning of the next UTC day, so that none ends in the middle of a test."""
    now = dt.datetime.fromisoformat(tables.now())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1, hours=hours)
    tables.advance((midnight - now).total_seconds() + 1)


def test_a_change_takes_its_time(tables: Tables) -> None:
    tables.create(1, 1)
    answer = tables.update(1, 500)["TableDescription"]
    assert (answer["TableStatus"], answer["ProvisionedThroughput"]["WriteCapacityUnits"]) == ("UPDATING", 1)
    error = tables.refused(lambda: tables.update(1, 2))
    assert error["Code"] == "ResourceInUseException"
    assert tables.drain() < 30
    tables.advance(31)
    told = tables.table()
    assert (told["TableStatus"], units(tables)) == ("ACTIVE", (1, 500))
    assert told["ProvisionedThroughput"]["LastIncreaseDateTime"]
    for number in range(100):
        tables.put(number)
    assert tables.metric("ProvisionedWriteCapacityUnits") >= 501


def test_an_index_has_a_capacity_of_its_own_to_change(tables: Tables) -> None:
    tables.create(5, 5, index=(5, 5))
    update = {"IndexName": "by-state", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 9}}
    tables.aws.update_table(TableName="orders", GlobalSecondaryIndexUpdates=[{"Update": update}])
    assert tables.table()["GlobalSecondaryIndexes"][0]["IndexStatus"] == "UPDATING"
    tables.advance(31)
    (index,) = tables.table()["GlobalSecondaryIndexes"]
    assert (index["IndexStatus"], index["ProvisionedThroughput"]["WriteCapacityUnits"]) == ("ACTIVE", 9)
    assert units(tables) == (5, 5)
    error = tables.refused(
        lambda: tables.aws.update_table(
            TableName="orders", GlobalSecondaryIndexUpdates=[{"Update": {**update, "IndexName": "by-day"}}]
        )
    )
    assert error["Code"] == "ValidationException"


def test_after_four_decreases_there_is_one_an_hour(tables: Tables) -> None:
    to_midnight(tables)
    tables.create(50, 5)
    lower(tables, 4)
    assert tables.table()["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    error = tables.refused(lambda: tables.update(10, 5))
    assert error["Code"] == "LimitExceededException"
    assert error["Message"].startswith(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 decreases, each "
        "subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number of decreases today: 4. Last decrease at "
    )
    assert error["Message"].endswith(" AM Coordinated Universal Time")
    tables.update(60, 5)
    tables.advance(3_600)
    lower(tables, 1)
    assert tables.table()["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 5
    tables.refused(lambda: tables.update(10, 5))
    to_midnight(tables)
    lower(tables, 4)


def test_a_day_has_twenty_seven_decreases_at_most(tables: Tables) -> None:
    to_midnight(tables)
    tables.create(100, 5)
    lower(tables, 4)
    done = 4
    for _ in range(23):
        tables.advance(3_600 - 31)
        reads, writes = units(tables)
        tables.update(reads - 1, writes)
        tables.advance(31)
        done = tables.table()["ProvisionedThroughput"]["NumberOfDecreasesToday"] or done
    assert done in (26, 27)


def test_a_table_changes_to_on_demand_four_times_a_day_and_back_at_any_time(tables: Tables) -> None:
    tables.create(5, 5)

    def switch(mode: str) -> None:
        more: dict[str, Any] = {}
        if mode == "PROVISIONED":
            more = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
        tables.aws.update_table(TableName="orders", BillingMode=mode, **more)
        tables.advance(31)

    for _ in range(4):
        switch("PAY_PER_REQUEST")
        assert units(tables) == (0, 0)
        assert tables.table()["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"]
        switch("PROVISIONED")
        assert units(tables) == (5, 5)
    error = tables.refused(lambda: switch("PAY_PER_REQUEST"))
    assert error["Code"] == "LimitExceededException"
    assert "Update to PayPerRequest mode are limited to 4 times in 1 day(s)" in error["Message"]
    tables.advance(86_400)
    switch("PAY_PER_REQUEST")


def test_what_cannot_be_is_refused_in_the_words_of_aws(tables: Tables) -> None:
    tables.create(5, 5, index=(5, 5))
    aws = tables.aws
    assert tables.refused(lambda: tables.update(5, 5))["Message"].startswith(
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5."
    )
    to_on_demand = {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST"}
    both = {**to_on_demand, "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
    assert "when BillingMode is PAY_PER_REQUEST" in tables.refused(lambda: aws.update_table(**both))["Message"]
    maximum = {"TableName": "orders", "OnDemandThroughput": {"MaxReadRequestUnits": 5}}
    assert tables.refused(lambda: aws.update_table(**maximum))["Code"] == "ValidationException"
    aws.update_table(**to_on_demand)
    tables.advance(31)
    back = {"TableName": "orders", "BillingMode": "PROVISIONED"}
    assert "must both be specified" in tables.refused(lambda: aws.update_table(**back))["Message"]
    back["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    assert "must be specified for index: by-state" in tables.refused(lambda: aws.update_table(**back))["Message"]
    none = {"TableName": "orders", "OnDemandThroughput": {"MaxReadRequestUnits": 0}}
    assert "MaxReadRequestUnits" in tables.refused(lambda: aws.update_table(**none))["Message"]
    less = {"TableName": "orders", "WarmThroughput": {"ReadUnitsPerSecond": 10, "WriteUnitsPerSecond": 5_000}}
    assert "decreasing WarmThroughput is not supported" in tables.refused(lambda: aws.update_table(**less))["Message"]
    replicas = {"TableName": "orders", "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}
    assert "global tables" in tables.refused(lambda: aws.update_table(**replicas))["Message"]


def test_warm_throughput_raises_what_an_on_demand_table_takes(tables: Tables) -> None:
    tables.create()
    warm = {"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5_000}
    tables.aws.update_table(TableName="orders", WarmThroughput=warm)
    tables.advance(31)
    told = tables.table()["WarmThroughput"]
    assert (told["ReadUnitsPerSecond"], told["WriteUnitsPerSecond"]) == (13_000, 5_000)


def test_an_index_of_a_provisioned_table_needs_a_capacity(tables: Tables) -> None:
    error = tables.refused(lambda: tables.create(5, 5, index=True))
    assert "ProvisionedThroughput must be specified for index: by-state" in error["Message"]


def test_a_table_has_no_capacity_on_demand_and_forty_thousand_units_at_most(tables: Tables) -> None:
    keys: dict[str, Any] = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }

    def create(units: int, **more: Any) -> dict[str, Any]:
        throughput = {"ReadCapacityUnits": units, "WriteCapacityUnits": 1}
        return tables.refused(lambda: tables.aws.create_table(**keys, ProvisionedThroughput=throughput, **more))

    error = create(1, BillingMode="PAY_PER_REQUEST")
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("One or more parameter values were invalid: Neither ReadCapacityUnits nor")
    assert create(40_001)["Code"] == "LimitExceededException"
    assert tables.aws.list_tables()["TableNames"] == []
    tables.create(40_000, 1)
    assert "at most 40000 ReadCapacityUnits" in tables.refused(lambda: tables.update(40_001, 1))["Message"]
