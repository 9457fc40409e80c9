"""Contract of each patched point of moto.events: its signature, and one behaviour that makes the patch needed."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
from moto.events import models, notifications, responses

from helpers.localcloud.patches import POINTS
from helpers.localcloud.patches import events as patched

PARAMETERS = {
    "moto.events.models:EventsBackend.put_rule": [
        "self",
        "name",
        "description",
        "event_bus_arn",
        "event_pattern",
        "role_arn",
        "scheduled_expression",
        "state",
        "managed_by",
        "tags",
    ],
    "moto.events.models:EventsBackend.delete_rule": ["self", "name", "event_bus_arn"],
    "moto.events.models:Rule.enable": ["self"],
    "moto.events.models:Rule.disable": ["self"],
    "moto.events.models:EventsBackend.put_targets": ["self", "name", "event_bus_arn", "targets"],
    "moto.events.models:EventsBackend.put_events": ["self", "events"],
    "moto.events.responses:EventsHandler.put_events": ["self"],
    "moto.events.responses:EventsHandler.test_event_pattern": ["self"],
    "moto.events.models:Rule.send_to_targets": ["self", "original_event", "transform_input"],
    "moto.events.models:EventsBackend.update_archive": ["self", "name", "description", "event_pattern", "retention"],
    "moto.events.models:Replay.replay_events": ["self", "archive"],
    "moto.events.notifications:_send_safe_notification": ["source", "event_name", "region", "resources", "detail"],
}


def attribute(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found


def test_every_patched_point_of_moto_events_is_held_here() -> None:
    assert patched.LONGEST_PATTERN == 4_096
    assert {target for target in POINTS if target.startswith("moto.events")} == set(PARAMETERS)


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert list(inspect.signature(attribute(target)).parameters) == PARAMETERS[target]


def test_moto_keeps_what_the_buses_read() -> None:
    backend = models.EventsBackend("us-east-1", "200111222334")
    assert backend.event_buses["default"].rules == {}
    assert backend._normalize_event_bus_arn("arn:aws:events:us-east-1:1:event-bus/x") == "x"
    assert "Events-Archive-" in inspect.getsource(models.EventsBackend.create_archive)
    assert 'f"arn:{get_partition(self.region_name)}:events:{self.region_name}:::"' in inspect.getsource(
        models.EventsBackend.create_archive
    )


def test_moto_alone_neither_runs_schedules_nor_knows_functions() -> None:
    original = POINTS["moto.events.models:Rule.send_to_targets"].original
    assert "NotImplementedError" in inspect.getsource(original)
    assert "pass" in inspect.getsource(POINTS["moto.events.responses:EventsHandler.test_event_pattern"].original)
    assert "_invoke_lambda" in inspect.getsource(POINTS["moto.events.notifications:_send_safe_notification"].original)
    assert responses.EventsHandler.put_events is not POINTS["moto.events.responses:EventsHandler.put_events"].original
    assert notifications.send_notification is not None
