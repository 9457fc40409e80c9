"""``HTTP`` and ``HTTP_PROXY``: an endpoint on this computer answers, mapped or as it is.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from helpers.localcloud.gateway import fetching, segments
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.fetching import HOP, Answer
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.requests_to import (
    Outgoing,
    log_answer,
    log_request,
    outgoing,
)
from helpers.localcloud.gateway.parameters import request_parameters
from helpers.localcloud.gateway.snapshot import Integration
from helpers.localcloud.gateway.uris import with_stage_variables

V = TypeVar("V")


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The endpoint's answer.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    proxied = integration.type == "HTTP_PROXY"
    sent = _proxied(exchange) if proxied else outgoing(exchange, integration)
    sent = replace(sent, headers=with_header(sent.headers, "X-Amzn-Apigateway-Api-Id", exchange.api.id))
    verb = integration.http_method or "ANY"
    uri = with_stage_variables(integration.uri, exchange.stage.variables)
    for name, value in sent.path.items():
        uri = uri.replace(f"{{{name}}}", quote(",".join(value) if isinstance(value, list) else value, safe="/"))
    answer = fetch(exchange, exchange.request.method if verb == "ANY" else verb, uri, sent, integration.timeout_ms / 1000)  # fmt: skip
    if proxied:
        return HttpResponse(answer.status, answer.headers, answer.body)
    return mapped(exchange, integration, str(answer.status), answer.body, answer.headers)


def fetch(
    exchange: Exchange, verb: str, uri: str, sent: Outgoing, seconds: float, *, service: str = "", operation: str = ""
) -> Answer:
    """One request to an endpoint on this computer. seconds: for all of it, to the last byte of the answer.

    service, operation: what is called, when the endpoint is a service of AWS.

    Raises: ``GatewayFailure`` for another computer or one that does not answer, ``TimeoutError``.
    """
    log_request(exchange, uri, sent)
    headers = {name: ",".join(value) if isinstance(value, list) else value for name, value in sent.headers.items()}
    if not any(name.lower() == "user-agent" for name in headers):
        headers["User-Agent"] = f"AmazonAPIGateway_{exchange.api.id}"
    began = time.monotonic()
    name, aws = (service, {"operation": operation} if operation else {}) if service else (_host(uri), None)
    try:
        with segments.calling(exchange, name, uri, verb, aws) as told:
            headers = with_header(headers, "X-Amzn-Trace-Id", told.trace)
            answer = fetching.fetch(verb, uri, headers=headers, query=sent.query, body=sent.body, seconds=seconds)
            told.status, told.length = answer.status, len(answer.body)
    except fetching.Elsewhere as refusal:
        raise GatewayFailure("INTEGRATION_FAILURE", reason=f"Execution failed: {refusal}") from None
    except fetching.Unreachable as problem:
        exchange.integration["error"] = "Network error communicating with endpoint"
        raise GatewayFailure(
            "INTEGRATION_FAILURE",
            "Network error communicating with endpoint",
            reason=f"Execution failed due to a network error communicating with endpoint: {problem}",
        ) from None
    log_answer(exchange, answer.status, began, answer.headers, answer.body)
    return answer


def _host(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[0].partition(":")[0] or uri


def with_header(headers: Mapping[str, V], name: str, value: str) -> dict[str, V | str]:
    """Headers in which one has this value only, whatever the case of its name was."""
    return {key: one for key, one in headers.items() if key.lower() != name.lower()} | {name: value}


def _proxied(exchange: Exchange) -> Outgoing:
    request, values = exchange.request, request_parameters(exchange)
    headers: dict[str, str | list[str]] = {}
    for name, several in request.multi_headers.items():
        if name.lower() not in HOP:
            headers[name] = several
    for name, value in values["header"].items():
        headers = {key: one for key, one in headers.items() if key.lower() != name.lower()} | {name: value}
    return Outgoing(request.body, headers, {**request.multi_query, **values["querystring"]}, values["path"])
