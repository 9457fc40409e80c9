"""What a client gets when a request ends before or without an answer of the integration.

The API's own gateway response of the type goes before its ``DEFAULT_4XX`` or ``DEFAULT_5XX``, and that before the default. Their templates are
no Velocity: names such as ``$context.error.messageString`` are replaced by their values, and that is all.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import json
import re

from helpers.localcloud.gateway import parameters
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import FAILURE_TYPES, GatewayFailure
from helpers.localcloud.gateway.snapshot import GatewayResponse

_VARIABLE = re.compile(
    r"\$(?:(context|stageVariables|method\.request)((?:\.[\w-]+)+)|\{(context|stageVariables|method\.request)((?:\.[\w-]+)+)\})"
)
_PREFIX = "gatewayresponse.header."


def render(exchange: Exchange, failure: GatewayFailure) -> HttpResponse:
    """The answer for a failure; ``$context.error`` of the exchange says from now on what happened."""
    exchange.error.update(messageString=json.dumps(failure.message, ensure_ascii=False), responseType=failure.name)
    if failure.message is not None:
        exchange.error["message"] = failure.message
    if failure.detail is not None:
        exchange.error["validationErrorString"] = failure.detail
    own = _own(exchange, failure)
    kind, template = _template(exchange, own, failure.template)
    response = HttpResponse(_status(own, failure.status), [("Content-Type", kind)])
    response.set_header("x-amzn-ErrorType", failure.error_type)
    if own:
        for target, expression in own.parameters.items():
            value = parameters.value_of(expression, exchange)
            if target.lower().startswith(_PREFIX) and value is not None:
                response.set_header(target[len(_PREFIX) :], value)
    response.body = _VARIABLE.sub(lambda found: _value(found, exchange), template).encode()
    return response


def _own(exchange: Exchange, failure: GatewayFailure) -> GatewayResponse | None:
    own = exchange.api.gateway_responses
    default = "DEFAULT_4XX" if FAILURE_TYPES[failure.name].status < 500 else "DEFAULT_5XX"
    return own.get(failure.name) or own.get(default)


def _status(own: GatewayResponse | None, status: int) -> int:
    if own and own.status and own.status.isdigit() and 200 <= int(own.status) <= 599:
        return int(own.status)
    return status


def _template(exchange: Exchange, own: GatewayResponse | None, default: str) -> tuple[str, str]:
    templates = dict(own.templates) if own else {}
    if not templates:
        return "application/json", default
    for accepted in (exchange.request.header("accept") or "").split(","):
        kind = accepted.split(";")[0].strip().lower()
        if kind in templates:
            return kind, templates[kind]
    kind = "application/json" if "application/json" in templates else next(iter(templates))
    return kind, templates[kind]


def _value(found: re.Match[str], exchange: Exchange) -> str:
    return parameters.value_of((found[1] or found[3]) + (found[2] or found[4]), exchange) or ""
