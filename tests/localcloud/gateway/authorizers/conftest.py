"""An API whose routes ask an authorizer, and answer with what they know of the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.gateway.rest_help import RestApi

KNOWN = '{"principal": "$context.authorizer.principalId", "plan": "$context.authorizer.plan", "staff": "$context.authorizer.staff", "email": "$context.authorizer.claims.email", "key": "$context.identity.apiKey"}'


class Guarded(RestApi):
    """An API with authorizers."""

    functions: Functions

    def guard(self, source: str, kind: str = "TOKEN", **settings: Any) -> str:
        """A Lambda authorizer; its id."""
        arn = self.functions.create("guard", source)["FunctionArn"]
        given = {"identitySource": "method.request.header.Authorization", **settings}
        made = self.client.create_authorizer(
            restApiId=self.id,
            name="guard",
            type=kind,
            authorizerUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
            **given,
        )
        return str(made["id"])

    def route(self, path: str, authorizer: str, kind: str = "CUSTOM", **method: Any) -> None:
        """A route behind an authorizer, in the next deployment."""
        self.mock("GET", path, KNOWN, authorizationType=kind, authorizerId=authorizer, **method)

    def runs(self) -> int:
        """How often the authorizer's function ran."""
        return sum(line.startswith("START") for line in self.functions.log("guard"))


@pytest.fixture
def guarded(cloud: CloudProcess, client: Callable[[str], Any]) -> Guarded:
    api = Guarded(client("apigateway"), cloud.endpoint_url)
    api.functions = Functions(client)
    return api
