"""The two forms of a function's log: lines of text, or JSON objects with levels that can be filtered.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Sequence
from typing import Any, Protocol

from helpers.localcloud.compute import logs
from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.output import Line
from helpers.localcloud.compute.tracing import Traced

APPLICATION_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
SYSTEM_LEVELS = ("DEBUG", "INFO", "WARN")
ON_DEMAND = "on-demand"
PROVISIONED = "provisioned-concurrency"
_ALIASES = {"WARNING": "WARN", "CRITICAL": "FATAL"}


class SystemLog(Protocol):
    """What the platform says about an environment and its invocations, as log lines of the present moment."""

    def init_start(self) -> list[Line]:
        """INIT begins."""

    def init_done(self, seconds: float) -> list[Line]:
        """INIT went well."""

    def init_failed(self, seconds: float, phase: str, status: str, error_type: str) -> list[Line]:
        """INIT failed. phase: ``init``, or ``invoke`` for the second try."""

    def start(self, request_id: str, moment: float) -> list[Line]:
        """An invocation began at ``moment``."""

    def died(self, request_id: str, reason: str) -> list[Line]:
        """The process ended in the middle of an invocation."""

    def report(
        self, request_id: str, seconds: float, init_seconds: float | None, memory: tuple[int, int], status: str, error_type: str, traced: Traced | None
    ) -> list[Line]:  # fmt: skip
        """An invocation ended. memory: MB that there were, MB that were used at most. status: empty when it went well."""

    def application(self, lines: Sequence[Line]) -> list[Line]:
        """What the function wrote, without what its level filter holds back."""


class TextLog:
    """INIT_START, START, END and REPORT; INIT_REPORT about an INIT that failed or that was done ahead."""

    def __init__(self, configuration: Configuration, initialization: str) -> None:
        self._configuration = configuration
        self._ahead = initialization != ON_DEMAND

    def init_start(self) -> list[Line]:
        return [_now(logs.init_start(self._configuration))]

    def init_done(self, seconds: float) -> list[Line]:
        return [_now(logs.init_report(seconds, "init"))] if self._ahead else []

    def init_failed(self, seconds: float, phase: str, status: str, error_type: str) -> list[Line]:
        return [_now(logs.init_report(seconds, phase, status, error_type))]

    def start(self, request_id: str, moment: float) -> list[Line]:
        return [Line(moment, logs.start(request_id, self._configuration.version))]

    def died(self, request_id: str, reason: str) -> list[Line]:
        return [_now(f"RequestId: {request_id} Error: {reason}\nRuntime.ExitError\n")]

    def report(
        self, request_id: str, seconds: float, init_seconds: float | None, memory: tuple[int, int], status: str, error_type: str, traced: Traced | None
    ) -> list[Line]:  # fmt: skip
        line = logs.report(request_id, seconds, init_seconds, *memory, status, error_type, traced)
        return [_now(logs.end(request_id)), _now(line)]

    def application(self, lines: Sequence[Line]) -> list[Line]:
        return list(lines)


class JsonLog:
    """``platform.…`` records, each with a level.

    ahead: how far virtual time is ahead of the real one.
    """

    def __init__(self, configuration: Configuration, initialization: str, ahead: dt.timedelta) -> None:
        self._configuration = configuration
        self._initialization = initialization
        self._ahead = ahead

    def init_start(self) -> list[Line]:
        version, arn = logs.runtime_version(self._configuration)
        record = {
            "initializationType": self._initialization,
            "phase": "init",
            "runtimeVersion": version,
            "runtimeVersionArn": arn,
        }
        return self._record("INFO", "initStart", record)

    def init_done(self, seconds: float) -> list[Line]:
        done = {"initializationType": self._initialization, "phase": "init", "status": "success"}
        report = {**done, "metrics": {"durationMs": _ms(seconds)}}
        return [*self._record("DEBUG", "initRuntimeDone", done), *self._record("DEBUG", "initReport", report)]

    def init_failed(self, seconds: float, phase: str, status: str, error_type: str) -> list[Line]:
        done = {"initializationType": self._initialization, "phase": phase, "status": status}
        if error_type:
            done["errorType"] = error_type
        report = {**done, "metrics": {"durationMs": _ms(seconds)}}
        return [*self._record("WARN", "initRuntimeDone", done), *self._record("WARN", "initReport", report)]

    def start(self, request_id: str, moment: float) -> list[Line]:
        return self._record(
            "INFO", "start", {"requestId": request_id, "version": self._configuration.version}, moment=moment
        )

    def died(self, request_id: str, reason: str) -> list[Line]:
        return []

    def report(
        self, request_id: str, seconds: float, init_seconds: float | None, memory: tuple[int, int], status: str, error_type: str, traced: Traced | None
    ) -> list[Line]:  # fmt: skip
        ended: dict[str, Any] = {"status": status or "success"}
        if error_type:
            ended["errorType"] = error_type
        if traced:
            ended["tracing"] = {
                "spanId": traced.function_id,
                "type": "X-Amzn-Trace-Id",
                "value": f"Root={traced.root};Parent={traced.function_id};Sampled=1",
            }
        done = {"requestId": request_id, "metrics": {"durationMs": _ms(seconds)}, **ended}
        metrics = {
            "durationMs": _ms(seconds),
            "billedDurationMs": logs.billed_ms(seconds, init_seconds or 0),
            "memorySizeMB": memory[0],
            "maxMemoryUsedMB": memory[1],
            **({} if init_seconds is None else {"initDurationMs": _ms(init_seconds)}),
        }
        return [
            *self._record("WARN" if status else "DEBUG", "runtimeDone", done),
            *self._record(
                "WARN" if status else "INFO", "report", {"requestId": request_id, "metrics": metrics, **ended}
            ),
        ]

    def application(self, lines: Sequence[Line]) -> list[Line]:
        least = APPLICATION_LEVELS.index(self._configuration.application_log_level) + 1
        return [line for line in lines if (line.level or _level_in(line.text)) in (0, *range(least, 7))]

    def _record(self, level: str, kind: str, record: dict[str, Any], moment: float | None = None) -> list[Line]:
        if SYSTEM_LEVELS.index(level) < SYSTEM_LEVELS.index(self._configuration.system_log_level):
            return []
        at = time.time() if moment is None else moment
        virtual = dt.datetime.fromtimestamp(at, dt.UTC) + self._ahead
        written = virtual.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = json.dumps({"time": written, "type": f"platform.{kind}", "record": record}, separators=(",", ":"))
        return [Line(at, text + "\n")]


def of(configuration: Configuration, ahead: dt.timedelta, initialization: str = ON_DEMAND) -> SystemLog:
    """The log of a function in the form that it asks for.

    ahead: how far virtual time is ahead of the real one. initialization: ``on-demand`` or ``provisioned-concurrency``.
    """
    if configuration.log_format == "JSON":
        return JsonLog(configuration, initialization, ahead)
    return TextLog(configuration, initialization)


def _level_in(text: str) -> int:
    """The level that a line of JSON names, as log libraries write it: it counts beside a timestamp only. 0 when there is none."""
    if not text.startswith("{") or '"level"' not in text:
        return 0
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    level = str(found.get("level")).upper()
    level = _ALIASES.get(level, level)
    if level not in APPLICATION_LEVELS or not isinstance(found.get("timestamp"), str):
        return 0
    return APPLICATION_LEVELS.index(level) + 1


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _now(text: str) -> Line:
    return Line(time.time(), text)
