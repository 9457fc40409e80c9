"""An account that asks for it is closed: no service reaches a queue, a topic or a function that has not let it in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud import events as ledger
from helpers.cloud.control import call
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.events.mapping_help import NOTHING

SERVICES = {"sns": "sns.amazonaws.com", "s3": "s3.amazonaws.com", "events": "events.amazonaws.com"}
CLOSED = "Unable to validate the following destination configurations"
PAIRS = [(giver, taker) for giver in SERVICES for taker in ("sqs", "lambda", "sns") if (giver, taker) != ("sns", "sns")]


@dataclass
class Pair:
    """A giver and a taker in one closed account, not yet connected."""

    cloud: CloudProcess
    account: str
    functions: Functions
    giver: str
    taker: str
    source: str = field(init=False)
    target: str = field(init=False)

    def __post_init__(self) -> None:
        self.client: Callable[[str], Any] = self.functions.client
        headers = {"x-localcloud-account": self.account}
        call(self.cloud.endpoint_url, "POST", "/_localcloud/permissions", {"enforced": True}, headers=headers)
        self.bucket = f"giver-{self.account}"
        if self.giver == "sns":
            self.source = self.client("sns").create_topic(Name="giver")["TopicArn"]
        elif self.giver == "s3":
            self.client("s3").create_bucket(Bucket=self.bucket)
            self.source = f"arn:aws:s3:::{self.bucket}"
        else:
            rule = self.client("events").put_rule(Name="giver", EventPattern=json.dumps({"source": ["shop"]}))
            self.source = rule["RuleArn"]
        if self.taker == "sqs":
            self.url = self.client("sqs").create_queue(QueueName="taker")["QueueUrl"]
            self.target = f"arn:aws:sqs:us-east-1:{self.account}:taker"
        elif self.taker == "sns":
            self.target = self.client("sns").create_topic(Name="taker")["TopicArn"]
        else:
            self.target = self.functions.create("taker", NOTHING)["FunctionArn"]

    def let_in(self, source: str) -> None:
        """Give the taker a policy for the giver's service on behalf of ``source``."""
        service = SERVICES[self.giver]
        if self.taker == "lambda":
            given = {"Action": "lambda:InvokeFunction", "Principal": service, "SourceArn": source}
            self.client("lambda").add_permission(FunctionName="taker", StatementId="giver", **given)
            return
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage" if self.taker == "sqs" else "sns:Publish",
            "Resource": self.target,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        if self.taker == "sqs":
            self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        else:
            self.client("sns").set_topic_attributes(TopicArn=self.target, AttributeName="Policy", AttributeValue=policy)

    def connect(self) -> None:
        """Let the giver send to the taker. Raises: ``ClientError``, because a bucket tries the door at once."""
        if self.giver == "sns":
            self.client("sns").subscribe(TopicArn=self.source, Protocol=self.taker, Endpoint=self.target)
        elif self.giver == "events":
            self.client("events").put_targets(Rule="giver", Targets=[{"Id": "taker", "Arn": self.target}])
        else:
            kind = {"sqs": "Queue", "sns": "Topic", "lambda": "LambdaFunction"}[self.taker]
            rule = {f"{kind}Arn": self.target, "Events": ["s3:ObjectCreated:*"]}
            self.client("s3").put_bucket_notification_configuration(
                Bucket=self.bucket, NotificationConfiguration={f"{kind}Configurations": [rule]}
            )

    def arrived(self) -> bool:
        """Let the giver send something; whether the ledger says that the taker got it."""
        before = len(self.steps())
        if self.giver == "sns":
            self.client("sns").publish(TopicArn=self.source, Message="{}")
        elif self.giver == "events":
            entry = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
            self.client("events").put_events(Entries=[entry])
        else:
            self.client("s3").put_object(Bucket=self.bucket, Key="photo.jpg", Body=b"")
        self.cloud.advance(0)
        return any(step.step == "delivered" and step.to == self.target for step in self.steps()[before:])

    def steps(self) -> ledger.Steps:
        return ledger.events(endpoint_url=self.cloud.endpoint_url, account=self.account)


@pytest.fixture(params=PAIRS, ids=lambda pair: " to ".join(pair))
def pair(request: pytest.FixtureRequest, cloud: CloudProcess, account: str, functions: Functions) -> Pair:
    return Pair(cloud, account, functions, *request.param)


def test_a_taker_lets_in_the_source_of_its_policy_and_no_other(pair: Pair) -> None:
    if pair.giver == "s3":
        with pytest.raises(ClientError, match=CLOSED):
            pair.connect()
    else:
        pair.connect()
    assert not pair.arrived()
    pair.let_in(pair.source)
    pair.connect()
    assert pair.arrived()


def test_a_policy_for_another_source_does_not_count(pair: Pair) -> None:
    pair.let_in(pair.source.replace("giver", "stranger"))
    if pair.giver == "s3":
        with pytest.raises(ClientError, match=CLOSED):
            pair.connect()
    else:
        pair.connect()
    assert not pair.arrived()
