"""What holds for every path, result and mapping."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.http_apis import answers
from helpers.localcloud.gateway.http_apis.routing import match

SEGMENTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KNOWN = st.fixed_dictionaries(
    {"statusCode": JSON}, optional={name: JSON for name in ("headers", "body", "cookies", "isBase64Encoded", "multiValueHeaders")}
)  # fmt: skip


def routes(*keys: str) -> dict[str, dict[str, str]]:
    return {key: {"routeKey": key} for key in keys}


@given(SEGMENTS, SEGMENTS)
def test_a_variable_is_what_was_sent(first: str, second: str) -> None:
    found = match(routes("GET /a/{x}/b/{y}"), "GET", f"/a/{quote(first, safe='')}/b/{quote(second, safe='')}")
    assert found is not None
    assert found[1] == {"x": first, "y": second}


@given(st.lists(SEGMENTS, min_size=1, max_size=4))
def test_a_greedy_variable_is_the_rest_of_the_path(segments: list[str]) -> None:
    found = match(routes("ANY /a/{proxy+}"), "PUT", "/a/" + "/".join(quote(one, safe="") for one in segments))
    assert found is not None
    assert found[1] == {"proxy": "/".join(segments)}


@given(st.permutations(["$default", "GET /{proxy+}", "GET /a/{proxy+}", "GET /a/{x}", "GET /{x}/b", "GET /a/b", "ANY /a/b"]))  # fmt: skip
def test_the_order_in_which_routes_were_made_does_not_matter(keys: list[str]) -> None:
    made = routes(*keys)
    chosen = [match(made, "GET", path) for path in ("/a/b", "/a/c", "/c/b", "/a/c/d", "/c", "/")]
    assert [found[0]["routeKey"] for found in chosen if found] == [
        "GET /a/b", "GET /a/{x}", "GET /{x}/b", "GET /a/{proxy+}", "GET /{proxy+}", "$default",
    ]  # fmt: skip


@given(JSON | KNOWN, st.sampled_from(["1.0", "2.0"]))
def test_every_result_is_an_answer_or_malformed(result: object, version: str) -> None:
    try:
        response = answers.read(json.dumps(result).encode(), version, "text/plain")
    except answers.Malformed:
        return
    assert 100 <= response.status <= 599
    assert response.header("content-type")
    assert all("\n" not in value for _, value in response.headers)
