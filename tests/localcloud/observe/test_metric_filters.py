"""Metric filters: what CloudWatch Logs takes, and what it makes of events that come afterwards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP, CloudProcess
from tests.localcloud.metric_points import points

Client = Callable[[str], Any]
GROUP = "/loja/orders"


class Logs:
    """One log group with a stream, and the metrics that its events make."""

    def __init__(self, client: Client, cloud: CloudProcess) -> None:
        self.aws = client("logs")
        self.metrics = client("cloudwatch")
        self._cloud = cloud
        self.aws.create_log_group(logGroupName=GROUP)
        self.aws.create_log_stream(logGroupName=GROUP, logStreamName="one")

    def now(self) -> float:
        read = HTTP.get(f"{self._cloud.endpoint_url}/_localcloud/clock").json()["now"]
        return dt.datetime.fromisoformat(read).timestamp()

    def advance(self, seconds: float) -> None:
        self._cloud.advance(seconds)

    def next_minute(self) -> None:
        """Move to the first second of a minute, so that what is done now falls into one."""
        self.advance(61 - self.now() % 60)

    def write(self, *messages: Any, at: float | None = None) -> None:
        moment = int((self.now() if at is None else at) * 1000)
        texts = [one if isinstance(one, str) else json.dumps(one) for one in messages]
        self.aws.put_log_events(
            logGroupName=GROUP,
            logStreamName="one",
            logEvents=[{"timestamp": moment, "message": text} for text in texts],
        )

    def put(self, pattern: str, name: str = "errors", **transformation: Any) -> None:
        given = {"metricName": "Errors", "metricNamespace": "Loja", "metricValue": "1"} | transformation
        self.aws.put_metric_filter(
            logGroupName=GROUP, filterName=name, filterPattern=pattern, metricTransformations=[given]
        )

    def sums(self, metric: str = "Errors", statistic: str = "Sum", **dimensions: str) -> list[float]:
        return points(self.metrics, "Loja", metric, statistic, dimensions)


@pytest.fixture
def logs(client: Client, cloud: CloudProcess) -> Logs:
    return Logs(client, cloud)


def test_events_that_match_are_counted_from_then_on(logs: Logs) -> None:
    logs.write("ERROR too early")
    logs.put("ERROR")
    logs.write("ERROR one", "INFO fine", "ERROR two")
    logs.write("ERROR three")
    assert logs.sums() == [3]
    assert logs.sums(statistic="SampleCount") == [3]


def test_a_value_is_taken_from_the_event(logs: Logs) -> None:
    logs.put("{ $.latency = * }", metricName="Latency", metricValue="$.latency", unit="Milliseconds")
    logs.put('[..., label="Duration:", duration, unit]', "words", metricName="Duration", metricValue="$duration")
    logs.put("[]", "position", metricName="Third", metricValue="$3")
    logs.write({"latency": 120}, {"latency": "80"}, {"latency": "fast"}, {"latency": None}, "REPORT Duration: 12.5 ms")
    assert logs.sums("Latency") == [200]
    assert logs.sums("Latency", "Maximum") == [120]
    assert logs.sums("Duration") == [12.5]
    assert logs.sums("Third") == [12.5]


def test_dimensions_are_taken_from_the_event_and_make_metrics_of_their_own(logs: Logs) -> None:
    logs.put(
        "{ $.status = * && $.path = * }",
        dimensions={"Path": "$.path", "Status": "$.status"},
    )
    logs.write(
        {"status": 500, "path": "/a"}, {"status": 500, "path": "/a"}, {"status": 404, "path": "/a"}, {"status": 1}
    )
    assert logs.sums(Path="/a", Status="500") == [2]
    assert logs.sums(Path="/a", Status="404") == [1]
    assert logs.sums() == []


def test_a_minute_with_events_of_which_none_matched_gets_the_default(logs: Logs) -> None:
    logs.put("ERROR", defaultValue=0)
    logs.next_minute()
    logs.write("INFO", "INFO")
    assert logs.sums(statistic="SampleCount") == []
    logs.advance(60)
    assert logs.sums(statistic="SampleCount") == [1]
    assert logs.sums() == [0]
    logs.advance(300)
    assert logs.sums(statistic="SampleCount") == [1]


def test_a_minute_with_a_match_gets_no_default(logs: Logs) -> None:
    logs.put("ERROR", defaultValue=7)
    logs.next_minute()
    at = logs.now()
    logs.write("INFO", at=at)
    logs.write("ERROR", at=at)
    logs.write("INFO", at=at)
    logs.advance(120)
    assert logs.sums() == [1]


def test_a_filter_that_was_put_again_or_deleted_counts_no_longer(logs: Logs) -> None:
    logs.put("ERROR")
    logs.put("WARN")
    logs.write("ERROR", "WARN")
    assert logs.sums() == [1]
    logs.aws.delete_metric_filter(logGroupName=GROUP, filterName="errors")
    logs.write("WARN")
    assert logs.sums() == [1]
    with pytest.raises(ClientError, match="The specified metric filter does not exist"):
        logs.aws.delete_metric_filter(logGroupName=GROUP, filterName="errors")


def test_filters_are_listed_by_name_in_pages(logs: Logs) -> None:
    for number in (3, 1, 2):
        logs.put("ERROR", f"f{number}", metricName=f"M{number}")
    logs.put("ERROR", "other", metricName="M1")
    first = logs.aws.describe_metric_filters(logGroupName=GROUP, limit=2)
    assert [one["filterName"] for one in first["metricFilters"]] == ["f1", "f2"]
    rest = logs.aws.describe_metric_filters(logGroupName=GROUP, nextToken=first["nextToken"])
    assert [one["filterName"] for one in rest["metricFilters"]] == ["f3", "other"]
    assert "nextToken" not in rest
    assert (
        rest["metricFilters"][0].items()
        >= {
            "filterPattern": "ERROR",
            "logGroupName": GROUP,
            "metricTransformations": [{"metricName": "M3", "metricNamespace": "Loja", "metricValue": "1"}],
        }.items()
    )
    prefixed = logs.aws.describe_metric_filters(logGroupName=GROUP, filterNamePrefix="o")["metricFilters"]
    assert [one["filterName"] for one in prefixed] == ["other"]
    named = logs.aws.describe_metric_filters(metricName="M1", metricNamespace="Loja")["metricFilters"]
    assert [one["filterName"] for one in named] == ["f1", "other"]
    assert logs.aws.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 4
    with pytest.raises(ClientError, match="must be specified together"):
        logs.aws.describe_metric_filters(metricName="M1")


def test_a_dimension_may_be_a_field_that_the_pattern_of_json_events_does_not_name(logs: Logs) -> None:
    logs.put(
        "{ $.latency = * }", metricName="Latency", metricValue="$.latency", dimensions={"ErrorCode": "$.errorCode"}
    )
    logs.write({"latency": 120, "errorCode": "E1"}, {"latency": 80, "errorCode": "E2"}, {"latency": 7})
    assert logs.sums("Latency", ErrorCode="E1") == [120]
    assert logs.sums("Latency", ErrorCode="E2") == [80]
    assert logs.sums("Latency") == []


@pytest.mark.parametrize(
    ("pattern", "transformation", "words"),
    [
        ("{ $.a == 1 }", {}, "Invalid metric filter pattern at character 8"),
        ("ERROR", {"metricValue": "latency"}, "metricValue 'latency' is not a number"),
        ("ERROR", {"metricValue": "$.latency"}, "is not a number"),
        ("[a, b]", {"metricValue": "$c"}, "a field of the filter pattern"),
        ("ERROR", {"metricNamespace": "AWS/Loja"}, "reserved"),
        ("ERROR", {"metricName": "a:b"}, "regular expression pattern"),
        ("ERROR", {"unit": "Miles"}, "enum value set"),
        ("ERROR", {"dimensions": {"a": "$.a"}}, "The specified filter pattern does not support dimensions"),
        ("{ $.a = * }", {"dimensions": {"b": "b"}}, "which is not a selector such as $.latency"),
        ("[a, b]", {"dimensions": {"c": "$c"}}, "which is not $ and a field of the filter pattern"),
        ("{ $.a = * }", {"dimensions": {"a": "$.a"}, "defaultValue": 0}, "mutually exclusive properties"),
        (
            "{ $.a = 1 && $.b = 1 && $.c = 1 && $.d = 1 }",
            {"dimensions": {name: f"$.{name}" for name in "abcd"}},
            "at most 3 dimensions",
        ),
    ],
)
def test_a_filter_that_cannot_work_is_refused(
    logs: Logs, pattern: str, transformation: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError) as refused:
        logs.put(pattern, **transformation)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "given",
    [
        {"applyOnTransformedLogs": True},
        {"fieldSelectionCriteria": '@aws.region = "us-east-1"'},
        {"emitSystemFieldDimensions": ["@aws.region"]},
    ],
)
def test_what_is_not_implemented_is_refused(logs: Logs, given: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="The local cloud does not do"):
        logs.aws.put_metric_filter(
            logGroupName=GROUP,
            filterName="f",
            filterPattern="ERROR",
            metricTransformations=[{"metricName": "E", "metricNamespace": "Loja", "metricValue": "1"}],
            **given,
        )


def test_limits_of_a_log_group_hold(logs: Logs) -> None:
    for number in range(5):
        logs.put(f"%a{number}%", f"regex{number}")
    logs.put("%again%", "regex4")
    with pytest.raises(ClientError, match="Resource limit exceeded"):
        logs.put("%a%", "regex5")
    for number in range(95):
        logs.put("ERROR", f"f{number}")
    with pytest.raises(ClientError) as refused:
        logs.put("ERROR", "one too many")
    assert refused.value.response["Error"]["Code"] == "LimitExceededException"


def test_a_missing_group_and_one_of_infrequent_access_are_refused(logs: Logs) -> None:
    given = {
        "filterName": "f",
        "filterPattern": "",
        "metricTransformations": [{"metricName": "E", "metricNamespace": "Loja", "metricValue": "1"}],
    }
    with pytest.raises(logs.aws.exceptions.ResourceNotFoundException):
        logs.aws.put_metric_filter(logGroupName="nowhere", **given)
    logs.aws.create_log_group(logGroupName="cheap", logGroupClass="INFREQUENT_ACCESS")
    with pytest.raises(ClientError, match="Infrequent Access"):
        logs.aws.put_metric_filter(logGroupName="cheap", **given)


def test_too_many_sets_of_dimensions_disable_a_filter(logs: Logs) -> None:
    logs.put("{ $.id = * }", dimensions={"id": "$.id"})
    logs.write(*({"id": number} for number in range(1500)))
    found = logs.metrics.get_paginator("list_metrics").paginate(Namespace="Loja")
    assert sum(len(page["Metrics"]) for page in found) == 1000


def test_a_pattern_can_be_tried_out(logs: Logs) -> None:
    matches = logs.aws.test_metric_filter(
        filterPattern="[ip, ..., status=5*, bytes]",
        logEventMessages=["10.0.0.1 - 200 12", '10.0.0.2 "GET /" 503 7'],
    )["matches"]
    assert matches == [
        {
            "eventNumber": 2,
            "eventMessage": '10.0.0.2 "GET /" 503 7',
            "extractedValues": {"$ip": "10.0.0.2", "$2": "GET /", "$status": "503", "$bytes": "7"},
        }
    ]
    assert logs.aws.test_metric_filter(filterPattern="ERROR", logEventMessages=["ERROR 1"])["matches"] == [
        {"eventNumber": 1, "eventMessage": "ERROR 1", "extractedValues": {}}
    ]
    with pytest.raises(ClientError, match="Invalid metric filter pattern at character 9: "):
        logs.aws.test_metric_filter(filterPattern="{ $.a = 'x' }", logEventMessages=["x"])
