"""A batch of a stream's records: one attempt to have a function do it, and what becomes of the batch then.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.localcloud import compute, provenance
from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.compute import metrics
from helpers.localcloud.compute.errors import LambdaError, TooManyRequests
from helpers.localcloud.compute.invoke import Outcome
from helpers.localcloud.events.batches import LARGEST_PAYLOAD
from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.stream_failures import Condition, done_until, failure_record, tell
from helpers.localcloud.events.stream_mappings import StreamSettings
from helpers.localcloud.events.stream_records import RETENTION_SECONDS, StreamRecord

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_log = logging.getLogger(__name__)

LONGEST_PAUSE = 300
_SHARD = "shardId-00000001541626099285-f35f62ef"


@dataclass
class Batch:
    """Records that were tried together: how often that failed, and the last answer."""

    records: list[StreamRecord]
    attempts: int = 0
    outcome: Outcome | None = None


def next_batch(waiting: deque[StreamRecord], most: int) -> Batch:
    """Take the next batch: at most ``most`` records and ``LARGEST_PAYLOAD`` bytes, and at least one record."""
    records: list[StreamRecord] = []
    size = 0
    while waiting and len(records) < most:
        size += len(json.dumps(waiting[0].event)) + 2
        if records and size > LARGEST_PAYLOAD:
            break
        records.append(waiting.popleft())
    return Batch(records)


class Attempts:
    """Has the function of one mapping do batches. last_result: what the API shows of the mapping."""

    def __init__(self, plane: EventPlane, settings: StreamSettings) -> None:
        self._plane = plane
        self._settings = settings
        self.last_result = "No records processed"

    def attempt(self, batch: Batch) -> tuple[list[Batch], float]:
        """Try a batch once: what of it has to be tried again, in order, and the seconds to wait before that."""
        self._give_up_old(batch)
        return self._invoke(batch) if batch.records else ([], 0.0)

    def _invoke(self, batch: Batch) -> tuple[list[Batch], float]:
        settings = self._settings
        account, region = account_of(settings.function_arn), region_of(settings.function_arn)
        payload = json.dumps({"Records": [record.event for record in batch.records]}).encode()
        age = self._plane.clock.timestamp() - batch.records[-1].created
        name, *qualifier = settings.function_arn.split(":")[6:]
        measured = {"IteratorAge": max(0.0, age) * 1000}
        metrics.emit(account, region, name, self._plane.clock.now(), measured, *qualifier)
        try:
            with provenance.carrying(trace=None, origin=batch.records[0].id):
                outcome = compute.engine().invoke(account, region, settings.function_arn, payload=payload)
        except TooManyRequests as throttled:
            batch.attempts += 1
            self.last_result = "PROBLEM: Function call throttled"
            self._note_all("retried", batch.records, count=batch.attempts, reason=str(throttled.message))
            return [batch], _pause(batch.attempts)
        except LambdaError as refused:
            return self._failed(batch, str(refused.message))
        except Exception as problem:
            _log.exception("a batch for %s could not be handed over", settings.function_arn)
            return self._failed(batch, str(problem))
        batch.outcome = outcome
        done = done_until(batch.records, outcome, settings.reports_items)
        self._note_all(
            "delivered",
            batch.records[:done],
            received_as=outcome.request_id,
        )
        if done == len(batch.records):
            batch.records = []
            self.last_result = "OK"
            return [], 0.0
        del batch.records[:done]
        return self._failed(batch, "the function failed", partly=done > 0, request=outcome.request_id)

    def _failed(
        self, batch: Batch, reason: str, *, partly: bool = False, request: str = ""
    ) -> tuple[list[Batch], float]:
        settings = self._settings
        self.last_result = "PROBLEM: Function call failed"
        self._note_all("failed", batch.records, count=batch.attempts + 1, reason=reason, received_as=request)
        if settings.bisect and len(batch.records) > 1 and not partly:
            middle = len(batch.records) // 2
            halves = batch.records[:middle], batch.records[middle:]
            return [Batch(half, batch.attempts, batch.outcome) for half in halves], 0.0
        batch.attempts += 1
        if 0 <= settings.retries < batch.attempts:
            self._give_up(batch.records, batch, "RetryAttemptsExhausted")
            batch.records = []
            return [], 0.0
        self._note_all("retried", batch.records, count=batch.attempts)
        return [batch], _pause(batch.attempts)

    def _give_up_old(self, batch: Batch) -> None:
        longest = RETENTION_SECONDS if self._settings.max_age < 0 else min(self._settings.max_age, RETENTION_SECONDS)
        oldest = self._plane.clock.timestamp() - longest
        count = next(
            (place for place, record in enumerate(batch.records) if record.created >= oldest), len(batch.records)
        )
        if count:
            self._give_up(batch.records[:count], batch, "RecordAgeExceeded")
            batch.records = batch.records[count:]

    def _give_up(self, records: Sequence[StreamRecord], batch: Batch, condition: Condition) -> None:
        settings = self._settings
        if not settings.on_failure:
            self._note_all("dropped", records, reason=condition)
            return
        told = failure_record(
            records,
            shard=_SHARD,
            stream_arn=settings.stream_arn,
            function_arn=settings.function_arn,
            condition=condition,
            attempts=batch.attempts,
            outcome=batch.outcome,
            now=self._plane.clock.now(),
        )
        try:
            tell(
                self._plane,
                settings.on_failure,
                told,
                records,
                mapping=settings.mapping,
                function_arn=settings.function_arn,
                message=records[0].id,
            )
        except Exception as problem:
            self._note_all("dropped", records, reason=f"{condition}; the destination did not take it: {problem}")
            return
        self._note_all("dead-lettered", records, to=settings.on_failure, reason=condition)

    def _note_all(self, step: Step, records: Sequence[StreamRecord], **more: Any) -> None:
        for record in records:
            self.note(step, record, **more)

    def note(self, step: Step, record: StreamRecord, **more: Any) -> None:
        """Write a step on a record's way into the ledger."""
        account = account_of(self._settings.function_arn)
        where = {"to": self._settings.function_arn, **more}
        self._plane.ledger.record(account, step, record.id, self._settings.stream_arn, **where)


def _pause(attempts: int) -> float:
    """Seconds before the next attempt."""
    return float(min(2 ** min(attempts - 1, 20), LONGEST_PAUSE))
