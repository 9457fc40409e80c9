"""Topics: what a topic accepts, and which of it is new.

Publishing returns when the message has been handed on to every subscription that wants it.
https://docs.aws.amazon.com/sns/latest/dg/sns-publishing.html and https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-dedup.html
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.sns.models import Subscription, Topic

from helpers.localcloud.events import topic_rules, topic_segments
from helpers.localcloud.events.queue_arrivals import together
from helpers.localcloud.events.topic_deliveries import TopicDeliveries
from helpers.localcloud.events.topic_envelopes import Attributes, Publication
from helpers.localcloud.events.topic_errors import BatchError, InvalidParameter
from helpers.localcloud.events.topic_meter import TopicMeter
from helpers.localcloud.events.topic_state import find_topic, kept
from helpers.localcloud.events.topic_subscriptions import subscriptions_of

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000
_BATCH_WORDS = {
    "EmptyBatchRequest": "The batch request doesn't contain any entries.",
    "TooManyEntriesInBatchRequest": "The batch request contains more entries than permissible.",
    "InvalidBatchEntryId": "The Id of a batch entry in a batch request doesn't abide by the specification.",
    "BatchEntryIdsNotDistinct": "Two or more batch entries in the request have the same Id.",
    "BatchRequestTooLong": "The length of all the batch messages put together is more than the limit.",
}


class Topics:
    """The data plane of all topics of one server."""

    def __init__(self, plane: EventPlane, endpoint_url: str) -> None:
        self._clock = plane.clock
        self._meter = TopicMeter(plane)
        self.deliveries = TopicDeliveries(plane, self._meter, endpoint_url)

    def publish(
        self,
        topic: Topic,
        message: str,
        *,
        subject: str | None = None,
        attributes: Attributes | None = None,
        group: str | None = None,
        deduplication_id: str | None = None,
        structure: str | None = None,
        in_batch: bool = False,
    ) -> Publication:
        """Accept a message and hand it to every subscription that wants it.

        attributes: in the form of SNS (``Type``, ``Value``). in_batch: whether it is paid for with others. A duplicate on a FIFO topic is accepted, answered with the first one's ids, and goes nowhere.
        Raises: ``InvalidParameter``.
        """
        texts = topic_rules.texts_of(message, structure)
        topic_rules.check_subject(subject)
        topic_rules.check_attributes(attributes or {})
        limit = int(kept(topic).attributes.get("MaximumMessageSize") or topic_rules.LARGEST_MESSAGE)
        size = topic_rules.size_of(message, attributes or {})
        if size > limit:
            raise InvalidParameter("Message too long")
        if not in_batch:
            self._meter.charge_request(topic, size)
        with kept(topic).turn:
            publication, repeated = self._publication(topic, texts, subject, attributes, group, deduplication_id)
            self._meter.emit(
                topic, {"NumberOfMessagesPublished": 1, "PublishSize": size}, units={"PublishSize": "Bytes"}
            )
            if repeated:
                self._meter.record(topic, "duplicate", publication)
                return publication
            self._meter.record(topic, "published", publication)
            mode = kept(topic).attributes.get("TracingConfig")
            segment = topic_segments.begin(topic.arn, mode, publication.id, self._clock.timestamp)
            for subscription in subscriptions_of(topic):
                self.deliveries.offer(topic, subscription, publication, segment)
            if segment:
                segment.send()
        return publication

    def publish_batch(
        self, topic: Topic, entries: list[dict[str, Any]]
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
        self._meter.charge_request(topic, size)
        accepted: list[dict[str, str]] = []
        refused: list[dict[str, Any]] = []
        with together():
            for entry in entries:
                try:
                    publication = self.publish(
                        topic,
                        entry.get("Message") or "",
                        subject=entry.get("Subject"),
                        attributes=entry.get("MessageAttributes") or {},
                        group=entry.get("MessageGroupId"),
                        deduplication_id=entry.get("MessageDeduplicationId"),
                        structure=entry.get("MessageStructure"),
                        in_batch=True,
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
        self.deliveries.close()

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
        own, now = kept(topic), self._clock.timestamp()
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
            self._clock.now(),
            subject,
            attributes or {},
            group,
            deduplication_id,
            sequence,
            version,
        )
        return publication, repeated is not None
