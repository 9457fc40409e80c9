"""Spans of OpenTelemetry, sent over HTTP, as segments of X-Ray."""

from __future__ import annotations

import gzip
import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from tests.conftest import CloudProcess
from tests.localcloud.observe.trace_help import Traces, now_of


@pytest.fixture
def provider(cloud: CloudProcess, account: str) -> TracerProvider:
    """The SDK, which exports each span as it ends."""
    made = TracerProvider(resource=Resource.create({"service.name": "checkout", "service.version": "3", "team": "a"}))
    made.add_span_processor(SimpleSpanProcessor(exporter(cloud, account)))
    return made


def exporter(cloud: CloudProcess, account: str, **more: Any) -> OTLPSpanExporter:
    return OTLPSpanExporter(
        endpoint=f"{cloud.endpoint_url}/v1/traces", headers={"x-localcloud-account": account}, **more
    )


def trace_of(span: Any) -> str:
    text = f"{span.get_span_context().trace_id:032x}"
    return f"1-{text[:8]}-{text[8:]}"


def post(
    cloud: CloudProcess, body: bytes, kind: str = "application/json", path: str = "/v1/traces", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(
        f"{cloud.endpoint_url}{path}",
        data=body,
        headers={"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as wrong:
        with wrong:
            return wrong.code, wrong.read(), dict(wrong.headers)


def span_json(now: float, **more: Any) -> dict[str, Any]:
    given = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "GET /orders",
        "kind": 2,
        "startTimeUnixNano": str(int((now - 1) * 1e9)),
        "endTimeUnixNano": str(int(now * 1e9)),
    }
    return {**given, **more}


def body_of(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "orders"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}


def test_spans_become_segments_with_subsegments(traces: Traces, provider: TracerProvider) -> None:
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("GET /", kind=SpanKind.SERVER) as server:
        server.set_attributes(
            {
                "http.request.method": "GET",
                "url.scheme": "http",
                "server.address": "shop.example.com",
                "server.port": 8080,
                "url.path": "/cart",
                "url.query": "a=1",
                "http.response.status_code": 200,
                "enduser.id": "ana",
                "order": "a7",
                "basket": 3,
                "aws.xray.annotations": ["order"],
            }
        )
        with tracer.start_as_current_span("sum"):
            pass
        with tracer.start_as_current_span(
            "PutItem",
            kind=SpanKind.CLIENT,
            attributes={
                "rpc.system": "aws-api",
                "rpc.service": "DynamoDB",
                "rpc.method": "PutItem",
                "aws.dynamodb.table_names": ["orders"],
            },
        ):
            pass
    segment, inferred = traces.whole(trace_of(server))
    assert segment["name"] == "checkout" and segment["user"] == "ana"
    assert segment["http"]["request"] == {"method": "GET", "url": "http://shop.example.com:8080/cart?a=1"}
    assert segment["http"]["response"] == {"status": 200}
    assert segment["annotations"] == {"order": "a7"}
    assert segment["metadata"]["default"]["basket"] == 3
    assert segment["metadata"]["default"]["otel.resource.team"] == "a"
    assert segment["service"] == {"version": "3"}
    assert segment["aws"]["xray"]["sdk"] == "opentelemetry for python"
    plain, call = segment["subsegments"]
    assert plain["name"] == "sum" and "namespace" not in plain
    assert (call["name"], call["namespace"]) == ("DynamoDB", "aws")
    assert call["aws"] == {"operation": "PutItem", "table_name": "orders"}
    assert (inferred["name"], inferred["origin"]) == ("DynamoDB", "AWS::DynamoDB::Table")
    assert traces.found('annotation.order = "a7"') == [trace_of(server)]
    assert traces.found("annotation.basket = 3") == []


def test_a_service_that_calls_another_is_one_trace_of_two_segments(traces: Traces, provider: TracerProvider) -> None:
    tracer = provider.get_tracer("test")
    start = tracer.start_as_current_span
    with (
        start("GET /", kind=SpanKind.SERVER) as front,
        start("GET", kind=SpanKind.CLIENT, attributes={"server.address": "back.example.com"}),
        start("serve", kind=SpanKind.SERVER, attributes={"aws.local.service": "back"}),
    ):
        pass
    assert [one["name"] for one in traces.whole(trace_of(front))] == ["checkout", "back"]
    assert ("back", "") in traces.graph()["checkout", ""]["calls"]


@pytest.mark.parametrize(
    ("status", "failed", "flags"),
    [
        (200, False, set()),
        (404, True, {"error"}),
        (429, True, {"error", "throttle"}),
        (503, False, {"fault"}),
        (None, True, {"fault"}),
    ],
)
def test_errors_and_faults_come_from_the_http_status_else_from_the_spans(
    traces: Traces, provider: TracerProvider, status: int | None, failed: bool, flags: set[str]
) -> None:
    attributes = {"http.response.status_code": status} if status else {}
    with provider.get_tracer("test").start_as_current_span("x", kind=SpanKind.SERVER, attributes=attributes) as span:
        if failed:
            span.set_status(Status(StatusCode.ERROR, "went wrong"))
    (document,) = traces.whole(trace_of(span))
    assert {name for name in ("error", "throttle", "fault") if document.get(name)} == flags
    if failed:
        assert document["cause"]["exceptions"][0]["message"] == "went wrong"


def test_an_exception_is_a_cause_with_its_stack(traces: Traces, provider: TracerProvider) -> None:
    tracer = provider.get_tracer("test")
    with pytest.raises(KeyError), tracer.start_as_current_span("x", kind=SpanKind.SERVER) as span:
        raise KeyError("total")
    (document,) = traces.whole(trace_of(span))
    (raised,) = document["cause"]["exceptions"]
    assert (raised["type"], raised["message"]) == ("KeyError", "'total'")
    assert raised["stack"][0]["label"].startswith("test_an_exception")
    assert traces.found('rootcause.fault.exception { name = "KeyError" }') == [trace_of(span)]


def test_links_of_spans_link_traces(traces: Traces, provider: TracerProvider) -> None:
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("send", kind=SpanKind.PRODUCER) as sent:
        pass
    with tracer.start_as_current_span(
        "receive", kind=SpanKind.CONSUMER, links=[Link(sent.get_span_context())]
    ) as received:
        pass
    (document,) = traces.whole(trace_of(received))
    assert document["links"][0]["trace_id"] == trace_of(sent)


def test_gzip_is_read(traces: Traces, cloud: CloudProcess, account: str) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter(cloud, account, compression=Compression.Gzip)))
    with provider.get_tracer("test").start_as_current_span("x") as span:
        pass
    assert len(traces.whole(trace_of(span))) == 1


def test_json_has_ids_in_hexadecimal_digits(traces: Traces, cloud: CloudProcess, account: str) -> None:
    body = json.dumps(body_of(span_json(traces.now))).encode()
    status, answer, headers = post(cloud, body, x_localcloud_account=account)
    assert (status, json.loads(answer), headers["Content-Type"]) == (200, {}, "application/json")
    (document,) = traces.whole("1-5b8efff7-98038103d269b633813fc60c")
    assert (document["id"], document["name"]) == ("eee19b7ec3c1b174", "orders")


def test_a_signed_request_is_for_the_account_and_region_of_its_signature(cloud: CloudProcess, account: str) -> None:
    body = json.dumps(body_of(span_json(now_of(cloud.endpoint_url)))).encode()
    url = f"{cloud.endpoint_url}/v1/traces"
    request = AWSRequest("POST", url, headers={"Content-Type": "application/json"}, data=body)
    SigV4Auth(Credentials(account, "test"), "xray", "eu-west-1").add_auth(request)
    sent = urllib.request.Request(url, data=body, headers=dict(request.headers.items()))
    urllib.request.urlopen(sent).close()
    trace = "1-5b8efff7-98038103d269b633813fc60c"
    there = cloud.client("xray", account, "eu-west-1")
    assert there.batch_get_traces(TraceIds=[trace])["UnprocessedTraceIds"] == []
    here = cloud.client("xray", account)
    assert here.batch_get_traces(TraceIds=[trace])["UnprocessedTraceIds"] == [trace]


def test_spans_that_cannot_be_kept_are_counted_and_named(traces: Traces, cloud: CloudProcess, account: str) -> None:
    good = span_json(traces.now)
    early = span_json(traces.now + 7200, spanId="aaaaaaaaaaaaaaaa")
    nobody = span_json(traces.now, spanId="0000000000000000")
    _, answer, _ = post(cloud, json.dumps(body_of(good, early, nobody)).encode(), x_localcloud_account=account)
    partial = json.loads(answer)["partialSuccess"]
    assert partial["rejectedSpans"] == "2"
    assert partial["errorMessage"] == "span aaaaaaaaaaaaaaaa: InvalidStartTime; span 0000000000000000: InvalidId"


def test_what_is_no_export_is_refused(cloud: CloudProcess, account: str) -> None:
    named = {"x_localcloud_account": account}
    assert post(cloud, b"{}")[0] == 403
    assert post(cloud, b"{}", x_localcloud_account="me")[0] == 400
    assert post(cloud, b"{", **named)[0] == 400
    assert post(cloud, b'{"resourceSpans": 7}', **named)[0] == 400
    assert post(cloud, b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}', **named)[0] == 400
    assert post(cloud, b"\xff\xff", "application/x-protobuf", **named)[0] == 400
    assert post(cloud, b"{}", "text/plain", **named)[0] == 415
    assert post(cloud, b"{}", Content_Encoding="br", **named)[0] == 415
    assert post(cloud, b"{}", Content_Encoding="gzip", **named)[0] == 400
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(f"{cloud.endpoint_url}/v1/traces")
    assert wrong.value.code == 405
    wrong.value.close()


@pytest.mark.parametrize("signal", ["logs", "metrics"])
def test_other_signals_are_refused_by_name(cloud: CloudProcess, account: str, signal: str) -> None:
    status, body, headers = post(cloud, b"{}", path=f"/v1/{signal}", x_localcloud_account=account)
    assert (status, headers["Content-Type"]) == (501, "application/json")
    assert f"{signal} over OTLP are not part of this local cloud" in json.loads(body)["message"]
    status, body, headers = post(cloud, b"", "application/x-protobuf", path=f"/v1/{signal}")
    assert (status, headers["Content-Type"]) == (501, "application/x-protobuf")
    assert f"OTEL_{signal.upper()}_EXPORTER=none".encode() in body


def test_a_gzip_bomb_is_not_blown_up(cloud: CloudProcess, account: str) -> None:
    bomb = gzip.compress(b" " * 64 * 1024 * 1024)
    assert post(cloud, bomb, Content_Encoding="gzip", x_localcloud_account=account)[0] == 413


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["application/json", "application/x-protobuf"]))
def test_any_body_is_answered(cloud: CloudProcess, account: str, body: bytes, kind: str) -> None:
    assert post(cloud, body, kind, x_localcloud_account=account)[0] in (200, 400)


VALUES = st.recursive(
    st.fixed_dictionaries({"stringValue": st.text(max_size=10)})
    | st.fixed_dictionaries({"intValue": st.integers(-(2**63), 2**63 - 1).map(str)})
    | st.fixed_dictionaries({"doubleValue": st.floats(allow_nan=False, allow_infinity=False)})
    | st.fixed_dictionaries({"boolValue": st.booleans()}),
    lambda one: st.fixed_dictionaries({"arrayValue": st.fixed_dictionaries({"values": st.lists(one, max_size=3)})}),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [
        *("http.method", "http.status_code", "http.host", "url.full", "server.port", "server.address", "net.peer.name"),
        *("rpc.system", "rpc.service", "rpc.method", "aws.service", "db.system", "db.name", "peer.service"),
        *("aws.xray.annotations", "aws.xray.metadata.x", "enduser.id", "aws.dynamodb.table_names", "aws.queue_url"),
        *("db.statement", "client.address", "user.id", "aws.remote.service", "url.scheme", "http.target"),
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, VALUES, max_size=6), st.integers(0, 5), st.booleans(), st.text(max_size=20))
def test_whatever_attributes_say_a_span_is_kept_and_can_be_read(
    traces: Traces, cloud: CloudProcess, account: str, seen: dict[str, Any], kind: int, child: bool, name: str
) -> None:
    span = span_json(traces.now, name=name, kind=kind)
    span["traceId"] = f"{time.time_ns():032x}"
    span["attributes"] = [{"key": key, "value": value} for key, value in seen.items()]
    if child:
        span["parentSpanId"] = "b" * 16
    status, answer, _ = post(cloud, json.dumps(body_of(span)).encode(), x_localcloud_account=account)
    assert (status, json.loads(answer)) == (200, {})
    assert traces.whole(f"1-{span['traceId'][:8]}-{span['traceId'][8:]}")
    traces.summaries()
    traces.graph()


def test_protobuf_is_answered_in_protobuf(cloud: CloudProcess, account: str) -> None:
    body = ExportTraceServiceRequest().SerializeToString()
    status, answer, headers = post(cloud, body, "application/x-protobuf", x_localcloud_account=account)
    assert (status, headers["Content-Type"]) == (200, "application/x-protobuf")
    assert ExportTraceServiceResponse.FromString(answer) == ExportTraceServiceResponse()
