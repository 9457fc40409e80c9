"""Tokens of user pools, checked claim by claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from moto.cognitoidp.models import cognitoidp_backends

from helpers.localcloud.gateway.tokens import TokenRefused, verify

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ACCOUNT = "300000000001"


@pytest.fixture
def pool() -> Iterator[Any]:
    yield cognitoidp_backends[ACCOUNT]["us-east-1"].create_user_pool("loja", {})
    cognitoidp_backends.pop(ACCOUNT, None)


def token(pool: Any, header: dict[str, str] | None = None, **changes: Any) -> str:
    claims = {
        "iss": f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}",
        "aud": "app",
        "exp": int(NOW.timestamp()) + 60,
        **changes,
    }
    written = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header or {"alg": "RS256"}, written, pool.json_web_key)


def check(pool: Any, written: str, account: str = ACCOUNT, issuer: str | None = None) -> Any:
    return verify(
        account, written, issuer or f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}", ("app", "outro"), NOW
    )


@pytest.mark.parametrize("changes", [{}, {"aud": None, "client_id": "app"}, {"aud": ["x", "outro"]}, {"nbf": 1}])
def test_a_good_token_gives_its_claims(pool: Any, changes: dict[str, Any]) -> None:
    assert check(pool, token(pool, **changes))["exp"] == int(NOW.timestamp()) + 60


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"exp": int(NOW.timestamp())}, "expired"),
        ({"exp": None}, "expired"),
        ({"nbf": int(NOW.timestamp()) + 60}, "not valid yet"),
        ({"iat": int(NOW.timestamp()) + 60}, "not valid yet"),
        ({"aud": "x"}, "audience"),
        ({"aud": "x", "client_id": "app"}, "audience"),
        ({"aud": None}, "audience"),
        ({"iss": "https://example.com"}, "issuer"),
    ],
)
def test_a_claim_that_does_not_hold_refuses_the_token(pool: Any, changes: dict[str, Any], word: str) -> None:
    with pytest.raises(TokenRefused, match=word):
        check(pool, token(pool, **changes))


def test_another_algorithm_is_refused(pool: Any) -> None:
    with pytest.raises(TokenRefused, match="verified"):
        check(pool, "eyJhbGciOiJub25lIn0.e30.")


@pytest.mark.parametrize("issuer", ["https://example.com/us-east-1_x", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x"])  # fmt: skip
def test_an_issuer_that_is_no_pool_of_the_account_is_not_known(pool: Any, issuer: str) -> None:
    with pytest.raises(TokenRefused, match="issuer"):
        check(pool, token(pool), issuer=issuer)


def test_a_pool_of_another_account_is_not_known(pool: Any) -> None:
    with pytest.raises(TokenRefused, match="issuer"):
        check(pool, token(pool), account="300000000002")
