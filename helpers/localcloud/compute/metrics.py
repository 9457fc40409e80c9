"""The AWS/Lambda metrics of an invocation.

Each of them stands four times: of the account in the Region, of the function, of the function as it was named (Resource: with its version or alias), and of the
version that an alias led to (ExecutedVersion).
Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from helpers.localcloud.compute.concurrency import Running
from helpers.localcloud.metrics import emit as emit_metrics

_NAMESPACE = "AWS/Lambda"
_UNITS = {"Duration": "Milliseconds", "AsyncEventAge": "Milliseconds", "IteratorAge": "Milliseconds"}


def emit(
    account: str,
    region: str,
    function: str,
    now: dt.datetime,
    values: Mapping[str, float],
    qualifier: str | None = None,
    executed: str | None = None,
) -> None:
    """Put one datapoint of each metric in ``values``.

    qualifier: the version or alias that was asked for. executed: the version that ran, or would have run.
    """
    for dimensions in ({}, *_of_function(function, qualifier, executed)):
        emit_metrics(account, region, _NAMESPACE, dimensions, values, now=now, units=_UNITS)


def invoked(
    account: str,
    region: str,
    function: str,
    now: dt.datetime,
    values: Mapping[str, float],
    running: Running,
    qualifier: str | None = None,
    executed: str | None = None,
) -> None:
    """Put the metrics of an invocation, as ``emit``, with how many ran when it began.

    What an account has claimed of its concurrency is what unreserved functions use, and all that is reserved or provisioned.
    """
    whole = {
        "ConcurrentExecutions": float(running.account),
        "UnreservedConcurrentExecutions": float(running.unreserved),
        "ClaimedAccountConcurrency": float(running.unreserved + running.claimed),
    }
    emit_metrics(account, region, _NAMESPACE, {}, {**values, **whole}, now=now, units=_UNITS)
    counts = running.function, running.resource
    for number, dimensions in enumerate(_of_function(function, qualifier, executed)):
        own = {"ConcurrentExecutions": float(counts[number])} if number < len(counts) else {}
        emit_metrics(account, region, _NAMESPACE, dimensions, {**values, **own}, now=now, units=_UNITS)


def provisioned(
    account: str, region: str, function: str, now: dt.datetime, resource: str, values: Mapping[str, float]
) -> None:
    """Put the metrics of provisioned concurrency, which only the version or alias has that it was configured for."""
    if values:
        dimensions = {"FunctionName": function, "Resource": resource}
        emit_metrics(account, region, _NAMESPACE, dimensions, values, now=now)


def _of_function(function: str, qualifier: str | None, executed: str | None) -> list[dict[str, str]]:
    resource = f"{function}:{qualifier}" if qualifier else function
    sets = [{"FunctionName": function}, {"FunctionName": function, "Resource": resource}]
    if executed and qualifier and not qualifier.isdecimal() and not qualifier.startswith("$"):
        sets.append({"ExecutedVersion": executed, "FunctionName": function, "Resource": resource})
    return sets
