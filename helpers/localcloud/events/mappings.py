"""Event source mappings: which queue or stream calls which function, in which state, and the poller of each.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from helpers.localcloud.compute.errors import InvalidParameterValue, ResourceConflict, ResourceNotFound, not_here
from helpers.localcloud.compute.functions import Reference, find, parse
from helpers.localcloud.events import stream_mappings
from helpers.localcloud.events.mapping_metrics import check_metrics, counts_events
from helpers.localcloud.events.mapping_rules import check_common, check_queue
from helpers.localcloud.events.patterns import compile_pattern
from helpers.localcloud.events.queue_pollers import CONCURRENT_BATCHES, QueuePoller, QueueSettings
from helpers.localcloud.events.queue_records import BodyFilter

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

WORKERS = 96
SETTLE_SECONDS = 0.1
NO_SUCH_MAPPING = "The resource you requested does not exist."


class Poller(Protocol):
    """What reads a source for a mapping."""

    @property
    def last_result(self) -> str | None:
        """What the API shows of the last batch; nothing for queues."""

    def start(self) -> None:
        """Begin, or go on where it stopped."""

    def stop(self) -> None:
        """Invoke nothing any more; what runs ends by itself."""


@dataclass
class EventSourceMapping:
    """One mapping.

    settings: its configuration, with the names and values of the Lambda API. state: as the API says it. changed: virtual time, seconds since 1970.
    """

    uuid: str
    account: str
    region: str
    reference: Reference
    settings: dict[str, Any]
    state: str
    changed: float
    poller: Poller
    generation: int = field(default=0)

    @property
    def source(self) -> str:
        """The ARN of its queue or stream."""
        return str(self.settings["EventSourceArn"])

    @property
    def arn(self) -> str:
        """Its own ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:event-source-mapping:{self.uuid}"

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, which may be changed."""
        tags: dict[str, str] = self.settings.setdefault("Tags", {})
        return tags

    def describe(self) -> dict[str, Any]:
        """As Get, List, Create, Update and Delete answer it."""
        given = self.settings
        shown = {
            "UUID": self.uuid,
            "EventSourceArn": self.source,
            "EventSourceMappingArn": self.arn,
            "FunctionArn": self.reference.arn,
            "LastModified": self.changed,
            "State": self.state,
            "StateTransitionReason": "USER_INITIATED",
            "BatchSize": given.get("BatchSize")
            or (10 if _service(self.source) == "sqs" else stream_mappings.BATCH_SIZE),
            "MaximumBatchingWindowInSeconds": given.get("MaximumBatchingWindowInSeconds") or 0,
            "FunctionResponseTypes": given.get("FunctionResponseTypes") or [],
        }
        if _service(self.source) == "dynamodb":
            shown |= {
                "StartingPosition": given["StartingPosition"],
                "LastProcessingResult": self.poller.last_result,
                "DestinationConfig": given.get("DestinationConfig") or {"OnFailure": {}},
                "BisectBatchOnFunctionError": bool(given.get("BisectBatchOnFunctionError")),
                "MaximumRecordAgeInSeconds": _or(given.get("MaximumRecordAgeInSeconds"), -1),
                "MaximumRetryAttempts": _or(given.get("MaximumRetryAttempts"), -1),
                "ParallelizationFactor": given.get("ParallelizationFactor") or 1,
                "TumblingWindowInSeconds": 0,
            }
        return shown | {
            name: given[name] for name in ("FilterCriteria", "ScalingConfig", "MetricsConfig") if given.get(name)
        }


class Mappings:
    """The event source mappings of one server, and the threads of the pollers of queues."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane
        self._mappings: dict[str, EventSourceMapping] = {}
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="mapping")

    def create(self, account: str, region: str, request: dict[str, Any]) -> EventSourceMapping:
        """CreateEventSourceMapping: a mapping in the state ``Creating``, which soon becomes ``Enabled`` or ``Disabled``.

        Raises: children of ``LambdaError`` in AWS's words.
        """
        for name in ("EventSourceArn", "FunctionName"):
            if not request.get(name):
                raise InvalidParameterValue(
                    f"{name} is missing: an event source mapping needs a source and a function."
                )
        reference = self._check(account, region, request)
        with self._lock:
            self._refuse_duplicate(account, reference, request["EventSourceArn"])
            mapping_id = str(uuid.uuid4())
            poller = self._poller(mapping_id, reference, request)
            mapping = EventSourceMapping(
                mapping_id, account, region, reference, request, "Creating", self._plane.clock.timestamp(), poller
            )
            self._mappings[mapping_id] = mapping
        self._settle(mapping)
        return mapping

    def update(self, account: str, region: str, mapping_id: str, request: dict[str, Any]) -> EventSourceMapping:
        """UpdateEventSourceMapping: what ``request`` names is changed, the rest stays.

        Raises: ``ResourceNotFound`` and what ``create`` raises.
        """
        with self._lock:
            mapping = self.get(account, region, mapping_id)
            settings = {**mapping.settings, **request}
            reference = self._check(account, region, settings)
            enabling = bool(settings.get("Enabled", True)) != bool(mapping.settings.get("Enabled", True))
            mapping.poller.stop()
            mapping.settings, mapping.reference = settings, reference
            mapping.state = "Updating" if not enabling else "Enabling" if settings.get("Enabled", True) else "Disabling"
            mapping.changed = self._plane.clock.timestamp()
            if settings.get("Enabled", True):
                mapping.poller = self._poller(mapping_id, reference, settings)
        self._settle(mapping)
        return mapping

    def delete(self, account: str, region: str, mapping_id: str) -> EventSourceMapping:
        """DeleteEventSourceMapping: it invokes nothing any more, and is gone a moment later.

        Raises: ``ResourceNotFound``.
        """
        with self._lock:
            mapping = self.get(account, region, mapping_id)
            mapping.state = "Deleting"
            mapping.generation += 1
            self._end(mapping)
        self._plane.schedule.after(SETTLE_SECONDS, account, lambda: self._drop(mapping_id))
        return mapping

    def get(self, account: str, region: str, mapping_id: str) -> EventSourceMapping:
        """The mapping with this UUID.

        Raises: ``ResourceNotFound``.
        """
        mapping = self._mappings.get(mapping_id)
        if mapping is None or (mapping.account, mapping.region) != (account, region):
            raise ResourceNotFound(NO_SUCH_MAPPING)
        return mapping

    def of(
        self, account: str, region: str, source: str | None = None, function: str | None = None
    ) -> list[EventSourceMapping]:
        """The mappings of an account, oldest first; of one source or of one function if named."""
        wanted = parse(function, None, account, region).arn if function else None
        return [
            one
            for one in list(self._mappings.values())
            if (one.account, one.region) == (account, region)
            and source in (None, one.source)
            and wanted in (None, one.reference.arn)
        ]

    def function_deleted(self, account: str, region: str, name: str) -> None:
        """Stop the mappings of a function that is gone; the mappings themselves stay until somebody deletes them, as on AWS."""
        for mapping in self.of(account, region):
            if mapping.reference.name == name:
                mapping.poller.stop()

    def resumed(self, account: str, region: str, *, function: str | None = None, source: str | None = None) -> None:
        """A function, by its name, or a queue, by its ARN, is there again: its enabled mappings go on."""
        for mapping in self.of(account, region, source):
            if function in (None, mapping.reference.name) and mapping.state == "Enabled":
                mapping.poller.stop()
                mapping.poller.start()

    def run(self, action: Callable[[], None]) -> None:
        """Do something in the background, counted as work."""
        self._plane.work.begin()
        try:
            self._pool.submit(action).add_done_callback(lambda _: self._plane.work.end())
        except RuntimeError:  # the server is closing
            self._plane.work.end()

    def forget(self, account: str) -> None:
        """End the mappings of an account that is being emptied."""
        with self._lock:
            for mapping in [one for one in self._mappings.values() if one.account == account]:
                mapping.generation += 1
                self._end(mapping)
                self._drop(mapping.uuid)

    def close(self) -> None:
        """Stop all pollers."""
        for mapping in list(self._mappings.values()):
            mapping.poller.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, account: str, region: str, settings: dict[str, Any]) -> Reference:
        reference = parse(settings["FunctionName"], None, account, region)
        _, version = find(reference, account)
        check_common(settings)
        service = _service(settings["EventSourceArn"])
        check_metrics(settings)
        if service == "sqs":
            check_queue(settings, version, account, region)
        elif service == "dynamodb":
            if settings.get("ScalingConfig"):
                raise InvalidParameterValue("ScalingConfig is a parameter of SQS event sources: leave it out.")
            if counts_events(settings):
                raise not_here(
                    "metrics of event source mappings of streams (MetricsConfig)", "look at IteratorAge in AWS/Lambda"
                )
            stream_mappings.check(settings)
        else:
            raise not_here(
                f"event sources of the service {service or settings['EventSourceArn']}", "use SQS or a DynamoDB stream"
            )
        return reference

    def _refuse_duplicate(self, account: str, reference: Reference, source: str) -> None:
        for one in self._mappings.values():
            if one.account == account and one.source == source and one.reference.name == reference.name:
                raise ResourceConflict(
                    f'The event source arn (" {source} ") and function (" {reference.name} ") provided mapping already exists. '
                    f"Please update or delete the existing mapping with UUID {one.uuid}"
                )

    def _poller(self, mapping_id: str, reference: Reference, settings: dict[str, Any]) -> Poller:
        if _service(settings["EventSourceArn"]) == "dynamodb":
            stream = stream_mappings.settings_of(settings, mapping_id, reference.arn)
            return self._plane.streams.poller(stream, settings["StartingPosition"])
        written = [one["Pattern"] for one in (settings.get("FilterCriteria") or {}).get("Filters") or []]
        queue = QueueSettings(
            function_arn=reference.arn,
            queue_arn=settings["EventSourceArn"],
            batch_size=settings.get("BatchSize") or 10,
            window=settings.get("MaximumBatchingWindowInSeconds") or 0,
            concurrency=(settings.get("ScalingConfig") or {}).get("MaximumConcurrency") or CONCURRENT_BATCHES,
            reports_items="ReportBatchItemFailures" in (settings.get("FunctionResponseTypes") or []),
            filters=tuple(BodyFilter.of(one, compile_pattern(one)) for one in written),
            counted_as=mapping_id if counts_events(settings) else None,
        )
        return QueuePoller(self._plane, queue, self.run)

    def _settle(self, mapping: EventSourceMapping) -> None:
        """Let a mapping take the state that it was asked for, a moment later."""
        mapping.generation += 1
        generation = mapping.generation

        def settled() -> None:
            with self._lock:
                if mapping.generation != generation:
                    return
                enabled = bool(mapping.settings.get("Enabled", True))
                mapping.state = "Enabled" if enabled else "Disabled"
            if enabled:
                mapping.poller.start()

        self._plane.schedule.after(SETTLE_SECONDS, mapping.account, settled)

    def _end(self, mapping: EventSourceMapping) -> None:
        mapping.poller.stop()
        if _service(mapping.source) == "dynamodb":
            self._plane.streams.drop(mapping.uuid)

    def _drop(self, mapping_id: str) -> None:
        with self._lock:
            self._mappings.pop(mapping_id, None)


def _service(arn: str) -> str:
    parts = arn.split(":")
    return parts[2] if len(parts) > 5 else ""


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
