"""The event plane: queues, topics, buckets, streams and buses that deliver to functions and to each other as AWS does.

``install`` puts it under moto's control plane. Patches and other planes reach it through ``plane()``.
"""

from __future__ import annotations

from helpers.localcloud import compute
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events import queues
from helpers.localcloud.events.destinations import Destinations
from helpers.localcloud.events.plane import EventPlane
from helpers.localcloud.observe.metrics.store import sources

__all__ = ["EventPlane", "install", "plane"]

_planes: list[EventPlane] = []


def install(context: CloudContext) -> None:
    """Deliver the events of this server's moto for real; call it once, after compute and before serving."""
    new = EventPlane(context)
    _planes.append(new)
    compute.engine().observers.append(Destinations(new))
    sources.append(queues.hand_over_metrics)
    context.on_reset.append(new.forget)
    context.on_close.append(new.close)
    context.on_close.append(lambda: sources.remove(queues.hand_over_metrics))
    context.on_close.append(lambda: _planes.remove(new))


def plane() -> EventPlane:
    """The event plane of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]
