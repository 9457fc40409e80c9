"""One log event with all of its fields, and the fields of a log group.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from helpers.localcloud.observe.insights.answers import instant, number, written
from helpers.localcloud.observe.insights.columns import of_lambda
from helpers.localcloud.observe.insights.fields import DURATIONS, JSON_FIELDS, LINE_FIELDS, MEGABYTE, MEMORY, TYPES
from helpers.localcloud.observe.insights.values import to_number
from helpers.localcloud.observe.logs.chunks import LogEvent
from helpers.localcloud.observe.logs.store import LogStore

MOST_FIELDS = 200
MOST_SAMPLED = 10_000
_LINES = {name: re.compile(pattern) for name, pattern in LINE_FIELDS.items()}
_decoder = json.JSONDecoder()


def fields_of(account: str, group: str, event: LogEvent) -> dict[str, str]:
    """All fields of an event by name, as texts."""
    found = {
        "@timestamp": instant(event.timestamp),
        "@ingestionTime": instant(event.ingested),
        "@message": event.message,
        "@logStream": event.stream,
        "@log": f"{account}:{group}",
    }
    lambda_made = of_lambda(group, event.stream)
    document = _document(event.message, anywhere=lambda_made)
    if lambda_made:
        found.update(_of_lambda(event.message, document))
    for name, value in _leaves(document, ""):
        if len(found) >= MOST_FIELDS:
            break
        found.setdefault(f"@{name}" if name.startswith("@") else name, value)
    return found


def percentages(store: LogStore, group: str, start: int, end: int) -> list[dict[str, Any]]:
    """The fields of a group's events from ``start`` to ``end`` (ms), each with the share of events that have it, the most frequent first.

    Of very many events the last ones are looked at.
    """
    events = _last_events(store, group, start, end)
    counts: Counter[str] = Counter()
    for event in events:
        counts.update(fields_of(store.account, group, event).keys())
    shares = [{"name": name, "percent": round(100 * count / len(events))} for name, count in counts.items()]
    return sorted(shares, key=lambda one: (-int(str(one["percent"])), str(one["name"])))


def _last_events(store: LogStore, group: str, start: int, end: int) -> list[LogEvent]:
    """Some of the last events, so that very many are not unpacked."""
    found: list[LogEvent] = []
    for chunk, places in sorted(store.pieces(group, start, end), key=lambda piece: -piece[0].latest):
        messages = chunk.messages()
        found += [chunk.event(place, messages) for place in places]
        if len(found) >= MOST_SAMPLED:
            break
    return found


def _document(message: str, *, anywhere: bool) -> Any:
    """The JSON of an event; the first document within it when it may be anywhere."""
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        start = message.find("{") if anywhere else -1
    while start >= 0:
        try:
            return _decoder.raw_decode(message, start)[0]
        except (ValueError, RecursionError):
            start = message.find("{", start + 1)
    return None


def _of_lambda(message: str, document: Any) -> Iterator[tuple[str, str]]:
    for name, pattern in _LINES.items():
        line = pattern.search(message)
        value = line[1] if line else _at(document, JSON_FIELDS[name])
        if value is None or (name == "@type" and not line and value not in TYPES):
            continue
        if name not in MEMORY | DURATIONS:
            yield name, TYPES.get(value, value) if name == "@type" else value
        elif (amount := to_number(value)) is not None:
            yield name, written(amount * MEGABYTE, "bytes") if name in MEMORY else number(amount)


def _at(document: Any, pointer: str) -> str | None:
    for key in pointer.split("/")[1:]:
        document = document.get(key) if isinstance(document, dict) else None
    return None if document is None or isinstance(document, dict | list) else _text(document)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _leaves(member, f"{path}.{key}" if path else str(key))
    elif value is not None and path:
        yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, float) else str(value)
