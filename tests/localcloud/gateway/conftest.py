"""REST APIs of a test's own account, made with plain boto3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

FUNCTION_URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations"


@pytest.fixture
def aws(client: Callable[[str], Any]) -> Any:
    """The API Gateway client of the test's account."""
    return client("apigateway")


@pytest.fixture
def api(aws: Any) -> dict[str, Any]:
    """A REST API without resources."""
    return aws.create_rest_api(name="loja")  # type: ignore[no-any-return]


@pytest.fixture
def mocked(aws: Any, api: dict[str, Any]) -> dict[str, Any]:
    """A REST API whose root answers GET by itself."""
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    aws.put_method(**place, authorizationType="NONE")
    aws.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    return api


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error["Message"])
