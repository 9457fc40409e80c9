"""Find the local cloud that runs, or start one.

A server leaves its address in the runtime folder. An address is believed only after the server behind it answered and
said that it runs the same code; anything else is treated as stale.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from helpers.cloud.control import call
from helpers.errors import CloudUnavailable, CourseError
from helpers.paths import runtime_folder
from helpers.version import fingerprint

START_SECONDS = 60.0


@dataclass(frozen=True)
class RunningCloud:
    """A local cloud that answered: where it is."""

    endpoint_url: str


def find() -> RunningCloud | None:
    """The local cloud named by ``COURSE_CLOUD``, else the one that left its address; ``None`` when neither answers."""
    named = os.environ.get("COURSE_CLOUD")
    if named and _answers(named, any_version=True):
        return RunningCloud(named)
    try:
        recorded = json.loads(_record().read_text())["endpoint"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return RunningCloud(recorded) if isinstance(recorded, str) and _answers(recorded) else None


def find_or_start() -> RunningCloud:
    """The local cloud that runs, or a new one that ends with the last notebook using it.

    Raises: ``CloudUnavailable`` when a new one does not come up; the sentence names its log.
    """
    return find() or start()


def start() -> RunningCloud:
    """Start a local cloud in a process of its own; it ends when its last client is gone.

    Raises: ``CloudUnavailable`` when it does not come up; the sentence names its log.
    """
    log = runtime_folder() / "cloud.log"
    try:
        stderr = log.open("wb")
    except OSError as error:
        raise CloudUnavailable(
            f"{log} cannot be written ({error.strerror}): free some disk space, or set XDG_CACHE_HOME to a folder of yours"
        ) from None
    with stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpers.cli", "cloud", "--owner", "leases"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **detached(),
        )
    assert process.stdout is not None
    try:
        return RunningCloud(wait_for_address(process.stdout, START_SECONDS))
    except CloudUnavailable:
        process.kill()
        process.wait()
        raise CloudUnavailable(
            f"the local cloud did not start; {_last_line(log)} (the whole log: {log}). Run `course doctor` to see what is missing"
        ) from None


def wait_for_address(stdout: IO[str], seconds: float) -> str:
    """Read ``AWS_ENDPOINT_URL=…`` from a starting server's standard output, for at most ``seconds``.

    Raises: ``CloudUnavailable`` when the server ends, or stays silent for longer.
    """
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        name, _, endpoint = lines.get(timeout=seconds).strip().partition("=")
    except queue.Empty:
        raise CloudUnavailable(
            f"the local cloud did not say its address within {seconds:.0f} seconds: run `course doctor`"
        ) from None
    if name != "AWS_ENDPOINT_URL":
        raise CloudUnavailable("the local cloud ended before it was ready: run `course doctor`")
    return endpoint


def record(endpoint_url: str) -> None:
    """Leave this server's address for notebooks to find.

    Raises: ``CourseError`` when it cannot be written; the server works all the same.
    """
    text = json.dumps({"endpoint": endpoint_url, "pid": os.getpid(), "version": fingerprint()})
    draft = _record().with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(text)
        draft.replace(_record())
    except OSError as error:
        raise CourseError(
            f"{draft.parent} cannot be written ({error.strerror}), so notebooks will not find this cloud by themselves: "
            f"free some disk space, or start them with COURSE_CLOUD={endpoint_url}"
        ) from None


def forget(endpoint_url: str) -> None:
    """Take this server's address back, unless another server has written its own since."""
    try:
        if json.loads(_record().read_text()).get("endpoint") == endpoint_url:
            _record().unlink()
    except (OSError, ValueError, AttributeError):
        return


def detached() -> dict[str, Any]:
    """Arguments of ``subprocess.Popen`` that keep Ctrl-C in a terminal or kernel away from the child, on every platform."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _record() -> Path:
    return runtime_folder() / "cloud.json"


def _answers(endpoint_url: str, any_version: bool = False) -> bool:
    try:
        health = call(endpoint_url, "GET", "/_localcloud/health", timeout=20)
    except CourseError:
        return False
    return health.get("status") == "running" and (any_version or health.get("version") == fingerprint())


def _last_line(log: Path) -> str:
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return f"its last words were: {lines[-1].strip()}" if lines else "it said nothing"
