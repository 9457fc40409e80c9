"""Concurrency: how many invocations of a function, and of an account, run at this moment.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from helpers.localcloud.compute.errors import TooManyRequests
from helpers.localcloud.compute.limits import ACCOUNT_CONCURRENCY

RESERVED_REACHED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_REACHED = "ConcurrentInvocationLimitExceeded"


class Concurrency:
    """Counts running invocations and throttles those above a limit."""

    def __init__(self) -> None:
        self._functions: Counter[tuple[str, str, str]] = Counter()
        self._accounts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def slot(self, account: str, region: str, function: str, reserved: int | None) -> Iterator[int]:
        """Hold one unit of concurrency for a ``with`` block; yields how many of the function run, this one included.

        reserved: the function's reserved concurrency; ``None`` shares the account's.
        Raises: ``TooManyRequests`` with AWS's reason.
        """
        key, whole = (account, region, function), (account, region)
        with self._lock:
            if reserved is not None and self._functions[key] >= reserved:
                raise TooManyRequests(RESERVED_REACHED)
            if reserved is None and self._accounts[whole] >= ACCOUNT_CONCURRENCY:
                raise TooManyRequests(ACCOUNT_REACHED)
            self._functions[key] += 1
            self._accounts[whole] += 1
            running = self._functions[key]
        try:
            yield running
        finally:
            with self._lock:
                self._functions[key] -= 1
                self._accounts[whole] -= 1
