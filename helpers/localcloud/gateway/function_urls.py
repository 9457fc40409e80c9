"""Function URLs: an HTTPS address of a function's own, without an API.

Their configurations are kept here, because moto knows neither qualifiers nor lists of them.
Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html and
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from helpers.localcloud import compute
from helpers.localcloud.compute.errors import (
    InvalidParameterValue,
    LambdaError,
    ResourceConflict,
    ResourceNotFound,
    Validation,
    not_here,
)
from helpers.localcloud.compute.functions import Reference, find, parse, policy_of
from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse
from helpers.localcloud.gateway.http_apis import answers, cors, events
from helpers.localcloud.gateway.http_apis.store import Document, new_id
from helpers.localcloud.metrics import emit
from helpers.localcloud.policies import allows

_HELP = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_CORS_NAMES = {
    "AllowCredentials": "allowCredentials",
    "AllowHeaders": "allowHeaders",
    "AllowMethods": "allowMethods",
    "AllowOrigins": "allowOrigins",
    "ExposeHeaders": "exposeHeaders",
    "MaxAge": "maxAge",
}
_planes: list[FunctionUrls] = []


@dataclass
class FunctionUrl:
    """One URL. reference: the function, with the alias if the URL is one of an alias. settings: what the API answers."""

    id: str
    reference: Reference
    settings: Document = field(default_factory=dict)

    @property
    def cors(self) -> Document:
        """Its CORS settings in the names of HTTP APIs."""
        given = self.settings.get("Cors") or {}
        return {_CORS_NAMES[name]: value for name, value in given.items() if value is not None}


class FunctionUrls:
    """Keeps and serves the function URLs of one server."""

    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._urls: dict[str, FunctionUrl] = {}
        self._lock = threading.Lock()
        _planes.append(self)
        context.on_close.append(lambda: _planes.remove(self))

    def forget(self, account: str) -> None:
        """Drop the URLs of an account that is being emptied."""
        with self._lock:
            for key in [key for key, url in self._urls.items() if url.reference.account == account]:
                del self._urls[key]

    def create(self, account: str, region: str, function: str, qualifier: str | None, members: Document) -> Document:
        """CreateFunctionUrlConfig.

        Raises: ``ResourceNotFound``, ``ResourceConflict``, ``Validation``, ``InvalidParameterValue``.
        """
        reference = _reference(account, region, function, qualifier)
        settings = _checked(members)
        if "AuthType" not in settings:
            raise Validation(None, "authType", "Member must not be null")
        with self._lock:
            if self._of(reference):
                raise ResourceConflict(
                    f"Failed to create function url config for [functionArn = {reference.arn}]. Error message:  FunctionUrlConfig exists for this Lambda function"
                )
            url = FunctionUrl(new_id(32), reference)
            self._urls[url.id] = url
        now = self._now()
        url.settings = {
            "FunctionUrl": f"{self._context.endpoint_url}/_lambda-url/{url.id}/",
            "FunctionArn": reference.arn,
            "InvokeMode": "BUFFERED",
            **settings,
            "CreationTime": now,
            "LastModifiedTime": now,
        }
        return url.settings

    def update(self, account: str, region: str, function: str, qualifier: str | None, members: Document) -> Document:
        """UpdateFunctionUrlConfig: what is given replaces what was there.

        Raises: as ``create``.
        """
        url = self.get(account, region, function, qualifier)
        url.settings = {**url.settings, **_checked(members), "LastModifiedTime": self._now()}
        return url.settings

    def get(self, account: str, region: str, function: str, qualifier: str | None) -> FunctionUrl:
        """The URL of a function or alias.

        Raises: ``ResourceNotFound``.
        """
        url = self._of(_reference(account, region, function, qualifier))
        if url is None:
            raise ResourceNotFound("The resource you requested does not exist.")
        return url

    def delete(self, account: str, region: str, function: str, qualifier: str | None) -> None:
        """DeleteFunctionUrlConfig.

        Raises: ``ResourceNotFound``.
        """
        del self._urls[self.get(account, region, function, qualifier).id]

    def of_function(self, account: str, region: str, function: str) -> list[Document]:
        """All URLs of a function: its own and those of its aliases.

        Raises: ``ResourceNotFound``.
        """
        name = _reference(account, region, function, None).name
        return [
            url.settings
            for url in list(self._urls.values())
            if (url.reference.account, url.reference.region, url.reference.name) == (account, region, name)
        ]

    def function_deleted(self, account: str, region: str, name: str, qualifier: str | None = None) -> None:
        """Drop the URLs of a function that was deleted, or of one of its aliases."""
        with self._lock:
            for key, url in list(self._urls.items()):
                one = url.reference
                if (one.account, one.region, one.name) == (account, region, name) and qualifier in (
                    None,
                    one.qualifier,
                ):
                    del self._urls[key]

    def answer(self, request: HttpRequest, url_id: str) -> HttpResponse:
        """Answer a request to a URL."""
        url = self._urls.get(url_id)
        if url is None:
            return _message(404, None)
        began = time.monotonic()
        preflight = cors.preflight(url.cors, request) if url.cors else None
        response = preflight or self._called(url, request)
        if url.cors and preflight is None:
            cors.dress(url.cors, request, response)
        response.set_header("x-amzn-requestid", str(uuid.uuid4()))
        self._measure(url, response.status, (time.monotonic() - began) * 1000)
        return response

    def _called(self, url: FunctionUrl, request: HttpRequest) -> HttpResponse:
        if url.settings["AuthType"] == "AWS_IAM":
            return _message(
                403, "The local cloud does not check signatures of requests: use a function URL with AuthType NONE."
            )
        if not _public(url):
            return _message(403, f"Forbidden. For troubleshooting Function URL authorization issues, see: {_HELP}")
        reference = url.reference
        trace = request.header("x-amzn-trace-id") or f"Root=1-{int(self._context.clock.now().timestamp()):08x}-{uuid.uuid4().hex[:24]}"  # fmt: skip
        payload = json.dumps(self._event(url, request, trace)).encode()
        try:
            outcome = compute.engine().invoke(
                reference.account, reference.region, reference.arn, payload=payload, trace_header=trace
            )
        except LambdaError as error:
            status = int(error.code or 500)
            return _message(status, "Rate Exceeded." if status == 429 else error.message)
        try:
            if outcome.function_error:
                raise answers.Malformed("the function failed")
            response = answers.read(outcome.payload, "2.0", answers.JSON_TYPE)
        except answers.Malformed:
            response = HttpResponse(502, [("content-type", answers.JSON_TYPE)], b"Internal Server Error")
        response.headers.append(("x-amzn-trace-id", trace.split(";")[0]))
        return response

    def _event(self, url: FunctionUrl, request: HttpRequest, trace: str) -> dict[str, Any]:
        now = self._context.clock.now()
        domain = f"{url.id}.lambda-url.{url.reference.region}.on.aws"
        path = request.raw_path or request.path or "/"
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": request.raw_query,
        }
        if cookies := events.cookies_of(request):
            event["cookies"] = cookies
        event["headers"] = events.joined(events.http_headers(request, trace), lower=True)
        if request.query:
            event["queryStringParameters"] = events.joined(request.query, lower=False)
        event["requestContext"] = {
            "accountId": "anonymous",
            "apiId": url.id,
            "domainName": domain,
            "domainPrefix": url.id,
            "http": events.http_context(request, unquote(path)),
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": events.clock_time(now),
            "timeEpoch": int(now.timestamp() * 1000),
        }
        body, encoded = events.body_of(request)
        if body is not None:
            event["body"] = body
        return {**event, "isBase64Encoded": encoded}

    def _measure(self, url: FunctionUrl, status: int, latency_ms: float) -> None:
        emit(
            url.reference.account,
            url.reference.region,
            "AWS/Lambda",
            {"FunctionName": url.reference.name},
            {
                "UrlRequestCount": 1,
                "UrlRequestLatency": latency_ms,
                "Url4xxCount": float(400 <= status < 500),
                "Url5xxCount": float(status >= 500),
            },
            now=self._context.clock.now(),
            units={"UrlRequestLatency": "Milliseconds"},
        )

    def _of(self, reference: Reference) -> FunctionUrl | None:
        return next((url for url in list(self._urls.values()) if url.reference == reference), None)

    def _now(self) -> str:
        return self._context.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def plane() -> FunctionUrls:
    """The function URLs of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]


def function_deleted(account: str, region: str, name: str, alias: str | None = None) -> None:
    """Drop the URLs of a function that was deleted, or of one of its aliases."""
    for one in _planes:
        one.function_deleted(account, region, name, alias)


def _reference(account: str, region: str, function: str, qualifier: str | None) -> Reference:
    reference = parse(function, qualifier, account, region)
    if reference.qualifier and (reference.qualifier == "$LATEST" or reference.qualifier.isdigit()):
        raise Validation(
            reference.qualifier,
            "qualifier",
            "Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)",
        )
    find(reference, account)
    return reference


def _checked(members: Document) -> Document:
    settings = {name: members[name] for name in ("AuthType", "Cors", "InvokeMode") if members.get(name) is not None}
    if settings.get("AuthType", "NONE") not in ("NONE", "AWS_IAM"):
        raise Validation(settings["AuthType"], "authType", "Member must satisfy enum value set: [NONE, AWS_IAM]")
    mode = settings.get("InvokeMode", "BUFFERED")
    if mode == "RESPONSE_STREAM":
        raise not_here("response streaming of function URLs (InvokeMode RESPONSE_STREAM)", "use BUFFERED")
    if mode != "BUFFERED":
        raise Validation(mode, "invokeMode", "Member must satisfy enum value set: [BUFFERED, RESPONSE_STREAM]")
    given = settings.get("Cors") or {}
    if not 0 <= int(given.get("MaxAge") or 0) <= 86_400:
        raise Validation(given["MaxAge"], "cors.maxAge", "Member must have value less than or equal to 86400")
    if set(given) - set(_CORS_NAMES):
        raise InvalidParameterValue(f"Unknown member of Cors: {sorted(set(given) - set(_CORS_NAMES))[0]}")
    return settings


def _public(url: FunctionUrl) -> bool:
    """Whether the function's policy lets everybody in, by both actions that AWS asks for."""
    policy, arn = policy_of(url.reference), url.reference.arn
    return allows(
        policy,
        action="lambda:InvokeFunctionUrl",
        resource=arn,
        context={"lambda:FunctionUrlAuthType": url.settings["AuthType"]},
    ) and allows(policy, action="lambda:InvokeFunction", resource=arn, context={"lambda:InvokedViaFunctionUrl": "true"})


def _message(status: int, message: str | None) -> HttpResponse:
    body = json.dumps({"Message": message}, separators=(",", ":")).encode()
    return HttpResponse(status, [("content-type", "application/json")], body)
