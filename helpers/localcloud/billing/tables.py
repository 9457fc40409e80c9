"""Tables on the bill: provisioned capacity, of the table and its global indexes, is paid by the hour, used or not.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
"""

from __future__ import annotations

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from helpers.localcloud.billing import meter
from helpers.localcloud.capacity import changes
from helpers.localcloud.context import CloudContext


def install(context: CloudContext) -> None:
    """Follow what UpdateTable changes, when it comes true and not when it is asked for."""
    changes.listeners.append(_changed)
    context.on_close.append(lambda: changes.listeners.remove(_changed))


def table_stands(account: str, region: str, table: Table) -> None:
    """A table was made, or its indexes changed."""
    provisioned = table.billing_mode != "PAY_PER_REQUEST"
    for kind in ("Read", "Write"):
        places = [table.throughput, *(one.throughput for one in table.global_indexes)] if provisioned else []
        _stand(account, region, kind, table, sum(int((one or {}).get(f"{kind}CapacityUnits") or 0) for one in places))


def table_is_gone(account: str, region: str, table: Table) -> None:
    """A table was deleted."""
    for kind in ("Read", "Write"):
        _stand(account, region, kind, table, 0)


def _changed(account: str, region: str, name: str) -> None:
    table = dynamodb_backends[account][region].tables.get(name)
    if table is not None:
        table_stands(account, region, table)


def _stand(account: str, region: str, kind: str, table: Table, units: int) -> None:
    meter.stands(
        account, region, f"dynamodb/{kind.lower()}-capacity-hours", table.table_arn, float(units), monthly=False
    )
