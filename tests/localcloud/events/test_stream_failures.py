"""How much of a batch is done after an invocation, and what is told about records that are given up."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from helpers.localcloud.compute.invoke import Outcome
from helpers.localcloud.events.stream_failures import done_until, failure_record
from helpers.localcloud.events.stream_records import StreamRecord, record_size

BATCH = [StreamRecord(number, 1_700_000_000.0 + number, {"dynamodb": {"Keys": {}}}) for number in (11, 12, 13)]


def failures(*items: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": item} for item in items]}


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        (None, 3),
        ({}, 3),
        ({"batchItemFailures": None}, 3),
        (failures(), 3),
        (failures("12"), 1),
        (failures("13", "12"), 1),
        (failures("11"), 0),
        (failures(""), 0),
        (failures(None), 0),
        (failures("99"), 0),
        ({"batchItemFailures": [{"id": "12"}]}, 0),
        ({"batchItemFailures": "12"}, 0),
        ("text", 0),
        ([1], 0),
    ],
)
def test_the_lowest_reported_record_and_all_after_it_are_not_done(answer: Any, done: int) -> None:
    outcome = Outcome(200, "r-1", json.dumps(answer).encode())
    assert done_until(BATCH, outcome, reports_items=True) == done
    assert done_until(BATCH, outcome, reports_items=False) == 3


def test_nothing_is_done_after_an_error() -> None:
    outcome = Outcome(200, "r-1", b"null", function_error="Unhandled")
    assert done_until(BATCH, outcome, reports_items=True) == 0
    assert done_until(BATCH, outcome, reports_items=False) == 0


def test_what_is_told_says_where_the_records_are() -> None:
    told = failure_record(
        BATCH[1:],
        shard="shardId-1",
        stream_arn="arn:stream",
        function_arn="arn:function",
        condition="RetryAttemptsExhausted",
        attempts=3,
        outcome=Outcome(200, "r-1", b"", function_error="Unhandled", executed_version="$LATEST"),
        now=dt.datetime(2026, 11, 24, 4, 5, 6, 789_000, dt.UTC),
    )
    assert told == {
        "requestContext": {
            "requestId": "r-1",
            "functionArn": "arn:function",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-11-24T04:05:06.789Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": "12",
            "endSequenceNumber": "13",
            "approximateArrivalOfFirstRecord": "2023-11-14T22:13:32Z",
            "approximateArrivalOfLastRecord": "2023-11-14T22:13:33Z",
            "batchSize": 2,
            "streamArn": "arn:stream",
        },
    }


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "ção"}, 5),
        ({"N": "101"}, 3),
        ({"N": "-0.050"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"B": "AAAA"}, 3),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "22"]}, 4),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 7),
        ({"M": {"k": {"S": "a"}}}, 6),
    ],
)
def test_values_have_the_sizes_that_dynamodb_counts(value: dict[str, Any], size: int) -> None:
    assert record_size([{"n": value}]) == size + 1
