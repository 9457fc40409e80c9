"""What a table and each of its global secondary indexes may consume, and whether there is any of it left.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing-workflow.html
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from helpers.localcloud.buckets import TokenBucket
from helpers.localcloud.capacity import buckets
from helpers.localcloud.capacity.traffic import GROWTH, Traffic

Kind = Literal["Read", "Write"]
KINDS: tuple[Kind, Kind] = ("Read", "Write")
OF_PARTITION: Mapping[Kind, float] = {"Read": 3_000.0, "Write": 1_000.0}
OF_ON_DEMAND: Mapping[Kind, float] = {"Read": 12_000.0, "Write": 4_000.0}
Cause = Literal["ProvisionedThroughput", "KeyRangeThroughput", "MaxOnDemandThroughput"]
_KEPT = "capacity_here"


@dataclass(frozen=True, slots=True)
class Excess:
    """What was not there. index: nothing for the table itself."""

    kind: Kind
    cause: Cause
    table: str
    index: str | None
    arn: str
    provisioned: bool

    @property
    def reason(self) -> str:
        """In AWS's form, such as ``TableReadProvisionedThroughputExceeded``."""
        return f"{'Index' if self.index else 'Table'}{self.kind}{self.cause}Exceeded"


class Limiter:
    """Reads, or writes, of one table or index.

    provisioned: whether the bucket is of provisioned capacity; else it is of an on-demand maximum, if there is one. sustained: what on-demand has always been ready for.
    """

    __slots__ = ("_arn", "_index", "_table", "bucket", "kind", "provisioned", "sustained", "traffic")

    def __init__(self, kind: Kind, table: str, index: str | None, arn: str) -> None:
        self.kind = kind
        self._table = table
        self._index = index
        self._arn = arn
        self.provisioned = False
        self.sustained = OF_ON_DEMAND[kind]
        self.bucket: TokenBucket | None = None
        self.traffic = Traffic()

    def set(self, rate: float | None, provisioned: bool, now: float) -> None:
        """From now on ``rate`` units a second, provisioned or at most; nothing is no maximum."""
        if rate is None:
            self.bucket = None
        elif self.bucket is None or self.provisioned != provisioned:
            self.bucket = buckets.begin(rate, now)
        elif self.bucket.rate != rate:
            buckets.change(self.bucket, rate, now)
        self.provisioned = provisioned
        if provisioned and rate is not None:
            self.sustained = max(self.sustained, rate)

    def excess(self, key: Hashable | None, least: float, now: float) -> Excess | None:
        """Why a request may not pass now, if it may not.

        key: its partition key, if it has one. least: units that it needs in any case.
        """
        bucket = self.bucket
        if bucket is not None and bucket.level(now) < least:
            return self._said("ProvisionedThroughput" if self.provisioned else "MaxOnDemandThroughput")
        traffic = self.traffic
        if key is not None and traffic.of_key(key, now) >= OF_PARTITION[self.kind]:
            return self._said("KeyRangeThroughput")
        if not self.provisioned:
            units = traffic.of_second(now)
            if units >= self.sustained and units >= GROWTH * traffic.peak(now):
                return self._said("KeyRangeThroughput")
        return None

    def charge(self, key: Hashable | None, units: float, now: float) -> None:
        """Count what a request consumed."""
        self.traffic.add(key, units, now)
        if self.bucket is not None:
            self.bucket.spend(units, now)

    def _said(self, cause: Cause) -> Excess:
        return Excess(self.kind, cause, self._table, self._index, self._arn, self.provisioned)


class TableCapacity:
    """The limiters of a table. maxima: of on-demand throughput, by the name of the index, or ``None`` for the table, as AWS shows them.

    updating: the indexes (``None`` is the table) whose change of capacity is on its way. told: when CloudWatch last heard of the provisioned capacity.
    decreases, increases: when the capacity went down, and up, by index; switches: when the table became an on-demand table.
    Whoever uses it has the turn of the account's tables.
    """

    def __init__(self, table: Table, now: float) -> None:
        self.maxima: dict[str | None, dict[str, int]] = {}
        self.updating: set[str | None] = set()
        self.decreases: dict[str | None, list[float]] = {}
        self.increases: dict[str | None, float] = {}
        self.switches: list[float] = []
        self.told = 0.0
        self._limiters: dict[str | None, dict[Kind, Limiter]] = {}
        self.set(table, now)

    def __deepcopy__(self, memo: Any) -> TableCapacity:
        """moto keeps a copy of a table to undo a transaction; what was consumed stays consumed."""
        return self

    def limiter(self, index: str | None, kind: Kind) -> Limiter:
        """Of the table, or of an index: local indexes consume what their table has."""
        found = self._limiters.get(index)
        return self._limiters[None][kind] if found is None else found[kind]

    def set(self, table: Table, now: float) -> None:
        """Take over what the table and its indexes are set to."""
        known = self._limiters
        self._limiters = {}
        provisioned = table.billing_mode == "PROVISIONED"
        resources: tuple[Table | GlobalSecondaryIndex, ...] = (table, *table.global_indexes)
        for resource in resources:
            index = resource.name if isinstance(resource, GlobalSecondaryIndex) else None
            arn = table.table_arn if index is None else f"{table.table_arn}/index/{index}"
            limiters = known.get(index) or {kind: Limiter(kind, table.name, index, arn) for kind in KINDS}
            self._limiters[index] = limiters
            for kind, limiter in limiters.items():
                most = self.maxima.get(index, {}).get(f"Max{kind}RequestUnits", -1)
                rate = float(resource.throughput[f"{kind}CapacityUnits"]) if provisioned else float(most)
                limiter.set(rate if rate > 0 else None, provisioned, now)
                warm = float(resource.warm_throughput.get(f"{kind}UnitsPerSecond", 0))
                limiter.sustained = max(limiter.sustained, warm)


def capacity_of(table: Table, now: float) -> TableCapacity:
    """The capacity of a table, kept with it."""
    found: TableCapacity | None = table.__dict__.get(_KEPT)
    if found is None:
        found = table.__dict__[_KEPT] = TableCapacity(table, now)
    return found
