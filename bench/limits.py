"""What 64 invocations at a time do to the local cloud: ``python -m bench.limits``.

One function has 64 provisioned environments. A round sends 64 requests at once, each of which waits 50 ms; every answer must come, and be the right one.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from bench.measures import create, percentile
from bench.servers import ACCOUNT, Server, running

WAITS = "import time\n\ndef handler(event, context):\n    time.sleep(0.05)\n    return event\n"
UNITS = 64
ROUNDS = 20


def client_of(server: Server) -> Any:
    """A Lambda client with a connection for each of the requests."""
    return boto3.Session().client(
        "lambda",
        endpoint_url=server.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="bench",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=UNITS),
    )


def provision(functions: Any) -> float:
    """Seconds until 64 environments are ready."""
    began = time.perf_counter()
    named = {"FunctionName": "held", "Qualifier": functions.publish_version(FunctionName="held")["Version"]}
    functions.put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=UNITS)
    while functions.get_provisioned_concurrency_config(**named)["Status"] != "READY":
        time.sleep(0.1)
    return time.perf_counter() - began


def measure(functions: Any, rounds: int = ROUNDS) -> tuple[list[float], int]:
    """Milliseconds of each invocation, and how many answers were wrong or missing."""

    def call(number: int) -> tuple[float, bool]:
        began = time.perf_counter()
        try:
            answer = functions.invoke(FunctionName="held", Qualifier="1", Payload=json.dumps(number))
            right = json.loads(answer["Payload"].read()) == number
        except Exception as error:
            print(f"  lost: {error}", file=sys.stderr)
            right = False
        return (time.perf_counter() - began) * 1000, right

    with ThreadPoolExecutor(UNITS) as threads:
        answers = [one for turn in range(rounds) for one in threads.map(call, range(turn * UNITS, (turn + 1) * UNITS))]
    return [milliseconds for milliseconds, _ in answers], sum(not right for _, right in answers)


def main() -> None:
    """Print how long the environments took to be ready, how long invocations took, and how many answers were lost."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as home, running("this course", Path("none"), Path(home)) as server:
        create(server, "held", WAITS)
        functions = client_of(server)
        seconds, memory = provision(functions), server.memory_mib()
        began = time.perf_counter()
        durations, lost = measure(functions, rounds)
        rate = len(durations) / (time.perf_counter() - began)
    print(f"{UNITS} provisioned environments ready after {seconds:.1f} s, {memory:.0f} MiB with the server")
    print(
        f"{len(durations)} invocations of 50 ms, {UNITS} at a time: median {statistics.median(durations):.0f} ms, "
        f"p99 {percentile(durations, 99):.0f} ms, {rate:.0f} a second, {lost} lost"
    )


if __name__ == "__main__":
    main()
