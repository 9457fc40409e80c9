"""Admission: which environment an invocation gets, or why it gets none.

A limit on how many run at the same time, one on how many come in a second, and one on how fast a function may grow; each answers 429 with a ``Reason`` of its own.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html and https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.buckets import Buckets
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute.concurrency import ACCOUNT_REACHED, RESERVED_REACHED, Concurrency, Running, Share
from helpers.localcloud.compute.environment import ExecutionEnvironment
from helpers.localcloud.compute.errors import TooManyRequests
from helpers.localcloud.compute.functions import Configuration, code_of
from helpers.localcloud.compute.pool import Pool
from helpers.localcloud.compute.provisioned import Allocation, Provisioned
from helpers.localcloud.compute.quotas import REQUESTS_PER_UNIT, QuotaBook, reserved_by_function

RESERVED_RATE_REACHED = "ReservedFunctionInvocationRateLimitExceeded"
RATE_REACHED = "FunctionInvocationRateLimitExceeded"
CALLER_RATE_REACHED = "CallerRateLimitExceeded"
SCALING_SECONDS = 10.0


@dataclass(frozen=True)
class Admitted:
    """An invocation that may run. provisioned: the metrics of provisioned concurrency, if its version or alias has any."""

    environment: ExecutionEnvironment
    running: Running
    provisioned: Mapping[str, float]


class Admission:
    """The door in front of all environments of a server."""

    def __init__(self, pool: Pool, provisioned: Provisioned, quotas: QuotaBook, clock: VirtualClock) -> None:
        self._pool = pool
        self._provisioned = provisioned
        self._quotas = quotas
        self._concurrency = Concurrency()
        self._clock = clock
        self._requests = Buckets(backdated=True)
        self._scaling = Buckets(backdated=True)

    @contextmanager
    def admitted(
        self,
        version: LambdaFunction,
        configuration: Configuration,
        qualifier: str | None,
        asynchronous: bool,
    ) -> Iterator[Admitted]:
        """Hold an environment for a ``with`` block.

        qualifier: the version or alias that was asked for. asynchronous: an event, to which no rate of requests applies.
        Raises: ``TooManyRequests`` with AWS's reason; ``OSError`` when the computer cannot make an environment.
        """
        where = configuration.account, configuration.region, configuration.name
        share = self._share(*where)
        resource = f"{configuration.name}:{qualifier}"
        allocation = self._provisioned.of(*where).get(qualifier) if qualifier and share.claimed else None
        ready = self._ready(allocation, configuration, resource)
        try:
            slot = self._concurrency.slot(*where, resource, share, provisioned=ready is not None)
            with slot as running:
                if not asynchronous:
                    self._check_rate(*where, share)
                measured = _measured(allocation, ready is not None)
                if ready:
                    yield Admitted(ready, running, measured)
                    return
                environment = self._pool.acquire(
                    configuration, lambda: code_of(version), lambda: self._check_scaling(*where, share)
                )
                try:
                    yield Admitted(environment, running, measured)
                finally:
                    self._pool.release(environment)
        finally:
            if ready and allocation:
                self._provisioned.release(allocation, ready)

    def check_api(self, account: str, region: str) -> None:
        """Count a request to another operation than Invoke.

        Raises: ``TooManyRequests`` when the account has a quota for them and it is used up.
        """
        most = self._quotas.of(account, region).api_requests
        if most is None:
            return
        seconds = self._requests.take((account, "api", region), most, most, self._clock.steady())
        if seconds:
            raise TooManyRequests(CALLER_RATE_REACHED, seconds)

    def forget(self, account: str) -> None:
        """Forget the rates of an account that is being emptied."""
        self._requests.forget(account)
        self._scaling.forget(account)

    def _share(self, account: str, region: str, name: str) -> Share:
        reserved = reserved_by_function(account, region)
        provisioned = self._provisioned.requested(account, region)
        claimed = sum(reserved.values()) + sum(n for one, n in provisioned.items() if one not in reserved)
        if name in reserved:
            return Share(reserved[name], max(0, reserved[name] - provisioned.get(name, 0)), claimed)
        return Share(None, max(0, self._quotas.of(account, region).concurrency - claimed), claimed)

    def _ready(
        self, allocation: Allocation | None, configuration: Configuration, resource: str
    ) -> ExecutionEnvironment | None:
        """A provisioned environment. They take ten requests a second each; what comes faster runs on demand, as what comes at the same time does."""
        if allocation is None or not allocation.ready:
            return None
        environment = self._provisioned.take(allocation, configuration.version)
        rate = float(REQUESTS_PER_UNIT * max(1, len(allocation.ready)))
        key = configuration.account, "provisioned", configuration.region, resource
        if environment and self._requests.take(key, rate, rate, self._clock.steady()):
            self._provisioned.release(allocation, environment)
            return None
        return environment

    def _check_rate(self, account: str, region: str, name: str, share: Share) -> None:
        reserved = share.reserved
        units = self._quotas.of(account, region).concurrency if reserved is None else reserved
        rate = float(REQUESTS_PER_UNIT * units)
        key = (account, region) if reserved is None else (account, region, name)
        seconds = self._requests.take(key, rate, rate, self._clock.steady())
        if seconds:
            raise TooManyRequests(RATE_REACHED if reserved is None else RESERVED_RATE_REACHED, seconds)

    def _check_scaling(self, account: str, region: str, name: str, share: Share) -> None:
        most = float(self._quotas.of(account, region).scaling)
        seconds = self._scaling.take((account, region, name), most / SCALING_SECONDS, most, self._clock.steady())
        if seconds:
            raise TooManyRequests(ACCOUNT_REACHED if share.reserved is None else RESERVED_REACHED, seconds)


def _measured(allocation: Allocation | None, used: bool) -> dict[str, float]:
    if allocation is None:
        return {}
    there = len(allocation.ready)
    return {
        "ProvisionedConcurrencyInvocations": float(used),
        "ProvisionedConcurrencySpilloverInvocations": float(not used),
        "ProvisionedConcurrentExecutions": float(allocation.in_use),
        **({"ProvisionedConcurrencyUtilization": allocation.in_use / there} if there else {}),
    }
