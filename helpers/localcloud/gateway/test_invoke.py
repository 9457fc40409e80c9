"""``TestInvokeMethod`` and ``TestInvokeAuthorizer``: try a method or an authorizer of the API as it is now, deployed or not.

A tried method asks no authorizer, no key and no throttle, as on AWS; its log says each step.
Source: https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html and
https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from moto.apigateway.models import RestAPI

from helpers.localcloud.gateway import plane, response_headers
from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.routing import Router
from helpers.localcloud.gateway.snapshot import Authorizer, Method, StageSettings, snapshot_of

STAGE = "test-invoke-stage"
_SOURCE_IP = "test-invoke-source-ip"


def test_invoke_method(
    api: RestAPI,
    resource_id: str,
    http_method: str,
    *,
    path_with_query: str,
    body: str,
    headers: Mapping[str, str] | None,
    multi_value_headers: Mapping[str, Sequence[str]] | None,
    stage_variables: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Run one method of an API that need not be deployed, and return what ``TestInvokeMethod`` answers.

    path_with_query: such as ``/orders/1?full=true``; the path of the resource when it is empty. A path that does not fit the resource has
    no path parameters.

    Raises: ``LookupError`` when the API has no such method.
    """
    snapshot = snapshot_of(api)
    verbs = {one.http_method: one for one in snapshot.methods if one.resource_id == resource_id}
    method = verbs.get(http_method) or verbs["ANY"]
    verb = "GET" if http_method == "ANY" else http_method
    request = _request(verb, path_with_query or method.resource_path, body, headers, multi_value_headers)
    exchange = _exchange(api, request, stage_variables, method)
    response = plane().rest_apis.run(exchange, plane().rest_apis.execute)
    return {
        "status": response.status,
        "body": response.body.decode("utf-8", "replace"),
        "headers": dict(response.headers),
        "multiValueHeaders": _several(response),
        "log": _log(exchange),
        "latency": _latency(exchange),
    }


def test_invoke_authorizer(
    api: RestAPI,
    authorizer_id: str,
    *,
    path_with_query: str,
    body: str,
    headers: Mapping[str, str] | None,
    multi_value_headers: Mapping[str, Sequence[str]] | None,
    stage_variables: Mapping[str, str] | None,
    additional_context: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Run one authorizer of an API, and return what ``TestInvokeAuthorizer`` answers.

    Raises: ``LookupError`` when the API has no such authorizer.
    """
    authorizer = snapshot_of(api).authorizers[authorizer_id]
    request = _request("GET", path_with_query or "/", body, headers, multi_value_headers)
    exchange = _exchange(api, request, stage_variables, _guarded(authorizer))
    exchange.identity.update(additional_context or {})

    def authorize(one: Exchange) -> HttpResponse:
        try:
            plane().authorizers.authorize(one)
        except GatewayFailure as failure:
            if failure.name != "ACCESS_DENIED" or one.authorizer_policy is None:
                raise
        return HttpResponse(200)  # a trial shows the decision, whatever it is

    response = plane().rest_apis.run(exchange, authorize)
    known = exchange.authorizer
    answer: dict[str, Any] = {
        "clientStatus": response.status,
        "log": _log(exchange),
        "latency": _latency(exchange),
    }
    if response.status == 200 and "claims" in known:
        answer["claims"] = {name: str(value) for name, value in known["claims"].items()}
    elif response.status == 200:
        answer["principalId"] = str(known.get("principalId", ""))
        answer["authorization"] = {
            name: [str(value)] for name, value in known.items() if name not in ("principalId", "integrationLatency")
        }
    if exchange.authorizer_policy is not None:
        answer["policy"] = json.dumps(exchange.authorizer_policy)
    return answer


def _request(
    verb: str,
    path_with_query: str,
    body: str,
    headers: Mapping[str, str] | None,
    multi_value_headers: Mapping[str, Sequence[str]] | None,
) -> HttpRequest:
    path, _, query = path_with_query.partition("?")
    several = {name.lower() for name in multi_value_headers or {}}
    pairs = [(name, value) for name, value in (headers or {}).items() if name.lower() not in several]
    pairs += [(name, value) for name, values in (multi_value_headers or {}).items() for value in values]
    return HttpRequest(
        method=verb,
        path=unquote(path),
        headers=tuple(pairs),
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        body=body.encode(),
        raw_path=path,
        raw_query=query,
        host="testPrefix.testDomainName",
        source_ip=_SOURCE_IP,
    )


def _exchange(
    api: RestAPI, request: HttpRequest, stage_variables: Mapping[str, str] | None, method: Method
) -> Exchange:
    stage = StageSettings(STAGE, deployment_id="", variables=dict(stage_variables or {}))
    found = Router([method]).route(request.method, request.raw_path)
    now = plane().clock.now()
    return Exchange(
        snapshot_of(api),
        stage,
        request,
        now,
        trace=response_headers.trace_of(request.header("x-amzn-trace-id"), now.timestamp()),
        method=method,
        path_parameters=found[1] if found else {},
        test=True,
    )


def _guarded(authorizer: Authorizer) -> Method:
    kind = "COGNITO_USER_POOLS" if authorizer.type == "COGNITO_USER_POOLS" else "CUSTOM"
    return Method("GET", "", "/", authorization_type=kind, authorizer_id=authorizer.id)


def _several(response: HttpResponse) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in response.headers:
        values.setdefault(name, []).append(value)
    return values


def _latency(exchange: Exchange) -> int:
    return int((time.monotonic() - exchange.began) * 1000)


def _log(exchange: Exchange) -> str:
    moment = f"{exchange.received:%a %b %d %H:%M:%S UTC %Y}"
    lines = [f"Execution log for request {exchange.request_id}"]
    return "\n".join(lines + [f"{moment} : {line}" for line in exchange.logged]) + "\n"
