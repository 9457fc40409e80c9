"""API keys: found by their value, and the usage plan that lets one into a stage.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import threading

from moto.apigateway import apigateway_backends
from moto.apigateway.models import APIGatewayBackend, ApiKey, UsagePlan


class _Index:
    """The keys of one backend by their value, worked out anew whenever a key has come since.

    A new key stands last in moto's dictionary, so the last id tells whether the index has seen all keys; a key that is gone is noticed when it is asked for.
    """

    def __init__(self, keys: dict[str, ApiKey]) -> None:
        self.keys = keys
        self._last: str | None = None
        self._ids: dict[str, str] = {}

    def find(self, value: str) -> ApiKey | None:
        last = next(reversed(self.keys), None)
        if last != self._last:
            self._ids = {key.value: key.id for key in list(self.keys.values())}
            self._last = last
        key = self.keys.get(self._ids.get(value, ""))
        return key if key is not None and key.value == value else None


class ApiKeys:
    """Looks keys up in moto's own state, so that a change of a key or a plan counts from the next request on."""

    def __init__(self) -> None:
        self._indexes: dict[tuple[str, str], _Index] = {}
        self._lock = threading.Lock()

    def find(self, account: str, region: str, value: str) -> ApiKey | None:
        """The key of this value, enabled or not."""
        keys = backend_of(account, region).keys
        with self._lock:
            index = self._indexes.get((account, region))
            if index is None or index.keys is not keys:
                index = self._indexes[account, region] = _Index(keys)
            return index.find(value)

    def forget(self, account: str) -> None:
        """Drop what is known of an account."""
        with self._lock:
            for place in [place for place in self._indexes if place[0] == account]:
                del self._indexes[place]


def backend_of(account: str, region: str) -> APIGatewayBackend:
    """moto's REST APIs of an account and Region."""
    return apigateway_backends[account][region]


def plan_for(backend: APIGatewayBackend, key_id: str, api_id: str, stage: str) -> UsagePlan | None:
    """The usage plan that has both the key and the stage; AWS lets a key and a stage meet in one plan only."""
    for plan_id, keys in list(backend.usage_plan_keys.items()):
        plan = backend.usage_plans.get(plan_id)
        if plan is not None and key_id in keys and stage_of_plan(plan, api_id, stage) is not None:
            return plan
    return None


def stage_of_plan(plan: UsagePlan, api_id: str, stage: str) -> dict[str, object] | None:
    """What a plan says of a stage: ``apiId``, ``stage`` and perhaps ``throttle`` by ``/path/VERB``."""
    for one in list(plan.api_stages):
        if one.get("apiId") == api_id and one.get("stage") == stage:
            return dict(one)
    return None
