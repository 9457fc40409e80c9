"""The headers of an answer: what API Gateway renames, drops and adds.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import re

from helpers.localcloud.compute.tracing import new_root
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure

_DROPPED_FROM_REQUEST = frozenset(
    {"connection", "content-length", "content-md5", "expect", "keep-alive", "max-forwards", "proxy-authenticate", "server", "te", "trailer", "transfer-encoding", "upgrade", "www-authenticate"}
)  # fmt: skip
_RENAMED = {name.lower(): name for name in ("Connection", "Content-Length", "Date", "Server")}
_RENAMED_FROM_TEMPLATES = {
    **_RENAMED,
    **{name.lower(): name for name in ("Authorization", "Content-MD5", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate")},
}  # fmt: skip
_BREAKS = re.compile(r"[\x00\r\n]")


def trace_of(sent: str | None, now: float) -> str:
    """The trace header that goes on: what the client sent, when it names a root, else a new root. now: virtual time in seconds since 1970."""
    return sent if sent and "Root=" in sent else f"Root={new_root(now)}"


def received(headers: tuple[tuple[str, str], ...], exchange_trace: str, port: str) -> tuple[tuple[str, str], ...]:
    """The headers of a request as the API sees them: those of the connection are gone, those of the way are added."""
    kept = [(name, value) for name, value in headers if name.lower() not in _DROPPED_FROM_REQUEST]
    names = {name.lower() for name, _ in kept}
    forwarded = next((value for name, value in kept if name.lower() == "x-forwarded-for"), None)
    kept = [pair for pair in kept if pair[0].lower() not in ("x-forwarded-for", "x-amzn-trace-id")]
    kept.append(("X-Amzn-Trace-Id", exchange_trace))
    kept.append(("X-Forwarded-For", f"{forwarded}, 127.0.0.1" if forwarded else "127.0.0.1"))
    if "x-forwarded-port" not in names:
        kept.append(("X-Forwarded-Port", port))
    if "x-forwarded-proto" not in names:
        kept.append(("X-Forwarded-Proto", "http"))
    return tuple(kept)


def check(exchange: Exchange, response: HttpResponse) -> None:
    """Refuse an answer of an integration that would be no HTTP: its status, or a header that would begin other headers.

    Raises: ``GatewayFailure``.
    """
    if not 200 <= response.status <= 599:
        found = f"the status {response.status}"
    elif any(_BREAKS.search(name) or _BREAKS.search(value) for name, value in response.headers):
        found = "a header with a line break"
    else:
        return
    kind = exchange.method.integration.type if exchange.method and exchange.method.integration else ""
    raise GatewayFailure(
        "API_CONFIGURATION_ERROR",
        status=502 if kind.endswith("_PROXY") else 500,
        reason=f"Execution failed due to configuration error: the integration answered with {found}",
    )


def settle(exchange: Exchange, response: HttpResponse) -> None:
    """Make the headers of the method's answer of those of the integration: some are API Gateway's own and go by another name."""
    kind = exchange.method.integration.type if exchange.method and exchange.method.integration else ""
    renamed = _RENAMED_FROM_TEMPLATES if kind in ("AWS", "HTTP") else _RENAMED
    headers = [
        (f"x-amzn-Remapped-{renamed[name.lower()]}" if name.lower() in renamed else name, value)
        for name, value in response.headers
        if name.lower() not in ("transfer-encoding", "x-amzn-trace-id")
    ]
    if kind in ("AWS_PROXY", "AWS", "HTTP"):
        headers.insert(0, ("X-Amzn-Trace-Id", exchange.trace))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    response.headers = headers


def finish(exchange: Exchange, response: HttpResponse) -> None:
    """Add what every answer of a REST API carries."""
    response.set_header("x-amzn-RequestId", exchange.request_id)
    response.set_header("x-amz-apigw-id", exchange.extended_request_id)
