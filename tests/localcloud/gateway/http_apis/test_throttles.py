"""Token buckets of routes, and the one that all APIs of an account share."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.gateway.exchange import HttpRequest
from helpers.localcloud.gateway.http_apis.call import Call, Refusal
from helpers.localcloud.gateway.http_apis.store import HttpApi, Snapshot
from helpers.localcloud.gateway.http_apis.throttles import Throttles


def call(clock: VirtualClock, route: str, **settings: Any) -> Call:
    api = HttpApi("300000000001", "us-east-1", "abc", {})
    stage = {"stageName": "$default", "routeSettings": {}, "defaultRouteSettings": settings}
    made = Call(api, stage, Snapshot({}, {}, {}, None), HttpRequest("GET", "/"), "/", "/", clock.now())
    made.route = {"routeKey": route}
    return made


def drawn(throttles: Throttles, made: Call) -> bool:
    try:
        throttles.take(made)
    except Refusal:
        return False
    return True


def test_a_bucket_fills_again_with_the_virtual_clock() -> None:
    clock = VirtualClock()
    throttles = Throttles(clock)
    limited = call(clock, "GET /a", throttlingRateLimit=0.01, throttlingBurstLimit=2)
    assert [drawn(throttles, limited) for _ in range(3)] == [True, True, False]
    with pytest.raises(Refusal, match="429 Too Many Requests"):
        throttles.take(limited)
    clock.advance(100)
    assert [drawn(throttles, limited) for _ in range(2)] == [True, False]
    clock.advance(10_000)
    assert [drawn(throttles, limited) for _ in range(3)] == [True, True, False]


def test_each_route_of_a_stage_has_a_bucket_of_its_own() -> None:
    clock = VirtualClock()
    throttles = Throttles(clock)
    settings = {"throttlingRateLimit": 0.01, "throttlingBurstLimit": 1}
    assert drawn(throttles, call(clock, "GET /a", **settings))
    assert drawn(throttles, call(clock, "GET /b", **settings))
    assert not drawn(throttles, call(clock, "GET /a", **settings))
    throttles.forget("300000000001")
    assert drawn(throttles, call(clock, "GET /a", **settings))


@pytest.mark.parametrize("left", [True, False])
def test_the_bucket_of_the_account_is_asked_too(left: bool) -> None:
    clock = VirtualClock()
    throttles = Throttles(clock)
    asked: list[tuple[str, str]] = []

    def take(account: str, region: str) -> bool:
        asked.append((account, region))
        return left

    throttles.take_account = take
    assert drawn(throttles, call(clock, "GET /a")) is left
    assert asked == [("300000000001", "us-east-1")]
