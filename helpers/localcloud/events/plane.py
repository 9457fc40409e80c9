"""The parts of the event plane of one server, put together."""

from __future__ import annotations

from helpers.localcloud.context import CloudContext
from helpers.localcloud.events.ledger import Ledger
from helpers.localcloud.events.outbox import Outbox
from helpers.localcloud.events.permissions import Permissions


class EventPlane:
    """What moves messages and events between the services of one server."""

    def __init__(self, context: CloudContext) -> None:
        self.clock = context.clock
        self.schedule = context.schedule
        self.work = context.work
        self.ledger = Ledger(context.clock)
        self.outbox = Outbox(context.clock)
        self.permissions = Permissions()

    def forget(self, account: str) -> None:
        """Drop all that waits for, and all that is known of, an account that is being emptied."""
        self.ledger.forget(account)
        self.outbox.forget(account)
        self.permissions.forget(account)

    def close(self) -> None:
        """Stop delivering."""
