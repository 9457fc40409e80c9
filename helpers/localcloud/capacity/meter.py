"""The meter of one request: what it reads and writes, by table and index, and what the answer tells of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import GlobalSecondaryIndex, SecondaryIndex, Table

from helpers.localcloud.capacity.limits import Excess, capacity_of
from helpers.localcloud.capacity.throttling import throttled
from helpers.localcloud.capacity.units import index_write_units, item_size, parts, read_units, write_units

_current: ContextVar[Meter | None] = ContextVar("meter", default=None)
# The operation that was called, where it is carried out as another one.
operation: ContextVar[str | None] = ContextVar("operation", default=None)


@dataclass
class Consumed:
    """Units of one table in one request. globals and locals: of its indexes, by name."""

    table: float = 0.0
    globals: dict[str, float] = field(default_factory=dict)
    locals: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Of the table and all of its indexes."""
        return self.table + sum(self.globals.values()) + sum(self.locals.values())

    def add(self, units: float, index: SecondaryIndex | None = None) -> None:
        """Count units of the table, or of one of its indexes."""
        if index is None:
            self.table += units
        else:
            kept = self.globals if isinstance(index, GlobalSecondaryIndex) else self.locals
            kept[index.name] = kept.get(index.name, 0.0) + units


@dataclass(frozen=True)
class Before:
    """An item before a write. size: nothing when there was none. attributes: only where indexes have to be compared."""

    size: int | None
    attributes: Mapping[str, Any] | None

    @staticmethod
    def of(table: Table, item: Item | None, *, changes: bool = False) -> Before:
        """changes: whether the item will be changed in place, so that its attributes have to be copied."""
        if item is None:
            return Before(None, None)
        kept = None
        if table.global_indexes or table.indexes:
            kept = copy.deepcopy(item).attrs if changes else item.attrs
        return Before(item_size(item.attrs), kept)


@dataclass
class Meter:
    """Counts one request, and stops it where there is no capacity for it.

    now: when it came, in seconds since 1970. reads: whether the operation reads items (a write only looks at them). consistent: whether all its reads are strongly
    consistent, or for which tables they are. batch: whether parts of it may be left undone.
    found: the item that was looked up last. lookups: how many were. read and written: by the name of the table. excesses: what was not there. undone: the parts of a
    batch that were left undone: by table, keys to read or requests to write.
    """

    now: float
    reads: bool = False
    transaction: bool = False
    consistent: bool | Mapping[str, bool] = False
    batch: bool = False
    found: Item | None = None
    lookups: int = 0
    read: dict[str, Consumed] = field(default_factory=dict)
    written: dict[str, Consumed] = field(default_factory=dict)
    excesses: list[Excess] = field(default_factory=list)
    undone: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def may_read(self, table: Table, key: Hashable | None = None, index_name: str | None = None) -> None:
        """Whether there is capacity for a read.

        Raises: ``Throttled``.
        """
        least = 0.5 if not self.transaction and not self._strong(table) else 1.0
        excess = capacity_of(table, self.now).limiter(index_name, "Read").excess(key, least, self.now)
        if excess is not None:
            self.stop([excess])

    def may_write(self, table: Table, key: Hashable | None) -> None:
        """Whether the table has capacity for a write.

        Raises: ``Throttled``.
        """
        excess = capacity_of(table, self.now).limiter(None, "Write").excess(key, 1.0, self.now)
        if excess is not None:
            self.stop([excess])

    def may_write_indexes(self, table: Table, look: Callable[[], Item | None], new: Mapping[str, Any] | None) -> None:
        """Whether the global indexes that a write changes have capacity for it: else the table does not take it either.

        look: finds the item as it is, if need be. new: its attributes afterwards.
        Raises: ``Throttled``.
        """
        lacking = []
        capacity = capacity_of(table, self.now)
        for index in table.global_indexes:
            hash_name = index.schema[0]["AttributeName"]
            key = None if new is None or hash_name not in new else parts(new[hash_name])
            excess = capacity.limiter(index.name, "Write").excess(key, 1.0, self.now)
            if excess is not None:
                lacking.append((index, excess))
        if not lacking:
            return
        item = look()
        old = None if item is None else item.attrs
        if excesses := [excess for index, excess in lacking if _index_units(index, old, new)]:
            self.stop(excesses)

    def stop(self, excesses: list[Excess]) -> None:
        """Note what is not there.

        Raises: ``Throttled``.
        """
        self.excesses += excesses
        raise throttled(excesses)

    def looked_up(self, table: Table, item: Item | None, key: Hashable) -> None:
        """One item was looked up by its key."""
        self.found = item
        if self.reads:
            self.read_page(table, item_size(item.attrs) if item is not None else 0, key=key)

    def read_page(self, table: Table, size: int, index_name: str | None = None, key: Hashable | None = None) -> None:
        """``size`` bytes were read at once, from the table or from an index."""
        units = read_units(size, consistent=self._strong(table), transaction=self.transaction)
        index = table.get_index(index_name) if index_name else None
        _of(self.read, table).add(units, index)
        capacity_of(table, self.now).limiter(index_name, "Read").charge(key, units, self.now)

    def wrote(self, table: Table, before: Before, after: Item | None, key: Hashable | None) -> None:
        """One item was put, changed or deleted; ``after`` is nothing when it is gone."""
        new = None if after is None else after.attrs
        consumed = _of(self.written, table)
        size = None if new is None else item_size(new)
        units = write_units(before.size, size, transaction=self.transaction)
        consumed.add(units)
        capacity = capacity_of(table, self.now)
        capacity.limiter(None, "Write").charge(key, units, self.now)
        if not (table.global_indexes or table.indexes):
            return
        for index in table.all_indexes():
            units = _index_units(index, before.attributes, new, transaction=self.transaction)
            if units:
                consumed.add(units, index)
                held = new or before.attributes or {}
                hashed = held.get(index.schema[0]["AttributeName"])
                index_key = None if hashed is None else parts(hashed)
                capacity.limiter(index.name, "Write").charge(index_key, units, self.now)

    def checked(self, table: Table, item: Item | None) -> None:
        """The condition of a write was checked, and nothing written: that costs as much as writing the item as it is."""
        size = None if item is None else item_size(item.attrs)
        units = write_units(size, size, transaction=self.transaction)
        _of(self.written, table).add(units)
        key = None if item is None else parts(item.hash_key)
        capacity_of(table, self.now).limiter(None, "Write").charge(key, units, self.now)

    def _strong(self, table: Table) -> bool:
        return self.consistent if isinstance(self.consistent, bool) else self.consistent.get(table.name, False)


def _index_units(
    index: SecondaryIndex, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, *, transaction: bool = False
) -> float:
    keys = tuple(str(key) for key in index.schema_key_attrs)
    return index_write_units(_projected(index, old), _projected(index, new), keys, transaction=transaction)


def _of(kept: dict[str, Consumed], table: Table) -> Consumed:
    known = kept.get(table.name)
    if known is None:
        known = kept[table.name] = Consumed()
    return known


def start(meter: Meter) -> Token[Meter | None]:
    """Count what this thread does from now on in ``meter``, until ``stop`` gets the token."""
    return _current.set(meter)


def stop(token: Token[Meter | None]) -> None:
    """Count no longer."""
    _current.reset(token)


def current() -> Meter | None:
    """The meter of the running request, if it is counted."""
    return _current.get()


def measure_update(table: Table | None, key: Mapping[str, Any]) -> Callable[[Item], None]:
    """Look at the item that was looked up last, which is about to be changed in place; what is returned counts the change afterwards.

    Only then it is known which indexes change: when one of them has no capacity, the item is put back.
    Raises: ``Throttled``, as does what is returned.
    """
    meter = current()
    if meter is None or table is None:
        return lambda item: None
    hashed = key.get(table.hash_key_attr)
    meter.may_write(table, None if hashed is None else parts(hashed))
    found = meter.found
    before = Before.of(table, found, changes=True)

    def measured(item: Item) -> None:
        if table.global_indexes:
            old = None if before.attributes is None else _Old(before.attributes)
            try:
                meter.may_write_indexes(table, lambda: old, item.attrs)  # type: ignore[arg-type, return-value]
            except Exception:
                _put_back(table, item, before.attributes)
                raise
        meter.wrote(table, before, item, parts(item.hash_key))

    return measured


@dataclass(frozen=True)
class _Old:
    attrs: Mapping[str, Any]


def _put_back(table: Table, item: Item, attributes: Mapping[str, Any] | None) -> None:
    if attributes is not None:
        item.attrs = attributes  # type: ignore[assignment]
    elif item.range_key is not None:
        del table.items[item.hash_key][item.range_key]
    else:
        del table.items[item.hash_key]


def answer(meter: Meter, asked: str) -> list[dict[str, Any]]:
    """``ConsumedCapacity`` by table. asked: ``TOTAL`` or ``INDEXES``."""
    return [
        _told(name, meter.read.get(name), meter.written.get(name), asked, meter.transaction)
        for name in dict.fromkeys((*meter.read, *meter.written))
    ]


def _told(name: str, read: Consumed | None, written: Consumed | None, asked: str, transaction: bool) -> dict[str, Any]:
    both = [one for one in (read, written) if one is not None]
    told: dict[str, Any] = {"TableName": name, "CapacityUnits": sum(one.total for one in both)}
    if transaction:
        told |= {"ReadCapacityUnits": read.total} if read else {"WriteCapacityUnits": written.total if written else 0.0}
    if asked == "INDEXES":
        told["Table"] = {"CapacityUnits": sum(one.table for one in both)}
        for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            kept = [one.globals if member.startswith("Global") else one.locals for one in both]
            units = {index: {"CapacityUnits": value} for one in kept for index, value in one.items()}
            if units:
                told[member] = units
    return told


def _projected(index: SecondaryIndex, attributes: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The attributes of an item that an index holds."""
    kind = (index.projection or {}).get("ProjectionType", "ALL")
    if attributes is None or kind == "ALL":
        return attributes
    names = {*index.table_key_attrs, *index.schema_key_attrs}
    if kind == "INCLUDE":
        names |= set(index.projection.get("NonKeyAttributes", []))
    return {name: value for name, value in attributes.items() if name in names}
