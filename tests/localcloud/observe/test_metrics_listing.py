"""ListMetrics, what is not here, and what services count about themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud.control import call
from tests.localcloud.conftest import Functions
from tests.localcloud.observe.metric_help import Client, Metrics, metric, refusal


def test_metrics_are_listed_by_name_and_dimensions_as_soon_as_they_have_data(metrics: Metrics) -> None:
    stage = {"Name": "Stage", "Value": "prod"}
    metrics.put("a", Value=1, Dimensions=[stage])
    metrics.put("a", Value=1, Dimensions=[stage, {"Name": "Api", "Value": "loja"}])
    metrics.put("b", Value=1, namespace="Other")

    def listed(**asked: Any) -> list[tuple[str, int]]:
        return [(one["MetricName"], len(one["Dimensions"])) for one in metrics.aws.list_metrics(**asked)["Metrics"]]

    assert listed() == [("a", 1), ("a", 2), ("b", 0)]
    assert listed(Namespace="Other") == [("b", 0)]
    assert listed(MetricName="a") == [("a", 1), ("a", 2)]
    assert listed(Dimensions=[{"Name": "Api"}]) == [("a", 2)]
    assert listed(Dimensions=[stage]) == [("a", 1), ("a", 2)]
    assert listed(Dimensions=[{"Name": "Stage", "Value": "test"}]) == []
    assert "IncludeLinkedAccounts" in refusal(lambda: listed(IncludeLinkedAccounts=True))[1]


def test_recently_active_metrics_had_data_within_three_hours(metrics: Metrics) -> None:
    metrics.put("old", Value=1, Timestamp=metrics.now - dt.timedelta(hours=4))
    metrics.put("new", Value=1)
    recent = metrics.aws.list_metrics(RecentlyActive="PT3H")["Metrics"]
    assert [one["MetricName"] for one in recent] == ["new"]
    assert len(metrics.aws.list_metrics()["Metrics"]) == 2


def test_metrics_are_listed_in_pages_of_500(metrics: Metrics) -> None:
    data = [{"MetricName": f"m{number}", "Value": 1} for number in range(1000)]
    metrics.aws.put_metric_data(Namespace="Loja", MetricData=data)
    metrics.put("last", Value=1)
    pages = list(metrics.aws.get_paginator("list_metrics").paginate())
    assert [len(page["Metrics"]) for page in pages] == [500, 500, 1]
    code, message = refusal(lambda: metrics.aws.list_metrics(NextToken="mine"))
    assert (code, message) == ("InvalidParameterValue", "Request parameter NextToken is invalid")


@pytest.mark.parametrize(
    ("action", "feature"),
    [
        (lambda aws: aws.put_anomaly_detector(Namespace="n", MetricName="m", Stat="Sum"), "anomaly detection"),
        (lambda aws: aws.describe_anomaly_detectors(), "anomaly detection"),
        (lambda aws: aws.list_metric_streams(), "metric streams"),
        (lambda aws: aws.get_metric_widget_image(MetricWidget="{}"), "pictures of metrics"),
        (lambda aws: aws.put_insight_rule(RuleName="r", RuleDefinition="{}"), "Contributor Insights rules"),
        (lambda aws: aws.describe_insight_rules(), "Contributor Insights rules"),
        (lambda aws: aws.list_managed_insight_rules(ResourceARN="arn:aws:x"), "Contributor Insights rules"),
        (lambda aws: aws.start_otel_enrichment(), "enrichment of OpenTelemetry metrics"),
    ],
)
def test_what_is_not_here_is_refused_by_name(metrics: Metrics, action: Callable[[Any], Any], feature: str) -> None:
    code, message = refusal(lambda: action(metrics.aws))
    assert code == "ValidationError"
    assert message.startswith(f"The local cloud has no {feature}")


def test_an_emptied_account_has_no_metrics(metrics: Metrics, account: str) -> None:
    metrics.put(Value=1)
    call(metrics.cloud.endpoint_url, "POST", "/_localcloud/reset", headers={"x-localcloud-account": account})
    assert metrics.aws.list_metrics()["Metrics"] == []


def test_the_duration_of_functions_has_percentiles(functions: Functions, metrics: Metrics) -> None:
    functions.create("shop", "def handler(event, context): return 1")
    for _ in range(3):
        functions.invoke("shop")
    query = metric(metric="Duration", stat="p50", dimensions={"FunctionName": "shop"})
    query["MetricStat"]["Metric"]["Namespace"] = "AWS/Lambda"
    [value, *_] = metrics.values(query, EndTime=metrics.now + dt.timedelta(hours=1))["m1"]
    assert value > 0


def test_what_other_services_of_moto_count_is_in_the_store(client: Client, metrics: Metrics) -> None:
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.put_record(StreamName="clicks", Data=b"1234", PartitionKey="a")
    listed = {one["MetricName"] for one in metrics.aws.list_metrics(Namespace="AWS/Kinesis")["Metrics"]}
    assert listed == {"IncomingBytes", "IncomingRecords"}


def test_buckets_tell_their_size_once_a_day(client: Client, metrics: Metrics) -> None:
    client("s3").create_bucket(Bucket="metrics-of-a-bucket")
    client("s3").put_object(Bucket="metrics-of-a-bucket", Key="a", Body=b"12345")
    midnight = metrics.now.replace(hour=0, minute=0)
    for _ in range(2):
        points = metrics.statistics(
            "BucketSizeBytes",
            Namespace="AWS/S3",
            Dimensions=[
                {"Name": "BucketName", "Value": "metrics-of-a-bucket"},
                {"Name": "StorageType", "Value": "StandardStorage"},
            ],
            StartTime=midnight,
            EndTime=midnight + dt.timedelta(days=1),
            Period=86_400,
            Statistics=["Sum", "SampleCount"],
        )
        assert [(point["Sum"], point["SampleCount"], point["Unit"]) for point in points] == [(5, 1, "Bytes")]
