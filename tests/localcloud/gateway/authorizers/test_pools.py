"""Tokens of Cognito user pools: which ones a method takes, and what it knows from them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import CloudProcess
from tests.localcloud.gateway.authorizers.conftest import Guarded

PASSWORD = "Correct-Horse-1"


class Pool:
    """A user pool with one customer."""

    def __init__(self, cognito: Any, name: str = "loja") -> None:
        self._cognito = cognito
        pool = cognito.create_user_pool(PoolName=name)["UserPool"]
        self.id, self.arn = pool["Id"], pool["Arn"]
        client = cognito.create_user_pool_client(
            UserPoolId=self.id, ClientName="shop", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        self.client: str = client["UserPoolClient"]["ClientId"]
        user = {"UserPoolId": self.id, "Username": "ana@example.com"}
        cognito.admin_create_user(**user, UserAttributes=[{"Name": "email", "Value": "ana@example.com"}])
        cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)

    def login(self) -> dict[str, str]:
        answer = self._cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ana@example.com", "PASSWORD": PASSWORD},
        )
        return dict(answer["AuthenticationResult"])


@pytest.fixture
def pool(client: Callable[[str], Any]) -> Pool:
    return Pool(client("cognito-idp"))


@pytest.fixture
def members(guarded: Guarded, pool: Pool) -> Guarded:
    """``GET /me`` behind the pool."""
    authorizer = guarded.client.create_authorizer(
        restApiId=guarded.id,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool.arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    guarded.route("/me", authorizer, "COGNITO_USER_POOLS")
    guarded.deploy()
    return guarded


def me(api: Guarded, token: str) -> httpx.Response:
    return api.get("/me", headers={"Authorization": token})


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=="))  # type: ignore[no-any-return]


def test_an_id_token_lets_in_and_its_claims_are_known(members: Guarded, pool: Pool) -> None:
    token = pool.login()["IdToken"]
    for sent in (token, f"Bearer {token}"):
        answer = me(members, sent)
        assert (answer.status_code, answer.json()["email"]) == (200, "ana@example.com")


def test_forged_tokens_are_refused(members: Guarded, pool: Pool, client: Callable[[str], Any]) -> None:
    head, payload, signature = pool.login()["IdToken"].split(".")
    claims = decoded(payload)
    none = {"alg": "none", "typ": "JWT"}
    shared = f"{encoded({**decoded(head), 'alg': 'HS256'})}.{encoded({**claims, 'email': 'eve@example.com'})}"
    public = json.dumps(decoded(head)).encode()
    forged = {
        "changed payload": f"{head}.{encoded({**claims, 'email': 'eve@example.com'})}.{signature}",
        "no signature": f"{head}.{payload}.",
        "alg none": f"{encoded(none)}.{payload}.",
        "alg none, signed": f"{encoded(none)}.{payload}.{signature}",
        "HS256": f"{shared}.{base64.urlsafe_b64encode(hmac.new(public, shared.encode(), hashlib.sha256).digest()).decode()}",
        "another pool": Pool(client("cognito-idp"), "other").login()["IdToken"],
        "access token": pool.login()["AccessToken"],
        "nonsense": "a.b.c",
        "empty parts": "..",
        "no token": "hello",
    }
    seen = {name: me(members, token) for name, token in forged.items()}
    assert {name: answer.status_code for name, answer in seen.items()} == dict.fromkeys(forged, 401)
    assert {answer.json()["message"] for answer in seen.values()} == {"Unauthorized"}


def test_a_token_grows_old_by_the_virtual_clock(members: Guarded, pool: Pool, cloud: CloudProcess) -> None:
    token = pool.login()["IdToken"]
    assert me(members, token).status_code == 200
    httpx.post(f"{cloud.endpoint_url}/_localcloud/clock/advance", json={"seconds": 7200}).raise_for_status()
    old = me(members, token)
    assert (old.status_code, old.json()) == (401, {"message": "The incoming token has expired"})
    assert me(members, pool.login()["IdToken"]).status_code == 200


def test_a_method_with_scopes_wants_an_access_token_that_has_one(guarded: Guarded, pool: Pool) -> None:
    authorizer = guarded.client.create_authorizer(
        restApiId=guarded.id, name="pool", type="COGNITO_USER_POOLS", providerARNs=[pool.arn],
        identitySource="method.request.header.Authorization")["id"]  # fmt: skip
    guarded.route("/me", authorizer, "COGNITO_USER_POOLS", authorizationScopes=["aws.cognito.signin.user.admin"])
    guarded.route("/other", authorizer, "COGNITO_USER_POOLS", authorizationScopes=["loja/staff"])
    guarded.deploy()
    tokens = pool.login()
    assert me(guarded, tokens["IdToken"]).status_code == 401
    scope = decoded(tokens["AccessToken"].split(".")[1]).get("scope", "")
    wanted = 200 if "aws.cognito.signin.user.admin" in scope else 401
    assert me(guarded, tokens["AccessToken"]).status_code == wanted
    assert guarded.get("/other", headers={"Authorization": tokens["AccessToken"]}).status_code == 401


def test_another_account_s_pool_does_not_open_this_api(members: Guarded, cloud: CloudProcess) -> None:
    stranger = Pool(cloud.client("cognito-idp", "299999999999"))
    assert me(members, stranger.login()["IdToken"]).status_code == 401
