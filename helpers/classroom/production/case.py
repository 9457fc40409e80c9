"""What is wrong in whose production: drawn from a badge, the same on every computer."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("scan", "n+1", "retries", "heavy start", "throttled", "waits")
_NAMES = {
    "entry": ("checkout", "basket", "orders"),
    "stock": ("stock", "inventory", "warehouse"),
    "price": ("prices", "tariffs", "offers"),
    "risk": ("risk", "screening", "trust"),
    "mail": ("mailer", "letters", "postman"),
    "pack": ("packing", "parcels", "shipping"),
}
SERVICES = ("stock", "price", "risk")
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """kind: one of :data:`KINDS`. culprit: the function where it is repaired. names: of the functions, by their role. pause, start: seconds."""

    kind: str
    role: str
    names: Mapping[str, str]
    pause: float
    start: float
    lines: int

    @classmethod
    def of(cls, badge: str) -> Case:
        """The case of a badge; capitals and spaces at the ends do not count."""
        draw = random.Random(hashlib.sha256(badge.strip().lower().encode()).digest())
        kind = draw.choice(KINDS)
        names = {role: draw.choice(names) for role, names in _NAMES.items()}
        role = "entry" if kind == "waits" else draw.choice(SERVICES)
        pause, start = draw.randint(15, 25) / 1000, draw.randint(10, 14) / 10
        return cls(kind, role, names, pause, start, draw.randint(10, 14))

    @property
    def culprit(self) -> str:
        return self.names[self.role]

    def symptoms(self, documents: Iterable[Document]) -> int:
        """How often the bottleneck shows in the segments of one trace; what is healthy gives 0."""
        count = 0
        for segment in documents:
            if segment.get("name") != self.culprit:
                continue
            if self.kind == "throttled":
                count += segment.get("origin") == "AWS::Lambda" and bool(segment.get("throttle"))
            elif segment.get("origin") == "AWS::Lambda::Function":
                count += self._inside([part for part in parts(segment) if part is not segment])
        return count

    def _inside(self, pieces: list[Document]) -> int:
        calls = [one.get("aws", {}) for one in pieces if one.get("namespace") == "aws"]
        if self.kind in ("scan", "n+1"):  # who puts one in the place of the other has repaired nothing
            single = sum(one.get("operation") in ("GetItem", "Query") for one in calls)
            scans: int = sum(one.get("operation") == "Scan" for one in calls)
            return scans + (single if single > 2 else 0)
        if self.kind == "retries":
            failed = sum(bool(one.get("error") or one.get("fault")) for one in pieces if one.get("namespace") == "aws")
            return failed if failed > 1 else 0
        if self.kind == "waits":
            mails = [
                one
                for one in calls
                if one.get("operation") == "Invoke" and one.get("function_name") == self.names["mail"]
            ]
            return sum(one.get("invocation_type") != "Event" for one in mails)
        return sum(one.get("name") == "Init" and one["end_time"] - one["start_time"] >= self.start for one in pieces)


def parts(segment: Document) -> Iterator[Document]:
    """A segment and all subsegments in it."""
    yield segment
    for part in segment.get("subsegments", []):
        yield from parts(part)
