"""Tokens of this server's Cognito user pools: whether one is good, and what it says.

Only RS256 and the key of the pool itself are taken; what the token says about its own key or algorithm is not believed.
Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from moto.cognitoidp.models import cognitoidp_backends


class TokenRefused(Exception):
    """A token is not good; the message says why, in the words of ``www-authenticate``."""


class TokenExpired(TokenRefused):
    """A token was good, and is too old."""


def verify(account: str, token: str, issuer: str, audience: tuple[str, ...], now: dt.datetime) -> Mapping[str, Any]:
    """The claims of a good token for an audience. audience: one of them is in ``aud`` or ``client_id``.

    Raises: ``TokenRefused``.
    """
    claims = claims_of(account, token, issuer, now)
    if not set(named_in(claims)) & set(audience):
        raise TokenRefused("the token does not have a valid audience")
    return claims


def claims_of(account: str, token: str, issuer: str, now: dt.datetime) -> Mapping[str, Any]:
    """The claims of a token that the user pool behind ``issuer`` signed and that is not too old. account: whose pool it is.

    Raises: ``TokenRefused``.
    """
    key = _key_of(account, issuer)
    if key is None:
        raise TokenRefused("the issuer is not known")
    try:
        claims: dict[str, Any] = dict(jwt.decode(token, key, algorithms=["RS256"]).claims)
    except (JoseError, ValueError, TypeError, KeyError):
        raise TokenRefused("the token could not be verified") from None
    if claims.get("iss") != issuer.rstrip("/"):
        raise TokenRefused("the token does not have a valid issuer")
    moment = now.timestamp()
    if not isinstance(claims.get("exp"), int | float) or claims["exp"] <= moment:
        raise TokenExpired("the token has expired")
    # A token is made by the real clock's second, so it may be a moment ahead.
    if any(isinstance(claims.get(name), int | float) and claims[name] > moment + 1 for name in ("nbf", "iat")):
        raise TokenRefused("the token is not valid yet")
    return claims


def named_in(claims: Mapping[str, Any]) -> list[Any]:
    """For whom a token was made: ``aud``, or ``client_id`` of an access token."""
    named = claims.get("aud", claims.get("client_id"))
    return named if isinstance(named, list) else [named]


def issuer_of(region: str, pool_id: str) -> str:
    """The issuer of a user pool's tokens."""
    return f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"


def _key_of(account: str, issuer: str) -> RSAKey | None:
    pool_id = issuer.rstrip("/").rpartition("/")[2]
    region = pool_id.partition("_")[0]
    if issuer.rstrip("/") != issuer_of(region, pool_id):
        return None
    pools = cognitoidp_backends[account]
    pool = pools[region].user_pools.get(pool_id) if region in pools else None
    return pool.json_web_key if pool else None
