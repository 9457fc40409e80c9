"""Lambda, really executed: environments are processes that run AWS's own runtime client.

``install`` puts the data plane under moto's control plane. Other planes invoke functions through ``engine()``.
"""

from __future__ import annotations

from helpers.localcloud.compute.engine import Engine
from helpers.localcloud.compute.invoke import Kind, Outcome
from helpers.localcloud.context import CloudContext

__all__ = ["Engine", "Kind", "Outcome", "engine", "install"]

_engines: list[Engine] = []


def install(context: CloudContext) -> None:
    """Run the functions of this server's moto for real; call it once, before serving."""
    from helpers.localcloud.patches import awslambda, awslambda_versions  # noqa: F401  (importing a patch file applies it)

    new = Engine(context)
    _engines.append(new)
    context.on_reset.append(new.forget)
    context.on_close.append(new.close)
    context.on_close.append(lambda: _engines.remove(new))


def engine() -> Engine:
    """The Lambda data plane of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _engines[-1]
