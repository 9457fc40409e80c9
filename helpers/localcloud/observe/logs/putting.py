"""PutLogEvents: what is taken, what is refused, and what is taken in part.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import bisect
from typing import Any

from moto.core.utils import unix_time_millis, utcnow

from helpers.localcloud.observe.logs.chunks import OVERHEAD_BYTES, byte_length
from helpers.localcloud.observe.logs.errors import LogsError, constraint, invalid, no_stream, not_here
from helpers.localcloud.observe.logs.requests import Request
from helpers.localcloud.observe.logs.store import DAY_MS
from helpers.localcloud.observe.logs.streams import SEQUENCE_TOKEN

MOST_EVENTS = 10_000
MOST_BYTES = 1_048_576
OLDEST_DAYS = 14
NEWEST_MS = 2 * 3_600_000


def put(request: Request) -> dict[str, Any]:
    """PutLogEvents: a wrong batch fails as a whole, events that are too old or too new are left out and reported."""
    if request.get("entity"):
        raise not_here("entities of log events (entity)", "leave it out")
    events = _checked(request.parameters["logEvents"])
    group, stream = request.group(), request.parameters["logStreamName"]
    if stream not in group.streams:
        raise no_stream()
    now = int(unix_time_millis(utcnow()))
    times = [timestamp for timestamp, _ in events]
    expired = 0
    if group.retention_in_days:
        expired = bisect.bisect_left(times, now - int(group.retention_in_days) * DAY_MS)
    too_old = bisect.bisect_left(times, now - OLDEST_DAYS * DAY_MS)
    too_new = bisect.bisect_right(times, now + NEWEST_MS)
    taken = events[max(expired, too_old) : too_new]
    if taken and taken[-1][0] - taken[0][0] > DAY_MS:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    rejected: dict[str, int] = {}
    if too_new < len(events):
        rejected["tooNewLogEventStartIndex"] = too_new
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if expired > too_old:
        rejected["expiredLogEventEndIndex"] = expired
    request.store.append(group.name, stream, taken, now)
    return {"nextSequenceToken": SEQUENCE_TOKEN, **({"rejectedLogEventsInfo": rejected} if rejected else {})}


def _checked(given: Any) -> list[tuple[int, str]]:
    """The events of a batch, each with its timestamp.

    Raises: ``LogsError`` for what is no list of events, for too many or too large ones, and for a wrong order.
    """
    if not isinstance(given, list):
        raise LogsError("SerializationException", "logEvents is not of the type list.")
    if not given:
        raise constraint(given, "logEvents", "Member must have length greater than or equal to 1")
    if len(given) > MOST_EVENTS:
        raise constraint("…", "logEvents", f"Member must have length less than or equal to {MOST_EVENTS}")
    events = [_event(one, place) for place, one in enumerate(given, 1)]
    total, before = 0, 0
    for timestamp, message in events:
        size = byte_length(message) + OVERHEAD_BYTES
        if size > MOST_BYTES:
            raise invalid(f"Log event too large: {size} bytes exceeds limit of {MOST_BYTES}")
        total += size
        if timestamp < before:
            raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
        before = timestamp
    if total > MOST_BYTES:
        raise invalid(f"Upload too large: {total} bytes exceeds limit of {MOST_BYTES}")
    return events


def _event(given: Any, place: int) -> tuple[int, str]:
    where = f"logEvents.{place}.member"
    if not isinstance(given, dict):
        raise LogsError("SerializationException", f"{where} is not of the type structure.")
    timestamp: Any = given.get("timestamp")
    message: Any = given.get("message")
    for name, value, kind in (("timestamp", timestamp, int), ("message", message, str)):
        if value is None:
            raise constraint(None, f"{where}.{name}", "Member must not be null")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise LogsError("SerializationException", f"{where}.{name} is not of the type {kind.__name__}.")
    if timestamp < 0:
        raise constraint(timestamp, f"{where}.timestamp", "Member must have value greater than or equal to 0")
    if not message:
        raise constraint(message, f"{where}.message", "Member must have length greater than or equal to 1")
    return timestamp, message
