"""Lab 11 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    'FunctionName="checkout", ReservedConcurrentExecutions=79': 'FunctionName="checkout", ReservedConcurrentExecutions=522',
    "ProvisionedConcurrentExecutions=3": "ProvisionedConcurrentExecutions=2",
    "MaxCapacity=100": "MaxCapacity=20",
    ', ScalingConfig={"MaximumConcurrency": 3}': "",
}
OVERSIGHTS = {
    'FunctionName="report", ReservedConcurrentExecutions=4': 'FunctionName="report", ReservedConcurrentExecutions=10',
    "ProvisionedConcurrentExecutions=3": "ProvisionedConcurrentExecutions=5",
    "MinCapacity=10,": "MinCapacity=60,",
    '"TargetValue": 70': '"TargetValue": 60',
    ', ScalingConfig={"MaximumConcurrency": 3})': ')\nkept = lambda_client.put_function_concurrency(FunctionName="carrier", ReservedConcurrentExecutions=3)',
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {
                "the_peak_fits",
                "enough_is_left",
                "first_wave_is_warm",
                "as_many_as_needed",
                "no_write_is_throttled",
                "three_at_once",
            },
        ),
        (
            OVERSIGHTS,
            {"four_reports", "as_many_as_needed", "nothing_stands_idle", "target_is_seventy", "nothing_is_lost"},
        ),
    ],
    ids=["short cuts", "oversights"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("11-the-campaign", changes, tmp_path) == lost
