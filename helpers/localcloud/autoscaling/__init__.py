"""Application Auto Scaling: scalable targets, target tracking on the alarms that it makes itself, and what came of it.

``tracking`` decides and knows nothing of a server, ``dimensions`` is what can be scaled (``tables``, ``functions``), ``book`` what an account has, ``scaling`` carries out, ``requests`` are the
operations. ``install`` lets it run; requests reach it through ``plane()``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localcloud.context import CloudContext

if TYPE_CHECKING:
    from helpers.localcloud.autoscaling.scaling import ScalingPlane

__all__ = ["install", "plane"]

_planes: list[ScalingPlane] = []


def install(context: CloudContext) -> None:
    """Let targets of this server scale; call it once, after the alarms are installed."""
    from helpers.localcloud.autoscaling.scaling import ScalingPlane
    from helpers.localcloud.capacity import changes
    from helpers.localcloud.observe.alarms import actions

    new = ScalingPlane(context)
    _planes.append(new)
    actions.scalers.append(new.triggered)
    changes.listeners.append(new.table_changed)
    context.on_reset.append(new.forget)

    def close() -> None:
        _planes.remove(new)
        actions.scalers.remove(new.triggered)
        changes.listeners.remove(new.table_changed)

    context.on_close.append(close)


def plane() -> ScalingPlane:
    """What scales in the server of this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]
