"""Provisioned concurrency: environments of a version that are initialised ahead and kept, for who asks for that version or alias by name.

They are really made, at once: AWS takes a minute or two. An environment whose process has ended is initialised again; one whose INIT fails makes the allocation fail.
Source: https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.billing import meter
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute.environment import ExecutionEnvironment
from helpers.localcloud.compute.functions import Configuration, code_of, configuration_of
from helpers.localcloud.compute.initialisation import initialise_ahead
from helpers.localcloud.compute.pool import Pool
from helpers.localcloud.compute.system_log import PROVISIONED
from helpers.localcloud.work import Work

WORKERS = 4
INIT_FAILED = "FUNCTION_ERROR_INIT_FAILURE"

Versions = Mapping[str, tuple[LambdaFunction, int]]
"""The versions behind a version or alias, each with the number of environments that it is to have."""


@dataclass
class Allocation:
    """The provisioned concurrency of one version or alias.

    requested: environments. modified: when it was asked for, in seconds since 1970. versions: as wanted now. ready: initialised environments, of them free: those that
    do nothing. starting: how many are still to come, by version, of
    them initialising: those in their INIT. reason: why it failed.
    """

    requested: int
    modified: float
    versions: Versions
    ready: set[ExecutionEnvironment] = field(default_factory=set)
    free: list[ExecutionEnvironment] = field(default_factory=list)
    starting: Counter[str] = field(default_factory=Counter)
    initialising: set[ExecutionEnvironment] = field(default_factory=set)
    reason: str = ""
    given_up: bool = False

    @property
    def status(self) -> str:
        """``READY``, ``IN_PROGRESS`` or ``FAILED``."""
        if len(self.ready) >= self.requested:
            return "READY"
        return "FAILED" if self.reason and not self.starting.total() else "IN_PROGRESS"

    @property
    def in_use(self) -> int:
        """How many environments run an invocation."""
        return len(self.ready) - len(self.free)


class Provisioned:
    """All provisioned environments of a server."""

    def __init__(self, pool: Pool, clock: VirtualClock, work: Work) -> None:
        self._pool = pool
        self._clock = clock
        self._work = work
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="provisioned")
        self._functions: dict[tuple[str, str], dict[str, dict[str, Allocation]]] = {}
        self._lock = threading.RLock()

    def put(
        self, account: str, region: str, name: str, qualifier: str, requested: int, versions: Versions
    ) -> Allocation:
        """Have ``requested`` environments for a version or alias, more or fewer than before; they come in the background."""
        with self._lock:
            own = self._functions.setdefault((account, region), {}).setdefault(name, {})
            allocation = own.setdefault(qualifier, Allocation(requested, 0.0, versions))
            allocation.requested, allocation.modified = requested, self._clock.timestamp()
        self._aim(allocation, versions)
        self._charge(account, region, name)
        return allocation

    def move(self, account: str, region: str, name: str, qualifier: str, versions: Callable[[int], Versions]) -> None:
        """Follow an alias that now leads elsewhere. versions: from the number that was requested."""
        allocation = self.of(account, region, name).get(qualifier)
        if allocation:
            self._aim(allocation, versions(allocation.requested))
            self._charge(account, region, name)

    def remove(self, account: str, region: str, name: str, qualifier: str | None = None) -> bool:
        """Give up the allocation of a version or alias, or all of a function; whether there was one."""
        with self._lock:
            own = self._functions.get((account, region), {}).get(name, {})
            gone = [own.pop(one) for one in list(own) if qualifier in (None, one)]
        for allocation in gone:
            self._give_up(allocation)
        if gone:
            self._charge(account, region, name)
        return bool(gone)

    def of(self, account: str, region: str, name: str) -> dict[str, Allocation]:
        """The allocations of a function by qualifier."""
        with self._lock:
            return dict(self._functions.get((account, region), {}).get(name, {}))

    def requested(self, account: str, region: str) -> dict[str, int]:
        """How many environments are provisioned for each function of an account."""
        if (account, region) not in self._functions:
            return {}
        with self._lock:
            own = self._functions.get((account, region), {})
            return {name: sum(one.requested for one in found.values()) for name, found in own.items() if found}

    def total(self) -> int:
        """How many environments are provisioned on this server."""
        with self._lock:
            return sum(sum(self.requested(*where).values()) for where in self._functions)

    def take(self, allocation: Allocation, version: str) -> ExecutionEnvironment | None:
        """An environment that is ready for ``version``, if one is free. One that is found dead is initialised again."""
        while True:
            with self._lock:
                found = [one for one in allocation.free if one.configuration.version == version]
                if not found:
                    return None
                allocation.free.remove(found[-1])
            if found[-1].running:
                return found[-1]
            self._again(allocation, found[-1])

    def release(self, allocation: Allocation, environment: ExecutionEnvironment) -> None:
        """Take an environment back after its invocation; one that ended in it is initialised again."""
        with self._lock:
            kept = environment in allocation.ready and not environment.retired
            alive = environment.running
            if kept and alive:
                allocation.free.append(environment)
        if not kept:
            environment.retire()
        elif not alive:
            self._again(allocation, environment)

    def mend(self, allocation: Allocation) -> None:
        """Initialise those again whose process has ended while they were free."""
        with self._lock:
            ended = [one for one in allocation.free if not one.running]
            for environment in ended:
                allocation.free.remove(environment)
        for environment in ended:
            self._again(allocation, environment)

    def crash(self, matches: Callable[[Configuration], bool]) -> int:
        """Kill the processes of the environments whose configuration ``matches``; how many that were."""
        allocations = self._all()
        found = [one for allocation in allocations for one in list(allocation.ready) if matches(one.configuration)]
        killed = sum(environment.crash() for environment in found)
        for allocation in allocations:
            self.mend(allocation)
        return killed

    def forget(self, account: str) -> None:
        """Give up all of an account that is being emptied."""
        with self._lock:
            keys = [key for key in self._functions if key[0] == account]
            gone = [one for key in keys for own in self._functions.pop(key).values() for one in own.values()]
        for allocation in gone:
            self._give_up(allocation, interrupt=True)

    def close(self) -> None:
        """End all of them."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        for allocation in self._all():
            self._give_up(allocation, interrupt=True)

    def _charge(self, account: str, region: str, name: str) -> None:
        """What is provisioned is paid by the hour, used or not."""
        megabytes = sum(
            int(version.memory_size) * count
            for allocation in self.of(account, region, name).values()
            for version, count in allocation.versions.values()
        )
        arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
        meter.stands(account, region, "lambda/provisioned-gb-seconds", arn, megabytes / 1024 * 3600, monthly=False)

    def _all(self) -> list[Allocation]:
        with self._lock:
            return [one for functions in self._functions.values() for own in functions.values() for one in own.values()]

    def _aim(self, allocation: Allocation, versions: Versions) -> None:
        """Start what is missing and retire what is too much."""
        with self._lock:
            if allocation.given_up:
                return
            if allocation.versions is not versions:
                allocation.versions, allocation.reason = versions, ""
            surplus = [one for version in self._versions(allocation) for one in self._surplus(allocation, version)]
            missing = Counter({version: self._missing(allocation, version) for version in versions})
            if allocation.reason:
                missing.clear()
            allocation.starting += missing
        for environment in surplus:
            environment.retire()
        for version in missing.elements():
            self._submit(allocation, version, None)

    def _again(self, allocation: Allocation, environment: ExecutionEnvironment) -> None:
        """Give an environment a new process in the background; it is away meanwhile."""
        version = environment.configuration.version
        with self._lock:
            allocation.ready.discard(environment)
            allocation.starting[version] += 1
        self._submit(allocation, version, environment)

    def _versions(self, allocation: Allocation) -> set[str]:
        return {environment.configuration.version for environment in allocation.ready}

    def _missing(self, allocation: Allocation, version: str) -> int:
        there = sum(one.configuration.version == version for one in allocation.ready)
        return max(0, allocation.versions[version][1] - there - allocation.starting[version])

    def _surplus(self, allocation: Allocation, version: str) -> list[ExecutionEnvironment]:
        """Take out of the allocation what is too much of a version, free ones first; returns those that were free. A busy one ends after its invocation."""
        wanted = allocation.versions[version][1] if version in allocation.versions else 0
        own = [one for one in allocation.ready if one.configuration.version == version]
        own.sort(key=lambda one: one not in allocation.free)
        surplus = own[: max(0, len(own) - wanted)]
        free = [one for one in surplus if one in allocation.free]
        for environment in surplus:
            self._drop(allocation, environment)
        return free

    def _drop(self, allocation: Allocation, environment: ExecutionEnvironment) -> None:
        allocation.ready.discard(environment)
        if environment in allocation.free:
            allocation.free.remove(environment)

    def _give_up(self, allocation: Allocation, *, interrupt: bool = False) -> None:
        with self._lock:
            allocation.given_up = True
            free, busy = list(allocation.free), allocation.ready.difference(allocation.free)
            starting = list(allocation.initialising)
            allocation.ready.clear()
            allocation.free.clear()
        for environment in free:
            environment.retire()
        for environment in (*starting, *(busy if interrupt else ())):
            environment.interrupt()

    def _submit(self, allocation: Allocation, version: str, environment: ExecutionEnvironment | None) -> None:
        self._work.begin()
        try:
            job = self._workers.submit(self._start, allocation, version, environment)
            job.add_done_callback(lambda _: self._work.end())
        except RuntimeError:  # the server is closing
            self._work.end()

    def _start(self, allocation: Allocation, version: str, environment: ExecutionEnvironment | None) -> None:
        """INIT of one environment, an old or a new one, which joins its allocation if it is still wanted then."""
        reason = ""
        try:
            environment = environment or self._make(allocation, version)
            if environment:
                with self._lock:
                    allocation.initialising.add(environment)
                if not initialise_ahead(environment, self._clock):
                    reason = INIT_FAILED
        except OSError as problem:
            reason = f"This computer could not run an execution environment ({problem})"
        with self._lock:
            allocation.starting[version] -= 1
            if environment:
                allocation.initialising.discard(environment)
            joined = environment is not None and not reason and not allocation.given_up
            if joined and environment:
                allocation.ready.add(environment)
                allocation.free.append(environment)
            allocation.reason = reason or allocation.reason
        if environment and not joined:
            environment.retire()
        self._aim(allocation, allocation.versions)

    def _make(self, allocation: Allocation, version: str) -> ExecutionEnvironment | None:
        """An environment for ``version``, or nothing when it is not wanted any more."""
        with self._lock:
            if allocation.given_up or version not in allocation.versions:
                return None
            function = allocation.versions[version][0]
        return self._pool.make(configuration_of(function), *code_of(function), initialization=PROVISIONED)
