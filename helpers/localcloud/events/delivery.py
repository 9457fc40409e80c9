"""Handing over: one service of AWS gives a message to a queue, a topic, a function or a bus.

Every plane that delivers goes through here, so that a missing resource, a closed one and an entry in the ledger are the same everywhere. The ARN decides
the account and the Region; the call returns when the receiver has accepted, never when a handler has run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from helpers.localcloud import compute, provenance
from helpers.localcloud.arns import account_of, region_of, service_of
from helpers.localcloud.compute.functions import parse, policy_of

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane


class Missing(Exception):
    """The receiver does not exist."""


@dataclass(frozen=True)
class Giver:
    """Who hands over: a service, on behalf of a resource, of an account where the ARN does not say which."""

    service: str
    arn: str
    account: str | None

    def ask(self, plane: EventPlane, policy: Any, action: str, resource: str) -> None:
        """Ask the receiver's policy.

        Raises: ``permissions.Refused``.
        """
        plane.permissions.check(
            policy,
            service=self.service,
            action=action,
            resource=resource,
            source_arn=self.arn,
            source_account=self.account,
        )


def deliver(
    plane: EventPlane,
    arn: str,
    body: str,
    *,
    service: str,
    source_arn: str,
    message: str,
    source_account: str | None = None,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
    subject: str | None = None,
    structure: str | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
) -> str:
    """Hand ``body`` to the queue, topic, function or event bus with ``arn``.

    service: who hands over (``sns.amazonaws.com``), on behalf of ``source_arn``. message: the id that it has there; the ledger links the two.
    source_account: whose source it is, where its ARN does not say so.
    attributes: message attributes in the form of the SQS API (``DataType``, ``StringValue``), for a queue or a topic. structure: ``json`` when ``body`` has
    a text for each protocol of a topic. group_id and
    deduplication_id: for FIFO receivers. A function gets ``body`` as its event, asynchronously; a bus gets ``body`` as the detail of an event.
    The trace of the running work goes along.

    Returns the id that the receiver gave it.
    Raises: ``Missing``, ``permissions.Refused``, and whatever the receiver says to a message that it does not take (a moto service exception).
    """
    giver = Giver(service, source_arn, source_account)
    kind = service_of(arn) if arn.count(":") >= 5 else ""
    with provenance.carrying(trace=provenance.trace(), origin=message):
        if kind == "sqs":
            given = _to_queue(plane, arn, body, giver, attributes, group_id, deduplication_id)
        elif kind == "sns":
            given = _to_topic(plane, arn, body, giver, attributes, subject, structure, group_id, deduplication_id)
        elif kind == "lambda":
            given = _to_function(plane, arn, body, giver)
        elif kind == "events":
            given = _to_bus(arn, body, subject or "", source_arn)
        else:
            raise Missing(f"{arn} is no queue, topic, function or event bus")
    account = source_account or account_of(source_arn) or account_of(arn)
    plane.ledger.record(account, "delivered", message, source_arn, to=arn, received_as=given)
    return given


def _to_queue(
    plane: EventPlane,
    arn: str,
    body: str,
    giver: Giver,
    attributes: Mapping[str, Mapping[str, Any]] | None,
    group_id: str | None,
    deduplication_id: str | None,
) -> str:
    _, _, _, region, account, name = arn.split(":", 5)
    backend = sqs_backends[account][region]
    queue = backend.queues.get(name)
    if queue is None:
        raise Missing(f"the queue {arn} does not exist")
    giver.ask(plane, queue.policy, "sqs:SendMessage", arn)
    trace = provenance.trace()
    sent = backend.send_message(
        name,
        body,
        message_attributes={name: dict(value) for name, value in (attributes or {}).items()},
        group_id=group_id,
        deduplication_id=deduplication_id,
        system_attributes={"AWSTraceHeader": {"DataType": "String", "StringValue": trace}} if trace else None,
    )
    return str(sent.id)


def _to_topic(
    plane: EventPlane,
    arn: str,
    body: str,
    giver: Giver,
    attributes: Mapping[str, Mapping[str, Any]] | None,
    subject: str | None,
    structure: str | None,
    group_id: str | None,
    deduplication_id: str | None,
) -> str:
    _, _, _, region, account, _ = arn.split(":", 5)
    backend = sns_backends[account][region]
    topic = backend.topics.get(arn)
    if topic is None:
        raise Missing(f"the topic {arn} does not exist")
    giver.ask(plane, topic.policy, "SNS:Publish", arn)
    sns_attributes = {
        name: {"Type": value["DataType"], "Value": value.get("StringValue", value.get("BinaryValue"))}
        for name, value in (attributes or {}).items()
    }
    return str(
        backend.publish(
            body,
            arn,
            subject=subject,
            message_attributes=sns_attributes or None,
            group_id=group_id,
            deduplication_id=deduplication_id,
            message_structure=structure,
        )
    )


def _to_function(plane: EventPlane, arn: str, body: str, giver: Giver) -> str:
    account, region = account_of(arn), region_of(arn)
    reference = parse(arn, None, account, region)
    try:
        policy = policy_of(reference)
    except LookupError:
        raise Missing(f"the function {arn} does not exist") from None
    giver.ask(plane, policy, "lambda:InvokeFunction", arn)
    outcome = compute.engine().invoke(
        account, region, reference.name, reference.qualifier, body.encode(), "Event", provenance.trace()
    )
    return outcome.request_id


def _to_bus(arn: str, body: str, detail_type: str, source_arn: str) -> str:
    _, _, _, region, account, resource = arn.split(":", 5)
    backend = events_backends[account][region]
    name = resource.removeprefix("event-bus/")
    if name not in backend.event_buses:
        raise Missing(f"the event bus {arn} does not exist")
    event = {
        "Source": "lambda" if ":lambda:" in source_arn else service_of(source_arn),
        "DetailType": detail_type,
        "Detail": json.dumps(json.loads(body)),
        "Resources": [source_arn],
        "EventBusName": name,
    }
    answer = backend.put_events([event])[0]
    return str(answer["EventId"])
