"""CloudWatch Logs: where log events are kept, who may write them, who may read them, and what is made of them on the way in.

``store`` keeps them; ``writing`` is the door for all who write; ``api`` answers requests; ``ingestion`` listens to what arrives. Groups and streams as such stay
moto's.
"""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Follow the log events of every account and Region; doing it twice does no harm."""
    from helpers.localcloud.observe.logs.ingestion import listen
    from helpers.localcloud.observe.logs.store import on_open

    if listen not in on_open:
        on_open.append(listen)
