"""moto.dynamodb: items whose time to live is over are deleted, as a service and not as a user.

On AWS that happens within a few days, here at the moment itself.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, Table

from helpers.localcloud.events import plane
from helpers.localcloud.patches import patch
from helpers.localcloud.turns import turn

OLDEST_SECONDS = 5 * 365 * 86_400
_SERVICE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
_WHY = "moto keeps items for ever, whatever their time to live says"
_expiring: ContextVar[bool] = ContextVar("expiring", default=False)


def as_service(record: StreamRecord) -> None:
    """Name DynamoDB itself as the one who made a change, when it is just deleting what has expired."""
    if _expiring.get():
        record.record["userIdentity"] = dict(_SERVICE)


@patch("moto.dynamodb.models:DynamoDBBackend.update_time_to_live", why=_WHY)
def _update_time_to_live(original: Any, self: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]) -> None:
    original(self, table_name, ttl_spec)
    table = self.get_table(table_name)
    for item in list(table.all_items()):
        _watch(table, item)


@patch("moto.dynamodb.models.table:Table.put_item", why=_WHY)
def _put_item(original: Any, self: Table, *arguments: Any, **more: Any) -> Item:
    item: Item = original(self, *arguments, **more)
    _watch(self, item)
    return item


def watch_update(backend: DynamoDBBackend, table_name: str, item: Any) -> None:
    """Look at an item again when its time to live, as an update left it, is over."""
    if isinstance(item, Item):
        _watch(backend.get_table(table_name), item)


def _watch(table: Table, item: Item) -> None:
    moment = _end_of(table, item)
    if moment is not None:
        look = functools.partial(
            _expire, table.account_id, table.region_name, table.name, item.hash_key, item.range_key
        )
        plane().schedule.at(moment, table.account_id, look)


def _end_of(table: Table, item: Item) -> float | None:
    """When an item expires, in seconds since 1970; nothing when it does not, or has been over for more than five years."""
    if table.ttl.get("TimeToLiveStatus") != "ENABLED":
        return None
    value = item.attrs.get(table.ttl["AttributeName"])
    if value is None or not value.is_number():
        return None
    moment = float(value.value)
    return moment if moment > plane().clock.timestamp() - OLDEST_SECONDS else None


def _expire(account: str, region: str, table_name: str, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    with turn(account, region):
        table = dynamodb_backends[account][region].tables.get(table_name)
        item = table.get_item(hash_key, range_key) if table is not None else None
        if table is None or item is None:
            return
        moment = _end_of(table, item)
        if moment is None or moment > plane().clock.timestamp():
            return
        token = _expiring.set(True)
        try:
            table.delete_item(hash_key, range_key)
        finally:
            _expiring.reset(token)
