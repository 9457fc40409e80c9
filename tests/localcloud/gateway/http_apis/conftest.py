"""HTTP APIs of a test's own account, called over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from tests.localcloud.conftest import Functions

ECHO = """
    def handler(event, context):
        return event
"""


class Apis:
    """Makes HTTP APIs in one account and calls them."""

    def __init__(self, client: Callable[[str], Any], functions: Functions) -> None:
        self.client = client
        self.functions = functions
        self.aws = client("apigatewayv2")
        self.endpoints: dict[str, str] = {}

    def create(self, **settings: Any) -> str:
        """The id of a new API with a stage ``$default`` that is deployed at each change."""
        api = self.aws.create_api(**{"Name": "loja", "ProtocolType": "HTTP", **settings})
        self.endpoints[api["ApiId"]] = api["ApiEndpoint"]
        if "Target" not in settings:
            self.aws.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
        return str(api["ApiId"])

    def integrate(self, api: str, function: str, version: str = "2.0", **settings: Any) -> str:
        """The target of a new integration with a function."""
        made = self.aws.create_integration(
            **{
                "ApiId": api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": function,
                "PayloadFormatVersion": version,
                **settings,
            }
        )
        return f"integrations/{made['IntegrationId']}"

    def route(self, api: str, key: str, target: str, **settings: Any) -> str:
        """The id of a new route."""
        return str(self.aws.create_route(ApiId=api, RouteKey=key, Target=target, **settings)["RouteId"])

    def echo(self, *keys: str, version: str = "2.0", **settings: Any) -> str:
        """An API whose routes answer with the event that their function gets, in the body."""
        source = (
            "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
        )
        api = self.create()
        function = self.functions.create("echo", source)["FunctionArn"]
        target = self.integrate(api, function, version, **settings)
        for key in keys:
            self.route(api, key, target)
        return api

    def call(self, api: str, path: str = "/", method: str = "GET", **options: Any) -> requests.Response:
        return requests.request(method, self.endpoints[api] + path, timeout=60, **{"allow_redirects": False, **options})

    def event(self, api: str, path: str = "/", method: str = "GET", **options: Any) -> Mapping[str, Any]:
        """What the function of an echoing API got."""
        response = self.call(api, path, method, **options)
        assert response.status_code == 200, response.text
        return json.loads(response.text)  # type: ignore[no-any-return]


@pytest.fixture
def apis(client: Callable[[str], Any], functions: Functions) -> Apis:
    return Apis(client, functions)
