"""The environments of one server: made when none is free, kept warm for a while, retired when idle or outdated.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (lifecycle)
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import logs
from helpers.localcloud.compute.environment import ExecutionEnvironment
from helpers.localcloud.compute.functions import Configuration
from helpers.localcloud.compute.limits import IDLE_SECONDS, WARM_ENVIRONMENTS
from helpers.localcloud.compute.packages import Content, PackageStore
from helpers.localcloud.observe.traces.daemon import address_for

Packages = list[tuple[str, Content]]
Key = tuple[str, str, str, str, str]


class Pool:
    """All execution environments of a server.

    credentials: gives the AWS_* variables of a function's role. endpoint_url: where boto3 in a handler finds AWS.
    """

    def __init__(
        self,
        work_dir: Path,
        clock: VirtualClock,
        endpoint_url: str,
        credentials: Callable[[Configuration], Mapping[str, str]],
    ) -> None:
        self._clock = clock
        self._endpoint_url = endpoint_url
        self._credentials = credentials
        self._folder = work_dir / "environments"
        self._folder.mkdir(parents=True)
        self._packages = PackageStore(work_dir / "packages")
        self._idle: dict[Key, list[ExecutionEnvironment]] = defaultdict(list)
        self._busy: set[ExecutionEnvironment] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._reaper: threading.Thread | None = None

    def acquire(
        self, configuration: Configuration, code: Callable[[], tuple[Packages, Packages]], scale: Callable[[], None]
    ) -> ExecutionEnvironment:
        """A warm environment of this very version, else one whose INIT is still to come.

        code: gives the packages of code and layers; asked only when an environment is made. scale: called before that, and may raise when there must be no more yet.
        """
        self._remove(self._idle_too_long)
        with self._lock:
            free = self._idle.get(configuration.key)
            if free:
                environment = free.pop()
                self._busy.add(environment)
                return environment
        scale()
        environment = self.make(configuration, *code())
        with self._lock:
            self._busy.add(environment)
        return environment

    def release(self, environment: ExecutionEnvironment) -> None:
        """Keep an environment for the next invocation, unless it was retired meanwhile."""
        environment.idle_since = self._clock.timestamp()
        surplus: list[ExecutionEnvironment] = []
        with self._lock:
            self._busy.discard(environment)
            if environment.retired or self._closed.is_set():
                surplus.append(environment)
            else:
                self._idle[environment.configuration.key].append(environment)
                surplus += self._above_the_limit()
            self._watch_idle()
        for one in surplus:
            one.retire()

    def make(
        self, configuration: Configuration, code: Packages, layers: Packages, initialization: str = "on-demand"
    ) -> ExecutionEnvironment:
        """An environment whose INIT is still to come, and which is the caller's own.

        initialization: what the process sees as ``AWS_LAMBDA_INITIALIZATION_TYPE``.
        """
        stream = logs.stream_name(configuration.version, self._clock.now())
        return ExecutionEnvironment(
            configuration,
            task=self._packages.unpacked(code),
            opt=self._packages.unpacked(layers),
            folder=self._folder / stream.rsplit("]", 1)[1],
            variables=self._variables(configuration, stream, initialization),
            stream=stream,
        )

    def retire(self, matches: Callable[[Configuration], bool]) -> None:
        """Retire the environments whose configuration ``matches``: idle ones now, busy ones after their invocation."""
        self._remove(lambda environment: matches(environment.configuration))
        with self._lock:
            for environment in self._busy:
                if matches(environment.configuration):
                    environment.retired = True

    def kill(self, account: str) -> None:
        """End all environments of an account at once, running invocations included."""
        self._remove(lambda environment: environment.configuration.account == account)
        with self._lock:
            busy = [environment for environment in self._busy if environment.configuration.account == account]
        for environment in busy:
            environment.interrupt()

    def crash(self, matches: Callable[[Configuration], bool]) -> int:
        """Kill the processes of the environments whose configuration ``matches``, busy or idle; how many that were."""
        with self._lock:
            found = [*self._busy, *(one for free in self._idle.values() for one in free)]
        return sum(environment.crash() for environment in found if matches(environment.configuration))

    def close(self) -> None:
        """End all environments."""
        self._closed.set()
        self._clock.wake()
        self._remove(lambda environment: True)
        with self._lock:
            busy = list(self._busy)
        for environment in busy:
            environment.interrupt()

    def _variables(self, configuration: Configuration, stream: str, initialization: str) -> dict[str, str]:
        daemon = address_for(configuration.account, configuration.region)
        changeable = {
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC" if os.name == "posix" else "UTC",
            "HOME": "/tmp",
            "TMPDIR": "/tmp",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": daemon,
        }
        ours = {
            "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "_HANDLER": configuration.handler,
            "AWS_REGION": configuration.region,
            "AWS_DEFAULT_REGION": configuration.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_VERSION": configuration.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
            "AWS_LAMBDA_LOG_GROUP_NAME": configuration.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "_AWS_XRAY_DAEMON_ADDRESS": daemon.partition(":")[0],
            "_AWS_XRAY_DAEMON_PORT": daemon.partition(":")[2],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        if configuration.log_format == "JSON":
            ours |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": configuration.application_log_level}
        if os.name == "nt":
            ours |= {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return {**changeable, **configuration.variables, **ours, **self._credentials(configuration)}

    def _above_the_limit(self) -> list[ExecutionEnvironment]:
        idle = sorted((one for free in self._idle.values() for one in free), key=lambda one: one.idle_since)
        surplus = idle[: max(0, len(idle) - WARM_ENVIRONMENTS)]
        for environment in surplus:
            self._idle[environment.configuration.key].remove(environment)
        return surplus

    def _remove(self, matches: Callable[[ExecutionEnvironment], bool]) -> None:
        with self._lock:
            gone = [one for free in self._idle.values() for one in free if matches(one)]
            for environment in gone:
                self._idle[environment.configuration.key].remove(environment)
            for key in [key for key, free in self._idle.items() if not free]:
                del self._idle[key]
        for environment in gone:
            environment.retire()

    def _watch_idle(self) -> None:
        if self._reaper is None or not self._reaper.is_alive():
            self._reaper = threading.Thread(target=self._reap, name="idle-environments", daemon=True)
            self._reaper.start()

    def _reap(self) -> None:
        while True:
            with self._lock:
                oldest = min(
                    (one.idle_since for free in self._idle.values() for one in free), default=self._clock.timestamp()
                )
            if not self._clock.wait_until(oldest + IDLE_SECONDS, self._closed):
                return
            self._remove(self._idle_too_long)

    def _idle_too_long(self, environment: ExecutionEnvironment) -> bool:
        return self._clock.timestamp() - environment.idle_since >= IDLE_SECONDS
