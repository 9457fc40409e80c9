"""Deliveries: from a message that a topic has accepted to what each subscription gets of it.

Queues have it at once, functions in their queue of events, and workers post it to HTTP endpoints. A delivery that cannot succeed goes to the subscription's
dead-letter queue, or is gone.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html and https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.sns.models import Subscription, Topic

from helpers.localcloud import provenance
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.events.topic_envelopes import Publication, confirmation, link
from helpers.localcloud.events.topic_http import DEFAULT_POLICY, HttpDeliveries
from helpers.localcloud.events.topic_meter import TopicMeter
from helpers.localcloud.events.topic_segments import TopicSegment
from helpers.localcloud.events.topic_state import kept
from helpers.localcloud.events.topic_subscriptions import filter_of, is_confirmed, is_raw, retry_policy_of

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_SERVICE = "sns.amazonaws.com"
_AGENT = "Amazon Simple Notification Service Agent"


class TopicDeliveries:
    """Delivers the messages of all topics of one server."""

    def __init__(self, plane: EventPlane, meter: TopicMeter, endpoint_url: str) -> None:
        self._plane = plane
        self._meter = meter
        self._endpoint_url = endpoint_url
        self._http = HttpDeliveries(plane)

    def close(self) -> None:
        """Deliver nothing any more."""
        self._http.close()

    def offer(
        self, topic: Topic, subscription: Subscription, publication: Publication, segment: TopicSegment | None
    ) -> None:
        """Deliver to one subscription, unless it is not confirmed or does not want the message. segment: of the message, if it is traced."""
        if not is_confirmed(subscription):
            return
        text = publication.text(subscription.protocol)
        policy = filter_of(subscription)
        refusal = policy.refusal(publication.attributes, text) if policy else None
        if refusal:
            counted = ("NumberOfNotificationsFilteredOut", f"NumberOfNotificationsFilteredOut-{refusal}")
            self._meter.emit(topic, dict.fromkeys(counted, 1))
            self._meter.record(topic, "filtered", publication, to=subscription.endpoint)
            return
        traced = segment.delivering(subscription.protocol, subscription.endpoint) if segment else nullcontext()
        if subscription.protocol in ("http", "https"):
            with traced:
                self._post(topic, subscription, publication)
        elif subscription.protocol.startswith(("email", "sms")):
            self._mail(
                topic,
                subscription,
                publication.subject or "AWS Notification Message",
                self._letter(subscription, publication),
            )
            self._meter.record(topic, "delivered", publication, to=subscription.endpoint)
            self._meter.delivered(topic, subscription, text)
        else:
            with traced:
                self._hand_over(topic, subscription, publication)

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

    def _hand_over(self, topic: Topic, subscription: Subscription, publication: Publication) -> None:
        try:
            if subscription.protocol == "lambda":
                body = publication.event(subscription.arn, self._endpoint_url)
                self._deliver(subscription.endpoint, topic, publication, body)
            else:
                body = self._body(subscription, publication)
                attributes = _of_sqs(publication) if is_raw(subscription) else None
                self._deliver(subscription.endpoint, topic, publication, body, attributes)
        except (Missing, Refused, ServiceException, LambdaError) as problem:
            self._undeliverable(topic, subscription, publication, str(problem) or type(problem).__name__)
        else:
            self._meter.delivered(topic, subscription, body)

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
        body = self._body(subscription, publication)
        headers = _headers("Notification", publication.id, topic.arn, subscription.arn)
        if is_raw(subscription):
            headers["x-amz-sns-rawdelivery"] = "true"
        trace = provenance.trace()
        if trace:
            headers["X-Amzn-Trace-Id"] = trace

        def settled(wrong: str | None, attempts: int) -> None:
            with provenance.carrying(trace=trace):
                if wrong is None:
                    self._meter.record(topic, "delivered", publication, to=subscription.endpoint, count=attempts)
                    self._meter.delivered(topic, subscription, body)
                else:
                    self._undeliverable(topic, subscription, publication, wrong)

        def retried(wrong: str, attempts: int) -> None:
            with provenance.carrying(trace=trace):
                self._meter.record(
                    topic, "retried", publication, to=subscription.endpoint, count=attempts, reason=wrong
                )

        self._http.post(
            topic.account_id,
            subscription.endpoint,
            body,
            headers,
            retry_policy_of(topic, subscription),
            settled,
            retried,
        )

    def _asked(self, topic: Topic, subscription: Subscription, message_id: str, wrong: str | None) -> None:
        step: Any = "failed" if wrong else "delivered"
        reason: dict[str, Any] = {"reason": wrong} if wrong else {}
        self._plane.ledger.record(topic.account_id, step, message_id, topic.arn, to=subscription.endpoint, **reason)

    def _undeliverable(self, topic: Topic, subscription: Subscription, publication: Publication, reason: str) -> None:
        """Keep what cannot be delivered in the subscription's dead-letter queue, if it has one."""
        self._meter.record(topic, "failed", publication, to=subscription.endpoint, reason=reason)
        self._meter.emit(topic, {"NumberOfNotificationsFailed": 1})
        target = str(json.loads(subscription.attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", ""))
        if not target:
            self._meter.record(topic, "dropped", publication, to=subscription.endpoint)
            return
        body = self._body(subscription, publication)
        own = _of_sqs(publication) if is_raw(subscription) else {}
        told = {"RequestID": publication.id, "ErrorCode": "400", "ErrorMessage": reason}
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
        try:
            self._deliver(target, topic, publication, body, {**own, **attributes})
        except (Missing, Refused, ServiceException) as problem:
            self._meter.emit(topic, {"NumberOfNotificationsFailedToRedriveToDlq": 1})
            self._meter.record(topic, "dropped", publication, to=target, reason=str(problem))
            return
        self._meter.emit(topic, {"NumberOfNotificationsRedrivenToDlq": 1})
        self._meter.record(topic, "dead-lettered", publication, to=target)

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

    def _body(self, subscription: Subscription, publication: Publication) -> str:
        """The message as a queue or an endpoint gets it: bare, or in its envelope."""
        if is_raw(subscription):
            return publication.text(subscription.protocol)
        return publication.envelope(subscription.protocol, subscription.arn, self._endpoint_url)


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
