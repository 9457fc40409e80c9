"""Asynchronous invocations: accepted into a queue, run by workers, tried again after errors and throttles.

Waiting follows the virtual clock: an error is tried again after one minute and then after two; a throttled event after one second, then two,
doubling up to five minutes. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from moto.awslambda.models import LambdaFunction

from helpers.localcloud import provenance
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import metrics, tracing
from helpers.localcloud.compute.errors import LambdaError, ResourceNotReady, TooManyRequests
from helpers.localcloud.compute.functions import LATEST, Reference, find, kept
from helpers.localcloud.compute.invoke import Outcome, Request, Runner
from helpers.localcloud.compute.segments import EventSegment
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work

WORKERS = 24
RETRY_SECONDS = (60.0, 120.0)
MAXIMUM_AGE_SECONDS = 21_600
THROTTLED_SECONDS = (1.0, 300.0)

_log = logging.getLogger(__name__)


Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency", "RecursiveInvocation"]


@dataclass
class QueuedEvent:
    """One accepted event.

    failures: attempts that ended in a function error. throttles: how often it was throttled in a row. parent: where it came from. segment: what is told X-Ray of it.
    """

    reference: Reference
    request: Request
    accepted_at: float
    generation: int
    failures: int = 0
    throttles: int = 0
    parent: str | None = None
    segment: EventSegment | None = None


@dataclass(frozen=True)
class Settled:
    """What became of an event in the end. attempts: invocations that ran. outcome: of the last one, if there was one."""

    reference: Reference
    request: Request
    condition: Condition
    attempts: int
    outcome: Outcome | None


class Observer(Protocol):
    """Who wants to know what becomes of asynchronous invocations."""

    def attempted(self, event: QueuedEvent, step: Literal["invoked", "succeeded", "failed", "retried"]) -> None:
        """One attempt of an event began, ended, or will be followed by another."""

    def settled(self, settled: Settled) -> None:
        """An event has come to its end; called once for each."""


class AsynchronousInvoker:
    """The queue in front of all functions of a server, with its workers."""

    def __init__(self, runner: Runner, clock: VirtualClock, schedule: Schedule, work: Work) -> None:
        self._runner = runner
        self._clock = clock
        self._schedule = schedule
        self._work = work
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="event")
        self._generations: Counter[str] = Counter()
        self._closed = False
        self.observers: list[Observer] = []

    def submit(self, reference: Reference, request: Request) -> None:
        """Accept an event; it runs as soon as a worker is free."""
        event = self._accepted(reference, request)
        self._count(reference, {"AsyncEventsReceived": 1})
        self._begin(event)

    def stop(self, reference: Reference, request: Request) -> None:
        """Take in an event that must not run, because it is part of a recursive loop."""
        self._run(lambda: self._drop(self._accepted(reference, request), "RecursiveInvocation"))

    def forget(self, account: str) -> None:
        """Drop the events of an account that was emptied; its appointments are dropped by the schedule's owner."""
        self._generations[account] += 1

    def close(self) -> None:
        """Take no more events and drop the waiting ones."""
        self._closed = True
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _attempt(self, event: QueuedEvent) -> None:
        if self._outdated(event):
            return
        reference = event.reference
        try:
            latest, version = find(reference, reference.account)
        except LambdaError:
            return
        settings = event_invoke_settings(latest, reference.qualifier)
        if self._clock.timestamp() - event.accepted_at > settings.maximum_age_seconds:
            self._drop(event, "EventAgeExceeded")
            return
        age = {"AsyncEventAge": (self._clock.timestamp() - event.accepted_at) * 1000}
        self._count(reference, age)
        self._tell(event, "invoked")
        request, began = event.request, self._clock.timestamp()
        if event.segment:
            trace, traced = tracing.attempted(event.segment.traced, request.trace)
            event.request = request = replace(request, trace=trace, traced=traced)
        try:
            outcome = self._runner.run(version, request, asynchronous=True)
        except (TooManyRequests, ResourceNotReady) as refusal:
            self._note(event, request, began, int(refusal.code or 500), failed=False)
            if latest.reserved_concurrency is not None and int(latest.reserved_concurrency) == 0:
                self._drop(event, "ZeroReservedConcurrency")
                return
            shortest, longest = THROTTLED_SECONDS
            event.throttles += 1
            self._later(event, min(longest, shortest * 2 ** (event.throttles - 1)))
            return
        except Exception:
            _log.exception("an asynchronous invocation of %s could not be carried out", reference.arn)
            return
        if self._outdated(event):
            return
        event.throttles = 0
        self._note(event, request, began, 200, failed=bool(outcome.function_error))
        if not outcome.function_error:
            self._tell(event, "succeeded")
            self._settle(event, "Success", event.failures + 1, outcome)
            return
        event.failures += 1
        self._tell(event, "failed")
        if event.failures > settings.retries:
            self._drop(event, "RetriesExhausted", outcome)
        else:
            self._later(event, RETRY_SECONDS[event.failures - 1])

    def _outdated(self, event: QueuedEvent) -> bool:
        return self._closed or event.generation != self._generations[event.reference.account]

    def _accepted(self, reference: Reference, request: Request) -> QueuedEvent:
        generation, now = self._generations[reference.account], self._clock.timestamp()
        segment = EventSegment(request.traced, request.arn, request.id, now) if request.traced else None
        return QueuedEvent(reference, request, now, generation, parent=provenance.origin(), segment=segment)

    def _note(self, event: QueuedEvent, request: Request, began: float, status: int, *, failed: bool) -> None:
        """Add an attempt to what X-Ray is told of an event."""
        if event.segment and request.traced:
            attempt = request.traced.attempt
            event.segment.attempted(attempt, began, self._clock.timestamp(), status, failed=failed)

    def _tell(self, event: QueuedEvent, step: Literal["invoked", "succeeded", "failed", "retried"]) -> None:
        for observer in self.observers:
            observer.attempted(event, step)

    def _settle(self, event: QueuedEvent, condition: Condition, attempts: int, outcome: Outcome | None) -> None:
        if event.segment:
            event.segment.send(self._clock.timestamp(), failed=condition != "Success")
        for observer in self.observers:
            observer.settled(Settled(event.reference, event.request, condition, attempts, outcome))

    def _drop(self, event: QueuedEvent, condition: Condition, outcome: Outcome | None = None) -> None:
        reference = event.reference
        self._count(reference, {"AsyncEventsDropped": 1})
        self._settle(event, condition, event.failures, outcome)

    def _count(self, reference: Reference, values: Mapping[str, float]) -> None:
        where = reference.account, reference.region, reference.name
        metrics.emit(*where, self._clock.now(), values, reference.qualifier)

    def _later(self, event: QueuedEvent, seconds: float) -> None:
        if not self._outdated(event):
            if event.segment:
                event.segment.send(None)
            self._tell(event, "retried")
            self._schedule.after(seconds, event.reference.account, lambda: self._again(event))

    def _again(self, event: QueuedEvent) -> None:
        if not self._outdated(event):
            self._begin(event)

    def _begin(self, event: QueuedEvent) -> None:
        self._run(lambda: self._attempt(event))

    def _run(self, action: Callable[[], None]) -> None:
        self._work.begin()
        try:
            self._workers.submit(action).add_done_callback(lambda _: self._work.end())
        except RuntimeError:  # the server is closing
            self._work.end()


@dataclass(frozen=True)
class EventInvokeSettings:
    """How events of one function, version or alias are retried."""

    retries: int = len(RETRY_SECONDS)
    maximum_age_seconds: int = MAXIMUM_AGE_SECONDS


def event_invoke_settings(latest: LambdaFunction, qualifier: str | None) -> EventInvokeSettings:
    """What PutFunctionEventInvokeConfig set for the qualifier of an invocation, else Lambda's defaults."""
    config = kept(latest).retries.get(qualifier or LATEST, {})
    return EventInvokeSettings(
        config.get("MaximumRetryAttempts", EventInvokeSettings.retries),
        config.get("MaximumEventAgeInSeconds", EventInvokeSettings.maximum_age_seconds),
    )
