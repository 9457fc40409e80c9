"""Running a plan: a DuckDB of its own for each query, in memory, that can reach nothing outside and cannot grow without end."""

from __future__ import annotations

import ipaddress
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.localcloud.observe.insights import columns
from helpers.localcloud.observe.insights.errors import MalformedQuery
from helpers.localcloud.observe.insights.plans import Plan
from helpers.localcloud.observe.insights.values import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SECONDS = 60.0
THREADS = 2
MEMORY = "1GB"
MOST_HELD_BYTES = 128 * 1024 * 1024
"""Up to here what matched is kept while it is counted, so that the events are gone through once."""

MOST_RESULT_BYTES = 64 * 1024 * 1024
_COLUMNS = ("ingested", "message", "stream", "log", "of_lambda")
_EMPTY = {"ingested": "BIGINT", "of_lambda": "BOOLEAN"}

_log = logging.getLogger(__name__)


class Interrupted(Exception):
    """A query was stopped, or ran into its time limit."""


class TooMuch(Exception):
    """The answer would be too large to keep."""


@dataclass(frozen=True, slots=True)
class Found:
    """rows: as the plan's SQL gives them. matched: how many events the query was about."""

    rows: list[tuple[Any, ...]]
    matched: int


class Execution:
    """One run of a plan over events. ``stop`` may come from another thread at any time."""

    def __init__(self, plan: Plan, events: columns.Events) -> None:
        self._plan = plan
        self._events = events
        self._connection: DuckDBPyConnection | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self.timed_out = False

    def run(self) -> Found:
        """The rows. Raises: ``Interrupted``, or an error of DuckDB's when the memory is not enough."""
        import duckdb

        timer = threading.Timer(SECONDS, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            return self._tried()
        except duckdb.InterruptException:
            raise Interrupted from None
        finally:
            timer.cancel()
            columns.rest()

    def stop(self) -> None:
        """End the run as soon as possible."""
        with self._lock:
            self._stopped = True
            if self._connection:
                self._connection.interrupt()

    def _time_out(self) -> None:
        self.timed_out = True
        self.stop()

    def _tried(self) -> Found:
        import duckdb

        try:
            return self._run(clean=False)
        except (UnicodeEncodeError, duckdb.InvalidInputException) as error:
            if "surrogate" not in str(error):
                raise
            return self._run(clean=True)

    def _run(self, *, clean: bool) -> Found:
        connection = connect()
        with self._lock:
            if self._stopped:
                raise Interrupted
            self._connection = connection
        try:
            self._offer(connection, clean)
            at_once = bool(self._plan.at_once) and self._events.size <= MOST_HELD_BYTES
            rows = _fetched(connection.execute(self._plan.at_once if at_once else self._plan.sql))
            return Found(rows, self._matched(connection, rows, at_once))
        finally:
            with self._lock:
                self._connection = None
            connection.close()

    def _offer(self, connection: DuckDBPyConnection, clean: bool) -> None:
        """Make the view ``events`` over the arrays of the columns that the plan names."""
        wanted = {name for name in _COLUMNS if name in self._plan.sql}
        constants = self._events.constants()
        arrays = self._events.arrays(wanted - set(constants))
        if clean:
            arrays = {name: _cleaned(array) if array.dtype == object else array for name, array in arrays.items()}
        connection.register("given", arrays)
        selected = ["ts", "n"]
        for name in _COLUMNS:
            if name in constants:
                value = constants[name]
                selected.append(f"{literal(value) if isinstance(value, str) else str(value).lower()} AS {name}")
            else:
                source = name if name in arrays else "NULL"
                selected.append(f"CAST({source} AS {_EMPTY.get(name, 'VARCHAR')}) AS {name}")
        connection.execute(f"CREATE VIEW events AS SELECT {', '.join(selected)} FROM given")

    def _matched(self, connection: DuckDBPyConnection, rows: list[tuple[Any, ...]], at_once: bool) -> int:
        if rows and (at_once or self._plan.aggregated):
            return int(rows[0][-1] or 0)
        if self._plan.aggregated:
            return 0
        if not self._plan.matched:
            return len(self._events)
        found = connection.execute(self._plan.matched).fetchone()
        return int(found[0]) if found else 0


def _fetched(connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """All rows. Raises: ``TooMuch`` as soon as they are above the bound."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while batch := connection.fetchmany(1_000):
        rows += batch
        size += sum(size_of(row) for row in batch)
        if size > MOST_RESULT_BYTES:
            raise TooMuch(f"the rows of the answer take more than {MOST_RESULT_BYTES} bytes")
    return rows


def size_of(row: tuple[Any, ...]) -> int:
    """What a row takes in memory, about, in bytes."""
    return 64 + sum(len(value) + 57 if isinstance(value, str) else 24 for value in row)


def connect() -> DuckDBPyConnection:
    """An empty database in memory, closed to files, the network and extensions."""
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "order_by_non_integer_literal": True,
        }
    )
    connection.create_function("insights_address", _is_address, ["VARCHAR", "INTEGER"], "BOOLEAN")
    connection.create_function("insights_subnet", _in_subnet, ["VARCHAR", "VARCHAR", "INTEGER"], "BOOLEAN")
    connection.execute("SET lock_configuration = true")
    return connection


def check(plan: Plan) -> None:
    """Let RE2 read the regular expressions of a plan. Raises: ``MalformedQuery``."""
    import duckdb

    if not plan.patterns:
        return
    with connect() as connection:
        for source, at in plan.patterns.items():
            try:
                connection.execute("SELECT regexp_matches('', $1)", [source]).fetchall()
            except duckdb.Error as error:
                raise MalformedQuery(f"invalid regular expression: {str(error).partition(': ')[2]}", at) from None


def _is_address(text: str, version: int) -> bool:
    """version: 4, 6, or 0 for either."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return version in (0, found.version)


def _in_subnet(text: str, subnet: str, version: int) -> bool:
    try:
        address, network = ipaddress.ip_address(text.strip()), ipaddress.ip_network(subnet.strip(), strict=False)
    except ValueError:
        return False
    return version in (0, address.version) and address in network


def _cleaned(array: Any) -> Any:
    """Texts without lone surrogates, which are no characters and have no UTF-8."""
    made = array.copy()
    for place, text in enumerate(array):
        if not text.isascii():
            made[place] = text.encode("utf-8", "replace").decode()
    return made
