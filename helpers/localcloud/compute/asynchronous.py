"""Asynchronous invocations: accepted into a queue, run by workers, tried again after errors and throttles.

Waiting follows the virtual clock: an error is tried again after one minute and then after two; a throttled event after one second, then two,
doubling up to five minutes. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import metrics
from helpers.localcloud.compute.errors import LambdaError, ResourceNotReady, TooManyRequests
from helpers.localcloud.compute.functions import LATEST, Reference, find, kept
from helpers.localcloud.compute.invoke import Request, Runner
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work

WORKERS = 24
RETRY_SECONDS = (60.0, 120.0)
MAXIMUM_AGE_SECONDS = 21_600
THROTTLED_SECONDS = (1.0, 300.0)

_log = logging.getLogger(__name__)


@dataclass
class QueuedEvent:
    """One accepted event. failures: attempts that ended in a function error. throttles: how often it was throttled in a row."""

    reference: Reference
    request: Request
    accepted_at: float
    generation: int
    failures: int = 0
    throttles: int = 0


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

    def submit(self, reference: Reference, request: Request) -> None:
        """Accept an event; it runs as soon as a worker is free."""
        event = QueuedEvent(reference, request, self._clock.timestamp(), self._generations[reference.account])
        metrics.emit(reference.account, reference.region, reference.name, self._clock.now(), {"AsyncEventsReceived": 1})
        self._begin(event)

    def stop(self, reference: Reference, request: Request) -> None:
        """Take in an event that must not run, because it is part of a recursive loop."""
        event = QueuedEvent(reference, request, self._clock.timestamp(), self._generations[reference.account])
        self._drop(event, "it is part of a recursive loop")

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
            self._drop(event, "it is older than MaximumEventAgeInSeconds")
            return
        try:
            outcome = self._runner.run(latest, version, event.request)
        except (TooManyRequests, ResourceNotReady):
            if latest.reserved_concurrency is not None and int(latest.reserved_concurrency) == 0:
                self._drop(event, "the function's reserved concurrency is zero")
                return
            shortest, longest = THROTTLED_SECONDS
            event.throttles += 1
            self._later(event, min(longest, shortest * 2 ** (event.throttles - 1)))
            return
        except Exception:
            _log.exception("an asynchronous invocation of %s could not be carried out", reference.arn)
            return
        event.throttles = 0
        if not outcome.function_error:
            return
        event.failures += 1
        if event.failures > settings.retries:
            self._drop(event, "its retries are exhausted")
        else:
            self._later(event, RETRY_SECONDS[event.failures - 1])

    def _outdated(self, event: QueuedEvent) -> bool:
        return self._closed or event.generation != self._generations[event.reference.account]

    def _drop(self, event: QueuedEvent, why: str) -> None:
        reference = event.reference
        _log.info("event %s for %s was dropped: %s", event.request.id, reference.arn, why)
        metrics.emit(reference.account, reference.region, reference.name, self._clock.now(), {"AsyncEventsDropped": 1})

    def _later(self, event: QueuedEvent, seconds: float) -> None:
        if not self._outdated(event):
            self._schedule.after(seconds, event.reference.account, lambda: self._again(event))

    def _again(self, event: QueuedEvent) -> None:
        if not self._outdated(event):
            self._begin(event)

    def _begin(self, event: QueuedEvent) -> None:
        self._work.begin()
        try:
            self._workers.submit(self._attempt, event).add_done_callback(lambda _: self._work.end())
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
