"""Buckets that tell queues, topics, functions and buses what happened to their objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.control import call
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, Gate, eventually

Client = Callable[[str], Any]


class Desk:
    def __init__(self, cloud: CloudProcess, account: str, client: Client) -> None:
        self.cloud, self.account, self.client = cloud, account, client
        self.s3, self.sqs = client("s3"), client("sqs")
        self.s3.create_bucket(Bucket=f"uploads-{account}")
        self.bucket = f"uploads-{account}"
        url = self.sqs.create_queue(QueueName="heard")["QueueUrl"]
        self.url = url
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self.queue = str(attributes["QueueArn"])

    def notify(self, *rules: dict[str, Any], **more: Any) -> None:
        given = [{"QueueArn": self.queue, "Events": ["s3:ObjectCreated:*"], **rule} for rule in rules]
        self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": given}, **more
        )

    def heard(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while got := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            found += [json.loads(message["Body"]) for message in got]
        return found

    def records(self) -> list[dict[str, Any]]:
        return [record for event in self.heard() for record in event.get("Records", [])]

    def put(self, *keys: str) -> None:
        for key in keys:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"picture")


@pytest.fixture
def desk(cloud: CloudProcess, account: str, client: Client) -> Desk:
    return Desk(cloud, account, client)


def filtered(prefix: str = "", suffix: str = "") -> dict[str, Any]:
    rules = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    return {"Filter": {"Key": {"FilterRules": rules}}}


def shape(value: Any) -> Any:
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else type(value).__name__


def test_setting_a_configuration_is_tested_with_an_event_without_records(desk: Desk) -> None:
    desk.notify({})
    [event] = desk.heard()
    assert (event["Event"], event["Service"], event["Bucket"]) == ("s3:TestEvent", "Amazon S3", desk.bucket)


def test_a_record_has_the_shape_of_aws_and_a_key_as_aws_writes_it(desk: Desk, request: pytest.FixtureRequest) -> None:
    desk.notify({"Id": "mine"})
    desk.put("2026/minha foto ção+1.jpg")
    [record] = desk.records()
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["configurationId"] == "mine"
    assert record["s3"]["object"]["key"] == "2026/minha+foto+%C3%A7%C3%A3o%2B1.jpg"
    assert record["s3"]["object"]["size"] == 7
    folder: Path | None = request.config.getoption("--oracles")
    if folder is not None:
        sample = json.loads((folder / "events" / "s3Event.json").read_text(encoding="utf-8"))["Records"][0]
        assert shape(record) == shape(sample)


def test_copies_deletes_and_tags_are_events_of_their_own(desk: Desk) -> None:
    desk.notify({"Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]})
    desk.put("a")
    desk.put("a")
    desk.s3.copy_object(Bucket=desk.bucket, Key="b", CopySource=f"{desk.bucket}/a")
    desk.s3.put_object_tagging(Bucket=desk.bucket, Key="b", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    desk.s3.delete_object(Bucket=desk.bucket, Key="b")
    names = [record["eventName"] for record in desk.records()]
    assert [name for name in names if "Tagging" not in name] == [
        "ObjectCreated:Put",
        "ObjectCreated:Put",
        "ObjectCreated:Copy",
        "ObjectRemoved:Delete",
    ]
    assert "ObjectTagging:Put" in names


def test_prefix_and_suffix_choose(desk: Desk) -> None:
    desk.notify(filtered("in/", ".jpg"))
    desk.put("in/a.jpg", "in/a.txt", "out/a.jpg")
    assert [record["s3"]["object"]["key"] for record in desk.records()] == ["in/a.jpg"]


def test_a_versioned_bucket_says_which_version(desk: Desk) -> None:
    desk.s3.put_bucket_versioning(Bucket=desk.bucket, VersioningConfiguration={"Status": "Enabled"})
    desk.notify({"Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]})
    desk.put("a")
    desk.s3.delete_object(Bucket=desk.bucket, Key="a")
    created, removed = desk.records()
    assert created["s3"]["object"]["versionId"]
    assert removed["eventName"] == "ObjectRemoved:DeleteMarkerCreated"
    assert removed["s3"]["object"]["sequencer"] > created["s3"]["object"]["sequencer"]


def test_a_function_is_called_and_the_writer_does_not_wait(desk: Desk, functions: Functions, gate: Gate) -> None:
    source = (
        f"def handler(event, context):\n    {gate.wait}\n    print('saw', event['Records'][0]['s3']['object']['key'])"
    )
    arn = functions.create("see", source, Timeout=300)["FunctionArn"]
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:Put"]}
    desk.s3.put_bucket_notification_configuration(
        Bucket=desk.bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
    )
    desk.put("a")
    gate.open()
    eventually(lambda: "saw a\n" in functions.log("see"))


def test_a_bus_hears_of_a_bucket_that_is_told_to_tell_it(desk: Desk) -> None:
    events = desk.client("events")
    events.put_rule(Name="uploads", EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]}))
    events.put_targets(Rule="uploads", Targets=[{"Id": "1", "Arn": desk.queue}])
    desk.put("before")
    desk.s3.put_bucket_notification_configuration(
        Bucket=desk.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    desk.put("minha foto.jpg")
    [event] = desk.heard()
    assert event["detail"]["object"]["key"] == "minha foto.jpg"
    assert event["detail"]["reason"] == "PutObject"


def test_in_a_closed_account_a_destination_has_to_let_the_bucket_in(desk: Desk, functions: Functions) -> None:
    headers = {"x-localcloud-account": desk.account}
    call(desk.cloud.endpoint_url, "POST", "/_localcloud/permissions", {"enforced": True}, headers=headers)
    arn = functions.create("see", "def handler(event, context): print('saw')")["FunctionArn"]
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    configuration = {"LambdaFunctionConfigurations": [rule]}
    given = {"Bucket": desk.bucket, "NotificationConfiguration": configuration}
    with pytest.raises(ClientError, match="Unable to validate the following destination configurations"):
        desk.s3.put_bucket_notification_configuration(**given)
    functions.aws.add_permission(
        FunctionName="see",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{desk.bucket}",
        SourceAccount=desk.account,
    )
    desk.s3.put_bucket_notification_configuration(**given)
    desk.put("a")
    eventually(lambda: "saw\n" in functions.log("see"))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([filtered("in/"), filtered("in/small/")], "ambiguously defined"),
        ([filtered(suffix=".jpg"), filtered("in/")], "ambiguously defined"),
        ([{"Events": ["s3:ObjectPainted:*"]}], "is not supported for notifications"),
        ([{"Events": ["s3:LifecycleExpiration:*"]}], "never has the event"),
        ([{"QueueArn": "arn:aws:sqs:us-east-1:123456789012:nowhere"}], "Unable to validate the following destination"),
        ([{"QueueArn": "arn:aws:sqs:us-east-1:123456789012:o.fifo"}], "FIFO"),
        ([{"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:heard"}], "Unable to validate|region is not valid"),
    ],
)
def test_what_s3_refuses_is_refused(desk: Desk, rules: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ClientError, match=words) as caught:
        desk.notify(*rules)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
    assert desk.heard() == []


def test_rules_that_cannot_meet_stand_side_by_side(desk: Desk) -> None:
    desk.notify(filtered("in/"), filtered("out/"))
    desk.notify(filtered(suffix=".jpg"), filtered(suffix=".png"))
    desk.notify({"QueueArn": "arn:aws:sqs:us-east-1:123456789012:later"}, SkipDestinationValidation=True)
