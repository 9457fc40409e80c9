"""CloudWatch alarms: evaluated on virtual time, with actions that reach topics, functions and the default event bus.

``install`` lets them run; requests and other services reach them through ``plane()``. What decides a state (``missing_data``, ``evaluation``, ``rules``,
``windows``) knows nothing of a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localcloud.context import CloudContext

if TYPE_CHECKING:
    from helpers.localcloud.observe.alarms.keeping import AlarmPlane

__all__ = ["install", "plane"]

_planes: list[AlarmPlane] = []


def install(context: CloudContext) -> None:
    """Let the alarms of this server run; call it once, after the events are installed."""
    from helpers.localcloud.observe.alarms.keeping import AlarmPlane

    new = AlarmPlane(context)
    _planes.append(new)
    context.on_reset.append(new.forget)
    context.on_close.append(lambda: _planes.remove(new))


def plane() -> AlarmPlane:
    """The alarms of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]
