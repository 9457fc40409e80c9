"""Event buses: what is put on one is matched with the pattern of each of its rules, and goes to the targets of those that match.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule, events_backends

from helpers.localcloud import provenance
from helpers.localcloud.arns import account_of
from helpers.localcloud.billing import meter
from helpers.localcloud.events.delivery import Missing
from helpers.localcloud.events.patterns import Pattern, compile_pattern
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.events.schedule_expressions import read_schedule
from helpers.localcloud.events.targets import SERVICE, Delivery, Targets, is_archive
from helpers.localcloud.events.transform import body_for
from helpers.localcloud.metrics import emit
from helpers.localcloud.policies import allows
from helpers.localcloud.schedule import Appointment
from helpers.localcloud.timestamps import to_the_second

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

MOST_ENTRIES = 10
LARGEST_REQUEST = 1_048_576
_REQUIRED = ("Source", "DetailType", "Detail")


@functools.lru_cache(maxsize=1_024)
def compiled(pattern: str) -> Pattern:
    """The compiled form of the JSON text of a pattern."""
    return compile_pattern(pattern)


class Buses:
    """The buses of one server: what they take, whom their rules give it to, and when scheduled rules run."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane
        self._targets = Targets(plane, self._forward)
        self._next_runs: dict[str, Appointment] = {}

    def put_events(self, backend: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take the entries of ``PutEvents``: for each its event id, or AWS's error code and message.

        Raises: ``ValidationException`` for too many entries, or more than ``LARGEST_REQUEST`` bytes of them.
        """
        if not 1 <= len(entries) <= MOST_ENTRIES:
            bound = "less than or equal to 10" if entries else "greater than or equal to 1"
            raise ValidationException(
                f"1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: Member must have length {bound}"
            )
        if sum(map(_size, entries)) > LARGEST_REQUEST:
            raise ValidationException("Total size of the entries in the request is over the limit.")
        return [self._put(backend, entry) for entry in entries]

    def publish(
        self,
        account: str,
        region: str,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        *,
        resources: list[str] | None = None,
        bus: str = "default",
    ) -> str:
        """Put an event of AWS itself, such as one of ``aws.s3``, on a bus of an account; returns its id."""
        event = self._event(account, region, source, detail_type, dict(detail), resources or [])
        self._accept(events_backends[account][region], bus, event, ())
        return str(event["id"])

    def trigger(self, rule: Rule, event: Mapping[str, Any], hops: tuple[str, ...] = ()) -> bool:
        """Give an event to the targets of a rule if the rule is enabled and its pattern matches; whether it did."""
        pattern = rule.event_pattern.dump()
        if rule.state == "DISABLED" or not pattern or not compiled(pattern).matches(event):
            return False
        self._run(rule, event, hops)
        return True

    def rules(self, account: str, region: str, bus_arn: str, only: list[str] | None = None) -> list[Rule]:
        """The rules of a bus of an account; those of the ARNs in ``only``, if it names any."""
        bus = events_backends[account][region].event_buses.get(bus_arn.split("/")[-1])
        return [rule for rule in list(bus.rules.values()) if not only or rule.arn in only] if bus else []

    def plan(self, rule: Rule, last_run: float | None = None) -> None:
        """Make the appointment for the next run of a rule, if it is scheduled and enabled, and forget the one before.

        last_run: the moment of the run that is over, from which rates count on.
        """
        self.cancel(rule.arn)
        if not rule.scheduled_expression or rule.state == "DISABLED":
            return
        now = self._plane.clock.timestamp()
        after = read_schedule(rule.scheduled_expression)
        moment = after(now if last_run is None else last_run)
        if moment is not None and moment <= now:
            moment = after(now)
        if moment is not None:
            self._next_runs[rule.arn] = self._plane.schedule.at(
                moment, rule.account_id, functools.partial(self._run_scheduled, rule, moment)
            )

    def cancel(self, rule_arn: str) -> None:
        """Forget the next run of a rule."""
        appointment = self._next_runs.pop(rule_arn, None)
        if appointment is not None:
            appointment.cancel()

    def forget(self, account: str) -> None:
        """Forget the scheduled rules of an account that is being emptied."""
        for arn in [arn for arn in self._next_runs if account_of(arn) == account]:
            self.cancel(arn)

    def _put(self, backend: EventsBackend, entry: Mapping[str, Any]) -> dict[str, Any]:
        for name in _REQUIRED:
            if not entry.get(name):
                return _error(
                    "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
                )
        try:
            detail = json.loads(entry["Detail"], parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            detail = None
        if not isinstance(detail, dict):
            return _error("MalformedDetail", "Detail is malformed.")
        if entry["Source"].startswith("aws."):
            return _error("NotAuthorizedForSourceException", "Not authorized for the source.")
        bus = str(entry.get("EventBusName") or "default")
        caller = backend.account_id
        home = _home(bus, backend)
        if home.account_id != caller and not self._open_to(home, bus, caller):
            return _error(
                "AccessDeniedException",
                f"User: arn:aws:iam::{caller}:root is not authorized to perform: events:PutEvents on resource: {bus} "
                "because no resource-based policy allows the events:PutEvents action",
            )
        self._charge(home, bus, caller, entry)
        event = self._event(
            caller,
            home.region_name,
            entry["Source"],
            entry["DetailType"],
            detail,
            list(entry.get("Resources") or []),
            entry.get("Time"),
        )
        with provenance.carrying(trace=entry.get("TraceHeader") or provenance.trace(), origin=provenance.origin()):
            self._accept(home, bus.split("/")[-1], event, ())
        return {"EventId": event["id"]}

    def _charge(self, home: EventsBackend, bus: str, caller: str, entry: Mapping[str, Any]) -> None:
        """Each 64 KB of an event are one; events of AWS itself are free."""
        arn = f"arn:aws:events:{home.region_name}:{home.account_id}:event-bus/{bus.split('/')[-1]}"
        meter.count(caller, home.region_name, "events/custom-events", arn, meter.chunks(_size(entry)))

    def _open_to(self, home: EventsBackend, bus: str, caller: str) -> bool:
        found = home.event_buses.get(bus.split("/")[-1])
        return found is not None and allows(found.policy, action="events:PutEvents", resource=found.arn, account=caller)

    def _event(
        self,
        account: str,
        region: str,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        resources: list[str],
        time: float | str | None = None,
    ) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": iso_seconds(self._plane.clock.timestamp() if time is None else time),
            "region": region,
            "resources": resources,
            "detail": detail,
        }

    def _accept(self, backend: EventsBackend, bus_name: str, event: Mapping[str, Any], hops: tuple[str, ...]) -> None:
        bus = backend.event_buses.get(bus_name)
        account = backend.account_id
        arn = bus.arn if bus else f"arn:aws:events:{backend.region_name}:{account}:event-bus/{bus_name}"
        self._plane.ledger.record(
            account, "published", event["id"], arn, source=event["source"], detail_type=event["detail-type"]
        )
        if bus is None:
            self._plane.ledger.record(account, "dropped", event["id"], arn, reason="there is no event bus of this name")
            return
        matched = [self.trigger(rule, event, (*hops, arn)) for rule in list(bus.rules.values())]
        if not any(matched):
            self._plane.ledger.record(account, "filtered", event["id"], arn, reason="no rule of the bus matches")

    def _run(self, rule: Rule, event: Mapping[str, Any], hops: tuple[str, ...]) -> None:
        now = self._plane.clock.now()
        metrics = {"RuleName": rule.name}
        if rule.event_bus_name != "default":
            metrics["EventBusName"] = rule.event_bus_name
        emit(
            rule.account_id, rule.region_name, "AWS/Events", metrics, {"MatchedEvents": 1, "TriggeredRules": 1}, now=now
        )
        reserved = {
            "aws.events.rule-arn": rule.arn,
            "aws.events.rule-name": rule.name,
            "aws.events.event.ingestion-time": iso_seconds(now.timestamp()),
        }
        for target in list(rule.targets):
            if is_archive(target):
                _keep(rule, event)
                continue
            make_body = functools.partial(body_for, target, event, reserved)
            trace = _without_lineage(provenance.trace())
            self._targets.send(
                Delivery(rule.arn, metrics, dict(target), event, make_body, hops, trace, now.timestamp())
            )

    def _run_scheduled(self, rule: Rule, moment: float) -> None:
        event = self._event(rule.account_id, rule.region_name, "aws.events", "Scheduled Event", {}, [rule.arn], moment)
        self._next_runs.pop(rule.arn, None)
        self.plan(rule, moment)
        if rule.targets:
            bus = f"arn:aws:events:{rule.region_name}:{rule.account_id}:event-bus/{rule.event_bus_name}"
            self._plane.ledger.record(
                rule.account_id, "published", event["id"], bus, source=event["source"], detail_type=event["detail-type"]
            )
            self._run(rule, event, (bus,))

    def _forward(self, delivery: Delivery) -> str:
        """Put an event on another bus; it stays the same event."""
        arn = str(delivery.target["Arn"])
        _, _, _, region, account, resource = arn.split(":", 5)
        backend = events_backends[account][region]
        name = resource.removeprefix("event-bus/")
        bus = backend.event_buses.get(name)
        if bus is None:
            raise Missing(f"the event bus {arn} does not exist")
        if bus.arn in delivery.hops or len({account_of(hop) for hop in (*delivery.hops, bus.arn)}) > 2:
            raise Refused(
                f"{arn} does not take an event that came this way: it would go in a circle or to a third account"
            )
        sender = delivery.account
        if account != sender and not allows(
            bus.policy, action="events:PutEvents", resource=bus.arn, account=sender, service=SERVICE
        ):
            raise Refused(f"no policy of {arn} lets the account {sender} put events on it")
        self._accept(backend, name, delivery.event, delivery.hops)
        return delivery.id


def iso_seconds(moment: float | str) -> str:
    """A moment as events carry it: UTC, whole seconds, ``Z``."""
    if isinstance(moment, str) and not moment.replace(".", "", 1).isdigit():
        return moment
    return to_the_second(float(moment))


def _home(bus: str, backend: EventsBackend) -> EventsBackend:
    parts = bus.split(":")
    return events_backends[parts[4]][parts[3]] if len(parts) > 5 else backend


def _keep(rule: Rule, event: Mapping[str, Any]) -> None:
    backend: EventsBackend = events_backends[rule.account_id][rule.region_name]
    archive = backend.archives.get(rule.name.removeprefix("Events-Archive-"))
    if archive is not None:
        archive.events.append(dict(event))  # type: ignore[arg-type]


def _without_lineage(trace: str | None) -> str | None:
    """A trace header without the part by which Lambda detects loops: EventBridge does not pass that on."""
    kept = [part for part in (trace or "").split(";") if part and not part.strip().startswith("Lineage=")]
    return ";".join(kept) or None


def _size(entry: Mapping[str, Any]) -> int:
    texts = [str(entry.get(name) or "") for name in _REQUIRED] + [str(one) for one in entry.get("Resources") or []]
    return sum(len(text.encode()) for text in texts) + (14 if entry.get("Time") is not None else 0)


def _error(code: str, message: str) -> dict[str, Any]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
