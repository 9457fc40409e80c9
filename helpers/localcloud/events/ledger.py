"""The ledger: what became of every message and event of an account, in the order in which it happened.

Every plane that moves a message writes here, at the moment it does so. Nothing reads the ledger to decide anything: it is for the eyes of learners,
teachers and tests.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from helpers.localcloud import provenance
from helpers.localcloud.clock import VirtualClock

Step = Literal[
    "published",  # a topic or bus accepted it
    "filtered",  # a filter kept it from a subscriber, a function or a target
    "delivered",  # it was handed to a queue, a function, an endpoint, a mailbox
    "failed",  # a delivery or an invocation did not succeed
    "sent",  # a queue accepted it
    "duplicate",  # a FIFO queue or topic accepted and dropped it
    "received",  # a consumer got it from a queue
    "returned",  # its visibility timeout ended, or was set to 0: it is in the queue again
    "deleted",  # a consumer is done with it
    "expired",  # its retention period ended
    "purged",  # the queue was purged or deleted
    "moved",  # a redrive moved it back
    "invoked",  # a function was called with it
    "succeeded",  # the function returned
    "retried",  # an asynchronous invocation or a delivery is tried again later
    "dead-lettered",  # it went to a dead-letter queue or topic
    "dropped",  # it is gone for good: no retry is left and nothing keeps it
]

KEPT_PER_ACCOUNT = 50_000


@dataclass(frozen=True)
class Entry:
    """One step on a message's way.

    number: grows by one with every entry of the server. at: virtual time, seconds since 1970.
    message: its id where it is now: an SQS or SNS message id, a request id, an event id, a sequence number of a stream.
    parent: the id of the message, event or invocation that this one came from, if any. trace: the root of the trace that it belongs to, if any.
    resource: the ARN at which it happened.
    to: the ARN, address or URL that it went to, for ``delivered``, ``failed``, ``filtered`` and ``dead-lettered``.
    count: how often it was received or attempted, where that is known. detail: anything else that is worth a look.
    """

    number: int
    at: float
    account: str
    step: Step
    message: str
    resource: str
    parent: str | None = None
    trace: str | None = None
    to: str | None = None
    count: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """The entries of all accounts of one server: the newest ``KEPT_PER_ACCOUNT`` of each."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._entries: dict[str, deque[tuple[Any, ...]]] = {}
        self._lock = threading.Lock()

    def record(
        self,
        account: str,
        step: Step,
        message: str,
        resource: str,
        *,
        parent: str | None = None,
        trace: str | None = None,
        to: str | None = None,
        count: int | None = None,
        **detail: Any,
    ) -> None:
        """Write one entry, dated now; see ``Entry`` for the fields. Parent and trace are those of the work at hand when they are not given."""
        came_from = parent or provenance.origin()
        entry_trace = root_of(trace or provenance.trace())
        with self._lock:
            # Entries are made when somebody reads them: few are, and every message waits while they are written.
            fields = (
                next(self._numbers),
                self._clock.timestamp(),
                account,
                step,
                message,
                resource,
                came_from if came_from != message else None,
                entry_trace,
                to,
                count,
                detail,
            )
            self._entries.setdefault(account, deque(maxlen=KEPT_PER_ACCOUNT)).append(fields)

    def entries(self, account: str, after: int = 0) -> list[Entry]:
        """The entries of an account with a number above ``after``, oldest first."""
        with self._lock:
            newest_first = reversed(self._entries.get(account, ()))
            found = list(itertools.takewhile(lambda fields: fields[0] > after, newest_first))
        return [Entry(*fields) for fields in reversed(found)]

    def forget(self, account: str) -> None:
        """Tear out the pages of an account that is being emptied."""
        with self._lock:
            self._entries.pop(account, None)


def root_of(trace_header: str | None) -> str | None:
    """The ``Root`` of an ``X-Amzn-Trace-Id`` header."""
    if not trace_header:
        return None
    parts = (part.partition("=") for part in trace_header.split(";"))
    return next((value for name, _, value in parts if name.strip() == "Root"), None)
