"""``HTTP`` and ``HTTP_PROXY``: an endpoint on this computer answers, mapped or as it is.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import requests

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.requests_to import Outgoing, outgoing, with_stage_variables
from helpers.localcloud.gateway.parameters import request_parameters
from helpers.localcloud.gateway.snapshot import Integration

HERE = ("127.0.0.1", "localhost", "::1")
MOST_ANSWER_BYTES = 10 * 1024 * 1024
# Headers of one connection, which are not passed on.
HOP = frozenset({"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "content-encoding", "host"})  # fmt: skip


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The endpoint's answer.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    proxied = integration.type == "HTTP_PROXY"
    sent = _proxied(exchange) if proxied else outgoing(exchange, integration)
    verb = integration.http_method or "ANY"
    uri = with_stage_variables(integration.uri, exchange)
    for name, value in sent.path.items():
        uri = uri.replace(f"{{{name}}}", quote(",".join(value) if isinstance(value, list) else value, safe="/"))
    answer = fetch(exchange, exchange.request.method if verb == "ANY" else verb, uri, sent, integration.timeout_ms / 1000)  # fmt: skip
    headers = [(name, value) for name, value in answer.raw.headers.items() if name.lower() not in HOP]
    if proxied:
        return HttpResponse(answer.status_code, headers, answer.content)
    return mapped(exchange, integration, str(answer.status_code), answer.content, headers)


def fetch(exchange: Exchange, verb: str, uri: str, sent: Outgoing, seconds: float) -> requests.Response:
    """One request to an endpoint on this computer.

    Raises: ``GatewayFailure`` for another computer or one that does not answer, ``TimeoutError``.
    """
    exchange.log(f"Endpoint request URI: {uri}")
    if urlsplit(uri).hostname not in HERE:
        raise GatewayFailure(
            "INTEGRATION_FAILURE", reason="Execution failed: the local cloud calls endpoints on this computer only"
        )
    exchange.log(f"Sending request to {uri}")
    headers = {name: ",".join(value) if isinstance(value, list) else value for name, value in sent.headers.items()}
    headers.setdefault("User-Agent", f"AmazonAPIGateway_{exchange.api.id}")
    headers["X-Amzn-Trace-Id"] = exchange.trace
    try:
        with requests.Session() as session:
            session.trust_env = False  # neither a proxy nor a .netrc of this computer has a part in the request
            session.headers.clear()
            answer = session.request(
                verb,
                uri,
                headers=headers,
                params=dict(sent.query),
                data=sent.body,
                timeout=seconds,
                allow_redirects=False,
            )
    except requests.Timeout:
        raise TimeoutError from None
    except (requests.RequestException, ValueError) as problem:
        exchange.integration["error"] = "Network error communicating with endpoint"
        raise GatewayFailure(
            "INTEGRATION_FAILURE",
            "Network error communicating with endpoint",
            reason=f"Execution failed due to a network error communicating with endpoint: {type(problem).__name__}",
        ) from None
    if len(answer.content) > MOST_ANSWER_BYTES:
        raise GatewayFailure("INTEGRATION_FAILURE", reason="Execution failed: the answer is larger than 10 MB")
    exchange.integration["status"] = answer.status_code
    exchange.log(f"Received response. Status: {answer.status_code}")
    exchange.log(f"Endpoint response body before transformations: {answer.text}")
    return answer


def _proxied(exchange: Exchange) -> Outgoing:
    request, values = exchange.request, request_parameters(exchange)
    headers: dict[str, str | list[str]] = {}
    for name, several in request.multi_headers.items():
        if name.lower() not in HOP:
            headers[name] = several
    for name, value in values["header"].items():
        headers = {key: one for key, one in headers.items() if key.lower() != name.lower()} | {name: value}
    return Outgoing(request.body, headers, {**request.multi_query, **values["querystring"]}, values["path"])
