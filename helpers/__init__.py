"""Helpers of the course. A notebook imports a few names from here; everything else in its cells is plain boto3.

Names are loaded on first use, so that connecting to a running cloud costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.classroom.client import check
    from helpers.cloud import clock
    from helpers.cloud.cleanup import cleanup
    from helpers.cloud.deploy import deploy
    from helpers.cloud.events import events, journey, outbox
    from helpers.cloud.session import connect
    from helpers.show import pictures
    from helpers.show.flow import flow
    from helpers.show.ledger import ledger
    from helpers.show.quiz import quiz
    from helpers.show.timeline import timeline

__all__ = [
    "check",
    "cleanup",
    "clock",
    "connect",
    "deploy",
    "events",
    "flow",
    "journey",
    "ledger",
    "outbox",
    "pictures",
    "quiz",
    "timeline",
]

_HOMES = {
    "check": "helpers.classroom.client:check",
    "cleanup": "helpers.cloud.cleanup:cleanup",
    "clock": "helpers.cloud.clock",
    "connect": "helpers.cloud.session:connect",
    "deploy": "helpers.cloud.deploy:deploy",
    "events": "helpers.cloud.events:events",
    "flow": "helpers.show.flow:flow",
    "journey": "helpers.cloud.events:journey",
    "ledger": "helpers.show.ledger:ledger",
    "outbox": "helpers.cloud.events:outbox",
    "pictures": "helpers.show.pictures",
    "quiz": "helpers.show.quiz:quiz",
    "timeline": "helpers.show.timeline:timeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else loaded
