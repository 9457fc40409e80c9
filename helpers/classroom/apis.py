"""A deployed REST API as a check calls it: over HTTP, with the judge's own requests.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from helpers.classroom.account import Account
from helpers.classroom.checks import expect
from helpers.classroom.texts import Text
from helpers.cloud.urls import address_of

Body = str | bytes | Mapping[str, Any] | Sequence[Any] | None


@dataclass(frozen=True)
class Call:
    """One request that a check wants made. body: text and bytes are sent as they are, anything else as JSON."""

    method: str
    path: str
    body: Body = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What an API answered. headers: their names in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """The body as JSON; ``None`` when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Api:
    """The REST API called ``name``, at one of its stages.

    Raises, at the first call: a failed expectation when there is no such API, or two of them.
    """

    def __init__(self, account: Account, name: str, stage: str = "prod") -> None:
        self._account = account
        self.name = name
        self.stage = stage
        self._id: str | None = None

    @property
    def id(self) -> str:
        """The id of the API, looked up once."""
        if self._id is None:
            pages = self._account.client("apigateway").get_paginator("get_rest_apis").paginate()
            found = [one["id"] for page in pages for one in page["items"] if one["name"] == self.name]
            expect(
                len(found) == 1,
                en="expected one REST API named {name}; the account has {count}",
                pt="era esperada uma API REST chamada {name}; a conta tem {count}",
                read={
                    "en": "lesson 07, 'An API in five calls'",
                    "pt-BR": "lição 07, 'Uma API em cinco chamadas'",
                },
                name=self.name,
                count=len(found),
            )
            self._id = found[0]
        return self._id

    @property
    def address(self) -> str:
        """Where the stage answers, without a slash at the end."""
        return address_of(self.id, self.stage, endpoint_url=self._account.endpoint_url, region=self._account.region)

    def call(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request; redirects are not followed."""
        with self._client() as client:
            return self._send(client, Call(method, path, body, headers or {}, query or {}))

    def burst(self, calls: Sequence[Call], at_once: int = 8) -> list[Answer]:
        """Make many requests, up to ``at_once`` at the same moment; the answers in the order of ``calls``."""
        with self._client() as client, ThreadPoolExecutor(at_once) as pool:
            send: Callable[[Call], Answer] = lambda one: self._send(client, one)  # noqa: E731
            return list(pool.map(send, calls))

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=self._account.call_seconds, trust_env=False)

    @staticmethod
    def _send(client: httpx.Client, one: Call) -> Answer:
        headers = dict(one.headers)
        content: str | bytes | None
        if one.body is None or isinstance(one.body, str | bytes):
            content = one.body
        else:
            content = json.dumps(one.body)
            headers.setdefault("Content-Type", "application/json")
        answer = client.request(one.method, one.path, content=content, headers=headers, params=dict(one.query) or None)
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.text)


def api_key(account: Account, name: str, read: Text | None = None) -> dict[str, Any]:
    """The one enabled API key with this name, its value included. read: what helps where it is missing."""
    pages = account.client("apigateway").get_paginator("get_api_keys").paginate(includeValues=True)
    found = [key for page in pages for key in page["items"] if key["name"] == name]
    expect(
        len(found) == 1 and found[0].get("enabled"),
        en="expected one enabled API key named {name}; the account has {count}",
        pt="era esperada uma chave de API ativa chamada {name}; a conta tem {count}",
        read=read,
        name=name,
        count=len(found),
    )
    return dict(found[0])


def usage_plan(account: Account, name: str, read: Text | None = None) -> dict[str, Any]:
    """The one usage plan with this name. read: what helps where it is missing."""
    pages = account.client("apigateway").get_paginator("get_usage_plans").paginate()
    found = [plan for page in pages for plan in page["items"] if plan["name"] == name]
    expect(
        len(found) == 1,
        en="expected one usage plan named {name}; the account has {count}",
        pt="era esperado um usage plan chamado {name}; a conta tem {count}",
        read=read,
        name=name,
        count=len(found),
    )
    return dict(found[0])
