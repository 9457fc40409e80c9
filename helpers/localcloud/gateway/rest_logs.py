"""What API Gateway writes to CloudWatch Logs about a REST API: the execution log of each request, and the access log in the stage's own format.

Here no account-wide role for CloudWatch is needed. An event is cut at 1,024 bytes.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.localcloud.compute import logs
from helpers.localcloud.gateway import method_settings
from helpers.localcloud.gateway.context_variables import context_of
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse

MOST_EVENT_BYTES = 1024
_DATA = ("Method request ", "Endpoint request ", "Endpoint response ", "Method response ")
_VARIABLE = re.compile(r"\$context((?:\.[\w-]+)+)|\$\{context((?:\.[\w-]+)+)\}")
_MOST_HEADER_TEXT = 998


def request(exchange: Exchange) -> None:
    """Log what came in."""
    sent = exchange.request
    exchange.log(f"Starting execution for request: {exchange.request_id}")
    exchange.log(f"HTTP Method: {sent.method}, Resource Path: {sent.path}")
    exchange.log(f"Method request path: {_map(exchange.path_parameters.items())}")
    exchange.log(f"Method request query string: {_map(sent.single_query.items())}")
    exchange.log(f"Method request headers: {_headers(sent.headers)}")
    exchange.log(f"Method request body before transformations: {sent.body.decode('utf-8', 'replace')}")


def response(exchange: Exchange, answer: HttpResponse) -> None:
    """Log what goes out."""
    exchange.log(f"Method response body after transformations: {answer.body.decode('utf-8', 'replace')}")
    exchange.log(f"Method response headers: {_headers(answer.headers)}")
    exchange.log("Successfully completed execution")
    exchange.log(f"Method completed with status: {answer.status}")


def gateway_response(exchange: Exchange, name: str, answer: HttpResponse) -> None:
    """Log that the request ended with a gateway response. name: its type."""
    exchange.log(f"Gateway response type: {name} with status code: {answer.status}")
    exchange.log(f"Gateway response body: {answer.body.decode('utf-8', 'replace')}")
    exchange.log(f"Gateway response headers: {_headers(answer.headers)}")
    exchange.log(f"Method completed with status: {answer.status}")


def record(exchange: Exchange, answer: HttpResponse, latency_ms: int) -> None:
    """Write what the stage asks for to CloudWatch Logs."""
    settings = method_settings.of(exchange)
    level = str(settings.get("loggingLevel") or "OFF").upper()
    if level == "INFO" or (level == "ERROR" and (exchange.error or answer.status >= 500)):
        lines = [line for line in exchange.logged if settings.get("dataTraceEnabled") or not line.startswith(_DATA)]
        group = f"API-Gateway-Execution-Logs_{exchange.api.id}/{exchange.stage.name}"
        _write(exchange, group, [f"({exchange.request_id}) {line}" for line in lines])
    destination, form = exchange.stage.access_log.get("destinationArn"), exchange.stage.access_log.get("format")
    if destination and form and ":log-group:" in destination:
        group = destination.partition(":log-group:")[2].removesuffix(":*")
        _write(exchange, group, [access_line(form, exchange, answer, latency_ms)])


def access_line(form: str, exchange: Exchange, answer: HttpResponse, latency_ms: int) -> str:
    """One line of an access log: each ``$context.name`` of the format by its value, or ``-``."""
    context = context_of(exchange)
    integration = exchange.integration
    context.update(
        status=answer.status,
        responseLength=len(answer.body),
        responseLatency=latency_ms,
        integrationLatency=integration.get("latency"),
        integrationStatus=integration.get("status"),
        integrationErrorMessage=integration.get("error"),
        integration={**_dictionary(context.get("integration")), **integration},
    )
    return _VARIABLE.sub(lambda found: _value(context, (found[1] or found[2])[1:]), form)


def _write(exchange: Exchange, group: str, lines: list[str]) -> None:
    stream = hashlib.md5(f"{exchange.api.id}/{exchange.stage.name}".encode(), usedforsecurity=False).hexdigest()
    cut = [line.encode()[:MOST_EVENT_BYTES].decode("utf-8", "ignore") for line in lines]
    logs.write(exchange.api.account, exchange.api.region, group, stream, cut, exchange.received)


def _value(context: Mapping[str, Any], path: str) -> str:
    value: Any = context
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _dictionary(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _headers(pairs: Iterable[tuple[str, str]]) -> str:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    text = _map(joined.items())
    return text if len(text) <= _MOST_HEADER_TEXT else text[:_MOST_HEADER_TEXT] + " [TRUNCATED]"


def _map(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in pairs) + "}"
