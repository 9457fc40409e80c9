"""CORS of an HTTP API: preflight requests are answered by the API, and only its own headers reach the client.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse

Cors = Mapping[str, Any]


def preflight(cors: Cors, request: HttpRequest) -> HttpResponse | None:
    """The answer to a preflight request; nothing when it is none."""
    if (
        request.method != "OPTIONS"
        or not request.header("origin")
        or not request.header("access-control-request-method")
    ):
        return None
    response = HttpResponse(204)
    origin = allowed_origin(cors, request)
    if origin:
        response.headers += _common(cors, origin)
        for name, members in (("access-control-allow-methods", "allowMethods"), ("access-control-allow-headers", "allowHeaders")):  # fmt: skip
            if cors.get(members):
                values = cors[members]
                response.headers.append(
                    (name, ",".join(values if members == "allowMethods" else map(str.lower, values)))
                )
        if cors.get("maxAge") is not None:
            response.headers.append(("access-control-max-age", str(cors["maxAge"])))
    return response


def dress(cors: Cors, request: HttpRequest, response: HttpResponse) -> None:
    """Replace the CORS headers of a response by those of the configuration."""
    response.headers = [pair for pair in response.headers if not pair[0].lower().startswith("access-control-")]
    origin = allowed_origin(cors, request)
    if origin:
        response.headers += _common(cors, origin)
        if cors.get("exposeHeaders"):
            response.headers.append(("access-control-expose-headers", ",".join(cors["exposeHeaders"])))


def allowed_origin(cors: Cors, request: HttpRequest) -> str | None:
    """What ``access-control-allow-origin`` says to this request, if anything."""
    sent = request.header("origin")
    origins = cors.get("allowOrigins") or []
    if not sent:
        return None
    if "*" in origins:
        return "*"
    return sent if any(fnmatch.fnmatchcase(sent, one.replace("[", "[[]")) for one in origins) else None


def _common(cors: Cors, origin: str) -> list[tuple[str, str]]:
    headers = [("access-control-allow-origin", origin)]
    if cors.get("allowCredentials"):
        headers.append(("access-control-allow-credentials", "true"))
    if origin != "*":
        headers.append(("vary", "origin"))
    return headers
