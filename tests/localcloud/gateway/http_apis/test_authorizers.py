"""JWT and Lambda authorizers of HTTP APIs, with real user pools and real functions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.gateway.http_apis.conftest import Apis

DECIDING = """
    import json
    asked = 0
    def handler(event, context):
        global asked
        asked += 1
        token = event['headers'].get('x-token')
        if token == 'erro':
            raise ValueError('quebrou')
        if token == 'forma':
            return {'isAuthorized': 'sim'}
        return {'isAuthorized': token != 'nao', 'context': {'loja': 'recife', 'n': asked, 'event': event}}
"""
POLICY = """
    def handler(event, context):
        token = event['headers'].get('x-token')
        if token == 'anonimo':
            raise Exception('Unauthorized')
        arn = event.get('routeArn') or event['methodArn']
        resource = arn.rsplit('/GET/', 1)[0] + '/GET/a' if token == 'a' else arn
        effect = 'Deny' if token == 'nao' else 'Allow'
        return {'principalId': 'ana', 'policyDocument': {'Version': '2012-10-17', 'Statement': [
            {'Effect': effect, 'Action': 'execute-api:Invoke', 'Resource': resource}]}, 'context': {'loja': 'recife'}}
"""


def guarded(apis: Apis, source: str, *, integration: str = "2.0", simple: bool = True, **settings: Any) -> str:
    """An API with routes ``GET /a`` and ``GET /b`` behind a Lambda authorizer."""
    api = apis.echo(version=integration)
    arn = apis.functions.create("porteiro", source)["FunctionArn"]
    members = {
        "AuthorizerPayloadFormatVersion": "2.0",
        "IdentitySource": ["$request.header.x-token"],
        **({"EnableSimpleResponses": True} if simple else {}),
        **settings,
    }
    authorizer = apis.aws.create_authorizer(
        ApiId=api, Name="porteiro", AuthorizerType="REQUEST", AuthorizerUri=arn, **members
    )["AuthorizerId"]
    target = f"integrations/{apis.aws.get_integrations(ApiId=api)['Items'][0]['IntegrationId']}"
    for key in ("GET /a", "GET /b"):
        apis.route(api, key, target, AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    return api


def test_a_simple_answer_lets_in_with_its_context(apis: Apis) -> None:
    api = guarded(apis, DECIDING)
    event = apis.event(api, "/a?x=1", headers={"x-token": "sim"})
    known = event["requestContext"]["authorizer"]["lambda"]
    asked = known.pop("event")
    assert known == {"loja": "recife", "n": 1}
    assert asked["type"] == "REQUEST"
    assert asked["version"] == "2.0"
    assert asked["identitySource"] == ["sim"]
    assert asked["routeKey"] == "GET /a"
    assert asked["routeArn"].endswith(f":{api}/$default/GET/a")
    assert asked["queryStringParameters"] == {"x": "1"}
    assert "body" not in asked


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 401, "Unauthorized"),
        ({"x-token": "nao"}, 403, "Forbidden"),
        ({"x-token": "erro"}, 500, "Internal Server Error"),
        ({"x-token": "forma"}, 500, "Internal Server Error"),
    ],
)
def test_an_authorizer_keeps_out(apis: Apis, headers: dict[str, str], status: int, message: str) -> None:
    response = apis.call(guarded(apis, DECIDING), "/a", headers=headers)
    assert (response.status_code, response.json()) == (status, {"message": message})


def test_a_decision_is_kept_until_it_is_reset(apis: Apis) -> None:
    api = guarded(apis, DECIDING, AuthorizerResultTtlInSeconds=300)

    def asked() -> int:
        context = apis.event(api, "/a", headers={"x-token": "sim"})["requestContext"]
        return int(context["authorizer"]["lambda"]["n"])

    assert (asked(), asked()) == (1, 1)
    apis.aws.reset_authorizers_cache(ApiId=api, StageName="$default")
    assert asked() == 2


def test_without_a_ttl_every_request_is_asked_about(apis: Apis) -> None:
    api = guarded(apis, DECIDING, AuthorizerResultTtlInSeconds=0)
    seen = [
        apis.event(api, "/a", headers={"x-token": "s"})["requestContext"]["authorizer"]["lambda"]["n"] for _ in "ab"
    ]
    assert seen == [1, 2]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_policy_decides_route_by_route(apis: Apis, version: str) -> None:
    api = guarded(apis, POLICY, simple=False, AuthorizerPayloadFormatVersion=version)
    assert apis.call(api, "/a", headers={"x-token": "a"}).status_code == 200
    assert apis.call(api, "/b", headers={"x-token": "a"}).json() == {"message": "Forbidden"}
    assert apis.call(api, "/a", headers={"x-token": "nao"}).status_code == 403
    assert apis.call(api, "/a", headers={"x-token": "anonimo"}).status_code == 401


def test_an_integration_of_format_1_sees_the_principal(apis: Apis) -> None:
    api = guarded(apis, POLICY, integration="1.0", simple=False, AuthorizerPayloadFormatVersion="1.0")
    event = apis.event(api, "/a", headers={"x-token": "x"})
    assert event["requestContext"]["authorizer"] == {"loja": "recife", "principalId": "ana"}


class Pool:
    """A user pool with one user and an app client."""

    def __init__(self, apis: Apis) -> None:
        self.aws = apis.client("cognito-idp")
        self.id = self.aws.create_user_pool(PoolName="loja")["UserPool"]["Id"]
        self.app = self.aws.create_user_pool_client(
            UserPoolId=self.id, ClientName="app", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        self.aws.admin_create_user(UserPoolId=self.id, Username="ana", MessageAction="SUPPRESS")
        self.aws.admin_set_user_password(UserPoolId=self.id, Username="ana", Password="Segredo-123", Permanent=True)
        self.issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{self.id}"

    def tokens(self) -> Any:
        return self.aws.admin_initiate_auth(
            UserPoolId=self.id,
            ClientId=self.app,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ana", "PASSWORD": "Segredo-123"},
        )["AuthenticationResult"]


def with_jwt(apis: Apis, pool: Pool, audience: str | None = None, **settings: Any) -> str:
    api = apis.echo()
    authorizer = apis.aws.create_authorizer(
        ApiId=api,
        Name="pool",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": pool.issuer, "Audience": [audience or pool.app]},
    )["AuthorizerId"]
    target = f"integrations/{apis.aws.get_integrations(ApiId=api)['Items'][0]['IntegrationId']}"
    apis.route(api, "GET /a", target, AuthorizationType="JWT", AuthorizerId=authorizer, **settings)
    return api


def test_a_good_token_lets_in_and_its_claims_are_strings(apis: Apis) -> None:
    pool = Pool(apis)
    api = with_jwt(apis, pool)
    for token in (pool.tokens()["IdToken"], f"Bearer {pool.tokens()['AccessToken']}"):
        jwt = apis.event(api, "/a", headers={"Authorization": token})["requestContext"]["authorizer"]["jwt"]
        assert jwt["claims"]["iss"] == pool.issuer
        assert jwt["claims"]["exp"].isdigit()
        assert jwt["scopes"] is None


def test_a_missing_or_wrong_token_is_challenged(apis: Apis) -> None:
    pool = Pool(apis)
    api = with_jwt(apis, pool)
    missing = apis.call(api, "/a")
    assert (missing.status_code, missing.json()) == (401, {"message": "Unauthorized"})
    assert missing.headers["www-authenticate"] == "Bearer"
    head, claims, signature = pool.tokens()["IdToken"].split(".")
    for token in ("nada", f"{head}.{claims}.{signature[::-1]}", f"{head}.{claims}."):
        response = apis.call(api, "/a", headers={"Authorization": token})
        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_a_token_for_another_app_is_refused(apis: Apis) -> None:
    pool = Pool(apis)
    response = apis.call(with_jwt(apis, pool, audience="outro"), "/a", headers={"Authorization": pool.tokens()["IdToken"]})  # fmt: skip
    assert response.status_code == 401
    assert "audience" in response.headers["www-authenticate"]


def test_a_token_without_the_scope_of_the_route_is_forbidden(apis: Apis) -> None:
    pool = Pool(apis)
    api = with_jwt(apis, pool, AuthorizationScopes=["pedidos/ler"])
    response = apis.call(api, "/a", headers={"Authorization": pool.tokens()["AccessToken"]})
    assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
