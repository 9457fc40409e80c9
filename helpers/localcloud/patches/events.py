"""moto.events: patterns, targets and schedules as AWS has them, delivered by our own buses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import Archive, EventsBackend, Replay, ReplayState, Rule
from moto.events.responses import EventsHandler

from helpers.localcloud.events import plane
from helpers.localcloud.events.buses import compiled, iso_seconds
from helpers.localcloud.events.patterns import InvalidPattern, Pattern
from helpers.localcloud.events.schedule_expressions import read_schedule
from helpers.localcloud.events.targets import check_target
from helpers.localcloud.patches import patch

LONGEST_PATTERN = 4_096
MOST_TARGETS = 5
_STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_SCHEDULED = "moto keeps schedules and never runs them"


def _pattern(text: str) -> Pattern:
    if len(text) > LONGEST_PATTERN:
        raise ValidationException(
            f"1 validation error detected: Value '{text[:40]}…' at 'eventPattern' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_PATTERN}"
        )
    try:
        return compiled(text)
    except InvalidPattern as refusal:
        raise InvalidEventPatternException(reason=refusal.reason) from None


@patch(
    "moto.events.models:EventsBackend.put_rule",
    why="moto accepts patterns, schedules and states that AWS refuses, and never runs schedules",
)
def _put_rule(original: Any, self: EventsBackend, name: str, *rest: Any, **more: Any) -> Rule:
    if not re.fullmatch(r"[.\-_A-Za-z0-9]{1,64}", name):
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+"
        )
    if more.get("state") not in (None, *_STATES):
        raise ValidationException(
            f"1 validation error detected: Value '{more['state']}' at 'state' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(_STATES)}]"
        )
    if more.get("event_pattern"):
        _pattern(more["event_pattern"])
    schedule = more.get("scheduled_expression")
    if schedule and self._normalize_event_bus_arn(more.get("event_bus_arn")) == "default":
        try:
            read_schedule(schedule)
        except ValueError:
            raise ValidationException("Parameter ScheduleExpression is not valid.") from None
    rule: Rule = original(self, name, *rest, **more)
    plane().buses.plan(rule)
    return rule


@patch("moto.events.models:EventsBackend.delete_rule", why=_SCHEDULED)
def _delete_rule(original: Any, self: EventsBackend, name: str, event_bus_arn: str | None) -> None:
    bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
    rule = bus.rules.get(name) if bus else None
    original(self, name, event_bus_arn)
    if rule is not None:
        plane().buses.cancel(rule.arn)


@patch("moto.events.models:Rule.enable", why=_SCHEDULED)
def _enable(original: Any, self: Rule) -> None:
    original(self)
    plane().buses.plan(self)


@patch("moto.events.models:Rule.disable", why=_SCHEDULED)
def _disable(original: Any, self: Rule) -> None:
    original(self)
    plane().buses.cancel(self.arn)


@patch(
    "moto.events.models:EventsBackend.put_targets",
    why="moto accepts targets that nothing here delivers to, and any number of them",
)
def _put_targets(
    original: Any, self: EventsBackend, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]
) -> None:
    for target in targets:
        check_target(target)
    bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
    rule = bus.rules.get(name) if bus else None
    kept = {target["Id"] for target in rule.targets} if rule else set()
    if len(kept | {target["Id"] for target in targets}) > MOST_TARGETS:
        raise JsonRESTError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    original(self, name, event_bus_arn, targets)


@patch(
    "moto.events.models:EventsBackend.put_events",
    why="moto gives events to few kinds of targets, ignores states and takes what AWS refuses",
)
def _put_events(original: Any, self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return plane().buses.put_events(self, events)


@patch("moto.events.responses:EventsHandler.put_events", why="moto ignores the global endpoint of a request")
def _put_events_response(original: Any, self: EventsHandler) -> Any:
    if self._get_param("EndpointId"):
        raise ValidationException(
            "Global endpoints of EventBridge are not part of the local cloud: leave EndpointId out."
        )
    return original(self)


@patch("moto.events.responses:EventsHandler.test_event_pattern", why="moto answers nothing")
def _test_event_pattern(original: Any, self: EventsHandler) -> tuple[str, dict[str, Any]]:
    pattern = _pattern(str(self._get_param("EventPattern") or ""))
    try:
        event = json.loads(self._get_param("Event") or "")
    except ValueError:
        event = None
    if not isinstance(event, Mapping):
        raise ValidationException("Parameter Event is not valid.")
    if any(name not in event for name in ("id", "source", "account", "time", "region", "detail-type")):
        raise ValidationException("Parameter Event is not valid.")
    return json.dumps({"Result": pattern.matches(event)}), self.response_headers


@patch(
    "moto.events.models:Rule.send_to_targets",
    why="moto knows neither functions nor topics, and reads patterns in its own way",
)
def _send_to_targets(
    original: Any, self: Rule, original_event: Mapping[str, Any], transform_input: bool = True
) -> None:
    event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
    plane().buses.trigger(self, {**event, "time": iso_seconds(event["time"])})


@patch("moto.events.models:EventsBackend.update_archive", why="moto goes on to keep what the earlier pattern matches")
def _update_archive(
    original: Any, self: EventsBackend, name: str, description: str, event_pattern: str, retention: str
) -> dict[str, Any]:
    if event_pattern:
        _pattern(event_pattern)
    answer: dict[str, Any] = original(self, name, description, event_pattern, retention)
    archive = self.archives[name]
    if event_pattern and archive.rule is not None:
        wanted = {**json.loads(event_pattern), "replay-name": [{"exists": False}]}
        archive.rule = self.put_rule(
            archive.rule.name, event_pattern=json.dumps(wanted), event_bus_arn=archive.event_bus_name
        )
    return answer


@patch(
    "moto.events.models:Replay.replay_events",
    why="moto replays the whole archive to every rule, whatever was asked for",
)
def _replay_events(original: Any, self: Replay, archive: Archive) -> None:
    buses = plane().buses
    start, end = iso_seconds(self.event_start_time), iso_seconds(self.event_end_time)
    rules = plane().buses.rules(
        self.account_id, self.region, self.destination["Arn"], self.destination.get("FilterArns")
    )
    for event in list(archive.events):
        if start <= str(event["time"]) < end:
            for rule in rules:
                buses.trigger(rule, {**event, "replay-name": self.name})
    self.state = ReplayState.COMPLETED
    self.end_time = plane().clock.timestamp()


@patch(
    "moto.events.notifications:_send_safe_notification",
    why="moto invokes functions with a canned event, in all accounts, without a bus",
)
def _send_safe_notification(
    original: Any, source: str, event_name: str, region: str, resources: Any, detail: Any
) -> None:
    return None
