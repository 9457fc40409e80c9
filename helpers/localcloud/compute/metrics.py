"""The AWS/Lambda metrics of an invocation.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from helpers.localcloud.metrics import emit as emit_metrics

_UNITS = {"Duration": "Milliseconds", "AsyncEventAge": "Milliseconds"}


def emit(account: str, region: str, function: str, now: dt.datetime, values: Mapping[str, float]) -> None:
    """Put one datapoint of each metric in ``values``, with the dimension FunctionName."""
    emit_metrics(account, region, "AWS/Lambda", {"FunctionName": function}, values, now=now, units=_UNITS)
