"""Filter policies: what passes, and what SNS refuses to take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.events.sns_filters import FilterPolicy
from helpers.localcloud.events.topic_errors import InvalidParameter


def attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"Type": "String.Array", "Value": json.dumps(value)}
    kind = "Number" if isinstance(value, int | float) else "String"
    return {"Type": kind, "Value": str(value)}


def passes(policy: Any, scope: Any = "MessageAttributes", body: str = "", **attributes: Any) -> bool:
    given = {name: attribute(value) for name, value in attributes.items()}
    return FilterPolicy(json.dumps(policy), scope).matches(given, body)


def test_the_documented_policies_say_what_the_documentation_says(request: pytest.FixtureRequest) -> None:
    folder: Path | None = request.config.getoption("--oracles")
    if folder is None:
        pytest.skip("recorded behaviour of AWS is not at hand: give its folder with --oracles")
    cases = json.loads((folder / "sns_filter_policies_docs.json").read_text(encoding="utf-8"))
    wrong = []
    for case in cases:
        body = case.get("body", "")
        text = body if isinstance(body, str) else json.dumps(body)
        policy = FilterPolicy(json.dumps(case["policy"]), case["scope"])
        if policy.matches(case.get("attributes") or {}, text) != case["expected"]:
            wrong.append(case)
    assert len(cases) > 30
    assert wrong == []


@pytest.mark.parametrize(
    ("policy", "attributes", "expected"),
    [
        ({"plan": ["pro", "team"]}, {"plan": "team"}, True),
        ({"plan": ["pro"], "country": ["BR"]}, {"plan": "pro"}, False),
        ({"plan": [{"exists": False}]}, {}, True),
        ({"plan": [{"exists": True}]}, {}, False),
        ({"plan": [{"anything-but": ["pro"]}]}, {"plan": "free"}, True),
        ({"plan": [{"anything-but": ["pro"]}]}, {}, False),
        ({"plan": [{"anything-but": {"prefix": "pr"}}]}, {"plan": "pro"}, False),
        ({"plan": [{"equals-ignore-case": "PRO"}]}, {"plan": "pro"}, True),
        ({"key": [{"prefix": "2026/"}]}, {"key": "2026/11/mar.jpg"}, True),
        ({"key": [{"suffix": ".jpg"}]}, {"key": "mar.png"}, False),
        ({"address": [{"cidr": "10.0.0.0/24"}]}, {"address": "10.0.0.255"}, True),
        ({"address": [{"cidr": "10.0.0.0/24"}]}, {"address": "10.0.1.0"}, False),
        ({"bytes": [{"numeric": [">", 0, "<=", 150]}]}, {"bytes": 150}, True),
        ({"bytes": [{"numeric": ["=", 5]}]}, {"bytes": "5"}, False),
        ({"tags": ["mar"]}, {"tags": ["sol", "mar"]}, True),
        ({"$or": [{"plan": ["pro"]}, {"country": ["BR"]}]}, {"country": "BR"}, True),
    ],
)
def test_attributes(policy: Any, attributes: dict[str, Any], expected: bool) -> None:
    assert passes(policy, **attributes) is expected


@pytest.mark.parametrize(
    ("policy", "body", "expected"),
    [
        ({"order": {"total": [{"numeric": [">=", 100]}]}}, '{"order": {"total": 100}}', True),
        ({"order": {"tags": ["gift"]}}, '{"order": {"tags": ["now", "gift"]}}', True),
        ({"total": [100]}, "not json", False),
        ({"total": [100]}, "[100]", False),
        ({"paid": [True], "coupon": [None]}, '{"paid": true, "coupon": null}', True),
    ],
)
def test_bodies(policy: Any, body: str, expected: bool) -> None:
    assert passes(policy, "MessageBody", body) is expected


@pytest.mark.parametrize(
    ("policy", "scope", "words"),
    [
        ("{", "MessageAttributes", "FilterPolicy: failed to parse JSON"),
        ('{"a": {"b": ["c"]}}', "MessageAttributes", "does not support nested filter policy"),
        ('{"a": "b"}', "MessageAttributes", '"a" must be an object or an array'),
        (json.dumps({name: ["x"] for name in "abcdef"}), "MessageBody", "can not have more than 5 keys"),
        (json.dumps({name: list("uvwxyz") for name in "abc"}), "MessageBody", "Filter policy is too complex"),
        ('{"a": [{"exists": "yes"}]}', "MessageBody", "exists match pattern must be either true or false"),
        ('{"a": [{"sounds-like": "b"}]}', "MessageBody", "Unrecognized match type sounds-like"),
        ('{"a": [{"numeric": ["<", "100"]}]}', "MessageBody", "must be numeric"),
        ('{"a": []}', "MessageBody", "Empty arrays are not allowed"),
        ('{"a": [2000000000]}', "MessageBody", "Number out of range"),
    ],
)
def test_what_is_no_policy_is_refused(policy: str, scope: Any, words: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        FilterPolicy(policy, scope)
    assert caught.value.message.startswith("Invalid parameter: F")
    assert words in caught.value.message
    assert "Event pattern" not in caught.value.message


@given(st.text(min_size=1, max_size=20), st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_anything_but_is_the_complement_of_the_list(value: str, listed: list[str]) -> None:
    assert passes({"a": listed}, a=value) is not passes({"a": [{"anything-but": listed}]}, a=value)
