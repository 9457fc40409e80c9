"""Reads a notebook that was handed in, without trusting anything in it."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.errors import SubmissionRejected

MAX_FILE = 20 * 1024 * 1024
MAX_CELL = 64 * 1024


@dataclass(frozen=True)
class Cell:
    """One code cell as it was handed in; ``identity`` and ``exercise`` are what it says of itself, or empty."""

    identity: str
    exercise: str
    source: str


@dataclass(frozen=True)
class Submission:
    """The code cells of a notebook in their order, and what its metadata says about itself."""

    cells: tuple[Cell, ...]
    metadata: dict[str, Any]


def read(path: Path) -> Submission:
    """Read the notebook at ``path``: at most 20 MB of UTF-8 JSON in a regular file.

    Raises: ``SubmissionRejected`` with a code and the repair.
    """
    notebook = _parse(_bytes_of(path))
    if not isinstance(notebook, dict):
        raise SubmissionRejected(
            "not-a-notebook", "the file is JSON but no notebook: hand in the .ipynb file of the lab"
        )
    metadata = notebook.get("metadata")
    return Submission(tuple(_code_cells(notebook)), metadata if isinstance(metadata, dict) else {})


def _bytes_of(path: Path) -> bytes:
    # O_NONBLOCK: opening a FIFO must not wait for a writer. Where O_NOFOLLOW is missing (Windows), the path is asked first.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    link = SubmissionRejected("symlink", "the submission is a symbolic link: hand in the file itself")
    no_file = SubmissionRejected("not-a-file", f"{path.name} is no regular file: give the path of the notebook")
    if path.is_symlink():
        raise link
    if path.is_dir():  # Windows cannot open a folder, and would speak of permissions.
        raise no_file
    try:
        handle = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise link from None
        if error.errno == errno.ENOENT:
            raise SubmissionRejected(
                "missing", f"there is no file {path.name}: give the path of the notebook"
            ) from None
        raise SubmissionRejected(
            "unreadable", f"{path.name} cannot be read ({os.strerror(error.errno or 0)}): give it read permission"
        ) from None
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise no_file
    with os.fdopen(handle, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        size = max(facts.st_size, len(data)) // (1024 * 1024)
        raise SubmissionRejected(
            "too-large",
            f"the notebook has {size} MB, and 20 MB is the limit: clear its outputs (Kernel, Restart Kernel and Clear Outputs), save it and hand it in again",
        )
    return data


def _parse(data: bytes) -> Any:
    if not data.strip():
        raise SubmissionRejected("empty", "the file is empty: save the notebook in Jupyter and hand it in again")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionRejected(
            "not-utf8", f"the file is not UTF-8 (byte {error.start}): open it in Jupyter, save it and hand it in again"
        ) from None
    if text.startswith("<<<<<<<") or "\n<<<<<<< " in text:
        raise SubmissionRejected(
            "merge-conflict",
            "the file holds git conflict markers: resolve the conflict, open it in Jupyter, save it and hand it in again",
        )
    try:
        return json.loads(text)
    except RecursionError:
        raise SubmissionRejected(
            "too-deep", "the file nests deeper than any notebook: hand in the notebook as Jupyter saved it"
        ) from None
    except ValueError as error:
        raise SubmissionRejected(
            "not-json",
            f"the file is no notebook ({str(error)[:100]}): open it in Jupyter, save it and hand it in again",
        ) from None


def _code_cells(notebook: dict[str, Any]) -> list[Cell]:
    if "worksheets" in notebook:
        sheets = notebook["worksheets"]
        raw = (
            [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
            if isinstance(sheets, list)
            else None
        )
    else:
        raw = notebook.get("cells")
    if not isinstance(raw, list):
        raise SubmissionRejected(
            "not-a-notebook", "the file is JSON but has no list of cells: hand in the .ipynb file of the lab"
        )
    if not raw:
        raise SubmissionRejected(
            "no-cells", "the notebook has no cells: hand in the notebook of the lab, with your answers"
        )
    return [_cell(cell) for cell in raw if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _cell(cell: dict[str, Any]) -> Cell:
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return Cell(_text(cell.get("id")) or _text(metadata.get("id")), _text(metadata.get("exercise")), _text(source))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
