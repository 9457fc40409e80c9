"""What every plane of the local cloud is given when the server puts it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work


@dataclass
class CloudContext:
    """The shared facts of one running local cloud.

    endpoint_url: where clients reach the server, such as ``http://127.0.0.1:4567``.
    clock: the virtual clock that all planes follow.
    schedule: what has to happen at a moment of that clock.
    work: what the planes have begun on their own and not yet finished.
    work_dir: a temporary folder of this server; removed when it closes.
    secret: what privileged control routes ask for; it lives in memory only.
    on_reset: called with the account id when one account is emptied.
    on_close: called once when the server stops.
    """

    endpoint_url: str
    clock: VirtualClock
    schedule: Schedule
    work: Work
    work_dir: Path
    secret: str
    on_reset: list[Callable[[str], None]] = field(default_factory=list)
    on_close: list[Callable[[], None]] = field(default_factory=list)
