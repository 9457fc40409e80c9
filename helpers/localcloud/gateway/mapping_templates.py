"""Mapping templates of REST integrations: a body becomes another one, and a template may override parameters, headers and the status.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.gateway.context_variables import context_of
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.template_variables import Input, UnreadableBody, Util
from helpers.localcloud.gateway.velocity import TemplateError, template
from helpers.localcloud.gateway.velocity_values import Variable, text

REQUEST_PLACES = ("header", "querystring", "path")


def render_request(source: str, exchange: Exchange, body: str) -> str:
    """The body for the integration. Overrides that the template sets land in the exchange.

    body: of the client's request, as text.

    Raises: ``TemplateError`` when the template fails, ``GatewayFailure`` (400) when it reads a body that begins like JSON and is none.
    """
    try:
        return _rendered(source, exchange, body)
    except UnreadableBody as problem:
        raise GatewayFailure("BAD_REQUEST_BODY", str(problem)) from None


def render_response(source: str, exchange: Exchange, body: str) -> str:
    """The body for the client. Overrides that the template sets land in the exchange.

    body: of the integration's answer, as text.

    Raises: ``TemplateError`` when the template fails.
    """
    try:
        return _rendered(source, exchange, body)
    except UnreadableBody as problem:
        raise TemplateError(str(problem), source, 0) from None


def render(
    source: str,
    body: str,
    parameters: Mapping[str, Mapping[str, str]],
    context: dict[str, Any],
    stage_variables: Mapping[str, str],
) -> tuple[str, dict[str, Any]]:
    """A template's text and its overrides: ``requestOverride`` and ``responseOverride``, each with what was set.

    context: of ``context_of``, changed on the way. parameters: by ``path``, ``querystring`` and ``header``.

    Raises: ``TemplateError``, ``UnreadableBody``.
    """
    context["requestOverride"] = {place: {} for place in REQUEST_PLACES}
    context["responseOverride"] = {"header": {}}
    authorizer = context.get("authorizer")
    if isinstance(authorizer, dict) and isinstance(authorizer.get("claims"), dict):
        context["authorizer"] = {**authorizer, "claims": _Claims(authorizer["claims"])}
    variables = {"input": Input(body, parameters), "util": Util(), "context": context, "stageVariables": dict(stage_variables)}  # fmt: skip
    written = template(source).render(variables)
    request, response = _map(context.get("requestOverride")), _map(context.get("responseOverride"))
    overrides: dict[str, Any] = {
        "requestOverride": {place: _texts(request.get(place)) for place in REQUEST_PLACES},
        "responseOverride": {"header": _texts(response.get("header")), "status": _status(response.get("status"))},
    }
    return written, overrides


class _Claims(Variable):
    """``$context.authorizer.claims``: each claim can be read, all of them together are nothing."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        self.properties = dict(claims)
        self.methods = {"get": lambda name: self.properties.get(name)}


def _rendered(source: str, exchange: Exchange, body: str) -> str:
    canary = exchange.stage.canary.variables if exchange.canary and exchange.stage.canary else {}
    variables = {**exchange.stage.variables, **canary}
    written, overrides = render(source, body, exchange.parameters(), context_of(exchange), variables)
    for place in REQUEST_PLACES:
        exchange.request_overrides[place].update(overrides["requestOverride"][place])
    exchange.response_overrides["header"].update(overrides["responseOverride"]["header"])
    if overrides["responseOverride"]["status"] is not None:
        exchange.response_overrides["status"] = overrides["responseOverride"]["status"]
    return written


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(values: Any) -> dict[str, str]:
    return {text(name): text(value) for name, value in _map(values).items() if value is not None}


def _status(value: Any) -> int | None:
    words = text(value) if value is not None else ""
    return int(words) if words.isascii() and words.isdigit() and 100 <= int(words[:9]) <= 599 else None
