"""Invocations: from a payload to what the function answered, with the log lines and metrics that Lambda adds.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html
"""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Literal

from moto.awslambda.models import LambdaFunction

from helpers.localcloud import provenance
from helpers.localcloud.billing import meter
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import answers, limits, logs, metrics, segments, system_log
from helpers.localcloud.compute.admission import Admission, Admitted
from helpers.localcloud.compute.environment import ExecutionEnvironment, Result
from helpers.localcloud.compute.errors import InvalidRequestContent, RequestTooLarge, ResourceNotReady, TooManyRequests
from helpers.localcloud.compute.functions import Configuration, configuration_of
from helpers.localcloud.compute.output import Line
from helpers.localcloud.compute.runtime_api import Gone
from helpers.localcloud.compute.system_log import SystemLog
from helpers.localcloud.compute.tracing import Traced
from helpers.localcloud.observe.logs import writing

Kind = Literal["RequestResponse", "Event", "DryRun"]


@dataclass(frozen=True)
class Request:
    """One invocation as it reaches a function.

    arn: the function as it was named, with the qualifier. trace: the ``X-Amzn-Trace-Id`` that the function sees.
    client_context: JSON text of ``ClientContext``. traced: the ids of the segments that are sent about it, when it is sampled.
    """

    arn: str
    payload: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace: str = ""
    client_context: str | None = None
    traced: Traced | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of an invocation.

    status: 200, 202 (queued) or 204 (dry run). function_error: ``Unhandled``, or nothing when the function returned.
    log: the log lines of this invocation. duration_ms: without INIT. trace: the ``X-Amzn-Trace-Id`` that the function saw.
    init_seconds: INIT before it, if there was one. billed_ms: what is paid for. transfer_ms, cause: for X-Ray, the time in which the answer was read and what the runtime client said of an error.
    """

    status: int
    request_id: str
    payload: bytes = b""
    function_error: str | None = None
    executed_version: str | None = None
    log: tuple[Line, ...] = ()
    duration_ms: float = 0.0
    cold: bool = False
    trace: str = ""
    init_seconds: float | None = None
    billed_ms: int = 0
    transfer_ms: float = 0.0
    cause: str = ""


def check_payload(payload: bytes, kind: Kind) -> bytes:
    """The event that the function will get; an empty payload is ``{}``.

    Raises: ``RequestTooLarge`` (6 MB, or 1 MB for ``Event``), ``InvalidRequestContent`` when it is no JSON.
    """
    limit = limits.ASYNCHRONOUS_REQUEST_BYTES if kind == "Event" else limits.SYNCHRONOUS_REQUEST_BYTES
    if len(payload) > limit:
        raise RequestTooLarge(f"Request must be smaller than {limit} bytes for the InvokeFunction operation")
    if not payload:
        return b"{}"
    try:
        json.loads(payload.decode("utf-8"), parse_constant=_not_json)
    except (ValueError, RecursionError) as problem:
        raise InvalidRequestContent(
            f"Could not parse request body into json: Could not parse payload into json: {problem}"
        ) from None
    return payload


def _not_json(word: str) -> None:
    raise ValueError(f"Non-standard token '{word}'")


class Runner:
    """Runs requests on the environments that they are admitted to."""

    def __init__(self, admission: Admission, clock: VirtualClock) -> None:
        self._admission = admission
        self._clock = clock

    def run(self, version: LambdaFunction, request: Request, *, asynchronous: bool = False) -> Outcome:
        """Run ``request`` on ``version`` and wait for the end.

        asynchronous: an event, which concurrency limits and no rate of requests.
        Raises: ``TooManyRequests`` when throttled, ``ResourceNotReady`` when this computer cannot start an environment.
        """
        configuration = configuration_of(version)
        where = configuration.account, configuration.region, configuration.name
        received = self._clock.timestamp()
        qualifier = _qualifier(request)
        try:
            with self._admission.admitted(version, configuration, qualifier, asynchronous) as admitted:
                began = self._clock.timestamp()
                outcome = self._perform(admitted.environment, configuration, request)
                if not admitted.environment.interrupted:
                    self._record(admitted, request, outcome, began)
                    _charge(version, configuration, outcome, admitted)
                    if request.traced:
                        self._send_segments(request, request.traced, configuration, outcome, received, began)
        except TooManyRequests:
            metrics.emit(*where, self._clock.now(), {"Throttles": 1}, qualifier, configuration.version)
            if request.traced and not request.traced.attempt:
                segments.send_service(request.traced, request.arn, request.id, received, self._clock.timestamp(), 429)
            raise
        except OSError as problem:
            raise ResourceNotReady(
                f"This computer could not run an execution environment ({problem}): free disk space or memory, then invoke again"
            ) from problem
        return outcome

    def _record(self, admitted: Admitted, request: Request, outcome: Outcome, began: float) -> None:
        """Write the log, and count the invocation at the time at which it began."""
        environment = admitted.environment
        configuration, now = environment.configuration, self._clock.now()
        where = configuration.account, configuration.region
        ahead = self._clock.offset.total_seconds()
        logged = [(int((line.moment + ahead) * 1000), line.text) for line in outcome.log]
        with provenance.carrying(trace=outcome.trace):  # so that a log that invokes its own function is seen as a loop
            writing.write_at(*where, configuration.log_group, environment.stream, logged, now)
        counted = {"Invocations": 1.0, "Errors": float(bool(outcome.function_error)), "Throttles": 0.0}
        counted["Duration"] = outcome.duration_ms
        moment, qualifier = dt.datetime.fromtimestamp(began, dt.UTC), _qualifier(request)
        resource = f"{configuration.name}:{qualifier}" if qualifier else configuration.name
        metrics.invoked(*where, configuration.name, moment, counted, admitted.running, qualifier, configuration.version)
        metrics.provisioned(*where, configuration.name, moment, resource, admitted.provisioned)

    def _send_segments(
        self,
        request: Request,
        traced: Traced,
        configuration: Configuration,
        outcome: Outcome,
        received: float,
        began: float,
    ) -> None:
        """Tell X-Ray of an invocation that has ended; the segment of the service about an event is sent by its queue."""
        ended, failed = self._clock.timestamp(), bool(outcome.function_error)
        answered = segments.Answered(
            began,
            ended,
            outcome.init_seconds,
            outcome.duration_ms - outcome.transfer_ms,
            outcome.transfer_ms,
            failed,
            outcome.payload,
            outcome.cause,
        )
        segments.send_function(traced, configuration, request.arn, request.id, answered)
        if not traced.attempt:
            segments.send_service(traced, request.arn, request.id, received, ended, 200, fault=failed)

    def _perform(self, environment: ExecutionEnvironment, configuration: Configuration, request: Request) -> Outcome:
        lines: list[Line] = []
        log = system_log.of(configuration, self._clock.offset)
        cold = not environment.initialised
        init_seconds = self._initialise(environment, log, lines) if cold else None
        began = time.time()
        result = self._invoke(environment, configuration, request, log, lines)
        if result.ending == "timeout":
            result.seconds = float(configuration.timeout_seconds)
        payload, error, status, error_type = answers.answer(result, configuration, request.id)
        lines += log.start(request.id, max(began, lines[-1].moment) if lines else began)
        lines += log.application(environment.output.take())
        if result.ending in ("exit", "memory"):
            lines += log.died(request.id, answers.exit_reason(result.exit_status))
        memory = (
            configuration.memory_mb,
            configuration.memory_mb if result.ending == "memory" else environment.highest_memory_mb,
        )
        lines += log.report(request.id, result.seconds, init_seconds, memory, status, error_type, request.traced)
        return Outcome(
            200,
            request.id,
            payload,
            error,
            configuration.version,
            tuple(lines),
            duration_ms=round(result.seconds * 1000, 2),
            cold=cold,
            trace=request.trace,
            init_seconds=init_seconds,
            billed_ms=logs.billed_ms(result.seconds, init_seconds or 0),
            transfer_ms=result.transfer * 1000,
            cause=result.cause,
        )

    def _initialise(self, environment: ExecutionEnvironment, log: SystemLog, lines: list[Line]) -> float | None:
        """INIT before the first invocation; its length in seconds, or nothing when it failed and is tried again in the invocation."""
        lines += log.init_start()
        began = time.monotonic()
        failed = environment.initialise(limits.INIT_SECONDS)
        seconds = time.monotonic() - began
        lines += log.application(environment.output.take())
        if failed is None:
            lines += log.init_done(seconds)
            return seconds
        lines += log.init_failed(seconds, "init", *answers.init_status(failed))
        return None

    def _invoke(
        self,
        environment: ExecutionEnvironment,
        configuration: Configuration,
        request: Request,
        log: SystemLog,
        lines: list[Line],
    ) -> Result:
        """INVOKE, with an INIT inside it when the environment has no process: that INIT counts as the function's own time."""
        timeout = float(configuration.timeout_seconds)
        began = time.monotonic()
        for _ in range(2):
            if not environment.running:
                failed = environment.initialise(timeout)
                lines += log.application(environment.output.take())
                if failed is not None:
                    lines += log.init_failed(failed.seconds, "invoke", *answers.init_status(failed))
                    return failed
            spent = time.monotonic() - began
            try:
                result = environment.invoke(request.payload, _headers(request, timeout - spent), timeout - spent)
            except Gone:
                environment.stop()
                continue
            result.seconds += spent
            return result
        return Result("exit", time.monotonic() - began, exit_status=-9)


def _charge(version: LambdaFunction, configuration: Configuration, outcome: Outcome, admitted: Admitted) -> None:
    """One request, and its time by the memory that the function has; cheaper where the environment is paid for already."""
    where = configuration.account, configuration.region
    arn = f"arn:aws:lambda:{configuration.region}:{configuration.account}:function:{configuration.name}"
    meter.count(*where, "lambda/requests", arn)
    if admitted.provisioned.get("ProvisionedConcurrencyInvocations"):
        key = "lambda/provisioned-duration-gb-seconds"
    else:
        key = "lambda/gb-seconds-arm64" if "arm64" in version.architectures else "lambda/gb-seconds"
    meter.count(*where, key, arn, outcome.billed_ms / 1000 * configuration.memory_mb / 1024)


def _qualifier(request: Request) -> str | None:
    """The version or alias that was asked for."""
    return request.arn.split(":", 7)[7] if request.arn.count(":") == 7 else None


def _headers(request: Request, seconds: float) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": request.id,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": request.arn,
        "Lambda-Runtime-Trace-Id": request.trace,
    }
    if request.client_context:
        headers["Lambda-Runtime-Client-Context"] = request.client_context
    return headers
