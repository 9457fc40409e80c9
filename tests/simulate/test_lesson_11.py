"""The error that lesson 11 prints beside its pictures: its own three loads, on the local cloud and in the simulator.

Everything takes four times as long as in the lesson, at a fourth of its rates: the same requests meet the same limits, and what the machine itself takes for each
weighs as much as it does in the lesson on a machine four times as fast. One that stands still for some seconds in the midst of a load changes the load: what does not
agree is measured again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud.load import Load, LoadResult
from helpers.cloud.urls import address_of
from helpers.show.beside import apart
from helpers.simulate.durations import Fixed, Measured
from helpers.simulate.engine import simulate
from helpers.simulate.models import ApiLimit, Function, System
from helpers.simulate.traffic import Traffic, constant, spike
from tests.conftest import REPOSITORY, CloudProcess
from tests.localcloud.conftest import Functions

SLOWER = 4
TRIES = 3
LESSON = (REPOSITORY / "course/lessons/11-scaling/lesson.py").read_text(encoding="utf-8")
PEAK, TELEVISION = constant(30, 4), spike(2, 12, at=1, lasting=2, seconds=4)
RESERVED, RATE, BURST, WORK, IMPORTS = 5, 12, 2, 0.25, 0.4
HANDLER = f"""
    import time
    {{imports}}
    def handler(event, context):
        time.sleep({WORK * SLOWER})
        return {{{{"statusCode": 200, "body": "done"}}}}
"""


def stretched(traffic: Traffic) -> Traffic:
    """The same requests, further apart."""
    return Traffic(tuple(rate / SLOWER for rate in traffic.rates), traffic.step * SLOWER)


def door(functions: Functions, name: str, imports: float = 0) -> str:
    """A function behind an HTTP API; the API's id."""
    more = f"time.sleep({imports * SLOWER})" if imports else ""
    arn = functions.create(name, HANDLER.format(imports=more))["FunctionArn"]
    functions.aws.add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    http = functions.client("apigatewayv2")
    return str(http.create_api(Name=name, ProtocolType="HTTP", Target=arn)["ApiId"])


def loaded(cloud: CloudProcess, api: str, stage: str | None, traffic: Traffic) -> LoadResult:
    url = address_of(api, stage, endpoint_url=cloud.endpoint_url, region="")
    return Load(url, stretched(traffic)).start().result()


def model(functions: Functions, name: str, **limits: int) -> Function:
    """The function as the lesson models it: from its own REPORT lines."""
    durations, inits = (reported(functions, name, figure) for figure in ("Duration", "Init Duration"))
    return Function(Measured(durations), Fixed(sum(inits) / len(inits)), **limits)


def reported(functions: Functions, name: str, figure: str) -> tuple[float, ...]:
    lines = [line for line in functions.log(name) if line.startswith("REPORT")]
    found = (re.search(rf"\t{figure}: ([\d.]+) ms", line) for line in lines)
    return tuple(float(one[1]) / 1000 for one in found if one)


def test_this_is_what_the_lesson_runs() -> None:
    for text in (
        f'time.sleep(event.get("seconds", {WORK}))  # Simula carga de trabalho',
        f"time.sleep({IMPORTS})  # what heavy imports take",
        f"ReservedConcurrentExecutions={RESERVED})",
        "peak, began = constant(30, 4), clock.now()",
        "television, began = spike(2, 12, at=1, lasting=2, seconds=4), clock.now()",
        f'{{"ThrottlingRateLimit": {RATE}, "ThrottlingBurstLimit": {BURST}}}',
        f'System(model("shop", reserved={RESERVED}), api=ApiLimit({RATE}, {BURST}))',
    ):
        assert text in LESSON


def test_the_ceiling_of_five_refuses_as_many_as_simulated(cloud: CloudProcess, client: Callable[[str], Any]) -> None:
    functions = Functions(client)

    def agrees(name: str) -> bool:
        api = door(functions, name)
        functions.aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=RESERVED)
        measured = loaded(cloud, api, None, PEAK)
        same = simulate(System(model(functions, name, reserved=RESERVED)), stretched(PEAK))
        print(f"{apart(measured, same):.1%} apart, {measured}")
        return measured.statuses[503] > len(measured.samples) / 5 and apart(measured, same) <= 0.08

    assert any(agrees(f"shop-{number}") for number in range(TRIES))


def test_the_door_in_front_refuses_as_many_as_simulated(cloud: CloudProcess, client: Callable[[str], Any]) -> None:
    functions = Functions(client)

    def agrees(name: str) -> bool:
        api = door(functions, name)
        functions.aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=RESERVED)
        throttle = {"ThrottlingRateLimit": RATE / SLOWER, "ThrottlingBurstLimit": BURST}
        functions.client("apigatewayv2").create_stage(
            ApiId=api, StageName="campaign", AutoDeploy=True, DefaultRouteSettings=throttle
        )
        measured = loaded(cloud, api, "campaign", PEAK)
        system = System(model(functions, name, reserved=RESERVED), api=ApiLimit(RATE / SLOWER, BURST))
        same = simulate(system, stretched(PEAK))
        print(f"{apart(measured, same):.1%} apart, {measured}")
        return measured.statuses[429] > measured.statuses.get(503, 0) and apart(measured, same) <= 0.08

    assert any(agrees(f"shop-{number}") for number in range(TRIES))


def test_a_spike_starts_as_many_environments_as_simulated(cloud: CloudProcess, client: Callable[[str], Any]) -> None:
    functions = Functions(client)

    def agrees(name: str) -> bool:
        measured = loaded(cloud, door(functions, name, IMPORTS), None, TELEVISION)
        cold = len(reported(functions, name, "Init Duration"))
        same = simulate(System(model(functions, name)), stretched(TELEVISION))
        print(f"cold starts: {cold} and {same.totals['cold_starts']:.0f}, {measured}")
        assert list(measured.statuses) == [200]
        assert apart(measured, same) == 0
        return cold > 3 and same.totals["cold_starts"] == pytest.approx(cold, abs=1)

    assert any(agrees(f"page-{number}") for number in range(TRIES))
