"""Accounts: an access key names one, a reset empties one, and none reaches into another."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP, CloudProcess


def test_a_twelve_digit_key_is_the_account(cloud: CloudProcess, account: str) -> None:
    identity = cloud.client("sts", account).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (account, f"arn:aws:iam::{account}:root")


@pytest.mark.parametrize("key", ["test", "AKIAIOSFODNN7EXAMPLE", "1234", "1234567890123"])
def test_any_other_key_is_the_default_account(cloud: CloudProcess, key: str) -> None:
    assert cloud.client("sts", key).get_caller_identity()["Account"] == "123456789012"


def test_the_key_of_an_iam_user_is_that_user(cloud: CloudProcess, account: str) -> None:
    iam = cloud.client("iam", account)
    iam.create_user(UserName="ana")
    key = iam.create_access_key(UserName="ana")["AccessKey"]["AccessKeyId"]
    identity = cloud.client("sts", key).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{account}:user/ana"


def test_an_assumed_role_works_in_the_account_of_the_role(cloud: CloudProcess, account: str) -> None:
    other = "999988887777"
    credentials = cloud.client("sts", account).assume_role(
        RoleArn=f"arn:aws:iam::{other}:role/deployer", RoleSessionName="ana"
    )["Credentials"]
    session = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], "us-east-1"
    )
    identity = session.client("sts", endpoint_url=cloud.endpoint_url).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{other}:assumed-role/deployer/ana"
    session.client("sqs", endpoint_url=cloud.endpoint_url).create_queue(QueueName="made-by-the-role")
    assert (
        cloud.client("sqs", other)
        .get_queue_url(QueueName="made-by-the-role")["QueueUrl"]
        .endswith(f"/{other}/made-by-the-role")
    )


def test_a_reset_empties_one_account_and_no_other(cloud: CloudProcess, account: str) -> None:
    neighbour = str(int(account) + 500_000)
    for owner in (account, neighbour):
        cloud.client("sqs", owner).create_queue(QueueName="orders")
        cloud.client("s3", owner).create_bucket(Bucket=f"bucket-of-{owner}")
    answer = HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account})
    assert answer.json() == {"account": account, "status": "empty"}
    assert "QueueUrls" not in cloud.client("sqs", account).list_queues()
    assert len(cloud.client("sqs", neighbour).list_queues()["QueueUrls"]) == 1
    assert [b["Name"] for b in cloud.client("s3", neighbour).list_buckets()["Buckets"]] == [f"bucket-of-{neighbour}"]
    cloud.client("s3", account).create_bucket(Bucket=f"bucket-of-{account}")


def test_a_reset_takes_the_account_from_the_signature(cloud: CloudProcess, account: str) -> None:
    signature = (
        f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0"
    )
    answer = HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"Authorization": signature})
    assert answer.json()["account"] == account


def test_a_bucket_of_another_account_is_closed(cloud: CloudProcess, account: str) -> None:
    neighbour = str(int(account) + 600_000)
    cloud.client("s3", neighbour).create_bucket(Bucket=f"private-{neighbour}")
    with pytest.raises(ClientError) as refused:
        cloud.client("s3", account).put_object(Bucket=f"private-{neighbour}", Key="x", Body=b"x")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_a_queue_of_another_account_is_closed_until_its_policy_opens_it(cloud: CloudProcess, account: str) -> None:
    neighbour = str(int(account) + 700_000)
    theirs, mine = cloud.client("sqs", neighbour), cloud.client("sqs", account)
    url = theirs.create_queue(QueueName="inbox")["QueueUrl"]
    with pytest.raises(ClientError) as refused:
        mine.send_message(QueueUrl=url, MessageBody="hello")
    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    theirs.add_permission(QueueUrl=url, Label="partner", AWSAccountIds=[account], Actions=["SendMessage"])
    mine.send_message(QueueUrl=url, MessageBody="hello")
    assert theirs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
    with pytest.raises(ClientError):
        mine.purge_queue(QueueUrl=url)


def test_a_topic_of_another_account_is_closed_until_its_policy_opens_it(cloud: CloudProcess, account: str) -> None:
    neighbour = str(int(account) + 800_000)
    theirs, mine = cloud.client("sns", neighbour), cloud.client("sns", account)
    topic = theirs.create_topic(Name="news")["TopicArn"]
    batch = {"TopicArn": topic, "PublishBatchRequestEntries": [{"Id": "1", "Message": "hello"}]}
    for call in (
        lambda: mine.publish(TopicArn=topic, Message="hello"),
        lambda: mine.publish_batch(**batch),
        lambda: mine.subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@example.com"),
        lambda: mine.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="mine"),
        lambda: mine.delete_topic(TopicArn=topic),
    ):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "AuthorizationError"
    theirs.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[account], ActionName=["Publish"])
    assert mine.publish(TopicArn=topic, Message="hello")["MessageId"]
    assert [entry["Id"] for entry in mine.publish_batch(**batch)["Successful"]] == ["1"]
    with pytest.raises(ClientError):
        mine.delete_topic(TopicArn=topic)
    assert theirs.publish(TopicArn=topic, Message="our own")["MessageId"]
