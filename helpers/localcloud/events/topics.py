"""Topics: from a publication to the deliveries of each subscription.

Publishing returns when the message has been handed on: queues have it, functions have it in their queue of events, and workers post it to HTTP endpoints. A delivery
that cannot succeed goes to the subscription's dead-letter queue, or is gone.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html and https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends

from helpers.localcloud import provenance
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.events import topic_rules
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.events.queue_arrivals import together
from helpers.localcloud.events.queue_memory import Fading
from helpers.localcloud.events.sns_filters import FilterPolicy, Scope
from helpers.localcloud.events.topic_envelopes import Attributes, Publication, confirmation, link
from helpers.localcloud.events.topic_errors import BatchError, InvalidParameter, NotFound
from helpers.localcloud.events.topic_http import DEFAULT_POLICY, HttpDeliveries, read_policy
from helpers.localcloud.metrics import add

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

DEDUPLICATION_SECONDS = 300
MOST_SUBSCRIPTIONS_OF_BIG_MESSAGES = 100
_SERVICE = "sns.amazonaws.com"
_FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000
_AGENT = "Amazon Simple Notification Service Agent"
_BATCH_WORDS = {
    "EmptyBatchRequest": "The batch request doesn't contain any entries.",
    "TooManyEntriesInBatchRequest": "The batch request contains more entries than permissible.",
    "InvalidBatchEntryId": "The Id of a batch entry in a batch request doesn't abide by the specification.",
    "BatchEntryIdsNotDistinct": "Two or more batch entries in the request have the same Id.",
    "BatchRequestTooLong": "The length of all the batch messages put together is more than the limit.",
}


@dataclass
class Kept:
    """What SNS keeps of a topic, and moto does not.

    attributes: as CreateTopic and SetTopicAttributes gave them. recent: what was published in the last five minutes, by deduplication id. deleted: subscriptions.
    """

    attributes: dict[str, str] = field(default_factory=dict)
    recent: Fading[tuple[str | None, str], str] = field(default_factory=lambda: Fading(DEDUPLICATION_SECONDS))
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    deleted: int = 0
    turn: Any = field(default_factory=threading.RLock)

    def is_on(self, name: str) -> bool:
        """Whether a switch such as ``ContentBasedDeduplication`` is on."""
        return str(self.attributes.get(name, "false")).lower() == "true"


def kept(topic: Topic) -> Kept:
    """What is kept of ``topic``; it travels with moto's own object."""
    return topic.__dict__.setdefault("_localcloud", Kept())  # type: ignore[no-any-return]


class Topics:
    """The data plane of all topics of one server."""

    def __init__(self, plane: EventPlane, endpoint_url: str) -> None:
        self._plane = plane
        self._endpoint_url = endpoint_url
        self._http = HttpDeliveries(plane)

    def publish(
        self,
        backend: SNSBackend,
        topic: Topic,
        message: str,
        *,
        subject: str | None = None,
        attributes: Attributes | None = None,
        group: str | None = None,
        deduplication_id: str | None = None,
        structure: str | None = None,
    ) -> Publication:
        """Accept a message and hand it to every subscription that wants it.

        attributes: in the form of SNS (``Type``, ``Value``). A duplicate on a FIFO topic is accepted, answered with the first one's ids, and goes nowhere.
        Raises: ``InvalidParameter``.
        """
        texts = topic_rules.texts_of(message, structure)
        topic_rules.check_subject(subject)
        topic_rules.check_attributes(attributes or {})
        limit = int(kept(topic).attributes.get("MaximumMessageSize") or topic_rules.LARGEST_MESSAGE)
        size = topic_rules.size_of(message, attributes or {})
        if size > limit:
            raise InvalidParameter("Message too long")
        with kept(topic).turn:
            publication, repeated = self._publication(topic, texts, subject, attributes, group, deduplication_id)
            self._emit(topic, {"NumberOfMessagesPublished": 1, "PublishSize": size}, units={"PublishSize": "Bytes"})
            if repeated:
                self._record(topic, "duplicate", publication)
                return publication
            self._record(topic, "published", publication)
            for subscription in subscriptions_of(topic):
                self._offer(topic, subscription, publication)
        return publication

    def publish_batch(
        self, backend: SNSBackend, topic: Topic, entries: list[dict[str, Any]]
    ) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
        """Publish up to ten messages: what was accepted, and what was refused with its reason.

        Raises: ``BatchError`` when the batch as a whole is refused.
        """
        code = topic_rules.check_ids([str(entry.get("Id") or "") for entry in entries])
        size = sum(
            topic_rules.size_of(entry.get("Message") or "", entry.get("MessageAttributes") or {}) for entry in entries
        )
        if code is None and size > topic_rules.LARGEST_MESSAGE:
            code = "BatchRequestTooLong"
        if code:
            raise BatchError(code, _BATCH_WORDS[code])
        accepted: list[dict[str, str]] = []
        refused: list[dict[str, Any]] = []
        with together():
            for entry in entries:
                try:
                    publication = self.publish(
                        backend,
                        topic,
                        entry.get("Message") or "",
                        subject=entry.get("Subject"),
                        attributes=entry.get("MessageAttributes") or {},
                        group=entry.get("MessageGroupId"),
                        deduplication_id=entry.get("MessageDeduplicationId"),
                        structure=entry.get("MessageStructure"),
                    )
                except InvalidParameter as wrong:
                    refused.append(
                        {"Id": entry["Id"], "Code": wrong.code, "Message": wrong.message, "SenderFault": True}
                    )
                    continue
                one = {"Id": entry["Id"], "MessageId": publication.id}
                accepted.append(
                    one | ({"SequenceNumber": publication.sequence_number} if publication.sequence_number else {})
                )
        return accepted, refused

    def ask_to_confirm(self, topic: Topic, subscription: Subscription) -> None:
        """Send an endpoint or a mailbox what it needs to confirm its subscription."""
        token = subscription.__dict__["_token"] = secrets.token_hex(64)
        message_id = str(uuid.uuid4())
        body = confirmation(topic.arn, token, message_id, self._plane.clock.now(), self._endpoint_url)
        if subscription.protocol.startswith("email"):
            text = f"You have chosen to subscribe to the topic:\n{topic.arn}\n\nTo confirm this subscription, open this link:\n{body['SubscribeURL']}"
            self._mail(
                topic,
                subscription,
                "AWS Notification - Subscription Confirmation",
                text if subscription.protocol == "email" else json.dumps(body, indent=2),
            )
            return
        headers = _headers("SubscriptionConfirmation", message_id, topic.arn)
        self._http.post(
            topic.account_id,
            subscription.endpoint,
            json.dumps(body, indent=2),
            headers,
            DEFAULT_POLICY,
            settled=lambda wrong, attempts: self._asked(topic, subscription, message_id, wrong),
            retried=lambda wrong, attempts: None,
        )

    def confirm(self, topic_arn: str, token: str) -> Subscription:
        """Confirm a subscription by the token that its endpoint was sent.

        Raises: ``NotFound`` for an unknown topic, ``InvalidParameter`` for an unknown token.
        """
        topic = find_topic(topic_arn)
        for subscription in subscriptions_of(topic):
            if token and subscription.__dict__.get("_token") == token:
                subscription.confirmed = True
                subscription.attributes["PendingConfirmation"] = False
                return subscription
        raise InvalidParameter("Token")

    def close(self) -> None:
        """Deliver nothing any more."""
        self._http.close()

    def _publication(
        self,
        topic: Topic,
        texts: Mapping[str, str],
        subject: str | None,
        attributes: Attributes | None,
        group: str | None,
        deduplication_id: str | None,
    ) -> tuple[Publication, bool]:
        """The message as the topic accepts it, and whether it is a repetition."""
        own, now = kept(topic), self._plane.clock.timestamp()
        sequence = None
        message_id = str(uuid.uuid4())
        repeated = None
        if topic.fifo_topic:
            if not group:
                raise InvalidParameter("The MessageGroupId parameter is required for FIFO topics")
            if not deduplication_id and not own.is_on("ContentBasedDeduplication"):
                raise InvalidParameter(
                    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
                )
            deduplication_id = deduplication_id or hashlib.sha256(texts["default"].encode()).hexdigest()
            scope = group if own.attributes.get("FifoThroughputScope") == "MessageGroup" else None
            repeated = own.recent.get((scope, deduplication_id), now)
            if repeated:
                message_id = repeated
            else:
                own.recent.keep((scope, deduplication_id), message_id, now)
            sequence = str(_FIRST_SEQUENCE_NUMBER + 1_000 * next(own.numbers))
        elif deduplication_id:
            raise InvalidParameter(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"
            )
        version = own.attributes.get("SignatureVersion", "1")
        publication = Publication(
            message_id,
            topic.arn,
            texts,
            self._plane.clock.now(),
            subject,
            attributes or {},
            group,
            deduplication_id,
            sequence,
            version,
        )
        return publication, repeated is not None

    def _offer(self, topic: Topic, subscription: Subscription, publication: Publication) -> None:
        """Deliver to one subscription, unless it is not confirmed or does not want the message."""
        if not is_confirmed(subscription):
            return
        text = publication.text(subscription.protocol)
        policy = _filter_of(subscription)
        if policy and not policy.matches(publication.attributes, text):
            kind = "MessageBody" if policy.scope == "MessageBody" else "MessageAttributes"
            if policy.scope == "MessageAttributes" and not publication.attributes:
                kind = "NoMessageAttributes"
            counted = ("NumberOfNotificationsFilteredOut", f"NumberOfNotificationsFilteredOut-{kind}")
            self._emit(topic, dict.fromkeys(counted, 1))
            self._record(topic, "filtered", publication, to=subscription.endpoint)
            return
        if subscription.protocol in ("http", "https"):
            self._post(topic, subscription, publication)
        elif subscription.protocol.startswith(("email", "sms")):
            self._mail(
                topic,
                subscription,
                publication.subject or "AWS Notification Message",
                self._letter(subscription, publication),
            )
            self._record(topic, "delivered", publication, to=subscription.endpoint)
            self._emit(topic, {"NumberOfNotificationsDelivered": 1})
        else:
            self._hand_over(topic, subscription, publication)

    def _hand_over(self, topic: Topic, subscription: Subscription, publication: Publication) -> None:
        try:
            if subscription.protocol == "lambda":
                body = publication.event(subscription.arn, self._endpoint_url)
                self._deliver(subscription.endpoint, topic, publication, body)
            else:
                raw = is_raw(subscription)
                body = (
                    publication.text("sqs")
                    if raw
                    else publication.envelope("sqs", subscription.arn, self._endpoint_url)
                )
                self._deliver(subscription.endpoint, topic, publication, body, _of_sqs(publication) if raw else None)
        except (Missing, Refused, ServiceException, LambdaError) as problem:
            self._undeliverable(topic, subscription, publication, str(problem) or type(problem).__name__)
        else:
            self._emit(topic, {"NumberOfNotificationsDelivered": 1})

    def _deliver(
        self,
        arn: str,
        topic: Topic,
        publication: Publication,
        body: str,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        to_fifo = arn.endswith(".fifo")
        deliver(
            self._plane,
            arn,
            body,
            service=_SERVICE,
            source_arn=topic.arn,
            message=publication.id,
            attributes=attributes,
            group_id=publication.group,
            deduplication_id=publication.deduplication_id if to_fifo else None,
        )

    def _post(self, topic: Topic, subscription: Subscription, publication: Publication) -> None:
        raw = is_raw(subscription)
        body = (
            publication.text(subscription.protocol)
            if raw
            else publication.envelope(subscription.protocol, subscription.arn, self._endpoint_url)
        )
        headers = _headers("Notification", publication.id, topic.arn, subscription.arn)
        if raw:
            headers["x-amz-sns-rawdelivery"] = "true"
        trace = provenance.trace()

        def settled(wrong: str | None, attempts: int) -> None:
            with provenance.carrying(trace=trace):
                if wrong is None:
                    self._record(topic, "delivered", publication, to=subscription.endpoint, count=attempts)
                    self._emit(topic, {"NumberOfNotificationsDelivered": 1})
                else:
                    self._undeliverable(topic, subscription, publication, wrong)

        def retried(wrong: str, attempts: int) -> None:
            with provenance.carrying(trace=trace):
                self._record(topic, "retried", publication, to=subscription.endpoint, count=attempts, reason=wrong)

        self._http.post(
            topic.account_id, subscription.endpoint, body, headers, _policy_of(topic, subscription), settled, retried
        )

    def _asked(self, topic: Topic, subscription: Subscription, message_id: str, wrong: str | None) -> None:
        step: Any = "failed" if wrong else "delivered"
        reason: dict[str, Any] = {"reason": wrong} if wrong else {}
        self._plane.ledger.record(topic.account_id, step, message_id, topic.arn, to=subscription.endpoint, **reason)

    def _undeliverable(self, topic: Topic, subscription: Subscription, publication: Publication, reason: str) -> None:
        """Keep what cannot be delivered in the subscription's dead-letter queue, if it has one."""
        self._record(topic, "failed", publication, to=subscription.endpoint, reason=reason)
        self._emit(topic, {"NumberOfNotificationsFailed": 1})
        target = str(json.loads(subscription.attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", ""))
        if not target:
            self._record(topic, "dropped", publication, to=subscription.endpoint)
            return
        raw = is_raw(subscription)
        protocol = subscription.protocol
        body = (
            publication.text(protocol) if raw else publication.envelope(protocol, subscription.arn, self._endpoint_url)
        )
        told = {"RequestID": publication.id, "ErrorCode": "400", "ErrorMessage": reason}
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
        try:
            self._deliver(target, topic, publication, body, {**(_of_sqs(publication) if raw else {}), **attributes})
        except (Missing, Refused, ServiceException) as problem:
            self._emit(topic, {"NumberOfNotificationsFailedToRedriveToDlq": 1})
            self._record(topic, "dropped", publication, to=target, reason=str(problem))
            return
        self._emit(topic, {"NumberOfNotificationsRedrivenToDlq": 1})
        self._record(topic, "dead-lettered", publication, to=target)

    def _letter(self, subscription: Subscription, publication: Publication) -> str:
        if subscription.protocol == "email-json":
            return publication.envelope("email-json", subscription.arn, self._endpoint_url)
        if subscription.protocol == "sms":
            return publication.text("sms")
        leave = link(self._endpoint_url, "Unsubscribe", SubscriptionArn=subscription.arn)
        return f"{publication.text('email')}\n\n--\nTo stop receiving notifications from this topic, open this link:\n{leave}"

    def _mail(self, topic: Topic, subscription: Subscription, subject: str, text: str) -> None:
        sender = kept(topic).attributes.get("DisplayName") or "AWS Notifications"
        kind: Any = subscription.protocol
        subject = "" if kind == "sms" else subject
        self._plane.outbox.put(topic.account_id, kind, subscription.endpoint, text, sender=sender, subject=subject)

    def _record(
        self,
        topic: Topic,
        step: Any,
        publication: Publication,
        to: str | None = None,
        count: int | None = None,
        **detail: Any,
    ) -> None:
        self._plane.ledger.record(topic.account_id, step, publication.id, topic.arn, to=to, count=count, **detail)

    def _emit(self, topic: Topic, values: Mapping[str, float], units: Mapping[str, str] | None = None) -> None:
        region = topic.arn.split(":")[3]
        now = self._plane.clock.timestamp()
        add(topic.account_id, region, "AWS/SNS", {"TopicName": topic.name}, values, now=now, units=units)


def find_topic(arn: str) -> Topic:
    """The topic with ``arn``.

    Raises: ``NotFound``.
    """
    parts = arn.split(":")
    if len(parts) == 6 and parts[2] == "sns":
        topic = sns_backends[parts[4]][parts[3]].topics.get(arn)
        if topic is not None:
            return topic
    raise NotFound("Topic does not exist")


def subscriptions_of(topic: Topic) -> list[Subscription]:
    """All subscriptions of a topic, whoever's they are, in the order in which they were made."""
    region = topic.arn.split(":")[3]
    accounts: dict[str, Any] = dict(sns_backends)
    backends = [topic.sns_backend, *(one[region] for name, one in accounts.items() if name != topic.account_id)]
    return [one for backend in backends for one in list(backend.subscriptions.values()) if one.topic.arn == topic.arn]


def is_confirmed(subscription: Subscription) -> bool:
    """Whether it delivers: those with an endpoint outside of AWS do so after they are confirmed."""
    return str(subscription.attributes.get("PendingConfirmation", False)).lower() != "true"


def is_raw(subscription: Subscription) -> bool:
    """Whether it delivers the bare message."""
    return str(subscription.attributes.get("RawMessageDelivery", False)).lower() == "true"


def _filter_of(subscription: Subscription) -> FilterPolicy | None:
    written = subscription.attributes.get("FilterPolicy")
    if not written:
        return None
    scope: Scope = subscription.attributes.get("FilterPolicyScope") or "MessageAttributes"
    known: FilterPolicy | None = subscription.__dict__.get("_filter")
    if known is None or subscription.__dict__["_filter_text"] != (written, scope):
        known = subscription.__dict__["_filter"] = FilterPolicy(written, scope)
        subscription.__dict__["_filter_text"] = (written, scope)
    return known


def _policy_of(topic: Topic, subscription: Subscription) -> Mapping[str, Any]:
    written = subscription.attributes.get("DeliveryPolicy") or kept(topic).attributes.get("DeliveryPolicy")
    return read_policy(written) if written else DEFAULT_POLICY


def _of_sqs(publication: Publication) -> dict[str, dict[str, Any]]:
    """Message attributes in the form of SQS, for a raw delivery; SNS's own arrays stay strings."""
    return {
        name: {
            "DataType": one["Type"],
            ("BinaryValue" if str(one["Type"]).startswith("Binary") else "StringValue"): str(one["Value"]),
        }
        for name, one in publication.attributes.items()
    }


def _headers(kind: str, message_id: str, topic_arn: str, subscription_arn: str | None = None) -> dict[str, str]:
    headers = {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic_arn,
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": _AGENT,
    }
    return headers | ({"x-amz-sns-subscription-arn": subscription_arn} if subscription_arn else {})
