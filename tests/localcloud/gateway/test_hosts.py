"""How a request names an API or a function URL, and whose API it gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpers.localcloud.gateway.hosts import Address, address_of, request_of
from tests.conftest import HTTP, CloudProcess
from tests.localcloud.gateway.rest_help import RestApi


@pytest.mark.parametrize(
    ("host", "target", "expected"),
    [
        ("a1b2.execute-api.localhost:4567", "/dev/x?y=1", Address("execute-api", "a1b2", "/dev/x")),
        ("a1b2.execute-api.us-east-1.localhost", "/", Address("execute-api", "a1b2", "/")),
        ("A1B2.EXECUTE-API.localhost".lower(), "/", Address("execute-api", "a1b2", "/")),
        ("a1b2.lambda-url.sa-east-1.localhost:80", "/p", Address("lambda-url", "a1b2", "/p")),
        ("127.0.0.1:4567", "/_execute-api/a1b2/dev/x", Address("execute-api", "a1b2", "/dev/x")),
        ("127.0.0.1:4567", "/_execute-api/a1b2", Address("execute-api", "a1b2", "/")),
        ("127.0.0.1:4567", "/_execute-api/a1b2?q=1", Address("execute-api", "a1b2", "/")),
        ("localhost", "/_lambda-url/a1b2/a//b", Address("lambda-url", "a1b2", "/a//b")),
        ("localhost", "/_execute-api/", None),
        ("localhost", "/_execute-api/a-b/dev", None),
        ("localhost", "/_execute-apis/a1b2/dev", None),
        ("a1b2.execute-api.us-east-1.amazonaws.com", "/dev", None),
        ("a1b2.execute-api.localhost.example.com", "/dev", None),
        ("x.a1b2.execute-api.localhost", "/dev", None),
        ("execute-api.localhost", "/dev", None),
        ("my-bucket.localhost", "/key", None),
    ],
)
def test_host_and_path_name_an_api(host: str, target: str, expected: Address | None) -> None:
    assert address_of(host, target) == expected


@pytest.mark.parametrize("rest", ["/dev/%", "/dev/%zz", "/dev/%c3", "/dev/%2"])
def test_a_path_that_is_not_encoded_properly_is_no_request(rest: str) -> None:
    assert request_of({"QUERY_STRING": "", "REQUEST_METHOD": "GET"}, (), rest, b"") is None


@pytest.mark.parametrize("query", ["q=100%", "q=%zz", "%ff=1", "&".join(f"a{n}=1" for n in range(2000))])
def test_a_query_that_is_not_encoded_properly_is_no_request(query: str) -> None:
    assert request_of({"QUERY_STRING": query, "REQUEST_METHOD": "GET"}, (), "/dev", b"") is None


def test_the_parts_of_a_request_keep_order_case_and_blanks() -> None:
    environ = {
        "QUERY_STRING": "b=1&a=%C3%A9&b=&c",
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "h",
        "REMOTE_ADDR": "127.0.0.1",
    }
    request = request_of(environ, (("X-One", "1"), ("x-one", "2")), "/dev/a%2Fb", b"body")
    assert request
    assert request.query == (("b", "1"), ("a", "é"), ("b", ""), ("c", ""))
    assert request.headers == (("X-One", "1"), ("x-one", "2"))
    assert (request.path, request.raw_path) == ("/dev/a/b", "/dev/a%2Fb")


@pytest.fixture
def api(cloud: CloudProcess, client: Callable[[str], Any]) -> RestApi:
    made = RestApi(client("apigateway"), cloud.endpoint_url)
    made.mock("GET", "/orders", '"orders"')
    made.deploy()
    return made


def test_an_api_answers_by_path_and_by_host(api: RestApi) -> None:
    by_host = [
        HTTP.get(f"{api.endpoint}/dev/orders", headers={"host": f"{api.id}.execute-api{region}.localhost:1"})
        for region in ("", ".us-east-1")
    ]
    assert [answer.json() for answer in (api.get("/orders"), *by_host)] == ["orders"] * 3


def test_a_host_of_aws_is_not_served(api: RestApi) -> None:
    host = f"{api.id}.execute-api.us-east-1.amazonaws.com"
    answer = HTTP.get(f"{api.endpoint}/dev/orders", headers={"host": host})
    assert answer.status_code == 403
    assert host in answer.json()["message"]


@pytest.mark.parametrize("path", ["/_execute-api/nosuchapi1/dev/orders", "/_execute-api/nosuchapi1"])
def test_an_api_that_is_not_there_is_forbidden(cloud: CloudProcess, path: str) -> None:
    answer = HTTP.get(cloud.endpoint_url + path)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert answer.headers["x-amzn-ErrorType"] == "ForbiddenException"


@pytest.mark.parametrize("path", ["/prod/orders", "/", "", "/DEV/orders", "//orders"])
def test_a_stage_that_is_not_there_is_forbidden(api: RestApi, path: str) -> None:
    status, body = api.raw(path)
    assert (status, body) == (403, {"message": "Forbidden"})


def test_a_deleted_api_is_gone_at_once(api: RestApi) -> None:
    assert api.get("/orders").status_code == 200
    api.client.delete_rest_api(restApiId=api.id)
    assert api.get("/orders").json() == {"message": "Forbidden"}


def test_an_emptied_account_has_no_apis_and_others_keep_theirs(cloud: CloudProcess, account: str, api: RestApi) -> None:
    other = RestApi(cloud.client("apigateway", str(int(account) + 500_000)), cloud.endpoint_url)
    other.mock("GET", "/orders", '"theirs"')
    other.deploy()
    assert api.get("/orders").status_code == other.get("/orders").status_code == 200
    HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account})
    assert api.get("/orders").json() == {"message": "Forbidden"}
    assert other.get("/orders").json() == "theirs"


def test_an_api_of_another_region_answers_too(cloud: CloudProcess, account: str) -> None:
    api = RestApi(cloud.client("apigateway", account, "sa-east-1"), cloud.endpoint_url)
    api.mock("GET", "/orders", '"from São Paulo"')
    api.deploy()
    assert api.get("/orders").json() == "from São Paulo"


def test_the_default_endpoint_can_be_switched_off(api: RestApi) -> None:
    api.client.update_rest_api(
        restApiId=api.id, patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}]
    )
    assert (api.get("/orders").status_code, api.get("/orders").json()) == (403, {"message": "Forbidden"})
