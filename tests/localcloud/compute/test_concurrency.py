"""Many invocations at once, and the limits on how many."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, Gate, eventually


def test_sixteen_invocations_at_once_run_in_sixteen_environments(functions: Functions, gate: Gate) -> None:
    source = f"""
        import uuid
        identity = str(uuid.uuid4())
        def handler(event, context):
            {gate.wait}
            return [identity, event]
    """
    functions.create("shop", source, Timeout=300)
    with ThreadPoolExecutor(16) as threads:
        running = [threads.submit(functions.invoke, "shop", number) for number in range(16)]
        eventually(lambda: gate.arrived == 16)
        gate.open()
        answers = [one.result()["Payload"] for one in running]
    assert [number for _, number in answers] == list(range(16))
    first = {identity for identity, _ in answers}
    assert len(first) == 16
    with ThreadPoolExecutor(8) as threads:
        again = {
            identity
            for identity, _ in threads.map(lambda number: functions.invoke("shop", number)["Payload"], range(8))
        }
    assert again <= first


def test_every_invocation_gets_its_own_answer_and_log(functions: Functions) -> None:
    functions.create(
        "shop", "def handler(event, context):\n    print('order', event)\n    return [event, context.aws_request_id]"
    )

    def order(number: int) -> None:
        answer = functions.invoke("shop", number)
        assert answer["Payload"] == [number, answer["ResponseMetadata"]["RequestId"]]
        assert f"\norder {number}\n" in answer["Log"]

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(order, range(200)))
    lines = functions.log("shop")
    assert sorted(line for line in lines if line.startswith("order")) == sorted(
        f"order {number}\n" for number in range(200)
    )
    assert sum(line.startswith("REPORT") for line in lines) == 200


def test_above_the_reserved_concurrency_requests_are_throttled_whatever_their_version(
    functions: Functions, gate: Gate
) -> None:
    source = f"def handler(event, context):\n    {gate.wait}\n    return 'done'"
    functions.create("shop", source, Timeout=300, Publish=True)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, "shop")
        eventually(lambda: gate.arrived)
        with pytest.raises(ClientError) as raised:
            functions.aws.invoke(FunctionName="shop", Qualifier="1")
        gate.open()
        assert running.result()["Payload"] == "done"
    response: Any = raised.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (
        429,
        "TooManyRequestsException",
    )
    said = {name: response[name] for name in ("Reason", "Type", "message")}
    assert said == {
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
    }
    assert functions.invoke("shop", Qualifier="1")["Payload"] == "done"


def test_a_reserved_concurrency_of_zero_blocks_every_request_and_is_shown(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): return 1")
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    assert functions.aws.get_function(FunctionName="shop")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    with pytest.raises(functions.aws.exceptions.TooManyRequestsException):
        functions.invoke("shop")
    functions.aws.delete_function_concurrency(FunctionName="shop")
    assert functions.invoke("shop")["Payload"] == 1


def test_a_hundred_units_of_the_account_stay_unreserved(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): return 1")
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=900)
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=901)


def test_a_function_may_invoke_another_one_and_itself(functions: Functions) -> None:
    source = """
        import boto3, json
        def handler(event, context):
            if event == 0:
                return ["end"]
            answer = boto3.client("lambda").invoke(FunctionName="chain", Payload=json.dumps(event - 1))
            return [event, *json.loads(answer["Payload"].read())]
    """
    functions.create("chain", source, Timeout=60)
    assert json.dumps(functions.invoke("chain", 3)["Payload"]) == '[3, 2, 1, "end"]'
