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
    from helpers.interviews.room import mock_interview, room
    from helpers.show import pictures
    from helpers.show.api_map import api_map
    from helpers.show.beside import beside
    from helpers.show.bill import bill
    from helpers.show.dashboard import dashboard
    from helpers.show.flow import flow
    from helpers.show.insights import insights
    from helpers.show.interview import interview
    from helpers.show.ledger import ledger
    from helpers.show.load import load
    from helpers.show.log_histogram import log_histogram
    from helpers.show.metric_graph import metric_graph
    from helpers.show.progress import progress
    from helpers.show.quiz import quiz
    from helpers.show.scaling import scaling
    from helpers.show.service_map import service_map
    from helpers.show.timeline import timeline
    from helpers.show.trace_waterfall import trace_waterfall
    from helpers.show.workbench import workbench

__all__ = [
    "api_map",
    "beside",
    "bill",
    "check",
    "cleanup",
    "clock",
    "connect",
    "dashboard",
    "deploy",
    "events",
    "flow",
    "insights",
    "interview",
    "invoke_url",
    "journey",
    "ledger",
    "load",
    "log_histogram",
    "metric_graph",
    "mock_interview",
    "outbox",
    "pictures",
    "progress",
    "quiz",
    "render_template",
    "room",
    "scaling",
    "service_map",
    "timeline",
    "trace_waterfall",
    "workbench",
]

_HOMES = {
    "api_map": "helpers.show.api_map:api_map",
    "beside": "helpers.show.beside:beside",
    "bill": "helpers.show.bill:bill",
    "check": "helpers.classroom.client:check",
    "cleanup": "helpers.cloud.cleanup:cleanup",
    "clock": "helpers.cloud.clock",
    "connect": "helpers.cloud.session:connect",
    "dashboard": "helpers.show.dashboard:dashboard",
    "deploy": "helpers.cloud.deploy:deploy",
    "events": "helpers.cloud.events:events",
    "flow": "helpers.show.flow:flow",
    "insights": "helpers.show.insights:insights",
    "interview": "helpers.show.interview:interview",
    "invoke_url": "helpers.cloud.urls:invoke_url",
    "journey": "helpers.cloud.events:journey",
    "ledger": "helpers.show.ledger:ledger",
    "load": "helpers.show.load:load",
    "log_histogram": "helpers.show.log_histogram:log_histogram",
    "metric_graph": "helpers.show.metric_graph:metric_graph",
    "mock_interview": "helpers.interviews.room:mock_interview",
    "outbox": "helpers.cloud.events:outbox",
    "pictures": "helpers.show.pictures",
    "progress": "helpers.show.progress:progress",
    "quiz": "helpers.show.quiz:quiz",
    "render_template": "helpers.cloud.templates:render_template",
    "room": "helpers.interviews.room:room",
    "scaling": "helpers.show.scaling:scaling",
    "service_map": "helpers.show.service_map:service_map",
    "timeline": "helpers.show.timeline:timeline",
    "trace_waterfall": "helpers.show.trace_waterfall:trace_waterfall",
    "workbench": "helpers.show.workbench:workbench",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else loaded
