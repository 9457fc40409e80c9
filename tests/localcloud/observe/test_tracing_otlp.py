"""OpenTelemetry in a handler: its SDK bundled with the code, and its spans sent to the local endpoint."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from helpers.cloud.bundle import build_zip
from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.observe.tracing_help import ACTIVE, Traces

HANDLER = """
import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "loja"}))
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("pedidos")


def of_lambda():
    header = dict(part.split("=", 1) for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    root = int(header["Root"][2:].replace("-", ""), 16)
    flags = trace.TraceFlags(int(header["Sampled"]))
    parent = trace.SpanContext(root, int(header["Parent"], 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def lambda_handler(event, context):
    above = of_lambda() if event.get("joined") else None
    kind = trace.SpanKind.INTERNAL if above else trace.SpanKind.SERVER
    with tracer.start_as_current_span("processamento", context=above, kind=kind) as span:
        span.set_attribute("pedido", "p1")
        with tracer.start_as_current_span("gravar"):
            return "ok"
"""


@pytest.fixture
def traces(cloud: CloudProcess, account: str) -> Traces:
    def now() -> dt.datetime:
        return dt.datetime.fromisoformat(HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"])

    return Traces(cloud.client("xray", account), now)


@pytest.fixture
def shop(functions: Functions, cloud: CloudProcess, account: str, tmp_path: Path) -> Functions:
    """A traced function with OpenTelemetry's SDK in its zip; the variables are those that a learner gives."""
    (tmp_path / "app.py").write_text(HANDLER)
    code = build_zip(tmp_path / "app.py", packages=["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"])
    variables = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{cloud.endpoint_url}/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": f"x-localcloud-account={account}",
    }
    functions.create(
        "shop",
        "",
        Code={"ZipFile": code},
        Handler="app.lambda_handler",
        Environment={"Variables": variables},
        Timeout=60,
        MemorySize=512,
        TracingConfig=ACTIVE,
    )
    return functions


def test_the_spans_of_a_bundled_sdk_become_a_trace(shop: Functions, traces: Traces) -> None:
    assert shop.invoke("shop")["Payload"] == "ok"
    parent, child = traces.named("loja"), traces.named("gravar")
    assert child["parent_id"] == parent["id"]
    assert parent["metadata"]["default"]["pedido"] == "p1"


def test_spans_below_lambdas_own_id_stand_in_its_trace(shop: Functions, traces: Traces) -> None:
    assert shop.invoke("shop", {"joined": True})["Payload"] == "ok"
    made = traces.named("processamento")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert made["parent_id"] == function["id"]
    assert len(traces.ids()) == 1
