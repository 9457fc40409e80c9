"""Logs Insights over many log events, beside the same questions in SQL to DuckDB itself: ``python -m bench.insights``.

The same events are written to the server through boto3 and into a DuckDB table in this process. A query of the server is measured from ``start_query`` to the answer
that says ``Complete``: reading the query, unpacking the events when they are not unpacked yet (the first run), running, and HTTP. DuckDB's time is for the statement
alone, on a table that is there already; for the filter it counts what matched as well, because AWS's answer says that.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bench.servers import Server, running

EVENTS = 1_000_000
BATCH = 5_000
ROUNDS = 5
THREADS = 2
GROUP, STREAM = "/loja/pedidos", "web"


@dataclass(frozen=True)
class Question:
    """One thing to find out, for Logs Insights and for DuckDB."""

    name: str
    query: str
    sql: str


QUESTIONS = (
    Question(
        "filter and limit",
        'fields @timestamp, @message | filter @message like "user=u77 " | sort @timestamp desc | limit 20',
        "SELECT count(*) FROM events WHERE contains(message, 'user=u77 '); "
        "SELECT ts, message FROM events WHERE contains(message, 'user=u77 ') ORDER BY ts DESC LIMIT 20",
    ),
    Question(
        "parse and stats by bin",
        r"parse @message /latency=(?<latency>\d+)/ | stats count(*), avg(latency), max(latency) by bin(5m)",
        r"SELECT ts - ts % 300000, count(*), avg(TRY_CAST(l AS DOUBLE)), max(TRY_CAST(l AS DOUBLE)) FROM "
        r"(SELECT ts, regexp_extract(message, 'latency=(\d+)', 1) AS l FROM events) GROUP BY 1",
    ),
    Question(
        "JSON and percentiles by field",
        "stats count(*), avg(latency), pct(latency, 99) by route",
        "SELECT f[1], count(*), avg(TRY_CAST(f[2] AS DOUBLE)), quantile_cont(TRY_CAST(f[2] AS DOUBLE), 0.99) FROM "
        "(SELECT CASE WHEN json_valid(message) THEN json_extract_string(message, ['$.route', '$.latency']) END AS f FROM events) GROUP BY 1",
    ),
)


def main(count: int = EVENTS) -> None:
    """Print seconds for each question, the ratio, and what the server's memory does."""
    end = int(time.time()) // 60 * 60
    events = list(made(count, end * 1000))
    table = duckdb.connect(config={"threads": THREADS})
    load(table, events)
    with tempfile.TemporaryDirectory() as home, running("this course", Path("none"), Path(home)) as server:
        idle = server.memory_mib()
        print(f"{count} events; server idle {idle:.0f} MiB", end=", ")
        print(f"written in {write(server, events):.1f} s, then {server.memory_mib():.0f} MiB")
        print(f"{'':32}{'first':>8}{'again':>8}{'DuckDB':>8}{'ratio':>7}{'MiB':>7}")
        for question in QUESTIONS:
            times = [asked(server, question.query, end) for _ in range(ROUNDS)]
            alone = statistics.median(told(table, question.sql) for _ in range(ROUNDS))
            again = statistics.median(times[1:])
            print(
                f"{question.name:32}{times[0]:8.2f}{again:8.2f}{alone:8.2f}{again / alone:7.1f}{server.memory_mib():7.0f}"
            )
        time.sleep(65)
        print(f"a minute later {server.memory_mib():.0f} MiB")


def made(count: int, end: int) -> Iterator[tuple[int, str]]:
    """Events in the last hour before ``end`` (ms), half of them JSON."""
    chance = random.Random(7)
    for number in range(count):
        latency, route = chance.randint(1, 2_000), chance.choice(("/pedidos", "/livros", "/clientes"))
        text = f"[INFO] user=u{chance.randint(1, 500)} route={route} latency={latency} order {number:08d} accepted"
        if number % 2:
            text = json.dumps({"level": "INFO", "route": route, "latency": latency, "order": {"id": f"o{number:08d}"}})
        yield end - 3_600_000 + number * 3_600_000 // count, text


def load(table: Any, events: list[tuple[int, str]]) -> None:
    """Put the events into DuckDB."""
    messages = np.empty(len(events), dtype=object)
    messages[:] = [message for _, message in events]
    table.register("given", {"ts": np.array([moment for moment, _ in events], dtype=np.int64), "message": messages})
    table.execute("CREATE TABLE events AS SELECT * FROM given")


def write(server: Server, events: list[tuple[int, str]]) -> float:
    """Put the events into the server's log group; the seconds it takes."""
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    began = time.perf_counter()
    for first in range(0, len(events), BATCH):
        given = [{"timestamp": moment, "message": text} for moment, text in events[first : first + BATCH]]
        logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=given)
    return time.perf_counter() - began


def asked(server: Server, query: str, end: int) -> float:
    """Seconds from the start of a query to its complete answer.

    Raises: ``RuntimeError`` when it fails, or does not read all events.
    """
    logs = server.client("logs")
    began = time.perf_counter()
    started = logs.start_query(logGroupName=GROUP, startTime=end - 3_600, endTime=end, queryString=query)
    while (answer := logs.get_query_results(queryId=started["queryId"]))["status"] in {"Scheduled", "Running"}:
        time.sleep(0.005)
    taken = time.perf_counter() - began
    if answer["status"] != "Complete" or not answer["results"]:
        raise RuntimeError(f"{query}: {answer['status']}, {len(answer['results'])} rows")
    return taken


def told(table: Any, sql: str) -> float:
    """Seconds that DuckDB takes for a statement."""
    began = time.perf_counter()
    table.execute(sql).fetchall()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
