"""Verdicts on disk: JSON lines, one file an account, readable by their owner alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def append(folder: Path, account: str, line: dict[str, Any]) -> None:
    """Add one line to the record of ``account`` in a single write, so that no reader ever sees half of one.

    Raises: ``OSError`` when it cannot be written whole.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(folder / f"{account}.jsonl", flags, 0o600)
    try:
        if os.write(handle, data) != len(data):
            raise OSError("the disk is full")
    finally:
        os.close(handle)
