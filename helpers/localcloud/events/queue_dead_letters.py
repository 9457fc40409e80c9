"""Dead-letter queues: when a message was received often enough, and how it travels from queue to queue.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.queue_messages import Stored
from helpers.localcloud.events.queue_shelf import Shelf
from helpers.localcloud.events.queue_turn import QueueTurn


class Record(Protocol):
    """Writes what happened to a message of the queue into the ledger."""

    def __call__(
        self, step: Step, message: Stored, to: str | None = None, count: int | None = None, **detail: str
    ) -> None: ...


class DeadLetters:
    """What one queue gives to others, and takes in from them.

    queue: moto's object, read for the policies at the moment they matter. number: gives the next message's number and sequence number.
    find: the dead letters of another queue by its ARN.
    """

    def __init__(
        self,
        queue: Any,
        shelf: Shelf,
        turn: QueueTurn,
        number: Callable[[], tuple[int, str | None]],
        record: Record,
        find: Callable[[str], DeadLetters | None],
    ) -> None:
        self.arn: str = queue.queue_arn
        self._queue = queue
        self._fifo = bool(queue.fifo_queue)
        self._shelf = shelf
        self._turn = turn
        self._number = number
        self._record = record
        self._find = find

    def admits(self, source_arn: str) -> bool:
        """Whether the redrive allow policy lets the queue ``source_arn`` use this one as its dead-letter queue."""
        policy = self._queue.redrive_allow_policy
        permission = policy["redrivePermission"] if policy else "allowAll"
        return permission == "allowAll" or (permission == "byQueue" and source_arn in policy["sourceQueueArns"])

    def most_receives(self) -> int | None:
        """How often a message may be received here, if there is a queue for it afterwards."""
        policy = self._queue.redrive_policy
        if not policy or self._find(policy["deadLetterTargetArn"]) is None:
            return None
        return int(policy["maxReceiveCount"])

    def hand_on(self, exhausted: Sequence[Stored]) -> None:
        """Give messages that left this queue after too many receives to its dead-letter queue; one that is gone by now leaves them here."""
        for message in exhausted:
            target = self._find(self._queue.redrive_policy["deadLetterTargetArn"]) or self
            target._take_over(message, self.arn)
            self._record("dead-lettered", message, to=target.arn, count=message.receives)

    def redrive(self, destination_of: Callable[[Stored], DeadLetters | None]) -> bool:
        """Redrive the next visible message to the queue that ``destination_of`` names; ``False`` when there is none, or it names none.

        A redriven message is a new one, with an id, an age and a receive count of its own.
        """
        with self._turn.at_work():
            message = self._shelf.take()
            if message is None:
                return False
            destination = destination_of(message)
            if destination is None:
                self._shelf.put_back(message)
                return False
            self._shelf.remove(message)
        again = destination._take_again(message)
        self._record("moved", message, to=destination.arn, moved_as=again.id)
        return True

    def _take_over(self, message: Stored, source_arn: str) -> None:
        """Take in a message that ``source_arn`` has dead-lettered: with its id, its receive count and, on a standard queue, its age.

        Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
        """
        with self._turn.at_work() as now:
            moved = self._copy(message, message.id, now if self._fifo else message.sent)
            moved.source, moved.receives, moved.first_received = source_arn, message.receives, message.first_received
            if self._fifo:
                moved.deduplication_id = message.id
            self._shelf.admit(moved, now)

    def _take_again(self, message: Stored) -> Stored:
        """Take in a message that was redriven from a dead-letter queue, as a new one and whatever is known of duplicates."""
        with self._turn.at_work() as now:
            again = self._copy(message, str(uuid.uuid4()), now)
            again.parent = message.id
            self._record("sent", again)
            self._shelf.admit(again, now)
            return again

    def _copy(self, message: Stored, message_id: str, sent: float) -> Stored:
        number, sequence_number = self._number()
        return message.again(message_id, number, sent, sequence_number)
