"""How long a local cloud takes until its first answer, and how much memory it has then: ``python -m bench.start``.

Beside it stands plain ``moto_server``, which imports a service with the first request to it. The two take turns.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import psutil

from bench.servers import running

ROUNDS = 7
NAMES = ("this course", "moto_server")


def started(name: str) -> tuple[float, float, float]:
    """Seconds until ``GetCallerIdentity`` is answered, seconds of the server's processor time by then, and its MiB."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.perf_counter()
        with running(name, Path("not measured here"), Path(home)) as server:
            seconds = time.perf_counter() - begun
            spent = psutil.Process(server.process.pid).cpu_times()
            return seconds, spent.user + spent.system, server.memory_mib()


def main() -> None:
    rounds = [{name: started(name) for name in NAMES} for _ in range(ROUNDS)]
    for name in NAMES:
        seconds, processor, memory = (statistics.median(one[name][place] for one in rounds) for place in range(3))
        print(f"{name:12} {seconds:5.2f} s  {processor:5.2f} s of processor time  {memory:5.0f} MiB")


if __name__ == "__main__":
    main()
