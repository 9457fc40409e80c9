"""GetLogEvents and FilterLogEvents: pages of events in the order of their timestamps, from a place in either direction.

A page has at most 10,000 events and about 1 MB of text. A token is the direction and the event after which to go on, so what arrives meanwhile moves nothing.
Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html and
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterator
from typing import Any

from helpers.localcloud.observe.logs.chunks import Chunk, LogEvent, byte_length, event_id, first_number, place_of
from helpers.localcloud.observe.logs.errors import invalid, no_stream, not_here
from helpers.localcloud.observe.logs.groups import require_standard
from helpers.localcloud.observe.logs.patterns import compile_pattern
from helpers.localcloud.observe.logs.requests import Request
from helpers.localcloud.observe.logs.store import LogStore

MOST_EVENTS = 10_000
MOST_BYTES = 1_048_576
MOST_SEARCHED = 100_000
"""How many events one page of FilterLogEvents looks at; a page may be empty and have a successor."""

_LAST = 1 << 62
_LATEST_MS = 4_000_000_000_000
"""The latest timestamp (in 2096) that a token can name: its number has 56 digits."""

_GET_TOKEN = re.compile(r"([fb])/(\d{56})/([se])")
_FILTER_TOKEN = re.compile(r"([FB])(\d{56})")


def get(request: Request) -> dict[str, Any]:
    """GetLogEvents: both tokens are always given; at the end of the stream the one that was sent comes back."""
    group, stream = request.group(), request.parameters["logStreamName"]
    require_standard(group, "GetLogEvents")
    _refuse_unmask(request)
    if stream not in group.streams:
        raise no_stream()
    start, end = _range(request)
    token = request.get("nextToken")
    position, backwards = None, not request.get("startFromHead", False)
    if token:
        found = _GET_TOKEN.fullmatch(token)
        if not found:
            raise invalid("The specified nextToken is invalid.")
        position, backwards = int(found[2]), found[1] == "b"
    chosen = _fitting(
        walk(request.store, group.name, start, end - 1, [stream], position, backwards),
        request.get("limit", MOST_EVENTS),
    )
    if backwards:
        chosen.reverse()
    if chosen:
        first, last = int(chosen[0].id), int(chosen[-1].id)
    elif position is not None:
        first = last = position
    else:
        first = last = first_number(min(start, _LATEST_MS))
    return {
        "events": [
            {"timestamp": one.timestamp, "message": one.message, "ingestionTime": one.ingested} for one in chosen
        ],
        "nextForwardToken": f"f/{event_id(last)}/s",
        "nextBackwardToken": f"b/{event_id(first)}/s",
    }


def search(request: Request) -> dict[str, Any]:
    """FilterLogEvents: the events that a pattern matches, over all or some streams of a group."""
    group = request.group()
    require_standard(group, "FilterLogEvents")
    _refuse_unmask(request)
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
    for name in names or ():
        if name not in group.streams:
            raise no_stream()
    streams = [name for name in list(group.streams) if name.startswith(prefix)] if prefix else names
    start, end = _range(request)
    pattern = compile_pattern(request.get("filterPattern", ""))
    position, backwards = None, not request.get("startFromHead", True)
    token = request.get("nextToken")
    if token:
        found = _FILTER_TOKEN.fullmatch(token)
        if not found:
            raise invalid("The specified nextToken is invalid.")
        position, backwards = int(found[2]), found[1] == "B"
    matched: list[LogEvent] = []
    room, limit = MOST_BYTES, request.get("limit", MOST_EVENTS)
    more = False
    for searched, event in enumerate(walk(request.store, group.name, start, end, streams, position, backwards)):
        if len(matched) >= limit or searched >= MOST_SEARCHED or room <= 0:
            more = True
            break
        position = int(event.id)
        if pattern.match(event.message) is not None:
            matched.append(event)
            room -= byte_length(event.message)
    return {
        "events": [
            {
                "logStreamName": one.stream,
                "timestamp": one.timestamp,
                "message": one.message,
                "ingestionTime": one.ingested,
                "eventId": one.id,
            }
            for one in matched
        ],
        "searchedLogStreams": [],
        **({"nextToken": f"{'B' if backwards else 'F'}{event_id(position)}"} if more and position is not None else {}),
    }


def _refuse_unmask(request: Request) -> None:
    if request.get("unmask"):
        raise not_here("data protection (unmask)", "leave it out, nothing is masked")


def _range(request: Request) -> tuple[int, int]:
    start, end = request.get("startTime", 0), request.get("endTime", _LAST)
    if start > end:
        raise invalid("startTime cannot be greater than endTime")
    return start, end


def _fitting(events: Iterator[LogEvent], limit: int) -> list[LogEvent]:
    """The first events that fit into one page."""
    chosen: list[LogEvent] = []
    room = MOST_BYTES
    for event in events:
        room -= byte_length(event.message)
        if chosen and room < 0:
            break
        chosen.append(event)
        if len(chosen) >= limit:
            break
    return chosen


def walk(
    store: LogStore,
    group: str,
    start: int,
    end: int,
    streams: Collection[str] | None,
    position: int | None,
    backwards: bool,
) -> Iterator[LogEvent]:
    """The events from ``start`` to ``end`` (ms) after ``position``, one by one: pieces are opened only as the walk comes to them."""
    chunks = store.chunks(group, start, end, streams)
    if position is not None:
        chunks = [one for one in chunks if _reaches(one, position, backwards)]
    start = max(start, store.oldest_kept(group))
    chunks.sort(key=(lambda one: one.latest) if backwards else (lambda one: -one.earliest))
    sign = -1 if backwards else 1
    opened: list[tuple[int, Iterator[int], Chunk, list[str]]] = []
    while chunks or opened:
        while chunks and (not opened or _comes_first(chunks[-1], opened[0][0] * sign, backwards)):
            chunk = chunks.pop()
            numbers = sorted(
                sign * number
                for number in (chunk.number_at(place) for place in chunk.places(start, end))
                if position is None or sign * number > sign * position
            )
            if numbers:
                heapq.heappush(opened, (numbers[0], iter(numbers[1:]), chunk, chunk.messages()))
        if not opened:
            return
        number, others, chunk, messages = opened[0]
        following = next(others, None)
        if following is None:
            heapq.heappop(opened)
        else:
            heapq.heapreplace(opened, (following, others, chunk, messages))
        yield chunk.event(place_of(number * sign)[1], messages)


def _reaches(chunk: Chunk, position: int, backwards: bool) -> bool:
    """Whether a piece may have events after ``position``, in the direction of the walk."""
    return first_number(chunk.earliest) < position if backwards else first_number(chunk.latest + 1) > position


def _comes_first(chunk: Chunk, number: int, backwards: bool) -> bool:
    """Whether a piece may have events before the one with ``number``, in the direction of the walk."""
    return first_number(chunk.latest + 1) > number if backwards else first_number(chunk.earliest) <= number
