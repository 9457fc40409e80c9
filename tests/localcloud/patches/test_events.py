"""moto.events patched: what makes the patches needed."""

from __future__ import annotations

import inspect

from moto.events import models, notifications, responses


def test_moto_keeps_what_the_buses_read() -> None:
    backend = models.EventsBackend("us-east-1", "200111222334")
    assert backend.event_buses["default"].rules == {}
    assert backend._normalize_event_bus_arn("arn:aws:events:us-east-1:1:event-bus/x") == "x"
    assert "Events-Archive-" in inspect.getsource(models.EventsBackend.create_archive)
    assert 'f"arn:{get_partition(self.region_name)}:events:{self.region_name}:::"' in inspect.getsource(
        models.EventsBackend.create_archive
    )


def test_moto_alone_neither_runs_schedules_nor_knows_functions() -> None:
    assert "NotImplementedError" in inspect.getsource(models.Rule.send_to_targets)
    assert "pass" in inspect.getsource(responses.EventsHandler.test_event_pattern)
    assert "_invoke_lambda" in inspect.getsource(notifications._send_safe_notification)
