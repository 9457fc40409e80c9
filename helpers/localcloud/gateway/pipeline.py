"""The way of a request through a REST API: route, resource policy, authorizer, limits, validation, integration, answer.

Source for the order: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from moto.apigateway.models import RestAPI

from helpers.localcloud import provenance
from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway import (
    compression,
    gateway_responses,
    resource_policies,
    response_headers,
    rest_logs,
    rest_metrics,
    segments,
)
from helpers.localcloud.gateway.authorizers import Authorizers
from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.hosts import MOST_API_BODY_BYTES
from helpers.localcloud.gateway.integrations import Integrations
from helpers.localcloud.gateway.limits import Limits
from helpers.localcloud.gateway.per_snapshot import PerSnapshot
from helpers.localcloud.gateway.routing import Router
from helpers.localcloud.gateway.snapshot import ApiSnapshot, StageSettings, stage_of
from helpers.localcloud.gateway.validation import Validation


class Pipeline:
    """All REST APIs of one server."""

    def __init__(
        self, context: CloudContext, authorizers: Authorizers, limits: Limits, integrations: Integrations
    ) -> None:
        self._clock = context.clock
        self._port = context.endpoint_url.rpartition(":")[2]
        self._authorizers = authorizers
        self._limits = limits
        self._integrations = integrations
        self._draw = random.Random(22).random
        self._validation = Validation()
        self._routers = PerSnapshot(lambda snapshot: Router(snapshot.methods))

    def answer(self, api: RestAPI, request: HttpRequest, *, too_large: bool = False) -> HttpResponse:
        """Answer a request. Its path is below the API: the stage comes first. too_large: its body was not kept."""
        name, _, rest = request.raw_path.lstrip("/").partition("/")
        stage = api.stages.get(unquote(name))
        if stage is None or api.disableExecuteApiEndpoint:
            return forbidden()
        settings = stage_of(stage)
        canary = settings.canary is not None and self._draw() * 100 < settings.canary.percent
        deployment_id = settings.canary.deployment_id if settings.canary and canary else settings.deployment_id
        deployment = api.deployments.get(deployment_id)
        if deployment is None:
            return forbidden()
        snapshot: ApiSnapshot = deployment.snapshot  # type: ignore[attr-defined]
        exchange = self._exchange(snapshot, settings, request, "/" + rest.lstrip("/"), canary)
        response = self.run(exchange, lambda one: self._steps(one, too_large))
        response_headers.finish(exchange, response)
        compression.pack(exchange, response)
        self._record(exchange, response)
        return response

    def run(self, exchange: Exchange, steps: Callable[[Exchange], HttpResponse]) -> HttpResponse:
        """Go some steps of the way, and make an answer of whatever ends it. A failure of ours is answered with 500."""
        with provenance.carrying(trace=exchange.trace):
            try:
                try:
                    return steps(exchange)
                except GatewayFailure as failure:
                    return self._refuse(exchange, failure)
            except Exception as error:
                traceback.print_exc(file=sys.stderr)
                exchange.error.update(message="Internal server error", responseType="DEFAULT_5XX")
                exchange.log(f"Execution failed due to an internal error: {type(error).__name__}")
                exchange.log("Method completed with status: 500")
                return plain(500, "Internal server error", "InternalServerErrorException")

    def execute(self, exchange: Exchange) -> HttpResponse:
        """The part of the way that ``TestInvokeMethod`` goes too: validate the request, call the integration, make the method's answer.

        Raises: ``GatewayFailure``.
        """
        rest_logs.request(exchange)
        self._validation.validate(exchange)
        if exchange.method is None or exchange.method.integration is None:
            raise GatewayFailure(
                "API_CONFIGURATION_ERROR",
                reason="Execution failed due to configuration error: No integration defined for method",
            )
        response = self._integrations.perform(exchange)
        response_headers.check(exchange, response)
        response_headers.settle(exchange, response)
        rest_logs.response(exchange, response)
        return response

    def forget(self, account: str) -> None:
        """Drop what was compiled for an account."""
        self._routers.forget(account)
        self._validation.forget(account)

    def _exchange(
        self, snapshot: ApiSnapshot, stage: StageSettings, request: HttpRequest, raw_path: str, canary: bool
    ) -> Exchange:
        if canary and stage.canary:
            stage = replace(stage, variables={**stage.variables, **stage.canary.variables})
        now = self._clock.now()
        trace, segment = response_headers.trace_of(request.header("x-amzn-trace-id"), now.timestamp()), None
        if stage.tracing:
            trace, segment = segments.begin(snapshot, stage, request, raw_path, now.timestamp())
        below = replace(
            request,
            path=unquote(raw_path),
            raw_path=raw_path,
            headers=response_headers.received(request.headers, trace, self._port),
        )
        return Exchange(snapshot, stage, below, now, trace=trace, canary=canary, segment=segment)

    def _steps(self, exchange: Exchange, too_large: bool) -> HttpResponse:
        request = exchange.request
        if too_large:
            raise GatewayFailure("REQUEST_TOO_LARGE")
        found = self._routers.of(exchange.api).route(request.method, request.raw_path)
        if found is None:
            raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
        exchange.method, exchange.path_parameters = found
        exchange.log(f"Extended Request Id: {exchange.extended_request_id}")
        resource_policies.check(exchange)
        self._authorizers.authorize(exchange)
        self._limits.admit(exchange)
        rest_metrics.charge(exchange)
        compression.unpack(exchange, MOST_API_BODY_BYTES)
        return self.execute(exchange)

    def _refuse(self, exchange: Exchange, failure: GatewayFailure) -> HttpResponse:
        if failure.reason:
            exchange.log(failure.reason)
        response = gateway_responses.render(exchange, failure)
        rest_logs.gateway_response(exchange, failure.name, response)
        return response

    def _record(self, exchange: Exchange, response: HttpResponse) -> None:
        try:
            elapsed_ms = int((time.monotonic() - exchange.began) * 1000)
            rest_metrics.record(exchange, response.status, elapsed_ms)
            rest_logs.record(exchange, response, elapsed_ms)
            segments.send(exchange, response)
        except Exception:  # the client's answer stands, whatever happens to the records about it
            traceback.print_exc(file=sys.stderr)


def forbidden() -> HttpResponse:
    """What stands for an API or a stage that is not there."""
    return plain(403, "Forbidden", "ForbiddenException")


def plain(status: int, message: str, error_type: str) -> HttpResponse:
    """An answer of API Gateway that belongs to no API, so that no gateway response can change it."""
    return HttpResponse(
        status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", error_type)], _message(message)
    )


def _message(text: str) -> bytes:
    return json.dumps({"message": text}, separators=(",", ":"), ensure_ascii=False).encode()
