"""Invocations: from a payload to what the function answered, with the log lines and metrics that Lambda adds.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html
"""

from __future__ import annotations

import json
import signal
import time
import uuid
from dataclasses import dataclass, field
from typing import Literal

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import limits, logs, metrics
from helpers.localcloud.compute.concurrency import Concurrency
from helpers.localcloud.compute.environment import ExecutionEnvironment, Result
from helpers.localcloud.compute.errors import InvalidRequestContent, RequestTooLarge, ResourceNotReady, TooManyRequests
from helpers.localcloud.compute.functions import Configuration, code_of, configuration_of
from helpers.localcloud.compute.pool import Pool
from helpers.localcloud.compute.runtime_api import Gone

Kind = Literal["RequestResponse", "Event", "DryRun"]


@dataclass(frozen=True)
class Request:
    """One invocation as it reaches a function.

    arn: the function as it was named, with the qualifier. trace: the ``X-Amzn-Trace-Id`` that the function sees.
    client_context: JSON text of ``ClientContext``.
    """

    arn: str
    payload: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace: str = ""
    client_context: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of an invocation.

    status: 200, 202 (queued) or 204 (dry run). function_error: ``Unhandled``, or nothing when the function returned.
    log: the log lines of this invocation. duration_ms: without INIT. trace: the ``X-Amzn-Trace-Id`` that the function saw.
    """

    status: int
    request_id: str
    payload: bytes = b""
    function_error: str | None = None
    executed_version: str | None = None
    log: tuple[str, ...] = ()
    duration_ms: float = 0.0
    cold: bool = False
    trace: str = ""


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
    """Runs requests on the environments of a pool, within the limits of concurrency."""

    def __init__(self, pool: Pool, clock: VirtualClock) -> None:
        self._pool = pool
        self._clock = clock
        self._concurrency = Concurrency()

    def run(self, latest: LambdaFunction, version: LambdaFunction, request: Request) -> Outcome:
        """Run ``request`` on ``version`` and wait for the end.

        latest: carries the reserved concurrency, which counts for all versions together.
        Raises: ``TooManyRequests`` when throttled, ``ResourceNotReady`` when this computer cannot start an environment.
        """
        configuration = configuration_of(version)
        where = configuration.account, configuration.region, configuration.name
        reserved = latest.reserved_concurrency
        try:
            with self._concurrency.slot(*where, None if reserved is None else int(reserved)) as running:
                environment = self._pool.acquire(configuration, lambda: code_of(version))
                try:
                    outcome = self._perform(environment, configuration, request)
                    if not environment.interrupted:
                        self._record(environment, outcome, running)
                finally:
                    self._pool.release(environment)
        except TooManyRequests:
            metrics.emit(*where, self._clock.now(), {"Throttles": 1})
            raise
        except OSError as problem:
            raise ResourceNotReady(
                f"This computer could not run an execution environment ({problem}): free disk space or memory, then invoke again"
            ) from problem
        return outcome

    def _record(self, environment: ExecutionEnvironment, outcome: Outcome, running: int) -> None:
        configuration, now = environment.configuration, self._clock.now()
        where = configuration.account, configuration.region
        logs.write(*where, configuration.log_group, environment.stream, list(outcome.log), now)
        counted = {"Invocations": 1.0, "Errors": float(bool(outcome.function_error)), "Throttles": 0.0}
        measured = {"Duration": outcome.duration_ms, "ConcurrentExecutions": float(running)}
        metrics.emit(*where, configuration.name, now, counted | measured)

    def _perform(self, environment: ExecutionEnvironment, configuration: Configuration, request: Request) -> Outcome:
        lines: list[str] = []
        cold = not environment.initialised
        init_seconds = self._initialise(environment, configuration, lines) if cold else None
        result = self._invoke(environment, configuration, request, lines)
        if result.ending == "timeout":
            result.seconds = float(configuration.timeout_seconds)
        payload, error, status, error_type = _answer(result, configuration, request.id)
        lines.append(logs.start(request.id, configuration.version))
        lines += environment.output.take()
        if result.ending in ("exit", "memory"):
            lines += [f"RequestId: {request.id} Error: {_exit_reason(result.exit_status)}\nRuntime.ExitError\n"]
        lines.append(logs.end(request.id))
        memory = (
            configuration.memory_mb,
            configuration.memory_mb if result.ending == "memory" else environment.highest_memory_mb,
        )
        lines.append(logs.report(request.id, result.seconds, init_seconds, *memory, status, error_type))
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
        )

    def _initialise(
        self, environment: ExecutionEnvironment, configuration: Configuration, lines: list[str]
    ) -> float | None:
        """INIT before the first invocation; its length in seconds, or nothing when it failed and is tried again in the invocation."""
        lines.append(logs.init_start(configuration))
        began = time.monotonic()
        failed = environment.initialise(limits.INIT_SECONDS)
        seconds = time.monotonic() - began
        lines += environment.output.take()
        if failed is None:
            return seconds
        lines.append(logs.init_report(seconds, "init", *_init_status(failed)))
        return None

    def _invoke(
        self, environment: ExecutionEnvironment, configuration: Configuration, request: Request, lines: list[str]
    ) -> Result:
        """INVOKE, with an INIT inside it when the environment has no process: that INIT counts as the function's own time."""
        timeout = float(configuration.timeout_seconds)
        began = time.monotonic()
        for _ in range(2):
            if not environment.running:
                failed = environment.initialise(timeout)
                lines += environment.output.take()
                if failed is not None:
                    lines.append(logs.init_report(failed.seconds, "invoke", *_init_status(failed)))
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


def _init_status(result: Result) -> tuple[str, str]:
    if result.ending == "timeout":
        return "timeout", ""
    if result.ending == "init-error":
        known = result.error_type.startswith("Runtime.") and result.error_type != "Runtime.ImportModuleError"
        return "error", result.error_type if known else "Runtime.Unknown"
    return "error", "Runtime.OutOfMemory" if result.ending == "memory" else "Runtime.ExitError"


def _exit_reason(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status < 0:
        name = "killed" if status == -9 else signal.strsignal(-status) or f"signal {-status}"
        return f"Runtime exited with error: signal: {name.lower()}"
    return f"Runtime exited with error: exit status {status}"


def _answer(result: Result, configuration: Configuration, request_id: str) -> tuple[bytes, str | None, str, str]:
    """Payload, ``FunctionError``, and the REPORT line's Status and Error Type."""
    if result.ending == "response":
        if result.size <= limits.RESPONSE_BYTES:
            return result.body, None, "", ""
        too_large = "Function.ResponseSizeTooLarge"
        message = f"Response payload size exceeded maximum allowed payload size ({limits.RESPONSE_BYTES} bytes)."
        return _error(too_large, message), "Unhandled", "error", too_large
    if result.ending == "error":
        return result.body, "Unhandled", "", ""
    if result.ending == "init-error":
        return result.body, "Unhandled", *_init_status(result)
    if result.ending == "timeout":
        message = f"RequestId: {request_id} Error: Task timed out after {configuration.timeout_seconds:.2f} seconds"
        return _error("Sandbox.Timedout", message), "Unhandled", "timeout", ""
    message = f"RequestId: {request_id} Error: {_exit_reason(result.exit_status)}"
    return _error("Runtime.ExitError", message), "Unhandled", *_init_status(result)


def _error(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()
