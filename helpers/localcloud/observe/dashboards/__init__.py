"""CloudWatch dashboards: kept as JSON that is checked as CloudWatch checks it. Nothing here draws them.

They belong to an account, not to one of its Regions.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext
from helpers.localcloud.observe.dashboards.shelf import Shelf

__all__ = ["Shelf", "install", "shelf"]

_shelves: list[Shelf] = []


def install(context: CloudContext) -> None:
    """Keep the dashboards of this server; call it once."""
    new = Shelf(context.clock)
    _shelves.append(new)
    context.on_reset.append(new.forget)
    context.on_close.append(lambda: _shelves.remove(new))


def shelf() -> Shelf:
    """The dashboards of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _shelves[-1]
