"""Throttling of routes: a token bucket for each route of a stage, refilled by the virtual clock.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.gateway.http_apis.call import Call, Refusal


class Throttles:
    """The buckets of a server. take_account: draws from what all APIs of an account and Region share; false is refused."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str, str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()
        self.take_account: Callable[[str, str], bool] = lambda account, region: True

    def take(self, call: Call) -> None:
        """Draw a token for a request.

        Raises: ``Refusal`` with 429.
        """
        stage = call.stage
        settings = {**stage["defaultRouteSettings"], **stage["routeSettings"].get(call.route_key, {})}
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        limited = rate is not None or burst is not None
        drawn = not limited or self._draw(
            (call.api.account, call.api.id, call.stage_name, call.route_key), float(rate or 0), float(burst or 0)
        )
        if not drawn or not self.take_account(call.api.account, call.api.region):
            raise Refusal(429, "Too Many Requests")

    def forget(self, account: str, api_id: str | None = None) -> None:
        """Drop the buckets of an account that is being emptied, or of one of its APIs."""
        with self._lock:
            for key in [key for key in self._buckets if key[0] == account and api_id in (None, key[1])]:
                del self._buckets[key]

    def _draw(self, key: tuple[str, str, str, str], rate: float, burst: float) -> bool:
        now = self._clock.now().timestamp()
        with self._lock:
            left, since = self._buckets.get(key, (burst, now))
            left = min(burst, left + max(0.0, now - since) * rate)
            drawn = left >= 1
            self._buckets[key] = (left - 1 if drawn else left, now)
        return drawn
