"""One execution environment: its folders, its process, and the phases INIT and INVOKE.

The environment outlives its process. After a time-out, a crash or an exit the process is gone, but /tmp and the log stream stay, and the
next invocation starts with a new INIT. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from helpers import offline
from helpers.localcloud.compute import limits
from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.output import Output
from helpers.localcloud.compute.runtime_api import Gone, Message, RuntimeApi

_BOOTSTRAP = Path(__file__).parent / "inside" / "bootstrap.py"
_PACKAGES = sysconfig.get_paths()["purelib"]
_GUARD = os.path.abspath(offline.__file__)

Ending = Literal["response", "error", "init-error", "exit", "timeout", "memory"]


class OutOfMemory(Exception):
    """The process held more memory than the function has, and was killed."""


@dataclass
class Result:
    """How a phase of an environment ended.

    body: the response or the error payload of the runtime client. exit_status: of a process that ended (negative: by that signal).
    seconds: how long it took. size: length of a response, which may be more than was kept. cause: of an error, for X-Ray. transfer: seconds of it in which the
    answer was read.
    """

    ending: Ending
    seconds: float
    body: bytes = b""
    size: int = 0
    error_type: str = ""
    exit_status: int = 0
    cause: str = ""
    transfer: float = 0.0


class ExecutionEnvironment:
    """Runs invocations of one version of a function, one at a time.

    task, opt: folders with the code and the layers. folder: a folder of its own. variables: what the process sees besides what belongs to
    every environment. stream: its log stream.
    """

    def __init__(
        self,
        configuration: Configuration,
        task: Path,
        opt: Path,
        folder: Path,
        variables: Mapping[str, str],
        stream: str,
    ) -> None:
        self.configuration = configuration
        self.id = uuid.uuid4().hex
        self.stream = stream
        self.initialised = False
        self.retired = False
        self.interrupted = False
        self.idle_since = 0.0
        self._task = task
        self._opt = opt
        self._folder = folder
        self._tmp = folder / "tmp"
        self._tmp.mkdir(parents=True)
        self._variables = dict(variables)
        self.output = Output(folder / "output")
        self._process: subprocess.Popen[bytes] | None = None
        self._api: RuntimeApi | None = None
        self._gauge: limits.MemoryGauge | None = None
        self._waiting = False
        self._highest = 0

    @property
    def running(self) -> bool:
        """Whether there is a process that could take an invocation."""
        return self._process is not None and self._process.poll() is None

    @property
    def highest_memory_mb(self) -> int:
        """The most memory that the function used, in MB, never above what it has."""
        if self._gauge:
            self._highest = max(self._highest, self._gauge.highest())
        return min(-(-self._highest // limits.MEGABYTE), self.configuration.memory_mb)

    def initialise(self, seconds: float) -> Result | None:
        """INIT: start a process and wait until it asks for its first invocation.

        seconds: how long it may take. Returns nothing if it is ready, else what went wrong; then no process is left.
        Raises: ``OSError`` when the computer cannot start it (no memory, no disk).
        """
        began = time.monotonic()
        self.initialised = True
        self._spawn()
        assert self._api
        try:
            message = self._api.receive(began + seconds, self._watch)
        except (TimeoutError, Gone, OutOfMemory) as ended:
            return self._ended(ended, began)
        if message.kind == "next":
            self._waiting = True
            return None
        self._api.accepted()
        result = Result("init-error", time.monotonic() - began, message.body, message.size, message.error_type)
        self.stop()
        return result

    def invoke(self, payload: bytes, headers: Mapping[str, str], seconds: float) -> Result:
        """INVOKE: hand the process an event and wait for its response.

        headers: what the Runtime API adds to an invocation. seconds: the deadline.
        Raises: ``Gone`` when the process ended before it could take the event; nothing ran then.
        """
        api = self._api
        if api is None:
            raise Gone
        if not self._waiting:
            try:
                api.receive(time.monotonic() + seconds, self._watch)
            except (TimeoutError, OutOfMemory) as ended:
                raise Gone from ended
        # Before the event is out: on a busy computer the response may be there before this thread goes on.
        began = time.monotonic()
        api.deliver(payload, headers)
        self._waiting = False
        try:
            message = self._result(api, began + seconds, headers["Lambda-Runtime-Aws-Request-Id"])
            elapsed = time.monotonic() - began
            self._watch_memory()
        except (TimeoutError, Gone, OutOfMemory) as ended:
            return self._ended(ended, began)
        api.accepted()
        ending: Ending = "response" if message.kind == "response" else "error"
        return Result(
            ending,
            elapsed,
            message.body,
            message.size,
            message.error_type,
            cause=message.cause,
            transfer=message.transfer,
        )

    def stop(self) -> int:
        """End the process and all that it started; the environment stays. Returns the exit status."""
        process, self._process = self._process, None
        self._waiting = False
        if self._api:
            self._api.close()
            self._api = None
        if process is None:
            return 0
        if self._gauge:
            self._highest = max(self._highest, self._gauge.highest())
            self._gauge.close()
            self._gauge = None
        _kill(process)
        if process.stdin:
            process.stdin.close()
        return process.wait()

    def crash(self) -> bool:
        """Kill the process from another thread, as ``kill -9`` would, and see it dead; whether there was one.

        The invocation in it ends as after any crash; one that comes later gets a new process.
        """
        process = self._process
        if process is None or process.poll() is not None:
            return False
        _kill(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        return True

    def interrupt(self) -> None:
        """Kill the process from another thread; the thread that uses the environment cleans up, and leaves no trace of it."""
        self.retired = self.interrupted = True
        process = self._process
        if process is not None:
            _kill(process)

    def retire(self) -> None:
        """SHUTDOWN: end the process and remove the environment's folder."""
        self.retired = True
        self.stop()
        self.output.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _spawn(self) -> None:
        configuration = self.configuration
        self.stop()
        self._highest = 0
        self._api = RuntimeApi(limits.RESPONSE_BYTES)
        given = {
            "task": self._task,
            "opt": self._opt,
            "tmp": self._tmp,
            "python": configuration.runtime,
            "packages": _PACKAGES,
            "guard": _GUARD,
            "memory_mb": configuration.memory_mb,
            "storage_mb": configuration.storage_mb,
            "runtime_client": os.environ.get("LOCALCLOUD_RUNTIME_CLIENT", "native"),
        }
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                "-X",
                "utf8",
                str(_BOOTSTRAP),
                *(f"{name}={value}" for name, value in given.items()),
            ],
            stdin=subprocess.PIPE,
            stdout=self.output.file,
            stderr=subprocess.STDOUT,
            cwd=self._task,
            env={**self._variables, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            start_new_session=os.name == "posix",
        )
        self._gauge = limits.MemoryGauge(self._process.pid)

    def _result(self, api: RuntimeApi, deadline: float, request_id: str) -> Message:
        while True:
            message = api.receive(deadline, self._watch)
            if message.kind in ("response", "error") and message.request_id == request_id:
                return message
            if message.kind == "next":
                raise Gone

    def _watch(self) -> None:
        if self._process is None or self._process.poll() is not None:
            raise Gone
        self.output.bound()
        self._watch_memory()

    def _watch_memory(self) -> None:
        if self._gauge:
            self._highest = max(self._highest, self._gauge.highest())
            if self._highest > self.configuration.memory_mb * limits.MEGABYTE:
                raise OutOfMemory

    def _ended(self, why: Exception, began: float) -> Result:
        seconds = time.monotonic() - began
        if isinstance(why, TimeoutError):
            self.stop()
            return Result("timeout", seconds)
        if isinstance(why, OutOfMemory):
            self.stop()
            return Result("memory", seconds, exit_status=-9)
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        return Result("exit", seconds, exit_status=self.stop())


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
    process.kill()
