"""What a million log events cost, put and read over boto3: ``python -m bench.logs``.

Times are of the wall clock, on a quiet machine; memory is what the server's process grew by.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from bench.servers import running

BATCH, BATCHES, STREAMS = 8_000, 125, 10
MEGABYTE = 1024 * 1024


def main() -> None:
    """Print seconds and MiB for putting the events, reading one stream, and filtering the group."""
    with tempfile.TemporaryDirectory() as home, running("this course", Path("none"), Path(home)) as server:
        logs: Any = server.client("logs")
        logs.create_log_group(logGroupName="load")
        for number in range(STREAMS):
            logs.create_log_stream(logGroupName="load", logStreamName=f"s{number}")
        process, events = psutil.Process(server.process.pid), BATCH * BATCHES
        _put(logs, 0, 1)
        before = process.memory_info().rss
        print(f"{events} events in {STREAMS} streams:")
        _timed("put", events, lambda: _put(logs, 1, BATCHES + 1))
        print(f"  memory   {(process.memory_info().rss - before) / MEGABYTE:7.1f} MiB")
        _timed("get", events // STREAMS, lambda: _get(logs))
        _timed("filter", events, lambda: _filter(logs))


def _put(logs: Any, first: int, last: int) -> None:
    start = int(time.time() * 1000) - 600_000
    for number in range(first, last):
        events = [
            {
                "timestamp": start + number * 100 + at // 100,
                "message": json.dumps({"level": "INFO", "order": number * BATCH + at, "latency": at % 997}),
            }
            for at in range(BATCH)
        ]
        logs.put_log_events(logGroupName="load", logStreamName=f"s{number % STREAMS}", logEvents=events)


def _get(logs: Any) -> None:
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(logGroupName="load", logStreamName="s1", startFromHead=True, **token)
        if page["nextForwardToken"] == token.get("nextToken"):
            return
        token = {"nextToken": page["nextForwardToken"]}


def _filter(logs: Any) -> None:
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="load", filterPattern='{ $.latency > 990 && $.level = "INFO" }'
    )
    found = itertools.chain.from_iterable(page["events"] for page in pages)
    print(f"  matched  {sum(1 for _ in found)}")


def _timed(name: str, events: int, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"  {name:8} {seconds:7.2f} s, {1e6 * seconds / events:6.2f} µs an event")


if __name__ == "__main__":
    main()
