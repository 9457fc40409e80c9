"""The blocks of a segment document that come out of a span's attributes, status and events: http, aws, sql, errors and their cause."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

from helpers.localcloud.observe.traces.documents import Document

Attributes = dict[str, Any]

ERROR_STATUS = 2

_HTTP: dict[str, tuple[str, str]] = {
    "http.method": ("request", "method"),
    "http.request.method": ("request", "method"),
    "http.user_agent": ("request", "user_agent"),
    "user_agent.original": ("request", "user_agent"),
    "http.client_ip": ("request", "client_ip"),
    "client.address": ("request", "client_ip"),
    "http.url": ("request", "url"),
    "url.full": ("request", "url"),
    "http.status_code": ("response", "status"),
    "http.response.status_code": ("response", "status"),
    "http.response.body.size": ("response", "content_length"),
    "http.response_content_length": ("response", "content_length"),
}
_URL_PARTS = (
    "http.scheme",
    "url.scheme",
    "http.host",
    "server.address",
    "net.host.name",
    "net.peer.name",
    "server.port",
    "net.host.port",
    "net.peer.port",
    "http.target",
    "url.path",
    "url.query",
)
_AWS: dict[str, str] = {
    "rpc.method": "operation",
    "aws.operation": "operation",
    "aws.region": "region",
    "aws.request_id": "request_id",
    "aws.requestId": "request_id",
    "aws.queue_url": "queue_url",
    "aws.queue.url": "queue_url",
    "aws.sqs.queue.url": "queue_url",
    "aws.table_name": "table_name",
    "aws.sns.topic.arn": "topic_arn",
    "aws.s3.bucket": "bucket_name",
    "aws.lambda.function.name": "function_name",
}
_SQL: dict[str, str] = {
    "db.system": "database_type",
    "db.system.name": "database_type",
    "db.user": "user",
    "db.connection_string": "url",
    "db.statement": "sanitized_query",
    "db.query.text": "sanitized_query",
}
_FRAME = re.compile(r'  File "(?P<path>.*)", line (?P<line>\d+), in (?P<label>.*)')


def http_of(server: bool, seen: Attributes, rest: Attributes) -> Document:
    """The http block; what it takes from the attributes leaves ``rest``."""
    block: dict[str, Document] = {}
    for key, (part, field) in _HTTP.items():
        if key in seen:
            block.setdefault(part, {})[field] = seen[key]
            rest.pop(key, None)
    if not block:
        return {}
    request = block.setdefault("request", {})
    if "url" not in request and (url := _url(server, seen)):
        request["url"] = url
    for key in _URL_PARTS:
        rest.pop(key, None)
    if server and ("http.client_ip" in seen or "client.address" in seen):
        request["x_forwarded_for"] = "http.client_ip" in seen
    return dict(block)


def _url(server: bool, seen: Attributes) -> str | None:
    sides = ("net.host.name", "net.host.port") if server else ("net.peer.name", "net.peer.port")
    host = seen.get("http.host") or seen.get("server.address") or seen.get(sides[0])
    if not host:
        return None
    scheme = seen.get("url.scheme") or seen.get("http.scheme") or "http"
    port = None if "http.host" in seen else seen.get("server.port") or seen.get(sides[1])
    usual = {"http": 80, "https": 443}.get(str(scheme))
    query = f"?{seen['url.query']}" if seen.get("url.query") else ""
    path = seen.get("http.target") or f"{seen.get('url.path') or '/'}{query}"
    return f"{scheme}://{host}{f':{port}' if port and port != usual else ''}{path}"


def aws_of(seen: Attributes, resource: Attributes, rest: Attributes, whole: bool) -> Document:
    """The aws block: of a call, what was called; of a segment, where it ran and by what it was traced."""
    block: Document = {}
    if seen.get("rpc.system") == "aws-api" or "aws.service" in seen:
        for key, field in _AWS.items():
            if key in seen:
                block[field] = seen[key]
                rest.pop(key, None)
        tables = seen.get("aws.dynamodb.table_names")
        if isinstance(tables, list) and len(tables) == 1:
            block["table_name"] = tables[0]
            rest.pop("aws.dynamodb.table_names", None)
        for key in ("rpc.system", "rpc.service", "aws.service"):
            rest.pop(key, None)
    if whole:
        if "cloud.account.id" in resource:
            block["account_id"] = str(resource["cloud.account.id"])
        if "telemetry.sdk.name" in resource:
            language = resource.get("telemetry.sdk.language")
            block["xray"] = {
                "sdk": f"{resource['telemetry.sdk.name']} for {language}",
                "sdk_version": resource.get("telemetry.sdk.version"),
            }
    return block


def sql_of(seen: Attributes, rest: Attributes) -> Document:
    """The sql block of a call to a database."""
    if seen.get("db.system", seen.get("db.system.name", "dynamodb")) in (
        "dynamodb",
        "aws.dynamodb",
        "redis",
        "mongodb",
    ):
        return {}
    block: Document = {}
    for key, field in _SQL.items():
        if key in seen:
            block[field] = seen[key]
            rest.pop(key, None)
    return block


def flags_of(span: Any, seen: Attributes) -> dict[str, bool]:
    """error, throttle and fault: by the HTTP status where it tells of an error, else a fault by the status of the span."""
    status = seen.get("http.response.status_code", seen.get("http.status_code"))
    if isinstance(status, int) and 400 <= status <= 599:
        return {"error": status <= 499, "throttle": status == 429, "fault": status >= 500}
    return {"fault": span.status.code == ERROR_STATUS}


def cause_of(span: Any, attributes_of: Callable[[Iterable[Any]], Attributes], resource: Attributes) -> Document | None:
    """The cause: from exception events, else from the message of a span that ended in error."""
    remote = span.kind in (3, 4)
    found = []
    for place, event in enumerate(span.events):
        if event.name == "exception":
            seen = attributes_of(event.attributes)
            found.append(
                {
                    "id": _id(span, place),
                    "type": str(seen.get("exception.type") or ""),
                    "message": str(seen.get("exception.message") or ""),
                    "remote": remote,
                    "stack": _stack(str(seen.get("exception.stacktrace") or ""), resource),
                }
            )
    if not found and span.status.code == ERROR_STATUS and span.status.message:
        found.append({"id": _id(span, 0), "message": span.status.message})
    return {"exceptions": found} if found else None


def _stack(text: str, resource: Attributes) -> list[Document]:
    """The frames of Python's traceback, the innermost first; other languages' are not read."""
    if resource.get("telemetry.sdk.language") != "python":
        return []
    frames = [match for line in text.split("\n") if (match := _FRAME.fullmatch(line))]
    return [{"path": one["path"], "line": int(one["line"]), "label": one["label"]} for one in reversed(frames)]


def _id(span: Any, place: int) -> str:
    return hashlib.blake2b(span.span_id + bytes([place % 256]), digest_size=8).hexdigest()
