"""Concurrency: how many invocations of a function, and of an account, run at this moment, and who has to wait.

What functions have reserved and what is provisioned is taken from the account's concurrency whether it is used or not; the rest is there for whoever comes first.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from helpers.localcloud.compute.errors import TooManyRequests

RESERVED_REACHED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_REACHED = "ConcurrentInvocationLimitExceeded"

_Counter = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Share:
    """What a function may use on demand.

    reserved: its reserved concurrency, or nothing when it shares the account's. units: of that what is not provisioned. claimed: of the account's concurrency all that is
    reserved or provisioned.
    """

    reserved: int | None
    units: int
    claimed: int


@dataclass(frozen=True)
class Running:
    """How many invocations run, the new one included: of its function, of its version or alias, of the account, and on unreserved concurrency.

    provisioned: of its version or alias those in provisioned environments, or nothing when none are provisioned. claimed: as in ``Share``.
    """

    function: int
    resource: int
    account: int
    unreserved: int
    claimed: int = 0


class Concurrency:
    """Counts running invocations and throttles those above a limit."""

    def __init__(self) -> None:
        self._functions: _Counter = Counter()
        self._on_demand: _Counter = Counter()
        self._resources: _Counter = Counter()
        self._accounts: _Counter = Counter()
        self._unreserved: _Counter = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def slot(
        self, account: str, region: str, function: str, resource: str, share: Share, *, provisioned: bool = False
    ) -> Iterator[Running]:
        """Hold one unit of concurrency for a ``with`` block; yields how many run.

        resource: the function as it was named, with its version or alias. provisioned: the unit is one of those that were set aside, so it is there.
        Raises: ``TooManyRequests`` with AWS's reason.
        """
        whole: tuple[str, ...] = (account, region)
        key, named = (*whole, function), (*whole, resource)
        held = [(self._functions, key), (self._resources, named), (self._accounts, whole)]
        if not provisioned:
            held.append((self._on_demand, key) if share.reserved is not None else (self._unreserved, whole))
        with self._lock:
            if not provisioned and share.reserved is not None and self._on_demand[key] >= share.units:
                raise TooManyRequests(RESERVED_REACHED)
            if not provisioned and share.reserved is None and self._unreserved[whole] >= share.units:
                raise TooManyRequests(ACCOUNT_REACHED)
            for counter, one in held:
                counter[one] += 1
            counts = self._functions[key], self._resources[named], self._accounts[whole], self._unreserved[whole]
        try:
            yield Running(*counts, share.claimed)
        finally:
            with self._lock:
                for counter, one in held:
                    counter[one] -= 1
                    if not counter[one]:
                        del counter[one]
