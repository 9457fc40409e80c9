"""OpenTelemetry's protocol over HTTP: ``POST /v1/traces`` with spans in protobuf or JSON, plain or gzipped.

AWS serves it at ``https://xray.REGION.amazonaws.com/v1/traces``, for accounts with Transaction Search, and keeps the spans in the log group
``aws/spans``. Here they become segments of X-Ray at once, without that switch.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from helpers.localcloud.accounts import account_of_key, is_account_id
from helpers.localcloud.context import CloudContext
from helpers.localcloud.observe.traces.cloud_time import in_cloud_time
from helpers.localcloud.observe.traces.documents import MOST_BYTES, BadDocument, checked
from helpers.localcloud.observe.traces.store import store_of
from helpers.localcloud.wire import WSGIApp

PATH = "/v1/traces"
_OTHERS = {"/v1/logs": "logs", "/v1/metrics": "metrics"}
MOST_BODY_BYTES = 16 * 1024 * 1024
MOST_SPANS = 10_000

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/")
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def mount(context: CloudContext) -> tuple[str, WSGIApp]:
    """The path and the WSGI application of the endpoint."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        kind = request.mimetype if request.mimetype in (_PROTOBUF, _JSON) else _JSON
        try:
            response = _accept(context, request)
        except _Refused as wrong:
            response = _answer(_status(str(wrong)), kind, wrong.status)
        return response(environ, start_response)

    return PATH, app


def refusals() -> tuple[tuple[str, WSGIApp], ...]:
    """The paths of OpenTelemetry's other signals, which SDKs use beside that of spans, with applications that refuse them by name."""
    return tuple(_refusing(path, signal) for path, signal in _OTHERS.items())


def _refusing(path: str, signal: str) -> tuple[str, WSGIApp]:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        kind = request.mimetype if request.mimetype in (_PROTOBUF, _JSON) else _JSON
        words = f"POST {path}: {signal} over OTLP are not part of this local cloud: switch their exporter off (OTEL_{signal.upper()}_EXPORTER=none)"
        return _answer(_status(words), kind, 501)(environ, start_response)

    return path, app


def _accept(context: CloudContext, request: Request) -> Response:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    if request.method != "POST" or request.path not in ("", "/"):
        raise _Refused(405, f"{request.method} {PATH}{request.path}: spans come by POST {PATH}")
    account, region = _whose(request)
    message = _read(request.mimetype, _body(request))
    answer = ExportTraceServiceResponse()
    refused: list[str] = []
    for place, (span, resource) in enumerate(_spans(message)):
        if place >= MOST_SPANS:
            raise _Refused(400, f"more than {MOST_SPANS} spans in one request")
        try:
            _keep(context, account, region, span, resource)
        except BadDocument as wrong:
            refused.append(f"span {span.span_id.hex()}: {wrong.code}")
    if refused:
        answer.partial_success.rejected_spans = len(refused)
        answer.partial_success.error_message = "; ".join(refused[:20])
    return _answer(answer, request.mimetype, 200)


def _keep(context: CloudContext, account: str, region: str, span: Any, resource: dict[str, Any]) -> None:
    from helpers.localcloud.observe.traces.otlp_spans import document_of

    if len(span.trace_id) != 16 or not any(span.trace_id):
        raise BadDocument("InvalidTraceId")
    if len(span.span_id) != 8 or not any(span.span_id) or len(span.parent_span_id) not in (0, 8):
        raise BadDocument("InvalidId")
    now = context.clock.timestamp()
    document = checked(in_cloud_time(document_of(span, resource), context.clock), now)
    if len(json.dumps(document)) > MOST_BYTES:
        raise BadDocument("SegmentSizeExceeded")
    store_of(account, region).add(document, now)


def _spans(message: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    from helpers.localcloud.observe.traces.otlp_spans import attributes_of

    for group in message.resource_spans:
        resource = attributes_of(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                yield span, resource


def _whose(request: Request) -> tuple[str, str]:
    """Account and Region: of the signature, or an account by name."""
    named = request.headers.get("x-localcloud-account")
    signed = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if named is not None and not is_account_id(named):
        raise _Refused(400, f"x-localcloud-account is {named!r}: an account is twelve digits")
    if signed is None and named is None:
        raise _Refused(403, "Missing Authentication Token: sign the request for xray, or name an x-localcloud-account")
    region = signed[2] if signed else "us-east-1"
    return named or account_of_key(signed[1] if signed else ""), region


def _body(request: Request) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise _Refused(415, f"Content-Encoding {encoding}: only gzip is read")
    data = request.get_data()
    if encoding == "gzip":
        reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            data = reader.decompress(data, MOST_BODY_BYTES + 1)
        except zlib.error:
            raise _Refused(400, "the body is not gzipped") from None
        if not reader.eof and len(data) <= MOST_BODY_BYTES:
            raise _Refused(400, "the gzipped body has no end")
    if len(data) > MOST_BODY_BYTES:
        raise _Refused(413, f"the spans of one request have more than {MOST_BODY_BYTES} bytes")
    return data


def _read(kind: str, data: bytes) -> Any:
    from google.protobuf.json_format import ParseDict, ParseError
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    message = ExportTraceServiceRequest()
    if kind not in (_PROTOBUF, _JSON):
        raise _Refused(415, f"Content-Type {kind or 'none'}: send {_PROTOBUF} or {_JSON}")
    try:
        if kind == _PROTOBUF:
            message.ParseFromString(data)
        else:
            ParseDict(_with_bytes(json.loads(data)), message, ignore_unknown_fields=True)
    except (DecodeError, ParseError, ValueError, TypeError, AttributeError, RecursionError):
        raise _Refused(400, f"the body is no trace request of OTLP in {kind}") from None
    return message


def _with_bytes(message: Any) -> Any:
    """OTLP writes ids in JSON as hexadecimal digits, where protobuf has base64.

    Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
    """
    for group in message.get("resourceSpans", []):
        for scope in group.get("scopeSpans", []):
            for span in scope.get("spans", []):
                for one in (span, *span.get("links", [])):
                    for name in ("traceId", "spanId", "parentSpanId"):
                        if name in one:
                            one[name] = base64.b64encode(bytes.fromhex(one[name])).decode()
    return message


def _status(text: str) -> Any:
    from google.rpc.status_pb2 import Status

    return Status(message=text)


def _answer(message: Any, kind: str, status: int) -> Response:
    from google.protobuf.json_format import MessageToJson

    data = message.SerializeToString() if kind == _PROTOBUF else MessageToJson(message, indent=None).encode()
    return Response(data, status=status, content_type=kind)
