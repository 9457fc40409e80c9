"""The guard: a process in which it is installed cannot connect to any other machine.

Python's audit hooks see every name look-up and every connection, whatever library makes them, and cannot be taken
away again. Lambda execution environments load this file on its own, as a part of every cold start: it uses the standard
library alone, and little of it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Permit = Callable[[str], bool]

_THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")

_installed: list[bool] = []
_permits: list[Permit] = []


def _stays_here(host: object) -> bool:
    if host is None:
        return True
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if name in _THIS_MACHINE or name.endswith(".localhost") or any(permits(name) for permits in _permits):
        return True
    import ipaddress

    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(host: object) -> None:
    raise ConnectionRefusedError(
        f"this course works offline and {host!r} is another machine; only cells marked %%real_aws may leave this computer"
    )


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if not _stays_here(args[0]):
            _refuse(args[0])
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        if isinstance(address, tuple) and address and not _stays_here(address[0]):
            _refuse(address[0])


def install() -> None:
    """Refuse, from now on and for the life of this process, every connection that leaves this machine.

    Calling it again changes nothing.

    Raises (later, in the code that tries): ``ConnectionRefusedError`` with a sentence that names the host.
    """
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)


def let_through(permits: Permit) -> None:
    """Also let through what ``permits`` says yes to (host names and addresses, as text), until ``shut``: a confirmed real-AWS cell's target."""
    _permits.append(permits)


def shut(permits: Permit) -> None:
    """Take back what ``let_through`` granted."""
    _permits.remove(permits)
