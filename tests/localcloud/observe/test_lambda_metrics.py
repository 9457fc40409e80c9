"""The metrics of AWS/Lambda: of a function, of its versions and aliases, and of the whole account."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.compute.quota_help import metric
from tests.localcloud.conftest import Functions, eventually

FAILS = "def handler(event, context): return 1 / event"


def test_invocations_are_counted_by_function_resource_and_account(functions: Functions) -> None:
    functions.create("shop", FAILS, Publish=True)
    functions.create("other", FAILS)
    functions.invoke("shop", 1)
    functions.invoke("shop", 0, Qualifier="1")
    functions.invoke("other", 1)
    assert metric(functions, "Invocations", FunctionName="shop") == 2
    assert metric(functions, "Invocations", FunctionName="shop", Resource="shop") == 1
    assert metric(functions, "Invocations", FunctionName="shop", Resource="shop:1") == 1
    assert metric(functions, "Errors", FunctionName="shop", Resource="shop:1") == 1
    assert metric(functions, "Errors", FunctionName="shop", Resource="shop") == 0
    assert metric(functions, "Invocations") == 3
    assert metric(functions, "Errors") == 1
    assert metric(functions, "Duration", "SampleCount") == 3


def test_an_alias_tells_which_version_ran(functions: Functions) -> None:
    functions.create("shop", FAILS, Publish=True)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    functions.invoke("shop", 1, Qualifier="live")
    assert metric(functions, "Invocations", FunctionName="shop", Resource="shop:live") == 1
    assert metric(functions, "Invocations", FunctionName="shop", Resource="shop:live", ExecutedVersion="1") == 1
    assert metric(functions, "Invocations", FunctionName="shop", Resource="shop:1") is None


def test_concurrency_is_told_of_function_and_account(functions: Functions) -> None:
    functions.create("shop", FAILS)
    functions.create("kept", FAILS)
    functions.aws.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=5)
    functions.invoke("kept", 1)
    assert metric(functions, "UnreservedConcurrentExecutions", "Maximum") == 0
    functions.invoke("shop", 1)
    assert metric(functions, "ConcurrentExecutions", "Maximum", FunctionName="shop") == 1
    assert metric(functions, "ConcurrentExecutions", "Maximum", FunctionName="shop", Resource="shop") == 1
    assert metric(functions, "ConcurrentExecutions", "Maximum") == 1
    assert metric(functions, "UnreservedConcurrentExecutions", "Maximum") == 1
    assert metric(functions, "ClaimedAccountConcurrency", "Maximum") == 6
    assert metric(functions, "UnreservedConcurrentExecutions", FunctionName="shop") is None


def test_throttles_are_counted_of_the_resource(functions: Functions) -> None:
    functions.create("shop", FAILS)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError):
        functions.invoke("shop", 1)
    assert metric(functions, "Throttles", FunctionName="shop", Resource="shop") == 1
    assert metric(functions, "Throttles") == 1


def test_asynchronous_events_are_counted_of_the_resource(functions: Functions) -> None:
    functions.create("shop", FAILS)
    functions.aws.put_function_event_invoke_config(FunctionName="shop", MaximumRetryAttempts=0)
    functions.aws.update_function_configuration(
        FunctionName="shop", DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:111111111111:missing"}
    )
    functions.aws.invoke(FunctionName="shop", InvocationType="Event", Payload=b"0")

    def seen(name: str) -> Any:
        return eventually(lambda: metric(functions, name, FunctionName="shop", Resource="shop"))

    assert seen("AsyncEventsReceived") == 1
    assert seen("AsyncEventsDropped") == 1
    assert seen("DeadLetterErrors") == 1
    assert metric(functions, "AsyncEventAge", "SampleCount") == 1
    assert metric(functions, "AsyncEventsReceived") == 1
