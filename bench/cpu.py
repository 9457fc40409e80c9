"""What the pipeline of ``events.py`` costs in processor time, and what two cores could do at most: ``python -m bench.cpu``.

Wall time on a busy machine tells little; the processor time of each process hardly depends on its neighbours.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import psutil
from tenacity import Retrying, stop_after_delay, wait_fixed

from bench.events import BATCH, Pipeline
from bench.servers import Server, running

ROUNDS = 5
MESSAGES = 2_000


def main() -> None:
    """Print milliseconds of processor time for each batch of ten, and the bound that follows from them."""
    with tempfile.TemporaryDirectory() as home, running("this course", Path("none"), Path(home)) as server:
        pipeline = Pipeline(server, "load")
        pipeline.send(1_000_000, 300)
        costs = sorted((_round(server, pipeline, number) for number in range(ROUNDS)), key=lambda cost: sum(cost))
    publisher, served, handlers = costs[ROUNDS // 2]
    cores = os.cpu_count() or 1
    print(f"ms of CPU for a batch of {BATCH} messages, the median of {ROUNDS} rounds of {MESSAGES} messages:")
    print(
        f"  publisher (boto3)  {publisher:6.2f}\n  handlers (boto3)   {handlers:6.2f}\n  server             {served:6.2f}"
    )
    for name, cost in (
        (f"{cores} cores, all of it", (publisher + served + handlers) / cores),
        (f"{cores} cores, a server that costs nothing", (publisher + handlers) / cores),
        ("one core for the server, whose threads share one lock", served),
    ):
        print(f"  at most {1000 * BATCH / cost:6.0f} messages a second: {name}")


def _round(server: Server, pipeline: Pipeline, number: int) -> tuple[float, float, float]:
    root = psutil.Process(server.process.pid)
    own, served, handlers = _cpu(psutil.Process()), _cpu(root), _of_children(root)
    pipeline.publish(number * MESSAGES, MESSAGES)
    own = _cpu(psutil.Process()) - own
    _wait_until_empty(server)
    served, handlers = _cpu(root) - served, _of_children(root) - handlers
    a_batch = 1000 * BATCH / MESSAGES
    return own * a_batch, served * a_batch, handlers * a_batch


def _wait_until_empty(server: Server) -> None:
    queues: Any = server.client("sqs")
    url = queues.get_queue_url(QueueName="load")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for attempt in Retrying(stop=stop_after_delay(300), wait=wait_fixed(0.05), reraise=True):
        with attempt:
            found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            if set(found.values()) != {"0"}:
                raise TimeoutError(f"messages are left: {json.dumps(found)}")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _of_children(process: psutil.Process) -> float:
    return sum(_cpu(child) for child in process.children(recursive=True))


if __name__ == "__main__":
    main()
