"""Who may take a route: JWT authorizers and Lambda authorizers of HTTP APIs.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.gateway.http_apis.call import Call, Refusal, broken
from helpers.localcloud.gateway.http_apis.events import authorizer_event
from helpers.localcloud.gateway.http_apis.parameters import evaluate
from helpers.localcloud.gateway.http_apis.rules_integrations import function_of
from helpers.localcloud.gateway.http_apis.store import Document
from helpers.localcloud.gateway.invoking import NotAllowed, invoke
from helpers.localcloud.gateway.tokens import TokenRefused
from helpers.localcloud.policies import allows

LONGEST_SECONDS = 10.0
_MOST_DECISIONS = 10_000
Key = tuple[str, str, str, tuple[str, ...]]


# Checks signature, times, issuer and audience of a token: (account, token, issuer, audience, now) → its claims.
# Raises: ``TokenRefused``.
Verify = Callable[[str, str, str, tuple[str, ...], dt.datetime], Mapping[str, Any]]


class HttpAuthorizers:
    """Decides about requests, and keeps decisions of Lambda authorizers for as long as they say."""

    def __init__(self, clock: VirtualClock, verify: Verify) -> None:
        self._clock = clock
        self._verify = verify
        self._decisions: dict[Key, tuple[dt.datetime, Any]] = {}
        self._lock = threading.Lock()

    def authorize(self, call: Call) -> None:
        """Let a request through, with what is known of the caller in ``call.authorizer``.

        Raises: ``Refusal``.
        """
        if call.route.get("authorizationType", "NONE") == "NONE":
            return
        authorizer = call.snapshot.authorizers.get(call.route.get("authorizerId", ""))
        if authorizer is None:
            raise broken("The authorizer of the route does not exist")
        try:
            if authorizer["authorizerType"] == "JWT":
                self._by_token(call, authorizer)
            else:
                self._by_function(call, authorizer)
        except Refusal as refusal:
            call.facts["authorizer.error"] = refusal.reason
            raise

    def reset(self, api_id: str, stage: str) -> None:
        """Forget the decisions that were made for a stage."""
        self._drop(lambda key: key[:2] == (api_id, stage))

    def forget(self, api_ids: set[str]) -> None:
        """Forget the decisions that were made for APIs that are gone."""
        self._drop(lambda key: key[0] in api_ids)

    def _drop(self, concerned: Callable[[Key], bool]) -> None:
        with self._lock:
            for key in [key for key in self._decisions if concerned(key)]:
                del self._decisions[key]

    def _by_token(self, call: Call, authorizer: Document) -> None:
        sent = evaluate(call, authorizer["identitySource"][0], None)
        if not sent:
            raise _unauthorized("Bearer", "no token")
        scheme, _, rest = sent.partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else sent
        settings = authorizer["jwtConfiguration"]
        try:
            claims = self._verify(
                call.api.account, token, settings["issuer"], tuple(settings["audience"]), call.received
            )
        except TokenRefused as refused:
            challenge = f'Bearer scope="" error="invalid_token" error_description="{refused}"'
            raise _unauthorized(challenge, str(refused)) from None
        wanted = call.route.get("authorizationScopes") or []
        granted = _words(claims.get("scope")) or _words(claims.get("scp"))
        if wanted and not set(wanted) & set(granted):
            challenge = f'Bearer scope="{" ".join(wanted)}" error="insufficient_scope" error_description="the token does not have one of the required scopes"'  # fmt: skip
            raise Refusal(403, "Forbidden", "insufficient_scope", headers=(("www-authenticate", challenge),))
        call.authorizer = {
            "jwt": {
                "claims": {name: _claim(value) for name, value in claims.items()},
                "scopes": [one for one in granted if one in wanted] if wanted else None,
            }
        }

    def _by_function(self, call: Call, authorizer: Document) -> None:
        sources = authorizer.get("identitySource") or []
        identity = [evaluate(call, source, None) or "" for source in sources]
        if not all(identity):
            raise _unauthorized(None, "an identity source is missing")
        key = call.api.id, call.stage_name, authorizer["authorizerId"], tuple(identity)
        decision = self._kept(key)
        if decision is None:
            decision = self._ask(call, authorizer, identity)
            self._keep(key, decision, int(authorizer.get("authorizerResultTtlInSeconds") or 0))
        allowed, context = _verdict(call, decision, bool(authorizer.get("enableSimpleResponses")))
        if not allowed:
            raise Refusal(403, "Forbidden", "the authorizer denied the request")
        call.authorizer = {"lambda": context}

    def _kept(self, key: Key) -> Any:
        with self._lock:
            until, decision = self._decisions.get(key, (None, None))
        return decision if until is not None and until > self._clock.now() else None

    def _keep(self, key: Key, decision: Any, seconds: int) -> None:
        if not seconds:
            return
        with self._lock:
            if len(self._decisions) >= _MOST_DECISIONS:
                self._decisions.pop(next(iter(self._decisions)))
            self._decisions[key] = self._clock.now() + dt.timedelta(seconds=seconds), decision

    def _ask(self, call: Call, authorizer: Document, identity: list[str]) -> Any:
        function = function_of(authorizer["authorizerUri"]) or ""
        event = authorizer_event(call, authorizer["authorizerPayloadFormatVersion"], identity)
        source = f"arn:aws:execute-api:{call.api.region}:{call.api.account}:{call.api.id}/authorizers/{authorizer['authorizerId']}"
        try:
            outcome = invoke(
                call.api.account,
                call.api.region,
                function,
                json.dumps(event).encode(),
                source_arn=source,
                trace=call.trace,
                seconds=LONGEST_SECONDS,
            )
        except TimeoutError:
            raise broken("The authorizer took longer than 10 seconds") from None
        except NotAllowed as refused:
            raise broken(str(refused)) from None
        except LambdaError as error:
            raise broken(error.message) from None
        try:
            decision = json.loads(outcome.payload)
        except ValueError:
            decision = None
        if outcome.function_error == "Unhandled" and isinstance(decision, dict) and decision.get("errorMessage") == "Unauthorized":  # fmt: skip
            raise _unauthorized(None, "the authorizer raised Unauthorized")
        if outcome.function_error or not isinstance(decision, dict):
            raise broken("The authorizer function failed")
        return decision


def _verdict(call: Call, decision: dict[str, Any], simple: bool) -> tuple[bool, dict[str, Any]]:
    context = decision.get("context") or {}
    if not isinstance(context, dict):
        raise broken("The authorizer's context is no object")
    if simple:
        if not isinstance(decision.get("isAuthorized"), bool):
            raise broken("The authorizer did not answer with isAuthorized")
        return decision["isAuthorized"], context
    policy = decision.get("policyDocument")
    principal = decision.get("principalId")
    if not isinstance(policy, dict) or not isinstance(principal, str) or not principal:
        raise broken("The authorizer did not answer with principalId and policyDocument")
    statements = policy.get("Statement")
    statements = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(one, dict) for one in statements):
        raise broken("The authorizer's policy has no statements")
    document = {"Statement": [{**one, "Principal": "*"} for one in statements]}
    allowed = allows(document, action="execute-api:Invoke", resource=call.route_arn)
    return allowed, {**context, "principalId": principal} if _asks_for_1(call) else context


def _asks_for_1(call: Call) -> bool:
    integration = call.snapshot.integrations.get(call.route.get("target", "").partition("/")[2], {})
    return integration.get("payloadFormatVersion") == "1.0"


def _unauthorized(challenge: str | None, reason: str) -> Refusal:
    headers = (("www-authenticate", challenge),) if challenge else ()
    return Refusal(401, "Unauthorized", reason, headers=headers)


def _words(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []


def _claim(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(str(one) for one in value)}]"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
