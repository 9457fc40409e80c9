"""The parts of the event plane of one server, put together."""

from __future__ import annotations

from helpers.localcloud.context import CloudContext
from helpers.localcloud.events import queues
from helpers.localcloud.events.buckets import Buckets
from helpers.localcloud.events.buses import Buses
from helpers.localcloud.events.ledger import Ledger
from helpers.localcloud.events.mappings import Mappings
from helpers.localcloud.events.outbox import Outbox
from helpers.localcloud.events.permissions import Permissions
from helpers.localcloud.events.streams import Streams
from helpers.localcloud.events.topics import Topics


class EventPlane:
    """What moves messages and events between the services of one server."""

    def __init__(self, context: CloudContext) -> None:
        self.clock = context.clock
        self.schedule = context.schedule
        self.work = context.work
        self.ledger = Ledger(context.clock)
        self.outbox = Outbox(context.clock)
        self.permissions = Permissions()
        self.buses = Buses(self)
        self.streams = Streams(self)
        self.mappings = Mappings(self)
        self.topics = Topics(self, context.endpoint_url)
        self.buckets = Buckets(self)

    def forget(self, account: str) -> None:
        """Drop all that waits for, and all that is known of, an account that is being emptied."""
        self.mappings.forget(account)
        queues.forget(account)
        self.buses.forget(account)
        self.streams.forget(account)
        self.ledger.forget(account)
        self.outbox.forget(account)
        self.permissions.forget(account)

    def close(self) -> None:
        """Stop delivering."""
        self.topics.close()
        self.mappings.close()
        self.streams.close()
        queues.close()
