"""Throttling of routes: a token bucket for each route of a stage, before what the account shares.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

from helpers.localcloud.gateway.http_apis.call import Call, Refusal
from helpers.localcloud.gateway.limits import Limits


class Throttles:
    """The limits of HTTP APIs, drawn from the same buckets as those of REST APIs."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def take(self, call: Call) -> None:
        """Draw a token for a request.

        Raises: ``Refusal`` with 429.
        """
        stage, account = call.stage, call.api.account
        settings = {**stage["defaultRouteSettings"], **stage["routeSettings"].get(call.route_key, {})}
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        route = (account, "route", call.api.id, call.stage_name, call.route_key)
        drawn = (rate is None and burst is None) or self._limits.take(route, float(rate or 0), float(burst or 0))
        if not drawn or not self._limits.take_account(account, call.api.region):
            raise Refusal(429, "Too Many Requests")
