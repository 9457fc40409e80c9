"""A queue, a function and the mapping between them, in a test's own account."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.events.queue_help import Queues

NOTHING = "def handler(event, context): pass"


class Desk(Queues):
    """Queues, functions and mappings; what a function saw is read from its log."""

    def __init__(self, cloud: CloudProcess, account: str, functions: Functions) -> None:
        super().__init__(cloud, account)
        self.functions, self.aws = functions, functions.aws

    def map(self, queue: str, function: str = "worker", **settings: Any) -> str:
        """The UUID of a mapping, settled in its state."""
        made = self.aws.create_event_source_mapping(EventSourceArn=self.arn(queue), FunctionName=function, **settings)
        self.advance(1)
        return str(made["UUID"])

    def mapped(self, source: str = NOTHING, name: str = "orders", **settings: Any) -> str:
        """The URL of a new queue whose messages go to the new function ``worker``."""
        self.functions.create("worker", source, Timeout=20)
        queue = self.create(name, VisibilityTimeout="30")
        self.map(queue, **settings)
        return queue

    def state(self, mapping: str) -> str:
        return str(self.aws.get_event_source_mapping(UUID=mapping)["State"])

    def send_all(self, url: str, *bodies: str, **parameters: Any) -> None:
        for first in range(0, len(bodies), 10):
            entries = [
                {"Id": str(number), "MessageBody": body, **parameters}
                for number, body in enumerate(bodies[first : first + 10])
            ]
            self.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def printed(self, word: str, name: str = "worker") -> list[Any]:
        """What a function printed as JSON after ``word``, in the order of each of its log streams."""
        lines = [line for line in self.functions.log(name) if line.startswith(f"{word} ")]
        return [json.loads(line[len(word) + 1 :]) for line in lines]

    def left(self, url: str) -> int:
        """How many messages a queue holds, whatever their state."""
        names = ("", "NotVisible", "Delayed")
        attributes = self.attributes(url)
        return sum(int(attributes[f"ApproximateNumberOfMessages{name}"]) for name in names)
