"""DynamoDB tables, S3 buckets (emptied first), log groups and alarms."""

from __future__ import annotations

from botocore.exceptions import ClientError

from helpers.cloud.kinds.base import Clients, Kind, Tags, itself, named, pages, pairs, same
from helpers.cloud.ledger import Facts


def _table_tags(aws: Clients, key: Facts) -> Tags:
    arn = aws("dynamodb").describe_table(TableName=key["TableName"])["Table"]["TableArn"]
    return pairs(aws("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"])


def _delete_table(aws: Clients, key: Facts) -> None:
    dynamodb, name = aws("dynamodb"), key["TableName"]
    status = dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]
    if status == "DELETING":
        return
    if status != "ACTIVE":
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)


def _bucket_tags(aws: Clients, key: Facts) -> Tags:
    try:
        return pairs(aws("s3").get_bucket_tagging(Bucket=key["Bucket"])["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


def _delete_bucket(aws: Clients, key: Facts) -> None:
    s3, bucket = aws("s3"), key["Bucket"]
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            s3.delete_objects(
                Bucket=bucket,
                Delete={"Objects": [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions]},
            )
    for upload in pages(s3, "list_multipart_uploads", "Uploads", Bucket=bucket):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    s3.delete_bucket(Bucket=bucket)


def _log_group_tags(aws: Clients, key: Facts) -> Tags:
    groups = pages(aws("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=key["logGroupName"])
    arns = [group["arn"].removesuffix(":*") for group in groups if group["logGroupName"] == key["logGroupName"]]
    if not arns:
        raise ClientError(
            {"Error": {"Code": "ResourceNotFoundException", "Message": "no such log group"}}, "DescribeLogGroups"
        )
    return dict(aws("logs").list_tags_for_resource(resourceArn=arns[0]).get("tags") or {})


def _find_alarm(aws: Clients, asked: Facts) -> list[Facts]:
    alarms = pages(aws("cloudwatch"), "describe_alarms", "MetricAlarms", AlarmNames=[asked["AlarmName"]])
    return [{**asked, "AlarmArn": alarm["AlarmArn"]} for alarm in alarms]


def _alarm_tags(aws: Clients, key: Facts) -> Tags:
    for alarm in _find_alarm(aws, key):
        return pairs(aws("cloudwatch").list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"])
    raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no such alarm"}}, "DescribeAlarms")


KINDS = (
    Kind(
        service="dynamodb",
        operation="CreateTable",
        label="table",
        rank=80,
        asked=named("TableName"),
        made=same,
        find=itself,
        tags=_table_tags,
        delete=_delete_table,
        by_hand="aws dynamodb delete-table --table-name {TableName}",
    ),
    Kind(
        service="s3",
        operation="CreateBucket",
        label="bucket",
        rank=85,
        asked=named("Bucket"),
        made=same,
        find=itself,
        tags=_bucket_tags,
        delete=_delete_bucket,
        by_hand="aws s3 rb s3://{Bucket} --force",
        tag_field=("CreateBucketConfiguration", "Tags"),
        adopts=True,
    ),
    Kind(
        service="logs",
        operation="CreateLogGroup",
        label="log group",
        rank=65,
        asked=named("logGroupName"),
        made=same,
        find=itself,
        tags=_log_group_tags,
        delete=lambda aws, key: aws("logs").delete_log_group(logGroupName=key["logGroupName"]),
        by_hand="aws logs delete-log-group --log-group-name {logGroupName}",
        tag_field=("tags",),
    ),
    Kind(
        service="cloudwatch",
        operation="PutMetricAlarm",
        label="alarm",
        rank=20,
        asked=named("AlarmName"),
        made=same,
        find=itself,
        tags=_alarm_tags,
        delete=lambda aws, key: aws("cloudwatch").delete_alarms(AlarmNames=[key["AlarmName"]]),
        by_hand="aws cloudwatch delete-alarms --alarm-names {AlarmName}",
        adopts=True,
    ),
)
