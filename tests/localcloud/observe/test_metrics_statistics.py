"""GetMetricStatistics: identity, periods, resolution, units and percentiles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.localcloud.observe.metric_help import Metrics, metric, refusal


def test_a_metric_is_one_only_with_its_namespace_name_and_exact_dimensions(metrics: Metrics) -> None:
    metrics.put(Value=1, Timestamp=metrics.at(0))
    metrics.put(Value=10, Timestamp=metrics.at(0), Dimensions=[{"Name": "Stage", "Value": "prod"}])
    two = [{"Name": "Stage", "Value": "prod"}, {"Name": "Api", "Value": "loja"}]
    metrics.put(Value=100, Timestamp=metrics.at(0), Dimensions=two)
    metrics.put(Value=1000, Timestamp=metrics.at(0), namespace="Other")
    found = [
        [point["Sum"] for point in metrics.statistics(Dimensions=dimensions)]
        for dimensions in ([], two[:1], two, two[::-1], two[1:])
    ]
    assert found == [[1], [10], [100], [100], []]
    assert metrics.values(metric("a"), metric("b", dimensions={"Api": "loja"})) == {"a": [1], "b": []}


def test_datapoints_stand_at_the_start_of_periods_that_count_from_the_start_time(metrics: Metrics) -> None:
    for minute in (7.5, 8, 12.9, 13):
        metrics.put(Value=1, Timestamp=metrics.at(minute))
    points = metrics.statistics(StartTime=metrics.at(3), Period=300)
    assert [((point["Timestamp"] - metrics.hour).seconds / 60, point["Sum"]) for point in points] == [
        (3, 1),
        (8, 2),
        (13, 1),
    ]
    late = metrics.statistics(StartTime=metrics.at(7) + dt.timedelta(seconds=59), EndTime=metrics.at(8))
    assert [(point["Timestamp"], point["Sum"]) for point in late] == [(metrics.at(7), 1)]


def test_high_resolution_is_seen_below_a_minute_and_standard_resolution_by_the_minute(metrics: Metrics) -> None:
    start = metrics.now - dt.timedelta(minutes=5)
    for second in (1, 2, 11):
        moment = start + dt.timedelta(seconds=second)
        metrics.put("high", Value=1, StorageResolution=1, Timestamp=moment)
        metrics.put("standard", Value=1, Timestamp=moment)
    window = {"StartTime": start, "EndTime": start + dt.timedelta(minutes=1), "Period": 10}
    assert [point["Sum"] for point in metrics.statistics("high", **window)] == [2, 1]
    assert [point["Sum"] for point in metrics.statistics("standard", **window)] == [3]


def test_old_data_is_seen_with_long_periods_only(metrics: Metrics) -> None:
    metrics.put(Value=1, StorageResolution=1, Timestamp=metrics.now - dt.timedelta(hours=4))
    day = {"StartTime": metrics.now - dt.timedelta(hours=4, seconds=60), "EndTime": metrics.now}
    brief = {**day, "EndTime": metrics.now - dt.timedelta(hours=3, minutes=59)}
    assert metrics.statistics(Period=30, **brief) == []
    assert len(metrics.statistics(Period=60, **day)) == 1


def test_several_statistics_come_with_the_unit_of_the_data(metrics: Metrics) -> None:
    metrics.put(Values=[1, 2, 3], Counts=[1, 1, 2], Unit="Milliseconds", Timestamp=metrics.at(0))
    names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]
    [point] = metrics.statistics(Statistics=names)
    assert {name: point[name] for name in names} == {
        "SampleCount": 4,
        "Sum": 9,
        "Average": 2.25,
        "Minimum": 1,
        "Maximum": 3,
    }
    assert point["Unit"] == "Milliseconds"


def test_percentiles_are_exact_and_need_values(metrics: Metrics) -> None:
    metrics.put(Values=[float(number) for number in range(1, 101)], Timestamp=metrics.at(0))
    wanted = ["p50", "p99", "tm90", "PR(:30)", "IQM", "tc90", "TS(80%:)"]
    [point] = metrics.statistics(ExtendedStatistics=wanted)
    assert point["ExtendedStatistics"] == {
        "p50": 50,
        "p99": 99,
        "tm90": 45.5,
        "PR(:30)": 30,
        "IQM": 50.5,
        "tc90": 90,
        "TS(80%:)": 1810,
    }
    spread = {"SampleCount": 2, "Sum": 3, "Minimum": 1, "Maximum": 2}
    metrics.put("sets", StatisticValues=spread, Timestamp=metrics.at(0))
    assert metrics.statistics("sets", ExtendedStatistics=["p50"]) == []
    assert metrics.values(metric(metric="sets", stat="p50"), metric("m2", "sets", "Maximum")) == {"m1": [], "m2": [2]}


def test_a_unit_filters_and_without_one_statistics_come_by_unit_and_data_of_the_first(metrics: Metrics) -> None:
    metrics.put(Value=60_000, Unit="Milliseconds", Timestamp=metrics.at(0))
    metrics.put(Value=60, Unit="Seconds", Timestamp=metrics.at(0))
    assert [(point["Unit"], point["Sum"]) for point in metrics.statistics(Unit="Seconds")] == [("Seconds", 60)]
    assert metrics.statistics(Unit="Count") == []
    assert {(point["Unit"], point["Sum"]) for point in metrics.statistics()} == {
        ("Seconds", 60),
        ("Milliseconds", 60_000),
    }
    found = metrics.values(metric("a"), metric("b", unit="Seconds"), metric("c", unit="Count"))
    assert found == {"a": [60_000], "b": [60], "c": []}


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (
            {"Period": 45},
            "InvalidParameterValue",
            "The parameter Period must be a value in the set [ 1, 5, 10, 20, 30 ] or any multiple of 60.",
        ),
        (
            {"Statistics": ["p99"]},
            "InvalidParameterValue",
            "The parameter Statistics.member.1 must be a value in the set [ SampleCount, Average, Sum, Minimum, Maximum ].",
        ),
        (
            {"ExtendedStatistics": ["p101"]},
            "InvalidParameterValue",
            "The value p101 for parameter ExtendedStatistics.member.1 is not supported.",
        ),
        (
            {"Statistics": ["Sum"], "ExtendedStatistics": ["p99"]},
            "InvalidParameterCombination",
            "Must specify either Statistics or ExtendedStatistics, but not both",
        ),
    ],
)
def test_bad_questions_for_statistics_are_refused(
    metrics: Metrics, asked: dict[str, Any], code: str, message: str
) -> None:
    assert refusal(lambda: metrics.statistics(**asked)) == (code, message)


def test_statistics_have_1440_datapoints_at_most(metrics: Metrics) -> None:
    start = metrics.hour - dt.timedelta(days=1)
    assert metrics.statistics(StartTime=start, EndTime=metrics.hour) == []
    code, message = refusal(lambda: metrics.statistics(StartTime=start, EndTime=metrics.at(1)))
    assert code == "InvalidParameterCombination"
    assert message.startswith("You have requested up to 1,441 datapoints, which exceeds the limit of 1,440.")


def test_the_start_must_be_before_the_end(metrics: Metrics) -> None:
    words = "The parameter StartTime must be less than the parameter EndTime."
    window = {"StartTime": metrics.hour, "EndTime": metrics.hour}
    assert refusal(lambda: metrics.statistics(**window)) == ("InvalidParameterValue", words)
    assert refusal(lambda: metrics.data(metric(), **window)) == ("ValidationError", words)
