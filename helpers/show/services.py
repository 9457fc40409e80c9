"""The services of a map: their names and types, how many calls they had, and how these ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Counts:
    """What became of calls, and the sum of their times in seconds."""

    ok: int = 0
    error: int = 0
    throttle: int = 0
    fault: int = 0
    total: int = 0
    seconds: float = 0.0

    @property
    def average(self) -> float | None:
        """The mean time of a call, in seconds."""
        return self.seconds / self.total if self.total else None

    def shares(self) -> dict[str, float]:
        """Which part of the calls ended how; only what occurred."""
        found = {"ok": self.ok, "error": self.error, "throttle": self.throttle, "fault": self.fault}
        whole = sum(found.values())
        return {fate: count / whole for fate, count in found.items() if count}


@dataclass(frozen=True)
class Service:
    """A node. kind: X-Ray's type, such as ``AWS::Lambda::Function``; ``client`` for whoever called first."""

    number: int
    name: str
    kind: str
    counts: Counts


def counts_of(told: Mapping[str, Any]) -> Counts:
    """What X-Ray's ``SummaryStatistics`` say."""
    errors, faults = told.get("ErrorStatistics", {}), told.get("FaultStatistics", {})
    throttled, failed = errors.get("ThrottleCount", 0), faults.get("TotalCount", 0)
    return Counts(
        told.get("OkCount", 0),
        errors.get("TotalCount", throttled) - throttled,
        throttled,
        failed,
        told.get("TotalCount", 0),
        told.get("TotalResponseTime", 0.0),
    )


def brief(kind: str) -> str:
    """A type without what all types of AWS begin with."""
    return kind.removeprefix("AWS::")


_QUEUE = re.compile(r"https?://[^/]+/\d{12}/[^/]+")


def bare_name(name: str) -> str:
    """What an ARN or the URL of a queue ends with; any other name as it is."""
    return re.split("[/:]", name)[-1] if name.startswith("arn:") or _QUEUE.fullmatch(name) else name
