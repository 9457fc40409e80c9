"""The subscriptions of a topic, and how each of them wants its messages.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html and https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.sns.models import Subscription, Topic, sns_backends

from helpers.localcloud.arns import region_of
from helpers.localcloud.events.sns_filters import FilterPolicy, Scope
from helpers.localcloud.events.topic_http import DEFAULT_POLICY, read_policy
from helpers.localcloud.events.topic_state import kept


def subscriptions_of(topic: Topic) -> list[Subscription]:
    """All subscriptions of a topic, whoever's they are, in the order in which they were made."""
    region = region_of(topic.arn)
    accounts: dict[str, Any] = dict(sns_backends)
    backends = [topic.sns_backend, *(one[region] for name, one in accounts.items() if name != topic.account_id)]
    return [one for backend in backends for one in list(backend.subscriptions.values()) if one.topic.arn == topic.arn]


def is_confirmed(subscription: Subscription) -> bool:
    """Whether it delivers: those with an endpoint outside of AWS do so after they are confirmed."""
    return str(subscription.attributes.get("PendingConfirmation", False)).lower() != "true"


def is_raw(subscription: Subscription) -> bool:
    """Whether it delivers the bare message."""
    return str(subscription.attributes.get("RawMessageDelivery", False)).lower() == "true"


def filter_of(subscription: Subscription) -> FilterPolicy | None:
    """Which messages it wants; nothing is all of them."""
    written = subscription.attributes.get("FilterPolicy")
    if not written:
        return None
    scope: Scope = subscription.attributes.get("FilterPolicyScope") or "MessageAttributes"
    known: FilterPolicy | None = subscription.__dict__.get("_filter")
    if known is None or subscription.__dict__["_filter_text"] != (written, scope):
        known = subscription.__dict__["_filter"] = FilterPolicy(written, scope)
        subscription.__dict__["_filter_text"] = (written, scope)
    return known


def retry_policy_of(topic: Topic, subscription: Subscription) -> Mapping[str, Any]:
    """How deliveries to its endpoint are tried again: its own policy, the topic's, or the default."""
    written = subscription.attributes.get("DeliveryPolicy") or kept(topic).attributes.get("DeliveryPolicy")
    return read_policy(written) if written else DEFAULT_POLICY
