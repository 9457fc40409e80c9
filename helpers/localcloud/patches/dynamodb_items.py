"""moto.dynamodb: an item is measured once when it is made, as DynamoDB measures it, and written into an answer without detours."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from helpers.localcloud.capacity.units import item_size
from helpers.localcloud.patches import patch

LARGEST_ITEM = 400 * 1024
_AS_THEY_ARE = (str, int, float, bool, bytes, type(None))


@patch(
    "moto.dynamodb.models.dynamo_type:Item.__init__",
    why="moto measures all attributes again for each one that is added, and measures numbers and containers wrongly",
)
def _item(original: Any, self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    self.hash_key = hash_key
    self.range_key = range_key
    self.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(self.attrs, name, DynamoType(value))
    if item_size(self.attrs) > LARGEST_ITEM:
        raise ItemSizeTooLarge


@patch(
    "moto.dynamodb.models.dynamo_type:LimitedSizeDict.__setitem__",
    why="moto's limit lies between 400,000 and 410,000 bytes; DynamoDB's is 400 KB by its own arithmetic",
)
def _set_attribute(original: Any, self: LimitedSizeDict, key: str, value: Any) -> None:
    if type(value) is not DynamoType:
        return original(self, key, value)  # type: ignore[no-any-return]
    replaced = {key: self[key]} if key in self else {}
    if item_size(self) - item_size(replaced) + item_size({key: value}) > LARGEST_ITEM:
        raise ItemSizeTooLarge
    return dict.__setitem__(self, key, value)


@patch(
    "moto.dynamodb.responses:dynamo_to_dict",
    why="moto asks of every text and number in an answer five times what it is",
)
def _dynamo_to_dict(original: Any, obj: Any) -> Any:
    return _plain(original, obj)


def _plain(original: Any, obj: Any) -> Any:
    kind = type(obj)
    if kind in _AS_THEY_ARE:
        return obj
    if kind is DynamoType and obj.type not in ("B", "BS"):
        return {obj.type: _plain(original, obj.value)}
    if kind is dict or kind is LimitedSizeDict:
        return {name: _plain(original, value) for name, value in obj.items()}
    if kind is list:
        return [_plain(original, value) for value in obj]
    return original(obj)
