"""What is in a progress file. Each step makes a file of one version into one of the next; a fresh file goes through all of them.

Answers and reviews are logs: rows are added, never changed. What is computed from them (``cards``) can be thrown away.
Times are UTC in ISO 8601 with microseconds, so that their order as text is their order in time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

# "LOJA", in the header of the file: another program's database is none of ours.
APPLICATION_ID = 0x4C4F4A41

_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE quiz_answers (
            id INTEGER PRIMARY KEY,
            lesson TEXT NOT NULL,
            question TEXT NOT NULL,
            correct INTEGER NOT NULL CHECK (correct IN (0, 1)),
            at TEXT NOT NULL
        )""",
        """CREATE TABLE reviews (
            id INTEGER PRIMARY KEY,
            question TEXT NOT NULL,
            rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
            at TEXT NOT NULL
        )""",
        "CREATE INDEX reviews_by_question ON reviews (question, id)",
        "CREATE TABLE cards (question TEXT PRIMARY KEY, due TEXT NOT NULL, reviewed TEXT NOT NULL)",
        "CREATE INDEX cards_by_due ON cards (due)",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        """CREATE TABLE mocks (
            id INTEGER PRIMARY KEY,
            seed INTEGER NOT NULL,
            lang TEXT NOT NULL,
            started TEXT NOT NULL,
            finished TEXT NOT NULL
        )""",
        """CREATE TABLE mock_answers (
            mock INTEGER NOT NULL REFERENCES mocks (id),
            place INTEGER NOT NULL,
            question TEXT NOT NULL,
            text TEXT NOT NULL,
            points TEXT NOT NULL,
            seconds REAL NOT NULL,
            over_time INTEGER NOT NULL CHECK (over_time IN (0, 1)),
            PRIMARY KEY (mock, place)
        )""",
        "CREATE TABLE drafts (started TEXT PRIMARY KEY, draft TEXT NOT NULL, kept TEXT NOT NULL)",
    ),
)
VERSION = len(_STEPS)


def _moment(text: str) -> None:
    if datetime.fromisoformat(text).utcoffset():
        raise ValueError(text)


# What is stored as text and read as something else, by the name of its column in every table.
_TEXTS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("at", "due", "reviewed", "started", "finished", "kept"), _moment),
    "points": json.loads,
}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file of ``version`` to ``VERSION``; the caller holds the transaction."""
    _take_steps(connection, version, VERSION)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def is_whole(connection: sqlite3.Connection, version: int) -> bool:
    """Whether the columns of ``version`` are there, every time is a time and all points are points: SQLite notices no wrong letter in a text.

    Raises: ``sqlite3.OperationalError`` or ``UnicodeDecodeError`` for a text that is no UTF-8.
    """
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _take_steps(fresh, 0, version)
        expected = _columns(fresh)
    finally:
        fresh.close()
    found = _columns(connection)
    if any(found.get(table) != names for table, names in expected.items()):
        return False
    try:
        for table, names in expected.items():
            readers = [(place, _TEXTS[name]) for place, name in enumerate(names) if name in _TEXTS]
            for row in connection.execute(f"SELECT * FROM {table}"):
                for place, read in readers:
                    read(row[place])
    except (ValueError, TypeError):
        return False
    return True


def _columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        table: [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,))]
        for (table,) in tables
    }


def _take_steps(connection: sqlite3.Connection, version: int, to: int) -> None:
    for step in _STEPS[version:to]:
        for statement in step:
            connection.execute(statement)
