"""The request that an integration gets: which template makes its body, and where parameters and overrides put their values.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

from __future__ import annotations

import base64
import binascii
import fnmatch
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.mapping_templates import render_request
from helpers.localcloud.gateway.parameters import Values, request_parameters
from helpers.localcloud.gateway.snapshot import Integration
from helpers.localcloud.gateway.velocity import TemplateError


@dataclass(frozen=True)
class Outgoing:
    """What goes to the integration. path: values for the ``{names}`` in its URI."""

    body: bytes
    headers: Mapping[str, str | list[str]]
    query: Mapping[str, str | list[str]]
    path: Mapping[str, str | list[str]]

    def header(self, name: str) -> str | None:
        """A header that the mapping set, whatever the case of its name."""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return ",".join(value) if isinstance(value, list) else value
        return None


def outgoing(exchange: Exchange, integration: Integration) -> Outgoing:
    """The request for a non-proxy integration.

    Raises: ``GatewayFailure``: 415 when no template may be left out, 500 when a template fails.
    """
    body = _body(exchange, integration)
    values = request_parameters(exchange)
    merged: Values = {place: {**values[place], **exchange.request_overrides[place]} for place in values}
    return Outgoing(body, merged["header"], merged["querystring"], merged["path"])


def is_binary(media_type: str | None, exchange: Exchange) -> bool:
    """Whether the API takes a media type for binary, by its ``binaryMediaTypes``."""
    if not exchange.api.binary_media_types:
        return False
    plain = (media_type or "").split(";")[0].split(",")[0].strip().lower()
    return any(kind == "*/*" or fnmatch.fnmatchcase(plain, kind.lower()) for kind in exchange.api.binary_media_types)


def _body(exchange: Exchange, integration: Integration) -> bytes:
    body = _converted(exchange, integration)
    kind = exchange.request.content_type
    source = integration.templates.get(kind)
    if source is None:
        source = next((text for name, text in integration.templates.items() if name.lower() == kind), None)
    if source is not None:
        try:
            return render_request(source, exchange, body.decode("utf-8", "replace")).encode()
        except TemplateError as problem:
            raise GatewayFailure(
                "API_CONFIGURATION_ERROR",
                reason=f"Execution failed due to configuration error: Unable to transform request: {problem}",
            ) from None
    passes = integration.passthrough_behavior == "WHEN_NO_MATCH" or (
        integration.passthrough_behavior == "WHEN_NO_TEMPLATES" and not integration.templates
    )
    if not passes:
        raise GatewayFailure(
            "UNSUPPORTED_MEDIA_TYPE",
            reason=f"Execution failed due to configuration error: there is no template for {kind}, and bodies may not pass through",
        )
    return body


def _converted(exchange: Exchange, integration: Integration) -> bytes:
    body = exchange.request.body
    binary = is_binary(exchange.request.header("content-type"), exchange)
    if integration.content_handling == "CONVERT_TO_TEXT" and binary:
        return base64.b64encode(body)
    if integration.content_handling == "CONVERT_TO_BINARY" and not binary:
        return from_base64(body)
    return body


def from_base64(body: bytes) -> bytes:
    """Bytes out of base64 text.

    Raises: ``GatewayFailure`` when it is none.
    """
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise GatewayFailure(
            "API_CONFIGURATION_ERROR",
            reason="Execution failed due to configuration error: Unable to base64 decode the body.",
        ) from None


def log_request(exchange: Exchange, url: str, sent: Outgoing) -> None:
    """Log what is about to be sent."""
    exchange.log(f"Endpoint request URI: {url}")
    exchange.log(f"Endpoint request headers: {_map(sent.headers.items())}")
    exchange.log(f"Endpoint request body after transformations: {sent.body.decode('utf-8', 'replace')}")
    exchange.log(f"Sending request to {url}")


def log_answer(exchange: Exchange, status: int, began: float, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Log what came back, and keep its status and latency. began: of ``time.monotonic``, when the request was sent."""
    latency = round((time.monotonic() - began) * 1000)
    exchange.integration.update(status=status, latency=latency)
    exchange.log(f"Received response. Status: {status}, Integration latency: {latency} ms")
    exchange.log(f"Endpoint response headers: {_map(headers)}")
    exchange.log(f"Endpoint response body before transformations: {body.decode('utf-8', 'replace')}")


def broken(what: str) -> GatewayFailure:
    """The failure of an API that is not set up well: 500, and the reason in the execution log."""
    return GatewayFailure("API_CONFIGURATION_ERROR", reason=f"Execution failed due to configuration error: {what}")


def _map(values: Iterable[tuple[str, str | list[str]]]) -> str:
    pairs = (f"{name}={','.join(value) if isinstance(value, list) else value}" for name, value in values)
    return "{" + ", ".join(pairs) + "}"
