"""``AWS`` with a function: the request template makes its event, and its error message chooses the answer.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
"""

from __future__ import annotations

import json
import re

from helpers.localcloud.compute import Kind, Outcome
from helpers.localcloud.compute.errors import InvalidRequestContent, LambdaError
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.requests_to import outgoing, with_stage_variables
from helpers.localcloud.gateway.invoking import NotAllowed, invoke
from helpers.localcloud.gateway.snapshot import Integration

_URI = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]+:lambda:path/[^/]+/functions/(.+)/invocations/?")


def is_function(uri: str) -> bool:
    """Whether the URI of an integration names a function."""
    return _URI.fullmatch(uri) is not None


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The function's answer, mapped.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    sent = outgoing(exchange, integration)
    kind: Kind = "Event" if (sent.header("X-Amz-Invocation-Type") or "").strip("'") == "Event" else "RequestResponse"
    try:
        outcome = call(exchange, integration, sent.body, kind)
    except InvalidRequestContent as refusal:
        raise GatewayFailure("BAD_REQUEST_BODY", refusal.message) from None
    selector = error_message(outcome) if outcome.function_error else ""
    exchange.integration["status"] = outcome.status
    return mapped(exchange, integration, selector, outcome.payload, [("Content-Type", "application/json")])


def call(exchange: Exchange, integration: Integration, payload: bytes, kind: Kind = "RequestResponse") -> Outcome:
    """Invoke the integration's function.

    Raises: ``GatewayFailure`` when it cannot be called, ``TimeoutError``, ``InvalidRequestContent`` for a payload that is no JSON.
    """
    uri = with_stage_variables(integration.uri, exchange)
    found = _URI.fullmatch(uri)
    if found is None:
        raise _broken("Invalid Lambda function ARN or invalid integration URI")
    exchange.log(f"Endpoint request URI: https://lambda.{exchange.api.region}.amazonaws.com/2015-03-31/functions/{found[1]}/invocations")  # fmt: skip
    exchange.log(f"Sending request to https://lambda.{exchange.api.region}.amazonaws.com/2015-03-31/functions/{found[1]}/invocations")  # fmt: skip
    try:
        outcome = invoke(
            exchange.api.account,
            exchange.api.region,
            found[1],
            payload,
            source_arn=None if integration.credentials else permission_arn(exchange),
            trace=exchange.trace,
            seconds=integration.timeout_ms / 1000,
            kind=kind,
        )
    except NotAllowed:
        exchange.integration["status"] = 403
        raise _broken("Invalid permissions on Lambda function") from None
    except InvalidRequestContent:
        exchange.integration["status"] = 400
        raise
    except LambdaError as refusal:
        status = refusal.code if isinstance(refusal.code, int) else 500
        exchange.integration.update(status=status, error=refusal.message)
        raise _broken(f"Lambda invocation failed with status: {status}. {refusal.message}") from None
    exchange.integration["requestId"] = outcome.request_id
    exchange.log(f"Received response. Status: {outcome.status}")
    exchange.log(f"Endpoint response body before transformations: {outcome.payload.decode('utf-8', 'replace')}")
    if outcome.function_error:
        exchange.integration["error"] = error_message(outcome)
        exchange.log(f"Lambda execution failed with status 200 due to customer function error: {error_message(outcome)}. Lambda request id: {outcome.request_id}")  # fmt: skip
    return outcome


def permission_arn(exchange: Exchange) -> str:
    """The API's own name for this method, as a function's policy knows it: with the path of the resource, variables as ``*``."""
    api = exchange.api
    verb = exchange.method.http_method if exchange.method else "*"
    path = re.sub(r"\{[^}]*\}", "*", exchange.resource_path).lstrip("/")
    stage = exchange.stage.name
    return f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/{stage}/{'*' if verb == 'ANY' else verb}/{path}"


def error_message(outcome: Outcome) -> str:
    """The ``errorMessage`` of a function error; the whole answer where it has none."""
    text = outcome.payload.decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except ValueError:
        return text
    message = found.get("errorMessage") if isinstance(found, dict) else None
    return text if message is None else str(message)


def _broken(what: str) -> GatewayFailure:
    return GatewayFailure("API_CONFIGURATION_ERROR", reason=f"Execution failed due to configuration error: {what}")
