"""One SQLite file that survives: damage, other versions of the course, several programs at once, and folders that cannot be written.

A rollback journal, not a write-ahead log: between two writes the progress is one file, which may be copied, lies well on the network
homes of a JupyterHub, and can be read where nothing can be written. Its writers are people, so they seldom wait for each other.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from helpers.classroom.progress.schema import APPLICATION_ID, VERSION, is_whole, migrate
from helpers.classroom.texts import Text, fill
from helpers.errors import CourseError

WAIT_SECONDS = 10.0

_DAMAGED: Text = {
    "en": "Your progress file was damaged, so a fresh one was begun; the damaged one is kept as {kept}.",
    "pt-BR": "O seu arquivo de progresso estava danificado, então começamos um novo; o danificado ficou guardado em {kept}.",
}
_OLDER: Text = {
    "en": "Your progress file came from an older version of the course and was brought up to date; a copy of it as it was is kept as {kept}.",
    "pt-BR": "O seu arquivo de progresso era de uma versão mais antiga do curso e foi atualizado; uma cópia dele como estava ficou guardada em {kept}.",
}
_NOT_RECORDED: Text = {
    "en": "From here on nothing is recorded, because {path} cannot be written ({why}): set COURSE_DATA to a folder that you may write.",
    "pt-BR": "Daqui em diante nada é registrado, porque não dá para escrever em {path} ({why}): aponte COURSE_DATA para uma pasta em que você possa escrever.",
}

_UNWRITABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}
_BROKEN = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


@dataclass(frozen=True)
class OpenFile:
    """A file of this version, ready. notices: what the learner should be told. recording: whether what is written stays."""

    connection: sqlite3.Connection
    notices: tuple[Text, ...] = ()
    recording: bool = True


class _Damaged(Exception):
    """This is no progress file, or no longer one."""


def open_file(path: Path) -> OpenFile:
    """Open or begin the progress file ``path``.

    A damaged file is renamed and a fresh one begun; an older one is brought up to date after a copy of it is kept. Where nothing can
    be written, what is there is read into memory and goes on there.

    Raises: ``CourseError`` when the file belongs to a newer version of the course, or another program holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = _open(path)
        # A power cut right after an answer does not take it back.
        opened.connection.execute("PRAGMA synchronous = EXTRA")
        return opened
    except OSError as error:
        return _in_memory(path, error.strerror or str(error))
    except sqlite3.Error as error:
        if primary_code(error) not in _UNWRITABLE:
            raise in_words(error, path) from error
        return _in_memory(path, str(error))


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, such as ``sqlite3.SQLITE_BUSY``; 0 where the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def in_words(error: sqlite3.Error, path: Path) -> CourseError:
    """What a learner reads when a statement on ``path`` failed."""
    code = primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CourseError(f"another program holds {path}: close what else has it open, and try again")
    if code in _BROKEN:
        return CourseError(f"{path} was damaged while it was open: try again, and it will be kept aside")
    return CourseError(f"{path} cannot be written ({error}): make room there, or set COURSE_DATA to a folder of yours")


def _open(path: Path) -> OpenFile:
    connection = _connect(path)
    try:
        if _version_of(connection, path) == VERSION:
            _try_to_write(connection)
            return OpenFile(connection)
    except _Damaged:
        pass
    except BaseException:
        connection.close()
        raise
    connection.close()
    with _gate(path):
        return _put_in_order(path)


def _put_in_order(path: Path) -> OpenFile:
    """Look again, since another program may have been faster, and make a file of this version of whatever is there."""
    notices: list[Text] = []
    connection = _connect(path)
    try:
        try:
            version = _version_of(connection, path)
        except _Damaged:
            connection.close()
            notices.append(fill(_DAMAGED, {"kept": str(_set_aside(path))}))
            connection = _connect(path)
            version = 0
        if version < VERSION:
            connection.execute("BEGIN IMMEDIATE")
            if version:
                notices.append(fill(_OLDER, {"kept": str(_copy_aside(path, version))}))
            migrate(connection, version)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return OpenFile(connection, tuple(notices))


def _connect(path: Path, mode: str = "rwc") -> sqlite3.Connection:
    # sqlite3's own transactions are off: every write here is one BEGIN IMMEDIATE … COMMIT that waits for its turn.
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)


def _version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a whole progress file; 0 for one that is empty yet.

    Raises: ``_Damaged``, or ``CourseError`` when it is newer than this course.
    """
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if not version and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return 0
        whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        whole = whole and (version > VERSION or is_whole(connection, version))
    except UnicodeDecodeError as error:  # in a text, or in SQLite's own sentence about one
        raise _Damaged from error
    except sqlite3.DatabaseError as error:
        # SQLite has no code of its own for a header that says what no SQLite writes, and Python none at all for text that is no UTF-8.
        if primary_code(error) in {*_BROKEN, sqlite3.SQLITE_ERROR, 0}:
            raise _Damaged from error
        raise
    if application != APPLICATION_ID or version < 1 or not whole:
        raise _Damaged
    if version > VERSION:
        raise CourseError(
            f"{path} was written by a newer version of the course (its format is {version}, this course knows {VERSION}) "
            "and was left as it is: update the course, or set COURSE_DATA to another folder"
        )
    return version


def _try_to_write(connection: sqlite3.Connection) -> None:
    """Write and take it back: whether a folder takes a journal shows only then."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version = {VERSION}")
    finally:
        connection.execute("ROLLBACK")


def _in_memory(path: Path, why: str) -> OpenFile:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        kept = _connect(path, "ro")
        try:
            version = _version_of(kept, path)
            kept.backup(connection)
        finally:
            kept.close()
        migrate(connection, version)
    except (_Damaged, sqlite3.Error):
        connection.close()
        connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(connection, 0)
    except BaseException:
        connection.close()
        raise
    return OpenFile(connection, (fill(_NOT_RECORDED, {"path": str(path), "why": why}),), recording=False)


@contextmanager
def _gate(path: Path) -> Iterator[None]:
    """Only one program at a time begins, renames or migrates the file; SQLite's lock on an empty file beside it sees to that."""
    lock = _connect(path.with_suffix(".lock"))
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


def _set_aside(path: Path) -> Path:
    """Rename a damaged file. Its journal goes with it, and first: it must never be played into the fresh file."""
    kept = _free_name(path, "damaged")
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists():
        os.rename(journal, kept.with_name(f"{kept.name}-journal"))
    os.rename(path, kept)
    return kept


def _copy_aside(path: Path, version: int) -> Path:
    """Copy the file while its writer waits, over a connection of its own: SQLite copies from none that is writing."""
    kept = _free_name(path, f"format-{version}")
    source = _connect(path, "ro")
    try:
        copy = sqlite3.connect(kept)
        try:
            source.backup(copy)
        finally:
            copy.close()
    finally:
        source.close()
    return kept


def _free_name(path: Path, why: str) -> Path:
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = path.with_name(f"{path.stem}-{why}-{when}{path.suffix}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem}-{why}-{when}-{number}{path.suffix}")
    return kept
