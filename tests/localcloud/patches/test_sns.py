"""moto.sns patched: what the patches read of moto's own objects."""

from __future__ import annotations

from moto.sns.models import SNSBackend, Subscription


def test_moto_still_keeps_topics_and_subscriptions_the_way_the_event_plane_reads_them() -> None:
    backend = SNSBackend("us-east-1", "123456789012")
    topic = backend.create_topic("orders")
    assert backend.topics == {topic.arn: topic}
    subscription = Subscription("123456789012", topic, "arn:aws:sqs:us-east-1:123456789012:all", "sqs")
    assert (subscription.topic, subscription.attributes, backend.subscriptions) == (topic, {}, {})
