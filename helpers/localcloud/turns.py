"""Turns: one call at a time on the tables of an account and Region, and on what hangs on them."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

_turns: dict[tuple[str, str], Any] = {}


def turn(account: str, region: str) -> AbstractContextManager[Any]:
    """The lock of the tables of an account and Region; whoever holds it may take it again."""
    found: AbstractContextManager[Any] = _turns.setdefault((account, region), threading.RLock())
    return found
