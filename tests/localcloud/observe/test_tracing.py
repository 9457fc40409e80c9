"""What Lambda tells X-Ray: its two segments, sampling, modes, and what the real X-Ray SDK adds from a handler."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import HTTP, CloudProcess, cloud_process
from tests.localcloud.conftest import Functions, eventually
from tests.localcloud.observe.tracing_help import ACTIVE, POWERTOOLS, Traces, header_of, sending

PRINTS = "import os\ndef handler(event, context): return os.environ['_X_AMZN_TRACE_ID']"
SDK = {"Layers": [POWERTOOLS], "Timeout": 60, "MemorySize": 512, "TracingConfig": ACTIVE}


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


@pytest.fixture
def traces(cloud: CloudProcess, account: str) -> Traces:
    def now() -> dt.datetime:
        told = HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"]
        return dt.datetime.fromisoformat(told)

    return Traces(cloud.client("xray", account), now)


def parts(header: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in header.split(";"))


def test_a_traced_invocation_is_a_segment_of_the_service_over_one_of_the_function(
    functions: Functions, traces: Traces
) -> None:
    made = functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    answer = functions.invoke("shop")
    seen = parts(answer["Payload"])
    service, function = traces.of(seen["Root"])
    assert seen["Sampled"] == "1"
    assert (service["origin"], function["origin"]) == ("AWS::Lambda", "AWS::Lambda::Function")
    assert {service["name"], function["name"]} == {"shop"}
    assert {service["resource_arn"], function["resource_arn"]} == {made["FunctionArn"]}
    assert function["parent_id"] == service["id"]
    assert function["id"] == seen["Parent"]
    assert "parent_id" not in service
    assert service["http"]["response"]["status"] == 200
    assert service["aws"]["request_id"] == answer["ResponseMetadata"]["RequestId"]
    assert service["start_time"] <= function["start_time"] < function["end_time"] <= service["end_time"]
    assert function["annotations"]["aws.responseLatency"] > 0


def test_only_a_cold_start_has_an_init_subsegment_and_none_has_an_invocation(
    functions: Functions, traces: Traces
) -> None:
    functions.create("shop", "import time\ntime.sleep(0.1)\n" + PRINTS, TracingConfig=ACTIVE)
    sending(functions.aws, header_of())
    functions.invoke("shop"), functions.invoke("shop")
    cold, warm = (one for one in traces.of(parts(header_of())["Root"]) if one["origin"] == "AWS::Lambda::Function")
    assert [one["name"] for one in cold["subsegments"]] == ["Init"]
    init = cold["subsegments"][0]
    assert init["end_time"] - init["start_time"] >= 0.1
    assert "subsegments" not in warm


def test_the_report_names_the_trace_only_when_it_is_sampled(functions: Functions) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    answer = functions.invoke("shop")
    seen = parts(answer["Payload"])
    line = f"\nXRAY TraceId: {seen['Root']}\tSegmentId: {seen['Parent']}\tSampled: true\t\n"
    assert answer["Log"].endswith(line)
    assert functions.log("shop")[-1].startswith("REPORT") and functions.log("shop")[-1].endswith(line)
    sending(functions.aws, header_of(sampled="0"))
    assert "XRAY" not in functions.invoke("shop")["Log"]


def test_the_caller_decides_and_its_segment_is_the_parent(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    sending(functions.aws, header_of())
    seen = parts(functions.invoke("shop")["Payload"])
    service, _ = traces.of(seen["Root"])
    assert (service["trace_id"], service["parent_id"]) == (seen["Root"], "a" * 16)


def test_an_unsampled_request_is_not_traced_though_tracing_is_active(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    sending(functions.aws, header_of(sampled="0"))
    assert parts(functions.invoke("shop")["Payload"])["Sampled"] == "0"
    assert traces.ids() == []


def test_pass_through_hands_the_header_on_and_sends_nothing(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS)
    assert parts(functions.invoke("shop")["Payload"])["Sampled"] == "0"
    sending(functions.aws, header_of())
    seen = parts(functions.invoke("shop")["Payload"])
    assert {"Root": parts(header_of())["Root"], "Parent": "a" * 16, "Sampled": "1"}.items() <= seen.items()
    assert "XRAY" not in functions.invoke("shop")["Log"]
    assert traces.ids() == []


def test_lambda_itself_samples_the_first_of_a_second_and_few_of_the_others(
    functions: Functions, traces: Traces
) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    began = int(traces._now().timestamp())
    sampled = [parts(functions.invoke("shop")["Payload"])["Sampled"] for _ in range(60)]
    seconds = int(traces._now().timestamp()) - began + 1
    assert sampled[0] == "1"
    assert sampled.count("1") <= seconds + 15
    assert len(traces.ids()) == sampled.count("1")


def test_the_mode_is_shown_can_be_changed_and_goes_with_a_version(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS)
    assert functions.aws.get_function_configuration(FunctionName="shop")["TracingConfig"] == {"Mode": "PassThrough"}
    changed = functions.aws.update_function_configuration(FunctionName="shop", TracingConfig=ACTIVE)
    assert changed["TracingConfig"] == ACTIVE
    published = functions.aws.publish_version(FunctionName="shop")
    assert published["TracingConfig"] == ACTIVE
    functions.aws.update_function_configuration(FunctionName="shop", TracingConfig={"Mode": "PassThrough"})
    functions.invoke("shop")
    assert traces.ids() == []
    functions.invoke("shop", Qualifier="1")
    (service,) = traces.with_origin("AWS::Lambda")
    assert service["aws"]["function_arn"] == published["FunctionArn"]
    with pytest.raises(functions.aws.exceptions.ClientError, match="tracingConfig.mode"):
        functions.aws.update_function_configuration(FunctionName="shop", TracingConfig={"Mode": "On"})


def test_an_exception_is_a_fault_with_the_cause_that_the_runtime_tells(functions: Functions, traces: Traces) -> None:
    functions.create("shop", "def handler(event, context):\n    raise ValueError('no stock')", TracingConfig=ACTIVE)
    functions.invoke("shop")
    service, function = traces.all()
    assert service["fault"] and function["fault"]
    assert service["http"]["response"]["status"] == 200
    exception = function["cause"]["exceptions"][0]
    assert (exception["type"], exception["message"]) == ("ValueError", "no stock")
    assert exception["stack"][0] == {"label": "handler", "path": "/var/task/app.py", "line": 2}


@pytest.mark.parametrize(
    ("source", "timeout", "kind"),
    [
        ("import time\ndef handler(event, context): time.sleep(60)", 1, "Sandbox.Timedout"),
        ("import os\ndef handler(event, context): os._exit(3)", 30, "Runtime.ExitError"),
        ("import nowhere", 30, "Runtime.ImportModuleError"),
        ("def handler(event, context): return 'x' * 7_000_000", 30, "Function.ResponseSizeTooLarge"),
    ],
)
def test_time_outs_and_crashes_are_faults_with_a_cause(
    functions: Functions, traces: Traces, source: str, timeout: int, kind: str
) -> None:
    functions.create("shop", source, Timeout=timeout, TracingConfig=ACTIVE)
    functions.invoke("shop")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert function["fault"] is True
    assert function["cause"]["exceptions"][0]["type"] == kind


def test_a_throttled_invocation_has_no_function_segment(functions: Functions, traces: Traces) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    with pytest.raises(functions.aws.exceptions.TooManyRequestsException):
        functions.invoke("shop")
    (service,) = traces.all()
    assert (service["origin"], service["throttle"], service["error"]) == ("AWS::Lambda", True, True)
    assert service["http"]["response"]["status"] == 429
    assert "fault" not in service


def test_an_event_is_one_segment_with_its_dwell_time_and_each_attempt(
    functions: Functions, traces: Traces, cloud: CloudProcess
) -> None:
    functions.create("shop", "def handler(event, context): raise ValueError", TracingConfig=ACTIVE)
    functions.aws.invoke(FunctionName="shop", InvocationType="Event")
    eventually(lambda: len([line for line in functions.log("shop") if line.startswith("REPORT")]) == 1)
    cloud.advance(61)
    eventually(lambda: len([line for line in functions.log("shop") if line.startswith("REPORT")]) == 2)
    cloud.advance(121)
    runs = traces.with_origin("AWS::Lambda::Function", 3)
    (service,) = [one for one in traces.all() if one["origin"] == "AWS::Lambda"]
    dwell, *attempts = service["subsegments"]
    assert dwell["name"] == "Dwell Time"
    assert [one["name"] for one in attempts] == ["Attempt #1", "Attempt #2", "Attempt #3"]
    assert [one["parent_id"] for one in runs] == [one["id"] for one in attempts]
    assert len({one["id"] for one in runs}) == 3
    assert service["http"]["response"]["status"] == 202
    assert service["fault"] and attempts[0]["fault"]
    assert 59 < attempts[1]["start_time"] - attempts[0]["end_time"] < 120
    assert len(traces.ids()) == 1


def test_the_environment_is_that_of_lambda(functions: Functions) -> None:
    source = "import os\ndef handler(event, context): return {k: v for k, v in os.environ.items() if 'XRAY' in k}"
    functions.create("shop", source, Environment={"Variables": {"AWS_XRAY_CONTEXT_MISSING": "IGNORE_ERROR"}})
    seen = functions.invoke("shop")["Payload"]
    host, _, port = seen["AWS_XRAY_DAEMON_ADDRESS"].partition(":")
    assert (seen["_AWS_XRAY_DAEMON_ADDRESS"], seen["_AWS_XRAY_DAEMON_PORT"]) == (host, port)
    assert seen["AWS_XRAY_CONTEXT_MISSING"] == "IGNORE_ERROR"
    functions.aws.update_function_configuration(FunctionName="shop", Environment={"Variables": {}})
    assert functions.invoke("shop")["Payload"]["AWS_XRAY_CONTEXT_MISSING"] == "LOG_ERROR"


POST = """
    import time
    from aws_xray_sdk.core import patch_all, xray_recorder
    patch_all()
    def handler(event, context):
        with xray_recorder.in_segment('processamento'):
            time.sleep(0.01)
        return {'statusCode': 200}
"""


def test_a_segment_that_a_handler_opens_is_discarded_with_a_warning(functions: Functions, traces: Traces) -> None:
    functions.create("shop", POST, **SDK)
    answer = functions.invoke("shop")
    assert answer["Payload"] == {"statusCode": 200}
    assert re.search(r"\[WARNING\]\t.*Cannot create segments inside Lambda function\. Discarded\.", answer["Log"])
    assert "processamento" not in [one["name"] for one in traces.flat()]


def test_a_subsegment_that_a_handler_opens_stands_below_the_function(functions: Functions, traces: Traces) -> None:
    functions.create("shop", POST.replace("in_segment", "in_subsegment"), **SDK)
    answer = functions.invoke("shop")
    assert "Discarded" not in answer["Log"]
    made = traces.named("processamento")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert made["parent_id"] == function["id"]
    assert made["end_time"] - made["start_time"] >= 0.01


def test_an_unsampled_invocation_leaves_no_subsegment(functions: Functions, traces: Traces) -> None:
    functions.create("shop", POST.replace("in_segment", "in_subsegment"), **SDK)
    root = parts(header_of())["Root"]
    sending(functions.aws, header_of(sampled="0"))
    assert functions.invoke("shop")["Payload"] == {"statusCode": 200}
    assert traces.of(root) == []


def test_the_facade_of_lambdas_segment_cannot_be_changed(functions: Functions) -> None:
    source = """
        from aws_xray_sdk.core import xray_recorder
        def handler(event, context):
            xray_recorder.current_segment().put_annotation('pedido', 1)
    """
    functions.create("shop", source, **SDK)
    assert functions.invoke("shop")["Payload"]["errorType"] == "FacadeSegmentMutationException"


def test_calls_of_boto3_are_subsegments_with_what_was_called(functions: Functions, traces: Traces) -> None:
    source = """
        import boto3
        from aws_xray_sdk.core import patch_all, xray_recorder
        patch_all()
        table, queues = boto3.resource('dynamodb').Table('pedidos'), boto3.client('sqs')
        def handler(event, context):
            with xray_recorder.in_subsegment('gravar') as made:
                made.put_annotation('pedido', 'p1')
                made.put_metadata('corpo', {'total': 10})
                table.put_item(Item={'pk': 'p1'})
            queues.send_message(QueueUrl=event, MessageBody='oi')
    """
    functions.client("dynamodb").create_table(
        TableName="pedidos",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url = functions.client("sqs").create_queue(QueueName="fila")["QueueUrl"]
    functions.create("shop", source, **SDK)
    functions.invoke("shop", url)
    written, sent, made = traces.named("dynamodb"), traces.named("sqs"), traces.named("gravar")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert made["annotations"]["pedido"] == "p1"
    assert written["parent_id"] == made["id"] and made["parent_id"] == function["id"] == sent["parent_id"]
    assert (written["namespace"], written["aws"]["operation"], written["aws"]["table_name"]) == (
        "aws",
        "PutItem",
        "pedidos",
    )
    assert (sent["aws"]["operation"], sent["aws"]["queue_url"]) == ("SendMessage", url)
    (message,) = functions.client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])[
        "Messages"
    ]
    header = parts(message["Attributes"]["AWSTraceHeader"])
    assert (header["Root"], header["Parent"], header["Sampled"]) == (function["trace_id"], sent["id"], "1")


def test_what_a_handler_traces_is_dated_by_the_clouds_clock(
    functions: Functions, traces: Traces, cloud: CloudProcess
) -> None:
    functions.create("shop", POST.replace("in_segment", "in_subsegment"), **SDK)
    cloud.advance(7200)
    functions.invoke("shop")
    made = traces.named("processamento")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert function["start_time"] - 1 <= made["start_time"] <= function["end_time"] + 1


def test_the_tracer_of_powertools_names_handler_and_methods_and_marks_cold_starts(
    functions: Functions, traces: Traces
) -> None:
    source = """
        from aws_lambda_powertools import Tracer
        tracer = Tracer(service="loja")
        @tracer.capture_method
        def cobrar(total):
            tracer.put_annotation(key="total", value=total)
            return total
        @tracer.capture_lambda_handler
        def handler(event, context):
            return cobrar(10)
    """
    functions.create("shop", source, **SDK)
    sending(functions.aws, header_of())
    assert [functions.invoke("shop")["Payload"] for _ in range(2)] == [10, 10]

    def handled() -> list[dict[str, Any]]:
        return [one for one in traces.flat() if one["name"] == "## handler"]

    cold, warm = eventually(lambda: handled() if len(handled()) == 2 else [])
    assert [one["annotations"] for one in (cold, warm)] == [
        {"ColdStart": True, "Service": "loja"},
        {"ColdStart": False, "Service": "loja"},
    ]
    charged = traces.named("## app.cobrar")
    assert charged["annotations"] == {"total": 10}
    assert charged["parent_id"] == cold["id"]


def test_an_account_reset_takes_the_traces_along(
    functions: Functions, traces: Traces, cloud: CloudProcess, account: str
) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    functions.invoke("shop")
    assert len(traces.ids()) == 1
    HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account}).raise_for_status()
    assert traces.ids() == []


@pytest.mark.parametrize(
    "header",
    [
        "Root=x;Parent=y;Sampled=1",
        "Root=1-6b000000-00000000000000000000000;Sampled=1",
        "Sampled=1;Sampled=;=;;Root",
        "Root=1-6b000000-000000000000000000000001;Parent=nobody;Sampled=1",
    ],
)
def test_a_header_that_names_no_trace_begins_one(functions: Functions, traces: Traces, header: str) -> None:
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    sending(functions.aws, header)
    seen = parts(functions.invoke("shop")["Payload"])
    service, function = traces.of(seen["Root"])
    assert "parent_id" not in service
    assert function["id"] == seen["Parent"]


def test_a_huge_exception_leaves_a_document_that_x_ray_would_take(functions: Functions, traces: Traces) -> None:
    functions.create("shop", "def handler(event, context): raise ValueError('x' * 200_000)", TracingConfig=ACTIVE)
    functions.invoke("shop")
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert function["cause"]["exceptions"][0]["type"] == "ValueError"
    assert len(str(function)) < 64_000


def test_what_an_event_sends_to_its_destination_comes_from_the_attempt_that_succeeded(
    functions: Functions, traces: Traces
) -> None:
    sqs = functions.client("sqs")
    url = sqs.create_queue(QueueName="feito")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.create("shop", PRINTS, TracingConfig=ACTIVE)
    functions.aws.put_function_event_invoke_config(
        FunctionName="shop", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    functions.aws.invoke(FunctionName="shop", InvocationType="Event")
    (message,) = eventually(
        lambda: sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"]).get("Messages")
    )
    (function,) = traces.with_origin("AWS::Lambda::Function")
    assert parts(message["Attributes"]["AWSTraceHeader"])["Parent"] == function["id"]
