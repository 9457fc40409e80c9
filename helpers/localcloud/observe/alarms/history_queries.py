"""Answers about the history of alarms.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.describing import moment, types_of
from helpers.localcloud.observe.alarms.errors import NotHere, constraint
from helpers.localcloud.observe.alarms.history import History, Item
from helpers.localcloud.observe.alarms.paging import page

_TYPES = ("ConfigurationUpdate", "StateUpdate", "Action")
_OF_CONTRIBUTORS = ("AlarmContributorStateUpdate", "AlarmContributorAction")
_ORDERS = ("TimestampDescending", "TimestampAscending")


def answer(history: History, given: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The answer to ``DescribeAlarmHistory``: newest first unless it says otherwise.

    Raises: ``ValidationError``, ``InvalidNextToken``.
    """
    if given.get("AlarmContributorId"):
        raise NotHere("contributors of alarms: no alarm here watches more than one time series")
    kinds, name, wanted = types_of(given), given.get("AlarmName"), given.get("HistoryItemType")
    if wanted is not None and wanted not in _TYPES:
        if wanted in _OF_CONTRIBUTORS:
            raise NotHere("contributors of alarms: no alarm here watches more than one time series")
        raise constraint(
            wanted, "historyItemType", f"satisfy enum value set: [{', '.join((*_TYPES, *_OF_CONTRIBUTORS))}]"
        )
    order = given.get("ScanBy") or _ORDERS[0]
    if order not in _ORDERS:
        raise constraint(order, "scanBy", f"satisfy enum value set: [{', '.join(_ORDERS)}]")
    start, end = _seconds(given.get("StartDate")), _seconds(given.get("EndDate"))
    found = [
        item
        for item in history.items(now)
        # An alarm that is named is found whatever its type; else only metric alarms are, unless the request says so.
        if (item.alarm == name if name else item.kind in kinds)
        and (not given.get("AlarmTypes") or item.kind in kinds)
        and (wanted is None or item.type == wanted)
        and (start is None or item.at >= start)
        and (end is None or item.at <= end)
    ]
    if order == "TimestampDescending":
        found.reverse()
    chosen, token = page(found, given, most=100, preset=100)
    return {"AlarmHistoryItems": [_shape(item) for item in chosen], **({"NextToken": token} if token else {})}


def _shape(item: Item) -> dict[str, Any]:
    return {
        "AlarmName": item.alarm,
        "AlarmType": item.kind,
        "Timestamp": moment(item.at),
        "HistoryItemType": item.type,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }


def _seconds(value: Any) -> float | None:
    """A moment of a request in seconds since 1970; those without a zone are UTC."""
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()
    return float(value)
