"""The summary of a trace, as GetTraceSummaries answers it.

Source: https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from helpers.localcloud.observe.traces.assembly import Trace
from helpers.localcloud.observe.traces.causes import Kind, causes, described
from helpers.localcloud.observe.traces.documents import Document, parts
from helpers.localcloud.observe.traces.services import duration, outcome, service_of

MOST_ANNOTATIONS = 50

_INDEXED_KEY = re.compile(r"[A-Za-z0-9_.]{1,500}")
_CAUSES: tuple[tuple[str, Kind], ...] = (
    ("FaultRootCauses", "fault"),
    ("ErrorRootCauses", "error"),
    ("ResponseTimeRootCauses", "responsetime"),
)


def summary(trace: Trace, matched: float | None = None) -> dict[str, Any]:
    """The summary of a trace. Durations are in seconds, to the millisecond.

    matched: the moment by which a search over event times found it, in seconds since 1970.
    """
    root = trace.root
    state = outcome(root) if root else None
    response = duration(root) if root else None
    answer: dict[str, Any] = {
        "Id": trace.id,
        "StartTime": trace.start,
        "Duration": round(trace.end - trace.start, 3),
        "HasFault": bool(state and state.fault),
        "HasError": bool(state and state.error),
        "HasThrottle": any(outcome(one).throttle for one in trace.segments),
        "IsPartial": is_partial(trace),
        "Http": http_of(trace),
        "Annotations": annotation_values(trace),
        "Users": _users(trace),
        "ServiceIds": _identities(trace.segments),
        "ResourceARNs": [{"ARN": one} for one in resource_arns(trace.segments)],
        "InstanceIds": [{"Id": one} for one in instance_ids(trace.segments)],
        "AvailabilityZones": [{"Name": one} for one in availability_zones(trace.segments)],
        "Revision": trace.revision,
    }
    if response is not None:
        answer["ResponseTime"] = round(response, 3)
    if root:
        answer["EntryPoint"] = service_of(root).identity()
    for name, kind in _CAUSES:
        answer[name] = [described(one, kind) for one in causes(trace, kind)]
    if matched is not None:
        answer["MatchedEventTime"] = matched
    return answer


def is_partial(trace: Trace) -> bool:
    """Whether a part of the trace is in progress, or its parent has not come."""
    return bool(trace.loose) or any(one.get("in_progress") for top in trace.segments for one in parts(top))


def http_of(trace: Trace) -> dict[str, Any]:
    """The request that the trace serves, from its root segment."""
    http = (trace.root or {}).get("http") or {}
    request, response = http.get("request") or {}, http.get("response") or {}
    found = {
        "HttpURL": request.get("url"),
        "HttpStatus": response.get("status"),
        "HttpMethod": request.get("method"),
        "UserAgent": request.get("user_agent"),
        "ClientIp": request.get("client_ip"),
    }
    return {name: value for name, value in found.items() if value is not None}


def annotations_of(segment: Document) -> dict[str, list[str | bool | int | float]]:
    """The annotations of one segment and its subsegments that can be searched for; metadata never can."""
    found: dict[str, list[str | bool | int | float]] = {}
    for part in parts(segment):
        for key, value in (part.get("annotations") or {}).items():
            if _INDEXED_KEY.fullmatch(key):
                found.setdefault(key, []).append(value)
    return found


def indexed(trace: Trace) -> list[tuple[str, str | bool | int | float, Document]]:
    """Key, value and segment of the annotations that X-Ray indexes: up to 50 a trace, those that come first."""
    every = [
        (key, value, segment)
        for segment in trace.segments
        for key, values in annotations_of(segment).items()
        for value in values
    ]
    return every[:MOST_ANNOTATIONS]


def annotation_values(trace: Trace) -> dict[str, list[dict[str, Any]]]:
    """The annotations of a summary: each value once, with the services that set it."""
    found: dict[str, dict[tuple[type, object], dict[str, Any]]] = {}
    for key, value, segment in indexed(trace):
        entry = found.setdefault(key, {}).setdefault(
            (type(value), value), {"AnnotationValue": _value(value), "ServiceIds": []}
        )
        identity = service_of(segment).identity()
        if identity not in entry["ServiceIds"]:
            entry["ServiceIds"].append(identity)
    return {key: list(values.values()) for key, values in found.items()}


def resource_arns(segments: Iterable[Document]) -> list[str]:
    """The ARNs of the resources that the segments ran on."""
    return _distinct(one.get("resource_arn") or (one.get("aws") or {}).get("function_arn") for one in segments)


def instance_ids(segments: Iterable[Document]) -> list[str]:
    """The EC2 instances that the segments ran on."""
    return _distinct(_ec2(one).get("instance_id") for one in segments)


def availability_zones(segments: Iterable[Document]) -> list[str]:
    """The Availability Zones that the segments ran in."""
    return _distinct(_ec2(one).get("availability_zone") for one in segments)


def _ec2(segment: Document) -> dict[str, Any]:
    found = (segment.get("aws") or {}).get("ec2")
    return found if isinstance(found, dict) else {}


def _distinct(values: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(one for one in values if isinstance(one, str) and one))


def _value(value: str | bool | int | float) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    return {"StringValue": value} if isinstance(value, str) else {"NumberValue": float(value)}


def _users(trace: Trace) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for segment in trace.segments:
        if segment.get("user"):
            identities = found.setdefault(segment["user"], [])
            identity = service_of(segment).identity()
            if identity not in identities:
                identities.append(identity)
    return [{"UserName": name, "ServiceIds": identities} for name, identities in found.items()]


def _identities(segments: Iterable[Document]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for segment in segments:
        identity = service_of(segment).identity()
        if identity not in found:
            found.append(identity)
    return found
