"""What is measured. Everything goes through boto3, as a learner's cells do."""

from __future__ import annotations

import io
import json
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from typing import Any

from bench.servers import REPOSITORY, Server

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
TRIVIAL = "def handler(event, context):\n    return event\n"
WITH_BOTO3 = "import boto3\nsqs = boto3.client('sqs')\n\ndef handler(event, context):\n    return event\n"


def milliseconds(call: Callable[[], Any], times: int, warm_up: int = 5) -> list[float]:
    """The durations of ``times`` calls in milliseconds, after ``warm_up`` that do not count."""
    for _ in range(warm_up):
        call()
    durations = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        durations.append((time.perf_counter() - begin) * 1000)
    return durations


def percentile(durations: list[float], share: int) -> float:
    return statistics.quantiles(durations, n=100, method="inclusive")[share - 1]


def archive(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("app.py"), source)
    return buffer.getvalue()


def create(server: Server, name: str, source: str) -> Any:
    """Create a function and its role; returns the Lambda client."""
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": archive(source)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return functions


def invoke(functions: Any, name: str) -> None:
    answer = functions.invoke(FunctionName=name, Payload=b'{"n": 1}')
    body = answer["Payload"].read()
    if "FunctionError" in answer or json.loads(body) != {"n": 1}:
        raise RuntimeError(f"{name} did not run its code: {body[:200]!r}")


def cold_starts(server: Server, source: str, label: str, times: int) -> float:
    """Median of the first invoke of ``times`` new functions, in milliseconds."""
    durations = []
    for number in range(times):
        name = f"cold-{label}-{number}"
        functions = create(server, name, source)
        begin = time.perf_counter()
        invoke(functions, name)
        durations.append((time.perf_counter() - begin) * 1000)
    return statistics.median(durations)


def warm_invokes(server: Server, times: int) -> list[float]:
    functions = create(server, "warm", TRIVIAL)
    return milliseconds(lambda: invoke(functions, "warm"), times, warm_up=20)


def put_items(server: Server, times: int) -> list[float]:
    table = server.client("dynamodb")
    table.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return milliseconds(lambda: table.put_item(TableName="bench", Item={"pk": {"S": "order"}, "n": {"N": "1"}}), times)


def sent_messages(server: Server, times: int) -> list[float]:
    queue = server.client("sqs")
    url = queue.create_queue(QueueName="bench")["QueueUrl"]
    return milliseconds(lambda: queue.send_message(QueueUrl=url, MessageBody="order"), times)


def cheapest_calls(server: Server, times: int) -> list[float]:
    identity = server.client("sts")
    return milliseconds(identity.get_caller_identity, times)


def seconds_of(code: str, environment: dict[str, str], times: int) -> float:
    """Median seconds that the last line of ``code`` prints, each time in a Python process of its own."""
    durations = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, cwd=REPOSITORY
        )
        durations.append(float(done.stdout.split()[-1]))
    return statistics.median(durations)
