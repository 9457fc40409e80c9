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

from helpers.localcloud.gateway.authorizers.pools import claim_text
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
    cloud.advance(7200)
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


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("exp", 1714569022, "Wed May 01 13:10:22 UTC 2024"),
        ("iat", 1714565422, "Wed May 01 12:10:22 UTC 2024"),
        ("auth_time", 1714565422, "1714565422"),
        ("email_verified", True, "true"),
        ("cognito:groups", ["staff", "gold"], "staff,gold"),
        ("address", {"city": "Recife"}, '{"city":"Recife"}'),
        ("sub", "ana", "ana"),
    ],
)
def test_claims_are_written_as_aws_writes_them(name: str, value: Any, text: str) -> None:
    assert claim_text(name, value) == text


def behind_jwt(api: Guarded, configuration: dict[str, Any]) -> None:
    authorizer = api.client.create_authorizer(
        restApiId=api.id,
        name="jwt",
        type="JWT",
        identitySource="method.request.header.Authorization",
        jwtConfiguration={"defaultAlgorithms": ["RS256"], **configuration},
    )["id"]
    api.route("/me", authorizer, "JWT")
    api.deploy()


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ({"claimName": "email", "required": True}, 200),
        ({"claimName": "email", "expectedValues": ["ana@example.com", "eve@example.com"]}, 200),
        ({"claimName": "email", "expectedValues": ["eve@example.com"]}, 401),
        ({"claimName": "team", "expectedValues": ["red"]}, 200),
        ({"claimName": "team", "required": True}, 401),
    ],
)
def test_a_jwt_authorizer_holds_tokens_to_its_further_claims(
    guarded: Guarded, pool: Pool, rule: dict[str, Any], status: int
) -> None:
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    behind_jwt(
        guarded,
        {
            "issuers": [
                {
                    "issuer": issuer,
                    "audiences": [pool.client],
                    "additionalClaims": [{"format": "SINGLE_STRING", "required": False, **rule}],
                }
            ]
        },
    )
    assert me(guarded, pool.login()["IdToken"]).status_code == status


@pytest.mark.parametrize(("audience", "algorithm", "status"), [("", "RS256", 200), ("another", "RS256", 401), ("", "ES256", 401)])  # fmt: skip
def test_a_jwt_authorizer_takes_tokens_for_its_audience_and_of_its_algorithms(
    guarded: Guarded, pool: Pool, audience: str, algorithm: str, status: int
) -> None:
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    issuers = [{"issuer": issuer, "audiences": [audience or pool.client]}]
    behind_jwt(guarded, {"issuers": issuers, "defaultAlgorithms": [algorithm]})
    assert me(guarded, pool.login()["IdToken"]).status_code == status


def test_an_issuer_on_another_host_is_refused_by_name(guarded: Guarded, pool: Pool) -> None:
    behind_jwt(guarded, {"issuers": [{"issuer": "https://login.example.com", "audiences": ["shop"]}]})
    answer = me(guarded, pool.login()["IdToken"])
    assert answer.status_code == 500
    assert "OIDC discovery" in answer.json()["message"]
    assert answer.headers["x-amzn-errortype"] == "AuthorizerConfigurationException"
