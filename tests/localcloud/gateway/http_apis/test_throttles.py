"""Token buckets of routes, and the one that all APIs of an account share."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.gateway.exchange import HttpRequest
from helpers.localcloud.gateway.http_apis.call import Call, Refusal
from helpers.localcloud.gateway.http_apis.store import HttpApi, Snapshot
from helpers.localcloud.gateway.http_apis.throttles import Throttles
from helpers.localcloud.gateway.limits import Limits, settings


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
    throttles = Throttles(Limits(clock))
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
    limits = Limits(clock)
    throttles = Throttles(limits)
    settings = {"throttlingRateLimit": 0.01, "throttlingBurstLimit": 1}
    assert drawn(throttles, call(clock, "GET /a", **settings))
    assert drawn(throttles, call(clock, "GET /b", **settings))
    assert not drawn(throttles, call(clock, "GET /a", **settings))
    limits.forget_api("300000000001", "abc")
    assert drawn(throttles, call(clock, "GET /a", **settings))


def test_all_apis_of_an_account_and_region_share_one_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_RATE", 0.01)
    monkeypatch.setattr(settings, "ACCOUNT_BURST", 1)
    clock = VirtualClock()
    limits = Limits(clock)
    assert limits.take_account("300000000001", "us-east-1")
    assert not drawn(Throttles(limits), call(clock, "GET /a"))
    assert limits.take_account("300000000001", "sa-east-1")
    clock.advance(101)
    assert drawn(Throttles(limits), call(clock, "GET /a"))
