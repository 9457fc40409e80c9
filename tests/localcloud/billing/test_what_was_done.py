"""Whatever an account does, in whatever order: the usage on its bill is what it did."""

from __future__ import annotations

import itertools
import math
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.conftest import CloudProcess
from tests.localcloud.billing.conftest import Bill
from tests.localcloud.conftest import Functions

Client = Callable[[str], Any]

_NUMBERS = itertools.count()
_CHUNK = 65_536

done = some.lists(
    some.one_of(
        some.tuples(some.just("send"), some.integers(1, 200_000)),
        some.tuples(some.just("publish"), some.integers(1, 200_000)),
        some.tuples(some.just("event"), some.integers(1, 200_000)),
        some.tuples(some.just("write"), some.integers(1, 6_000)),
        some.tuples(some.just("insert"), some.integers(1, 6_000)),
        some.tuples(some.just("object"), some.just(1)),
        some.tuples(some.just("wait"), some.integers(1, 30)),
    ),
    max_size=12,
)


@given(done)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_usage_of_a_month_is_what_was_done(cloud: CloudProcess, steps: list[tuple[str, int]]) -> None:
    account = str(310_000_000_000 + next(_NUMBERS))

    def client(service: str) -> Any:
        return cloud.client(service, account)

    bill = Bill(cloud, client)
    bill.to_a_new_month()
    queue = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    bucket = f"b-{account}"
    client("s3").create_bucket(Bucket=bucket)
    client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    numbers = itertools.count()
    expected: Counter[tuple[str, ...]] = Counter()
    expected["Amazon Simple Queue Service", "Requests-Tier1"] = 1
    expected["Amazon Simple Storage Service", "Requests-Tier1"] = 1
    for kind, size in steps:
        if kind == "send":
            client("sqs").send_message(QueueUrl=queue, MessageBody="x" * size)
            expected["Amazon Simple Queue Service", "Requests-Tier1"] += math.ceil(size / _CHUNK)
        elif kind == "publish":
            client("sns").publish(TopicArn=topic, Message="x" * size)
            expected["Amazon Simple Notification Service", "Requests-Tier1"] += math.ceil(size / _CHUNK)
        elif kind == "event":
            detail = '{"t":"' + "x" * size + '"}'
            client("events").put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": detail}])
            expected["CloudWatch Events", "USE1-Event-64K-Chunks"] += math.ceil((len(detail) + 2) / _CHUNK)
        elif kind == "write":
            item = {"id": {"S": f"{next(numbers):06d}"}, "x": {"S": "x" * size}}  # names count as well
            client("dynamodb").put_item(TableName="t", Item=item)
            expected["Amazon DynamoDB", "WriteRequestUnits"] += math.ceil((2 + 6 + 1 + size) / 1024)
        elif kind == "insert":
            values = [{"S": f"{next(numbers):06d}"}, {"S": "x" * size}]
            statement = "INSERT INTO t VALUE {'id': ?, 'x': ?}"
            client("dynamodb").execute_statement(Statement=statement, Parameters=values)
            expected["Amazon DynamoDB", "WriteRequestUnits"] += math.ceil((2 + 6 + 1 + size) / 1024)
        elif kind == "object":
            client("s3").put_object(Bucket=bucket, Key="k", Body=b"1")
            client("s3").get_object(Bucket=bucket, Key="k")["Body"].read()
            expected["Amazon Simple Storage Service", "Requests-Tier1"] += 1
            expected["Amazon Simple Storage Service", "Requests-Tier2"] += 1
        else:
            bill.advance(hours=size)
    answer = bill.ask(
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
    )
    found = {
        tuple(group["Keys"]): float(group["Metrics"]["UsageQuantity"]["Amount"])
        for result in answer["ResultsByTime"]
        for group in result["Groups"]
    }
    assert found == {key: count for key, count in expected.items() if count}


def test_calls_of_a_rest_api_are_paid_unless_they_are_kept_out(bill: Bill, cloud: CloudProcess, client: Client) -> None:
    aws = client("apigateway")
    api = aws.create_rest_api(name="loja")["id"]
    root = aws.get_resources(restApiId=api)["items"][0]["id"]
    for method, needs_key in (("GET", False), ("POST", True)):
        where = {"restApiId": api, "resourceId": root, "httpMethod": method}
        aws.put_method(**where, authorizationType="NONE", apiKeyRequired=needs_key)
        aws.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        aws.put_method_response(**where, statusCode="200")
        aws.put_integration_response(**where, statusCode="200")
    aws.create_deployment(restApiId=api, stageName="prod")

    def call(method: str, path: str = "") -> int:
        address = f"{cloud.endpoint_url}/_execute-api/{api}/prod/{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(address, method=method)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert [call("GET"), call("GET"), call("POST"), call("GET", "nada")] == [200, 200, 403, 403]
    assert bill.by("DIMENSION", "USAGE_TYPE")["USE1-ApiGatewayRequest"] == (pytest.approx(0.000007), 2)


def test_pollers_traces_and_queries_are_on_the_bill(bill: Bill, client: Client, functions: Functions) -> None:
    bill.to_a_new_month()
    functions.create("f", "def handler(event, context): return 1", TracingConfig={"Mode": "Active"})
    sqs, logs = client("sqs"), client("logs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]  # 1
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]  # 1
    client("lambda").create_event_source_mapping(FunctionName="f", EventSourceArn=arn)
    sqs.send_message(QueueUrl=url, MessageBody="x")  # 1, and 2 of the poller: receive and delete
    bill.advance(minutes=1)
    now = int(bill.now().timestamp())
    started = logs.start_query(
        logGroupName="/aws/lambda/f", startTime=now - 3600, endTime=now + 60, queryString="limit 1"
    )
    bill.advance(minutes=1)
    told = logs.get_query_results(queryId=started["queryId"])
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["Requests-Tier1"][1] == 5
    assert usage["USE1-XRay-TracesStored"][1] == 1
    assert told["statistics"]["bytesScanned"] > 0
    assert usage["USE1-DataScanned-Bytes"][1] == pytest.approx(told["statistics"]["bytesScanned"] / 2**30, abs=1e-10)
