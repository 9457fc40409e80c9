"""Function URLs: their configurations through boto3, and what they answer over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions

ANSWERS = """
    def handler(event, context):
        kind = event['rawPath'].strip('/')
        if kind == 'evento':
            return event
        if kind == 'erro':
            raise ValueError('quebrou')
        return {
            'dict': {'a': 1},
            'texto': 'hello',
            'lista': [1, {'b': 2}],
            'nada': None,
            'completo': {'statusCode': 201, 'headers': {'X-A': 'b'}, 'cookies': ['c=1', 'd=2'], 'body': 'b2s=', 'isBase64Encoded': True},
            'forma': {'statusCode': 'x'},
        }[kind]
"""


class Urls:
    """Makes function URLs in one account and calls them."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.aws = functions.aws

    def create(self, source: str = ANSWERS, *, public: bool = True, **settings: Any) -> str:
        self.functions.create("url", source)
        if public:
            self.allow()
        return str(self.aws.create_function_url_config(**{"FunctionName": "url", "AuthType": "NONE", **settings})["FunctionUrl"])  # fmt: skip

    def allow(self, **settings: Any) -> None:
        """Let everybody in, by both actions that AWS asks for since October 2025."""
        self.aws.add_permission(
            FunctionName="url",
            StatementId="url",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
            **settings,
        )
        self.aws.add_permission(
            FunctionName="url",
            StatementId="invoke",
            Action="lambda:InvokeFunction",
            Principal="*",
            InvokedViaFunctionUrl=True,
            **settings,
        )


@pytest.fixture
def urls(functions: Functions) -> Urls:
    return Urls(functions)


def call(url: str, path: str = "", method: str = "GET", **options: Any) -> requests.Response:
    return requests.request(method, url + path, timeout=60, **options)


def test_every_kind_of_result_becomes_an_answer(urls: Urls) -> None:
    url = urls.create()
    for kind, text in (("dict", '{"a":1}'), ("texto", "hello"), ("lista", '[1,{"b":2}]'), ("nada", "null")):
        response = call(url, kind)
        assert (response.status_code, response.text, response.headers["content-type"]) == (
            200,
            text,
            "application/json",
        )
    whole = call(url, "completo")
    assert (whole.status_code, whole.content, whole.headers["x-a"]) == (201, b"ok", "b")
    assert whole.cookies.get_dict() == {"c": "1", "d": "2"}
    for kind in ("erro", "forma"):
        response = call(url, kind)
        assert (response.status_code, response.text) == (502, "Internal Server Error")
    assert response.headers["x-amzn-requestid"]


def test_the_event_has_the_shape_of_aws(urls: Urls) -> None:
    url = urls.create()
    event = call(url, "evento?a=1&a=2", "POST", data="oi", headers={"Content-Type": "text/plain", "Cookie": "c=1"}).json()  # fmt: skip
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["stage"] == "$default"
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/evento"
    assert event["rawQueryString"] == "a=1&a=2"
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert event["cookies"] == ["c=1"]
    assert (event["body"], event["isBase64Encoded"]) == ("oi", False)
    assert event["requestContext"]["accountId"] == "anonymous"
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["domainPrefix"] == event["requestContext"]["apiId"] in url
    assert event["headers"]["x-forwarded-proto"] == "http"
    binary = call(url, "evento", "POST", data=b"\xff\x00", headers={"Content-Type": "image/png"}).json()
    assert binary["isBase64Encoded"] is True
    assert base64.b64decode(binary["body"]) == b"\xff\x00"


def test_without_both_permissions_it_is_forbidden(urls: Urls) -> None:
    url = urls.create(public=False)
    refusal = {
        "Message": "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
    }
    assert (call(url, "dict").status_code, call(url, "dict").json()) == (403, refusal)
    urls.allow()
    assert call(url, "dict").status_code == 200
    for statement in ("url", "invoke"):
        urls.aws.remove_permission(FunctionName="url", StatementId=statement)
        assert call(url, "dict").json() == refusal
        if statement == "url":
            urls.aws.add_permission(FunctionName="url", StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")  # fmt: skip
    urls.aws.add_permission(FunctionName="url", StatementId="iam", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="AWS_IAM")  # fmt: skip
    assert call(url, "dict").status_code == 403


def test_a_url_for_signed_requests_says_that_it_is_not_served(urls: Urls) -> None:
    response = call(urls.create(AuthType="AWS_IAM"), "dict")
    assert response.status_code == 403
    assert "AuthType NONE" in response.json()["Message"]


def test_no_concurrency_is_429(urls: Urls) -> None:
    url = urls.create()
    urls.aws.put_function_concurrency(FunctionName="url", ReservedConcurrentExecutions=0)
    assert call(url, "dict").status_code == 429


def test_cors_is_answered_by_the_url(urls: Urls) -> None:
    url = urls.create(Cors={"AllowOrigins": ["https://loja.example"], "AllowMethods": ["GET"], "MaxAge": 60})
    asked = {"Origin": "https://loja.example", "Access-Control-Request-Method": "GET"}
    preflight = call(url, "dict", "OPTIONS", headers=asked)
    assert preflight.headers["access-control-allow-origin"] == "https://loja.example"
    assert preflight.headers["access-control-max-age"] == "60"
    assert call(url, "dict", headers=asked).headers["access-control-allow-origin"] == "https://loja.example"
    assert "access-control-allow-origin" not in call(url, "dict", headers={"Origin": "https://outra"}).headers


def test_a_configuration_is_kept_listed_changed_and_deleted(urls: Urls) -> None:
    url = urls.create()
    got = urls.aws.get_function_url_config(FunctionName="url")
    assert (got["FunctionUrl"], got["AuthType"], got["InvokeMode"]) == (url, "NONE", "BUFFERED")
    assert got["FunctionArn"].endswith(":function:url")
    with pytest.raises(ClientError, match="ResourceConflictException"):
        urls.aws.create_function_url_config(FunctionName="url", AuthType="NONE")
    urls.aws.update_function_url_config(FunctionName="url", Cors={"AllowOrigins": ["*"]})
    listed = urls.aws.list_function_url_configs(FunctionName="url")["FunctionUrlConfigs"]
    assert [(one["FunctionUrl"], one["Cors"]) for one in listed] == [(url, {"AllowOrigins": ["*"]})]
    urls.aws.delete_function_url_config(FunctionName="url")
    assert call(url, "dict").status_code == 404
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        urls.aws.get_function_url_config(FunctionName="url")


def test_an_alias_has_a_url_of_its_own(urls: Urls) -> None:
    source = "def handler(event, context):\n    return context.function_version\n"
    own = urls.create(source)
    urls.aws.publish_version(FunctionName="url")
    urls.aws.create_alias(FunctionName="url", Name="prod", FunctionVersion="1")
    made = urls.aws.create_function_url_config(FunctionName="url", Qualifier="prod", AuthType="NONE")
    assert made["FunctionArn"].endswith(":url:prod")
    urls.aws.add_permission(FunctionName="url", Qualifier="prod", StatementId="u2", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")  # fmt: skip
    urls.aws.add_permission(FunctionName="url", Qualifier="prod", StatementId="i2", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True)  # fmt: skip
    assert (call(own).text, call(made["FunctionUrl"]).text) == ("$LATEST", "1")
    assert len(urls.aws.list_function_url_configs(FunctionName="url")["FunctionUrlConfigs"]) == 2
    urls.aws.delete_alias(FunctionName="url", Name="prod")
    assert call(made["FunctionUrl"]).status_code == 404
    urls.aws.delete_function(FunctionName="url")
    assert call(own).status_code == 404


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"InvokeMode": "RESPONSE_STREAM"}, "RESPONSE_STREAM"),
        ({"Qualifier": "1"}, "qualifier"),
        ({"FunctionName": "outra"}, "Function not found"),
        ({"Cors": {"MaxAge": 90_000}}, "86400"),
    ],
)
def test_what_a_url_cannot_have_is_refused(urls: Urls, settings: dict[str, Any], word: str) -> None:
    urls.functions.create("url", ANSWERS)
    with pytest.raises(ClientError, match=word):
        urls.aws.create_function_url_config(**{"FunctionName": "url", "AuthType": "NONE", **settings})


def test_an_account_that_is_emptied_has_no_urls(
    urls: Urls, client: Callable[[str], Any], cloud: Any, account: str
) -> None:
    url = urls.create()
    requests.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account}, timeout=30).raise_for_status()  # fmt: skip
    assert call(url, "dict").status_code == 404
