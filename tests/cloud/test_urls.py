"""``invoke_url``: where a notebook calls an API, here and on AWS."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers import invoke_url
from helpers.cloud import targets
from helpers.cloud.targets import Target
from helpers.errors import CloudUnavailable, CourseError
from tests.conftest import HTTP, CloudProcess
from tests.localcloud.gateway.rest_help import RestApi


def test_an_api_is_called_where_the_notebook_is_connected(
    cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
    api = RestApi(cloud.client("apigateway", account), cloud.endpoint_url)
    api.mock("GET", "/orders", '"orders"')
    api.deploy()
    assert HTTP.get(f"{invoke_url(api.id, 'dev')}/orders").json() == "orders"
    assert invoke_url(api.id) == invoke_url(api.id, "$default") == f"{cloud.endpoint_url}/_execute-api/{api.id}"


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("sa-east-1", "https://abc123.execute-api.sa-east-1.amazonaws.com/dev"),
        ("cn-north-1", "https://abc123.execute-api.cn-north-1.amazonaws.com.cn/dev"),
    ],
)
def test_in_a_real_aws_cell_it_is_the_address_on_aws(region: str, expected: str) -> None:
    environment = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}
    own: Any = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=region)
    with targets.entered(Target("aws", "123456789012", "arn", region, None, own, environment)):
        assert invoke_url("abc123", "dev") == expected


def test_what_is_no_id_is_refused() -> None:
    with pytest.raises(CourseError, match="create_rest_api"):
        invoke_url("../other")


def test_before_connect_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(CloudUnavailable):
        invoke_url("abc123")
