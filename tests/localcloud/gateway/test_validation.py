"""Request validators: what is let through, what is refused, and in which words."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.exchange import Exchange, HttpRequest
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.snapshot import ApiSnapshot, Method, RequestValidator, StageSettings
from helpers.localcloud.gateway.validation import Validation
from tests.conftest import CloudProcess
from tests.localcloud.gateway.rest_help import RestApi

ORDER = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["sku", "quantity"],
    "properties": {
        "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
        "size": {"enum": ["P", "M", "G"]},
        "note": {"type": "string", "minLength": 2, "maxLength": 5},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": True},
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 0.5},
    },
}


def exchange(
    body: bytes,
    schemas: dict[str, Any],
    content_type: str | None = "application/json",
    models: dict[str, str] | None = None,
) -> Exchange:
    """A request whose method validates its body by the model ``Order`` and its required parameters."""
    return Exchange(
        ApiSnapshot(
            "123456789012",
            "us-east-1",
            "abc",
            "loja",
            models={name: json.dumps(schema) for name, schema in schemas.items()},
            validators={"v": RequestValidator("v", "all", body=True, parameters=True)},
        ),
        StageSettings("dev", "d"),
        HttpRequest("POST", "/orders", (("Content-Type", content_type),) if content_type else (), body=body),
        dt.datetime.now(dt.UTC),
        method=Method(
            "POST",
            "r",
            "/orders",
            validator_id="v",
            models={"application/json": "Order"} if models is None else models,
        ),
    )


def found(body: Any, schema: Any = ORDER, **more: Any) -> str | None:
    """``validationErrorString`` for a body; nothing when it is let through."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        Validation().validate(exchange(content, {"Order": schema}, **more))
    except GatewayFailure as failure:
        return failure.detail if failure.name == "BAD_REQUEST_BODY" else failure.name
    return None


GOOD = {"sku": "TSH-1", "quantity": 2}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"anything": None}, None),
        ({"quantity": "2"}, 'instance type (string) does not match any allowed primitive type (allowed: ["integer"])'),
        ({"quantity": True}, 'instance type (boolean) does not match any allowed primitive type (allowed: ["integer"])'),
        ({"quantity": 0}, "numeric instance is lower than the required minimum (minimum: 1, found: 0)"),
        ({"quantity": 100}, "numeric instance is greater than the required maximum (maximum: 99, found: 100)"),
        ({"sku": "tsh"}, 'ECMA 262 regex "^[A-Z]{3}-[0-9]+$" does not match input string "tsh"'),
        ({"size": "XL"}, 'instance value ("XL") not found in enum (possible values: ["P","M","G"])'),
        ({"note": "a"}, 'string "a" is too short (length: 1, required minimum: 2)'),
        ({"note": "abcdef"}, 'string "abcdef" is too long (length: 6, maximum allowed: 5)'),
        ({"tags": []}, "array is too short: must have at least 1 elements but instance has 0 elements"),
        ({"tags": ["a", "b", "c"]}, "array is too long: must have at most 2 elements but instance has 3 elements"),
        ({"tags": ["a", "a"]}, "array must not contain duplicate elements"),
        ({"price": 0}, "numeric instance is not strictly greater than the required minimum 0"),
        ({"price": 0.3}, "remainder of division is not zero (0.3 / 0.5)"),
        ({"price": "x"}, 'instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])'),
    ],
)  # fmt: skip
def test_a_body_is_judged_in_the_words_of_aws(change: dict[str, Any], words: str | None) -> None:
    assert found({**GOOD, **change}) == (f"[{words}]" if words else None)


def test_all_that_is_missing_is_named_once_and_sorted() -> None:
    assert found({}) == '[object has missing required properties (["quantity","sku"])]'


def test_several_errors_stand_beside_each_other() -> None:
    assert found({"sku": 1, "quantity": 0}) == (
        '[instance type (integer) does not match any allowed primitive type (allowed: ["string"]), '
        "numeric instance is lower than the required minimum (minimum: 1, found: 0)]"
    )


@pytest.mark.parametrize(
    ("schema", "body", "words"),
    [
        ({"additionalProperties": False}, {"b": 1, "a": 1}, 'object instance has properties which are not allowed by the schema: ["a","b"]'),
        ({"additionalProperties": False, "patternProperties": {"^x-": {}}}, {"x-a": 1}, None),
        ({"minProperties": 2}, {"a": 1}, "object has too few properties (found 1 but schema requires at least 2)"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, "instance failed to match at least one required schema among 2"),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, 1, "instance failed to match exactly one schema (matched 0 out of 2)"),
        ({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1, "instance failed to match exactly one schema (matched 2 out of 2)"),
        ({"not": {"type": "integer"}}, 1, "instance matched a schema which it should not have"),
        ({"const": 5, "exclusiveMinimum": 7}, 1, None),
    ],
)  # fmt: skip
def test_further_keywords_of_draft_4(schema: dict[str, Any], body: Any, words: str | None) -> None:
    assert found(body, schema) == (f"[{words}]" if words else None)


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"\xff\xfe", b"NaN", b"[" * 100_000])
def test_a_body_that_is_no_json_cannot_be_parsed(body: bytes) -> None:
    assert found(body) == "[Unknown error parsing request body]"


@pytest.mark.parametrize(
    ("content_type", "models", "checked"),
    [
        (None, {"application/json": "Order"}, True),
        ("application/json; charset=utf-8", {"application/json": "Order"}, True),
        ("Application/JSON", {"application/json": "Order"}, True),
        ("text/plain", {"application/json": "Order"}, False),
        ("text/plain", {"$default": "Order"}, True),
        ("text/plain", {}, False),
    ],
)
def test_the_content_type_chooses_the_model(content_type: str | None, models: dict[str, str], checked: bool) -> None:
    assert bool(found({}, content_type=content_type, models=models)) is checked


def test_a_model_refers_to_another_of_its_api_by_its_address() -> None:
    address = "https://apigateway.amazonaws.com/restapis/abc/models/Item"
    models = {
        "Order": {"items": {"$ref": address}},
        "Item": {"$ref": "#/definitions/sku", "definitions": {"sku": {"type": "string"}}},
    }
    with pytest.raises(GatewayFailure) as refused:
        Validation().validate(exchange(b'["a", 1]', models))
    assert (
        refused.value.detail
        == '[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]'
    )
    Validation().validate(exchange(b'["a"]', models))


@pytest.mark.parametrize("ref", ["http://127.0.0.1:1/schema.json", "https://apigateway.amazonaws.com/restapis/other/models/Order", "#/no/such", "#", "file:///etc/passwd"])  # fmt: skip
def test_a_reference_that_leads_nowhere_is_a_configuration_error_and_is_never_fetched(ref: str) -> None:
    with pytest.raises(GatewayFailure) as refused:
        Validation().validate(exchange(b"{}", {"Order": {"$ref": ref}}))
    assert (refused.value.name, refused.value.status) == ("API_CONFIGURATION_ERROR", 500)


def test_a_pattern_that_would_run_for_ever_is_stopped() -> None:
    began = time.monotonic()
    assert found("a" * 40 + "!", {"type": "string", "pattern": "^(a|a)*$"})
    assert time.monotonic() - began < 60


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=8))  # fmt: skip
def test_every_document_is_judged_without_an_error_of_ours(document: Any) -> None:
    words = found(document)
    assert words is None or (words.startswith("[") and words.endswith("]"))


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    return RestApi(client("apigateway"), cloud.endpoint_url)


def validator(api: RestApi, *, body: bool = False, parameters: bool = False) -> str:
    made = api.client.create_request_validator(
        restApiId=api.id, name="check", validateRequestBody=body, validateRequestParameters=parameters
    )
    return str(made["id"])


def test_required_parameters_are_there_and_not_blank(api: RestApi) -> None:
    required = {
        "method.request.querystring.qs1": True,
        "method.request.header.x-header-param": True,
        "method.request.path.issuer": True,
        "method.request.querystring.optional": False,
    }
    api.mock("GET", "/path/{issuer}", requestParameters=required, requestValidatorId=validator(api, parameters=True))
    api.deploy()
    answer = api.get("/path/me")
    assert answer.status_code == 400
    assert answer.json() == {"message": "Missing required request parameters: [x-header-param, qs1]"}
    assert answer.headers["x-amzn-ErrorType"] == "BadRequestException"
    blank = api.get("/path/me?qs1=%20", headers={"X-Header-Param": "1"})
    assert blank.json() == {"message": "Missing required request parameters: [qs1]"}
    assert api.get("/path/me?qs1=not-a-number", headers={"X-HEADER-PARAM": "1"}).status_code == 200


def test_missing_parameters_are_named_by_header_path_and_query(api: RestApi) -> None:
    required = {f"method.request.{name}": True for name in ("path.issuer", "querystring.qs1", "header.x-header-param")}
    api.mock("GET", "/plain", requestParameters=required, requestValidatorId=validator(api, parameters=True))
    api.deploy()
    assert api.get("/plain").json() == {"message": "Missing required request parameters: [x-header-param, issuer, qs1]"}


def test_a_bad_body_is_refused_before_the_integration(api: RestApi) -> None:
    api.client.create_model(restApiId=api.id, name="Order", contentType="application/json", schema=json.dumps(ORDER))
    api.mock(
        "POST", "/orders", requestModels={"application/json": "Order"}, requestValidatorId=validator(api, body=True)
    )
    api.deploy()
    bad = api.http.post("/dev/orders", json={"sku": "TSH-1"})
    assert (bad.status_code, bad.json()) == (400, {"message": "Invalid request body"})
    assert bad.headers["x-amzn-ErrorType"] == "BadRequestException"
    assert api.http.post("/dev/orders", json=GOOD).json() == {"ok": True}


def test_without_a_validator_nothing_is_checked(api: RestApi) -> None:
    api.mock("GET", "/orders", requestParameters={"method.request.querystring.q": True})
    api.deploy()
    assert api.get("/orders").status_code == 200
