"""Requests to CloudWatch Logs that nobody would send: each gets an answer or one of AWS's errors."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model

from helpers.localcloud.accounts import empty_account
from helpers.localcloud.observe.logs import api

_ACCOUNTS = itertools.count(710_000_000_000)
_CODES = {
    "InvalidParameterException",
    "LimitExceededException",
    "ResourceAlreadyExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "TooManyTagsException",
    "ValidationException",
}
NAMES = st.sampled_from(["g", "s", "arn:aws:logs:us-east-1:1:log-group:g", "", "a b", "é", "x" * 600])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**65) | st.floats(allow_nan=False) | st.text(max_size=6) | NAMES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5) | st.sampled_from(["timestamp", "message", "key", "values"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    operation = draw(st.sampled_from(sorted(api.OPERATIONS)))
    members = list(get_service_model("logs").operation_model(operation).input_shape.members)
    chosen = draw(st.lists(st.sampled_from(members), unique=True)) if members else []
    known = {"logGroupName": st.just("g") | VALUES, "logStreamName": st.just("s") | VALUES}
    return operation, {name: draw(known.get(name, VALUES)) for name in chosen}


@given(st.lists(calls(), max_size=5))
def test_every_call_is_answered_or_refused_in_awss_words(made: list[tuple[str, dict[str, Any]]]) -> None:
    account = str(next(_ACCOUNTS))
    api.answer("CreateLogGroup", account, "us-east-1", '{"logGroupName": "g"}')
    api.answer("CreateLogStream", account, "us-east-1", '{"logGroupName": "g", "logStreamName": "s"}')
    codes = {_code_of(account, operation, parameters) for operation, parameters in made}
    assert codes <= _CODES | {""}
    empty_account(account)


def _code_of(account: str, operation: str, parameters: dict[str, Any]) -> str:
    try:
        assert isinstance(api.answer(operation, account, "us-east-1", json.dumps(parameters)), dict)
    except JsonRESTError as refused:
        return str(refused.error_type)
    return ""


@pytest.mark.parametrize("body", ["[]", "{", "7", "null", '"text"'])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(JsonRESTError) as refused:
        api.answer("CreateLogGroup", "1" * 12, "us-east-1", body)
    assert refused.value.error_type == "SerializationException"


def test_every_operation_of_the_api_is_answered_or_refused_somewhere() -> None:
    elsewhere = {
        name for name in get_service_model("logs").operation_names if name not in {*api.OPERATIONS, *api.REFUSED}
    }
    assert {name for name in elsewhere if not _belongs_to_queries_or_filters(name)} == set()


def _belongs_to_queries_or_filters(operation: str) -> bool:
    words = (
        "Query",
        "Queries",
        "MetricFilter",
        "SubscriptionFilter",
        "GetLogRecord",
        "GetLogGroupFields",
        "LookupTable",
    )
    return any(word in operation for word in words)
