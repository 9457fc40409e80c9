"""The simulator beside plain simpy, on the same model: a function with a concurrency limit, cold starts and warm environments, and callers that ask again or do not.

Run with ``python -m bench.simulate``; the number of requests is the first argument.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from helpers.simulate.durations import Fixed, LogNormal
from helpers.simulate.engine import simulate
from helpers.simulate.models import Client, Function, System
from helpers.simulate.traffic import Traffic, spike

DURATION, INIT, KEEP = LogNormal(0.08, 0.4), 0.4, 600.0


def campaign(requests: int) -> Traffic:
    """A base of 10,000 a second, and a third of the time at three times that."""
    seconds = max(3, round(requests / 50_000) * 3)
    return spike(10_000, 30_000, at=seconds // 3, lasting=seconds // 3, seconds=seconds)


def with_simpy(traffic: Traffic, limit: int, client: Client) -> dict[str, int]:
    """The same model as its documentation would have it: one generator for each request."""
    random = np.random.default_rng(22)
    environment = simpy.Environment()
    idle: list[float] = []
    counts = {"served": 0, "cold_starts": 0, "throttled": 0}
    busy = 0

    def request() -> Generator[Any, Any, None]:
        nonlocal busy
        attempt = 0
        while busy >= limit:
            counts["throttled"] += 1
            if attempt >= client.retries:
                return
            yield environment.timeout(client.backoff * 2**attempt * (0.5 + random.random() / 2))
            attempt += 1
        busy += 1
        if idle and environment.now - idle[-1] <= KEEP:
            idle.pop()
        else:
            idle.clear()
            counts["cold_starts"] += 1
            yield environment.timeout(INIT)
        yield environment.timeout(float(DURATION.sample(random, 1)[0]) if not lengths else lengths.pop())
        busy -= 1
        idle.append(environment.now)
        counts["served"] += 1

    def source() -> Generator[Any, Any, None]:
        for moments in traffic.arrivals(np.random.default_rng(22)):
            lengths.extend(DURATION.sample(random, len(moments)).tolist())
            for moment in moments.tolist():
                yield environment.timeout(moment - environment.now)
                environment.process(request())

    lengths: list[float] = []
    environment.process(source())
    environment.run()
    return counts


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor, of which a machine that is shared with others takes no more than a quiet one, and what came of it."""
    began = time.process_time()
    outcome = work()
    return time.process_time() - began, outcome


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(requests: int) -> None:
    for limit, retries, what in (
        (3_900, 0, "nobody turned away"),
        (2_300, 0, "throttled in the peak"),
        (2_300, 3, "throttled in the peak, three retries"),
    ):
        client = Client(retries)
        system = System(Function(DURATION, Fixed(INIT), account=limit, scaling_rate=10**9), client=client)
        seconds, result = timed(lambda: simulate(system, campaign(requests)))  # noqa: B023
        totals = result.totals
        print(
            f"{what}: {totals['requests']:,.0f} requests in {seconds:.1f} s, {totals['requests'] / seconds:,.0f} a second, "
            f"peak {memory_mb():.0f} MiB, throttled {totals['throttled']:,.0f}, cold starts {totals['cold_starts']:,.0f}"
        )
        few = campaign(requests // 10)
        own, result = timed(lambda: simulate(system, few))  # noqa: B023
        other, counts = timed(lambda: with_simpy(few, limit, client))  # noqa: B023
        print(
            f"  a tenth of it: simpy {other:.1f} s ({counts['throttled']:,} throttled), this simulator {own:.2f} s "
            f"({result.totals['throttled']:,.0f}): {other / own:.1f} times faster"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
