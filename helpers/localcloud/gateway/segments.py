"""The segment that API Gateway sends about a request to a stage with ``tracingEnabled``: the request, its answer, and the calls that it made.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-understanding-xray-traces.html (the document of a stage) and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-configuring-xray-sampling-rules.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.localcloud.compute.segments import flags
from helpers.localcloud.compute.tracing import new_id, new_root, sound_fields
from helpers.localcloud.observe.traces.sampling import decide
from helpers.localcloud.observe.traces.store import record

if TYPE_CHECKING:
    from helpers.localcloud.gateway.exchange import Exchange, HttpRequest, HttpResponse
    from helpers.localcloud.gateway.snapshot import ApiSnapshot, StageSettings

_MOST_TEXT = 2_000
_NOT_IN_NAMES = re.compile(r"[^\w\s.:/%&#=+\\\-@]")


@dataclass
class Call:
    """One call of the request to something behind the API. trace: the header that goes with it. status, length: of the answer, set when it is there."""

    trace: str
    status: int | None = None
    length: int | None = None


@dataclass
class StageSegment:
    """What is known of a sampled request. root: its trace. id: of the segment. parent: of the caller's segment, if it was traced. rest: other fields of the header."""

    root: str
    id: str
    parent: str | None
    rest: str
    url: str
    calls: list[dict[str, Any]] = field(default_factory=list)

    def header(self, parent: str) -> str:
        """The header of what happens under the segment or subsegment ``parent``."""
        return f"Root={self.root};Parent={parent};Sampled=1{self.rest}"


def begin(
    api: ApiSnapshot, stage: StageSettings, request: HttpRequest, path: str, now: float
) -> tuple[str, StageSegment | None]:
    """The trace header of a request that reached a stage with tracing, and its segment when it is sampled.

    path: below the stage. now: virtual time in seconds since 1970. A decision that came with the request stands; else the sampling rules decide.
    """
    given = sound_fields(request.header("x-amzn-trace-id"))
    root = given.get("Root") or new_root(now)
    sampled = given.get("Sampled")
    if sampled not in ("0", "1"):
        chosen = decide(
            api.account,
            api.region,
            service_name=_name(api, stage),
            service_type="AWS::ApiGateway::Stage",
            host=request.host,
            method=request.method,
            path=path,
            resource_arn=_arn(api, stage),
        )
        sampled = str(int(chosen))
    parent = given.get("Parent")
    rest = "".join(f";{name}={value}" for name, value in given.items() if name not in ("Root", "Parent", "Sampled"))
    if sampled == "0":
        return f"Root={root}{f';Parent={parent}' if parent else ''};Sampled=0{rest}", None
    segment = StageSegment(root, new_id(), parent, rest, f"https://{request.host}/{stage.name}{path}"[:_MOST_TEXT])
    return segment.header(segment.id), segment


@contextmanager
def calling(exchange: Exchange, name: str, url: str, method: str, aws: dict[str, Any] | None = None) -> Iterator[Call]:
    """Do a call in the ``with`` block, and make a subsegment of it when the request is sampled.

    name: ``Lambda``, a service, or a host. aws: what is called, for a service of AWS.
    """
    segment = exchange.segment
    if segment is None:
        yield Call(exchange.trace)
        return
    call_id, began = new_id(), _now(exchange)
    call = Call(segment.header(call_id))
    failed = False
    try:
        yield call
    except BaseException:
        failed = call.status is None
        raise
    finally:
        answer = {name: value for name, value in (("status", call.status), ("content_length", call.length)) if value is not None}  # fmt: skip
        document: dict[str, Any] = {
            "id": call_id,
            "name": name,
            "start_time": began,
            "end_time": _now(exchange),
            "namespace": "aws" if aws is not None else "remote",
            "http": {"request": {"url": url, "method": method}, **({"response": answer} if answer else {})},
            **({"aws": aws} if aws else {}),
            **({"fault": True} if failed else flags(call.status or 0)),
        }
        segment.calls.append(document)


def send(exchange: Exchange, response: HttpResponse) -> None:
    """Send the segment of a request that was answered, if it is sampled."""
    segment = exchange.segment
    if segment is None:
        return
    api, request = exchange.api, exchange.request
    document: dict[str, Any] = {
        "id": segment.id,
        "trace_id": segment.root,
        "name": _name(api, exchange.stage),
        "start_time": exchange.received.timestamp(),
        "end_time": _now(exchange),
        "origin": "AWS::ApiGateway::Stage",
        "resource_arn": _arn(api, exchange.stage),
        "http": {
            "request": {
                "url": segment.url,
                "method": request.method,
                "client_ip": request.source_ip,
                "user_agent": (request.header("user-agent") or "")[:_MOST_TEXT],
                "x_forwarded_for": True,
            },
            "response": {"status": response.status, "content_length": len(response.body)},
        },
        "aws": {
            "api_gateway": {
                "account_id": api.account,
                "rest_api_id": api.id,
                "stage": exchange.stage.name,
                "request_id": exchange.request_id,
            }
        },
        "annotations": {"aws:api_id": api.id, "aws:api_stage": exchange.stage.name},
        "metadata": {
            "default": {"extended_request_id": exchange.extended_request_id, "request_id": exchange.request_id}
        },
        **flags(response.status),
    }
    if segment.parent:
        document["parent_id"] = segment.parent
    if segment.calls:
        document["subsegments"] = list(segment.calls)
    record(api.account, api.region, document)


def _name(api: ApiSnapshot, stage: StageSettings) -> str:
    return _NOT_IN_NAMES.sub("", f"{api.name}/{stage.name}")[:200]


def _arn(api: ApiSnapshot, stage: StageSettings) -> str:
    return f"arn:aws:apigateway:{api.region}::/restapis/{api.id}/stages/{stage.name}"


def _now(exchange: Exchange) -> float:
    """Virtual time, by the seconds that have passed since the request came."""
    return exchange.received.timestamp() + (time.monotonic() - exchange.began)
