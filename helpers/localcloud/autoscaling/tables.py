"""The capacity of DynamoDB tables and of their global indexes, as something that scales."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from helpers.localcloud.autoscaling import tracking
from helpers.localcloud.autoscaling.dimensions import Dimension, Unscalable
from helpers.localcloud.autoscaling.errors import ValidationException
from helpers.localcloud.capacity import changes
from helpers.localcloud.capacity.limits import Kind
from helpers.localcloud.observe.metrics.store import MetricKey
from helpers.localcloud.patches.dynamodb_tables import begin, table_for_update

_TABLE = re.compile(r"table/(?P<table>[\w.-]{3,255})")
_INDEX = re.compile(r"table/(?P<table>[\w.-]{3,255})/index/(?P<index>[\w.-]{3,255})")


class TableDimension(Dimension):
    """Reads or writes of DynamoDB tables, or of their global indexes."""

    service = "dynamodb"
    statistic = "Sum"
    out_minutes = 2
    targets = (20.0, 90.0)
    seconds = changes.UPDATE_SECONDS

    def __init__(self, of: Literal["table", "index"], kind: Kind) -> None:
        self.name = f"dynamodb:{of}:{kind}CapacityUnits"
        self.noun = f"{kind.lower()} capacity units"
        self.metric_type = f"DynamoDB{kind}CapacityUtilization"
        self._kind = kind
        self._form = _TABLE if of == "table" else _INDEX

    def check(self, resource_id: str) -> None:
        if not self._form.fullmatch(resource_id):
            raise ValidationException("Unsupported service namespace, resource type or scalable dimension")

    def capacity(self, account: str, region: str, resource_id: str) -> int:
        table_name, index = _parts(resource_id)
        try:
            with table_for_update(account, region, table_name) as (table, _, _):
                if table.billing_mode != "PROVISIONED":
                    raise Unscalable(f"Table {table_name} is not in provisioned capacity mode")
                return int(changes.resource_of(table, index).throughput[f"{self._kind}CapacityUnits"])
        except changes.REFUSALS as refusal:
            raise Unscalable(refusal.message) from None

    def set(self, account: str, region: str, resource_id: str, units: int) -> None:
        table_name, index = _parts(resource_id)
        try:
            with table_for_update(account, region, table_name) as (table, capacity, now):
                kept = changes.resource_of(table, index).throughput
                given = {f"{kind}CapacityUnits": kept[f"{kind}CapacityUnits"] for kind in ("Read", "Write")}
                given[f"{self._kind}CapacityUnits"] = units
                asked = {"ProvisionedThroughput": given}
                if index is not None:
                    asked = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": index, **asked}}]}  # type: ignore[dict-item]
                begin(table, capacity, changes.plan(table, capacity, asked, now), now)
        except changes.REFUSALS as refusal:
            raise Unscalable(refusal.message) from None

    def metric(self, resource_id: str) -> MetricKey:
        return self._metric("Consumed", resource_id)

    def provisioned_metric(self, resource_id: str) -> MetricKey:
        return self._metric("Provisioned", resource_id)

    def thresholds(self, capacity: int, target: float) -> tuple[float, float]:
        return tracking.unit_thresholds(capacity, target)

    def wanted(self, values: Sequence[float], current: int, target: float) -> int:
        return tracking.units_wanted(values, target)

    def _metric(self, what: str, resource_id: str) -> MetricKey:
        table, index = _parts(resource_id)
        where = (("GlobalSecondaryIndexName", index), ("TableName", table)) if index else (("TableName", table),)
        return MetricKey("AWS/DynamoDB", f"{what}{self._kind}CapacityUnits", where)


def table_of(resource_id: str) -> str:
    """The name of the table that a resource is, or belongs to."""
    return _parts(resource_id)[0]


def _parts(resource_id: str) -> tuple[str, str | None]:
    found = _INDEX.fullmatch(resource_id) or _TABLE.fullmatch(resource_id)
    named = found.groupdict() if found else {}
    return named.get("table", resource_id), named.get("index")
