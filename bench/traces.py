"""X-Ray under load: many segments put, then the summaries of their traces and the service graph of all of them."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import Server, running

SEGMENTS = 60_000
SEGMENTS_A_TRACE = 3
AT_ONCE = 50
MINUTES = 60


@dataclass(frozen=True)
class Cost:
    """What something took. seconds: of real time. mebibytes: by how much the server's memory grew."""

    seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.mebibytes:+.0f} MiB"


def put(server: Server, count: int, now: float) -> Cost:
    """Put ``count`` segments, three a trace, spread over the hour before ``now``, through boto3."""
    before, began = server.memory_mib(), time.perf_counter()
    aws = server.client("xray")
    waiting: list[str] = []
    for document in _documents(count // SEGMENTS_A_TRACE, now):
        waiting.append(json.dumps(document, separators=(",", ":")))
        if len(waiting) == AT_ONCE:
            aws.put_trace_segments(TraceSegmentDocuments=waiting)
            waiting = []
    if waiting:
        aws.put_trace_segments(TraceSegmentDocuments=waiting)
    return Cost(time.perf_counter() - began, server.memory_mib() - before)


def summaries(server: Server, count: int, now: float, **asked: Any) -> Cost:
    """Ask for the first page of summaries.

    Raises: ``AssertionError`` when not all traces that ``put`` has put were looked at.
    """
    before, began = server.memory_mib(), time.perf_counter()
    found = server.client("xray").get_trace_summaries(StartTime=now - MINUTES * 60 - 1, EndTime=now + 1, **asked)
    cost = Cost(time.perf_counter() - began, server.memory_mib() - before)
    assert found["TracesProcessedCount"] == count // SEGMENTS_A_TRACE, found["TracesProcessedCount"]
    return cost


def graph(server: Server, count: int, now: float) -> Cost:
    """Ask for the service graph.

    Raises: ``AssertionError`` when a trace is not in it.
    """
    before, began = server.memory_mib(), time.perf_counter()
    found = server.client("xray").get_service_graph(StartTime=now - MINUTES * 60 - 1, EndTime=now + 1)["Services"]
    cost = Cost(time.perf_counter() - began, server.memory_mib() - before)
    [function] = [one for one in found if one.get("Type") == "AWS::Lambda::Function"]
    assert function["SummaryStatistics"]["TotalCount"] == count // SEGMENTS_A_TRACE, function
    return cost


def _documents(traces: int, now: float) -> Iterator[dict[str, Any]]:
    """An API's stage, the Lambda service and the function, which calls a table: each with its time, and some of them failing."""
    for number in range(traces):
        start = now - MINUTES * 60 * (1 - number / traces)
        took = 0.02 + number % 97 / 1000
        ids = [f"{number:014x}{place:02x}" for place in range(5)]
        trace = f"1-{int(start):08x}-{number:024x}"
        status = 500 if number % 50 == 0 else 200
        common = {"trace_id": trace, "start_time": start, **({"fault": True} if status == 500 else {})}
        yield {
            **common,
            "id": ids[0],
            "name": "shop/live",
            "origin": "AWS::ApiGateway::Stage",
            "end_time": start + took + 0.004,
            "http": {
                "request": {"method": "POST", "url": "https://shop.example.com/orders"},
                "response": {"status": status},
            },
        }
        yield {
            **common,
            "id": ids[1],
            "parent_id": ids[0],
            "name": "orders",
            "origin": "AWS::Lambda",
            "end_time": start + took + 0.002,
        }
        yield {
            **common,
            "id": ids[2],
            "parent_id": ids[1],
            "name": "orders",
            "origin": "AWS::Lambda::Function",
            "end_time": start + took,
            "annotations": {"order": number},
            "subsegments": [
                {
                    "id": ids[3],
                    "name": "DynamoDB",
                    "namespace": "aws",
                    "start_time": start + 0.001,
                    "end_time": start + took / 2,
                    "aws": {"operation": "PutItem", "table_name": "orders"},
                },
                {"id": ids[4], "name": "Overhead", "start_time": start + took / 2, "end_time": start + took},
            ],
        }


def main(count: int) -> None:
    """Print what it costs to put ``count`` segments, and to read them for the first time and again."""
    with tempfile.TemporaryDirectory() as folder, running("this course", Path(), Path(folder)) as server:
        now = time.time()
        print(f"{count:,} segments put: {put(server, count, now)}")
        for turn in ("first", "again"):
            print(f"GetTraceSummaries, {turn}: {summaries(server, count, now)}")
            print(f"GetTraceSummaries of faults, {turn}: {summaries(server, count, now, FilterExpression='fault')}")
            print(f"GetServiceGraph, {turn}: {graph(server, count, now)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEGMENTS)
