"""What PutMetricData takes, and what it refuses in which words."""

from __future__ import annotations

import datetime as dt
import gzip
import math
from typing import Any

import httpx
import pytest

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.observe.metric_help import Metrics, refusal

FIRST = "MetricData.member.1"


NAMES = {"MetricName": "Latency"}


DIMENSION = {"Name": "d", "Value": "v"}


@pytest.mark.parametrize(
    ("datum", "code", "message"),
    [
        ({"Value": math.nan}, "InvalidParameterValue", f"The value NaN for parameter {FIRST}.Value is invalid."),
        ({"Value": -math.inf}, "InvalidParameterValue", f"The value -∞ for parameter {FIRST}.Value is invalid."),
        ({"Value": 2.0**361}, "InvalidParameterValue", f"The value {2.0**361} for parameter {FIRST}.Value is invalid."),
        (
            {"Values": [1.0] * 151},
            "InvalidParameterValue",
            f"The collection {FIRST}.Values must not have a size greater than 150.",
        ),
        (
            {"Values": [1, 2], "Counts": [1]},
            "InvalidParameterValue",
            f"The parameters {FIRST}.Values and {FIRST}.Counts must be of the same size.",
        ),
        (
            {"Values": [1], "Counts": [-1]},
            "InvalidParameterValue",
            f"The value -1.0 for parameter {FIRST}.Counts is invalid.",
        ),
        (
            {"Value": 1, "Values": [1]},
            "InvalidParameterCombination",
            f"The parameters {FIRST}.Value and {FIRST}.Values are mutually exclusive and you have specified both.",
        ),
        (
            {"Value": 1, "StatisticValues": {"SampleCount": 1, "Sum": 1, "Minimum": 1, "Maximum": 1}},
            "InvalidParameterCombination",
            f"The parameters {FIRST}.Value and {FIRST}.StatisticValues are mutually exclusive and you have specified both.",
        ),
        (
            {"StatisticValues": {"SampleCount": 0, "Sum": 1, "Minimum": 1, "Maximum": 1}},
            "InvalidParameterValue",
            f"The parameter {FIRST}.StatisticValues.SampleCount must be greater than 0.",
        ),
        (
            {"StatisticValues": {"SampleCount": 1, "Sum": 1, "Minimum": 2, "Maximum": 1}},
            "InvalidParameterValue",
            f"The parameter {FIRST}.StatisticValues.Maximum must be greater than {FIRST}.StatisticValues.Minimum.",
        ),
        (
            {},
            "MissingParameter",
            f"At least one of the parameters {FIRST}.Value, {FIRST}.Values and {FIRST}.StatisticValues is required.",
        ),
        (
            {"Value": 1, "StorageResolution": 30},
            "InvalidParameterValue",
            f"The parameter {FIRST}.StorageResolution must be a value in the set [ 1, 60 ].",
        ),
        (
            {"Value": 1, "Dimensions": [{"Name": f"d{number}", "Value": "v"} for number in range(31)]},
            "InvalidParameterValue",
            f"The collection {FIRST}.Dimensions must not have a size greater than 30.",
        ),
        (
            {"Value": 1, "Dimensions": [{"Name": "d", "Value": "v" * 1025}]},
            "InvalidParameterValue",
            f"The parameter {FIRST}.Dimensions.member.1.Value must be shorter than 1025 characters.",
        ),
        (
            {"Value": 1, "Dimensions": [{"Name": "d", "Value": "café"}]},
            "InvalidParameterValue",
            f"The value for parameter {FIRST}.Dimensions.member.1.Value contains non-ASCII characters.",
        ),
        (
            {"Value": 1, "Dimensions": [{"Name": ":d", "Value": "v"}]},
            "InvalidParameterValue",
            f"The value :d for parameter {FIRST}.Dimensions.member.1.Name is not matching the expected pattern [^:].*.",
        ),
        (
            {"Value": 1, "Dimensions": [DIMENSION, DIMENSION]},
            "InvalidParameterValue",
            "No metric may specify the same dimension name twice.",
        ),
        (
            {"Value": 1, "MetricName": "n" * 256},
            "InvalidParameterValue",
            f"The parameter {FIRST}.MetricName must be shorter than 256 characters.",
        ),
    ],
)
def test_a_bad_datum_is_refused_in_awss_words(metrics: Metrics, datum: dict[str, Any], code: str, message: str) -> None:
    good = {**NAMES, "Value": 1}
    bad = {**NAMES, **datum}
    assert refusal(lambda: metrics.aws.put_metric_data(Namespace="Loja", MetricData=[bad, good])) == (code, message)
    assert metrics.aws.list_metrics()["Metrics"] == []


def test_an_empty_dimension_value_is_refused(cloud: CloudProcess, account: str) -> None:
    body = {
        "Action": "PutMetricData",
        "Version": "2010-08-01",
        "Namespace": "Loja",
        "MetricData.member.1.MetricName": "m",
        "MetricData.member.1.Value": "1",
        "MetricData.member.1.Dimensions.member.1.Name": "d",
        "MetricData.member.1.Dimensions.member.1.Value": "",
    }
    answer = _form(cloud, account, body)
    assert answer.status_code == 400
    assert "MetricData.member.1.Dimensions.member.1.Value" in answer.text


def _form(cloud: CloudProcess, account: str, body: dict[str, str], **headers: str) -> httpx.Response:
    credential = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/monitoring/aws4_request"
    return HTTP.post(
        cloud.endpoint_url, data=body, headers={"Authorization": credential, "Accept": "application/json", **headers}
    )


def test_the_query_protocol_puts_and_gets_as_well(cloud: CloudProcess, account: str, metrics: Metrics) -> None:
    put = {
        "Action": "PutMetricData",
        "Version": "2010-08-01",
        "Namespace": "Loja",
        "MetricData.member.1.MetricName": "Latency",
        "MetricData.member.1.Values.member.1": "1.5",
        "MetricData.member.1.Values.member.2": "2",
        "MetricData.member.1.Counts.member.1": "2",
        "MetricData.member.1.Counts.member.2": "1",
        "MetricData.member.1.StorageResolution": "1",
        "MetricData.member.1.Timestamp": f"{metrics.at(5):%Y-%m-%dT%H:%M:%SZ}",
    }
    assert _form(cloud, account, put).status_code == 200
    assert [point["Sum"] for point in metrics.statistics()] == [5]
    get = {
        "Action": "GetMetricStatistics",
        "Version": "2010-08-01",
        "Namespace": "Loja",
        "MetricName": "Latency",
        "StartTime": f"{metrics.hour:%Y-%m-%dT%H:%M:%SZ}",
        "EndTime": f"{metrics.at(60):%Y-%m-%dT%H:%M:%SZ}",
        "Period": "60",
        "Statistics.member.1": "Average",
    }
    assert "<Average>1.66" in _form(cloud, account, get).text


@pytest.mark.parametrize(
    ("namespace", "message"),
    [
        ("AWS/Lambda", "The value AWS/ for parameter Namespace is invalid."),
        (":loja", "The value :loja for parameter Namespace is not matching the expected pattern [^:].*."),
        ("n" * 256, "The parameter Namespace must be shorter than 256 characters."),
        ("  ", "The value for parameter Namespace contains only white space."),
    ],
)
def test_a_bad_namespace_is_refused(metrics: Metrics, namespace: str, message: str) -> None:
    assert refusal(lambda: metrics.put(namespace=namespace, Value=1)) == ("InvalidParameterValue", message)


def test_an_unknown_unit_is_refused_with_the_list_of_units(metrics: Metrics) -> None:
    code, message = refusal(lambda: metrics.put(Value=1, Unit="Minutes"))
    assert code == "InvalidParameterValue"
    assert message.startswith(f"The parameter {FIRST}.Unit must be a value in the set [ Megabits, Terabits,")
    assert message.endswith(", Terabytes/Second, None ].")


def test_more_than_a_thousand_metrics_or_entities_are_refused(metrics: Metrics) -> None:
    data = [{**NAMES, "Value": 1}] * 1001
    code, message = refusal(lambda: metrics.aws.put_metric_data(Namespace="Loja", MetricData=data))
    assert (code, message) == (
        "InvalidParameterValue",
        "The collection MetricData must not have a size greater than 1000.",
    )
    entity = [{"Entity": {"KeyAttributes": {"Type": "Service"}}, "MetricData": [{**NAMES, "Value": 1}]}]
    code, message = refusal(lambda: metrics.aws.put_metric_data(Namespace="Loja", EntityMetricData=entity))
    assert "EntityMetricData" in message


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [
        (dt.timedelta(days=-13, hours=-23), True),
        (dt.timedelta(days=-14, minutes=-2), False),
        (dt.timedelta(hours=1, minutes=58), True),
        (dt.timedelta(hours=2, minutes=5), False),
    ],
)
def test_time_stamps_are_from_two_weeks_ago_until_in_two_hours(
    metrics: Metrics, offset: dt.timedelta, accepted: bool
) -> None:
    moment = metrics.now + offset
    if accepted:
        metrics.put(Value=1, Timestamp=moment)
        [point] = metrics.statistics(StartTime=moment, EndTime=moment + dt.timedelta(minutes=1))
        assert point["Timestamp"] == moment
    else:
        code, message = refusal(lambda: metrics.put(Value=1, Timestamp=moment))
        assert code == "InvalidParameterValue"
        assert message.startswith(f"The parameter {FIRST}.Timestamp must specify a time ")


def test_a_large_request_is_compressed_on_the_way_and_read(metrics: Metrics) -> None:
    data = [
        {"MetricName": f"m{number}", "Values": [float(value) for value in range(50)], "Timestamp": metrics.at(1)}
        for number in range(200)
    ]
    metrics.aws.put_metric_data(Namespace="Loja", MetricData=data)
    assert metrics.statistics("m199", Statistics=["SampleCount", "Maximum"])[0]["SampleCount"] == 50


def test_a_compressed_form_is_read(cloud: CloudProcess, account: str, metrics: Metrics) -> None:
    body = "Action=PutMetricData&Version=2010-08-01&Namespace=Loja&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1"
    credential = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/monitoring/aws4_request"
    headers = {
        "Authorization": credential,
        "Content-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert HTTP.post(cloud.endpoint_url, content=gzip.compress(body.encode()), headers=headers).status_code == 200
    assert [one["MetricName"] for one in metrics.aws.list_metrics()["Metrics"]] == ["m"]
