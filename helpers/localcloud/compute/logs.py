"""What Lambda itself writes to CloudWatch Logs, and how it gets there.

Line forms: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (INIT_REPORT, Status).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import math
import platform
import uuid

from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.limits import LOG_TAIL_BYTES
from helpers.localcloud.compute.tracing import Traced
from helpers.localcloud.observe.logs import writing


def stream_name(version: str, now: dt.datetime) -> str:
    """A log stream name as Lambda makes one for each environment."""
    return f"{now:%Y/%m/%d}/[{version}]{uuid.uuid4().hex}"


def runtime_version(configuration: Configuration) -> tuple[str, str]:
    """The version of the runtime, such as ``python:3.13.v18``, and its ARN."""
    version = platform.python_version_tuple()[2]
    digest = hashlib.sha256(configuration.runtime.encode()).hexdigest()
    name = f"python:{configuration.runtime.removeprefix('python')}.v{version}"
    return name, f"arn:aws:lambda:{configuration.region}::runtime:{digest}"


def init_start(configuration: Configuration) -> str:
    """The first line of an environment."""
    version, arn = runtime_version(configuration)
    return f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}\n"


def init_report(seconds: float, phase: str, status: str = "", error_type: str = "") -> str:
    """The line about an INIT that failed, or that was done ahead. phase: ``init``, or ``invoke`` for the second try. status: empty when it went well."""
    line = f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms\tPhase: {phase}"
    if status:
        line += f"\tStatus: {status}"
    return line + (f"\tError Type: {error_type}\n" if error_type else "\n")


def start(request_id: str, version: str) -> str:
    """The line before the function's own."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end(request_id: str) -> str:
    """The line after the function's own."""
    return f"END RequestId: {request_id}\n"


def billed_ms(seconds: float, init_seconds: float) -> int:
    """Billed duration in ms, rounded up; INIT counts since 2025-08-01."""
    return max(1, math.ceil(round((seconds + init_seconds) * 1000, 3)))


def report(
    request_id: str,
    seconds: float,
    init_seconds: float | None,
    memory_mb: int,
    highest_mb: int,
    status: str = "",
    error_type: str = "",
    traced: Traced | None = None,
) -> str:
    """The line that closes an invocation. init_seconds: only on a cold start that succeeded. traced: its trace, if it was sampled."""
    line = (
        f"REPORT RequestId: {request_id}\tDuration: {seconds * 1000:.2f} ms\tBilled Duration: {billed_ms(seconds, init_seconds or 0)} ms\t"
        f"Memory Size: {memory_mb} MB\tMax Memory Used: {highest_mb} MB\t"
    )
    if init_seconds is not None:
        line += f"Init Duration: {init_seconds * 1000:.2f} ms\t"
    if status:
        line += f"Status: {status}"
    if error_type:
        line += f"\tError Type: {error_type}"
    if traced:
        line += f"\nXRAY TraceId: {traced.root}\tSegmentId: {traced.function_id}\tSampled: true\t"
    return line + "\n"


def tail(lines: list[str]) -> str:
    """The end of a log as ``LogType=Tail`` returns it: base64 of at most 4 KB."""
    return base64.b64encode("".join(lines).encode()[-LOG_TAIL_BYTES:]).decode()


def write(account: str, region: str, group: str, stream: str, lines: list[str], now: dt.datetime) -> None:
    """Put ``lines`` into a log stream; group and stream are made when they are missing."""
    writing.write(account, region, group, stream, lines, now)
