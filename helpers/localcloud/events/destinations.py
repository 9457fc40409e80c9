"""What follows an asynchronous invocation: a record for its destination, the event itself for the dead-letter queue, and the ledger's entries.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Literal

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from helpers.localcloud import provenance
from helpers.localcloud.arns import service_of, unqualified
from helpers.localcloud.compute import metrics
from helpers.localcloud.compute.asynchronous import QueuedEvent, Settled
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import LATEST, find, kept
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.timestamps import to_the_millisecond

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_SERVICE = "lambda.amazonaws.com"
_STATUS_OF_ERRORS = "200"


class Destinations:
    """Observes the asynchronous invocations of one server, and hands on what comes of them."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane

    def attempted(self, event: QueuedEvent, step: Literal["invoked", "succeeded", "failed", "retried"]) -> None:
        """Note one step of an event in the ledger."""
        count = event.failures + (step in ("invoked", "succeeded"))
        reference, request = event.reference, event.request
        self._plane.ledger.record(
            reference.account, step, request.id, reference.arn, parent=event.parent, trace=request.trace, count=count
        )

    def settled(self, settled: Settled) -> None:
        """Tell the destination, and the dead-letter queue, of the function, if there are any."""
        reference, request = settled.reference, settled.request
        try:
            latest, version = find(reference, reference.account)
        except LambdaError:
            return
        success = settled.condition == "Success"
        config = kept(latest).retries.get(reference.qualifier or LATEST, {}).get("DestinationConfig") or {}
        destination = (config.get("OnSuccess" if success else "OnFailure") or {}).get("Destination")
        dead_letters = "" if success else kept(version).dead_letter_target
        with provenance.carrying(trace=request.trace):
            if destination:
                self._hand_over(
                    settled, destination, "DestinationDeliveryFailures", self._record(settled, str(version.version))
                )
            if dead_letters:
                self._hand_over(settled, dead_letters, "DeadLetterErrors", None)
            if not success and not destination and not dead_letters:
                self._note("dropped", settled, reason=settled.condition)

    def _hand_over(self, settled: Settled, target: str, failures: str, record: dict[str, Any] | None) -> None:
        """Give ``target`` a record, or without one the event itself with what went wrong in attributes."""
        reference = settled.reference
        try:
            if service_of(target) == "s3":
                self._put_object(settled, target.split(":")[5], record or {})
            else:
                deliver(
                    self._plane,
                    target,
                    json.dumps(record) if record else settled.request.payload.decode(),
                    service=_SERVICE,
                    source_arn=unqualified(reference.arn),
                    message=settled.request.id,
                    subject=_detail_type(settled) if ":events:" in target else None,
                    attributes=None if record else _dead_letter_attributes(settled),
                )
        except (Missing, Refused, ServiceException, LambdaError) as problem:
            now = self._plane.clock.now()
            where = reference.account, reference.region, reference.name
            metrics.emit(*where, now, {failures: 1}, reference.qualifier)
            self._note("failed", settled, to=target, reason=str(problem))
            return
        if settled.condition != "Success":
            self._note("dead-lettered", settled, to=target, reason=settled.condition)

    def _record(self, settled: Settled, executed: str) -> dict[str, Any]:
        """What a destination gets: the request and, if the function ran, its answer.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations
        """
        now, outcome = self._plane.clock.now(), settled.outcome
        qualifier = settled.reference.qualifier or LATEST
        record: dict[str, Any] = {
            "version": "1.0",
            "timestamp": to_the_millisecond(now),
            "requestContext": {
                "requestId": settled.request.id,
                "functionArn": f"{unqualified(settled.reference.arn)}:{qualifier}",
                "condition": settled.condition,
                "approximateInvokeCount": settled.attempts,
            },
            "requestPayload": json.loads(settled.request.payload),
        }
        if outcome is not None:
            failed = {"functionError": outcome.function_error} if outcome.function_error else {}
            record["responseContext"] = {
                "statusCode": 200,
                "executedVersion": outcome.executed_version or executed,
                **failed,
            }
            record["responsePayload"] = json.loads(outcome.payload or b"null")
        return record

    def _put_object(self, settled: Settled, bucket: str, record: dict[str, Any]) -> None:
        backend = s3_backends[settled.reference.account]["aws"]
        if bucket not in backend.buckets:
            raise Missing(f"the bucket {bucket} does not exist")
        now = self._plane.clock.now()
        name = settled.reference.name
        key = f"aws/lambda/async/{name}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
        backend.put_object(bucket, key, json.dumps(record).encode())
        self._note("delivered", settled, to=f"arn:aws:s3:::{bucket}/{key}")

    def _note(self, step: Any, settled: Settled, **more: Any) -> None:
        reference, request = settled.reference, settled.request
        self._plane.ledger.record(reference.account, step, request.id, reference.arn, trace=request.trace, **more)


def _dead_letter_attributes(settled: Settled) -> dict[str, dict[str, str]]:
    error = ""
    if settled.outcome is not None:
        answer = json.loads(settled.outcome.payload or b"null")
        error = str(answer.get("errorMessage", "")) if isinstance(answer, dict) else str(answer)
    return {
        "RequestID": {"DataType": "String", "StringValue": settled.request.id},
        "ErrorCode": {"DataType": "Number", "StringValue": _STATUS_OF_ERRORS},
        "ErrorMessage": {"DataType": "String", "StringValue": (error or settled.condition)[:1024]},
    }


def _detail_type(settled: Settled) -> str:
    return f"Lambda Function Invocation Result - {'Success' if settled.condition == 'Success' else 'Failure'}"
