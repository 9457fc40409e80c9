"""Lambda authorizers: what they get, what their answers mean, and for how long they count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.authorizers.decisions import Decision
from helpers.localcloud.gateway.authorizers.functions import decision_of
from helpers.localcloud.gateway.failures import GatewayFailure
from tests.conftest import CloudProcess
from tests.localcloud.gateway.authorizers.conftest import Guarded

ANSWERS = """
import json
def handler(event, context):
    word = event["authorizationToken"]
    if word == "unknown":
        raise Exception("Unauthorized")
    if word == "broken":
        raise RuntimeError("broken")
    if word.startswith("{"):
        return json.loads(word)
    statement = {"Action": "execute-api:Invoke", "Effect": "Deny" if word == "blocked" else "Allow",
                 "Resource": "arn:aws:execute-api:*:*:other/*" if word == "elsewhere" else event["methodArn"]}
    return {"principalId": word, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "context": {"plan": "gold", "staff": False}}
"""
ALLOW = {"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}]}
EVENTS = """
import json
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    return {"principalId": "ana", "policyDocument": {"Statement": [statement]}, "context": {"plan": json.dumps(event)}}
"""


def call(api: Guarded, token: str | None = None, path: str = "/orders") -> httpx.Response:
    return api.get(path, headers={"Authorization": token} if token is not None else {})


@pytest.mark.parametrize(
    ("token", "status", "body"),
    [
        (None, 401, {"message": "Unauthorized"}),
        ("", 401, {"message": "Unauthorized"}),
        ("unknown", 401, {"message": "Unauthorized"}),
        (
            "blocked",
            403,
            {
                "Message": "User is not authorized to access this resource with an explicit deny in an identity-based policy"
            },
        ),
        ("elsewhere", 403, {"Message": "User is not authorized to access this resource"}),
        ("broken", 500, {"message": None}),
        ("{}", 500, {"message": None}),
        ('{"principalId": "ana"}', 500, {"message": None}),
        (json.dumps({"policyDocument": ALLOW}), 500, {"message": None}),
        (json.dumps({"principalId": "ana", "policyDocument": ALLOW, "context": {"list": [1]}}), 500, {"message": None}),
        (json.dumps({"principalId": "ana", "policyDocument": {"Statement": []}}), 500, {"message": None}),
    ],
)
def test_each_answer_of_an_authorizer_has_its_status(
    guarded: Guarded, token: str | None, status: int, body: Any
) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS))
    guarded.deploy()
    answer = call(guarded, token)
    assert (answer.status_code, answer.json()) == (status, body)
    if token in (None, ""):
        assert guarded.runs() == 0


def test_what_an_authorizer_says_arrives_as_text(guarded: Guarded) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS))
    guarded.deploy()
    answer = call(guarded, "ana").json()
    assert (answer["principal"], answer["plan"], answer["staff"]) == ("ana", "gold", "false")


def test_a_token_that_does_not_fit_is_refused_without_a_call(guarded: Guarded) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS, identityValidationExpression="^Bearer [a-z]+$"))
    guarded.deploy()
    assert call(guarded, "ana").status_code == 401
    assert guarded.runs() == 0
    assert call(guarded, "Bearer ana").status_code == 200


def test_a_kept_policy_is_asked_about_every_method_and_grows_old(
    guarded: Guarded, client: Callable[[str], Any], cloud: CloudProcess
) -> None:
    authorizer = guarded.guard(ANSWERS, authorizerResultTtlInSeconds=300)
    guarded.route("/orders", authorizer)
    guarded.route("/invoices", authorizer)
    guarded.deploy()
    assert [call(guarded, "ana", path).status_code for path in ("/orders", "/orders", "/invoices")] == [200, 200, 403]
    assert guarded.runs() == 1
    cloud.advance(301)
    assert [call(guarded, "ana", path).status_code for path in ("/invoices", "/orders")] == [200, 403]
    assert guarded.runs() == 2


def test_another_token_and_a_flushed_stage_are_asked_anew(guarded: Guarded) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS))
    guarded.deploy()
    for token in ("ana", "bia", "ana"):
        call(guarded, token)
    assert guarded.runs() == 2
    guarded.client.flush_stage_authorizers_cache(restApiId=guarded.id, stageName="dev")
    call(guarded, "ana")
    assert guarded.runs() == 3


def test_a_ttl_of_zero_keeps_nothing(guarded: Guarded) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS, authorizerResultTtlInSeconds=0))
    guarded.deploy()
    assert [call(guarded, "ana").status_code for _ in range(3)] == [200] * 3
    assert guarded.runs() == 3


def test_a_request_authorizer_needs_all_its_sources(guarded: Guarded) -> None:
    sources = "method.request.header.X-Shop, method.request.querystring.user"
    guarded.route("/orders", guarded.guard(EVENTS, "REQUEST", identitySource=sources))
    guarded.deploy()
    assert guarded.get("/orders?user=ana").status_code == 401
    assert guarded.runs() == 0
    assert guarded.get("/orders?user=ana", headers={"X-Shop": "loja"}).status_code == 200


def test_the_event_of_a_request_authorizer_has_the_members_of_a_recorded_one(
    guarded: Guarded, pytestconfig: pytest.Config
) -> None:
    oracles: Path | None = pytestconfig.getoption("oracles")
    if oracles is None:
        pytest.skip("recorded events of AWS are not at hand: give their folder with --oracles")
    recorded = json.loads((oracles / "events" / "apiGatewayAuthorizerRequestEvent.json").read_text())
    authorizer = guarded.guard(EVENTS, "REQUEST")
    source = "context.authorizer.plan"
    guarded.mock(
        "GET", "/orders", "{}", headers={"x-event": source}, authorizationType="CUSTOM", authorizerId=authorizer
    )
    guarded.deploy()
    event = json.loads(call(guarded, "ana").headers["x-event"])
    assert set(recorded) - {"version", "authorizationToken", "identitySource"} <= set(event)
    assert event["type"] == "REQUEST"
    assert event["methodArn"].endswith(f"{guarded.id}/dev/GET/orders")
    assert set(recorded["requestContext"]) - {"authorizer"} <= set(event["requestContext"])


def test_an_authorizer_can_name_the_api_key(guarded: Guarded) -> None:
    value = "key-of-the-partner-0123456789"
    source = ANSWERS.replace('"context": {', f'"usageIdentifierKey": "{value}", "context": {{')
    guarded.client.update_rest_api(
        restApiId=guarded.id, patchOperations=[{"op": "replace", "path": "/apiKeySource", "value": "AUTHORIZER"}]
    )
    guarded.route("/orders", guarded.guard(source), apiKeyRequired=True)
    guarded.deploy()
    assert call(guarded, "ana").status_code == 403
    key = guarded.client.create_api_key(name="partner", value=value, enabled=True)["id"]
    plan = guarded.client.create_usage_plan(name="plan", apiStages=[{"apiId": guarded.id, "stage": "dev"}])["id"]
    guarded.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert call(guarded, "ana").json()["key"] == value


def test_a_function_that_is_not_there_is_a_fault_of_the_api(guarded: Guarded) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS))
    guarded.deploy()
    guarded.functions.aws.delete_function(FunctionName="guard")
    assert (call(guarded, "ana").status_code, call(guarded, "ana").json()) == (500, {"message": None})


def test_iam_is_refused_by_name(guarded: Guarded) -> None:
    guarded.mock("GET", "/orders", authorizationType="AWS_IAM")
    guarded.deploy()
    assert call(guarded).json() == {"message": "Missing Authentication Token"}
    refused = call(guarded, "AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=z")
    assert refused.status_code == 403
    assert "AWS_IAM" in refused.json()["message"]


_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_values = st.recursive(_scalars, lambda one: st.lists(one, max_size=2) | st.dictionaries(st.sampled_from(["Statement", "Effect", "Action", "Resource", "x"]), one, max_size=4), max_leaves=8)  # fmt: skip


@given(st.fixed_dictionaries({}, optional={name: _values for name in ("principalId", "policyDocument", "context", "usageIdentifierKey")}) | _values)  # fmt: skip
def test_any_answer_is_a_decision_or_a_fault(answer: Any) -> None:
    try:
        decision = decision_of(answer)
    except GatewayFailure as failure:
        assert failure.name == "AUTHORIZER_CONFIGURATION_ERROR"  # noqa: PT017
        return
    assert isinstance(decision, Decision)
    assert all(isinstance(value, str) for value in decision.context.values())


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ({"Effect": "Allow", "NotAction": "execute-api:ManageConnections", "Resource": "*"}, 200),
        ({"Effect": "Allow", "NotAction": "execute-api:*", "Resource": "*"}, 403),
        ({"Effect": "Allow", "Action": "execute-api:invoke", "NotResource": "arn:aws:execute-api:*:*:*/prod/*"}, 200),
        ({"Effect": "Allow", "Action": "execute-api:Invoke", "NotResource": "*/GET/orders"}, 403),
        ({"Effect": "Allow", "Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:*/dev/GET/order?"}, 200),
        ({"Effect": "Allow", "Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:*/dev/GET/[n-p]rders"}, 403),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}, 200),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, 403),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NullLike": {"aws:SourceIp": "x"}}}, 403),
    ],
)  # fmt: skip
def test_a_policy_is_read_as_iam_reads_it(guarded: Guarded, statement: dict[str, Any], status: int) -> None:
    guarded.route("/orders", guarded.guard(ANSWERS))
    guarded.deploy()
    answer = call(guarded, json.dumps({"principalId": "ana", "policyDocument": {"Statement": [statement]}}))
    assert answer.status_code == status
