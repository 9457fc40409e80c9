"""What stands behind the methods of REST APIs: functions, services, HTTP endpoints on this computer, or nothing (``MOCK``).

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html
"""

from __future__ import annotations

import time
from collections.abc import Callable

from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations import endpoints, functions, mocks, proxies, services
from helpers.localcloud.gateway.snapshot import Integration

__all__ = ["Integrations"]


class Integrations:
    """Calls the integration of a request's method and makes the method's answer of what comes back."""

    def __init__(self, context: CloudContext) -> None:
        self._endpoint_url = context.endpoint_url

    def perform(self, exchange: Exchange) -> HttpResponse:
        """The answer of the integration, mapped as its method says.

        Raises: ``GatewayFailure``.
        """
        integration = exchange.method.integration if exchange.method else None
        if integration is None:
            raise GatewayFailure(
                "API_CONFIGURATION_ERROR",
                reason="Execution failed due to configuration error: No integration defined for method",
            )
        began = time.monotonic()
        try:
            return self._way(integration)(exchange, integration)
        except TimeoutError:
            raise GatewayFailure(
                "INTEGRATION_TIMEOUT",
                reason=f"Execution failed due to a timeout error: no answer within {integration.timeout_ms} milliseconds",
            ) from None
        finally:
            if integration.type != "MOCK":
                exchange.integration.setdefault("latency", round((time.monotonic() - began) * 1000))

    def forget(self, account: str) -> None:
        """Nothing is kept of an account: each request brings its API along."""

    def _way(self, integration: Integration) -> Callable[[Exchange, Integration], HttpResponse]:
        if integration.type == "AWS_PROXY":
            return proxies.perform
        if integration.type == "MOCK":
            return mocks.perform
        if integration.type in ("HTTP", "HTTP_PROXY"):
            return endpoints.perform
        if functions.is_function(integration.uri):
            return functions.perform
        return lambda exchange, known: services.perform(exchange, known, self._endpoint_url)
