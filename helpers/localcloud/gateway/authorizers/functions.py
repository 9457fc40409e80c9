"""Lambda authorizers: a function gets the token or the request, and answers with a policy.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import regex

from helpers.localcloud import policies
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.gateway import segments
from helpers.localcloud.gateway.authorizers.decisions import Decision, Decisions
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations import proxies
from helpers.localcloud.gateway.integrations.functions import invocation_of
from helpers.localcloud.gateway.invoking import NotAllowed, invoke
from helpers.localcloud.gateway.parameters import value_of
from helpers.localcloud.gateway.snapshot import Authorizer
from helpers.localcloud.gateway.uris import read_invocation, with_stage_variables

LONGEST_SECONDS = 29.0
PATTERN_SECONDS = 0.5


class Denied(GatewayFailure):
    """The authorizer's policy does not let the caller in; AWS writes this answer with a capital letter."""

    template = '{"Message":$context.error.messageString}'


class FunctionAuthorizers:
    """Asks the functions of ``TOKEN`` and ``REQUEST`` authorizers, or remembers what they said."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    def authorize(self, exchange: Exchange, authorizer: Authorizer) -> None:
        """Let a request through whose caller the authorizer's policy allows this method.

        Raises: ``GatewayFailure``.
        """
        identity = _identity(exchange, authorizer)
        api = exchange.api
        key = api.account, api.id, exchange.stage.name, authorizer.id, identity
        kept = authorizer.ttl > 0 and bool(identity) and not exchange.test
        decision = self._decisions.find(key) if kept else None
        if decision is None:
            decision = _asked(exchange, authorizer, identity)
            if kept:
                self._decisions.keep(key, decision, authorizer.ttl)
        else:
            exchange.log("Using a decision that this authorizer made before")
        _apply(exchange, decision)


def _identity(exchange: Exchange, authorizer: Authorizer) -> tuple[str, ...]:
    """The values of the identity sources. Raises: ``GatewayFailure`` when one is missing where it may not be."""
    sources = [one.strip() for one in (authorizer.identity_source or "").split(",") if one.strip()]
    if authorizer.type == "TOKEN":
        token = value_of(sources[0] if sources else "method.request.header.Authorization", exchange)
        if not token or not _valid(token, authorizer.identity_validation_expression):
            raise _unauthorized("the token is missing, or does not fit the authorizer's validation expression")
        return (token,)
    values = tuple(value_of(source, exchange) or "" for source in sources)
    if authorizer.ttl > 0 and not all(values):
        raise _unauthorized("an identity source is missing")
    return values


def _valid(token: str, expression: str | None) -> bool:
    if not expression:
        return True
    try:
        return regex.fullmatch(expression, token, timeout=PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError):
        return False


def _asked(exchange: Exchange, authorizer: Authorizer, identity: tuple[str, ...]) -> Decision:
    api = exchange.api
    asked = read_invocation(with_stage_variables(authorizer.uri, exchange.stage.variables))
    if asked is None:
        raise _misconfigured("Invalid Lambda function ARN in the authorizer's URI")
    source_arn = None if authorizer.settings.get("authorizerCredentials") else f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/authorizers/{authorizer.id}"  # fmt: skip
    began = time.monotonic()
    try:
        url = f"https://lambda.{api.region}.amazonaws.com/2015-03-31/functions/{asked.function}/invocations"
        with segments.calling(exchange, "Lambda", url, "POST", invocation_of(asked.function, api.region)) as told:
            outcome = invoke(
                api.account,
                api.region,
                asked.function,
                json.dumps(event_of(exchange, authorizer, identity), ensure_ascii=False).encode(),
                source_arn=source_arn,
                trace=told.trace,
                seconds=LONGEST_SECONDS,
            )
            told.status, told.length = outcome.status, len(outcome.payload)
    except NotAllowed:
        raise _misconfigured("Invalid permissions on Lambda function") from None
    except TimeoutError:
        raise _failed("the authorizer did not answer in time") from None
    except LambdaError as refusal:
        raise _failed(f"the authorizer could not be called: {refusal.message}") from None
    text = outcome.payload.decode("utf-8", "replace")
    exchange.log(f"Authorizer result body before parsing: {text}")
    exchange.authorizer["integrationLatency"] = round((time.monotonic() - began) * 1000)
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if outcome.function_error:
        if isinstance(answer, dict) and answer.get("errorMessage") == "Unauthorized":
            raise _unauthorized("the authorizer raised Unauthorized")
        raise _failed("the authorizer's function failed")
    return decision_of(answer)


def event_of(exchange: Exchange, authorizer: Authorizer, identity: tuple[str, ...]) -> dict[str, Any]:
    """What the authorizer's function gets."""
    if authorizer.type == "TOKEN":
        return {"type": "TOKEN", "authorizationToken": identity[0], "methodArn": exchange.method_arn}
    request = proxies.event_of(exchange)
    context = {name: value for name, value in request["requestContext"].items() if name != "authorizer"}
    names = ("resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables")  # fmt: skip
    known = {name: request[name] if request[name] is not None else {} for name in names}
    return {"type": "REQUEST", "methodArn": exchange.method_arn, **known, "requestContext": context}


def decision_of(answer: Any) -> Decision:
    """The decision that an authorizer's answer states.

    Raises: ``GatewayFailure`` (``AUTHORIZER_CONFIGURATION_ERROR``) for an answer that states none.
    """
    if not isinstance(answer, dict):
        raise _misconfigured("Could not parse policy")
    policy, principal = answer.get("policyDocument"), answer.get("principalId")
    if not isinstance(principal, str | int | float) or isinstance(principal, bool) or principal == "":
        raise _misconfigured("the authorizer's answer has no principalId")
    if not isinstance(policy, dict) or not _statements(policy):
        raise _misconfigured("Could not parse policy")
    context = answer.get("context") or {}
    if not isinstance(context, Mapping) or any(isinstance(value, dict | list) for value in context.values()):
        raise _misconfigured("the context of an authorizer holds text, numbers and booleans only")
    usage_key = answer.get("usageIdentifierKey")
    texts = {str(name): _text(value) for name, value in context.items() if value is not None}
    return Decision(str(principal), policy, texts, usage_key if isinstance(usage_key, str) else None)


def _statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = policy.get("Statement")
    statements = found if isinstance(found, list) else [found]
    good = [
        one
        for one in statements
        if isinstance(one, dict)
        and one.get("Effect") in ("Allow", "Deny")
        and ("Action" in one or "NotAction" in one)
        and ("Resource" in one or "NotResource" in one)
    ]
    return good if len(good) == len(statements) else []


def _apply(exchange: Exchange, decision: Decision) -> None:
    exchange.authorizer_policy = decision.policy
    if decision.usage_key:
        exchange.identity["apiKey"] = decision.usage_key
    document = {"Statement": [{**one, "Principal": "*"} for one in _statements(decision.policy)]}
    context = {"aws:SourceIp": exchange.request.source_ip, "aws:UserAgent": exchange.request.header("user-agent") or ""}
    asked = {"action": "execute-api:Invoke", "resource": exchange.method_arn, "context": context}
    exchange.authorizer.update({**decision.context, "principalId": decision.principal})
    if policies.denies(document, **asked):  # type: ignore[arg-type]
        raise Denied(
            "ACCESS_DENIED",
            "User is not authorized to access this resource with an explicit deny in an identity-based policy",
            reason="The authorizer's policy denies this method",
        )
    if not policies.allows(document, **asked):  # type: ignore[arg-type]
        raise Denied("ACCESS_DENIED", reason="The authorizer's policy does not allow this method")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _unauthorized(reason: str) -> GatewayFailure:
    return GatewayFailure("UNAUTHORIZED", reason=f"Unauthorized request: {reason}")


def _failed(reason: str) -> GatewayFailure:
    return GatewayFailure("AUTHORIZER_FAILURE", reason=f"Execution failed due to an authorizer error: {reason}")


def _misconfigured(reason: str) -> GatewayFailure:
    return GatewayFailure(
        "AUTHORIZER_CONFIGURATION_ERROR", reason=f"Execution failed due to configuration error: {reason}"
    )
