"""Documents of code that reads the computer's clock, moved to the cloud's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.observe.traces.documents import parts


def in_cloud_time(document: Mapping[str, Any], clock: VirtualClock) -> Mapping[str, Any]:
    """The document with its times moved by what virtual time is ahead, when they are nearer to the wall clock than to virtual time.

    Functions run in real time, so what an SDK measures in them would lie before the segments that the platform writes about them.
    """
    start, offset, now = document.get("start_time"), clock.offset.total_seconds(), clock.timestamp()
    if not offset or isinstance(start, bool) or not isinstance(start, int | float):
        return document
    if abs(start - (now - offset)) >= abs(start - now):
        return document
    moved = dict(document)
    for part in _own_parts(moved):
        for name in ("start_time", "end_time"):
            if isinstance(part.get(name), int | float):
                part[name] += offset
    return moved


def _own_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A document and its subsegments, each made a copy of its own."""
    _copy_below(document)
    return list(parts(document))


def _copy_below(document: dict[str, Any]) -> None:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        nested = part.get("subsegments")
        if isinstance(nested, list):
            part["subsegments"] = [dict(one) for one in nested if isinstance(one, Mapping)]
            waiting.extend(part["subsegments"])
