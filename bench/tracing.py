"""What tracing costs a warm invocation: ``python -m bench.tracing``.

One run compares ``PassThrough``, ``Active`` for a request that is not sampled, ``Active`` for one that is, and a handler with the X-Ray SDK that sends one subsegment.
The calls take turns, so that whatever else the computer does slows all of them down alike; what counts is the ratio.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.measures import TRIVIAL, create, invoke, percentile
from bench.servers import Server, running

LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:7"
WITH_SUBSEGMENT = """
from aws_xray_sdk.core import xray_recorder

def handler(event, context):
    with xray_recorder.in_subsegment("work"):
        return event
"""
ROUNDS = 1_500
WARM_UP = 50
_ROOT = "Root=1-6b000000-{number:024x};Parent=aaaaaaaaaaaaaaaa;Sampled={sampled}"


def calls(server: Server) -> dict[str, Callable[[], None]]:
    """One warm invocation of each kind."""
    plain = create(server, "plain", TRIVIAL)
    active = create(server, "active", TRIVIAL)
    active.update_function_configuration(FunctionName="active", TracingConfig={"Mode": "Active"})
    with_sdk = create(server, "sdk", WITH_SUBSEGMENT)
    with_sdk.update_function_configuration(
        FunctionName="sdk", TracingConfig={"Mode": "Active"}, Layers=[LAYER], MemorySize=512
    )
    kinds = {
        "PassThrough": (plain, "plain", "1"),
        "Active, not sampled": (active, "active", "0"),
        "Active, sampled": (_another(server), "active", "1"),
        "Active, sampled, one subsegment of the SDK": (with_sdk, "sdk", "1"),
    }
    for client, _, sampled in kinds.values():
        _send_with(client, sampled)
    return {kind: lambda client=client, name=name: invoke(client, name) for kind, (client, name, _) in kinds.items()}  # type: ignore[misc]


def measure(server: Server, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Milliseconds of ``rounds`` invocations of each kind, taken in turns."""
    kinds = calls(server)
    durations: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(WARM_UP + rounds):
        for kind, call in kinds.items():
            began = time.perf_counter()
            call()
            if number >= WARM_UP:
                durations[kind].append((time.perf_counter() - began) * 1000)
    return durations


def main() -> None:
    """Print the median and the 99th percentile of each kind, and its ratio to ``PassThrough``."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as home, running("this course", Path("none"), Path(home)) as server:
        measured = measure(server, rounds)
    base = statistics.median(measured["PassThrough"])
    print(
        f"{rounds} warm invocations of each kind, in turns: median / p99 in ms, and the median by that of PassThrough"
    )
    for kind, durations in measured.items():
        median = statistics.median(durations)
        print(f"  {kind:<44}{median:6.2f} / {percentile(durations, 99):6.2f}  {median / base:5.2f}")


def _another(server: Server) -> Any:
    return server.client("lambda")


def _send_with(client: Any, sampled: str) -> None:
    """Let a client send a trace header of its own with each request."""
    numbers = iter(range(sys.maxsize))

    def add(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = _ROOT.format(number=next(numbers), sampled=sampled)

    client.meta.events.register("before-send.lambda.Invoke", add)


if __name__ == "__main__":
    main()
