"""How many requests may come: API keys, usage plans with their quotas, and throttles of stages and of the account.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import datetime as dt

from moto.apigateway.models import UsagePlan

from helpers.localcloud.buckets import Buckets, Key
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.limits import settings
from helpers.localcloud.gateway.limits.keys import ApiKeys, backend_of, plan_for, stage_of_plan
from helpers.localcloud.gateway.limits.quotas import PlanKey, Quotas

__all__ = ["Limits", "set_remaining", "usage_of"]

_servers: list[Limits] = []


class Limits:
    """The limits of one server. Real time and moves of the virtual clock both refill buckets; quotas follow the virtual calendar in UTC."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.quotas = Quotas()
        self._keys = ApiKeys()
        self._buckets = Buckets()
        _servers[:] = [self]

    def admit(self, exchange: Exchange) -> None:
        """Let a request pass its usage plan, then its stage, then its account; say whose key it had in ``exchange.identity``.

        Raises: ``GatewayFailure``: ``INVALID_API_KEY``, ``QUOTA_EXCEEDED`` or ``THROTTLED``.
        """
        counted: PlanKey | None = None
        day = exchange.received.astimezone(dt.UTC).date()
        if exchange.method is not None and exchange.method.api_key_required:
            plan, key_id = self._plan(exchange)
            counted = (exchange.api.account, exchange.api.region, plan.id, key_id)
            if not self.quotas.take(counted, plan.quota, day):
                raise GatewayFailure(
                    "QUOTA_EXCEEDED", reason=f"Usage limit exceeded for API key {key_id} in usage plan {plan.id}"
                )
        refusal = self._throttled(exchange, plan, key_id) if counted else self._stage_throttled(exchange)
        if refusal:
            if counted:
                self.quotas.give_back(counted, day)
            raise GatewayFailure("THROTTLED", reason=refusal)

    def take(self, key: Key, rate: float, burst: float) -> bool:
        """Draw from a bucket; false when it is empty. key: the account, then what tells its bucket from others; ``route`` is followed by the API."""
        return self._buckets.take(key, rate, burst, self.clock.steady()) == 0

    def take_account(self, account: str, region: str) -> bool:
        """Draw from what all APIs of an account and Region share; false when that is used up."""
        return self.take((account, "account", region), settings.ACCOUNT_RATE, settings.ACCOUNT_BURST)

    def forget(self, account: str) -> None:
        """Drop the counts of an account that is being emptied."""
        self._keys.forget(account)
        self._buckets.forget(account)
        self.quotas.forget(account)

    def forget_api(self, account: str, api_id: str) -> None:
        """Drop the buckets of an HTTP API that was deleted."""
        self._buckets.drop(lambda key: tuple(key)[:3] == (account, "route", api_id))

    def _plan(self, exchange: Exchange) -> tuple[UsagePlan, str]:
        api = exchange.api
        value = (
            exchange.identity.get("apiKey")
            if api.api_key_source == "AUTHORIZER"
            else exchange.request.header("x-api-key")
        )
        key = self._keys.find(api.account, api.region, value) if value else None
        if key is None or not key.enabled:
            state = "no" if not value else "an unknown" if key is None else "a disabled"
            raise GatewayFailure("INVALID_API_KEY", reason=f"The request has {state} API key")
        plan = plan_for(backend_of(api.account, api.region), key.id, api.id, exchange.stage.name)
        if plan is None:
            raise GatewayFailure(
                "INVALID_API_KEY",
                reason=f"API key {key.id} is in no usage plan with API {api.id} and stage {exchange.stage.name}",
            )
        exchange.identity["apiKey"] = key.value
        exchange.identity["apiKeyId"] = key.id
        return plan, key.id

    def _throttled(self, exchange: Exchange, plan: UsagePlan, key_id: str) -> str | None:
        api, stage = exchange.api, exchange.stage.name
        own = settings.of_plan_method(stage_of_plan(plan, api.id, stage) or {}, plan.throttle, exchange)
        place = (api.account, "plan", api.region, plan.id, key_id)
        if own:
            drawn = self.take((*place, api.id, stage, *_method(exchange)), own.rate, own.burst)
        else:
            whole = settings.throttle_of(plan.throttle)
            drawn = whole is None or self.take(place, whole.rate, whole.burst)
        return self._stage_throttled(exchange) if drawn else f"Usage plan {plan.id} throttles API key {key_id}"

    def _stage_throttled(self, exchange: Exchange) -> str | None:
        api, stage = exchange.api, exchange.stage.name
        limit = settings.of_stage(exchange)
        key = (api.account, "stage", api.region, api.id, stage, *_method(exchange))
        if limit and not self.take(key, limit.rate, limit.burst):
            return f"Stage {stage} throttles {exchange.request.method} {exchange.resource_path}"
        if not self.take_account(api.account, api.region):
            return f"The account's limit for all APIs in {api.region} is reached"
        return None


def usage_of(
    account: str, region: str, plan_id: str, start: dt.date, end: dt.date, key_id: str | None = None
) -> dict[str, list[list[int]]]:
    """What ``GetUsage`` answers: for each key of a plan (or for one), and each day, the requests used and left.

    Raises: ``LookupError`` when no server was put together yet, or there is no such plan.
    """
    limits = _servers[-1]
    backend = backend_of(account, region)
    quota = backend.usage_plans[plan_id].quota
    keys = [key_id] if key_id else list(backend.usage_plan_keys.get(plan_id, {}))
    return {key: limits.quotas.by_day((account, region, plan_id, key), quota, start, end) for key in keys}


def set_remaining(account: str, region: str, plan_id: str, key_id: str, remaining: int) -> None:
    """What ``UpdateUsage`` does: let a key have this many requests left of the running period.

    Raises: ``LookupError`` when no server was put together yet, or there is no such plan.
    """
    limits = _servers[-1]
    quota = backend_of(account, region).usage_plans[plan_id].quota
    limits.quotas.set_left((account, region, plan_id, key_id), quota, limits.clock.now().date(), remaining)


def _method(exchange: Exchange) -> tuple[str, str]:
    return exchange.resource_path, exchange.method.http_method if exchange.method else exchange.request.method
