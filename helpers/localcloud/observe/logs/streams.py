"""Log streams: made, listed, deleted.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html and its neighbours.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.models import LogStream

from helpers.localcloud.observe.logs.errors import LogsError, invalid, no_stream
from helpers.localcloud.observe.logs.groups import check_protection
from helpers.localcloud.observe.logs.pages import page
from helpers.localcloud.observe.logs.requests import Request
from helpers.localcloud.observe.logs.store import StreamFacts

MOST_STREAMS = 100_000
"""How many streams a group may have here; AWS names no number."""

SEQUENCE_TOKEN = "49" + "0" * 54
"""Sequence tokens mean nothing any more, but old clients expect one."""


def create(request: Request) -> dict[str, Any]:
    """CreateLogStream."""
    group, name = request.group(), request.parameters["logStreamName"]
    if name in group.streams:
        raise LogsError("ResourceAlreadyExistsException", "The specified log stream already exists")
    if len(group.streams) >= MOST_STREAMS:
        raise LogsError(
            "LimitExceededException", f"A log group of the local cloud has at most {MOST_STREAMS} log streams."
        )
    group.create_log_stream(name)
    return {}


def delete(request: Request) -> dict[str, Any]:
    """DeleteLogStream."""
    group, name = request.group(), request.parameters["logStreamName"]
    check_protection(group)
    if name not in group.streams:
        raise no_stream()
    request.backend.delete_log_stream(group.name, name)
    return {}


def describe(request: Request) -> dict[str, Any]:
    """DescribeLogStreams: by name, or by the time of the last event; streams without events come first then."""
    group, prefix = request.group(), request.get("logStreamNamePrefix", "")
    by_time = request.get("orderBy", "LogStreamName") == "LastEventTime"
    if by_time and prefix:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    streams = [stream for name, stream in list(group.streams.items()) if name.startswith(prefix)]
    facts = request.store.facts(group.name)

    def order(stream: LogStream) -> tuple[int, str]:
        known = facts.get(stream.log_stream_name)
        return (known.last if by_time and known else 0, stream.log_stream_name)

    streams.sort(key=order, reverse=bool(request.get("descending")))
    chosen, token = page(streams, request, 50, lambda stream: stream.log_stream_name)
    return {"logStreams": [_described(one, facts.get(one.log_stream_name)) for one in chosen], **token}


def _described(stream: LogStream, facts: StreamFacts | None) -> dict[str, Any]:
    created = int(unix_time_millis(stream.creation_time))
    times: dict[str, Any] = {}
    if facts:
        times = {
            "firstEventTimestamp": facts.first,
            "lastEventTimestamp": facts.last,
            "lastIngestionTime": facts.ingested,
        }
    return {
        "logStreamName": stream.log_stream_name,
        "creationTime": created,
        **times,
        "uploadSequenceToken": SEQUENCE_TOKEN,
        "arn": stream.arn,
        "storedBytes": 0,
    }
