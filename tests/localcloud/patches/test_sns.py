"""Contract of each patched point of moto.sns: its signature, and what the patches read of moto's own objects."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from moto.sns.models import SNSBackend, Subscription

from helpers.localcloud import patches

PARAMETERS = {
    "moto.sns.models:SNSBackend.publish": [
        "self",
        "message",
        "arn",
        "phone_number",
        "subject",
        "message_attributes",
        "group_id",
        "deduplication_id",
        "message_structure",
    ],
    "moto.sns.models:SNSBackend.publish_batch": ["self", "topic_arn", "publish_batch_request_entries"],
    "moto.sns.models:SNSBackend.create_topic": ["self", "name", "attributes", "tags"],
    "moto.sns.models:SNSBackend.subscribe": ["self", "topic_arn", "endpoint", "protocol"],
    "moto.sns.models:SNSBackend.unsubscribe": ["self", "subscription_arn"],
    "moto.sns.models:SNSBackend.set_topic_attribute": ["self", "topic_arn", "attribute_name", "attribute_value"],
    "moto.sns.models:SNSBackend.delete_topic": ["self", "arn"],
    "moto.sns.models:SNSBackend.set_subscription_attributes": ["self", "arn", "name", "value"],
    "moto.sns.models:SNSBackend.get_subscription_attributes": ["self", "arn"],
    "moto.sns.responses:SNSResponse.publish": ["self"],
    "moto.sns.responses:SNSResponse.subscribe": ["self"],
    "moto.sns.responses:SNSResponse.set_topic_attributes": ["self"],
    "moto.sns.responses:SNSResponse.get_topic_attributes": ["self"],
    "moto.sns.responses:SNSResponse.confirm_subscription": ["self"],
    "moto.sns.responses:SNSResponse.list_subscriptions": ["self"],
    "moto.sns.responses:SNSResponse.list_subscriptions_by_topic": ["self"],
}


def attribute(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found


def test_every_patched_point_is_listed_here() -> None:
    source = (Path(patches.__file__).parent / "sns.py").read_text(encoding="utf-8")
    assert sorted(PARAMETERS) == sorted(re.findall(r'@patch\(\s*"([^"]+)"', source))


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert list(inspect.signature(attribute(target)).parameters) == PARAMETERS[target]


def test_moto_still_keeps_topics_and_subscriptions_the_way_the_event_plane_reads_them() -> None:
    backend = SNSBackend("us-east-1", "123456789012")
    topic = backend.create_topic("orders")
    assert backend.topics == {topic.arn: topic}
    subscription = Subscription("123456789012", topic, "arn:aws:sqs:us-east-1:123456789012:all", "sqs")
    assert (subscription.topic, subscription.attributes, backend.subscriptions) == (topic, {}, {})
