"""The door by which the platform writes logs: Lambda, API Gateway, EventBridge's targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from helpers.localcloud.observe.logs.store import store_of


def write(account: str, region: str, group: str, stream: str, lines: Sequence[str], now: dt.datetime) -> None:
    """Put ``lines`` into a log stream, all at the time ``now``; group and stream are made when they are missing."""
    moment = int(now.timestamp() * 1000)
    write_at(account, region, group, stream, [(moment, line) for line in lines], now)


def write_at(
    account: str, region: str, group: str, stream: str, events: Sequence[tuple[int, str]], now: dt.datetime
) -> None:
    """Put events, each a timestamp in ms and its text, into a log stream; group and stream are made when they are missing.

    now: when they arrive.
    """
    store_of(account, region).append(group, stream, events, int(now.timestamp() * 1000))
