"""``$context`` of a request to a REST API: for mapping templates, gateway responses and access logs.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

from __future__ import annotations

import copy
import time
from typing import Any

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def context_of(exchange: Exchange, response: HttpResponse | None = None) -> dict[str, Any]:
    """All that ``$context`` holds now, as nested dictionaries of its own; what is not known has no key.

    response: what the client gets, once it is known: it gives ``status``, ``responseLength`` (bytes) and ``responseLatency`` (milliseconds).
    """
    request, api, stage, method = exchange.request, exchange.api, exchange.stage, exchange.method
    canary = stage.canary if exchange.canary else None
    domain = _domain(exchange)
    received = exchange.received
    context: dict[str, Any] = {
        "accountId": api.account,
        "apiId": api.id,
        "deploymentId": canary.deployment_id if canary else stage.deployment_id,
        "domainName": domain,
        "domainPrefix": domain.split(".")[0],
        "extendedRequestId": exchange.extended_request_id,
        "httpMethod": request.method,
        "identity": _identity(exchange),
        "isCanaryRequest": "true" if exchange.canary else "false",
        "path": f"/{stage.name}{request.path}",
        "protocol": request.protocol,
        "requestId": exchange.request_id,
        "requestTime": f"{received:%d}/{_MONTHS[received.month - 1]}/{received:%Y:%H:%M:%S} +0000",
        "requestTimeEpoch": int(received.timestamp() * 1000),
        "stage": stage.name,
    }
    if method:
        context["resourceId"] = method.resource_id
        context["resourcePath"] = method.resource_path
    if exchange.authorizer:
        context["authorizer"] = {name: _authorized(name, value) for name, value in exchange.authorizer.items()}
    if exchange.error:
        context["error"] = {**exchange.error}
        if "message" in exchange.error:
            context["error"].setdefault("messageString", f'"{exchange.error["message"]}"')
    if exchange.integration:
        _add_integration(context, exchange.integration)
    if exchange.trace and stage.tracing:
        root = next((part[5:] for part in exchange.trace.split(";") if part.startswith("Root=")), "")
        context["xrayTraceId"] = root or exchange.trace
    if response:
        context["status"] = str(response.status)
        context["responseLength"] = len(response.body)
        context["responseLatency"] = round((time.monotonic() - exchange.began) * 1000)
    return context


def _domain(exchange: Exchange) -> str:
    host = exchange.request.host.rsplit(":", 1)[0] if ":" in exchange.request.host else exchange.request.host
    return host if ".execute-api." in host else f"{exchange.api.id}.execute-api.localhost"


def _identity(exchange: Exchange) -> dict[str, Any]:
    identity: dict[str, Any] = {"sourceIp": exchange.request.source_ip}
    if (agent := exchange.request.header("user-agent")) is not None:
        identity["userAgent"] = agent
    return {**identity, **exchange.identity}


def _authorized(name: str, value: Any) -> Any:
    if name == "claims" and isinstance(value, dict):
        return copy.deepcopy(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "" if value is None else str(value)


def _add_integration(context: dict[str, Any], integration: dict[str, Any]) -> None:
    told = {name: value for name, value in integration.items() if value is not None}
    context["integration"] = copy.deepcopy(told)
    for name, alias in (("latency", "integrationLatency"), ("status", "integrationStatus"), ("error", "integrationErrorMessage")):  # fmt: skip
        if name in told:
            context[alias] = told[name]
    if "requestId" in told:
        context["awsEndpointRequestId"] = told["requestId"]
