"""Lambda's quotas of an account in a Region, and what of its concurrency is spoken for.

On AWS an account asks for more concurrency through Service Quotas. On one computer nobody reaches a thousand: the control route ``/_localcloud/quotas`` sets a
quota lower, so that it bites with twenty.
Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from moto.awslambda.models import lambda_backends

from helpers.errors import CourseError
from helpers.localcloud.compute.limits import ACCOUNT_CONCURRENCY

UNRESERVED_AT_LEAST = 100
REQUESTS_PER_UNIT = 10
"""Synchronous requests a second for each unit of concurrency."""

HIGHEST = 1_000_000


@dataclass(frozen=True)
class Quotas:
    """What an account may do in a Region.

    concurrency: invocations at the same time. scaling: environments that a function may gain in ten seconds. api_requests: requests a second to the operations of the
    API other than Invoke; AWS allows 15, here nothing counts them until it is set.
    """

    concurrency: int = ACCOUNT_CONCURRENCY
    scaling: int = 1_000
    api_requests: int | None = None

    @property
    def unreserved_at_least(self) -> int:
        """How much of the concurrency no function can reserve: 100, or all of an account that has less."""
        return min(UNRESERVED_AT_LEAST, self.concurrency)


class QuotaBook:
    """The quotas of all accounts of one server; who was never given others has AWS's defaults."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], Quotas] = {}
        self._lock = threading.Lock()

    def of(self, account: str, region: str) -> Quotas:
        """The quotas of an account in a Region."""
        return self._given.get((account, region), _DEFAULT)

    def change(self, account: str, region: str, changes: Mapping[str, Any]) -> Quotas:
        """Set some quotas; ``None`` brings the default back.

        Raises: ``CourseError`` for a Region that does not exist, a name that is no quota and a value that is no whole number from 1 to a million.
        """
        if region not in lambda_backends[account].regions:
            raise CourseError(f"there is no Region {region!r}: name one that has Lambda, such as us-east-1")
        names = asdict(_DEFAULT)
        for name, value in changes.items():
            if name not in names:
                raise CourseError(f"{name!r} is no quota of Lambda: name one of {', '.join(names)}")
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST
            ):
                raise CourseError(f"the quota {name} is a whole number from 1 to {HIGHEST}, not {value!r}")
        with self._lock:
            chosen = {name: names[name] if value is None else value for name, value in changes.items()}
            self._given[account, region] = changed = replace(self.of(account, region), **chosen)
        return changed

    def forget(self, account: str) -> None:
        """Give an account that is being emptied the defaults again."""
        with self._lock:
            for key in [key for key in self._given if key[0] == account]:
                del self._given[key]


_DEFAULT = Quotas()


def reserved_by_function(account: str, region: str) -> dict[str, int]:
    """The reserved concurrency of each function that has one."""
    groups = list(lambda_backends[account][region]._lambdas._functions.values())
    latest = [group["latest"] for group in groups if group["latest"] is not None]
    return {one.function_name: int(one.reserved_concurrency) for one in latest if one.reserved_concurrency is not None}
