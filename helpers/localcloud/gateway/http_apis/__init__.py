"""HTTP APIs: API Gateway's V2 API and what its APIs answer over HTTP.

``HttpApis`` is made once for a server; the patches of moto's control plane reach it through ``plane()``.
"""

from __future__ import annotations

from helpers.localcloud.gateway.http_apis.plane import HttpApis

__all__ = ["HttpApis", "plane", "register", "unregister"]

_planes: list[HttpApis] = []


def register(new: HttpApis) -> None:
    """Let ``plane()`` answer with this one."""
    _planes.append(new)


def unregister(old: HttpApis) -> None:
    """Forget the HTTP APIs of a server that closes."""
    _planes.remove(old)


def plane() -> HttpApis:
    """The HTTP APIs of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _planes[-1]
