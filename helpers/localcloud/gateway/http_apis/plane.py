"""HTTP APIs as clients see them: from a request to its answer."""

from __future__ import annotations

import json
import math
import time
from typing import Any
from urllib.parse import unquote

from moto.logs.models import logs_backends

from helpers.localcloud.billing import meter
from helpers.localcloud.compute import logs
from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse
from helpers.localcloud.gateway.http_apis import cors, integrations
from helpers.localcloud.gateway.http_apis.authorizers import HttpAuthorizers
from helpers.localcloud.gateway.http_apis.call import Call, Refusal
from helpers.localcloud.gateway.http_apis.context import log_line
from helpers.localcloud.gateway.http_apis.routing import match
from helpers.localcloud.gateway.http_apis.store import DEFAULT_STAGE, HttpApi, Store
from helpers.localcloud.gateway.http_apis.throttles import Throttles
from helpers.localcloud.gateway.limits import Limits
from helpers.localcloud.gateway.tokens import verify
from helpers.localcloud.metrics import emit

MOST_BODY_BYTES = 10 * 1024 * 1024
_CHARGED_BYTES = 512 * 1024


class HttpApis:
    """Keeps and serves the HTTP APIs of one server."""

    def __init__(self, context: CloudContext, limits: Limits) -> None:
        from helpers.localcloud.gateway import http_apis

        self._context = context
        self.store = Store(context.clock, context.endpoint_url)
        self.limits = limits
        self.throttles = Throttles(limits)
        self.authorizers = HttpAuthorizers(context.clock, verify)
        http_apis.register(self)
        context.on_close.append(lambda: http_apis.unregister(self))

    def forget(self, account: str) -> None:
        """Drop all APIs of an account that is being emptied, and what is known of them."""
        gone = self.store.forget(account)
        self.authorizers.forget(gone)

    def delete(self, api: HttpApi) -> None:
        """Delete an API, and what is known of it."""
        self.store.drop(api)
        self.authorizers.forget({api.id})
        self.limits.forget_api(api.account, api.id)

    def answer(self, request: HttpRequest, api_id: str, rest: str) -> HttpResponse:
        """Answer a request. rest: the path below the API as it was sent, with a named stage still in it."""
        api = self.store.find(api_id)
        found = _stage_of(api, rest or "/") if api and not api.document["disableExecuteApiEndpoint"] else None
        if api is None or found is None:
            return _plain(404, "Not Found")
        name, path = found
        with api.lock:
            stage = dict(api.stages[name])
            snapshot = api.snapshots.get(stage.get("deploymentId", ""))
        if snapshot is None:
            return _plain(404, "Not Found")
        call = Call(api, stage, snapshot, request, rest or "/", path, self._context.clock.now())
        answered = cors.preflight(snapshot.cors, request) if snapshot.cors else None
        response = answered or self._served(call)
        if snapshot.cors and answered is None:
            cors.dress(snapshot.cors, request, response)
        response.set_header("apigw-requestid", call.request_id)
        self._record(call, response)
        return response

    def _served(self, call: Call) -> HttpResponse:
        try:
            if len(call.request.body) > MOST_BODY_BYTES:
                raise Refusal(413, "Request Entity Too Large")
            found = match(call.snapshot.routes, call.request.method, call.path)
            if found is None:
                raise Refusal(404, "Not Found")
            call.route, call.path_parameters = found
            self.authorizers.authorize(call)
            self.throttles.take(call)
            call.admitted = True
            return integrations.perform(call, self._context.endpoint_url)
        except Refusal as refusal:
            call.facts |= {"error.message": refusal.message, "error.messageString": json.dumps(refusal.message)}
            if refusal.status >= 500 and refusal.reason:
                call.facts |= {"integrationErrorMessage": refusal.reason, "integration.error": refusal.reason}
            return _plain(refusal.status, refusal.message, refusal.headers)

    def _record(self, call: Call, response: HttpResponse) -> None:
        latency = round((time.monotonic() - call.began) * 1000)
        call.facts |= {
            "status": str(response.status),
            "responseLength": str(len(response.body)),
            "responseLatency": str(latency),
            "dataProcessed": str(len(call.request.body) + len(response.body)),
        }
        settings = call.stage.get("accessLogSettings")
        if settings:
            _write_log(call, settings)
        self._measure(call, response, latency)
        if call.admitted:
            _charge(call)

    def _measure(self, call: Call, response: HttpResponse, latency: int) -> None:
        values: dict[str, float] = {
            "Count": 1,
            "4xx": float(400 <= response.status < 500),
            "5xx": float(response.status >= 500),
            "Latency": latency,
            "DataProcessed": float(call.facts["dataProcessed"]),
        }
        if "integrationLatency" in call.facts:
            values["IntegrationLatency"] = float(call.facts["integrationLatency"])
        dimensions = [{"ApiId": call.api.id}, {"ApiId": call.api.id, "Stage": call.stage_name}]
        settings = {**call.stage["defaultRouteSettings"], **call.stage["routeSettings"].get(call.route_key, {})}
        if settings.get("detailedMetricsEnabled") and call.route:
            method, _, resource = call.route_key.partition(" ")
            dimensions.append({**dimensions[1], "Method": method, "Resource": resource or method})
        for one in dimensions:
            emit(
                call.api.account,
                call.api.region,
                "AWS/ApiGateway",
                one,
                values,
                now=call.received,
                units={"Latency": "Milliseconds", "IntegrationLatency": "Milliseconds", "DataProcessed": "Bytes"},
            )


def _charge(call: Call) -> None:
    """Each 512 KB that a call brings and takes are one request; what no route, authorizer or throttle lets in is free."""
    account, region = call.api.account, call.api.region
    requests = max(1, math.ceil(int(call.facts["dataProcessed"]) / _CHARGED_BYTES))
    arn = f"arn:aws:apigateway:{region}:{account}:/apis/{call.api.id}"
    meter.count(account, region, "apigateway/http-requests", arn, requests)


def _stage_of(api: HttpApi, rest: str) -> tuple[str, str] | None:
    """The stage that a path reaches and the path below it; a named stage wins over ``$default``."""
    first, slash, below = rest.lstrip("/").partition("/")
    name = unquote(first)
    if name in api.stages and name != DEFAULT_STAGE:
        return name, f"/{below}" if slash else "/"
    return (DEFAULT_STAGE, rest) if DEFAULT_STAGE in api.stages else None


def _write_log(call: Call, settings: dict[str, Any]) -> None:
    _, _, _, region, account, _, group, *_ = settings["destinationArn"].split(":")
    if account != call.api.account or group not in logs_backends[account][region].groups:
        return
    stream = f"{call.api.id}-{call.stage_name}-{call.received:%Y-%m-%d}".replace("$", "_")
    logs.write(account, region, group, stream, [log_line(call, settings["format"])], call.received)


def _plain(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return HttpResponse(status, [("content-type", "application/json"), *headers], body)
