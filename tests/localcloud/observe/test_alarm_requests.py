"""What CloudWatch refuses of alarms, and what the local cloud does not have."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.exceptions import CloudWatchException

from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.describing import for_metric
from helpers.localcloud.observe.alarms.metric_alarms import check_metric_alarm
from tests.localcloud.observe.alarm_help import METRIC, AlarmDesk

GIVEN = {
    "AlarmName": "refusals",
    **METRIC,
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def refusal(**changes: Any) -> tuple[str, str]:
    """Code and message of what is wrong with a request; the checks need no server."""
    given = {name: value for name, value in {**GIVEN, **changes}.items() if value is not None}
    with pytest.raises(CloudWatchException) as caught:
        check_metric_alarm(given, "123456789012", "us-east-1")
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Period": 61}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Period": None}, "Period must not be null"),
        ({"Period": 60, "EvaluationPeriods": 1441}, "Metrics cannot be checked across more than a day"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "Metrics cannot be checked across more than a week"),
        (
            {"EvaluationPeriods": 2, "DatapointsToAlarm": 3},
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        ),
        ({"EvaluationPeriods": None}, "EvaluationPeriods must not be null"),
        ({"Threshold": None}, "Threshold must not be null"),
        ({"MetricName": None}, "MetricName must not be null"),
        ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"ExtendedStatistic": "p90"}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"Statistic": "Median"}, "at 'statistic' failed to satisfy constraint"),
        ({"Unit": "Potatoes"}, "at 'unit' failed to satisfy constraint"),
        ({"ComparisonOperator": "Equal"}, "at 'comparisonOperator' failed to satisfy constraint"),
        (
            {"TreatMissingData": "forget"},
            "The value forget is not supported for TreatMissingData parameter. Supported values are [",
        ),
        (
            {"Statistic": None, "ExtendedStatistic": "p90", "EvaluateLowSampleCountPercentile": "unknown"},
            "Option unknown is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.",
        ),
        ({"AlarmActions": ["nonsense"]}, "Invalid arn syntax: nonsense"),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:12:x"]}, "Invalid arn syntax: arn:aws:sns:us-east-1:12:x"),
        ({"AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:x"]}, "Only us-east-1 is supported."),
        ({"OKActions": [f"arn:aws:sns:us-east-1:123456789012:t{n}" for n in range(6)]}, "at 'oKActions'"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "The local cloud has no EC2 actions of alarms"),
        (
            {"AlarmActions": ["arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x:y"]},
            "no Auto Scaling actions of alarms",
        ),
        ({"AlarmActions": ["arn:aws:ssm:us-east-1:123456789012:opsitem:3"]}, "no Systems Manager actions of alarms"),
        ({"AlarmName": None}, "Value null at 'alarmName' failed to satisfy constraint: Member must not be null"),
        ({"ComparisonOperator": None}, "ComparisonOperator must not be null"),
        ({"Tags": [{"Key": "a"}]}, "Value null at 'tags.1.member.value' failed to satisfy constraint"),
        ({"Tags": [{"Value": "a"}]}, "Value null at 'tags.1.member.key' failed to satisfy constraint"),
        ({"ThresholdMetricId": "ad1"}, "no anomaly detection"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "no anomaly detection"),
        (
            {"EvaluationWindow": {"WallClockWindow": {"Timezone": "UTC"}}},
            "no wall clock windows of alarms",
        ),
        ({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}}, "no warm-up periods of alarms"),
        ({"EvaluationInterval": 60}, "no PromQL alarms"),
        ({"AlarmDescription": "x" * 1025}, "at 'alarmDescription'"),
    ],
)
def test_requests_that_are_refused(changes: dict[str, Any], words: str) -> None:
    code, message = refusal(**changes)
    assert code == "ValidationError"
    assert words in message


@pytest.mark.parametrize(
    "statistic", ["unknown", "p101", "pp", "tm(1:2)", "Sum", "tm0", "TM(90%:10%)", "TM(10%:200)", "TC(:)", "PR(4:2)"]
)
def test_statistics_that_do_not_exist_are_refused(statistic: str) -> None:
    code, message = refusal(Statistic=None, ExtendedStatistic=statistic)
    assert (code, message) == (
        "InvalidParameterValue",
        f"The value {statistic} for parameter ExtendedStatistic is not supported.",
    )


def test_extended_statistics_are_accepted(desk: AlarmDesk) -> None:
    statistics = ["p0", "p99.9", "p100", "tm90", "tc10", "ts50", "wm95", "IQM", "PR(:300)", "TM(10%:90%)", "TC(1:5)"]
    for statistic in statistics:
        desk.put(statistic, Statistic=None, ExtendedStatistic=statistic, AlarmActions=None, OKActions=None)
    desk.datum(1)
    desk.advance(60)
    alarms = desk.aws.describe_alarms()["MetricAlarms"]
    assert sorted(alarm["ExtendedStatistic"] for alarm in alarms) == sorted(statistics)
    assert {alarm["StateValue"] for alarm in alarms} == {"ALARM", "OK"}


def test_errors_have_the_form_of_the_api(desk: AlarmDesk) -> None:
    with pytest.raises(desk.aws.exceptions.ValidationException) as caught:
        desk.put(Period=61)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("ValidationError", 400)
    assert desk.aws.describe_alarms()["MetricAlarms"] == []


def query(name: str, **more: Any) -> dict[str, Any]:
    return {"Id": name, "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, **more}


LISTS: list[tuple[list[dict[str, Any]], str]] = [
    ([query("m1"), query("m2")], "Exactly one element of the metrics list should return data."),
    ([query("m1", ReturnData=False)], "Exactly one element of the metrics list should return data."),
    ([query("m1"), query("m1", ReturnData=False)], "not unique"),
    ([query("M1")], "failed to satisfy constraint"),
    ([query("m1", Expression="1")], "exactly one of MetricStat and Expression"),
    ([{"Id": "e1", "Expression": "TIME_SERIES(1)"}], "at least one metric"),
    ([query("m1", ReturnData=False), {"Id": "e1", "Expression": "m2 * 2"}], "m2"),
    ([query("m1", ReturnData=False), {"Id": "e1", "Expression": "ANOMALY_DETECTION_BAND(m1)"}], "anomaly"),
    ([query("m1", ReturnData=False), {"Id": "e1", "Expression": "SELECT MAX(x) FROM y"}], "Metrics Insights"),
    ([query("m1", AccountId="999999999999")], "other accounts"),
    ([query("m1", ReturnData=False), {"Id": "e1", "Expression": "METRICS()"}], "return multi time series"),
    ([query(f"m{n}", ReturnData=n == 0) for n in range(11)], "at most 10 of its members may have MetricStat"),
]


def test_lists_of_metrics_that_are_refused(desk: AlarmDesk) -> None:
    single = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    for queries, words in LISTS:
        with pytest.raises(desk.aws.exceptions.ValidationException, match=words):
            desk.put(**single, Metrics=queries)


def test_a_metric_and_a_list_of_metrics_exclude_each_other() -> None:
    assert refusal(Metrics=[query("m1")])[1].endswith("should not be set if list of Metrics is set.")


def test_states_can_only_be_set_as_aws_has_them(desk: AlarmDesk) -> None:
    desk.put()
    with pytest.raises(ClientError, match=r"Member must satisfy enum value set: \[INSUFFICIENT_DATA, ALARM, OK\]"):
        desk.set("refusals", "BROKEN")
    with pytest.raises(desk.aws.exceptions.ResourceNotFound) as missing:
        desk.set("nobody", "OK")
    assert missing.value.response["Error"]["Message"] == ""
    with pytest.raises(desk.aws.exceptions.InvalidFormatFault):
        desk.aws.set_alarm_state(AlarmName="refusals", StateValue="OK", StateReason="x", StateReasonData="{")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"MetricName": None}, "ValidationError", "Value null at 'metricName' failed to satisfy constraint"),
        ({"Namespace": ""}, "ValidationError", "Member must have length greater than or equal to 1"),
        ({"Dimensions": [{"Name": "Shop"}]}, "ValidationError", "at 'dimensions.1.member.value'"),
        ({"Dimensions": [{"Name": "a", "Value": "b"}] * 2}, "InvalidParameterValue", "duplicate dimension names"),
        ({"Statistic": "Median"}, "ValidationError", "at 'statistic' failed to satisfy constraint"),
        ({"ExtendedStatistic": "p101"}, "InvalidParameterValue", "The value p101 for parameter ExtendedStatistic"),
        ({"Unit": "Potatoes"}, "ValidationError", "at 'unit' failed to satisfy constraint"),
        ({"Period": 0}, "ValidationError", "at 'period' failed to satisfy constraint"),
    ],
)
def test_a_metric_whose_alarms_are_asked_for_is_checked(changes: dict[str, Any], code: str, words: str) -> None:
    asked = {name: value for name, value in {**METRIC, **changes}.items() if value is not None}
    with pytest.raises(CloudWatchException) as caught:
        for_metric(Book("123456789012", "us-east-1"), asked)
    assert caught.value.code == code
    assert words in caught.value.message


def test_what_there_is_not_is_refused_by_name(desk: AlarmDesk) -> None:
    for operation, arguments, feature in (
        ("list_alarm_mute_rules", {}, "mute rules"),
        ("describe_anomaly_detectors", {}, "anomaly detection"),
        ("describe_alarm_contributors", {"AlarmName": "x"}, "contributors"),
        ("describe_alarms", {"AlarmTypes": ["LogAlarm"]}, "log alarms"),
    ):
        with pytest.raises(ClientError, match=f"The local cloud has no {feature}"):
            getattr(desk.aws, operation)(**arguments)


def test_a_hundred_alarms_can_be_deleted_at_once(desk: AlarmDesk) -> None:
    desk.aws.delete_alarms(AlarmNames=[f"a{n}" for n in range(100)])
    with pytest.raises(ClientError, match="length less than or equal to 100"):
        desk.aws.delete_alarms(AlarmNames=[f"a{n}" for n in range(101)])
