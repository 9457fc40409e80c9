"""Which method answers: literal parts, ``{name}``, ``{name+}``, verbs and ``ANY``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.gateway.routing import Router
from helpers.localcloud.gateway.snapshot import Method
from tests.conftest import CloudProcess
from tests.localcloud.gateway.rest_help import RestApi


def router(*methods: str) -> Router:
    parsed = [one.split(" ") for one in methods]
    return Router([Method(verb, path, path) for verb, path in parsed])


def found(routes: Router, verb: str, path: str) -> tuple[str, dict[str, str]] | None:
    match = routes.route(verb, path)
    return (f"{match[0].http_method} {match[0].resource_path}", match[1]) if match else None


SHOP = router(
    "GET /",
    "GET /orders",
    "POST /orders",
    "GET /orders/{id}",
    "GET /orders/latest",
    "ANY /orders/{id}/items",
    "GET /orders/{id}/items",
    "GET /files/{path+}",
    "OPTIONS /{proxy+}",
)


@pytest.mark.parametrize(
    ("verb", "path", "expected"),
    [
        ("GET", "/", ("GET /", {})),
        ("GET", "", ("GET /", {})),
        ("GET", "/orders", ("GET /orders", {})),
        ("GET", "/orders/", ("GET /orders", {})),
        ("GET", "/orders/7", ("GET /orders/{id}", {"id": "7"})),
        ("GET", "/orders/latest", ("GET /orders/latest", {})),
        ("GET", "/orders/7/items", ("GET /orders/{id}/items", {"id": "7"})),
        ("DELETE", "/orders/7/items", ("ANY /orders/{id}/items", {"id": "7"})),
        ("GET", "/orders/latest/items", ("GET /orders/{id}/items", {"id": "latest"})),
        ("GET", "/files/a/b/c.txt", ("GET /files/{path+}", {"path": "a/b/c.txt"})),
        ("GET", "/files", None),
        ("GET", "/files/", None),
        ("OPTIONS", "/orders", ("OPTIONS /{proxy+}", {"proxy": "orders"})),
        ("OPTIONS", "/orders/7", ("OPTIONS /{proxy+}", {"proxy": "orders/7"})),
        ("DELETE", "/orders/7", None),
        ("GET", "/nothing", None),
        ("get", "/orders", None),
        ("GET", "/Orders", None),
        ("GET", "/orders//items", None),
        ("GET", "/orders/a%2Fb", ("GET /orders/{id}", {"id": "a/b"})),
        ("GET", "/orders/a%2Fb/items", ("GET /orders/{id}/items", {"id": "a/b"})),
        ("GET", "/orders/jo%C3%A3o%20silva", ("GET /orders/{id}", {"id": "joão silva"})),
        ("GET", "/orders/%2e%2e", ("GET /orders/{id}", {"id": ".."})),
        ("GET", "/orders/..", ("GET /orders/{id}", {"id": ".."})),
        ("GET", "/orders/a+b", ("GET /orders/{id}", {"id": "a+b"})),
        ("GET", "/orders/{id}", ("GET /orders/{id}", {"id": "{id}"})),
    ],
)
def test_the_most_specific_method_answers(verb: str, path: str, expected: tuple[str, dict[str, str]] | None) -> None:
    assert found(SHOP, verb, path) == expected


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/%"), min_size=1), min_size=1, max_size=6))
def test_a_greedy_path_takes_all_that_is_left(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    match = found(router("GET /{proxy+}"), "GET", path)
    assert match == ("GET /{proxy+}", {"proxy": path.strip("/")})


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    return RestApi(client("apigateway"), cloud.endpoint_url)


def test_a_deployed_api_answers_with_its_most_specific_method(api: RestApi) -> None:
    api.mock("GET", "/orders/{id}", '"one"')
    api.mock("GET", "/orders/latest", '"latest"')
    api.mock("ANY", "/{proxy+}", '"greedy"')
    api.mock("POST", "/orders/latest", '"posted"')
    api.deploy()
    asked = [("GET", "/orders/7"), ("GET", "/orders/latest"), ("POST", "/orders/latest"), ("PUT", "/orders/latest"), ("GET", "/x/y")]  # fmt: skip
    assert [api.http.request(verb, f"/dev{path}").json() for verb, path in asked] == [
        "one",
        "latest",
        "posted",
        "greedy",
        "greedy",
    ]


@pytest.mark.parametrize(("verb", "path"), [("GET", "/nothing"), ("POST", "/orders"), ("HEAD", "/orders")])
def test_an_operation_that_is_not_there_misses_an_authentication_token(api: RestApi, verb: str, path: str) -> None:
    api.mock("GET", "/orders")
    api.deploy()
    answer = api.http.request(verb, f"/dev{path}")
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert verb == "HEAD" or answer.json() == {"message": "Missing Authentication Token"}


def test_the_root_of_a_stage_answers_with_and_without_its_slash(api: RestApi) -> None:
    api.mock("GET", "/", '"home"')
    api.deploy()
    assert [api.http.get(path).json() for path in ("/dev", "/dev/", "/dev?q=1")] == ["home"] * 3
