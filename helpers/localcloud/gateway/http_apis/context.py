"""``$context`` of HTTP APIs, and access logs that are written with it.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from helpers.localcloud.gateway.http_apis.call import Call
from helpers.localcloud.gateway.http_apis.events import clock_time

_VARIABLE = re.compile(r"\$context((?:\.[A-Za-z0-9_-]+)+)")


def context_value(call: Call, name: str) -> str | None:
    """A variable by its name without ``$context.``; nothing when this request has none."""
    if name.startswith("authorizer."):
        return _of_authorizer(call, name.partition(".")[2])
    known: dict[str, str] = {
        "accountId": call.api.account,
        "apiId": call.api.id,
        "domainName": call.domain,
        "domainPrefix": call.api.id,
        "extendedRequestId": call.request_id,
        "httpMethod": call.request.method,
        "identity.sourceIp": call.request.source_ip,
        "identity.userAgent": call.request.header("user-agent") or "",
        "path": unquote(call.raw_path),
        "protocol": call.request.protocol,
        "requestId": call.request_id,
        "requestTime": clock_time(call.received),
        "requestTimeEpoch": str(int(call.received.timestamp() * 1000)),
        "routeKey": call.route_key,
        "stage": call.stage_name,
        **call.facts,
    }
    return known.get(name) or None


def log_line(call: Call, written: str) -> str:
    """A line of an access log; a variable without a value is a dash."""
    return _VARIABLE.sub(lambda found: context_value(call, found[1][1:]) or "-", written)


def _of_authorizer(call: Call, name: str) -> str | None:
    if name == "error":
        return call.facts.get("authorizer.error")
    found: Any = call.authorizer.get("lambda") or {}
    if name.startswith("claims."):
        found, name = call.authorizer.get("jwt", {}).get("claims") or {}, name.partition(".")[2]
    value = found.get(name)
    return value if isinstance(value, str) or value is None else json.dumps(value, separators=(",", ":"))
