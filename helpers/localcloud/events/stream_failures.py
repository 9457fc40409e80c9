"""What a batch from a stream came to: all done, a part done, or failed; and what is told about records that are given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from moto.s3.models import s3_backends

from helpers.localcloud.arns import account_of, service_of
from helpers.localcloud.events.batches import reported_failures
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.stream_records import StreamRecord
from helpers.localcloud.timestamps import to_the_millisecond, to_the_second

if TYPE_CHECKING:
    from helpers.localcloud.compute.invoke import Outcome
    from helpers.localcloud.events.plane import EventPlane

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


def done_until(batch: Sequence[StreamRecord], outcome: Outcome, reports_items: bool) -> int:
    """How many records of a batch, from its beginning, are done after an invocation."""
    if outcome.function_error:
        return 0
    if not reports_items:
        return len(batch)
    places = {record.id: place for place, record in enumerate(batch)}
    failed = reported_failures(outcome.payload)
    if failed is None or not failed <= set(places):
        return 0
    return min((places[one] for one in failed), default=len(batch))


def failure_record(
    batch: Sequence[StreamRecord],
    *,
    shard: str,
    stream_arn: str,
    function_arn: str,
    condition: Condition,
    attempts: int,
    outcome: Outcome | None,
    now: dt.datetime,
) -> dict[str, Any]:
    """What an on-failure destination gets about records that are given up: where they are, not what they say."""
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": outcome.request_id if outcome else str(uuid.uuid4()),
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": attempts,
        }
    }
    if outcome is not None:
        record["responseContext"] = {
            "statusCode": outcome.status,
            "executedVersion": outcome.executed_version,
            **({"functionError": outcome.function_error} if outcome.function_error else {}),
        }
    return {
        **record,
        "version": "1.0",
        "timestamp": to_the_millisecond(now),
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": batch[0].id,
            "endSequenceNumber": batch[-1].id,
            "approximateArrivalOfFirstRecord": to_the_second(batch[0].created),
            "approximateArrivalOfLastRecord": to_the_second(batch[-1].created),
            "batchSize": len(batch),
            "streamArn": stream_arn,
        },
    }


def tell(
    plane: EventPlane,
    arn: str,
    record: Mapping[str, Any],
    batch: Sequence[StreamRecord],
    *,
    mapping: str,
    function_arn: str,
    message: str,
) -> None:
    """Hand the record about a batch to a queue or a topic; a bucket gets the batch along with it.

    mapping: the UUID of the event source mapping. message: the id by which the ledger knows the batch.
    Raises: what ``deliver`` raises.
    """
    if service_of(arn) == "s3":
        _put_object(plane, arn.split(":")[5], {**record, "payload": {"Records": [one.event for one in batch]}}, mapping)
        plane.ledger.record(account_of(function_arn), "delivered", message, function_arn, to=arn)
    else:
        deliver(
            plane, arn, json.dumps(record), service="lambda.amazonaws.com", source_arn=function_arn, message=message
        )


def _put_object(plane: EventPlane, bucket: str, record: Mapping[str, Any], mapping: str) -> None:
    backend = next((one["aws"] for one in s3_backends.values() if bucket in one["aws"].buckets), None)
    if backend is None:
        raise Missing(f"the bucket {bucket} does not exist")
    now = plane.clock.now()
    shard = record["DDBStreamBatchInfo"]["shardId"]
    key = f"aws/lambda/{mapping}/{shard}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
    backend.put_object(bucket, key, json.dumps(record).encode())
