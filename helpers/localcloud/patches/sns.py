"""moto.sns: topics deliver through the event plane, and requests are checked as SNS checks them; moto keeps names, tags and policies."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sns.exceptions import SNSException, SNSNotFoundError
from moto.sns.models import SNSBackend, Subscription, Topic
from moto.sns.responses import SNSResponse

from helpers.localcloud import events
from helpers.localcloud.accounts import is_account_id
from helpers.localcloud.arns import account_of
from helpers.localcloud.events import topic_rules
from helpers.localcloud.events.topic_errors import InvalidParameter, NotFound, not_here
from helpers.localcloud.events.topic_state import find_topic, kept
from helpers.localcloud.events.topic_subscriptions import is_confirmed, subscriptions_of
from helpers.localcloud.patches import patch
from helpers.localcloud.policies import allows

_TO_CONFIRM = ("http", "https", "email", "email-json")
_DELIVERS = (
    "moto delivers inside of the publisher's call, without retries, dead-letter queues, filters by address or metrics"
)
_CHECKS = "moto takes what SNS refuses"
_OPEN = "moto lets every account use every topic"


class AuthorizationError(SNSException):
    """AWS's refusal of a call on a topic of another account.

    Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
    """

    code = "AuthorizationError"

    def __init__(self, caller: str, action: str, arn: str) -> None:
        super().__init__(
            f"User: arn:aws:iam::{caller}:root is not authorized to perform: SNS:{action} on resource: {arn} "
            f"because no resource-based policy allows the SNS:{action} action"
        )


def _authorise(backend: SNSBackend, arn: str | None, action: str) -> None:
    owner = account_of(arn) if arn and arn.count(":") >= 5 else ""
    if not is_account_id(owner) or owner == backend.account_id:
        return
    try:
        policy = backend.get_topic(str(arn)).policy
    except SNSNotFoundError:
        policy = None
    if not allows(policy, account=backend.account_id, action=f"SNS:{action}", resource=str(arn)):
        raise AuthorizationError(backend.account_id, action, str(arn))


@patch("moto.sns.models:SNSBackend.publish", why=_DELIVERS)
def _publish(
    original: Any,
    self: SNSBackend,
    message: str,
    arn: str | None,
    phone_number: str | None = None,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> str:
    if phone_number:
        message_id = str(original(self, message, arn, phone_number, subject))
        events.plane().outbox.put(self.account_id, "sms", phone_number, message)
        return message_id
    if ":endpoint/" in str(arn):
        raise not_here("mobile push (platform endpoints)", "publish to a topic with a queue or a function")
    _authorise(self, arn, "Publish")
    publication = events.plane().topics.publish(
        find_topic(str(arn)),
        message,
        subject=subject,
        attributes=message_attributes,
        group=group_id,
        deduplication_id=deduplication_id,
        structure=message_structure,
    )
    return publication.id


@patch("moto.sns.responses:SNSResponse.publish", why="moto answers without a sequence number")
def _publish_request(original: Any, self: SNSResponse) -> ActionResult:
    arn = str(self._get_param("TargetArn") or self._get_param("TopicArn") or "")
    if self._get_param("PhoneNumber") is not None or not arn.endswith(".fifo"):
        return original(self)  # type: ignore[no-any-return]
    _authorise(self.backend, arn, "Publish")
    publication = events.plane().topics.publish(
        find_topic(arn),
        self._get_param("Message"),
        subject=self._get_param("Subject"),
        attributes=self._parse_message_attributes(),
        group=self._get_param("MessageGroupId"),
        deduplication_id=self._get_param("MessageDeduplicationId"),
        structure=self._get_param("MessageStructure"),
    )
    return ActionResult({"MessageId": publication.id, "SequenceNumber": publication.sequence_number})


@patch("moto.sns.models:SNSBackend.publish_batch", why=_DELIVERS)
def _publish_batch(
    original: Any, self: SNSBackend, topic_arn: str, publish_batch_request_entries: list[dict[str, Any]]
) -> Any:
    _authorise(self, topic_arn, "Publish")
    return events.plane().topics.publish_batch(find_topic(topic_arn), publish_batch_request_entries)


@patch("moto.sns.models:SNSBackend.create_topic", why=_CHECKS)
def _create_topic(
    original: Any,
    self: SNSBackend,
    name: str,
    attributes: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> Topic:
    given = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in (attributes or {}).items()
    }
    for key, value in given.items():
        topic_rules.check_topic_attribute(key, value, creating=True)
    fifo = given.get("FifoTopic") == "true"
    if not fifo and ("ContentBasedDeduplication" in given or "FifoThroughputScope" in given):
        raise InvalidParameter("Attributes Reason: it holds for FIFO topics only")
    known = self.topics.get(f"arn:aws:sns:{self.region_name}:{self.account_id}:{name}")
    if known is not None:
        differs = [key for key, value in given.items() if kept(known).attributes.get(key, _DEFAULTS.get(key)) != value]
        if differs:
            raise InvalidParameter("Attributes Reason: Topic already exists with different attributes")
    passed = {key: value for key, value in (attributes or {}).items() if key in _OF_MOTO and value}
    if "FifoTopic" in passed:
        passed["FifoTopic"] = fifo
        passed = passed if fifo else {key: value for key, value in passed.items() if key != "FifoTopic"}
    topic: Topic = original(self, name, passed, tags)
    if known is None:
        kept(topic).attributes.update(given)
    return topic


_OF_MOTO = ("FifoTopic", "ContentBasedDeduplication", "DisplayName", "Policy", "DeliveryPolicy")
_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "FifoTopic": "false",
    "FifoThroughputScope": "Topic",
    "SignatureVersion": "1",
}


@patch("moto.sns.responses:SNSResponse.set_topic_attributes", why=_CHECKS)
def _set_topic_attributes(original: Any, self: SNSResponse) -> EmptyResult:
    arn, name = self._get_param("TopicArn"), str(self._get_param("AttributeName"))
    value = str(self._get_param("AttributeValue") or "")
    _authorise(self.backend, arn, "SetTopicAttributes")
    topic = find_topic(arn)
    topic_rules.check_topic_attribute(name, value, creating=False)
    if name == "MaximumMessageSize" and int(value) > topic_rules.LARGEST_MESSAGE:
        _check_big_messages(topic)
    if name in _OF_MOTO:
        original(self)
    kept(topic).attributes[name] = value
    return EmptyResult()


def _check_big_messages(topic: Topic) -> None:
    others = [one.protocol for one in subscriptions_of(topic) if one.protocol not in ("sqs", "lambda")]
    if others or len(subscriptions_of(topic)) > 100:
        raise InvalidParameter(
            "MaximumMessageSize Reason: messages above 262144 bytes need a topic with at most 100 subscriptions, all of queues, functions or Firehose"
        )


@patch("moto.sns.models:SNSBackend.set_topic_attribute", why=_OPEN)
def _set_topic_attribute(original: Any, self: SNSBackend, topic_arn: str, *rest: Any, **more: Any) -> Any:
    _authorise(self, topic_arn, "SetTopicAttributes")
    return original(self, topic_arn, *rest, **more)


@patch("moto.sns.responses:SNSResponse.get_topic_attributes", why="moto counts no subscriptions and forgets attributes")
def _get_topic_attributes(original: Any, self: SNSResponse) -> ActionResult:
    answer: ActionResult = original(self)
    topic = find_topic(self._get_param("TopicArn"))
    attributes: dict[str, Any] = answer.result["Attributes"]  # type: ignore[index]
    pending = sum(not is_confirmed(one) for one in subscriptions_of(topic))
    attributes["SubscriptionsPending"] = str(pending)
    attributes["SubscriptionsConfirmed"] = str(len(subscriptions_of(topic)) - pending)
    attributes["SubscriptionsDeleted"] = str(kept(topic).deleted)
    for name in (
        "SignatureVersion",
        "TracingConfig",
        "MaximumMessageSize",
        "FifoThroughputScope",
        "ContentBasedDeduplication",
    ):
        if name in kept(topic).attributes:
            attributes[name] = kept(topic).attributes[name]
    if not attributes.get("DeliveryPolicy"):
        attributes.pop("DeliveryPolicy", None)
    return answer


@patch("moto.sns.models:SNSBackend.delete_topic", why=_OPEN)
def _delete_topic(original: Any, self: SNSBackend, arn: str) -> Any:
    _authorise(self, arn, "DeleteTopic")
    return original(self, arn)


@patch(
    "moto.sns.responses:SNSResponse.subscribe", why="moto confirms every endpoint by itself and checks hardly anything"
)
def _subscribe_request(original: Any, self: SNSResponse) -> ActionResult:
    arn, protocol = str(self._get_param("TopicArn")), str(self._get_param("Protocol"))
    endpoint, attributes = self._get_param("Endpoint"), dict(self._get_param("Attributes", {}) or {})
    _authorise(self.backend, arn, "Subscribe")
    topic = find_topic(arn)
    topic_rules.check_endpoint(protocol, endpoint, fifo=bool(topic.fifo_topic))
    topic_rules.check_subscription_attributes(attributes, protocol, fifo=bool(topic.fifo_topic))
    if (
        protocol in _TO_CONFIRM
        and int(kept(topic).attributes.get("MaximumMessageSize") or 0) > topic_rules.LARGEST_MESSAGE
    ):
        raise InvalidParameter(
            f"Protocol Reason: a topic with messages above 262144 bytes does not deliver to {protocol}"
        )
    known = self.backend._find_subscription(arn, endpoint, protocol)
    if known is not None:
        if any(str(known.attributes.get(key, "")).lower() != str(value).lower() for key, value in attributes.items()):
            raise InvalidParameter("Attributes Reason: Subscription already exists with different attributes")
        subscription = known
    else:
        subscription = self.backend.subscribe(arn, endpoint, protocol)
        subscription.attributes.update(_as_kept(attributes))
        if protocol in _TO_CONFIRM:
            subscription.attributes["PendingConfirmation"] = True
            events.plane().topics.deliveries.ask_to_confirm(topic, subscription)
    shown = is_confirmed(subscription) or str(self._get_param("ReturnSubscriptionArn", False)).lower() == "true"
    return ActionResult({"SubscriptionArn": subscription.arn if shown else "pending confirmation"})


@patch("moto.sns.models:SNSBackend.subscribe", why=_OPEN)
def _subscribe(original: Any, self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Any:
    _authorise(self, topic_arn, "Subscribe")
    return original(self, topic_arn, endpoint, protocol)


@patch("moto.sns.models:SNSBackend.set_subscription_attributes", why=_CHECKS)
def _set_subscription_attributes(original: Any, self: SNSBackend, arn: str, name: str, value: Any) -> None:
    subscription = _subscription(self, arn)
    if name not in topic_rules.SUBSCRIPTION_ATTRIBUTES and name != "SubscriptionRoleArn":
        raise InvalidParameter("AttributeName")
    now = {key: value for key, value in subscription.attributes.items() if key in topic_rules.SUBSCRIPTION_ATTRIBUTES}
    fifo = bool(subscription.topic.fifo_topic)
    topic_rules.check_subscription_attributes({**now, name: value}, subscription.protocol, fifo=fifo)
    subscription.attributes.update(_as_kept({name: value}))


def _as_kept(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes in the types that moto answers them from."""
    return {
        name: str(value).lower() == "true" if name == "RawMessageDelivery" else value
        for name, value in attributes.items()
    }


def _subscription(backend: SNSBackend, arn: str) -> Subscription:
    found = backend.subscriptions.get(arn)
    if found is None:
        raise NotFound("Subscription does not exist")
    return found


@patch("moto.sns.models:SNSBackend.unsubscribe", why="moto does not count what is gone")
def _unsubscribe(original: Any, self: SNSBackend, subscription_arn: str) -> None:
    if not re.fullmatch(r"arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+:[\w-]+", subscription_arn or ""):
        raise InvalidParameter("SubscriptionId")
    found = self.subscriptions.get(subscription_arn)
    if found is not None:
        kept(found.topic).deleted += 1
    original(self, subscription_arn)


@patch(
    "moto.sns.responses:SNSResponse.confirm_subscription",
    why="moto takes any token and answers with the same subscription",
)
def _confirm_subscription(original: Any, self: SNSResponse) -> ActionResult:
    subscription = events.plane().topics.confirm(self._get_param("TopicArn"), self._get_param("Token"))
    return ActionResult({"SubscriptionArn": subscription.arn})


@patch("moto.sns.responses:SNSResponse.list_subscriptions_by_topic", why="moto shows the ARN of what is not confirmed")
def _list_by_topic(original: Any, self: SNSResponse) -> ActionResult:
    return _hide_pending(original(self))


@patch("moto.sns.responses:SNSResponse.list_subscriptions", why="moto shows the ARN of what is not confirmed")
def _list(original: Any, self: SNSResponse) -> ActionResult:
    return _hide_pending(original(self))


def _hide_pending(answer: ActionResult) -> ActionResult:
    shown = [
        {
            "SubscriptionArn": one.arn if is_confirmed(one) else "PendingConfirmation",
            "Owner": one.account_id,
            "Protocol": one.protocol,
            "Endpoint": one.endpoint,
            "TopicArn": one.topic.arn,
        }
        for one in answer.result["Subscriptions"]  # type: ignore[index]
    ]
    return ActionResult({**answer.result, "Subscriptions": shown})  # type: ignore[dict-item]


@patch("moto.sns.models:SNSBackend.get_subscription_attributes", why="moto leaves the retry policy of an endpoint out")
def _get_subscription_attributes(original: Any, self: SNSBackend, arn: str) -> dict[str, Any]:
    attributes: dict[str, Any] = original(self, arn)
    if attributes.get("DeliveryPolicy"):
        attributes["EffectiveDeliveryPolicy"] = json.dumps(json.loads(attributes["DeliveryPolicy"]))
    return attributes
