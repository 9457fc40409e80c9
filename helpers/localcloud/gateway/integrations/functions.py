"""``AWS`` with a function: the request template makes its event, and its error message chooses the answer.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from helpers.localcloud.compute import Kind, Outcome
from helpers.localcloud.compute.errors import InvalidRequestContent, LambdaError
from helpers.localcloud.gateway import segments
from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.credentials import assume
from helpers.localcloud.gateway.integrations.requests_to import (
    Outgoing,
    broken,
    log_answer,
    log_request,
    outgoing,
)
from helpers.localcloud.gateway.invoking import NotAllowed, invoke
from helpers.localcloud.gateway.snapshot import Integration
from helpers.localcloud.gateway.uris import read_invocation, with_stage_variables

_KINDS: dict[str, Kind] = {"RequestResponse": "RequestResponse", "Event": "Event", "DryRun": "DryRun"}


def is_function(uri: str) -> bool:
    """Whether the URI of an integration names a function."""
    return read_invocation(uri) is not None


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The function's answer, mapped.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    sent = outgoing(exchange, integration)
    try:
        outcome = call(exchange, integration, sent)
    except InvalidRequestContent as refusal:
        raise GatewayFailure("BAD_REQUEST_BODY", refusal.message) from None
    selector = error_message(outcome) if outcome.function_error else ""
    return mapped(exchange, integration, selector, outcome.payload, [("Content-Type", "application/json")])


def call(exchange: Exchange, integration: Integration, sent: Outgoing) -> Outcome:
    """Invoke the integration's function. sent: its headers say how it is invoked, and with which client context.

    Raises: ``GatewayFailure`` when it cannot be called, ``TimeoutError``, ``InvalidRequestContent`` for a payload that is no JSON.
    """
    asked = read_invocation(with_stage_variables(integration.uri, exchange.stage.variables))
    if asked is None:
        raise broken("Invalid Lambda function ARN or invalid integration URI")
    kind = _kind(sent)
    if integration.credentials:
        assume(exchange, integration)
    url = f"https://lambda.{asked.region}.amazonaws.com/2015-03-31/functions/{asked.function}/invocations"
    log_request(exchange, url, sent)
    if (exchange.request.method if integration.http_method == "ANY" else integration.http_method or "POST") != "POST":
        # Lambda knows no other verb: AWS's own words, which name neither.
        exchange.integration["status"] = 403
        exchange.log("Lambda invocation failed with status: 403")
        raise broken("Unable to determine service/operation name to be authorized")
    began = time.monotonic()
    try:
        with segments.calling(exchange, "Lambda", url, "POST", invocation_of(asked.function, asked.region)) as told:
            outcome = invoke(
                exchange.api.account,
                exchange.api.region,
                asked.function,
                sent.body,
                source_arn=None if integration.credentials else permission_arn(exchange),
                trace=told.trace,
                seconds=integration.timeout_ms / 1000,
                kind=kind,
                client_context=sent.header("X-Amz-Client-Context"),
            )
            told.status, told.length = outcome.status, len(outcome.payload)
    except NotAllowed:
        exchange.integration["status"] = 403
        raise broken("Invalid permissions on Lambda function") from None
    except InvalidRequestContent:
        exchange.integration["status"] = 400
        raise
    except LambdaError as refusal:
        status = refusal.code if isinstance(refusal.code, int) else 500
        exchange.integration.update(status=status, error=refusal.message)
        raise broken(f"Lambda invocation failed with status: {status}. {refusal.message}") from None
    exchange.integration["requestId"] = outcome.request_id
    headers = {
        "x-amzn-RequestId": outcome.request_id,
        "X-Amz-Executed-Version": outcome.executed_version,
        "X-Amz-Function-Error": outcome.function_error,
        "X-Amzn-Trace-Id": outcome.trace or exchange.trace,
    }
    given = [(name, value) for name, value in headers.items() if value]
    log_answer(exchange, outcome.status, began, given, outcome.payload)
    if outcome.function_error:
        exchange.integration["error"] = error_message(outcome)
        exchange.log(f"Lambda execution failed with status 200 due to customer function error: {error_message(outcome)}. Lambda request id: {outcome.request_id}")  # fmt: skip
    return outcome


def invocation_of(function: str, region: str) -> dict[str, Any]:
    """What X-Ray is told of the call of a function, which is named as Lambda's API takes it."""
    name = function.split(":")[6] if function.count(":") >= 6 else function.partition(":")[0]
    return {"function_name": name, "region": region, "operation": "Invoke", "resource_names": [name]}


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


def _kind(sent: Outgoing) -> Kind:
    asked = (sent.header("X-Amz-Invocation-Type") or "RequestResponse").strip("'")
    if asked not in _KINDS:
        raise broken(f"{asked} is no invocation type")
    return _KINDS[asked]
