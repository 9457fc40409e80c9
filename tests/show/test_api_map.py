"""The picture of a deployed API, drawn from Loja's own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import boto3
import pytest

from helpers.desk.shop import open_shop
from helpers.errors import CourseError
from helpers.show.api_map import api_map

WANTED = """\
loja · stage prod · 100/s, burst 50 · plan partners: 1/s, burst 10, 1000 a day
POST    /login           open to all · body: Login                → function login
POST    /orders          customer + API key · body: Order         → function orders
GET     /orders/{order}  customer + API key                       → dynamodb GetItem
GET     /products        open to all                              → function products
GET     /products/{sku}  open to all                              → function products"""


def shop_id() -> str:
    return open_shop().url.rsplit("/", 2)[1]


def test_it_shows_routes_guards_checks_limits_and_what_stands_behind(connected: str) -> None:
    api = shop_id()
    drawn = api_map(api)
    assert [line.split() for line in str(drawn).splitlines()] == [line.split() for line in WANTED.splitlines()]
    ElementTree.fromstring(drawn.as_svg())
    assert drawn.as_svg() == api_map(api).as_svg()
    bundle = drawn._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}


def test_it_shows_what_is_deployed_and_the_limits_of_one_method(connected: str) -> None:
    api = shop_id()
    gateway = boto3.client("apigateway")
    root = next(one["id"] for one in gateway.get_resources(restApiId=api)["items"] if one["path"] == "/")
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="ANY", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="ANY", type="HTTP_PROXY", uri="http://127.0.0.1:1/<&>", integrationHttpMethod="ANY")  # fmt: skip
    assert "ANY" not in str(api_map(api))
    gateway.create_deployment(restApiId=api, stageName="prod")
    changes = [{"op": "replace", "path": f"/~1login/POST/throttling/{name}Limit", "value": "2"} for name in ("rate", "burst")]  # fmt: skip
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=changes)
    drawn = api_map(api)
    assert "127.0.0.1:1/<&>" in str(drawn)
    assert "2/s, burst 2" in next(line for line in str(drawn).splitlines() if "/login" in line)
    ElementTree.fromstring(drawn.as_svg())


def test_it_speaks_portuguese_in_a_portuguese_notebook(connected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api = shop_id()
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    changes = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "2.5"}]
    boto3.client("apigateway").update_stage(restApiId=api, stageName="prod", patchOperations=changes)
    drawn = str(api_map(api))
    assert "aberta a todos" in drawn
    assert "2,5/s, burst 50" in drawn


def test_an_api_or_a_stage_that_is_not_there_is_a_sentence(connected: str) -> None:
    with pytest.raises(CourseError, match="deploy it first"):
        api_map("nothing", "prod")
