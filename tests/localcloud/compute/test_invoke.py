"""What a caller of Invoke gets back: the recorded behaviours of AWS."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, zipped

ECHO = "def handler(event, context):\n    return event"
COUNTER = "count = -1\ndef handler(event, context):\n    global count\n    count += 1\n    return count"


def failure(functions: Functions, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        functions.aws.invoke(**arguments)
    return raised.value.response  # type: ignore[return-value]


def test_a_synchronous_invoke_answers_200_latest_and_no_error(functions: Functions) -> None:
    functions.create("nothing", "def handler(event, context): pass")
    answer = functions.invoke("nothing")
    assert (answer["StatusCode"], answer["ExecutedVersion"], answer.get("FunctionError")) == (200, "$LATEST", None)
    assert answer["Body"] == b"null"


def test_an_empty_payload_arrives_as_an_empty_event(functions: Functions) -> None:
    functions.create("echo", ECHO)
    assert functions.aws.invoke(FunctionName="echo")["Payload"].read() == b"{}"


def test_event_answers_202_and_dry_run_204_without_payload(functions: Functions) -> None:
    functions.create("echo", ECHO)
    for kind, status in (("Event", 202), ("DryRun", 204)):
        answer = functions.aws.invoke(FunctionName="echo", InvocationType=kind, Payload=b"{}")
        assert answer["StatusCode"] == status
        assert answer["Payload"].read() == b""
        assert "ExecutedVersion" not in answer


def test_an_exception_is_a_200_with_the_functions_own_stack_trace(functions: Functions) -> None:
    functions.create("broken", 'def handler(event, context):\n    raise ValueError("no such product")')
    answer = functions.invoke("broken")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-function-error"] == "Unhandled"
    assert answer["Payload"] == {
        "errorMessage": "no such product",
        "errorType": "ValueError",
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "stackTrace": ['  File "/var/task/app.py", line 2, in handler\n    raise ValueError("no such product")\n'],
    }


def test_an_exception_at_import_has_no_request_id_and_shows_the_import(functions: Functions) -> None:
    functions.create("broken", 'raise RuntimeError("no configuration")')
    answer = functions.invoke("broken")
    assert answer["FunctionError"] == "Unhandled"
    assert (answer["Payload"]["errorType"], answer["Payload"]["requestId"]) == ("RuntimeError", "")
    trace = "".join(answer["Payload"]["stackTrace"])
    assert "/var/lang/lib/python3.13/importlib/__init__.py" in trace
    assert 'File "/var/task/app.py", line 1, in <module>' in trace


@pytest.mark.parametrize(
    ("handler", "error_type", "message"),
    [
        (
            "nowhere.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'nowhere': No module named 'nowhere'",
        ),
        ("app.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
        ("app", "Runtime.MalformedHandlerName", "Bad handler 'app': not enough values to unpack (expected 2, got 1)"),
    ],
)
def test_a_wrong_handler_is_named_without_a_stack_trace(
    functions: Functions, handler: str, error_type: str, message: str
) -> None:
    functions.create("broken", ECHO, Handler=handler)
    payload = functions.invoke("broken")["Payload"]
    assert (payload["errorType"], payload["errorMessage"], payload["stackTrace"]) == (error_type, message, [])


def test_a_syntax_error_names_the_line(functions: Functions) -> None:
    functions.create("broken", "def handler(event, context)\n    return 1")
    payload = functions.invoke("broken")["Payload"]
    assert payload["errorType"] == "Runtime.UserCodeSyntaxError"
    assert '/var/task/app.py" Line 1' in payload["stackTrace"][0]


@pytest.mark.parametrize(
    ("code", "reason"),
    [("0", "Runtime exited without providing a reason"), ("127", "Runtime exited with error: exit status 127")],
)
@pytest.mark.parametrize("where", ["handler", "import"])
def test_leaving_the_process_is_an_exit_error(functions: Functions, code: str, reason: str, where: str) -> None:
    sources = {
        "handler": f"import sys\ndef handler(event, context): sys.exit({code})",
        "import": f"import sys\nsys.exit({code})",
    }
    functions.create("quitter", sources[where])
    answer = functions.invoke("quitter")
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: {reason}",
    }


def test_after_a_timeout_globals_are_fresh_and_tmp_is_kept(functions: Functions) -> None:
    source = """
        import os, time
        count = -1
        def handler(event, context):
            global count
            count += 1
            if event.get("wait"):
                with open("/tmp/kept", "w") as file:
                    file.write("still here")
                time.sleep(60)
            return [count, os.path.exists("/tmp/kept") and open("/tmp/kept").read()]
    """
    functions.create("slow", source, Timeout=8)
    assert functions.invoke("slow")["Payload"] == [0, False]
    answer = functions.invoke("slow", {"wait": True})
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["Payload"] == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request_id} Error: Task timed out after 8.00 seconds",
    }
    assert "Status: timeout" in answer["Log"]
    assert functions.invoke("slow")["Payload"] == [0, "still here"]


def test_an_environment_is_reused(functions: Functions) -> None:
    functions.create("counter", COUNTER)
    assert [functions.invoke("counter")["Payload"] for _ in range(3)] == [0, 1, 2]


def test_an_update_starts_new_environments(functions: Functions) -> None:
    functions.create("counter", COUNTER)
    assert [functions.invoke("counter")["Payload"] for _ in range(2)] == [0, 1]
    functions.aws.update_function_configuration(FunctionName="counter", Environment={"Variables": {"STAGE": "test"}})
    assert functions.invoke("counter")["Payload"] == 0


def test_a_function_created_again_does_not_meet_its_former_environment(functions: Functions) -> None:
    functions.create("counter", COUNTER)
    assert functions.invoke("counter")["Payload"] == 0
    functions.aws.delete_function(FunctionName="counter")
    functions.create("counter", COUNTER)
    assert functions.invoke("counter")["Payload"] == 0


def test_a_response_may_have_6_mb_and_no_byte_more(functions: Functions) -> None:
    functions.create("wide", 'def handler(event, context): return "x" * event', MemorySize=512)
    assert len(functions.invoke("wide", 6_291_554)["Body"]) == 6_291_556
    answer = functions.invoke("wide", 6_291_555)
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


def test_requests_are_limited_to_6_mb_and_1_mb_when_asynchronous(functions: Functions) -> None:
    functions.create("length", "def handler(event, context): return len(event)", MemorySize=512)
    assert functions.invoke("length", "x" * 5_000_000)["Payload"] == 5_000_000
    too_large = failure(functions, FunctionName="length", Payload=json.dumps("x" * 6_291_455))
    assert (too_large["ResponseMetadata"]["HTTPStatusCode"], too_large["Error"]["Code"]) == (
        413,
        "RequestTooLargeException",
    )
    assert "6291456 bytes" in too_large["Error"]["Message"]
    too_large = failure(functions, FunctionName="length", InvocationType="Event", Payload=json.dumps("x" * 1_048_575))
    assert "1048576 bytes" in too_large["Error"]["Message"]


@pytest.mark.parametrize("payload", [b"{'a': 1}", b"hello", b'{"a": ', b"\x80\x81", b"NaN"])
def test_a_payload_that_is_no_json_is_refused(functions: Functions, payload: bytes) -> None:
    functions.create("echo", ECHO)
    answer = failure(functions, FunctionName="echo", Payload=payload)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (
        400,
        "InvalidRequestContentException",
    )
    assert answer["Error"]["Message"].startswith(
        "Could not parse request body into json: Could not parse payload into json: "
    )
    assert answer["Type"] == "User"


def test_an_unknown_function_is_named_by_its_arn(functions: Functions, account: str) -> None:
    answer = failure(functions, FunctionName="nobody")
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (404, "ResourceNotFoundException")
    assert answer["Error"]["Message"] == f"Function not found: arn:aws:lambda:us-east-1:{account}:function:nobody"
    assert answer["Type"] == "User"


def test_a_function_can_be_named_by_name_partial_arn_and_arn(functions: Functions, account: str) -> None:
    arn = functions.create("echo", ECHO)["FunctionArn"]
    for name in ("echo", f"{account}:function:echo", arn, f"{arn}:$LATEST"):
        assert functions.invoke(name, {"a": 1})["Payload"] == {"a": 1}


def test_the_client_context_arrives(functions: Functions) -> None:
    functions.create("context", "def handler(event, context): return context.client_context.custom")
    encoded = base64.b64encode(json.dumps({"custom": {"shop": "Loja"}}).encode()).decode()
    assert functions.invoke("context", ClientContext=encoded)["Payload"] == {"shop": "Loja"}


def test_the_context_says_what_runs(functions: Functions) -> None:
    source = """
        def handler(event, context):
            return [context.function_name, context.function_version, context.memory_limit_in_mb, context.invoked_function_arn,
                    context.aws_request_id, context.log_group_name, context.get_remaining_time_in_millis()]
    """
    arn = functions.create("context", source, Timeout=70, MemorySize=256)["FunctionArn"]
    answer = functions.invoke("context")
    *said, remaining = answer["Payload"]
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert said == ["context", "$LATEST", "256", arn, request_id, "/aws/lambda/context"]
    assert 10_000 < remaining <= 70_000


def test_the_trace_header_of_the_caller_is_seen_inside_and_only_inside_the_handler(functions: Functions) -> None:
    functions.create(
        "trace",
        'import os\nID = "_X_AMZN_TRACE_ID"\nbefore = ID in os.environ\ndef handler(event, context): return [before, os.environ[ID]]',
    )
    root = "1-5bef4de7-ad49b0e87f6ef6c87fc2e700"
    functions.aws.meta.events.register(
        "before-send.lambda.Invoke",
        lambda request, **_: request.headers.__setitem__("X-Amzn-Trace-Id", f"Root={root};Sampled=1"),
    )
    before, seen = functions.invoke("trace")["Payload"]
    assert before is False
    assert seen.startswith(f"Root={root};") and "Sampled=1" in seen


def test_without_a_caller_the_trace_is_new_and_not_sampled(functions: Functions) -> None:
    functions.create("trace", 'import os\ndef handler(event, context): return os.environ["_X_AMZN_TRACE_ID"]')
    first, second = (functions.invoke("trace")["Payload"] for _ in range(2))
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1", first)
    assert first != second


def test_a_function_with_its_own_module_of_the_runtimes_name_keeps_it(functions: Functions) -> None:
    files = {
        "app.py": "import jmespath\ndef handler(event, context): return jmespath.NAME",
        "jmespath.py": "NAME = 'ours'",
    }
    functions.create("own", "", Code={"ZipFile": zipped(files)})
    assert functions.invoke("own")["Payload"] == "ours"
