"""What a mapping of a DynamoDB stream may say, and how its poller understands it."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.events.stream_mappings import check, settings_of

STREAM = "arn:aws:dynamodb:us-east-1:200111222333:table/missing/stream/2026-11-24T00:00:00.000"
QUEUE = "arn:aws:sqs:us-east-1:200111222333:dead"
GOOD = {"EventSourceArn": STREAM, "StartingPosition": "TRIM_HORIZON"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"StartingPosition": None},
            "Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
        ),
        ({"StartingPosition": "FIRST"}, "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"),
        ({"StartingPosition": "AT_TIMESTAMP"}, f"Unsupported starting position for arn type: {STREAM}"),
        (
            {"BatchSize": 10_001},
            "Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000",
        ),
        ({"BatchSize": 0}, "Member must have value greater than or equal to 1"),
        ({"MaximumBatchingWindowInSeconds": 301}, "Member must have value less than or equal to 300"),
        ({"ParallelizationFactor": 11}, "Member must have value less than or equal to 10"),
        ({"MaximumRetryAttempts": 10_001}, "Member must have value less than or equal to 10000"),
        ({"MaximumRecordAgeInSeconds": 604_801}, "Member must have value less than or equal to 604800"),
        ({"MaximumRecordAgeInSeconds": 59}, "60 to 604800"),
        ({"TumblingWindowInSeconds": 30}, "TumblingWindowInSeconds"),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:lambda:us-east-1:1:function:x"}}},
            "no standard queue",
        ),
        ({"DestinationConfig": {"OnFailure": {"Destination": QUEUE + ".fifo"}}}, "no standard queue"),
        ({}, f"Stream not found: {STREAM}"),
    ],
)
def test_what_a_stream_cannot_do_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(LambdaError) as refused:
        check({**GOOD, **settings})
    assert words in str(refused.value.message)


def test_what_is_not_said_has_the_values_of_aws() -> None:
    settings = settings_of(GOOD, "u-1", "arn:function")
    assert (settings.batch_size, settings.window, settings.lanes, settings.bisect) == (100, 0, 1, False)
    assert (settings.retries, settings.max_age, settings.on_failure, settings.reports_items) == (-1, -1, None, False)


def test_what_is_said_is_read() -> None:
    said = {
        "BatchSize": 7,
        "MaximumBatchingWindowInSeconds": 3,
        "ParallelizationFactor": 2,
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
    }
    settings = settings_of({**GOOD, **said}, "u-1", "arn:function")
    assert (settings.batch_size, settings.window, settings.lanes, settings.bisect) == (7, 3, 2, True)
    assert (settings.retries, settings.max_age, settings.on_failure, settings.reports_items) == (0, 60, QUEUE, True)
    [pattern] = settings.filters
    assert pattern.matches({"eventName": "INSERT"})
