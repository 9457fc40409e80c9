"""The guard: a process in which it is installed cannot connect to any other machine.

Python's audit hooks see every name look-up and every connection, whatever library makes them, and cannot be taken
away again. Only the standard library is used, because Lambda execution environments load this file on its own.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

_allowed_hosts: set[str] = set()
_state = {"installed": False, "open": False}


def _stays_here(host: object) -> bool:
    if host is None:
        return True
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if name in ("", "localhost") or name.endswith(".localhost") or name in _allowed_hosts:
        return True
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
    if not event.startswith("socket.") or _state["open"]:
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
    if not _state["installed"]:
        sys.addaudithook(_hook)
        _state["installed"] = True


def allow_everything(permitted: bool) -> None:
    """Open (``True``) or close (``False``) the guard: the confirmed real-AWS cells open it while they run."""
    _state["open"] = permitted


def allow_host(host: str) -> None:
    """Let one more host name through."""
    _allowed_hosts.add(host)
