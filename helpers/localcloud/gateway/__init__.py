"""API Gateway: what stands between an HTTP request and the integration behind a method.

``install`` puts it under moto's control plane. Patches and other planes reach it through ``plane()``.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway.spec_validator import stand_in

stand_in()  # before anything imports moto's API Gateway

from helpers.localcloud.gateway.plane import Gateway  # noqa: E402

__all__ = ["Gateway", "install", "plane"]

_planes: list[Gateway] = []


def install(context: CloudContext) -> Gateway:
    """Let the APIs of this server's moto answer for real; call it once, after compute and events and before serving."""
    new = Gateway(context)
    _planes.append(new)
    context.on_reset.append(new.forget)
    context.on_close.append(lambda: _planes.remove(new))
    return new


def plane() -> Gateway:
    """The API Gateway plane of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]
