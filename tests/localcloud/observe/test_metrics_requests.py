"""Requests that are not what the model of CloudWatch says are refused, and break nothing."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.conftest import HTTP, CloudProcess

PUT = {"Namespace": "Loja", "MetricData": [{"MetricName": "m", "Value": 1}]}
STATISTICS = {
    "Namespace": "Loja",
    "MetricName": "m",
    "StartTime": 1_700_000_000,
    "EndTime": 1_700_000_600,
    "Period": 60,
    "Statistics": ["Sum"],
}
DATA = {
    "StartTime": 1_700_000_000,
    "EndTime": 1_700_000_600,
    "MetricDataQueries": [{"Id": "e1", "Expression": "TIME_SERIES(1)"}],
}


def ask(cloud: CloudProcess, account: str, operation: str, body: Any) -> httpx.Response:
    credential = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/monitoring/aws4_request"
    headers = {
        "Authorization": credential,
        "X-Amz-Target": f"GraniteServiceVersion20100801.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    return HTTP.post(cloud.endpoint_url, content=body if isinstance(body, str) else json.dumps(body), headers=headers)


def test_the_json_protocol_is_spoken(cloud: CloudProcess, account: str) -> None:
    assert ask(cloud, account, "PutMetricData", PUT).json() == {}
    listed = ask(cloud, account, "ListMetrics", {}).json()["Metrics"]
    assert listed == [{"Namespace": "Loja", "MetricName": "m", "Dimensions": []}]


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutMetricData", "[]"),
        ("PutMetricData", {**PUT, "Namespace": 5}),
        ("PutMetricData", {**PUT, "MetricData": "x"}),
        ("PutMetricData", {**PUT, "MetricData": [None]}),
        ("PutMetricData", {**PUT, "MetricData": ["a"]}),
        *(
            ("PutMetricData", {**PUT, "MetricData": [{"MetricName": "m", **datum}]})
            for datum in (
                {"Value": "abc"},
                {"Value": [1]},
                {"Values": 5},
                {"Values": ["x"]},
                {"Value": 1, "Dimensions": {"Name": "d"}},
                {"Value": 1, "Dimensions": [5]},
                {"Value": 1, "Timestamp": "abc"},
                {"Value": 1, "Timestamp": 1e20},
                {"Value": 1, "StorageResolution": "x"},
                {"Value": 1, "Unit": 5},
                {"StatisticValues": 5},
            )
        ),
        ("GetMetricStatistics", {**STATISTICS, "StartTime": "x"}),
        ("GetMetricStatistics", {**STATISTICS, "EndTime": 1e18}),
        ("GetMetricStatistics", {**STATISTICS, "Period": "x"}),
        ("GetMetricStatistics", {**STATISTICS, "Dimensions": "x"}),
        ("GetMetricData", {**DATA, "MetricDataQueries": [5]}),
        ("GetMetricData", {**DATA, "MaxDatapoints": "x"}),
        ("GetMetricData", {**DATA, "NextToken": 5}),
        ("GetMetricData", {**DATA, "EndTime": 253_402_300_799 + 1000}),
        ("ListMetrics", {"Dimensions": "x"}),
        ("ListMetrics", {"MetricName": 5}),
    ],
)
def test_other_types_than_the_model_says_are_refused(
    cloud: CloudProcess, account: str, operation: str, body: Any
) -> None:
    answer = ask(cloud, account, operation, body)
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("#SerializationException")


@pytest.mark.parametrize(
    "expression", ["SEARCH('a', 'Sum', 1e400)", "SEARCH('a', 'Sum', 0 - 1)", "SEARCH('{a,b', 'Sum', 60)", "YEAR(1)", ""]
)
def test_expressions_break_nothing(cloud: CloudProcess, account: str, expression: str) -> None:
    answer = ask(
        cloud, account, "GetMetricData", {**DATA, "MetricDataQueries": [{"Id": "e1", "Expression": expression}]}
    )
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("#ValidationException")
