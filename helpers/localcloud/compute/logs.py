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
import threading
import uuid

from moto.logs.models import LogsBackend, logs_backends

from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.limits import LOG_TAIL_BYTES

_lock = threading.Lock()


def stream_name(version: str, now: dt.datetime) -> str:
    """A log stream name as Lambda makes one for each environment."""
    return f"{now:%Y/%m/%d}/[{version}]{uuid.uuid4().hex}"


def init_start(configuration: Configuration) -> str:
    """The first line of an environment."""
    version = platform.python_version_tuple()[2]
    digest = hashlib.sha256(configuration.runtime.encode()).hexdigest()
    return (
        f"INIT_START Runtime Version: python:{configuration.runtime.removeprefix('python')}.v{version}\t"
        f"Runtime Version ARN: arn:aws:lambda:{configuration.region}::runtime:{digest}\n"
    )


def init_report(seconds: float, phase: str, status: str, error_type: str = "") -> str:
    """The line about an INIT that failed. phase: ``init``, or ``invoke`` for the second try."""
    tail = f"\tError Type: {error_type}" if error_type else ""
    return f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms\tPhase: {phase}\tStatus: {status}{tail}\n"


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
) -> str:
    """The line that closes an invocation. init_seconds: only on a cold start that succeeded."""
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
    return line + "\n"


def tail(lines: list[str]) -> str:
    """The end of a log as ``LogType=Tail`` returns it: base64 of at most 4 KB."""
    return base64.b64encode("".join(lines).encode()[-LOG_TAIL_BYTES:]).decode()


def write(account: str, region: str, group: str, stream: str, lines: list[str], now: dt.datetime) -> None:
    """Put ``lines`` into a log stream; group and stream are made when they are missing."""
    backend: LogsBackend = logs_backends[account][region]
    timestamp = int(now.timestamp() * 1000)
    with _lock:
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)
    events = [{"timestamp": timestamp, "message": line} for line in lines]
    backend.put_log_events(group, stream, events)
