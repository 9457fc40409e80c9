"""Subscription filters: log events go on to functions and streams, in the form in which CloudWatch Logs sends them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions, eventually

GROUP = "/loja/orders"
READER = """
    import base64, gzip, json
    def handler(event, context):
        print("GOT", json.dumps(json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))))
"""


@pytest.fixture
def logs(functions: Functions) -> Any:
    logs = functions.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
    return logs


def now(cloud: CloudProcess) -> int:
    read = HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"]
    return int(dt.datetime.fromisoformat(read).timestamp() * 1000)


def write(logs: Any, cloud: CloudProcess, *messages: str) -> int:
    moment = now(cloud)
    events = [{"timestamp": moment, "message": message} for message in messages]
    logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)
    return moment


def subscribe(logs: Any, destination: str, pattern: str = "", name: str = "to", **more: Any) -> None:
    logs.put_subscription_filter(
        logGroupName=GROUP, filterName=name, filterPattern=pattern, destinationArn=destination, **more
    )


def received(functions: Functions, name: str = "reader") -> list[dict[str, Any]]:
    return [json.loads(line[4:]) for line in functions.log(name) if line.startswith("GOT ")]


def test_matching_events_reach_a_function_together(functions: Functions, logs: Any, cloud: CloudProcess) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    subscribe(logs, arn, "ERROR")
    moment = write(logs, cloud, "ERROR maçã", "INFO fine", "ERROR two")
    (message,) = eventually(lambda: received(functions))
    ids = [event.pop("id") for event in message["logEvents"]]
    assert message == {
        "messageType": "DATA_MESSAGE",
        "owner": logs.describe_log_groups()["logGroups"][0]["arn"].split(":")[4],
        "logGroup": GROUP,
        "logStream": "one",
        "subscriptionFilters": ["to"],
        "logEvents": [
            {"timestamp": moment, "message": "ERROR maçã"},
            {"timestamp": moment, "message": "ERROR two"},
        ],
    }
    assert len(set(ids)) == 2 and all(ids)


def test_nothing_is_sent_when_nothing_matches_or_the_filter_is_gone(
    functions: Functions, logs: Any, cloud: CloudProcess
) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    subscribe(logs, arn, "{ $.level = ERROR }")
    write(logs, cloud, '{"level": "INFO"}', "ERROR")
    write(logs, cloud, '{"level": "ERROR"}')
    assert len(eventually(lambda: received(functions))) == 1
    logs.delete_subscription_filter(logGroupName=GROUP, filterName="to")
    write(logs, cloud, '{"level": "ERROR"}')
    cloud.advance(1)
    assert len(received(functions)) == 1
    with pytest.raises(ClientError, match="The specified subscription filter does not exist"):
        logs.delete_subscription_filter(logGroupName=GROUP, filterName="to")


def test_the_log_of_one_function_feeds_another(functions: Functions, logs: Any) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    functions.create("shop", "def handler(event, context): print('ERROR no stock')")
    functions.invoke("shop")
    logs.put_subscription_filter(
        logGroupName="/aws/lambda/shop", filterName="to", filterPattern="ERROR", destinationArn=arn
    )
    functions.invoke("shop")
    (message,) = eventually(lambda: received(functions))
    assert [event["message"] for event in message["logEvents"]] == ["ERROR no stock\n"]


def test_a_function_that_feeds_itself_is_stopped(functions: Functions, logs: Any, cloud: CloudProcess) -> None:
    arn = functions.create("loop", "def handler(event, context): print('AGAIN')")["FunctionArn"]
    functions.invoke("loop")
    subscribe_to_itself = {"logGroupName": "/aws/lambda/loop", "filterName": "to", "filterPattern": "AGAIN"}
    logs.put_subscription_filter(**subscribe_to_itself, destinationArn=arn)
    functions.invoke("loop")
    eventually(lambda: functions.log("loop").count("AGAIN\n") == 1 + 16)
    cloud.advance(1)
    assert functions.log("loop").count("AGAIN\n") == 1 + 16


def test_events_reach_a_kinesis_stream(functions: Functions, logs: Any, cloud: CloudProcess) -> None:
    kinesis = functions.client("kinesis")
    kinesis.create_stream(StreamName="logs", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="logs")["StreamDescriptionSummary"]["StreamARN"]
    with pytest.raises(ClientError, match="without roleArn"):
        subscribe(logs, arn)
    subscribe(logs, arn, roleArn=functions.role)
    write(logs, cloud, "hello")
    shard = kinesis.list_shards(StreamName="logs")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName="logs", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    (record,) = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert record["PartitionKey"] == "one"
    assert json.loads(gzip.decompress(record["Data"]))["logEvents"][0]["message"] == "hello"


def test_events_reach_a_bucket_through_firehose(functions: Functions, logs: Any, cloud: CloudProcess) -> None:
    s3, firehose = functions.client("s3"), functions.client("firehose")
    bucket = "logs-" + functions.role.split(":")[4]
    s3.create_bucket(Bucket=bucket)
    arn = firehose.create_delivery_stream(
        DeliveryStreamName="logs",
        S3DestinationConfiguration={"RoleARN": functions.role, "BucketARN": f"arn:aws:s3:::{bucket}"},
    )["DeliveryStreamARN"]
    subscribe(logs, arn, roleArn=functions.role)
    write(logs, cloud, "hello")
    (entry,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
    assert json.loads(gzip.decompress(body))["logEvents"][0]["message"] == "hello"


def test_filters_are_described_and_at_most_two(functions: Functions, logs: Any) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    subscribe(logs, arn, "b", "second", distribution="Random")
    subscribe(logs, arn, "a", "first")
    subscribe(logs, arn, "c", "first")
    with pytest.raises(ClientError, match="Resource limit exceeded"):
        subscribe(logs, arn, "d", "third")
    found = logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
    assert [(one["filterName"], one["filterPattern"], one["distribution"]) for one in found] == [
        ("first", "c", "ByLogStream"),
        ("second", "b", "Random"),
    ]
    assert found[0]["destinationArn"] == arn and found[0]["creationTime"] > 0
    prefixed = logs.describe_subscription_filters(logGroupName=GROUP, filterNamePrefix="s")
    assert [one["filterName"] for one in prefixed["subscriptionFilters"]] == ["second"]


def test_destinations_that_cannot_work_are_refused(functions: Functions, logs: Any) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    account = arn.split(":")[4]
    for destination, words, more in [
        (arn + "-gone", "Could not execute the lambda function", {}),
        (arn, "destinationArn for vendor lambda cannot be used with roleArn", {"roleArn": functions.role}),
        (arn.replace(account, "999999999999"), "account and Region of the log group", {}),
        (f"arn:aws:sqs:us-east-1:{account}:queue", "cannot work with destinationArn for vendor sqs", {}),
        (f"arn:aws:logs:us-east-1:{account}:destination:d", "cross-account destinations", {}),
        (
            f"arn:aws:kinesis:us-east-1:{account}:stream/none",
            "Could not deliver test message to specified Kinesis stream",
            {"roleArn": functions.role},
        ),
        ("nonsense", "Invalid destinationArn", {}),
        (arn, "The local cloud does not do", {"emitSystemFields": ["@aws.region"]}),
    ]:
        with pytest.raises(ClientError) as refused:
            subscribe(logs, destination, **more)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
        assert words in refused.value.response["Error"]["Message"]
    with pytest.raises(ClientError, match="Invalid filter pattern at character 8"):
        subscribe(logs, arn, "{ $.a == 1 }")


def test_a_function_has_to_let_cloudwatch_logs_in_where_policies_are_enforced(
    functions: Functions, logs: Any, cloud: CloudProcess
) -> None:
    arn = functions.create("reader", READER)["FunctionArn"]
    account = arn.split(":")[4]
    credential = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/sts/aws4_request"
    url = f"{cloud.endpoint_url}/_localcloud/permissions"
    HTTP.post(url, json={"enforced": True}, headers={"Authorization": credential}).raise_for_status()
    with pytest.raises(ClientError, match="Make sure you have given CloudWatch Logs permission to execute"):
        subscribe(logs, arn)
    allowed = {
        "FunctionName": "reader",
        "Action": "lambda:InvokeFunction",
        "Principal": "logs.amazonaws.com",
        "SourceAccount": account,
    }
    group = f"arn:aws:logs:us-east-1:{account}:log-group:{GROUP}"
    functions.aws.add_permission(StatementId="without-streams", SourceArn=group, **allowed)
    with pytest.raises(ClientError, match="Make sure you have given CloudWatch Logs permission to execute"):
        subscribe(logs, arn)
    functions.aws.add_permission(StatementId="logs", SourceArn=f"{group}:*", **allowed)
    subscribe(logs, arn)
    write(logs, cloud, "hello")
    assert eventually(lambda: received(functions))
