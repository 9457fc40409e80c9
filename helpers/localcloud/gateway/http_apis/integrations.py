"""What stands behind a route: a function, an HTTP endpoint on this computer, a queue or an event bus.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlsplit

from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse
from helpers.localcloud.gateway.fetching import HOP, Elsewhere, Unreachable, fetch
from helpers.localcloud.gateway.http_apis import answers, services
from helpers.localcloud.gateway.http_apis.call import Call, Refusal, broken
from helpers.localcloud.gateway.http_apis.events import http_headers, request_event
from helpers.localcloud.gateway.http_apis.parameters import evaluate, map_request, map_response
from helpers.localcloud.gateway.http_apis.rules_integrations import function_of
from helpers.localcloud.gateway.http_apis.store import Document
from helpers.localcloud.gateway.invoking import NotAllowed, invoke
from helpers.localcloud.gateway.uris import with_stage_variables

TEXT_TYPE = "text/plain; charset=utf-8"


def perform(call: Call, endpoint_url: str) -> HttpResponse:
    """The integration's response, with its parameters mapped. endpoint_url: of this server, for other services.

    Raises: ``Refusal``.
    """
    integration = call.snapshot.integrations.get(call.route.get("target", "").partition("/")[2])
    if integration is None:
        raise broken("No integration is attached to the route")
    began = time.monotonic()
    try:
        if integration.get("integrationSubtype"):
            given = {
                name: evaluate(call, value, None)
                for name, value in (integration.get("requestParameters") or {}).items()
            }
            return services.perform(call, integration["integrationSubtype"], given, endpoint_url)
        request = map_request(call, integration.get("requestParameters") or {})
        seconds = integration["timeoutInMillis"] / 1000
        one = _function if integration["integrationType"] == "AWS_PROXY" else _endpoint
        response = one(call, integration, request, seconds)
    except TimeoutError:
        raise Refusal(503, "Service Unavailable", "Integration timed out") from None
    finally:
        milliseconds = str(round((time.monotonic() - began) * 1000))
        call.facts["integrationLatency"] = call.facts["integration.latency"] = milliseconds
    return map_response(call, integration.get("responseParameters") or {}, response)


def _function(call: Call, integration: Document, request: HttpRequest, seconds: float) -> HttpResponse:
    function = function_of(with_stage_variables(integration["integrationUri"], call.stage["stageVariables"]))
    if function is None:
        raise broken("Invalid function ARN: a stage variable in it has no value")
    version = integration["payloadFormatVersion"]
    event = request_event(call, request, version)
    if request.path != call.request.path:
        event["rawPath" if version == "2.0" else "path"] = request.path
    try:
        outcome = invoke(
            call.api.account,
            call.api.region,
            function,
            json.dumps(event).encode(),
            source_arn=call.permission_arn,
            trace=call.trace,
            seconds=seconds,
        )
    except NotAllowed as refused:
        raise broken(str(refused)) from None
    except LambdaError as error:
        status = error.code if isinstance(error.code, int) else 500
        _note(call, status)
        raise Refusal(503 if status == 429 else 500, "Service Unavailable" if status == 429 else "Internal Server Error", error.message) from None  # fmt: skip
    call.facts["integration.requestId"] = call.facts["integrationRequestId"] = outcome.request_id
    if outcome.function_error:
        _note(call, 200)
        raise broken(f"The Lambda function returned the following error: {_error_of(outcome.payload)}. Check your Lambda function code and try again.")  # fmt: skip
    try:
        response = answers.read(outcome.payload, version, TEXT_TYPE)
    except answers.Malformed as wrong:
        _note(call, 200)
        raise broken(f"The response from the Lambda function doesn't match the format that API Gateway expects: {wrong}") from None  # fmt: skip
    _note(call, 200, response.status)
    return response


def _endpoint(call: Call, integration: Document, request: HttpRequest, seconds: float) -> HttpResponse:
    address = with_stage_variables(integration["integrationUri"], call.stage["stageVariables"])
    for name, value in call.path_parameters.items():
        address = address.replace(f"{{{name}}}", quote(value, safe="/"))
    if request.path != call.request.path:
        parts = urlsplit(address)
        address = f"{parts.scheme}://{parts.netloc}/{request.raw_path.lstrip('/')}"
    query = f"{'&' if '?' in address else '?'}{request.raw_query}" if request.raw_query else ""
    sent = {name: value for name, value in http_headers(request, call.trace) if name.lower() not in HOP}
    method = integration["integrationMethod"]
    verb = request.method if method == "ANY" else method
    try:
        answer = fetch(verb, address + query, headers=sent, body=request.body, seconds=seconds)
    except Elsewhere as refusal:
        raise broken(str(refusal)) from None
    except Unreachable:
        _note(call, 500)
        raise Refusal(503, "Service Unavailable", "The endpoint could not be reached") from None
    _note(call, answer.status, answer.status)
    return HttpResponse(answer.status, [(name.lower(), value) for name, value in answer.headers], answer.body)


def _note(call: Call, service: int, integration: int | None = None) -> None:
    call.facts["integrationStatus"] = call.facts["integration.integrationStatus"] = str(service)
    if integration is not None:
        call.facts["integration.status"] = str(integration)


def _error_of(payload: bytes) -> str:
    try:
        found: Any = json.loads(payload)
        return str(found.get("errorMessage") or found.get("errorType"))
    except (ValueError, AttributeError):
        return "Unhandled"
