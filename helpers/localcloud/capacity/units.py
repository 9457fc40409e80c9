"""Capacity units: from the size of items to what reading and writing them consumes. Pure functions.

Sizes are in bytes, units in DynamoDB's read and write capacity units.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

READ_BYTES = 4_096
WRITE_BYTES = 1_024
TRANSACTION_FACTOR = 2
_CONTAINER_BYTES = 3
_ELEMENT_BYTES = 1


def item_size(attributes: Mapping[str, Any]) -> int:
    """The size of an item: of its attributes' names and values.

    attributes: values by name, each ``{"S": "text"}`` or an object with ``type`` and ``value``.
    """
    size = 0
    for name, attribute in attributes.items():
        size += len(name) if name.isascii() else text_size(name)
        size += value_size(attribute)
    return size


def value_size(attribute: Any) -> int:
    """The size of one attribute's value, in the form of ``item_size``.

    A text is its UTF-8 bytes; a number about half a byte for each significant digit, and one; a list or map three bytes and one for each element.
    """
    kind, value = next(iter(attribute.items())) if type(attribute) is dict else (attribute.type, attribute.value)
    return _SIZES.get(kind, _other_size)(value)


def text_size(text: str) -> int:
    """The UTF-8 bytes of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def number_size(written: str) -> int:
    """The size of a number, as DynamoDB packs it: up to 38 significant digits, without the zeros around them."""
    if written.isdecimal():
        return 1 + (len(written.strip("0")) + 1) // 2
    digits = written.lower().partition("e")[0].lstrip("+-").replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2 + written.startswith("-")


def binary_size(value: Any) -> int:
    """The bytes of a binary value, given as such or as base64."""
    if isinstance(value, str):
        return len(value) * 3 // 4 - value.count("=", -2)
    return len(value)


def _list_size(elements: Sequence[Any]) -> int:
    return _CONTAINER_BYTES + _ELEMENT_BYTES * len(elements) + sum(map(value_size, elements))


def _map_size(members: Mapping[str, Any]) -> int:
    return _CONTAINER_BYTES + _ELEMENT_BYTES * len(members) + item_size(members)


def _other_size(value: Any) -> int:
    return len(str(value))


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": text_size,
    "N": number_size,
    "B": binary_size,
    "BOOL": lambda value: 1,
    "NULL": lambda value: 1,
    "L": _list_size,
    "M": _map_size,
    "SS": lambda texts: sum(map(text_size, texts)),
    "NS": lambda numbers: sum(map(number_size, numbers)),
    "BS": lambda values: sum(map(binary_size, values)),
}


def read_units(size: int, *, consistent: bool = False, transaction: bool = False) -> float:
    """What reading ``size`` bytes consumes: 4 KB a unit, half of it when eventually consistent, twice in a transaction.

    For GetItem that is one item, for Query and Scan all the items of a page together, before the filter. What is not there costs as much as the smallest item.
    """
    blocks = max(1, -(-size // READ_BYTES))
    if transaction:
        return float(blocks * TRANSACTION_FACTOR)
    return float(blocks) if consistent else blocks / 2


def write_units(before: int | None, after: int | None, *, transaction: bool = False) -> float:
    """What one write consumes: 1 KB a unit, for the larger of the item before and after it, twice in a transaction.

    before, after: sizes; ``None`` when there is no item. Deleting what is not there costs one unit.
    """
    blocks = max(1, -(-max(before or 0, after or 0) // WRITE_BYTES))
    return float(blocks * TRANSACTION_FACTOR if transaction else blocks)


def index_write_units(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    keys: tuple[str, ...],
    *,
    transaction: bool = False,
) -> float:
    """What a write to the table consumes in one of its indexes.

    before, after: the attributes that are projected into the index, ``None`` when there is no item. keys: the index's own key attributes: an item without one of
    them is not in the index. A changed key costs two writes, one to delete the old entry and one to put the new; an entry that stays as it was costs none.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
    """
    old = before if before is not None and all(key in before for key in keys) else None
    new = after if after is not None and all(key in after for key in keys) else None
    if old is None and new is None:
        return 0.0
    if old is not None and new is not None:
        if any(parts(old[key]) != parts(new[key]) for key in keys):
            both = (item_size(old), None), (None, item_size(new))
            return sum(write_units(*pair, transaction=transaction) for pair in both)
        if _same(old, new):
            return 0.0
    sizes = (None if one is None else item_size(one) for one in (old, new))
    return write_units(*sizes, transaction=transaction)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(parts(value) == parts(other[name]) for name, value in one.items())


def parts(attribute: Any) -> tuple[str, Any]:
    """The type and the value of an attribute, in either form of ``item_size``."""
    if type(attribute) is dict:
        return next(iter(attribute.items()))
    return attribute.type, attribute.value
