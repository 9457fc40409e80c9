"""Lab 15 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    '"Status": "Active"': '"Status": "Inactive"',
    'TableName="orders", BillingMode="PAY_PER_REQUEST")': 'TableName="orders", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})',
    'FunctionName="bank", MemorySize=128': 'FunctionName="sign", MemorySize=128',
    'print(json.dumps({"order": order["id"]}))': "print(json.dumps(event))",
    "MaximumBatchingWindowInSeconds=30": "MaximumBatchingWindowInSeconds=300",
}
OVERSIGHTS = {
    '(packed, "warehouse")': '(packed, "checkout")',
    'changed = dynamodb.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")': "changed = None",
    "MemorySize=128": "MemorySize=1024",
    "retentionInDays=14": "retentionInDays=365",
    "BatchSize=10, MaximumBatchingWindowInSeconds=30": "BatchSize=2, MaximumBatchingWindowInSeconds=30",
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {
                "tag_is_active",
                "checkout_pays",
                "warehouse_pays",
                "rush",
                "waiting_is_cheap",
                "computing_is_fast",
                "few_bytes",
                "order_is_found",
                "in_time",
            },
        ),
        (
            OVERSIGHTS,
            {"warehouse_pays", "quiet_day", "rush", "waiting_is_cheap", "few_bytes", "in_batches", "half"},
        ),
    ],
    ids=["short cuts", "oversights"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("15-half-of-it", changes, tmp_path) == lost
