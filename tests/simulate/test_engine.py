"""Simulations of a function against theory, against themselves, and against limits of AWS that can be counted by hand."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import CourseError
from helpers.simulate import bulk
from helpers.simulate.durations import Exponential, Fixed, LogNormal, Measured
from helpers.simulate.engine import simulate
from helpers.simulate.models import ApiLimit, Client, Function, System, Table, TargetTracking
from helpers.simulate.plots import plot
from helpers.simulate.results import Floats
from helpers.simulate.theory import erlang_b, little
from helpers.simulate.traffic import constant, spike

MANY = 100_000  # a scaling rate that stands in nobody's way


@pytest.mark.parametrize(
    "duration", [Exponential(0.5), Fixed(0.5), LogNormal(0.35, 2.5)], ids=lambda one: type(one).__name__
)
@pytest.mark.parametrize("servers", [5, 20, 60])
def test_the_share_of_throttled_requests_is_what_erlang_says(duration: object, servers: int) -> None:
    rate = servers / duration.mean  # type: ignore[attr-defined]
    function = Function(duration, reserved=servers, scaling_rate=MANY)  # type: ignore[arg-type]
    totals = simulate(System(function), constant(rate, 200_000 / rate)).totals
    assert totals["given_up"] / totals["requests"] == pytest.approx(erlang_b(servers, servers), rel=0.04)


def test_concurrency_is_what_little_says() -> None:
    result = simulate(System(Function(LogNormal(0.2, 1.0), scaling_rate=MANY)), constant(100, 600))
    assert result.recorder.concurrency()[10:].mean() == pytest.approx(little(100, LogNormal(0.2, 1.0).mean), rel=0.02)


def test_two_runs_are_the_same_and_another_seed_is_not() -> None:
    system = System(Function(LogNormal(0.1, 0.5), Fixed(0.4), reserved=20), client=Client(2))
    traffic = spike(20, 300, at=20, lasting=20, seconds=60)
    one, two, other = (simulate(system, traffic, seed=seed) for seed in (5, 5, 6))
    assert one.totals == two.totals
    assert one.frame.equals(two.frame)
    assert one.totals != other.totals


def test_the_scaling_rate_lets_a_thousand_environments_begin_in_ten_seconds() -> None:
    function = Function(Fixed(30), account=10_000)
    totals = simulate(System(function), constant(2_000, 10)).totals
    assert totals["cold_starts"] == pytest.approx(2_000, abs=5)  # a full bucket of 1,000, and 100 a second


def test_a_quick_function_is_held_to_ten_requests_a_second_for_each_of_its_concurrency() -> None:
    function = Function(Fixed(0.001), reserved=10, scaling_rate=MANY)
    frame = simulate(System(function), constant(1_000, 30)).frame
    assert frame["served"].iloc[1:].mean() == pytest.approx(100, rel=0.03)
    assert frame["throttled_by_concurrency"].sum() == 0
    assert frame["throttled_by_rate"].sum() > 20_000


def test_cold_starts_come_once_an_environment_and_again_after_a_long_pause() -> None:
    function = Function(Fixed(0.05), Fixed(0.4), keep_seconds=300)
    quiet = constant(1, 1_000, evenly=True)
    assert simulate(System(function), quiet).totals["cold_starts"] == 1
    rare = constant(1 / 400, 4_000, evenly=True)
    assert simulate(System(function), rare).totals["cold_starts"] == 10


def test_provisioned_concurrency_takes_the_cold_starts_away_and_the_rest_spills_over() -> None:
    traffic = constant(100, 20)
    with_room = simulate(System(Function(Fixed(0.1), Fixed(1), provisioned=40)), traffic).totals
    assert with_room["cold_starts"] == 0
    assert with_room["p99_ms"] < 110
    frame = simulate(System(Function(Fixed(0.1), Fixed(1), provisioned=5)), traffic).frame
    assert frame["provisioned"].sum() > 0
    assert frame["cold_starts"].sum() > 0


def test_an_api_lets_its_burst_in_and_then_its_rate() -> None:
    frame = simulate(System(Function(Fixed(0.01)), ApiLimit(50, 20)), constant(500, 10, evenly=True)).frame
    assert frame["served"].sum() == pytest.approx(20 + 50 * 10, abs=3)


def test_a_table_serves_its_capacity_and_what_it_saved_up() -> None:
    table = Table(10, retries=0)
    frame = simulate(System(Function(Fixed(0.01)), table=table), spike(0, 100, at=100, lasting=100, seconds=200)).frame
    saved = 10 * 100
    assert frame["served"].sum() == pytest.approx(saved + 10 * 100, rel=0.03)
    assert frame["failed_at_table"].sum() == frame["given_up"].sum() > 0


def test_auto_scaling_reacts_after_two_minutes_and_never_passes_its_most() -> None:
    table = Table(10, scaling=TargetTracking(10, 60), burst_seconds=0)
    frame = simulate(System(Function(Fixed(0.01)), table=table), constant(50, 900), interval=30.0).frame
    # Two minutes, half a one for the change, and a step is what a full table consumed by its target: 10 / 0.7.
    assert list(frame["capacity"].iloc[:6]) == [10, 10, 10, 10, 10, 15]
    assert frame["capacity"].max() == 60
    assert frame["given_up"].iloc[-6:].sum() == 0


@settings(max_examples=60)
@given(
    reserved=st.integers(1, 30),
    provisioned=st.integers(0, 10),
    rate=st.floats(0, 200),
    retries=st.integers(0, 3),
    table=st.sampled_from([None, Table(5), Table(100, scaling=TargetTracking(5, 500))]),
    api=st.sampled_from([None, ApiLimit(30, 5)]),
    seed=st.integers(0, 1_000),
)
def test_every_request_is_either_served_or_given_up(
    reserved: int, provisioned: int, rate: float, retries: int, table: Table | None, api: ApiLimit | None, seed: int
) -> None:
    function = Function(Exponential(0.1), Fixed(0.2), reserved=reserved, provisioned=min(provisioned, reserved))
    result = simulate(System(function, api, table, Client(retries)), constant(rate, 20), seed=seed)
    totals = result.totals
    assert totals["served"] + totals["given_up"] == totals["requests"]
    assert totals["concurrency_max"] <= reserved
    assert np.all(result.recorder.concurrency() >= -1e-6)


@settings(max_examples=60)
@given(
    rate=st.floats(0.5, 400),
    peak=st.floats(0.5, 800),
    keep=st.sampled_from([0.0, 0.5, 3.0, 600.0]),
    reserved=st.sampled_from([0, 1, 20, 60, 900]),
    scaling=st.sampled_from([5, 40, MANY]),
    client=st.sampled_from([Client(), Client(2), Client(1, backoff=4), Client(3, backoff=3)]),
    evenly=st.booleans(),
    seed=st.integers(0, 1_000),
)
def test_in_bulk_and_one_by_one_are_the_same(
    rate: float, peak: float, keep: float, reserved: int, scaling: int, client: Client, evenly: bool, seed: int
) -> None:
    function = Function(
        LogNormal(0.1, 1.0), Exponential(0.3), reserved=reserved, keep_seconds=keep, scaling_rate=scaling
    )
    traffic = replace(spike(rate, peak, at=20, lasting=10, seconds=60), evenly=evenly)
    in_bulk = simulate(System(function, client=client), traffic, seed=seed)
    unlimited = ApiLimit(1e9, 1e9)
    one_by_one = simulate(System(function, unlimited, client=client), traffic, seed=seed)
    assert in_bulk.totals == pytest.approx(one_by_one.totals, nan_ok=True)
    for name in (
        "served",
        "cold_starts",
        "throttled_by_concurrency",
        "throttled_by_scaling",
        "given_up",
        "concurrency_max",
        "p99_ms",
    ):
        assert in_bulk.frame[name].equals(one_by_one.frame[name]), name


@pytest.mark.parametrize("client", [Client(), Client(2), Client(3, backoff=1)])
def test_a_throttled_peak_is_what_simpy_makes_of_the_same_draws(client: Client) -> None:
    """The same arrivals, durations, cold starts and pauses in a general library, where each request is a process of its own."""
    limit, duration, init = 150, LogNormal(0.08, 0.4), Fixed(0.4)
    traffic = spike(500, 2_500, at=4, lasting=4, seconds=12)
    _, lengths, _, pauses = (np.random.Generator(np.random.PCG64(one)) for one in np.random.SeedSequence(7).spawn(4))
    drawn = iter(duration.sample(lengths, 65_536).tolist())
    environment = simpy.Environment()
    counted = {"served": 0, "throttled": 0, "given_up": 0, "cold_starts": 0, "waited": 0.0}
    busy = warm = 0

    def request(moment: float) -> Generator[Any, Any, None]:
        nonlocal busy, warm
        yield environment.timeout(moment)
        for attempt in range(client.retries + 1):
            if busy < limit:
                break
            counted["throttled"] += 1
            if attempt == client.retries:
                counted["given_up"] += 1
                return
            yield environment.timeout(client.backoff * 2**attempt * (0.5 + pauses.random() / 2))
        busy += 1
        cold = not warm
        counted["cold_starts"] += cold
        warm -= not cold
        yield environment.timeout(next(drawn) + init.seconds * cold)
        busy, warm = busy - 1, warm + 1
        counted["served"] += 1
        counted["waited"] += environment.now - moment

    for moments in traffic.moments(7):
        for moment in moments.tolist():
            environment.process(request(moment))
    environment.run()
    function = Function(duration, init, reserved=limit, scaling_rate=MANY)
    totals = simulate(System(function, client=client), traffic, seed=7).totals
    assert counted["throttled"] > 1_000
    waited = counted.pop("waited")
    assert {name: totals[name] for name in counted} == counted
    assert totals["mean_ms"] == pytest.approx(waited / totals["served"] * 1000)


@pytest.mark.parametrize("client", [Client(), Client(3, backoff=2)])
def test_a_throttled_peak_is_decided_in_bulk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    in_bulk = 0

    def counting(moments: Floats, *others: Any, **limits: Any) -> bulk.Served | None:
        nonlocal in_bulk
        served = serve(moments, *others, **limits)
        in_bulk += len(moments) if served else 0
        return served

    serve = bulk.serve
    monkeypatch.setattr(bulk, "serve", counting)
    function = Function(LogNormal(0.1, 0.5), reserved=200, scaling_rate=MANY)
    totals = simulate(System(function, client=client), spike(1_000, 4_000, at=10, lasting=10, seconds=30)).totals
    assert totals["throttled"] > 10_000
    assert in_bulk > 0.9 * (totals["served"] + totals["throttled"])


def test_memory_does_not_grow_with_the_number_of_requests() -> None:
    import tracemalloc

    def peak(rate: float) -> int:
        tracemalloc.start()
        simulate(System(Function(Fixed(0.01), account=100_000)), constant(rate, 60))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(100)
    assert peak(20_000) < 1.5 * peak(5_000)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Function(Fixed(0.1), reserved=950), "leaves 50 of 1000 unreserved"),
        (lambda: Function(Fixed(0.1), reserved=-1), "a reserved concurrency of -1"),
        (lambda: Function(Fixed(0.1), reserved=5, provisioned=9), "more than the 5"),
        (
            lambda: Function(Fixed(0.1), reserved=2.5),
            "a reserved concurrency of 2.5 is impossible: give a whole number",
        ),  # type: ignore[arg-type]
        (lambda: Function(Fixed(0.1), account="1000"), "an account's concurrency of '1000'"),  # type: ignore[arg-type]
        (lambda: Function(Fixed(0.1), in_use_elsewhere=1_001), "more than the account's 1000"),
        (lambda: Function(0.1), "give Fixed"),  # type: ignore[arg-type]
        (lambda: Fixed("1"), "a duration of 1 s is impossible"),  # type: ignore[arg-type]
        (lambda: Client(retries=1.5), "a number of retries of 1.5"),  # type: ignore[arg-type]
        (lambda: simulate(System(Function(Fixed(1))), constant(1, 100), seed=-1), "a seed of -1"),
        (lambda: Fixed(-0.1), "a duration of -0.1 s is impossible"),
        (lambda: LogNormal(2, 1), "do not go together"),
        (lambda: Measured(()), "no durations were measured"),
        (lambda: ApiLimit(math.inf, 1), "a rate limit of inf"),
        (lambda: Table(0), "a capacity of 0"),
        (lambda: TargetTracking(10, 5), "a highest capacity of 5"),
        (lambda: TargetTracking(1, 5, target=0.99), "0.2 to 0.9"),
        (lambda: Client(retries=-1), "a number of retries"),
        (lambda: simulate(System(Function(Fixed(1))), constant(1, 100), interval=0), "an interval of 0 s"),
    ],
)
def test_limits_that_cannot_be_are_refused_in_a_sentence(make: object, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        make()  # type: ignore[operator]


def test_a_picture_says_that_it_is_simulated() -> None:
    system = System(Function(Fixed(0.1)), table=Table(5))
    figure = plot(simulate(system, constant(20, 30)), "a table that is too small")
    assert figure.get_suptitle() == "a table that is too small (simulated)"
    assert len(figure.axes) == 4
