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
    from helpers.cloud.templates import render_template
    from helpers.cloud.urls import invoke_url
    from helpers.show import pictures
    from helpers.show.api_map import api_map
    from helpers.show.flow import flow
    from helpers.show.ledger import ledger
    from helpers.show.quiz import quiz
    from helpers.show.timeline import timeline
    from helpers.show.workbench import workbench

__all__ = [
    "api_map",
    "check",
    "cleanup",
    "clock",
    "connect",
    "deploy",
    "events",
    "flow",
    "invoke_url",
    "journey",
    "ledger",
    "outbox",
    "pictures",
    "quiz",
    "render_template",
    "timeline",
    "workbench",
]

_HOMES = {
    "api_map": "helpers.show.api_map:api_map",
    "check": "helpers.classroom.client:check",
    "cleanup": "helpers.cloud.cleanup:cleanup",
    "clock": "helpers.cloud.clock",
    "connect": "helpers.cloud.session:connect",
    "deploy": "helpers.cloud.deploy:deploy",
    "events": "helpers.cloud.events:events",
    "flow": "helpers.show.flow:flow",
    "invoke_url": "helpers.cloud.urls:invoke_url",
    "journey": "helpers.cloud.events:journey",
    "ledger": "helpers.show.ledger:ledger",
    "outbox": "helpers.cloud.events:outbox",
    "pictures": "helpers.show.pictures",
    "quiz": "helpers.show.quiz:quiz",
    "render_template": "helpers.cloud.templates:render_template",
    "timeline": "helpers.show.timeline:timeline",
    "workbench": "helpers.show.workbench:workbench",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else loaded
