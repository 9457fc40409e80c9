"""The segments that Lambda sends about a traced invocation: one of the service, one of the function.

The shape is the one without an ``Invocation`` subsegment. Of its annotations, those are there that can be measured: a runtime that has answered is not waited for.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html and
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.arns import account_of, region_of, unqualified
from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.tracing import Traced, new_id
from helpers.localcloud.observe.traces.store import record

_MOST_ATTEMPTS = 20
# A document has at most 64 KB: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
_MOST_CAUSE = 40_000
_MOST_MESSAGE = 1_000


@dataclass(frozen=True)
class Answered:
    """What is told of one run of a function.

    began, ended: virtual time in seconds since 1970. init_seconds: of a cold start. latency_ms: until the answer was there; transfer_ms: until it was read.
    failed: the function did not return; payload: the error then; cause: what the runtime client said of it in X-Ray's own form.
    """

    began: float
    ended: float
    init_seconds: float | None
    latency_ms: float
    transfer_ms: float
    failed: bool
    payload: bytes
    cause: str


def send_function(traced: Traced, configuration: Configuration, arn: str, request_id: str, answered: Answered) -> None:
    """Send the segment of the function (``AWS::Lambda::Function``). arn: as it was invoked."""
    document: dict[str, Any] = {
        "id": traced.function_id,
        "trace_id": traced.root,
        "parent_id": traced.attempt or traced.id,
        "name": configuration.name,
        "start_time": answered.began,
        "end_time": answered.ended,
        "origin": "AWS::Lambda::Function",
        "resource_arn": unqualified(arn),
        "aws": {
            "account_id": configuration.account,
            "function_arn": arn,
            "request_id": request_id,
            "resource_names": [configuration.name],
        },
        "annotations": {
            "aws.responseLatency": round(answered.latency_ms, 3),
            "aws.responseDuration": round(answered.transfer_ms, 3),
        },
    }
    if answered.init_seconds is not None:
        ready = min(answered.began + answered.init_seconds, answered.ended)
        document["subsegments"] = [{"id": new_id(), "name": "Init", "start_time": answered.began, "end_time": ready}]
    if answered.failed:
        document |= {"fault": True, "cause": cause_of(answered.payload, answered.cause)}
    record(configuration.account, configuration.region, document)


def send_service(traced: Traced, arn: str, request_id: str, began: float, ended: float, status: int, *, fault: bool = False) -> None:  # fmt: skip
    """Send the segment of the service (``AWS::Lambda``) about a synchronous invocation.

    status: of the answer to Invoke. fault: the function failed, which Invoke answers with 200.
    """
    document = _service(traced, arn, request_id, began, status)
    document["end_time"] = ended
    account, region = account_of(arn), region_of(arn)
    record(account, region, document | flags(status) | ({"fault": True} if fault else {}))


@dataclass
class EventSegment:
    """The segment of the service about an event, which grows with each attempt.

    began: when the event was accepted, in virtual seconds since 1970. arn: as the function was named.
    """

    traced: Traced
    arn: str
    request_id: str
    began: float
    _steps: list[dict[str, Any]] = field(default_factory=list)
    _attempts: int = 0

    def attempted(self, attempt: str | None, began: float, ended: float, status: int, *, failed: bool) -> None:
        """Add one attempt. attempt: its id, under which the function's segment stands. status: 200, or 429 when it was throttled."""
        if not self._steps:
            dwell = {"id": new_id(), "name": "Dwell Time", "start_time": self.began, "end_time": began}
            self._steps.append(dwell)
        self._attempts += 1
        step: dict[str, Any] = {
            "id": attempt or new_id(),
            "name": f"Attempt #{self._attempts}",
            "start_time": began,
            "end_time": ended,
            "http": {"response": {"status": status}},
        }
        if len(self._steps) <= _MOST_ATTEMPTS:
            self._steps.append(step | flags(status) | ({"fault": True} if failed else {}))

    def send(self, ended: float | None, *, failed: bool = False) -> None:
        """Send the segment as it is. ended: when the event was done with; without it, another attempt will follow."""
        document = _service(self.traced, self.arn, self.request_id, self.began, 202)
        document["subsegments"] = list(self._steps)
        document |= {"in_progress": True} if ended is None else {"end_time": ended}
        account, region = account_of(self.arn), region_of(self.arn)
        record(account, region, document | ({"fault": True} if failed else {}))


def flags(status: int) -> dict[str, bool]:
    """How X-Ray marks an answer with an HTTP status."""
    if status == 429:
        return {"error": True, "throttle": True}
    if 400 <= status < 500:
        return {"error": True}
    return {"fault": True} if status >= 500 else {}


def cause_of(payload: bytes, told: str) -> dict[str, Any]:
    """The ``cause`` of a fault: as the runtime client told it, else made of the error that the caller gets."""
    try:
        cause = json.loads(told) if 0 < len(told) <= _MOST_CAUSE else None
        if isinstance(cause, dict) and isinstance(cause.get("exceptions"), list):
            exceptions = [{"id": new_id(), **one} for one in cause["exceptions"] if isinstance(one, dict)]
            return {**cause, "exceptions": exceptions}
        error = json.loads(payload)
        message, kind = str(error["errorMessage"])[:_MOST_MESSAGE], str(error.get("errorType") or "Error")
    except (ValueError, LookupError, TypeError, AttributeError):
        message, kind = payload.decode("utf-8", "replace")[:_MOST_MESSAGE], "Error"
    exception = {"id": new_id(), "message": message, "type": kind}
    return {"working_directory": "/var/task", "paths": [], "exceptions": [exception]}


def _service(traced: Traced, arn: str, request_id: str, began: float, status: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": traced.id,
        "trace_id": traced.root,
        "name": arn.split(":")[6],
        "start_time": began,
        "origin": "AWS::Lambda",
        "resource_arn": unqualified(arn),
        "http": {"response": {"status": status}},
        "aws": {"request_id": request_id, "function_arn": arn},
    }
    if traced.parent:
        document["parent_id"] = traced.parent
    if traced.links:
        document["links"] = [
            {"trace_id": trace, "id": segment, "attributes": {"aws.xray.reserved.reference_type": "parent"}}
            for trace, segment in traced.links
        ]
    return document
