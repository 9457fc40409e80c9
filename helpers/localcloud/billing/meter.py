"""The meter: usage by hour, Region, kind, resource and cost allocation tags, account by account.

Two kinds of usage. What happens is counted as it happens: one addition to a number. What stands, such as an alarm or a table's provisioned capacity, is noted when it
comes, changes and goes; its hours are worked out when somebody reads. Whole days older than ``HOURLY_DAYS`` are added up, as on AWS, and a flood of
different resources is added up under no name: the total is always right.
"""

from __future__ import annotations

import calendar
import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR
HOURLY_DAYS = 14
CHUNK = 64 * 1024
MOST_LINES = 50_000
MOST_STANDING = 20_000
_log = logging.getLogger(__name__)

clocks: list[Callable[[], float]] = []
"""The virtual clock of the server in this process: seconds since 1970."""

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of one thing was used in an hour, or in a day once it is long ago.

    begin: of the hour, seconds since 1970. key: of the price book, such as ``lambda/requests``. resource: an ARN or nothing. labels: activated cost allocation tags.
    """

    begin: int
    region: str
    key: str
    resource: str
    labels: Labels
    quantity: float


_Key = tuple[int, str, str, str, Labels]


class Ledger:
    """The usage of one account. Safe among threads.

    label: the tags of a resource that cost allocation tags are activated for; asked once an hour for each resource, and only if there are any.
    """

    def __init__(self, account: str, most_lines: int = MOST_LINES) -> None:
        self.account = account
        self.active_tags: dict[str, float] = {}
        self._most_lines = most_lines
        self._lines: dict[_Key, float] = {}
        self._labels: dict[str, tuple[int, Labels]] = {}
        self._standing: dict[tuple[str, str, str], tuple[float, float, bool]] = {}
        self._folded = 0
        self._full = False
        self._lock = threading.Lock()

    def count(self, region: str, key: str, resource: str, quantity: float, moment: float) -> None:
        """Add to what was used in the hour of ``moment``."""
        begin = int(moment // HOUR) * HOUR
        labels = self._tags(resource, begin) if self.active_tags else ()
        with self._lock:
            self._add(begin, region, key, resource, labels, quantity)

    def stands(self, region: str, key: str, resource: str, quantity: float, moment: float, *, monthly: bool) -> None:
        """From ``moment`` on there are ``quantity`` of something, until the next call; 0 when it is gone.

        monthly: whether it is paid by the month, in proportion, instead of by the hour.
        """
        with self._lock:
            self._settle(region, key, resource, moment)
            if not quantity:
                self._standing.pop((region, key, resource), None)
                return
            if len(self._standing) >= MOST_STANDING and (region, key, resource) not in self._standing:
                resource = ""
                quantity += self._standing.get((region, key, resource), (0.0, 0.0, monthly))[0]
                self._settle(region, key, resource, moment)
                self._say()
            self._standing[region, key, resource] = quantity, moment, monthly

    def usage(self, now: float, since: float = 0.0) -> list[Usage]:
        """All usage that began at ``since`` or later, in the order of time."""
        with self._lock:
            for region, key, resource in list(self._standing):
                self._settle(region, key, resource, now)
            self._fold(now)
            found = [Usage(*line, quantity) for line, quantity in self._lines.items() if line[0] >= since]
        return sorted(found, key=lambda one: (one.begin, one.key, one.region, one.resource))

    def look_at_tags_again(self) -> None:
        """Tags were activated or deactivated: what is remembered of this hour's tags holds no more."""
        self._labels.clear()

    def resources(self) -> set[str]:
        """All resources that something was counted for."""
        with self._lock:
            return {line[3] for line in self._lines if line[3]} | {place[2] for place in self._standing if place[2]}

    def _add(self, begin: int, region: str, key: str, resource: str, labels: Labels, quantity: float) -> None:
        line = begin, region, key, resource, labels
        known = self._lines.get(line)
        if known is None and len(self._lines) >= self._most_lines:
            self._say()
            line = begin, region, key, "", ()
            known = self._lines.get(line)
        self._lines[line] = (known or 0.0) + quantity

    def _settle(self, region: str, key: str, resource: str, now: float) -> None:
        known = self._standing.get((region, key, resource))
        if known is None:
            return
        quantity, since, monthly = known
        old = int((now - HOURLY_DAYS * DAY) // DAY) * DAY
        for begin, step, share in _spans(since, now, old):
            labels = self._tags(resource, begin, step) if self.active_tags else ()
            hours = share / HOUR
            self._add(
                begin, region, key, resource, labels, quantity * (hours / _hours_of_month(begin) if monthly else hours)
            )
        self._standing[region, key, resource] = quantity, max(now, since), monthly

    def _fold(self, now: float) -> None:
        """Add up the hours of days that are long ago."""
        old = int((now - HOURLY_DAYS * DAY) // DAY) * DAY
        if old <= self._folded:
            return
        self._folded = old
        for line in [line for line in self._lines if line[0] < old and line[0] % DAY]:
            quantity = self._lines.pop(line)
            day = (line[0] // DAY * DAY, *line[1:])
            self._lines[day] = self._lines.get(day, 0.0) + quantity

    def _tags(self, resource: str, begin: int, step: int = HOUR) -> Labels:
        """The activated tags that a resource has, as far as they were active when the hour began or in it."""
        slot = begin // step
        known = self._labels.get(resource)
        if known is not None and known[0] == slot:
            return known[1]
        from helpers.localcloud.billing.tags import tags_of

        active = [key for key, since in list(self.active_tags.items()) if since < begin + step]
        tags = tags_of(resource) if active else {}
        labels = tuple(sorted((key, tags[key]) for key in active if key in tags))
        if len(self._labels) >= self._most_lines:
            self._labels.clear()
        self._labels[resource] = slot, labels
        return labels

    def _say(self) -> None:
        if not self._full:
            _log.warning(
                "the bill of %s has %d lines: from now on some of its usage is kept without its resource",
                self.account,
                self._most_lines,
            )
        self._full = True


def _spans(begin: float, end: float, old: int) -> Iterator[tuple[int, int, float]]:
    """The hours from ``begin`` to ``end``, and whole days before ``old``: where each begins, how long it is, and how many seconds of it count."""
    while begin < end:
        step = DAY if begin < old else HOUR
        start = int(begin // step) * step
        stop = min(end, start + step)
        yield start, step, stop - begin
        begin = stop


def _hours_of_month(moment: float) -> int:
    day = dt.datetime.fromtimestamp(moment, dt.UTC)
    return 24 * calendar.monthrange(day.year, day.month)[1]


_ledgers: dict[str, Ledger] = {}


def ledger_of(account: str) -> Ledger:
    """The usage of an account; an empty ledger at first use."""
    ledger = _ledgers.get(account)
    return _ledgers.setdefault(account, Ledger(account)) if ledger is None else ledger


def count(account: str, region: str, key: str, resource: str = "", quantity: float = 1.0) -> None:
    """Count usage that happens now. key: of the price book. resource: an ARN, where there is one."""
    if clocks:
        ledger_of(account).count(region, key, resource, quantity, clocks[-1]())


def chunks(size: int) -> int:
    """How many requests or messages one of ``size`` bytes is paid as: each 64 KB are one."""
    return max(1, -(-size // CHUNK))


def stands(account: str, region: str, key: str, resource: str, quantity: float, *, monthly: bool) -> None:
    """From now on ``quantity`` of something stand there; 0 when it is gone. monthly: as in ``Ledger.stands``."""
    if clocks:
        ledger_of(account).stands(region, key, resource, quantity, clocks[-1](), monthly=monthly)


def forget(account: str) -> None:
    """Drop the usage of an account that is being emptied."""
    _ledgers.pop(account, None)
