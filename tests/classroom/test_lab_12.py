"""Lab 12 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    'Threshold=0, ComparisonOperator="GreaterThanThreshold",\n    TreatMissingData="notBreaching"': 'Threshold=0, ComparisonOperator="GreaterThanThreshold",\n    TreatMissingData="missing"',
    '"Dimensions": [["Channel"], []]': '"Dimensions": [["Channel"]]',
    "IF(calls >= 20, 100 * errors / calls, 0)": "100 * errors / calls",
    'TreatMissingData="breaching"': 'TreatMissingData="missing"',
    " AND NOT ALARM(deploying)": "",
    '"stat": "p99"': '"stat": "Average"',
}
OVERSIGHTS = {
    'MetricName="Throttles"': 'MetricName="Errors"',
    'event["total"] + 0.0': 'event["total"]',
    '"Dimensions": [["Channel"], []]': '"Dimensions": [["Channel"], [], ["order"]]',
    "EvaluationPeriods=5, DatapointsToAlarm=3": "EvaluationPeriods=3, DatapointsToAlarm=3",
    "EvaluationPeriods=10": "EvaluationPeriods=3",
    "AlarmActions=[pager]": "AlarmActions=[pager, oncall]",
}
STRANGERS = {
    'MetricName="Throttles", Dimensions=of_payments': 'MetricName="Throttles"',
    "IF(calls >= 20, 100 * errors / calls, 0)": "IF(calls >= 10, 100 * errors / calls, 0)",
    'TreatMissingData="breaching",\n    AlarmActions=[oncall]': 'TreatMissingData="breaching",\n    AlarmActions=[oncall, pager]',
}
NEARLY = {
    'Threshold=5, ComparisonOperator="GreaterThanThreshold"': 'Threshold=5, ComparisonOperator="GreaterThanOrEqualToThreshold"',
    " AND NOT ALARM(deploying)": " AND OK(deploying) AND OK(payments-throttled)",
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {
                "it_is_over",
                "in_total",
                "the_night_is_quiet",
                "silence_rings",
                "eight_minutes_are_fine",
                "an_order_ends_it",
                "quiet_while_deploying",
                "where_to_look",
            },
        ),
        (
            OVERSIGHTS,
            {
                "throttles_ring",
                "it_is_over",
                "failures_do_not_count",
                "id_in_the_line",
                "three_of_five",
                "eight_minutes_are_fine",
                "one_call_for_two",
            },
        ),
        (STRANGERS, {"throttles_ring", "the_night_is_quiet", "one_call_for_two"}),
        (NEARLY, {"three_of_five", "one_call_for_two"}),
    ],
    ids=["short cuts", "oversights", "strangers", "nearly"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("12-the-night-watch", changes, tmp_path) == lost
