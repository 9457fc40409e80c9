"""One sentence instead of a page of traceback when the cloud is gone, or when a cell tries to leave this computer."""

from __future__ import annotations

from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

_LOCAL = ("127.0.0.1", "localhost", "::1")


def register(shell: Any) -> None:
    """Show botocore's connection errors in ``shell`` (IPython) as a sentence with the repair; the cell still fails."""
    from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

    shell.set_custom_exc((EndpointConnectionError, ConnectionClosedError, ReadTimeoutError), _show)


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: int | None = None
) -> list[str]:
    lines = [f"{kind.__name__}: {explain(error)}"]
    shell._showtraceback(kind, error, lines)
    return lines


def explain(error: BaseException) -> str:
    """What a failed connection means for a learner, and what to do."""
    endpoint = str(getattr(error, "kwargs", {}).get("endpoint_url", ""))
    host = urlsplit(endpoint).hostname or ""
    if host and host not in _LOCAL and not host.endswith(".localhost"):
        return f"this cell tried to reach {host}, but the course works offline; only cells marked %%real_aws may leave this computer"
    return "the local cloud does not answer any more: run the notebook again from its first cell, which starts a new one (what was built in it is gone)"
