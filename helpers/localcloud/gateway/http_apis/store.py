"""The HTTP APIs of a server: documents in the API's own names, as ``Get…`` answers them.

moto keeps routes and integrations of HTTP APIs without checking them, and knows no deployments.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
"""

from __future__ import annotations

import copy
import random
import string
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.apigatewayv2.models import apigatewayv2_backends

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.gateway.http_apis.errors import NotFound
from helpers.localcloud.timestamps import to_the_second

Document = dict[str, Any]
DEFAULT_STAGE = "$default"


@dataclass(frozen=True)
class Snapshot:
    """What a deployment holds: the API as it stood then. routes by their key, integrations and authorizers by their id."""

    routes: Mapping[str, Document]
    integrations: Mapping[str, Document]
    authorizers: Mapping[str, Document]
    cors: Document | None


@dataclass
class HttpApi:
    """One API. document: what ``GetApi`` answers. Its parts by id, its stages by name; ``snapshots`` by deployment."""

    account: str
    region: str
    id: str
    document: Document
    routes: dict[str, Document] = field(default_factory=dict)
    integrations: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    stages: dict[str, Document] = field(default_factory=dict)
    deployments: dict[str, Document] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def arn(self) -> str:
        """The ARN that tags are put on."""
        return f"arn:aws:apigateway:{self.region}::/apis/{self.id}"

    def part(self, kind: str, key: str) -> Document:
        """A route, integration, authorizer, stage or deployment. kind: as in ``Invalid Route identifier specified``.

        Raises: ``NotFound``.
        """
        parts: dict[str, Document] = getattr(self, _PLACES[kind])
        found = parts.get(key)
        if found is None:
            raise NotFound(f"Invalid {kind} identifier specified {key}")
        return found

    def snapshot(self) -> Snapshot:
        """The API as it stands now."""
        return Snapshot(
            routes={route["routeKey"]: copy.deepcopy(route) for route in self.routes.values()},
            integrations=copy.deepcopy(self.integrations),
            authorizers=copy.deepcopy(self.authorizers),
            cors=copy.deepcopy(self.document.get("corsConfiguration")),
        )


_PLACES = {
    "Route": "routes",
    "Integration": "integrations",
    "Authorizer": "authorizers",
    "Stage": "stages",
    "Deployment": "deployments",
}


class Store:
    """All HTTP APIs of a server. endpoint_url: of the server; APIs answer below it."""

    def __init__(self, clock: VirtualClock, endpoint_url: str) -> None:
        self.clock = clock
        self._endpoint_url = endpoint_url
        self._apis: dict[str, HttpApi] = {}

    def add(self, account: str, region: str, document: Document) -> HttpApi:
        """A new API; it gets its id, endpoint and date here."""
        api_id = new_id(10)
        api = HttpApi(account, region, api_id, document)
        document.update(
            apiId=api_id,
            apiEndpoint=f"{self._endpoint_url}/_execute-api/{api_id}",
            createdDate=to_the_second(self.clock.now()),
        )
        self._apis[api_id] = api
        apigatewayv2_backends[account][region].apis[api_id] = api  # type: ignore[assignment]  # where others look ids up
        return api

    def get(self, account: str, region: str, api_id: str) -> HttpApi:
        """An API of an account.

        Raises: ``NotFound``.
        """
        api = self._apis.get(api_id)
        if api is None or (api.account, api.region) != (account, region):
            raise NotFound(f"Invalid API identifier specified {account}:{api_id}")
        return api

    def find(self, api_id: str) -> HttpApi | None:
        """An API of any account, as a client that only knows its address finds it."""
        return self._apis.get(api_id)

    def of(self, account: str, region: str) -> list[HttpApi]:
        """The APIs of an account."""
        return [api for api in list(self._apis.values()) if (api.account, api.region) == (account, region)]

    def drop(self, api: HttpApi) -> None:
        """Delete an API with all that is in it."""
        self._apis.pop(api.id, None)
        apigatewayv2_backends[api.account][api.region].apis.pop(api.id, None)

    def forget(self, account: str) -> set[str]:
        """Delete all APIs of an account that is being emptied; their ids."""
        gone = {api.id for api in list(self._apis.values()) if api.account == account}
        for api_id in gone:
            self._apis.pop(api_id, None)
        return gone


def new_id(length: int = 7) -> str:
    """An id as API Gateway makes them."""
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=length))
