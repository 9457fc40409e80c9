"""From what an integration answered to what its method answers: which integration response fits, and what it makes of body and headers.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

import regex

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.requests_to import from_base64, is_binary
from helpers.localcloud.gateway.mapping_templates import render_response
from helpers.localcloud.gateway.parameters import response_parameters
from helpers.localcloud.gateway.snapshot import Integration, IntegrationResponse
from helpers.localcloud.gateway.velocity import TemplateError

PATTERN_SECONDS = 0.5


def mapped(
    exchange: Exchange,
    integration: Integration,
    selector: str,
    body: bytes,
    headers: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    """The method's answer.

    selector: what selection patterns are matched against: a function's ``errorMessage``, or a status.

    Raises: ``GatewayFailure`` when no integration response fits, or its template fails.
    """
    pairs = list(headers)
    chosen = _chosen(integration, selector)
    kind, source = _template(chosen, exchange)
    received_type = next((value for name, value in pairs if name.lower() == "content-type"), "application/json")
    content_type = kind or received_type
    text = _converted(chosen, exchange, body, received_type)
    if source is not None:
        try:
            text = render_response(source, exchange, text.decode("utf-8", "replace")).encode()
        except TemplateError as problem:
            raise GatewayFailure(
                "API_CONFIGURATION_ERROR",
                reason=f"Execution failed due to configuration error: Unable to transform response: {problem}",
            ) from None
    made = [("Content-Type", content_type)]
    for name, value in response_parameters(chosen.parameters, exchange, pairs, body):
        made = [pair for pair in made if pair[0].lower() != name.lower() or name.lower() == "set-cookie"]
        made.append((name, value))
    response = HttpResponse(int(chosen.status_code), made, text)
    for name, value in exchange.response_overrides["header"].items():
        response.set_header(name, value)
    if exchange.response_overrides["status"] is not None:
        response.status = exchange.response_overrides["status"]
    return response


def _chosen(integration: Integration, selector: str) -> IntegrationResponse:
    default = None
    for one in integration.responses.values():
        if one.selection_pattern is None:
            default = default or one
        elif selector and _fits(one.selection_pattern, selector):
            return one
    if default is None:
        raise GatewayFailure(
            "API_CONFIGURATION_ERROR",
            reason="Execution failed due to configuration error: No match for output mapping and no default endpoint response mapping configured. "
            f"Endpoint Response Status Code: {selector}",
        )
    return default


def _fits(pattern: str, selector: str) -> bool:
    try:
        return regex.fullmatch(pattern, selector, timeout=PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError):
        return False


def _template(chosen: IntegrationResponse, exchange: Exchange) -> tuple[str | None, str | None]:
    """Content type and source of the response template: what the client accepts, else JSON, else the first there is."""
    templates = chosen.templates
    if not templates:
        return None, None
    wanted = [one.split(";")[0].strip() for one in (exchange.request.header("accept") or "").split(",")]
    kind = next((one for one in [*wanted, "application/json"] if one in templates), None) or next(iter(templates))
    return kind, templates[kind] or None


def _converted(chosen: IntegrationResponse, exchange: Exchange, body: bytes, content_type: str) -> bytes:
    """The body as https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html has it."""
    accepted = is_binary(exchange.request.header("accept"), exchange)
    wanted = chosen.content_handling or ("CONVERT_TO_BINARY" if accepted else "CONVERT_TO_TEXT")
    if is_binary(content_type, exchange):
        return base64.b64encode(body) if wanted == "CONVERT_TO_TEXT" else body
    return from_base64(body) if wanted == "CONVERT_TO_BINARY" else body
