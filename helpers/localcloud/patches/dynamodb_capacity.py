"""moto.dynamodb: requests consume capacity by the size of what they read and write, are told so, are counted, and are throttled when there is none left."""

from __future__ import annotations

import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ConditionalCheckFailed, MockValidationException, TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.localcloud.capacity import meter as meters
from helpers.localcloud.capacity import request_metrics
from helpers.localcloud.capacity.limits import capacity_of
from helpers.localcloud.capacity.meter import Before, Meter
from helpers.localcloud.capacity.throttling import RequestThrottled, Throttled
from helpers.localcloud.capacity.units import item_size, parts
from helpers.localcloud.events import plane
from helpers.localcloud.patches import patch
from helpers.localcloud.patches.dynamodb_tables import tell_provisioned

_WHY = "moto says 1.0 or 0.5 units whatever was read or written, and counts no metric"
_READS = ("get_item", "batch_get_item", "transact_get_items")
_PAGES = ("query", "scan")
_BATCHES = ("batch_get_item", "batch_write_item", "transact_get_items", "transact_write_items")
# CloudWatch hears of provisioned capacity that often, while the table is used.
_PROVISIONED_SECONDS = 300
_LEVELS = ("NONE", "TOTAL", "INDEXES")


@patch("moto.dynamodb.responses:DynamoHandler.get_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.batch_get_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.transact_get_items", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.query", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.scan", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.put_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.update_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.delete_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.batch_write_item", why=_WHY)
@patch("moto.dynamodb.responses:DynamoHandler.transact_write_items", why=_WHY)
def _metered(original: Any, self: DynamoHandler) -> ActionResult:
    name: str = original.__name__
    asked = self.body.get("ReturnConsumedCapacity") or "NONE"
    account, region, clock = self.current_account, self.region, plane().clock
    began = time.perf_counter()
    operation = meters.operation.get() or name.title().replace("_", "")
    meter = Meter(
        now=clock.timestamp(),
        reads=name in _READS,
        transaction=name.startswith("transact"),
        consistent=_consistency(self.body),
        batch=name.startswith("batch"),
    )
    try:
        if asked not in _LEVELS:
            raise MockValidationException(
                f"1 validation error detected: Value '{asked}' at 'returnConsumedCapacity' failed to satisfy constraint: "
                "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
            )
        token = meters.start(meter)
        try:
            result: ActionResult = original(self)
        finally:
            meters.stop(token)
        if meter.undone:
            _leave_undone(self, result.result, meter)
    except ConditionalCheckFailed:
        _condition_failed(self, meter)
        raise
    except Throttled as stopped:
        request_metrics.throttled(account, region, operation, meter, meter.now, whole=True)
        request_metrics.consumed(account, region, meter, meter.now)
        raise _answer(self, meter, stopped) from None
    except JsonRESTError:
        if meter.excesses:
            request_metrics.throttled(account, region, operation, meter, meter.now, whole=True)
        else:
            request_metrics.user_error(account, region, clock.timestamp())
        raise
    if meter.excesses:
        request_metrics.throttled(account, region, operation, meter, meter.now, whole=False)
    body: Any = result.result
    body.pop("ConsumedCapacity", None)
    body.pop("ConsumedCapacityUnits", None)
    if asked != "NONE":
        told = meters.answer(meter, asked)
        body["ConsumedCapacity"] = told if name in _BATCHES else told[0]
    returned = body.get("Count") if name in _PAGES else None
    spent = (time.perf_counter() - began) * 1000
    request_metrics.succeeded(account, region, operation, meter, spent, returned, clock.timestamp())
    for table_name in {**meter.read, **meter.written}:
        table = self.dynamodb_backend.tables.get(table_name)
        if table is not None and table.billing_mode == "PROVISIONED":
            capacity = capacity_of(table, meter.now)
            if meter.now - capacity.told >= _PROVISIONED_SECONDS:
                tell_provisioned(table, capacity, meter.now)
    return result


def _answer(handler: DynamoHandler, meter: Meter, stopped: Throttled) -> JsonRESTError:
    """The error for a request that was stopped. A transaction that reads names the item at which it was."""
    if not meter.transaction:
        return RequestThrottled(meter.excesses)
    reasons: list[Any] = [(None, None, None)] * len(handler.body["TransactItems"])
    reasons[meter.lookups - 1] = (type(stopped).__name__, str(stopped), None)
    return TransactionCanceledException(reasons)


def _leave_undone(handler: DynamoHandler, body: Any, meter: Meter) -> None:
    """Give back what a batch did not do; when that is all of it, it has failed."""
    requests = handler.body["RequestItems"]
    keys = meter.reads
    parts_asked = sum(len(one["Keys"]) if keys else len(one) for one in requests.values())
    if len(meter.undone) == parts_asked:
        raise Throttled(meter.excesses)
    left: dict[str, Any] = body["UnprocessedKeys" if keys else "UnprocessedItems"]
    for table, part in meter.undone:
        if keys:
            left.setdefault(table, {**requests[table], "Keys": []})["Keys"].append(part)
        else:
            left.setdefault(table, []).append(part)


def _consistency(body: Any) -> Any:
    """ConsistentRead of a request, or of each of its tables in a BatchGetItem."""
    requests = body.get("RequestItems")
    if not isinstance(requests, dict):
        return bool(body.get("ConsistentRead"))
    return {name: isinstance(one, dict) and bool(one.get("ConsistentRead")) for name, one in requests.items()}


def _condition_failed(handler: DynamoHandler, meter: Meter) -> None:
    """A write whose condition does not hold consumes what the item has that it met."""
    account, region, now = handler.current_account, handler.region, plane().clock.timestamp()
    table = handler.dynamodb_backend.get_table(handler.body["TableName"])
    meter.checked(table, meter.found)
    request_metrics.consumed(account, region, meter, now)
    request_metrics.conditional_check_failed(account, region, table.name, now)


@patch("moto.dynamodb.models.table:Table.get_item", why=_WHY)
def _get_item(
    original: Any,
    self: Table,
    hash_key: DynamoType,
    range_key: DynamoType | None = None,
    projection_expression: list[list[str]] | None = None,
) -> Item | None:
    meter = meters.current()
    if meter is None:
        found: Item | None = original(self, hash_key, range_key, projection_expression)
        return found
    for name, value in ((self.hash_key_attr, hash_key), (self.range_key_attr, range_key)):
        if value is not None and value.type != _type_of(self, name):
            raise MockValidationException("The provided key element does not match the schema")
    key = parts(hash_key)
    if meter.reads:
        meter.lookups += 1
        meter.may_read(self, key)
    item: Item | None = original(self, hash_key, range_key)
    meter.looked_up(self, item, key)
    return item.project(projection_expression) if item is not None and projection_expression else item


@patch("moto.dynamodb.models:DynamoDBBackend.get_item", why="a batch leaves undone what there is no capacity for")
def _get_one(
    original: Any, self: DynamoDBBackend, table_name: str, keys: dict[str, Any], *arguments: Any, **more: Any
) -> Item | None:
    meter = meters.current()
    try:
        item: Item | None = original(self, table_name, keys, *arguments, **more)
    except Throttled:
        if meter is None or not meter.batch:
            raise
        meter.undone.append((table_name, keys))
        return None
    return item


@patch("moto.dynamodb.models.table:Table.query", why=_WHY)
@patch("moto.dynamodb.models.table:Table.scan", why=_WHY)
def _page(original: Any, self: Table, *arguments: Any, **more: Any) -> Any:
    """Every item of the page counts, before the filter and the projection, which are applied afterwards as moto does."""
    meter = meters.current()
    if meter is None:
        return original(self, *arguments, **more)
    given = _named(original, arguments, more)
    condition = given.pop("filter_expression", None)
    projection = given.pop("projection_expressions", None) or given.pop("projection_expression", None)
    if original.__name__ == "query":
        given["projection_expressions"] = None
    hash_key = given.get("hash_key")
    key = None if hash_key is None else parts(hash_key)
    if hash_key is not None:
        schema = self.get_index(given["index_name"]).schema if given.get("index_name") else self.schema
        hash_name = next(one["AttributeName"] for one in schema if one["KeyType"] == "HASH")
        if hash_key.type != _type_of(self, hash_name):
            raise MockValidationException(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
    meter.may_read(self, key, given.get("index_name"))
    items, scanned, last = original(self, **given)
    meter.read_page(self, sum(item_size(item.attrs) for item in items), given.get("index_name"), key)
    if condition is not None:
        items = [item for item in items if condition.expr(item)]
    if projection:
        items = [item.project(projection) for item in items]
    return items, scanned, last


def _type_of(table: Table, name: str | None) -> str | None:
    """The type that a table defines for a key attribute: moto finds nothing where a key has another one, and DynamoDB says so."""
    return next((one["AttributeType"] for one in table.attr if one["AttributeName"] == name), None)


def _named(original: Any, arguments: tuple[Any, ...], more: dict[str, Any]) -> dict[str, Any]:
    """All arguments by the names of the parameters."""
    names = original.__code__.co_varnames[1 : original.__code__.co_argcount]
    return {**dict(zip(names, arguments, strict=False)), **more}


@patch("moto.dynamodb.models:DynamoDBBackend.put_item", why=_WHY)
def _put_item(
    original: Any, self: DynamoDBBackend, table_name: str, item_attrs: dict[str, Any], *arguments: Any, **more: Any
) -> Item | None:
    meter = meters.current()
    if meter is None:
        unmetered: Item = original(self, table_name, item_attrs, *arguments, **more)
        return unmetered
    table = self.get_table(table_name)
    hashed = item_attrs.get(table.hash_key_attr)
    try:
        meter.may_write(table, None if hashed is None else parts(hashed))
        if table.global_indexes and hashed is not None:
            meter.may_write_indexes(table, lambda: _as_it_is(self, table, item_attrs), item_attrs)
    except Throttled:
        if not meter.batch:
            raise
        meter.undone.append((table_name, {"PutRequest": {"Item": item_attrs}}))
        return None
    item: Item = original(self, table_name, item_attrs, *arguments, **more)
    meter.wrote(table, Before.of(table, meter.found), item, parts(item.hash_key))
    return item


def _as_it_is(backend: DynamoDBBackend, table: Table, keys: dict[str, Any]) -> Item | None:
    return table.get_item(*backend.get_keys_value(table, keys))


@patch("moto.dynamodb.models:DynamoDBBackend.delete_item", why=_WHY)
def _delete_item(
    original: Any, self: DynamoDBBackend, table_name: str, key: dict[str, Any], *arguments: Any, **more: Any
) -> Item | None:
    meter = meters.current()
    if meter is None:
        unmetered: Item | None = original(self, table_name, key, *arguments, **more)
        return unmetered
    table = self.get_table(table_name)
    hashed = key.get(table.hash_key_attr)
    hash_key = None if hashed is None else parts(hashed)
    try:
        meter.may_write(table, hash_key)
        if table.global_indexes:
            meter.may_write_indexes(table, lambda: _as_it_is(self, table, key), None)
    except Throttled:
        if not meter.batch:
            raise
        meter.undone.append((table_name, {"DeleteRequest": {"Key": key}}))
        return None
    item: Item | None = original(self, table_name, key, *arguments, **more)
    meter.wrote(table, Before.of(table, item), None, hash_key)
    return item


@patch("moto.dynamodb.models:DynamoDBBackend.transact_write_items", why=_WHY)
def _transact_write_items(original: Any, self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    original(self, transact_items)
    meter = meters.current()
    if meter is None:
        return
    for one in transact_items:
        check = one.get("ConditionCheck")
        if check:
            table = self.get_table(check["TableName"])
            meter.checked(table, table.get_item(*self.get_keys_value(table, check["Key"])))
