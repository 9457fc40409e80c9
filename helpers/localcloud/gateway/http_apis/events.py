"""What functions get: the payload formats 2.0 and 1.0 of HTTP APIs, and the events of their authorizers.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from helpers.localcloud.gateway.exchange import HttpRequest
from helpers.localcloud.gateway.http_apis.call import Call

_TEXT_TYPES = ("application/json", "application/xml", "application/javascript")


def request_event(call: Call, request: HttpRequest, version: str) -> dict[str, Any]:
    """The event of an integration. request: after its parameters were mapped. version: ``1.0`` or ``2.0``."""
    event = _format_2(call, request) if version == "2.0" else _format_1(call, request)
    body, encoded = body_of(request)
    if version == "1.0":
        return {**event, "body": body, "isBase64Encoded": encoded}
    if body is not None:
        event["body"] = body
    return {**event, "isBase64Encoded": encoded}


def authorizer_event(call: Call, version: str, identity: list[str]) -> dict[str, Any]:
    """The event of a Lambda authorizer: the request without its body."""
    if version == "2.0":
        event = _format_2(call, call.request)
        return {"version": "2.0", "type": "REQUEST", "routeArn": call.route_arn, "identitySource": identity, **event}
    event = _format_1(call, call.request)
    return {
        **event,
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": call.route_arn,
        "identitySource": ",".join(identity),
        "authorizationToken": ",".join(identity),
    }


def body_of(request: HttpRequest) -> tuple[str | None, bool]:
    """A body as events carry it: as text, or as base64 when it is no text; whether it is base64."""
    if not request.body:
        return None, False
    kind = (request.header("content-type") or "").split(";")[0].strip().lower()
    text = not kind or kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))
    if text and not request.header("content-encoding"):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def http_headers(request: HttpRequest, trace: str) -> list[tuple[str, str]]:
    """The headers of a request with those that the gateway adds."""
    port = request.host.rpartition(":")[2]
    added = {
        "x-amzn-trace-id": trace,
        "x-forwarded-for": request.source_ip,
        "x-forwarded-port": port if port.isdigit() else "80",
        "x-forwarded-proto": "http",
    }
    sent = [(name, value) for name, value in request.headers if name.lower() not in added]
    if request.header("host") is None:
        sent.append(("host", request.host))
    return sent + list(added.items())


def joined(pairs: Iterable[tuple[str, str]], *, lower: bool) -> dict[str, str]:
    """Pairs by name, values of one name joined by commas, as format 2.0 has headers and query strings."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower() if lower else name
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def cookies_of(request: HttpRequest) -> list[str]:
    """The cookies of a request, each as ``name=value``."""
    return [
        part.strip()
        for name, value in request.headers
        if name.lower() == "cookie"
        for part in value.split(";")
        if part.strip()
    ]


def http_context(request: HttpRequest, path: str) -> dict[str, str]:
    """``requestContext.http`` of format 2.0."""
    return {
        "method": request.method,
        "path": path,
        "protocol": request.protocol,
        "sourceIp": request.source_ip,
        "userAgent": request.header("user-agent") or "",
    }


def clock_time(moment: dt.datetime) -> str:
    """A moment as ``$context.requestTime`` has it."""
    return moment.astimezone(dt.UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def _format_2(call: Call, request: HttpRequest) -> dict[str, Any]:
    context: dict[str, Any] = {
        "accountId": call.api.account,
        "apiId": call.api.id,
        "domainName": call.domain,
        "domainPrefix": call.api.id,
        "http": http_context(request, unquote(call.raw_path)),
        "requestId": call.request_id,
        "routeKey": call.route_key,
        "stage": call.stage_name,
        "time": clock_time(call.received),
        "timeEpoch": int(call.received.timestamp() * 1000),
    }
    if call.authorizer:
        context["authorizer"] = call.authorizer
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": call.route_key,
        "rawPath": call.raw_path,
        "rawQueryString": request.raw_query,
    }
    cookies = cookies_of(request)
    if cookies:
        event["cookies"] = cookies
    sent = http_headers(request, call.trace)
    event["headers"] = joined(((name, value) for name, value in sent if name.lower() != "cookie"), lower=True)
    if request.query:
        event["queryStringParameters"] = joined(request.query, lower=False)
    event["requestContext"] = context
    if call.path_parameters:
        event["pathParameters"] = call.path_parameters
    if call.stage["stageVariables"]:
        event["stageVariables"] = dict(call.stage["stageVariables"])
    return event


def _format_1(call: Call, request: HttpRequest) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    for name, value in http_headers(request, call.trace):
        headers.setdefault(name.lower(), []).append(value)
    resource = call.route_key if call.route_key == "$default" else call.route_key.partition(" ")[2]
    agent = request.header("user-agent") or ""
    absent = ("accessKey", "accountId", "caller", "cognitoAmr", "cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn")  # fmt: skip
    context: dict[str, Any] = {
        "accountId": call.api.account,
        "apiId": call.api.id,
        "domainName": call.domain,
        "domainPrefix": call.api.id,
        "extendedRequestId": call.request_id,
        "httpMethod": request.method,
        "identity": {**dict.fromkeys(absent), "sourceIp": request.source_ip, "userAgent": agent},
        "path": unquote(call.raw_path),
        "protocol": request.protocol,
        "requestId": call.request_id,
        "requestTime": clock_time(call.received),
        "requestTimeEpoch": int(call.received.timestamp() * 1000),
        "resourceId": call.route_key,
        "resourcePath": resource,
        "stage": call.stage_name,
    }
    if call.authorizer:
        context["authorizer"] = call.authorizer.get("jwt") or call.authorizer.get("lambda") or {}
    return {
        "version": "1.0",
        "resource": resource,
        "path": unquote(call.raw_path),
        "httpMethod": request.method,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": joined(request.query, lower=False) or None,
        "multiValueQueryStringParameters": request.multi_query or None,
        "requestContext": context,
        "pathParameters": call.path_parameters or None,
        "stageVariables": dict(call.stage["stageVariables"]) or None,
    }
