"""Which throttles hold for a request: those of the usage plan, and those of the stage.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.gateway.exchange import Exchange

ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000.0


@dataclass(frozen=True)
class Throttle:
    """rate: requests per second. burst: requests at once."""

    rate: float
    burst: float


def throttle_of(
    settings: Mapping[str, Any], rate_name: str = "rateLimit", burst_name: str = "burstLimit"
) -> Throttle | None:
    """A throttle from settings that give one or both limits; the one that is missing, or below zero, is that of the account."""
    rate, burst = _limit(settings.get(rate_name)), _limit(settings.get(burst_name))
    if rate is None and burst is None:
        return None
    return Throttle(ACCOUNT_RATE if rate is None else rate, ACCOUNT_BURST if burst is None else burst)


def of_plan_method(plan_stage: Mapping[str, Any], plan: Mapping[str, Any], exchange: Exchange) -> Throttle | None:
    """The throttle that a plan has for this very method; a limit that it leaves open is that of the plan."""
    throttles: Mapping[str, Mapping[str, Any]] = plan_stage.get("throttle") or {}
    for verb in _verbs(exchange):
        if own := throttles.get(f"{exchange.resource_path}/{verb}"):
            return throttle_of({**plan, **own})
    return None


def of_stage(exchange: Exchange) -> Throttle | None:
    """The throttle of the request's method in its stage: its own, or that of all methods (``*/*``)."""
    settings = exchange.stage.method_settings
    path = exchange.resource_path.replace("/", "~1")
    short = path.removeprefix("~1") or path
    for key in [f"{place}/{verb}" for verb in _verbs(exchange) for place in (short, path)] + ["*/*"]:
        found = throttle_of(settings.get(key, {}), "throttlingRateLimit", "throttlingBurstLimit")
        if found:
            return found
    return None


def _verbs(exchange: Exchange) -> tuple[str, ...]:
    resource = exchange.method.http_method if exchange.method else exchange.request.method
    return tuple(dict.fromkeys((exchange.request.method, resource)))


def _limit(value: Any) -> float | None:
    return None if value is None or float(value) < 0 else float(value)
