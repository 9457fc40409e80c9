"""Parameter mapping: from the request into the integration's request, and from its answer into the method's headers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.exchange import Exchange, HttpRequest
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.parameters import request_parameters, response_parameters, value_of
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Integration, Method, StageSettings

BODY = b'{"order": {"id": 7, "paid": true, "lines": [{"sku": "A"}, {"sku": "B"}]}, "name": "Jo\xc3\xa3o", "none": null}'


def exchange(mapping: dict[str, str] | None = None, body: bytes = BODY) -> Exchange:
    return Exchange(
        ApiSnapshot("123456789012", "us-east-1", "abc", "loja"),
        StageSettings("dev", "d", variables={"table": "orders-dev"}),
        HttpRequest(
            "POST",
            "/orders/7",
            (("X-One", "first"), ("x-one", "last"), ("Authorization", "token")),
            (("q", "1"), ("q", "2"), ("e", "")),
            body,
        ),
        dt.datetime.now(dt.UTC),
        method=Method("POST", "r", "/orders/{id}", integration=Integration("HTTP", parameters=mapping or {})),
        path_parameters={"id": "7"},
        authorizer={"principalId": "ana"},
    )


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'static'", "static"),
        ("''", ""),
        ("method.request.path.id", "7"),
        ("method.request.querystring.q", "2"),
        ("method.request.querystring.e", ""),
        ("method.request.header.X-ONE", "last"),
        ("method.request.multivaluequerystring.q", ["1", "2"]),
        ("method.request.multivalueheader.x-one", ["first", "last"]),
        ("method.request.body", BODY.decode()),
        ("method.request.body.name", "João"),
        ("method.request.body.order.id", "7"),
        ("method.request.body.order.paid", "true"),
        ("method.request.body.order.lines[1].sku", "B"),
        ("method.request.body.order.lines", '[{"sku":"A"},{"sku":"B"}]'),
        ("context.stage", "dev"),
        ("context.authorizer.principalId", "ana"),
        ("stageVariables.table", "orders-dev"),
    ],
)
def test_a_source_gives_its_value(source: str, value: Any) -> None:
    assert request_parameters(exchange({"integration.request.header.x": source}))["header"] == {"x": value}


@pytest.mark.parametrize(
    "source",
    [
        "method.request.path.other",
        "method.request.querystring.other",
        "method.request.header.other",
        "method.request.multivalueheader.other",
        "method.request.body.other",
        "method.request.body.none",
        "method.request.body.order.lines[9].sku",
        "method.request.body.[[[",
        "method.request.cookie.a",
        "context.nothing.there",
        "context.stage.deeper",
        "stageVariables.other",
        "unquoted",
        "'",
        "",
        "context.__class__",
    ],
)
def test_a_source_without_a_value_leaves_its_target_out(source: str) -> None:
    assert request_parameters(exchange({"integration.request.header.x": source}))["header"] == {}


def test_targets_are_headers_query_and_path() -> None:
    mapping = {
        "integration.request.header.X-Id": "method.request.path.id",
        "integration.request.querystring.id": "method.request.path.id",
        "integration.request.path.order": "method.request.path.id",
        "integration.request.cookie.id": "method.request.path.id",
    }
    assert request_parameters(exchange(mapping)) == {
        "header": {"X-Id": "7"},
        "querystring": {"id": "7"},
        "path": {"order": "7"},
    }


@pytest.mark.parametrize("body", [b"{", b'{"a": ', b"[1,", b"{'a': 1}"])
def test_a_mapping_of_the_body_refuses_what_is_no_json(body: bytes) -> None:
    with pytest.raises(GatewayFailure, match="Invalid JSON in request body") as refused:
        request_parameters(exchange({"integration.request.header.x": "method.request.body.a"}, body))
    assert refused.value.status == 400


@pytest.mark.parametrize("body", [b"", b"plain text", b"17"])
def test_a_body_that_does_not_begin_as_json_has_no_parts(body: bytes) -> None:
    assert request_parameters(exchange({"integration.request.header.x": "method.request.body.a"}, body))["header"] == {}


def test_the_answers_headers_and_body_become_headers_of_the_method() -> None:
    mapping = {
        "method.response.header.Location": "integration.response.header.location",
        "method.response.header.Set-Cookie": "integration.response.multivalueheader.set-cookie",
        "method.response.header.X-Id": "integration.response.body.order.id",
        "method.response.header.X-Static": "'*'",
        "method.response.header.X-Stage": "context.stage",
        "method.response.header.X-Table": "stageVariables.table",
        "method.response.header.X-None": "integration.response.header.none",
        "method.response.body": "'no'",
    }
    received = [("Location", "/old"), ("LOCATION", "/orders/7"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert response_parameters(mapping, exchange(), received, BODY) == [
        ("Location", "/orders/7"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("X-Id", "7"),
        ("X-Static", "*"),
        ("X-Stage", "dev"),
        ("X-Table", "orders-dev"),
    ]


def test_an_answer_that_is_no_json_gives_no_header() -> None:
    mapping = {"method.response.header.X-Id": "integration.response.body.id"}
    assert response_parameters(mapping, exchange(), [], "{not json") == []


@given(st.text(max_size=40))
def test_no_source_reaches_more_than_values(source: str) -> None:
    for prefix in ("", "method.request.", "method.request.body.", "context.", "stageVariables."):
        value = value_of(prefix + source, exchange())
        assert value is None or isinstance(value, str)
