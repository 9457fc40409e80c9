"""Queries from their start to the end of their results: who may run, what runs, what has run.

Two run at a time; up to a hundred may run or wait. Results stay for seven days, within a bound.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.logs.models import logs_backends

from helpers.localcloud import observe
from helpers.localcloud.billing import meter
from helpers.localcloud.observe.insights import columns
from helpers.localcloud.observe.insights.errors import MalformedQuery
from helpers.localcloud.observe.insights.execution import (
    MOST_RESULT_BYTES,
    Execution,
    Interrupted,
    TooMuch,
    check,
    size_of,
)
from helpers.localcloud.observe.insights.plans import MOST_STATS, Plan
from helpers.localcloud.observe.insights.reading import read
from helpers.localcloud.observe.insights.translate import translate
from helpers.localcloud.observe.logs.errors import LogsError
from helpers.localcloud.observe.logs.store import store_of

MOST_ACTIVE = 100
MOST_AT_ONCE = 2
MOST_KEPT = 1_000
MOST_KEPT_BYTES = 2 * MOST_RESULT_BYTES
MOST_SCANNED_BYTES = 1024 * 1024 * 1024
KEPT_SECONDS = 7 * 86_400
ACTIVE = frozenset({"Scheduled", "Running"})

_GB = 1024**3
_log = logging.getLogger(__name__)
_turns = threading.Semaphore(MOST_AT_ONCE)
_executions: dict[Execution, str] = {}
"""What runs or waits, with its account."""

_opening = threading.Lock()


@dataclass
class QueryRun:
    """One query. created: seconds since 1970. rows: as DuckDB gave them; size: what they take, about, in bytes."""

    id: str
    text: str
    log_groups: tuple[str, ...]
    created: float
    plan: Plan
    events: columns.Events | None
    execution: Execution
    status: str = "Scheduled"
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    statistics: dict[str, float] = field(default_factory=dict)
    size: int = 0
    began: float = 0.0
    seconds: float = 0.0


class Queries:
    """The queries of one account and Region, oldest first."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, QueryRun] = OrderedDict()

    def start(
        self, text: str, groups: Sequence[str], start: int, end: int, rows: int | None, most_stats: int = MOST_STATS
    ) -> str:
        """Begin a query on log groups, from ``start`` to ``end`` (ms, both inclusive); its id. rows: the most that are wanted.

        Raises: ``MalformedQuery``; ``LogsError`` when too many queries run, or when the time range holds too much text.
        """
        now = observe.context().clock.timestamp()
        plan = _plan(text, rows, now, most_stats)
        events = columns.gather(store_of(self._account, self._region), groups, start, end)
        if events.size > MOST_SCANNED_BYTES:
            raise LogsError(
                "LimitExceededException",
                f"The time range holds {events.size} bytes of log events; a query of the local cloud reads {MOST_SCANNED_BYTES} at most: narrow the time range, or ask "
                "fewer log groups.",
            )
        meter.count(self._account, self._region, "logs/scanned-gb", quantity=events.size / _GB)
        run = QueryRun(str(uuid.uuid4()), text, tuple(groups), now, plan, events, Execution(plan, events))
        run.statistics = _statistics(0, events, len(groups))
        with self._lock:
            self._drop_old(now)
            if sum(one.status in ACTIVE for one in self._runs.values()) >= MOST_ACTIVE:
                raise LogsError(
                    "LimitExceededException", f"Account maximum query concurrency limit of [{MOST_ACTIVE}] reached."
                )
            self._runs[run.id] = run
            _executions[run.execution] = self._account
        observe.context().work.begin()
        threading.Thread(target=self._run, args=(run,), name="insights", daemon=True).start()
        return run.id

    def get(self, query_id: str) -> QueryRun:
        """A query. Raises: ``LogsError`` when it is unknown, or gone after seven days or by the bound."""
        with self._lock:
            self._drop_old(observe.context().clock.timestamp())
            run = self._runs.get(query_id)
        if run is None:
            raise LogsError(
                "ResourceNotFoundException", f"The query {query_id} does not exist, or its results are gone."
            )
        return run

    def stop(self, query_id: str) -> None:
        """Cancel a query. Raises: ``LogsError`` when it is unknown or has ended."""
        run = self.get(query_id)
        with self._lock:
            if run.status not in ACTIVE:
                raise LogsError(
                    "InvalidParameterException", f"The query {query_id} is not running: its status is {run.status}."
                )
            run.status = "Cancelled"
        run.execution.stop()

    def all(self) -> list[QueryRun]:
        """All queries, newest first."""
        with self._lock:
            self._drop_old(observe.context().clock.timestamp())
            return list(reversed(self._runs.values()))

    def _run(self, run: QueryRun) -> None:
        try:
            with _turns:
                self._answer(run)
        finally:
            run.events = None
            _executions.pop(run.execution, None)
            observe.context().work.end()

    def _answer(self, run: QueryRun) -> None:
        clock = observe.context().clock
        with self._lock:
            if run.status != "Scheduled":
                return
            run.status, run.began = "Running", clock.timestamp()
        status, found, events = "Failed", None, run.events
        assert events is not None
        try:
            found = run.execution.run()
            status = "Complete"
        except Interrupted:
            status = "Timeout" if run.execution.timed_out else "Cancelled"
        except TooMuch as error:
            _log.warning("the query %s of account %s failed: %s", run.id, self._account, error)
        except Exception:
            _log.exception("the query %s of account %s failed", run.id, self._account)
        with self._lock:
            run.seconds = clock.timestamp() - run.began
            if run.status != "Running":
                return
            if found:
                run.rows, run.groups = found.rows, events.groups
                run.size = sum(size_of(row) for row in found.rows)
                run.statistics = _statistics(found.matched, events, len(run.log_groups))
            run.status = status
            self._drop_surplus()

    def _drop_old(self, now: float) -> None:
        for run in [
            one for one in self._runs.values() if now - one.created > KEPT_SECONDS and one.status not in ACTIVE
        ]:
            del self._runs[run.id]
        self._drop_surplus()

    def _drop_surplus(self) -> None:
        """Let the oldest queries that have ended go until the rest are within the bound; the newest stays."""
        size = sum(run.size for run in self._runs.values())
        for run in [one for one in self._runs.values() if one.status not in ACTIVE][:-1]:
            if size <= MOST_KEPT_BYTES and len(self._runs) <= MOST_KEPT:
                return
            size -= run.size
            del self._runs[run.id]
            _log.warning("account %s: the results of the query %s were dropped to make room", self._account, run.id)


def stop_all(account: str | None = None) -> None:
    """End the queries of an account that is being emptied; all of them when the server closes."""
    for execution, owner in list(_executions.items()):
        if account in (None, owner):
            execution.stop()


def queries_of(account: str, region: str) -> Queries:
    """The queries of an account and Region. They stand on moto's own object, which goes when the account is emptied."""
    backend = logs_backends[account][region]
    with _opening:
        queries: Queries = backend.__dict__.setdefault("_localcloud_insights", Queries(account, region))
    return queries


def _plan(text: str, rows: int | None, now: float, most_stats: int) -> Plan:
    try:
        plan = translate(read(text), rows=rows, now=now, most_stats=most_stats)
        check(plan)
    except MalformedQuery as error:
        raise error.placed(text) from None
    return plan


def _statistics(matched: int, events: columns.Events, groups: int) -> dict[str, float]:
    return {
        "recordsMatched": float(matched),
        "recordsScanned": float(len(events)),
        "estimatedRecordsSkipped": 0.0,
        "bytesScanned": float(events.size),
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(groups),
    }
