"""``AWS_PROXY``: the function gets the whole request as an event and answers the whole response.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.compute import limits
from helpers.localcloud.gateway.context_variables import context_of
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.functions import call
from helpers.localcloud.gateway.integrations.requests_to import Outgoing, is_binary
from helpers.localcloud.gateway.snapshot import Integration

_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_CONTEXT = ("accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "httpMethod", "path", "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "stage")  # fmt: skip
_IDENTITY = ("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user", "userAgent", "userArn")  # fmt: skip


class Malformed(Exception):
    """The function's answer is none that API Gateway can send on."""


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The function's answer as it is.

    Raises: ``GatewayFailure``: 502 for a function that failed or an answer in no proxy format; ``TimeoutError``.
    """
    payload = json.dumps(event_of(exchange), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(payload) > limits.SYNCHRONOUS_REQUEST_BYTES:
        raise GatewayFailure(
            "REQUEST_TOO_LARGE",
            "Request Too Long",
            reason="Execution failed: the event is larger than a function takes",
        )
    outcome = call(exchange, integration, Outgoing(payload, {"X-Amzn-Trace-Id": exchange.trace}, {}, {}))
    if outcome.function_error:
        raise GatewayFailure("API_CONFIGURATION_ERROR", status=502)
    try:
        return answer_of(exchange, outcome.payload)
    except Malformed as wrong:
        raise _bad_gateway(f"Malformed Lambda proxy response: {wrong}") from None


def event_of(exchange: Exchange) -> dict[str, Any]:
    """The event of a request, in format 1.0."""
    request = exchange.request
    binary = is_binary(request.header("content-type"), exchange)
    body = base64.b64encode(request.body).decode() if binary else request.body.decode("utf-8", "replace")
    single, multi = dict(request.single_headers), dict(request.multi_headers)
    return {
        "resource": exchange.resource_path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": single or None,
        "multiValueHeaders": multi or None,
        "queryStringParameters": request.single_query or None,
        "multiValueQueryStringParameters": request.multi_query or None,
        "pathParameters": exchange.path_parameters or None,
        "stageVariables": dict(exchange.stage.variables) or None,
        "requestContext": _request_context(exchange),
        "body": body if request.body else None,
        "isBase64Encoded": bool(binary and request.body),
    }


def answer_of(exchange: Exchange, payload: bytes) -> HttpResponse:
    """The response that a function's answer describes.

    Raises: ``Malformed``.
    """
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        raise Malformed("it is no JSON") from None
    if not isinstance(answer, dict):
        raise Malformed("it is no object")
    if unknown := set(answer) - _MEMBERS:
        raise Malformed(f"unknown member {sorted(unknown)[0]!r}")
    headers = _headers(answer.get("headers"), answer.get("multiValueHeaders"))
    body = _body(exchange, answer.get("body"), answer.get("isBase64Encoded"))
    return HttpResponse(_status(answer.get("statusCode", 200)), headers, body)


def _status(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise Malformed("statusCode is no number")
    try:
        return int(value)
    except (ValueError, OverflowError):
        raise Malformed("statusCode is no number") from None


def _headers(single: Any, multi: Any) -> list[tuple[str, str]]:
    if not isinstance(single or {}, dict) or not isinstance(multi or {}, dict):
        raise Malformed("headers are no object")
    wrong = next((name for name in [*(single or {}), *(multi or {})] if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise Malformed(f"{wrong!r} is no name of a header")
    pairs: list[tuple[str, str]] = []
    for name, values in (multi or {}).items():
        if not isinstance(values, list):
            raise Malformed(f"multiValueHeaders of {name!r} are no list")
        pairs += [(name, _text(one, name)) for one in values]
    known = {(name.lower(), value) for name, value in pairs}
    for name, value in (single or {}).items():
        text = _text(value, name)
        if (name.lower(), text) not in known:
            pairs.append((name, text))
    return pairs


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise Malformed(f"the value of header {name!r} is no text")
    return value if isinstance(value, str) else json.dumps(value)


def _body(exchange: Exchange, body: Any, is_base64: Any) -> bytes:
    if isinstance(body, dict | list):
        raise Malformed("body is no text")
    if not isinstance(is_base64, bool | str | None):
        raise Malformed("isBase64Encoded is no boolean")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    encoded = is_base64 is True or (isinstance(is_base64, str) and is_base64.lower() == "true")
    if encoded and is_binary(exchange.request.header("accept"), exchange):
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("body is no base64") from None
    return text.encode("utf-8", "surrogatepass") if _encodable(text) else text.encode("utf-8", "replace")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _request_context(exchange: Exchange) -> dict[str, Any]:
    known = context_of(exchange)
    context: dict[str, Any] = {name: known[name] for name in _CONTEXT if name in known}
    identity: Mapping[str, Any] = known["identity"]
    context["identity"] = {name: identity.get(name) for name in _IDENTITY}
    context["identity"].update({name: identity[name] for name in ("apiKey", "apiKeyId") if name in identity})
    if exchange.authorizer:
        context["authorizer"] = known["authorizer"]
    if exchange.method and exchange.method.operation_name:
        context["operationName"] = exchange.method.operation_name
    return context


def _bad_gateway(what: str) -> GatewayFailure:
    reason = f"Execution failed due to configuration error: {what}"
    return GatewayFailure("API_CONFIGURATION_ERROR", status=502, reason=reason)
