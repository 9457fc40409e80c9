"""OpenTelemetry spans as X-Ray's segment documents: the translation of AWS's exporter, whose rules its documentation describes.

Source: https://aws-otel.github.io/docs/getting-started/x-ray
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.localcloud.observe.traces.documents import Document
from helpers.localcloud.observe.traces.otlp_details import aws_of, cause_of, flags_of, http_of, sql_of

Attributes = dict[str, Any]

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5

_ANNOTATIONS = "aws.xray.annotations"
_METADATA = "aws.xray.metadata."
_FORBIDDEN = re.compile(r"[^\w\s.:/%&#=+\\\-@]")
_PLATFORMS = {
    "aws_ec2": "AWS::EC2::Instance",
    "aws_ecs": "AWS::ECS::Container",
    "aws_eks": "AWS::EKS::Container",
    "aws_elastic_beanstalk": "AWS::ElasticBeanstalk::Environment",
    "aws_app_runner": "AWS::AppRunner::Service",
    "aws_lambda": "AWS::Lambda::Function",
}


def attributes_of(pairs: Iterable[Any]) -> Attributes:
    """The attributes of a span, a resource or an event (protobuf ``KeyValue``) as plain values."""
    return {pair.key: _plain(pair.value) for pair in pairs}


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return attributes_of(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    return getattr(value, kind) if kind else None


def trace_id(raw: bytes) -> str:
    """X-Ray's form of a W3C trace id of 16 bytes."""
    text = raw.hex()
    return f"1-{text[:8]}-{text[8:]}"


def document_of(span: Any, resource: Attributes) -> Document:
    """The segment or subsegment that stands for a span.

    span: a protobuf ``Span`` with valid ids. A server span and one without a parent become segments, all others subsegments.
    """
    seen = attributes_of(span.attributes)
    whole = span.kind == SERVER or not span.parent_span_id
    rest = dict(seen)
    namespace = _namespace(span, seen)
    parts: dict[str, Any] = {
        "http": http_of(span.kind == SERVER, seen, rest),
        "aws": aws_of(seen, resource, rest, whole),
        "sql": sql_of(seen, rest),
        "cause": cause_of(span, attributes_of, resource),
        "user": seen.get("enduser.id") or seen.get("user.id"),
        "origin": _origin(resource) if whole else None,
        "namespace": None if whole else namespace,
        "service": {"version": resource["service.version"]} if whole and "service.version" in resource else None,
        "links": [_link(link) for link in span.links],
        **flags_of(span, seen),
    }
    rest.pop("enduser.id", None)
    annotations, metadata = _sorted(rest, resource if whole else {})
    document: Document = {
        "id": span.span_id.hex(),
        "trace_id": trace_id(span.trace_id),
        "name": _name(span, seen, resource),
        "start_time": span.start_time_unix_nano / 1e9,
        "end_time": span.end_time_unix_nano / 1e9,
        "annotations": annotations,
        "metadata": metadata,
        **parts,
    }
    if span.parent_span_id:
        document["parent_id"] = span.parent_span_id.hex()
    if not whole:
        document["type"] = "subsegment"
    return {name: value for name, value in document.items() if value not in (None, {}, [], False)}


def _namespace(span: Any, seen: Attributes) -> str | None:
    if seen.get("rpc.system") == "aws-api" or "aws.service" in seen:
        return "aws"
    return "remote" if span.kind == CLIENT else None


def _name(span: Any, seen: Attributes, resource: Attributes) -> str:
    """Names of segments are those of services, where a span's own is that of an operation."""
    service = resource.get("service.name")
    database = seen.get("db.name") or seen.get("db.namespace")
    host = seen.get("server.address") or seen.get("net.peer.name")
    candidates = (
        seen.get("aws.local.service") if span.kind == SERVER else None,
        seen.get("aws.remote.service") if span.kind in (CLIENT, PRODUCER, CONSUMER) else None,
        seen.get("peer.service"),
        seen.get("aws.service"),
        f"{database}@{host}" if database and host else database,
        service if span.kind == SERVER or not span.parent_span_id else None,
        seen.get("rpc.service"),
        seen.get("http.host"),
        host if span.kind == CLIENT else None,
        span.name,
    )
    for candidate in candidates:
        if isinstance(candidate, str) and candidate:
            if seen.get("rpc.system") == "aws-api":
                candidate = candidate.removeprefix("AWS.SDK.").removeprefix("AWS::")
            fixed = _FORBIDDEN.sub("", candidate)[:200]
            if fixed:
                return fixed
    return "span"


def _origin(resource: Attributes) -> str | None:
    if resource.get("cloud.provider", "aws") != "aws":
        return None
    return _PLATFORMS.get(str(resource.get("cloud.platform")))


def _link(link: Any) -> Document:
    return {
        "trace_id": trace_id(link.trace_id),
        "id": link.span_id.hex(),
        "attributes": attributes_of(link.attributes),
    }


def _sorted(rest: Attributes, resource: Mapping[str, Any]) -> tuple[Document, Document]:
    """Attributes that ``aws.xray.annotations`` names can be searched for; the others are metadata."""
    listed = rest.pop(_ANNOTATIONS, None)
    indexed = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
    annotations: Document = {}
    default: Document = {}
    metadata: Document = {}
    every = [*rest.items(), *((f"otel.resource.{key}", value) for key, value in resource.items())]
    for key, value in every:
        if key in indexed and isinstance(value, str | int | float | bool):
            annotations[re.sub(r"[^A-Za-z0-9_.]", "_", key)] = value
        elif key.startswith(_METADATA) and isinstance(value, str) and isinstance(read := _json(value), dict):
            room = key.removeprefix(_METADATA)
            (default.update if room.lower() == "default" else metadata.setdefault(room, {}).update)(read)
        elif value is not None:
            default[key] = value
    if default:
        metadata["default"] = default
    return annotations, metadata


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
