"""What EventBridge does when a target fails in a way that may pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events.plane import EventPlane
from helpers.localcloud.events.targets import Delivery, Targets
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.travel import travel
from helpers.localcloud.work import Work

ACCOUNT = "200111222333"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/other"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/all"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[CloudContext]:
    clock = VirtualClock()
    schedule = Schedule(clock)
    yield CloudContext("http://127.0.0.1:1", clock, schedule, Work(), tmp_path, "secret")
    schedule.close()


def send(context: CloudContext, failures: int, **target: Any) -> list[str]:
    """The steps of one event for a bus that fails ``failures`` times."""
    plane = EventPlane(context)
    left = [None] * failures

    def forward(delivery: Delivery) -> str:
        if left:
            left.pop()
            raise OSError("the bus is out of order")
        return delivery.id

    began = context.clock.timestamp()
    delivery = Delivery(RULE, {"RuleName": "all"}, {"Arn": BUS, **target}, {"id": "e-1"}, lambda: "{}", (), None, began)
    Targets(plane, forward).send(delivery)
    travel(context, 86_400)
    return [entry.step for entry in plane.ledger.entries(ACCOUNT)]


def test_an_error_that_may_pass_is_tried_again_until_it_has_passed(context: CloudContext) -> None:
    assert send(context, 3) == ["failed", "retried"] * 3 + ["delivered"]


def test_the_number_of_retries_ends_it(context: CloudContext) -> None:
    assert send(context, 9, RetryPolicy={"MaximumRetryAttempts": 2}) == ["failed", "retried"] * 2 + [
        "failed",
        "dropped",
    ]


def test_the_age_of_the_event_ends_it(context: CloudContext) -> None:
    steps = send(context, 99, RetryPolicy={"MaximumEventAgeInSeconds": 60})
    assert steps[-2:] == ["failed", "dropped"]
    assert steps.count("retried") == 4


def test_a_day_ends_it_by_default(context: CloudContext) -> None:
    steps = send(context, 999)
    assert steps[-2:] == ["failed", "dropped"]
    assert 90 < steps.count("retried") <= 185
