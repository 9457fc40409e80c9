"""moto.dynamodb and moto.dynamodbstreams: streams whose records are those of AWS, and which push nothing into functions."""

from __future__ import annotations

import copy
import datetime as dt
from contextvars import ContextVar
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.moto_api._internal import mock_random

from helpers.localcloud.capacity.meter import measure_update
from helpers.localcloud.events import plane
from helpers.localcloud.events.stream_records import RETENTION_SECONDS, is_on, record_size, stream_arn_of
from helpers.localcloud.patches import patch
from helpers.localcloud.patches.dynamodb_ttl import as_service, watch_update
from helpers.localcloud.turns import turn

_Change = tuple[StreamShard, Item | None, Item | None]
_update: ContextVar[list[_Change] | None] = ContextVar("update", default=None)


@patch(
    "moto.dynamodb.models.table:StreamRecord.__init__",
    why="moto gives every record version 1.0, the Region us-east-1 and too big a size",
)
def _stream_record(
    original: Any,
    self: StreamRecord,
    table: Table,
    stream_type: str,
    event_name: str,
    old: Item | None,
    new: Item | None,
    seq: int,
) -> None:
    item = new if new is not None else old
    assert item is not None
    keys = {table.hash_key_attr: item.hash_key.to_json()}
    if table.range_key_attr is not None and item.range_key is not None:
        keys[table.range_key_attr] = item.range_key.to_json()
    images: dict[str, Any] = {}
    if new is not None and stream_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
        images["NewImage"] = copy.deepcopy(_attributes(new))
    if old is not None and stream_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
        images["OldImage"] = copy.deepcopy(_attributes(old))
    self.record = {
        "eventID": mock_random.uuid4().hex,
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": table.region_name,
        "dynamodb": {
            "ApproximateCreationDateTime": utcnow(),
            "Keys": keys,
            **images,
            "SequenceNumber": str(seq),
            "SizeBytes": record_size([keys, *images.values()]),
            "StreamViewType": stream_type,
        },
    }
    as_service(self)


@patch(
    "moto.dynamodb.models.table:StreamShard.add",
    why="moto runs functions inside the write, forgets records afterwards and records writes that change nothing",
)
def _add(original: Any, self: StreamShard, old: Item | None, new: Item | None) -> None:
    pending = _update.get()
    if pending is not None:
        pending.append((self, old, new))
        return
    if not is_on(self.table) or (old is not None and new is not None and _attributes(old) == _attributes(new)):
        return
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    view = str(self.table.stream_specification["StreamViewType"])  # type: ignore[index]
    sequence = self.starting_sequence_number + len(self.items)
    self.items.append(StreamRecord(self.table, view, name, old, new, sequence))
    plane().streams.added(stream_arn_of(self.table))


@patch("moto.dynamodb.models.table:StreamShard.get", why="moto keeps records for ever; AWS for 24 hours")
def _get(original: Any, self: StreamShard, start: int, quantity: int) -> list[dict[str, Any]]:
    oldest = utcnow() - dt.timedelta(seconds=RETENTION_SECONDS)
    first = max(0, start - self.starting_sequence_number)
    while first < len(self.items) and self.items[first].record["dynamodb"]["ApproximateCreationDateTime"] < oldest:
        first += 1
    return [item.to_json() for item in self.items[first : first + quantity]]


@patch(
    "moto.dynamodb.models:DynamoDBBackend.update_item",
    why="moto records the item's keys first and then the rest, for one write",
)
def _update_item(
    original: Any, self: DynamoDBBackend, table_name: str, key: dict[str, Any], *arguments: Any, **more: Any
) -> Any:
    pending: list[_Change] = []
    measured = measure_update(self.tables.get(table_name), key)
    token = _update.set(pending)
    try:
        result = original(self, table_name, key, *arguments, **more)
    finally:
        _update.reset(token)
    measured(result)
    if pending:
        shard, old, new = pending[-1]
        shard.add(old, new)
    watch_update(self, table_name, result)
    return result


@patch(
    "moto.dynamodbstreams.models:DynamoDBStreamsBackend.get_records",
    why="a cancelled transaction puts another shard in the place of the one that moto goes on to read",
)
def _get_records(original: Any, self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> Any:
    with turn(self.account_id, self.region_name):
        iterator = self.shard_iterators.get(iterator_arn)
        if iterator is not None:
            table = self.dynamodb.tables.get(iterator.stream_shard.table.name)
            if table is not None and table.latest_stream_label == iterator.stream_shard.table.latest_stream_label:
                iterator.stream_shard = table.stream_shard or iterator.stream_shard
        return original(self, iterator_arn, limit)


def _attributes(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = item.to_json()["Attributes"]
    return found
