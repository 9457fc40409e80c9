"""Queues: the store that belongs to each queue of moto, found by its ARN.

moto keeps names, settings, tags and policies of queues; their messages live in the stores.
"""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue, sqs_backends

from helpers.localcloud.events.queue_store import QueueStore


def find(arn: str) -> QueueStore | None:
    """The store of the queue with ``arn``; nothing when there is no such queue."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return None
    _, _, _, region, account, name = parts
    try:
        queue = sqs_backends[account][region].queues.get(name)
    except KeyError:
        return None
    return store_of(queue) if queue else None


def store_of(queue: Queue) -> QueueStore:
    """The store that belongs to a queue of moto; it travels with moto's own object."""
    store: QueueStore | None = queue.__dict__.get("_localcloud")
    if store is None:
        from helpers.localcloud.events import plane

        store = queue.__dict__.setdefault("_localcloud", QueueStore(queue, plane(), find))
    return store


def stores_of(account: str) -> list[QueueStore]:
    """The stores of all queues that an account has, in every Region."""
    backends: dict[str, Any] = dict.get(sqs_backends, account) or {}  # type: ignore[arg-type]
    queues = [queue for backend in list(backends.values()) for queue in list(backend.queues.values())]
    return [store for queue in queues if (store := queue.__dict__.get("_localcloud"))]


def hand_over_metrics(account: str, region: str) -> None:
    """Give CloudWatch what the queues of an account in a Region have to tell by now."""
    for store in stores_of(account):
        if store.region == region:
            store.hand_over_metrics()


def forget(account: str) -> None:
    """Close the stores of an account that is being emptied."""
    for store in stores_of(account):
        store.close()


def close() -> None:
    """Close all stores: the server ends."""
    for account in list(sqs_backends):
        forget(account)
