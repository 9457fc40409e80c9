"""The parts of the API Gateway plane of one server, put together."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from typing import Any

from moto.apigateway.models import RestAPI

from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway import hosts, pipeline
from helpers.localcloud.gateway.authorizers import Authorizers
from helpers.localcloud.gateway.directory import Directory
from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse
from helpers.localcloud.gateway.function_urls import FunctionUrls
from helpers.localcloud.gateway.hosts import Address
from helpers.localcloud.gateway.http_apis import HttpApis
from helpers.localcloud.gateway.integrations import Integrations
from helpers.localcloud.gateway.limits import Limits
from helpers.localcloud.gateway.pipeline import Pipeline
from helpers.localcloud.wire import HEADERS_KEY, TOO_LARGE_KEY


class Gateway:
    """Answers the requests for the APIs and function URLs of one server."""

    def __init__(self, context: CloudContext) -> None:
        self.clock = context.clock
        self.directory = Directory()
        self.authorizers = Authorizers(context)
        self.limits = Limits(context.clock)
        self.integrations = Integrations(context)
        self.http_apis = HttpApis(context, self.limits)
        self.function_urls = FunctionUrls(context)
        self.rest_apis = Pipeline(context, self.authorizers, self.limits, self.integrations)

    def forget(self, account: str) -> None:
        """Drop all that is known of an account that is being emptied."""
        for part in (
            self.authorizers,
            self.limits,
            self.integrations,
            self.http_apis,
            self.function_urls,
            self.rest_apis,
        ):
            part.forget(account)

    def serve(self, address: Address, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request for an API or a function URL; a failure of ours is answered with 500."""
        try:
            response = self._answer(address, environ)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            response = pipeline.plain(500, "Internal server error", "InternalServerErrorException")
        return hosts.send(response, start_response)

    def _answer(self, address: Address, environ: dict[str, Any]) -> HttpResponse:
        headers = environ[HEADERS_KEY]
        if sum(len(name) + len(value) for name, value in headers) > hosts.MOST_API_HEADER_BYTES:
            return pipeline.plain(431, "Request Header Fields Too Large", "RequestHeaderFieldsTooLargeException")
        body = b"" if environ.get(TOO_LARGE_KEY) else environ["wsgi.input"].read()
        request = hosts.request_of(environ, headers, address.rest, body)
        if request is None:
            return pipeline.plain(400, "Bad Request", "BadRequestException")
        too_large = bool(environ.get(TOO_LARGE_KEY)) or len(body) > hosts.MOST_API_BODY_BYTES
        return self._dispatch(address, request, too_large)

    def _dispatch(self, address: Address, request: HttpRequest, too_large: bool) -> HttpResponse:
        refusal = pipeline.plain(413, "Request Entity Too Large", "RequestEntityTooLargeException")
        if address.service == "lambda-url":
            return refusal if too_large else self.function_urls.answer(request, address.id)
        api = self.directory.find(address.id)
        if api is None:
            return pipeline.forbidden()
        if isinstance(api, RestAPI):
            return self.rest_apis.answer(api, request, too_large=too_large)
        return refusal if too_large else self.http_apis.answer(request, address.id, address.rest)
