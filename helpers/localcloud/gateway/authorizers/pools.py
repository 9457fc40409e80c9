"""Tokens that a Cognito user pool of this server signed: ``COGNITO_USER_POOLS`` and ``JWT`` authorizers of REST APIs.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
https://aws.amazon.com/blogs/compute/securing-rest-apis-with-jwt-authorizers-in-amazon-api-gateway/
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import regex

from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.parameters import value_of
from helpers.localcloud.gateway.snapshot import Authorizer
from helpers.localcloud.gateway.tokens import TokenExpired, TokenRefused, claims_of, issuer_of, named_in

PATTERN_SECONDS = 0.5


def authorize_token(exchange: Exchange, authorizer: Authorizer) -> None:
    """Let a request through whose token is good, with its claims in ``exchange.authorizer``.

    Raises: ``GatewayFailure``.
    """
    source = (authorizer.identity_source or "method.request.header.Authorization").split(",")[0].strip()
    sent = value_of(source, exchange)
    if not sent:
        raise _unauthorized("there is no token")
    expression = authorizer.identity_validation_expression
    token = sent[7:].strip() if sent[:7].lower() == "bearer " else sent.strip()
    wanted = exchange.method.authorization_scopes if exchange.method else ()
    try:
        if authorizer.type == "JWT":
            claims = _by_issuer(exchange, authorizer, token)
        else:
            claims = _by_pool(exchange, authorizer, token, bool(wanted))
        if expression and not regex.fullmatch(expression, str(named_in(claims)[0]), timeout=PATTERN_SECONDS):
            raise _unauthorized("the token's audience does not fit the authorizer's validation expression")
    except TokenExpired:
        raise GatewayFailure(
            "UNAUTHORIZED", "The incoming token has expired", reason="Unauthorized request: the token has expired"
        ) from None
    except (TokenRefused, TimeoutError, regex.error) as refusal:
        raise _unauthorized(str(refusal)) from None
    granted = str(claims.get("scope") or "").split()
    if wanted and not set(wanted) & set(granted):
        raise _without_scope(authorizer)
    exchange.authorizer["claims"] = {name: claim_text(name, value) for name, value in claims.items()}
    if authorizer.type == "JWT":
        exchange.authorizer["principalId"] = str(claims.get("sub", ""))


def _by_pool(exchange: Exchange, authorizer: Authorizer, token: str, scoped: bool) -> Mapping[str, Any]:
    """The claims of a token of one of the pools: the access token where the method asks for scopes, else the ID token."""
    refusal: TokenRefused = TokenRefused("the authorizer names no user pool")
    for arn in authorizer.provider_arns:
        _, _, service, region, account, name = (arn.split(":", 5) + [""] * 6)[:6]
        if service != "cognito-idp":
            continue
        issuer = issuer_of(region, name.removeprefix("userpool/"))
        try:
            claims = claims_of(account, token, issuer, exchange.received)
        except TokenExpired:
            raise
        except TokenRefused as problem:
            refusal = problem
            continue
        if claims.get("token_use") != ("access" if scoped else "id"):
            raise TokenRefused("this method asks for an access token" if scoped else "this method asks for an ID token")
        return claims
    raise refusal


def _by_issuer(exchange: Exchange, authorizer: Authorizer, token: str) -> Mapping[str, Any]:
    """The claims of a token of one of the issuers, for one of its audiences, with the further claims that it asks for.

    Raises: ``TokenRefused``; ``GatewayFailure`` when it comes to an issuer whose keys are not on this server.
    """
    configuration = authorizer.settings.get("jwtConfiguration") or {}
    if "RS256" not in (configuration.get("defaultAlgorithms") or ["RS256"]):
        raise TokenRefused("the authorizer does not take RS256, which user pools sign with")
    refusal: TokenRefused = TokenRefused("the authorizer names no issuer")
    for one in configuration.get("issuers") or [configuration]:
        issuer = str(one.get("issuer") or "").rstrip("/")
        _check_here(issuer)
        audiences = one.get("audiences") or one.get("audience") or configuration.get("audience") or []
        try:
            claims = claims_of(exchange.api.account, token, issuer, exchange.received)
        except TokenExpired:
            raise
        except TokenRefused as problem:
            refusal = problem
            continue
        if audiences and not set(named_in(claims)) & set(audiences):
            raise TokenRefused("the token does not have a valid audience")
        _check_additional(claims, one.get("additionalClaims") or [])
        return claims
    raise refusal


def _check_here(issuer: str) -> None:
    pool_id = issuer.rpartition("/")[2]
    if issuer != issuer_of(pool_id.partition("_")[0], pool_id):
        problem = "JWT issuers other than this account's Cognito user pools (OIDC discovery) are not available in the local cloud"  # fmt: skip
        raise GatewayFailure("AUTHORIZER_CONFIGURATION_ERROR", f"{problem}: {issuer}", reason=problem)


def _check_additional(claims: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> None:
    for rule in rules:
        name = str(rule.get("claimName"))
        value, expected = claims.get(name), rule.get("expectedValues")
        if value is None and rule.get("required"):
            raise TokenRefused(f"the token has no claim {name}")
        if value is not None and expected and value not in expected:
            raise TokenRefused(f"the token does not have a valid {name}")


def claim_text(name: str, value: Any) -> str:
    """A claim as templates and functions see it: ``exp`` and ``iat`` as dates, lists with commas, all else as text."""
    if name in ("exp", "iat") and isinstance(value, int | float):
        return dt.datetime.fromtimestamp(value, dt.UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _unauthorized(reason: str) -> GatewayFailure:
    return GatewayFailure("UNAUTHORIZED", reason=f"Unauthorized request: {reason}")


def _without_scope(authorizer: Authorizer) -> GatewayFailure:
    name = "ACCESS_DENIED" if authorizer.type == "JWT" else "UNAUTHORIZED"
    return GatewayFailure(name, reason="The token has none of the scopes that the method asks for")
