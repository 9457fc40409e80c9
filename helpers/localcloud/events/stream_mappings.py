"""Event source mappings of DynamoDB streams: from their configuration in the Lambda API to the settings of a poller.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.compute.errors import InvalidParameterValue, Validation, not_here
from helpers.localcloud.events import stream_records
from helpers.localcloud.events.patterns import Pattern, compile_pattern

BATCH_SIZE = 100
_POSITIONS = ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON")
_RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "ParallelizationFactor": (1, 10),
    "MaximumRetryAttempts": (-1, 10_000),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "TumblingWindowInSeconds": (0, 900),
}


@dataclass(frozen=True)
class StreamSettings:
    """How a mapping reads a stream.

    window, max_age: seconds of virtual time; ``max_age`` and ``retries`` are -1 for no limit but the stream's own 24 hours.
    on_failure: the ARN of a queue, a topic or a bucket that is told about records that are given up.
    """

    mapping: str
    function_arn: str
    stream_arn: str
    batch_size: int = 100
    window: float = 0
    lanes: int = 1
    bisect: bool = False
    retries: int = -1
    max_age: float = -1
    on_failure: str | None = None
    reports_items: bool = False
    filters: tuple[Pattern, ...] = ()


def check(mapping: Mapping[str, Any]) -> None:
    """Accept what a request to create or to update a mapping of a stream says about the stream.

    mapping: the whole configuration, with the names of the Lambda API. What is true of every mapping (function, filters, states) is not looked at.
    Raises: ``InvalidParameterValue`` or ``Validation``, in AWS's words where AWS refuses.
    """
    arn = str(mapping["EventSourceArn"])
    position = mapping.get("StartingPosition")
    if position is None:
        raise InvalidParameterValue(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
        )
    if position not in _POSITIONS:
        raise Validation(position, "startingPosition", f"Member must satisfy enum value set: [{', '.join(_POSITIONS)}]")
    if position == "AT_TIMESTAMP" or mapping.get("StartingPositionTimestamp") is not None:
        raise InvalidParameterValue(f"Unsupported starting position for arn type: {arn}")
    for name, (low, high) in _RANGES.items():
        value = mapping.get(name)
        if value is not None and not low <= value <= high:
            bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
            raise Validation(value, name[0].lower() + name[1:], f"Member must have value {bound}")
    if 0 <= _given(mapping, "MaximumRecordAgeInSeconds", -1) < 60:
        raise InvalidParameterValue("MaximumRecordAgeInSeconds is -1, for no limit, or 60 to 604800 seconds.")
    if mapping.get("TumblingWindowInSeconds"):
        raise not_here("tumbling windows (TumblingWindowInSeconds)", "leave it out and keep your sums in a table")
    destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if destination and (destination.split(":")[2:3] not in (["sqs"], ["sns"], ["s3"]) or destination.endswith(".fifo")):
        raise InvalidParameterValue(
            f"{destination} is no standard queue, standard topic or bucket: an on-failure destination is one of them."
        )
    if stream_records.end_of(arn) is None:
        raise InvalidParameterValue(f"Stream not found: {arn}")


def settings_of(mapping: Mapping[str, Any], uuid: str, function_arn: str) -> StreamSettings:
    """The settings of a poller for a mapping, whose configuration has the names and the values of the Lambda API.

    Raises: ``InvalidPattern`` for a filter that is no pattern.
    """
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
    destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    return StreamSettings(
        mapping=uuid,
        function_arn=function_arn,
        stream_arn=str(mapping["EventSourceArn"]),
        batch_size=_given(mapping, "BatchSize", BATCH_SIZE),
        window=_given(mapping, "MaximumBatchingWindowInSeconds", 0),
        lanes=_given(mapping, "ParallelizationFactor", 1),
        bisect=bool(mapping.get("BisectBatchOnFunctionError")),
        retries=_given(mapping, "MaximumRetryAttempts", -1),
        max_age=_given(mapping, "MaximumRecordAgeInSeconds", -1),
        on_failure=destination,
        reports_items="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
        filters=tuple(compile_pattern(one["Pattern"]) for one in filters if one.get("Pattern")),
    )


def _given(mapping: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = mapping.get(name)
    return otherwise if value is None else int(value)
