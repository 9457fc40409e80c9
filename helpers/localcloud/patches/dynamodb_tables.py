"""moto.dynamodb: the capacity of a table is checked when it is made and changed, changes take their time, and are described."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from helpers.localcloud.capacity import changes, request_metrics
from helpers.localcloud.capacity.changes import Change
from helpers.localcloud.capacity.limits import TableCapacity, capacity_of
from helpers.localcloud.events import plane
from helpers.localcloud.patches import patch
from helpers.localcloud.turns import turn

_WHY = "moto takes any capacity at once, ignores on-demand maxima, and knows no limits of changes"
_MINE = ("BillingMode", "OnDemandThroughput", "ProvisionedThroughput", "WarmThroughput")
_NOT_HERE = {
    "DisassociationProtectionEnabled": "global tables",
    "GlobalTableSettingsReplicationMode": "global tables",
    "GlobalTableWitnessUpdates": "global tables",
    "MultiRegionConsistency": "global tables",
    "ReplicaUpdates": "global tables",
    "SSESpecification": "another encryption for a table that exists",
    "TableClass": "table classes",
    "VectorIndexUpdates": "vector indexes",
}


@patch("moto.dynamodb.responses:DynamoHandler.create_table", why=_WHY)
def _create_table(original: Any, self: DynamoHandler) -> ActionResult:
    body = self.body
    mode = body.get("BillingMode") or "PROVISIONED"
    changes.check_new_table(body, mode)
    maxima: dict[str | None, changes.Units] = {}
    if given := body.get("OnDemandThroughput"):
        maxima[None] = changes.check_maxima(given, mode)
    for index in body.get("GlobalSecondaryIndexes") or ():
        changes.check_new_index(index, mode)
        if given := index.get("OnDemandThroughput"):
            maxima[index["IndexName"]] = changes.check_maxima(given, mode)
    original(self)
    table = self.dynamodb_backend.get_table(body["TableName"])
    now = plane().clock.timestamp()
    capacity = capacity_of(table, now)
    changes.apply(table, capacity, Change(maxima=maxima), now)
    tell_provisioned(table, capacity, now)
    return DynamoResult(table.describe())


@patch("moto.dynamodb.models.table:Table.create_from_cloudformation_json", why="moto ignores on-demand maxima")
def _create_from_template(
    original: Any,
    cls: type[Table],
    resource_name: str,
    cloudformation_json: dict[str, Any],
    *arguments: Any,
    **more: Any,
) -> Table:
    properties = cloudformation_json["Properties"]
    table: Table = original(cls, resource_name, cloudformation_json, *arguments, **more)
    indexes = properties.get("GlobalSecondaryIndexes") or ()
    named = {None: properties, **{index["IndexName"]: index for index in indexes}}
    maxima = {
        name: changes.check_maxima(one["OnDemandThroughput"], table.billing_mode)
        for name, one in named.items()
        if one.get("OnDemandThroughput")
    }
    now = plane().clock.timestamp()
    changes.apply(table, capacity_of(table, now), Change(maxima=maxima), now)
    return table


@patch("moto.dynamodb.responses:DynamoHandler.update_table", why=_WHY)
def _update_table(original: Any, self: DynamoHandler) -> ActionResult:
    body = self.body
    for name, feature in _NOT_HERE.items():
        if body.get(name) is not None:
            raise MockValidationException(f"{name}: there are no {feature} here")
    table = self.dynamodb_backend.get_table(body["TableName"])
    now = plane().clock.timestamp()
    change = changes.plan(table, capacity_of(table, now), body, now)
    indexes = body.get("GlobalSecondaryIndexUpdates") or []
    structure = [one for one in indexes if "Update" not in one]
    self.body = {name: value for name, value in body.items() if name not in _MINE}
    self.body["GlobalSecondaryIndexUpdates"] = structure or None
    original(self)
    capacity = capacity_of(table, now)
    for one in structure:
        if given := one.get("Create", {}).get("OnDemandThroughput"):
            capacity.maxima[one["Create"]["IndexName"]] = changes.check_maxima(given, table.billing_mode)
    if structure:
        capacity.set(table, now)
    if change:
        begin(table, capacity, change, now)
    return DynamoResult(table.describe())


def begin(table: Table, capacity: TableCapacity, change: Change, now: float) -> None:
    """Let a change come true after the time that an update takes."""
    capacity.updating = change.touches
    end = functools.partial(_end, table.account_id, table.region_name, table.name, capacity, change)
    plane().schedule.at(now + changes.UPDATE_SECONDS, table.account_id, end)


def _end(account: str, region: str, name: str, capacity: TableCapacity, change: Change) -> None:
    with turn(account, region):
        table = dynamodb_backends[account][region].tables.get(name)
        now = plane().clock.timestamp()
        if table is None or capacity_of(table, now) is not capacity:
            return
        capacity.updating = set()
        known = {None, *(index.name for index in table.global_indexes)}
        for kept in (change.throughput, change.maxima, change.warm):
            for gone in kept.keys() - known:
                del kept[gone]
        changes.apply(table, capacity, change, now)
        tell_provisioned(table, capacity, now)
        for listener in changes.listeners:
            listener(account, region, name)


def tell_provisioned(table: Table, capacity: TableCapacity, now: float) -> None:
    """Put into CloudWatch what a table and its indexes are provisioned with."""
    if table.billing_mode != "PROVISIONED":
        return
    capacity.told = now
    for index in (None, *(one.name for one in table.global_indexes)):
        units = changes.resource_of(table, index).throughput
        request_metrics.provisioned(
            table.account_id,
            table.region_name,
            table.name,
            index,
            float(units["ReadCapacityUnits"]),
            float(units["WriteCapacityUnits"]),
            now,
        )


@patch("moto.dynamodb.models.table:Table.describe", why=_WHY)
def _describe(original: Any, self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    result: dict[str, Any] = original(self, base_key)
    told = result[base_key]
    now = plane().clock.timestamp()
    capacity = capacity_of(self, now)
    _tell(told, capacity, None, now)
    if capacity.updating:
        told["TableStatus"] = "UPDATING"
    if capacity.switches:
        at = _moment(capacity.switches[-1])
        told["BillingModeSummary"] = {**told["BillingModeSummary"], "LastUpdateToPayPerRequestDateTime": at}
    for index in told["GlobalSecondaryIndexes"]:
        name = index["IndexName"]
        _tell(index, capacity, name, now)
        index["IndexArn"] = f"{self.table_arn}/index/{name}"
        if name in capacity.updating:
            index["IndexStatus"] = "UPDATING"
    return result


def _tell(told: dict[str, Any], capacity: TableCapacity, index: str | None, now: float) -> None:
    throughput = {**told["ProvisionedThroughput"]}
    throughput["NumberOfDecreasesToday"] = len(changes.decreases_today(capacity, index, now))
    if decreases := capacity.decreases.get(index):
        throughput["LastDecreaseDateTime"] = _moment(decreases[-1])
    if index in capacity.increases:
        throughput["LastIncreaseDateTime"] = _moment(capacity.increases[index])
    told["ProvisionedThroughput"] = throughput
    if maxima := capacity.maxima.get(index):
        told["OnDemandThroughput"] = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1, **maxima}


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)


@contextmanager
def table_for_update(account: str, region: str, name: str) -> Iterator[tuple[Table, TableCapacity, float]]:
    """A table with its capacity and the time, for another service that is about to change it.

    Raises: ``ResourceNotFoundException``.
    """
    with turn(account, region):
        table = dynamodb_backends[account][region].get_table(name)
        now = plane().clock.timestamp()
        yield table, capacity_of(table, now), now
