"""The simulator beside the local cloud: the same load on the same limits throttles as much and starts as many environments.

Durations are measured on the cloud and drawn again in the simulator. Error allowed: 15 % of the requests for throttles and answers, one environment for cold starts.
Invocations are long and requests few, so that what the computer itself takes for each weighs little. A computer that stands still for some seconds in the midst of a
load changes the load: what does not agree is measured again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.control import call
from helpers.cloud.load import Load
from helpers.simulate.capacity import Capacity
from helpers.simulate.durations import Fixed, Measured
from helpers.simulate.engine import simulate
from helpers.simulate.models import Function, System, Table, TargetTracking
from helpers.simulate.results import Recorder
from helpers.simulate.traffic import Traffic, constant, spike
from tests.conftest import CloudProcess
from tests.localcloud.capacity.scaling_help import UNITS, Scaling
from tests.localcloud.conftest import Functions

RESERVED = 5
TRIES = 3
WORKS = """
    import time
    def handler(event, context):
        time.sleep(1)
        return "done"
"""


def url_of(functions: Functions, name: str) -> str:
    """A function with a reserved concurrency, open to everybody."""
    functions.create(name, WORKS)
    functions.aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=RESERVED)
    for action in ("InvokeFunctionUrl", "InvokeFunction"):
        more = {"FunctionUrlAuthType": "NONE"} if action == "InvokeFunctionUrl" else {"InvokedViaFunctionUrl": True}
        functions.aws.add_permission(
            FunctionName=name, StatementId=action, Action=f"lambda:{action}", Principal="*", **more
        )
    return str(functions.aws.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"])


def reported(functions: Functions, name: str, figure: str) -> tuple[float, ...]:
    """A figure of all REPORT lines of a function, in seconds."""
    events = functions.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="REPORT")
    lines = (re.search(rf"\t{figure}: ([\d.]+) ms", event["message"]) for event in events["events"])
    return tuple(float(found[1]) / 1000 for found in lines if found)


@pytest.mark.parametrize(
    "traffic",
    [constant(7.5, 20), spike(1, 15, at=8, lasting=4, seconds=20), constant(2, 20)],
    ids=["half of it too much", "a spike", "all of it fits"],
)
def test_the_simulator_agrees_with_the_cloud(client: Callable[[str], Any], traffic: Traffic) -> None:
    functions = Functions(client)

    def agrees(name: str) -> bool:
        measured = Load(url_of(functions, name), traffic).start().result()
        assert set(measured.statuses) <= {200, 429}
        durations, inits = (reported(functions, name, figure) for figure in ("Duration", "Init Duration"))
        function = Function(Measured(durations), Fixed(sum(inits) / len(inits)), reserved=RESERVED)
        totals = simulate(System(function), traffic).totals
        asked = len(measured.samples)
        assert totals["requests"] == asked  # the moments come from the same seed
        print(
            f"throttled: cloud {measured.statuses.get(429, 0)}, simulated {totals['throttled']} of {asked}; "
            f"cold starts: cloud {len(inits)}, simulated {totals['cold_starts']}"
        )
        return bool(
            totals["throttled"] == pytest.approx(measured.statuses.get(429, 0), abs=0.15 * asked)
            and totals["served"] == pytest.approx(measured.statuses[200], abs=0.15 * asked)
            and totals["cold_starts"] == pytest.approx(len(inits), abs=1)
        )

    assert any(agrees(f"shop-{number}") for number in range(TRIES))


_QUIET = 1_200.0  # seconds in which a table saves up all that it can
_EVERY_MINUTE_OF_A_QUARTER = [1] * 16


def scaled(cloud: Scaling, table: Table, writes: list[int]) -> list[tuple[int, int]]:
    """Of the local cloud: how many of each minute's writes went through, and the capacity at the end of the minute."""
    scaling = table.scaling
    assert scaling
    cloud.create(5, int(table.capacity))
    cooldowns = {"ScaleOutCooldown": int(scaling.out_cooldown), "ScaleInCooldown": int(scaling.in_cooldown)}
    cloud.begin(int(scaling.least), int(scaling.most), **cooldowns)
    cloud.advance(_QUIET)
    seen = []
    for count in writes:
        cloud.next_minute()
        written = 0
        for number in range(count):
            try:
                cloud.put(number, size=100_000)
            except ClientError:
                continue
            written += 1
        cloud.advance(40)
        seen.append((written, cloud.capacity()))
    return seen


def simulated(table: Table, writes: list[int]) -> list[tuple[int, int]]:
    """The same of the simulator."""
    recorder = Recorder(_QUIET + 60 * len(writes), 60.0)
    capacity = Capacity(table, recorder)
    written = [
        sum(capacity.take(_QUIET + 60 * minute + 1) for _ in range(count)) for minute, count in enumerate(writes)
    ]
    capacity.take(_QUIET + 60 * len(writes) - 1)
    return [(one, int(there)) for one, there in zip(written, recorder.capacity[int(_QUIET / 60) :], strict=True)]


@pytest.mark.parametrize(
    ("scaling", "capacity", "writes"),
    [
        (TargetTracking(5, 40), 20, [3, 12, 12, 3, 25, 25, 25, *_EVERY_MINUTE_OF_A_QUARTER, 0, 0, 1]),
        (TargetTracking(5, 40, out_cooldown=600, in_cooldown=900), 20, [10, 10, 11, 11, 14, 14, 30, 30, *[6] * 17]),
        (TargetTracking(1, 60), 2, [30] * 9),
        (TargetTracking(8, 30), 20, [*itertools.chain(*([2, 0, 0] for _ in range(7)))]),
        (TargetTracking(8, 30), 20, [*[4] * 13, 0, 0, 4, 4, 3, 0, 3]),
        (TargetTracking(30, 60), 10, [1, 1, 1]),
    ],
    ids=["out and in again", "cooldowns", "a full table shows only what it gives", "gaps", "fewer gaps", "bounds"],
)
def test_the_simulator_scales_a_table_as_the_cloud_does(
    cloud: CloudProcess,
    account: str,
    client: Callable[[str], Any],
    scaling: TargetTracking,
    capacity: int,
    writes: list[int],
) -> None:
    table = Table(capacity, units=UNITS, scaling=scaling)
    expected = simulated(table, writes)

    def agrees() -> bool:
        own = {"x-localcloud-account": account}
        call(cloud.endpoint_url, "POST", "/_localcloud/reset", headers=own, timeout=120)
        seen = scaled(Scaling(cloud, client), table, writes)
        print(f"cloud {seen}, simulated {expected}")
        return seen == expected

    assert any(agrees() for _ in range(TRIES))
