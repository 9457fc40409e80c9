"""The metrics that DynamoDB puts into CloudWatch about requests.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

from moto.dynamodb.models import dynamodb_backends

from helpers.localcloud.billing import meter as billing
from helpers.localcloud.capacity.meter import Consumed, Meter
from helpers.localcloud.metrics import add

_NAMESPACE = "AWS/DynamoDB"
_LATENCY = "SuccessfulRequestLatency"
_RETURNED = "ReturnedItemCount"
_UNITS = {_LATENCY: "Milliseconds"}


def succeeded(
    account: str, region: str, operation: str, meter: Meter, milliseconds: float, returned: int | None, now: float
) -> None:
    """Count a request that was carried out. returned: items that a Query or Scan gave back."""
    values = {_LATENCY: milliseconds}
    if returned is not None:
        values[_RETURNED] = float(returned)
    for table in {**meter.read, **meter.written}:
        dimensions = {"Operation": operation, "TableName": table}
        add(account, region, _NAMESPACE, dimensions, values, now=now, units=_UNITS)
    consumed(account, region, meter, now)


def consumed(account: str, region: str, meter: Meter, now: float) -> None:
    """Count the units that a request consumed, also when it failed in the end. Those of a global secondary index are its own."""
    for name, kept in (("ConsumedReadCapacityUnits", meter.read), ("ConsumedWriteCapacityUnits", meter.written)):
        for table, units in kept.items():
            _add_units(account, region, name, table, units, now)
            _charge(account, region, name, table, units.total)


def conditional_check_failed(account: str, region: str, table: str, now: float) -> None:
    """Count a write whose condition did not hold."""
    add(account, region, _NAMESPACE, {"TableName": table}, {"ConditionalCheckFailedRequests": 1.0}, now=now)


def user_error(account: str, region: str, now: float) -> None:
    """Count a request that was wrong: status 400, and neither a condition nor throttling."""
    add(account, region, _NAMESPACE, {}, {"UserErrors": 1.0}, now=now)


def _charge(account: str, region: str, name: str, table: str, units: float) -> None:
    """Units of a table on demand are paid one by one; the capacity of others is paid by the hour."""
    found = dynamodb_backends[account][region].tables.get(table)
    if units and found is not None and found.billing_mode == "PAY_PER_REQUEST":
        kind = "read" if "Read" in name else "write"
        billing.count(account, region, f"dynamodb/{kind}-request-units", found.table_arn, units)


def throttled(account: str, region: str, operation: str, meter: Meter, now: float, *, whole: bool) -> None:
    """Count what was not there, for each table and index, by cause. whole: whether the request failed with it.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling-cloudwatch.html
    """
    for one in meter.excesses:
        where = (
            {"GlobalSecondaryIndexName": one.index, "TableName": one.table} if one.index else {"TableName": one.table}
        )
        events = {f"{one.kind}ThrottleEvents": 1.0, f"{one.kind}{one.cause}ThrottleEvents": 1.0}
        add(account, region, _NAMESPACE, where, events, now=now)
    for table in {one.table for one in meter.excesses} if whole else ():
        where = {"Operation": operation, "TableName": table}
        add(account, region, _NAMESPACE, where, {"ThrottledRequests": 1.0}, now=now)


def provisioned(
    account: str, region: str, table: str, index: str | None, read: float, write: float, now: float
) -> None:
    """Say what a table or index is provisioned with."""
    where = {"GlobalSecondaryIndexName": index, "TableName": table} if index else {"TableName": table}
    values = {"ProvisionedReadCapacityUnits": read, "ProvisionedWriteCapacityUnits": write}
    add(account, region, _NAMESPACE, where, values, now=now)


def _add_units(account: str, region: str, name: str, table: str, units: Consumed, now: float) -> None:
    own = units.table + sum(units.locals.values())
    if own:
        add(account, region, _NAMESPACE, {"TableName": table}, {name: own}, now=now)
    for index, value in units.globals.items():
        dimensions = {"GlobalSecondaryIndexName": index, "TableName": table}
        add(account, region, _NAMESPACE, dimensions, {name: value}, now=now)
