"""Records of DynamoDB streams: what they look like, how big they are, and how the local cloud reads them from moto's tables.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard

from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.turns import turn

RETENTION_SECONDS = 86_400
_EVENT_KEYS = ("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb")


@dataclass(frozen=True)
class StreamRecord:
    """One change of a table. created: virtual time, seconds since 1970. event: the record as a function gets it."""

    sequence: int
    created: float
    event: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.sequence)

    @property
    def keys(self) -> str:
        """What tells items of a table apart; records with the same keep their order."""
        return repr(sorted(self.event["dynamodb"]["Keys"].items()))


def record_size(images: list[Mapping[str, Any]]) -> int:
    """The bytes of the names and values of some items, as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for image in images for name, value in image.items())


def _value_size(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    if kind == "N":
        return _number_size(str(content))
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "SS":
        return sum(len(str(one).encode()) for one in content)
    if kind == "NS":
        return sum(_number_size(str(one)) for one in content)
    if kind == "BS":
        return sum(len(one) * 3 // 4 for one in content)
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in content.items())
    return len(content) * 3 // 4 if kind == "B" else len(str(content).encode())


def _number_size(text: str) -> int:
    digits = re.sub(r"[eE].*", "", text).replace(".", "").lstrip("+-").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def find_shard(stream_arn: str) -> StreamShard | None:
    """The one shard of a stream that is on; nothing when the table or the stream is gone. Its turn has to be held."""
    _, _, _, region, account, resource = stream_arn.split(":", 5)
    _, table_name, _, label = resource.split("/", 3)
    table = dynamodb_backends[account][region].tables.get(table_name)
    if table is None or table.latest_stream_label != label or not is_on(table):
        return None
    shard: StreamShard | None = table.stream_shard
    return shard


def is_on(table: Any) -> bool:
    """Whether changes of a table go to its stream."""
    return bool((table.stream_specification or {}).get("StreamEnabled"))


def stream_arn_of(table: Any) -> str:
    """The ARN of the newest stream of a table."""
    return f"{table.table_arn}/stream/{table.latest_stream_label}"


def read(stream_arn: str, position: int | None) -> list[StreamRecord]:
    """The records of a stream from a sequence number on; from the oldest one, without a number."""
    with turn(account_of(stream_arn), region_of(stream_arn)):
        shard = find_shard(stream_arn)
        if shard is None:
            return []
        first = int(shard.starting_sequence_number)
        items = shard.items[max(0, (position or first) - first) :]
        return [_as_event(item.record, stream_arn) for item in items]


def end_of(stream_arn: str) -> int | None:
    """The sequence number that the next record of a stream will have; nothing when the stream is gone."""
    with turn(account_of(stream_arn), region_of(stream_arn)):
        shard = find_shard(stream_arn)
        return int(shard.starting_sequence_number) + len(shard.items) if shard else None


def _as_event(record: Mapping[str, Any], stream_arn: str) -> StreamRecord:
    created: dt.datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    seconds = created.replace(tzinfo=dt.UTC).timestamp()
    change = {**record["dynamodb"], "ApproximateCreationDateTime": float(int(seconds))}
    event = {**{name: record[name] for name in _EVENT_KEYS}, "dynamodb": change, "eventSourceARN": stream_arn}
    if "userIdentity" in record:
        identity = record["userIdentity"]
        event["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return StreamRecord(int(change["SequenceNumber"]), seconds, event)
