"""What API Gateway tells CloudWatch about the requests of a REST API.

The average of ``4XXError`` and ``5XXError`` is a rate, because every request gives a 0 or a 1.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

from helpers.localcloud import metrics
from helpers.localcloud.billing import meter
from helpers.localcloud.gateway import method_settings
from helpers.localcloud.gateway.exchange import Exchange

NAMESPACE = "AWS/ApiGateway"
_UNITS = {"Latency": "Milliseconds", "IntegrationLatency": "Milliseconds"}


def charge(exchange: Exchange) -> None:
    """Count one request that is paid for: what no route, authorizer or throttle keeps out.

    Source: https://repost.aws/questions/QU5y4fo-e3RWyU5r4VmyPIzA/pricing-clarification-for-api-gateway
    """
    account, region = exchange.api.account, exchange.api.region
    arn = f"arn:aws:apigateway:{region}:{account}:/restapis/{exchange.api.id}"
    meter.count(account, region, "apigateway/rest-requests", arn)


def record(exchange: Exchange, status: int, latency_ms: int) -> None:
    """Count one request that was answered with ``status``."""
    values: dict[str, float] = {
        "Count": 1,
        "Latency": latency_ms,
        "4XXError": int(400 <= status < 500),
        "5XXError": int(status >= 500),
    }
    if "latency" in exchange.integration:
        values["IntegrationLatency"] = float(exchange.integration["latency"])
    name, stage = exchange.api.name, exchange.stage.name
    places = [{"ApiName": name}, {"ApiName": name, "Stage": stage}]
    if exchange.method and method_settings.of(exchange).get("metricsEnabled"):
        places.append(
            {
                "ApiName": name,
                "Resource": exchange.resource_path,
                "Method": exchange.request.method,
                "Stage": stage,
            }
        )
    for dimensions in places:
        metrics.emit(
            exchange.api.account,
            exchange.api.region,
            NAMESPACE,
            dimensions,
            values,
            now=exchange.received,
            units=_UNITS,
        )
