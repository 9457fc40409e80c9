"""A function's concurrency as queueing theory has it, M/M/c/c, in this simulator, in plain simpy and in ciw.

ciw knows servers and the room before them. Cold starts, environments that go cold, scaling rates and clients that ask again are nothing that it can express, so
here every environment is warm and who finds none is gone: the one case for which there is a formula, Erlang's B.

Run with ``python -m bench.queueing``; the number of requests is the first argument.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import ciw
import numpy as np
import simpy

from bench.simulate import timed
from helpers.simulate.durations import Exponential, Fixed
from helpers.simulate.engine import simulate
from helpers.simulate.models import Function, System
from helpers.simulate.theory import erlang_b
from helpers.simulate.traffic import constant

RATE, MEAN, CONCURRENCY = 500.0, 0.2, 100  # a hundred at work on average, and room for a hundred


def here(seconds: float) -> tuple[int, int]:
    """How many came, and how many were turned away."""
    function = Function(Exponential(MEAN), Fixed(0), reserved=CONCURRENCY, scaling_rate=10**9)
    totals = simulate(System(function), constant(RATE, seconds)).totals
    return int(totals["requests"]), int(totals["throttled"])


def with_simpy(seconds: float) -> tuple[int, int]:
    """The same in plain simpy: a generator for each request, and a counter for those at work."""
    random = np.random.default_rng(22)
    environment = simpy.Environment()
    came = turned_away = busy = 0

    def request() -> Generator[Any, Any, None]:
        nonlocal busy, turned_away
        if busy >= CONCURRENCY:
            turned_away += 1
            return
        busy += 1
        yield environment.timeout(random.exponential(MEAN))
        busy -= 1

    def source() -> Generator[Any, Any, None]:
        nonlocal came
        while True:
            yield environment.timeout(random.exponential(1 / RATE))
            came += 1
            environment.process(request())

    environment.process(source())
    environment.run(until=seconds)
    return came, turned_away


def with_ciw(seconds: float) -> tuple[int, int]:
    """The same in ciw: a node with that many servers and no room to wait."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / MEAN)],
        number_of_servers=[CONCURRENCY],
        queue_capacities=[0],
    )
    ciw.seed(22)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(seconds)
    return len(simulation.get_all_individuals()), len(simulation.get_all_records(only=["rejection"]))


def main(requests: int) -> None:
    seconds = requests / RATE
    own, _ = timed(lambda: here(seconds))
    print(f"Erlang's B: {erlang_b(RATE * MEAN, CONCURRENCY):.4f} of all requests turned away")
    for name, play in (("this simulator", here), ("simpy", with_simpy), ("ciw", with_ciw)):
        spent, (came, turned_away) = timed(lambda: play(seconds))  # noqa: B023
        print(
            f"{name}: {turned_away / came:.4f} of {came:,}, in {spent:.2f} s, {came / spent:,.0f} requests a second, "
            f"{spent / own:.1f} times this simulator's"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
