"""What UpdateTable may change of a capacity, and when it does.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import MockValidationException, ResourceInUseException
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from helpers.localcloud.capacity.limits import KINDS, OF_ON_DEMAND, TableCapacity

UPDATE_SECONDS = 30
FREE_DECREASES = 4
DECREASE_SECONDS = 3_600
MOST_SWITCHES = 4
MOST_UNITS = 40_000
DAY_SECONDS = 86_400
_WRONG = "One or more parameter values were invalid:"
_LIMIT = "Subscriber limit exceeded:"

REFUSALS = (JsonRESTError,)
"""What ``plan`` and the search for a table raise."""
Units = dict[str, int]
listeners: list[Callable[[str, str, str], None]] = []
"""Called with account, Region and table when a capacity has changed, with the turn of the account's tables."""


class LimitExceeded(JsonRESTError):
    """More changes than a table may have."""

    def __init__(self, message: str) -> None:
        super().__init__("com.amazonaws.dynamodb.v20120810#LimitExceededException", f"{_LIMIT} {message}")


@dataclass
class Change:
    """What is to be, by the name of the index, or ``None`` for the table. mode: the billing mode, if it changes."""

    mode: str | None = None
    throughput: dict[str | None, Units] = field(default_factory=dict)
    maxima: dict[str | None, Units] = field(default_factory=dict)
    warm: dict[str | None, Units] = field(default_factory=dict)

    @property
    def touches(self) -> set[str | None]:
        """What is being updated; the table always is."""
        return {None, *self.throughput, *self.maxima, *self.warm}

    def __bool__(self) -> bool:
        return bool(self.mode or self.throughput or self.maxima or self.warm)


def plan(table: Table, capacity: TableCapacity, asked: Mapping[str, Any], now: float) -> Change:
    """What a request to UpdateTable changes of the capacity.

    Raises: ``ResourceInUseException`` while another change is on its way, ``MockValidationException``, ``LimitExceeded``.
    """
    if capacity.updating:
        raise ResourceInUseException(
            f"Attempt to change a resource which is still in use: Table is being updated: {table.name}"
        )
    mode = asked.get("BillingMode") or table.billing_mode
    change = Change(mode=mode if mode != table.billing_mode else None)
    named: dict[str | None, Mapping[str, Any]] = {None: asked}
    for update in asked.get("GlobalSecondaryIndexUpdates") or ():
        if one := update.get("Update"):
            index_of(table, one["IndexName"])
            named[one["IndexName"]] = one
        if one := update.get("Create"):
            check_new_index(one, mode)
    for index, one in named.items():
        if given := one.get("ProvisionedThroughput"):
            change.throughput[index] = _provisioned(given, index, mode)
        if given := one.get("OnDemandThroughput"):
            change.maxima[index] = check_maxima(given, mode)
        if given := one.get("WarmThroughput"):
            change.warm[index] = _warm(given, resource_of(table, index), index)
    if change.mode:
        _check_switch(table, capacity, change, now)
    else:
        _check_difference(table, capacity, change, now)
    return change


def resource_of(table: Table, index: str | None) -> Table | GlobalSecondaryIndex:
    """The table, or one of its global indexes."""
    return table if index is None else index_of(table, index)


def index_of(table: Table, name: str) -> GlobalSecondaryIndex:
    """A global index by its name.

    Raises: ``MockValidationException``.
    """
    found = next((index for index in table.global_indexes if index.name == name), None)
    if found is None:
        raise MockValidationException(f"{_WRONG} Table: {table.name} does not have the specified index: {name}")
    return found


def check_new_table(given: Mapping[str, Any], mode: str | None) -> None:
    """Accept what a table that is about to be made says of its own capacity.

    Raises: ``MockValidationException``, ``LimitExceeded``.
    """
    if throughput := given.get("ProvisionedThroughput"):
        _provisioned(throughput, None, mode)


def check_new_index(given: Mapping[str, Any], mode: str | None) -> None:
    """Accept what a global index that is about to be made says of its capacity.

    Raises: ``MockValidationException``.
    """
    throughput = given.get("ProvisionedThroughput")
    if throughput:
        _provisioned(throughput, given["IndexName"], mode)
    elif mode == "PROVISIONED":
        raise MockValidationException(
            f"{_WRONG} ProvisionedThroughput must be specified for index: {given['IndexName']}"
        )
    if maxima := given.get("OnDemandThroughput"):
        check_maxima(maxima, mode)


def check_maxima(given: Mapping[str, Any], mode: str | None) -> Units:
    """The on-demand maxima that a request gives; -1 takes one away.

    Raises: ``MockValidationException``.
    """
    if mode == "PROVISIONED":
        raise MockValidationException(
            f"{_WRONG} OnDemandThroughput cannot be specified when BillingMode is PROVISIONED"
        )
    units = {
        name: int(given[name])
        for name in ("MaxReadRequestUnits", "MaxWriteRequestUnits")
        if given.get(name) is not None
    }
    if not units:
        raise MockValidationException(
            f"{_WRONG} OnDemandThroughput needs MaxReadRequestUnits, MaxWriteRequestUnits, or both"
        )
    for name, value in units.items():
        if value != -1 and value < 1:
            raise MockValidationException(f"{_WRONG} {name} must be -1, or at least 1; it is {value}")
    return units


def apply(table: Table, capacity: TableCapacity, change: Change, now: float) -> None:
    """Let a change come true."""
    if change.mode:
        table.billing_mode = change.mode
        if change.mode == "PAY_PER_REQUEST":
            change.throughput = {
                index: {f"{kind}CapacityUnits": 0 for kind in KINDS}
                for index in (None, *(one.name for one in table.global_indexes))
            }
    for index, units in change.throughput.items():
        resource = resource_of(table, index)
        old = resource.throughput
        if any(units[name] > old.get(name, 0) for name in units):
            capacity.increases[index] = now
        resource.throughput = {"NumberOfDecreasesToday": 0, **units}
        for kind in KINDS:
            least = units[f"{kind}CapacityUnits"] if table.billing_mode == "PROVISIONED" else int(OF_ON_DEMAND[kind])
            warm = resource.warm_throughput
            warm[f"{kind}UnitsPerSecond"] = max(warm.get(f"{kind}UnitsPerSecond", 0), least)
    for index, units in change.maxima.items():
        kept = {**capacity.maxima.get(index, {}), **units}
        capacity.maxima[index] = {name: value for name, value in kept.items() if value != -1}
    for index, units in change.warm.items():
        resource_of(table, index).warm_throughput.update(units)
    capacity.set(table, now)


def decreases_today(capacity: TableCapacity, index: str | None, now: float) -> list[float]:
    """When the capacity of a table or index was lowered on the present UTC day."""
    return [moment for moment in capacity.decreases.get(index, ()) if moment // DAY_SECONDS == now // DAY_SECONDS]


def _provisioned(given: Mapping[str, Any], index: str | None, mode: str | None) -> Units:
    if mode == "PAY_PER_REQUEST":
        raise MockValidationException(
            f"{_WRONG} Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    where = "provisionedThroughput" if index is None else "globalSecondaryIndexUpdates.provisionedThroughput"
    units = {f"{kind}CapacityUnits": int(given[f"{kind}CapacityUnits"]) for kind in KINDS}
    for name, value in units.items():
        if value < 1:
            raise MockValidationException(
                f"1 validation error detected: Value '{value}' at '{where}.{name[0].lower()}{name[1:]}' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1"
            )
        if value > MOST_UNITS:
            raise LimitExceeded(
                f"a table or index has at most {MOST_UNITS} {name} here, which is AWS's quota unless a higher one was asked for; {value} were requested"
            )
    return units


def _warm(given: Mapping[str, Any], resource: Table | GlobalSecondaryIndex, index: str | None) -> Units:
    units = {name: int(given[name]) for name in ("ReadUnitsPerSecond", "WriteUnitsPerSecond") if given.get(name)}
    what = "table" if index is None else f"index {index}"
    for name, value in units.items():
        if value < resource.warm_throughput.get(name, 0):
            raise MockValidationException(
                f"{_WRONG} Requested {name} for WarmThroughput for {what} is lower than current WarmThroughput, "
                "decreasing WarmThroughput is not supported"
            )
    return units


def _check_switch(table: Table, capacity: TableCapacity, change: Change, now: float) -> None:
    if change.mode == "PROVISIONED":
        if None not in change.throughput:
            raise MockValidationException(
                f"{_WRONG} ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
            )
        for index in table.global_indexes:
            if index.name not in change.throughput:
                raise MockValidationException(
                    f"{_WRONG} ProvisionedThroughput must be specified for index: {index.name}"
                )
        return
    recent = [moment for moment in capacity.switches if moment > now - DAY_SECONDS]
    if len(recent) >= MOST_SWITCHES:
        raise LimitExceeded(
            f"Update to PayPerRequest mode are limited to {MOST_SWITCHES} times in 1 day(s). "
            f"Last update at {_short(recent[-1])}. Next update can be made at {_short(recent[-MOST_SWITCHES] + DAY_SECONDS)}"
        )
    capacity.switches = [*recent, now]


def _check_difference(table: Table, capacity: TableCapacity, change: Change, now: float) -> None:
    lowered = []
    for index, units in change.throughput.items():
        old = resource_of(table, index).throughput
        if all(units[name] == old[name] for name in units):
            raise MockValidationException(
                _unchanged("table" if index is None else f"index {index} in the table", old, units)
            )
        if any(units[name] < old[name] for name in units):
            today = decreases_today(capacity, index, now)
            if len(today) >= FREE_DECREASES and now - today[-1] < DECREASE_SECONDS:
                raise LimitExceeded(
                    "Provisioned throughput decreases are limited within a given UTC day. "
                    f"After the first {FREE_DECREASES} decreases, each subsequent decrease in the same UTC day can be performed at most once every "
                    f"{DECREASE_SECONDS} seconds. Number of decreases today: {len(today)}. Last decrease at {_long(today[-1])}. "
                    f"Next decrease can be made at {_long(today[-1] + DECREASE_SECONDS)}"
                )
            lowered.append((index, [*today, now]))
    capacity.decreases.update(lowered)


def _unchanged(what: str, old: Mapping[str, int], units: Units) -> str:
    told = " ".join(
        f"Current {name} provisioned for the {what}: {old[name]}. Requested {name}: {units[name]}." for name in units
    )
    return (
        f"The provisioned throughput for the {what} will not change. The requested value equals the current value. {told} "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def _long(moment: float) -> str:
    at = dt.datetime.fromtimestamp(moment, dt.UTC)
    return f"{at:%A, %B} {at.day}, {at.year} at {at.hour % 12 or 12}:{at:%M:%S %p} Coordinated Universal Time"


def _short(moment: float) -> str:
    return f"{dt.datetime.fromtimestamp(moment, dt.UTC):%a %b %d %H:%M:%S UTC %Y}"
