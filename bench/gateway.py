"""An API under load: real HTTP from one process that does nothing else, on 1 and on 32 connections that stay open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bench.measures import create, percentile
from bench.servers import ACCOUNT, Server

ECHO = 'def handler(event, context):\n    return {"statusCode": 200, "body": "ok"}\n'
MAPPED = 'def handler(event, context):\n    return {"order": event["id"], "cents": 3990}\n'
GUARD = """
def handler(event, context):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    return {"principalId": "ana", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
MODEL = json.dumps(
    {"type": "object", "required": ["order"], "properties": {"order": {"type": "string", "minLength": 1}}}
)
REQUEST = '#set($asked = $input.path("$"))\n{"id": "$asked.order", "stage": "$context.stage"}'
RESPONSE = (
    '#set($made = $input.path("$"))\n{"order": "$made.order", "total": {"cents": $made.cents, "currency": "BRL"}}'
)
BODY = json.dumps({"order": "A-7"}).encode()
STAGE = "prod"


@dataclass
class Load:
    """What came of many requests. seconds: from the first to the last. waits: of each answer with status 200, in milliseconds. failed: all others."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    failed: int = 0

    def __str__(self) -> str:
        if not self.waits:
            return "–"
        said = f"{percentile(self.waits, 50):.2f} / {percentile(self.waits, 99):.2f}, {len(self.waits) / self.seconds:.0f}/s of {len(self.waits)}"
        return f"{said}, {self.failed} failed" if self.failed else said


class Api:
    """A REST API with four ways behind it, on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._gateway = server.client("apigateway")
        self.id = self._gateway.create_rest_api(name="bench")["id"]
        self._root = self._gateway.get_resources(restApiId=self.id)["items"][0]["id"]
        for name, source in (("echo", ECHO), ("mapped", MAPPED), ("guard", GUARD)):
            create(server, name, source)
        self._mock()
        self._proxy("proxy")
        self._proxy("limited")
        self._mapped()
        guard = self._gateway.create_authorizer(
            restApiId=self.id,
            name="guard",
            type="TOKEN",
            authorizerUri=self._uri("guard"),
            identitySource="method.request.header.X-Token",
        )["id"]
        self._proxy("guarded", authorizationType="CUSTOM", authorizerId=guard)
        self._gateway.create_deployment(restApiId=self.id, stageName=STAGE)

    def limit(self, rate: int, burst: int) -> None:
        """Throttle the method ``POST /limited``: requests a second, and how many at once."""
        operations = [
            {"op": "replace", "path": f"/~1limited/POST/throttling/{name}", "value": str(value)}
            for name, value in (("rateLimit", rate), ("burstLimit", burst))
        ]
        self._gateway.update_stage(restApiId=self.id, stageName=STAGE, patchOperations=operations)

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The bytes of one request, as a client would send them."""
        port = urlsplit(self._server.endpoint_url).port
        lines = [
            f"{method} /{STAGE}{path} HTTP/1.1",
            f"Host: {self.id}.execute-api.localhost:{port}",
            "Content-Type: application/json",
            f"Authorization: AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=bench",
            "X-Token: ana",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _uri(self, function: str) -> str:
        arn = f"arn:aws:lambda:us-east-1:{self._account}:function:{function}"
        return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"

    @property
    def _account(self) -> str:
        return str(self._server.client("sts").get_caller_identity()["Account"])

    def _method(self, name: str, verb: str, **more: Any) -> dict[str, str]:
        resource = self._gateway.create_resource(restApiId=self.id, parentId=self._root, pathPart=name)["id"]
        where = {"restApiId": self.id, "resourceId": resource, "httpMethod": verb}
        self._gateway.put_method(**where, **{"authorizationType": "NONE", **more})
        return where

    def _answers(self, where: dict[str, str], template: str) -> None:
        self._gateway.put_method_response(**where, statusCode="200")
        self._gateway.put_integration_response(
            **where, statusCode="200", responseTemplates={"application/json": template}
        )

    def _mock(self) -> None:
        where = self._method("mock", "GET")
        self._gateway.put_integration(
            **where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        self._answers(where, '{"sku": "$input.params(\'sku\')", "stage": "$context.stage"}')

    def _proxy(self, name: str, **more: Any) -> None:
        where = self._method(name, "POST", **more)
        self._gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=self._uri("echo"))

    def _mapped(self) -> None:
        self._gateway.create_model(restApiId=self.id, name="Order", contentType="application/json", schema=MODEL)
        validator = self._gateway.create_request_validator(
            restApiId=self.id, name="all", validateRequestBody=True, validateRequestParameters=True
        )["id"]
        where = self._method(
            "mapped", "POST", requestValidatorId=validator, requestModels={"application/json": "Order"}
        )
        self._gateway.put_integration(
            **where,
            type="AWS",
            integrationHttpMethod="POST",
            uri=self._uri("mapped"),
            requestTemplates={"application/json": REQUEST},
        )
        self._answers(where, RESPONSE)


def load(server: Server, request: bytes, times: int, connections: int, most_seconds: float = 30) -> Load:
    """Send ``request`` ``times`` times over ``connections`` connections, each waiting for its answer before it sends the next.

    most_seconds: after that nothing more is sent, so that a slow server does not hold the others up.
    """
    result = Load()
    ends = time.perf_counter() + most_seconds

    async def worker(count: int) -> None:
        reader, writer = await _open(server)
        for _ in range(count):
            if time.perf_counter() > ends:
                break
            await _ask(reader, writer, request, result)
        writer.close()

    shares = [times // connections + (place < times % connections) for place in range(connections)]
    _run(result, [lambda count=count: worker(count) for count in shares])  # type: ignore[misc]
    return result


def overload(server: Server, request: bytes, rate: int, seconds: int, connections: int = 8) -> Load:
    """Send ``rate`` requests a second for ``seconds``, whatever is answered: ``waits`` are those that were let in."""
    result = Load()
    pause = connections / rate
    ends = time.perf_counter() + seconds

    async def worker(place: int) -> None:
        reader, writer = await _open(server)
        due = time.perf_counter() + pause * place / connections
        while due < ends:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await _ask(reader, writer, request, result)
            due += pause
        writer.close()

    _run(result, [lambda place=place: worker(place) for place in range(connections)])  # type: ignore[misc]
    return result


def _run(result: Load, workers: list[Callable[[], Awaitable[None]]]) -> None:
    async def all_of_them() -> None:
        began = time.perf_counter()
        await asyncio.gather(*(worker() for worker in workers))
        result.seconds = time.perf_counter() - began

    asyncio.run(all_of_them())


async def _open(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(server.endpoint_url)
    return await asyncio.open_connection(address.hostname, address.port)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, result: Load) -> None:
    began = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1]
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    if status == b"200":
        result.waits.append((time.perf_counter() - began) * 1000)
    else:
        result.failed += 1
