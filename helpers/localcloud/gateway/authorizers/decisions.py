"""What Lambda authorizers decided, kept for a while, so that the same caller is not asked about again.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.clock import VirtualClock

MOST_DECISIONS = 10_000
Key = tuple[str, str, str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Decision:
    """What an authorizer answered. policy: an IAM policy about ``execute-api:Invoke``. context: its values as text. usage_key: an API key, if it named one."""

    principal: str
    policy: dict[str, Any]
    context: dict[str, str] = field(default_factory=dict)
    usage_key: str | None = None


class Decisions:
    """Decisions by account, API, stage, authorizer and identity. They grow old by the virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[dt.datetime, Decision]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> Decision | None:
        """A decision that is not too old."""
        with self._lock:
            until, decision = self._kept.get(key, (None, None))
        return decision if until is not None and until > self._clock.now() else None

    def keep(self, key: Key, decision: Decision, seconds: int) -> None:
        """Keep a decision for ``seconds``; 0 keeps nothing."""
        if seconds <= 0:
            return
        with self._lock:
            self._kept[key] = self._clock.now() + dt.timedelta(seconds=seconds), decision
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_DECISIONS:
                self._kept.popitem(last=False)

    def drop(self, concerned: Callable[[Key], bool]) -> None:
        """Forget the decisions of which ``concerned`` is true."""
        with self._lock:
            for key in [key for key in self._kept if concerned(key)]:
                del self._kept[key]
