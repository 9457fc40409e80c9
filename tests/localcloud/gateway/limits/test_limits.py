"""Keys, plans, quotas and throttles of a deployed API, by real requests and on the virtual clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.gateway.rest_help import RestApi

VALUE = "partner-key-0123456789"


class Shop(RestApi):
    """``GET /stock`` asks for a key, ``GET /products`` does not; both in stage ``dev``."""

    def advance(self, seconds: float) -> None:
        HTTP.post(f"{self.endpoint}/_localcloud/clock/advance", json={"seconds": seconds}).raise_for_status()

    def today(self) -> str:
        return str(HTTP.get(f"{self.endpoint}/_localcloud/clock").json()["now"][:10])

    def plan(self, name: str = "plan", *, stage: str | None = "dev", **limits: Any) -> str:
        stages = [{"apiId": self.id, "stage": stage}] if stage else []
        return str(self.client.create_usage_plan(name=name, apiStages=stages, **limits)["id"])

    def key(self, plan: str | None, value: str = VALUE, enabled: bool = True) -> str:
        key = self.client.create_api_key(name=value, value=value, enabled=enabled)["id"]
        if plan:
            self.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
        return str(key)

    def asks(self, count: int, path: str = "/stock", value: str | None = VALUE) -> Counter[str]:
        headers = {"x-api-key": value} if value else {}
        answers = [self.get(path, headers=headers) for _ in range(count)]
        return Counter(f"{one.status_code} {one.json().get('message', '')}".strip() for one in answers)


@pytest.fixture
def shop(cloud: CloudProcess, client: Callable[[str], Any]) -> Shop:
    api = Shop(client("apigateway"), cloud.endpoint_url)
    api.mock("GET", "/stock", apiKeyRequired=True)
    api.mock("GET", "/products")
    api.deploy()
    return api


def test_only_an_enabled_key_of_a_plan_with_this_stage_opens(shop: Shop) -> None:
    plan = shop.plan()
    shop.key(plan)
    shop.key(plan, "disabled-key-0123456789", enabled=False)
    shop.key(None, "loose-key-01234567890123")
    shop.key(shop.plan("elsewhere", stage=None), "elsewhere-key-0123456789")
    keys = {VALUE: 200, "disabled-key-0123456789": 403, "loose-key-01234567890123": 403, "elsewhere-key-0123456789": 403, "unknown": 403, None: 403}  # fmt: skip
    seen = {value: shop.asks(1, value=value) for value in keys}
    assert {value: next(iter(count))[:3] for value, count in seen.items()} == {v: str(s) for v, s in keys.items()}
    assert seen[None] == {"403 Forbidden": 1}
    assert shop.get("/stock").headers["x-amzn-errortype"] == "ForbiddenException"


def test_a_change_of_a_key_or_a_plan_counts_at_once(shop: Shop) -> None:
    plan = shop.plan()
    key = shop.key(plan)
    assert shop.asks(1) == {"200": 1}
    shop.client.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    assert shop.asks(1) == {"403 Forbidden": 1}
    shop.client.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "true"}])
    shop.client.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    assert shop.asks(1) == {"403 Forbidden": 1}


def test_a_quota_ends_and_comes_back_with_the_day(shop: Shop) -> None:
    plan = shop.plan(quota={"limit": 3, "period": "DAY"})
    key = shop.key(plan)
    shop.advance(86_400)
    assert shop.asks(5) == {"200": 3, "429 Limit Exceeded": 2}
    today = shop.today()
    assert shop.client.get_usage(usagePlanId=plan, startDate=today, endDate=today)["items"][key] == [[3, 0]]
    shop.advance(86_400)
    assert shop.asks(1) == {"200": 1}


def test_each_key_has_a_bucket_and_the_plan_goes_before_the_stage(shop: Shop) -> None:
    slow = shop.plan("slow", throttle={"rateLimit": 0.01, "burstLimit": 2})
    shop.key(slow)
    shop.key(slow, "second-key-0123456789")
    shop.key(shop.plan("open"), "open-key-01234567890")
    shop.update_stage({"/*/*/throttling/rateLimit": "0.01", "/*/*/throttling/burstLimit": "6"})
    assert shop.asks(10) == {"200": 2, "429 Too Many Requests": 8}
    assert shop.asks(3, value="second-key-0123456789")["200"] == 2
    assert shop.asks(1, value="open-key-01234567890") == {"200": 1}, "what a plan refuses costs the stage nothing"


def test_throttled_requests_are_not_counted_to_the_quota(shop: Shop) -> None:
    shop.key(shop.plan(throttle={"rateLimit": 0.01, "burstLimit": 1}, quota={"limit": 3, "period": "MONTH"}))
    assert shop.asks(5)["200"] == 1
    for _ in range(2):
        shop.advance(100)
        assert shop.asks(1) == {"200": 1}
    shop.advance(100)
    assert shop.asks(1) == {"429 Limit Exceeded": 1}


def test_a_method_has_its_own_limit_in_stage_and_plan(shop: Shop) -> None:
    plan = shop.plan(throttle={"rateLimit": 0.01, "burstLimit": 9})
    shop.key(plan)
    own = f"/apiStages/{shop.id}:dev/throttle/~1stock/GET"
    changes = [{"op": "replace", "path": f"{own}/{name}", "value": value} for name, value in (("rateLimit", "0.01"), ("burstLimit", "2"))]  # fmt: skip
    shop.client.update_usage_plan(usagePlanId=plan, patchOperations=changes)
    shop.update_stage({"/~1products/GET/throttling/rateLimit": "0.01", "/~1products/GET/throttling/burstLimit": "4"})
    assert shop.asks(8)["200"] == 2
    assert shop.asks(8, "/products", None)["200"] == 4


def test_a_limit_of_zero_lets_nobody_in(shop: Shop) -> None:
    shop.update_stage({"/*/*/throttling/rateLimit": "0", "/*/*/throttling/burstLimit": "0"})
    assert shop.asks(2, "/products", None) == {"429 Too Many Requests": 2}


def test_the_buckets_of_an_account_are_its_own(shop: Shop, cloud: CloudProcess) -> None:
    other = Shop(cloud.client("apigateway", "298888888888"), cloud.endpoint_url)
    other.mock("GET", "/stock", apiKeyRequired=True)
    other.deploy()
    other.key(other.plan())
    assert other.asks(1) == {"200": 1}
    assert shop.asks(1) == {"403 Forbidden": 1}, "a key of another account opens nothing here"
