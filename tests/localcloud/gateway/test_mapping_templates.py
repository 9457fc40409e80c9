"""Mapping templates: $input, $util, $context, $stageVariables and overrides, and what was recorded on AWS."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.context_variables import context_of
from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.json_paths import MISSING, InvalidPath, json_path
from helpers.localcloud.gateway.mapping_templates import render_request, render_response
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Canary, Method, StageSettings
from helpers.localcloud.gateway.velocity import TemplateError

RECEIVED = dt.datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=dt.UTC)


def exchange(**changes: Any) -> Exchange:
    """A ``POST /dev/orders/7?color=red&id=q`` on its way."""
    request = HttpRequest(
        "POST",
        "/orders/7",
        headers=(("X-Shop", "north"), ("User-Agent", "probe"), ("id", "h")),
        query=(("color", "red"), ("id", "q")),
        host="127.0.0.1:4566",
    )
    given: dict[str, Any] = {
        "api": ApiSnapshot("123456789012", "us-east-1", "abc123", "shop"),
        "stage": StageSettings("dev", "dep1", {"table": "orders"}),
        "request": request,
        "received": RECEIVED,
        "method": Method("POST", "res1", "/orders/{id}"),
        "path_parameters": {"id": "7"},
    }
    return Exchange(**{**given, **changes})


def mapped(source: str, body: str = "") -> str:
    return render_request(source, exchange(), body)


def test_templates_render_as_recorded_on_aws(request: pytest.FixtureRequest) -> None:
    folder: Path | None = request.config.getoption("--oracles")
    if folder is None:
        pytest.skip("recorded behaviour of AWS is not at hand: give its folder with --oracles")
    wrong = []
    for case in json.loads((folder / "vtl_recorded_toqoz.json").read_text("utf-8")):
        try:
            text = mapped(case["template"], case["payload"])
            seen = 200, text or "{}"  # the integration of the recording echoes an empty body as an empty object
        except GatewayFailure as failure:
            seen = failure.status, json.dumps({"message": failure.message})
        if seen != (case["status"], case["result"]):
            wrong.append((case["name"], seen))
    assert wrong == []


BODY = (
    '{"id": 1, "some": "value", "items": [{"n": 1, "p": "a"}, {"n": 2, "p": "b"}], "none": null, "deep": {"a b": true}}'
)
RENDERS = [
    ("$input.path('$')", '{"foo": "bar"}', "{foo=bar}"),
    ("$input.path('$')", '[{"foo": "bar"}]', '[{"foo":"bar"}]'),
    ("$input.body", "", "{}"),
    ("$input.body", "a=b", "a=b"),
    ("$util.urlEncode($input.body)", '{"some": "value"}', "%7B%22some%22%3A+%22value%22%7D"),
    ("$util.urlDecode('a+b%26')", "", "a b&"),
    ("$input.json('$.items[*].n')", BODY, "[1,2]"),
    ("$input.json('$.items[0]')", BODY, '{"n":1,"p":"a"}'),
    ("$input.json('$..n')", BODY, "[1,2]"),
    ("$input.json('$.items[?(@.n > 1)].p')", BODY, '["b"]'),
    ("$input.json('$.none')|$input.path('$.none')|", BODY, "null||"),
    ("$input.json('$.missing')|$input.path('$.missing')|", BODY, '""||'),
    ("$input.path('$.deep')['a b'] $input.path(\"$.deep['a b']\")", BODY, "true true"),
    ("#foreach($i in $input.path('$.items'))$i.p$i.n#if($foreach.hasNext),#end#end", BODY, "a1,b2"),
    ("$input.params('id') $input.params('color') $input.params('X-Shop') [$input.params('no')]", "", "7 red north []"),
    ("$input.params().header.get('X-Shop') $input.params().querystring.id $input.params().path.id", "", "north q 7"),
    ("#foreach($k in $input.params().keySet())$k #end", "", "path querystring header "),
    ("$stageVariables.table ${stageVariables.none}", "", "orders "),
    ("$util.escapeJavaScript(\"it's\")", "", "it\\'s"),
    ("$util.escapeJavaScript(\"it's\").replaceAll(\"\\\\'\",\"'\")", "", "it's"),
    ("$util.escapeJavaScript('a\"b/é')", "", 'a\\"b\\/\\u00E9'),
    ("$util.base64Encode('é') $util.base64Decode('w6k=')", "", "w6k= é"),
    ("$util.parseJson('{\"a\": [1]}').a[0]", "", "1"),
    ("$context.httpMethod $context.resourcePath $context.stage $context.identity.userAgent", "", "POST /orders/{id} dev probe"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "body", "text"), RENDERS, ids=[one[0][:40] for one in RENDERS])
def test_a_mapping_template_renders(source: str, body: str, text: str) -> None:
    assert mapped(source, body) == text


@pytest.mark.parametrize(
    "source",
    ["$input.__class__", "$input.getClass()", "$util.getClass()", "$util.class.forName('java.lang.Runtime')", "$input.methods", "$input._text",
     "$util.methods.path", "$context.__class__", "$input.properties", "$stageVariables.__class__", "$util.urlEncode.__globals__"],
)  # fmt: skip
def test_variables_give_nothing_of_python(source: str) -> None:
    assert mapped(source) == ""


def test_a_request_template_overrides_parameters_and_the_status() -> None:
    way = exchange()
    source = (
        "#set($context.requestOverride.header.shop = 'south')#set($context.requestOverride.path.id = 9)"
        "#set($context.requestOverride.querystring['q'] = true)#set($context.responseOverride.status = 444)"
    )
    assert render_request(source, way, "") == ""
    assert way.request_overrides == {"header": {"shop": "south"}, "path": {"id": "9"}, "querystring": {"q": "true"}}
    assert way.response_overrides == {"header": {}, "status": 444}
    render_response("#set($context.responseOverride.header.x = 'y')", way, "{}")
    assert way.response_overrides == {"header": {"x": "y"}, "status": 444}


def test_overrides_of_a_template_that_fails_do_not_land() -> None:
    way = exchange()
    with pytest.raises(TemplateError):
        render_request("#set($context.responseOverride.status = 444)$util.parseJson('{')", way, "")
    assert way.response_overrides["status"] is None


def test_claims_can_be_read_one_by_one_only() -> None:
    way = exchange(authorizer={"claims": {"sub": "s-1"}, "vip": True, "n": 1})
    source = (
        "[$context.authorizer.claims][$context.authorizer.claims.sub][$context.authorizer.vip][$context.authorizer.n]"
    )
    assert render_request(source, way, "") == "[][s-1][true][1]"


def test_a_broken_body_is_no_matter_until_it_is_read() -> None:
    assert mapped("$input.body", "{a") == "{a"
    with pytest.raises(GatewayFailure) as failed:
        mapped("$input.json('$')", "{a")
    assert (failed.value.status, failed.value.name) == (400, "BAD_REQUEST_BODY")
    with pytest.raises(TemplateError):
        render_response("$input.json('$')", exchange(), "{a")


def test_the_context_holds_what_is_documented() -> None:
    way = exchange(trace="Root=1-2-3;Sampled=1", stage=StageSettings("dev", "dep1", tracing=True))
    way.integration.update(status=200, latency=12, requestId="r-1")
    way.error.update(message="no")
    context = context_of(way, HttpResponse(201, [], b"12345"))
    assert context.pop("responseLatency") >= 0
    assert context == {
        "accountId": "123456789012", "apiId": "abc123", "deploymentId": "dep1", "domainName": "abc123.execute-api.localhost",
        "domainPrefix": "abc123", "extendedRequestId": way.extended_request_id, "httpMethod": "POST",
        "identity": {"sourceIp": "127.0.0.1", "userAgent": "probe"}, "isCanaryRequest": "false", "path": "/dev/orders/7",
        "protocol": "HTTP/1.1", "requestId": way.request_id, "requestTime": "03/Feb/2026:04:05:06 +0000", "requestTimeEpoch": 1770091506789,
        "stage": "dev", "resourceId": "res1", "resourcePath": "/orders/{id}", "xrayTraceId": "1-2-3", "status": "201", "responseLength": 5,
        "error": {"message": "no", "messageString": '"no"'}, "integration": {"status": 200, "latency": 12, "requestId": "r-1"},
        "integrationLatency": 12, "integrationStatus": 200, "awsEndpointRequestId": "r-1",
    }  # fmt: skip


def test_a_canary_brings_its_deployment_and_variables() -> None:
    stage = StageSettings("dev", "dep1", {"a": "1", "b": "1"}, canary=Canary("dep2", 10, {"b": "2"}))
    source = "$context.deploymentId $stageVariables.a $stageVariables.b $context.isCanaryRequest"
    assert render_request(source, exchange(stage=stage, canary=True), "") == "dep2 1 2 true"
    assert render_request(source, exchange(stage=stage), "") == "dep1 1 1 false"


def test_the_host_form_is_the_domain() -> None:
    request = HttpRequest("GET", "/", host="abc123.execute-api.us-east-1.localhost:4566")
    assert context_of(exchange(request=request))["domainName"] == "abc123.execute-api.us-east-1.localhost"


def test_a_template_cannot_change_the_exchange() -> None:
    way = exchange(authorizer={"a": "b"}, identity={"apiKey": "k"})
    source = "#set($context.authorizer.a = 1)#set($context.identity.apiKey = 1)#set($stageVariables.table = 1)#set($z = $input.params().path.put('id', 1))"
    render_request(source, way, "")
    assert (way.authorizer, way.identity, way.path_parameters) == ({"a": "b"}, {"apiKey": "k"}, {"id": "7"})
    assert way.stage.variables == {"table": "orders"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.a", MISSING), ("$", {"x": [1, 2, 3], "y": {"a": 5}}), ("x[-1]", 3), ("$.x[0,2]", [1, 3]), ("$.x[1:]", [2, 3]), ("$.x[9]", MISSING),
        ("$['y']['a']", 5), ("$.*", [[1, 2, 3], {"a": 5}]), ("$..a", [5]), ("$..zzz", []), ("$.x.length()", 3), ("$['x','y']", [[1, 2, 3], {"a": 5}]),
    ],
)  # fmt: skip
def test_a_path_finds(path: str, found: Any) -> None:
    assert json_path(path).find({"x": [1, 2, 3], "y": {"a": 5}}) == found


@pytest.mark.parametrize(
    "path", ["$.", "$[", "$[abc]", "$.a b", "$[?(@.a =~ /x/)]", "$[?@.a]", "$.x[::0]", "$" + ".a" * 2000]
)
def test_a_path_that_is_not_known_is_refused(path: str) -> None:
    with pytest.raises(InvalidPath):
        json_path(path)


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))  # fmt: skip
def test_json_of_a_body_is_that_body(value: Any) -> None:
    assert json.loads(mapped("$input.json('$')", json.dumps([value]))) == [value]


@given(st.text(alphabet="$.[]*?@()'\":,ab01-=<>&| ", max_size=30))
def test_any_text_is_a_path_or_is_refused(path: str) -> None:
    with suppress(InvalidPath):
        json_path(path).find({"a": [1, {"b": "x"}], "b": None})
