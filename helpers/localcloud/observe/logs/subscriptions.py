"""Subscription filters: log events that match go on to a function, a Kinesis stream or a Firehose stream, as they come.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.logs.models import logs_backends

from helpers.localcloud import metrics, provenance
from helpers.localcloud.compute import recursion
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.limits import ASYNCHRONOUS_REQUEST_BYTES
from helpers.localcloud.events import plane
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.observe import context
from helpers.localcloud.observe.logs import filter_rules
from helpers.localcloud.observe.logs.patterns import FilterPattern
from helpers.localcloud.observe.logs.store import LogEvent, LogStore

_KINDS = {"lambda": "Lambda", "kinesis": "Kinesis", "firehose": "Firehose"}
_MOST_RAW_BYTES = 768 * 1024

_log = logging.getLogger(__name__)
_kinesis = threading.Lock()


@dataclass(frozen=True)
class Subscription:
    """A subscription filter of one log group. created: ms since 1970. distribution: ``Random`` or ``ByLogStream``."""

    name: str
    group: str
    pattern: FilterPattern
    destination: str
    role: str | None
    distribution: str
    created: int

    def described(self) -> dict[str, Any]:
        """As DescribeSubscriptionFilters gives it."""
        role = {"roleArn": self.role} if self.role else {}
        return {
            "filterName": self.name,
            "logGroupName": self.group,
            "filterPattern": self.pattern.text,
            "destinationArn": self.destination,
            "distribution": self.distribution,
            "applyOnTransformedLogs": False,
            "creationTime": self.created,
            **role,
        }


def listen(store: LogStore) -> None:
    """Let the subscription filters of an account and Region look at the log events that come."""
    store.listeners.append(lambda group, stream, events: _look(store, group, stream, events))


def _look(store: LogStore, name: str, stream: str, events: list[LogEvent]) -> None:
    group = logs_backends[store.account][store.region].groups.get(name)
    if group is None:
        return
    for one in list(filter_rules.filters(group, filter_rules.SUBSCRIPTIONS).values()):
        matching = [event for event in events if one.pattern.match(event.message) is not None]
        if not matching or _is_loop(store, one):
            continue
        for batch in _batches(matching):
            _send(store, one, group.arn, stream, batch)


def _is_loop(store: LogStore, one: Subscription) -> bool:
    """Whether the events come from a function that its own log has invoked too often.

    AWS lets such a loop run for ever. Here it ends where Lambda's own detection ends a loop through SQS, so that it cannot fill the computer.
    """
    rounds = max(recursion.lineage(provenance.trace()).values(), default=0)
    if rounds < recursion.MOST_INVOCATIONS:
        return False
    _log.warning(
        "account %s: the subscription filter %s of the log group %s was not followed any further, since what it delivers makes it deliver again (%d times): "
        "AWS does not stop such a loop; let the function write to another log group, or give the filter a pattern that its lines do not match",
        store.account,
        one.name,
        one.group,
        rounds,
    )
    _count(store, one, {"DeliveryErrors": 1})
    return True


def _batches(events: Sequence[LogEvent]) -> list[list[LogEvent]]:
    """The events in batches that fit into one delivery even when they do not compress."""
    batches: list[list[LogEvent]] = []
    room = 0
    for event in events:
        size = len(event.message.encode()) + 120
        if not batches or size > room:
            batches.append([])
            room = _MOST_RAW_BYTES
        batches[-1].append(event)
        room -= size
    return batches


def _send(store: LogStore, one: Subscription, group_arn: str, stream: str, events: Sequence[LogEvent]) -> None:
    message = {
        "messageType": "DATA_MESSAGE",
        "owner": store.account,
        "logGroup": one.group,
        "logStream": stream,
        "subscriptionFilters": [one.name],
        "logEvents": [{"id": event.id, "timestamp": event.timestamp, "message": event.message} for event in events],
    }
    packed = gzip.compress(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)
    try:
        with context().work.unit():
            _hand_over(store, one, group_arn, stream, packed)
    except (Missing, Refused, ServiceException, JsonRESTError, LambdaError) as problem:
        _log.warning(
            "account %s: the subscription filter %s could not deliver to %s: %s",
            store.account,
            one.name,
            one.destination,
            problem,
        )
        _count(store, one, {"DeliveryErrors": 1})
        return
    _count(store, one, {"ForwardedLogEvents": len(events), "ForwardedBytes": len(packed)})


def _hand_over(store: LogStore, one: Subscription, group_arn: str, stream: str, packed: bytes) -> None:
    kind = one.destination.split(":")[2]
    if kind == "lambda":
        body = json.dumps({"awslogs": {"data": base64.b64encode(packed).decode()}}, separators=(",", ":"))
        if len(body) > ASYNCHRONOUS_REQUEST_BYTES:
            raise Missing(f"one log event is too large for a function: {len(body)} bytes")
        _to_function(store, one, group_arn, body)
    elif kind == "kinesis":
        from moto.kinesis.models import kinesis_backends

        key = stream if one.distribution == "ByLogStream" else uuid.uuid4().hex
        with _kinesis:  # moto's streams take one record at a time
            kinesis_backends[store.account][store.region].put_record(
                one.destination, "", key[:256], "", base64.b64encode(packed).decode()
            )
    else:
        from moto.firehose.models import firehose_backends

        firehose = firehose_backends[store.account][store.region]
        firehose.put_record(one.destination.rpartition("/")[2], {"Data": packed})


def _to_function(store: LogStore, one: Subscription, group_arn: str, body: str) -> None:
    """A function's policy may name the service, or the service in the Region."""
    services = ("logs.amazonaws.com", f"logs.{store.region}.amazonaws.com")
    for service in services:
        try:
            deliver(
                plane(),
                one.destination,
                body,
                service=service,
                source_arn=f"{group_arn}:*",
                source_account=store.account,
                message=str(uuid.uuid4()),
            )
        except Refused:
            if service == services[-1]:
                raise
        else:
            return


def _count(store: LogStore, one: Subscription, values: dict[str, float]) -> None:
    kind = _KINDS[one.destination.split(":")[2]]
    dimensions = {"LogGroupName": one.group, "DestinationType": kind, "FilterName": one.name}
    now = context().clock.timestamp()
    metrics.add(store.account, store.region, "AWS/Logs", dimensions, values, now=now, units={"ForwardedBytes": "Bytes"})
