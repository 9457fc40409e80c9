"""``make bench``: this course's local cloud beside moto_server and MiniStack, in one run, as a table."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import events, gateway, measures
from bench.servers import REPOSITORY, Server, running

NAMES = ("this course", "moto_server", "MiniStack")
MESSAGES = 2_000
API_REQUESTS = 5_000
API_RATE, API_BURST, API_SECONDS = 50, 20, 60
Row = dict[str, str]

CONNECT = """
import os, time
begin = time.perf_counter()
from helpers import connect
connect("00")
print(time.perf_counter() - begin)
"""
CONNECT_AGAIN = """
import os, time
from helpers import connect
connect("00")
begin = time.perf_counter()
connect("00")
print(time.perf_counter() - begin)
"""
IMPORTS = "import time\nbegin = time.perf_counter()\nimport boto3, moto\nprint(time.perf_counter() - begin)\n"


def of_all(servers: list[Server], measure: Callable[[Server], str | None]) -> Row:
    """One row of the table: the same measure on each server in turn; a server that cannot do it gets a dash."""
    return {server.name: measure(server) or "–" for server in servers}


def lambda_row(measure: Callable[[Server], str]) -> Callable[[Server], str | None]:
    """A measure that needs Lambda to run code, which plain moto_server only does with Docker."""
    return lambda server: None if server.name == "moto_server" else measure(server)


def spread(durations: list[float]) -> str:
    return f"{statistics.median(durations):.2f} / {measures.percentile(durations, 99):.2f}"


def api_rows(servers: list[Server], times: int) -> list[tuple[str, Row]]:
    """What an API answers, on each server that runs functions."""
    apis = {server.name: gateway.Api(server) for server in servers if server.name != "moto_server"}
    ways = (
        ("API: MOCK with a template", "GET", "/mock?sku=caneca", b""),
        ("API: AWS_PROXY", "POST", "/proxy", gateway.BODY),
        ("API: AWS with two templates and validation", "POST", "/mapped", gateway.BODY),
        ("API: AWS_PROXY behind a cached authorizer", "POST", "/guarded", gateway.BODY),
    )

    def row(method: str, path: str, body: bytes, count: int, connections: int) -> Row:
        def measured(server: Server) -> str:
            request = apis[server.name].request(method, path, body)
            gateway.load(server, request, 5 * connections, connections)
            return str(gateway.load(server, request, count, connections))

        return of_all(servers, lambda_row(measured))

    rows = [
        (f"{label}, 1 connection, p50 / p99 in ms, answers a second", row(method, path, body, times, 1))
        for label, method, path, body in ways
    ]
    rows += [
        (f"{label}, 32 connections, p50 / p99 in ms, answers a second", row(method, path, body, API_REQUESTS, 32))
        for label, method, path, body in ways
    ]

    def limited(server: Server) -> str | None:
        if server.name != "this course":
            return None
        apis[server.name].limit(API_RATE, API_BURST)
        request = apis[server.name].request("POST", "/limited", gateway.BODY)
        seen = gateway.overload(server, request, 3 * API_RATE, API_SECONDS)
        share = len(seen.waits) / (API_RATE * API_SECONDS + API_BURST)
        return f"{len(seen.waits)} of {len(seen.waits) + seen.failed} let in, {share:.1%} of the limit"

    label = f"API: {API_SECONDS} s at three times a limit of {API_RATE}/s, burst {API_BURST}"
    return [*rows, (label, of_all(servers, limited))]


def servers_table(ministack: Path, home: Path, times: int) -> list[tuple[str, Row]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(running(name, ministack, home)) for name in NAMES]
        rows = [
            ("resident memory after start, MiB", of_all(servers, lambda server: f"{server.memory_mib():.0f}")),
            ("`get_caller_identity` p50 / p99, ms", of_all(servers, lambda server: spread(measures.cheapest_calls(server, times)))),
            ("`put_item` p50 / p99, ms", of_all(servers, lambda server: spread(measures.put_items(server, times)))),
            ("`send_message` p50 / p99, ms", of_all(servers, lambda server: spread(measures.sent_messages(server, times)))),
            ("warm invoke p50 / p99, ms", of_all(servers, lambda_row(lambda server: spread(measures.warm_invokes(server, times))))),
            ("cold start, trivial handler, ms", of_all(servers, lambda_row(lambda server: f"{measures.cold_starts(server, measures.TRIVIAL, 'trivial', 11):.0f}"))),
            ("cold start, handler with a boto3 client, ms", of_all(servers, lambda_row(lambda server: f"{measures.cold_starts(server, measures.WITH_BOTO3, 'boto3', 7):.0f}"))),
            (f"SNS to SQS to Lambda (batches of 10) to DynamoDB, {MESSAGES} messages, with p99 from publish to handler", of_all(servers, lambda_row(lambda server: str(events.throughput(server, MESSAGES))))),
            ("one message from publish to a warm handler, p50, ms", of_all(servers, lambda_row(lambda server: f"{events.one_by_one(server, 40):.1f}"))),
            ("50 idle event source mappings, share of a core", of_all(servers, lambda_row(lambda server: f"{events.idle_mappings(server, 50, 20):.1%}"))),
            *api_rows(servers, times),
            ("resident memory at the end, with environments, MiB", of_all(servers, lambda server: f"{server.memory_mib():.0f}")),
        ]  # fmt: skip
    return rows


def connect_table(ministack: Path, home: Path) -> list[tuple[str, str]]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "COURSE_"))}
    alone = {**kept, "HOME": str(home / "newcomer"), "PYTHONPATH": str(REPOSITORY)}
    imports = measures.seconds_of(IMPORTS, alone, 7)
    cold = measures.seconds_of(CONNECT, {**alone, "HOME": tempfile.mkdtemp(dir=home)}, 1)
    with running("this course", ministack, home) as server:
        beside = {**alone, "COURSE_CLOUD": server.endpoint_url}
        found = measures.seconds_of(CONNECT, beside, 7)
        again = measures.seconds_of(CONNECT_AGAIN, beside, 7)
    return [
        ("`import boto3, moto`", f"{imports * 1000:.0f} ms"),
        ("first `connect()` when no server runs (starts one)", f"{cold * 1000:.0f} ms"),
        (
            "first `connect()` of a kernel to a running server, with its import",
            f"{found * 1000:.0f} ms = {found / imports:.2f} of `import boto3, moto`",
        ),
        (
            "`connect()` again in the same kernel",
            f"{again * 1000:.0f} ms = {again / imports:.2f} of `import boto3, moto`",
        ),
    ]


def main(ministack: Path) -> None:
    times = int(os.environ.get("BENCH_TIMES", "400"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows = servers_table(ministack, home, times)
        connects = connect_table(ministack, home)
    lines = [
        "# Results",
        "",
        f"`make bench`, {date.today().isoformat()}, Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{psutil.cpu_count()} cores; {times} calls a row; moto {version('moto')}, boto3 {version('boto3')}, MiniStack 1.5.33. All three servers run at the same time and are measured in turns.",
        "",
        "| | " + " | ".join(NAMES) + " |",
        "|---|" + "--:|" * len(NAMES),
        *(f"| {label} | " + " | ".join(row[name] for name in NAMES) + " |" for label, row in rows),
        "",
        "| | |",
        "|---|--:|",
        *(f"| {label} | {figure} |" for label, figure in connects),
    ]
    text = "\n".join(lines) + "\n"
    (REPOSITORY / "bench" / "results.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
