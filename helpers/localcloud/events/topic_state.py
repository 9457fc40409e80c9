"""What SNS keeps of a topic, and where a topic is found.

https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-dedup.html
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from moto.sns.models import Topic, sns_backends

from helpers.localcloud.events.queue_memory import Fading
from helpers.localcloud.events.topic_errors import NotFound

DEDUPLICATION_SECONDS = 300


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
