"""What follows an asynchronous invocation: destinations, dead-letter queues, and the end of loops."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually

Client = Callable[[str], Any]
WORKER = "def handler(event, context):\n    assert 'bad' not in event, 'no good'\n    return {'done': event}"


class Desk:
    def __init__(self, cloud: CloudProcess, client: Client, functions: Functions) -> None:
        self.cloud, self.client, self.functions = cloud, client, functions
        self.sqs, self.aws = client("sqs"), client("lambda")

    def queue(self, name: str, **attributes: str) -> str:
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return str(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    def messages(self, name: str) -> list[dict[str, Any]]:
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return list(
            self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
                "Messages", []
            )
        )

    def send(self, event: Any, name: str = "worker") -> str:
        answer = self.aws.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
        return str(answer["ResponseMetadata"]["RequestId"])

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def total(self, metric: str, name: str) -> float:
        points = self.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime="2020-01-01T00:00:00Z",
            EndTime="2040-01-01T00:00:00Z",
            Period=86_400 * 7_305,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points)


@pytest.fixture
def desk(cloud: CloudProcess, client: Client, functions: Functions) -> Desk:
    return Desk(cloud, client, functions)


def test_success_and_failure_go_to_their_destinations_with_request_and_answer(desk: Desk) -> None:
    arn = desk.functions.create("worker", WORKER)["FunctionArn"]
    destinations = {"OnSuccess": {"Destination": desk.queue("good")}, "OnFailure": {"Destination": desk.queue("bad")}}
    desk.aws.put_function_event_invoke_config(FunctionName="worker", DestinationConfig=destinations)
    good, bad = desk.send({"n": 1}), desk.send({"bad": 2})
    desk.advance(300)
    [told] = [json.loads(one["Body"]) for one in desk.messages("good")]
    assert told["requestContext"] == {
        "requestId": good,
        "functionArn": f"{arn}:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert (told["requestPayload"], told["responsePayload"]) == ({"n": 1}, {"done": {"n": 1}})
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    [told] = [json.loads(one["Body"]) for one in desk.messages("bad")]
    assert told["requestContext"]["condition"] == "RetriesExhausted"
    assert (told["requestContext"]["requestId"], told["requestContext"]["approximateInvokeCount"]) == (bad, 3)
    assert told["responseContext"]["functionError"] == "Unhandled"
    assert told["responsePayload"]["errorMessage"] == "no good"


def test_a_dead_letter_queue_gets_the_event_and_what_went_wrong(desk: Desk) -> None:
    desk.functions.create("worker", WORKER, DeadLetterConfig={"TargetArn": desk.queue("lost")})
    assert desk.aws.get_function_configuration(FunctionName="worker")["DeadLetterConfig"]["TargetArn"].endswith(":lost")
    request_id = desk.send({"bad": 1})
    desk.advance(200)
    [letter] = desk.messages("lost")
    assert json.loads(letter["Body"]) == {"bad": 1}
    values = {name: (one["DataType"], one["StringValue"]) for name, one in letter["MessageAttributes"].items()}
    assert values == {
        "RequestID": ("String", request_id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "no good"),
    }


def test_zero_concurrency_and_old_age_have_conditions_of_their_own(desk: Desk) -> None:
    desk.functions.create("worker", WORKER)
    desk.aws.put_function_event_invoke_config(
        FunctionName="worker",
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": desk.queue("bad")}},
    )
    desk.send({"bad": 1})
    desk.advance(120)
    desk.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    desk.send({"n": 1})
    eventually(lambda: desk.total("AsyncEventsDropped", "worker") == 2)
    desk.advance(1)
    told = [json.loads(one["Body"]) for one in desk.messages("bad")]
    assert [one["requestContext"]["condition"] for one in told] == ["EventAgeExceeded", "ZeroReservedConcurrency"]
    assert told[1]["requestContext"]["approximateInvokeCount"] == 0
    assert "responsePayload" not in told[1]


def test_destinations_may_be_topics_functions_buses_and_buckets(desk: Desk) -> None:
    desk.functions.create("worker", WORKER)
    hear = desk.functions.create("hear", "import json\ndef handler(event, context): print('heard', json.dumps(event))")
    desk.client("s3").create_bucket(Bucket="failures-of-worker")
    destinations = {
        "OnSuccess": {"Destination": hear["FunctionArn"]},
        "OnFailure": {"Destination": "arn:aws:s3:::failures-of-worker"},
    }
    desk.aws.put_function_event_invoke_config(
        FunctionName="worker", MaximumRetryAttempts=0, DestinationConfig=destinations
    )
    desk.send({"n": 1})
    desk.send({"bad": 1})
    desk.advance(5)
    [line] = [line for line in desk.functions.log("hear") if line.startswith("heard ")]
    assert json.loads(line[6:])["responsePayload"] == {"done": {"n": 1}}
    [kept] = desk.client("s3").list_objects_v2(Bucket="failures-of-worker")["Contents"]
    assert kept["Key"].startswith("aws/lambda/async/worker/")


@pytest.mark.parametrize(
    "destination",
    ["arn:aws:sqs:us-east-1:123456789012:o.fifo", "arn:aws:dynamodb:us-east-1:123456789012:table/t", "nonsense"],
)
def test_what_is_no_destination_is_refused(desk: Desk, destination: str) -> None:
    desk.functions.create("worker", WORKER)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        desk.aws.put_function_event_invoke_config(
            FunctionName="worker", DestinationConfig={"OnFailure": {"Destination": destination}}
        )
    with pytest.raises(ClientError, match="is no standard queue and no standard topic"):
        desk.functions.create("other", WORKER, DeadLetterConfig={"TargetArn": destination})


AGAIN = """
import boto3, os
def handler(event, context):
    {again}
"""


def test_a_function_that_feeds_its_own_queue_is_stopped_after_sixteen_turns(desk: Desk) -> None:
    dead = desk.queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    queue = desk.queue("loop", RedrivePolicy=redrive)
    url = desk.sqs.get_queue_url(QueueName="loop")["QueueUrl"]
    source = AGAIN.format(again=f"boto3.client('sqs').send_message(QueueUrl='{url}', MessageBody='again')")
    desk.functions.create("looper", source, Timeout=20)
    desk.aws.create_event_source_mapping(EventSourceArn=queue, FunctionName="looper")
    desk.sqs.send_message(QueueUrl=url, MessageBody="first")
    eventually(lambda: desk.total("RecursiveInvocationsDropped", "looper"))
    desk.advance(200)
    assert desk.total("Invocations", "looper") == 16
    assert desk.total("RecursiveInvocationsDropped", "looper") >= 1
    assert [one["Body"] for one in desk.messages("dead")] == ["again"]


def test_a_function_that_writes_where_it_reads_is_stopped_and_the_event_is_kept(desk: Desk) -> None:
    s3 = desk.client("s3")
    s3.create_bucket(Bucket="round")
    source = AGAIN.format(
        again="boto3.client('s3').put_object(Bucket='round', Key=event['Records'][0]['s3']['object']['key'] + 'x', Body=b'')"
    )
    arn = desk.functions.create("looper", source, Timeout=20, DeadLetterConfig={"TargetArn": desk.queue("kept")})[
        "FunctionArn"
    ]
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="round", NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
    )
    s3.put_object(Bucket="round", Key="a", Body=b"")
    eventually(lambda: desk.total("RecursiveInvocationsDropped", "looper"))
    desk.advance(5)
    assert desk.total("Invocations", "looper") == 16
    assert desk.total("RecursiveInvocationsDropped", "looper") == 1
    assert len(desk.messages("kept")) == 1
    assert s3.list_objects_v2(Bucket="round")["KeyCount"] == 17


def test_a_loop_may_be_allowed(desk: Desk) -> None:
    desk.functions.create("looper", WORKER)
    assert desk.aws.get_function_recursion_config(FunctionName="looper")["RecursiveLoop"] == "Terminate"
    desk.aws.put_function_recursion_config(FunctionName="looper", RecursiveLoop="Allow")
    assert desk.aws.get_function_recursion_config(FunctionName="looper")["RecursiveLoop"] == "Allow"
    root = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=" + "0" * 8 + ":1"
    import hashlib

    arn = desk.aws.get_function(FunctionName="looper")["Configuration"]["FunctionArn"]
    own = hashlib.sha256(arn.encode()).hexdigest()[:8]
    trace = f"{root}|{own}:16"
    desk.aws.meta.events.register(
        "before-call.lambda.Invoke", lambda params, **_: params["headers"].update({"X-Amzn-Trace-Id": trace})
    )
    assert "FunctionError" not in desk.aws.invoke(FunctionName="looper", Payload=b"{}")
    desk.aws.put_function_recursion_config(FunctionName="looper", RecursiveLoop="Terminate")
    with pytest.raises(desk.aws.exceptions.RecursiveInvocationException):
        desk.aws.invoke(FunctionName="looper", Payload=b"{}")
