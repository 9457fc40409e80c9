"""Redrives: tasks that move the messages of a dead-letter queue back to where they came from, or to another queue.

A task with a rate moves that many messages at the end of each second of virtual time; one without moves up to 500 at once, and goes on every second.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sqs.models import SQSBackend

from helpers.localcloud.events.queue_dead_letters import DeadLetters
from helpers.localcloud.events.queue_errors import InvalidParameterValue, MissingParameter, ResourceNotFound
from helpers.localcloud.events.queue_messages import Stored
from helpers.localcloud.events.queue_store import QueueStore
from helpers.localcloud.events.queues import find

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

FASTEST_PER_SECOND = 500
KEPT_PER_QUEUE = 10

RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"


@dataclass
class Task:
    """One redrive. started: virtual time, milliseconds since 1970. rate: messages a second; nothing for as fast as it goes."""

    id: str
    source_arn: str
    destination_arn: str | None
    rate: int | None
    started: int
    to_move: int
    status: str = RUNNING
    moved: int = 0
    failure: str | None = None

    @property
    def handle(self) -> str:
        """What cancels it."""
        return base64.b64encode(json.dumps({"taskId": self.id, "sourceArn": self.source_arn}).encode()).decode()

    def described(self) -> dict[str, Any]:
        """The task as ``ListMessageMoveTasks`` shows it: with a handle only while it runs."""
        shown = {
            "TaskHandle": self.handle if self.status == RUNNING else None,
            "Status": self.status,
            "SourceArn": self.source_arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in shown.items() if value is not None}


def start(
    plane: EventPlane, backend: SQSBackend, source_arn: str | None, destination_arn: str | None, rate: int | None
) -> Task:
    """Begin to move what is in the dead-letter queue ``source_arn``.

    destination_arn: nothing for the queues that the messages came from. rate: 1 to 500 messages a second.
    Raises: ``MissingParameter``, ``InvalidParameterValue``, ``ResourceNotFound``.
    """
    source = _queue("SourceArn", source_arn)
    if source.arn.split(":")[3:5] != [backend.region_name, backend.account_id]:
        raise ResourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.")
    if destination_arn is not None:
        destination = _queue("DestinationArn", destination_arn)
        if destination.arn == source.arn:
            raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
        if destination.arn.endswith(".fifo") is not source.arn.endswith(".fifo"):
            raise InvalidParameterValue("The source queue and destination queue must be of the same queue type.")
    if rate is not None and not 1 <= rate <= FASTEST_PER_SECOND:
        raise InvalidParameterValue(
            "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's between 1 and 500."
        )
    if not any(_dead_letters_to(queue, source.arn) for queue in backend.queues.values()):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    tasks = tasks_of(source)
    if tasks and tasks[0].status == RUNNING:
        raise InvalidParameterValue(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    started = int(plane.clock.timestamp() * 1000)
    task = Task(str(uuid.uuid4()), source.arn, destination_arn, rate, started, source.counts().visible)
    tasks.appendleft(task)
    plane.schedule.after(0 if rate is None else 1, source.account, lambda: _go_on(plane, source, task))
    return task


def cancel(handle: str | None) -> Task:
    """Stop a task that runs; what has been moved stays moved.

    Raises: ``MissingParameter``, ``InvalidParameterValue``, ``ResourceNotFound``.
    """
    if not handle:
        raise MissingParameter("TaskHandle")
    try:
        named = json.loads(base64.b64decode(handle, validate=True))
        task_id, source_arn = named["taskId"], named["sourceArn"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
    source = _queue("SourceArn", source_arn)
    for task in tasks_of(source):
        if task.id == task_id and task.status == RUNNING:
            task.status = CANCELLED
            return task
    raise ResourceNotFound("Task does not exist.")


def listed(source_arn: str | None, most: int) -> list[dict[str, Any]]:
    """The newest tasks of a queue, the latest first; ``most``: 1 to 10.

    Raises: ``MissingParameter``, ``InvalidParameterValue``, ``ResourceNotFound``.
    """
    source = _queue("SourceArn", source_arn)
    if not 1 <= most <= KEPT_PER_QUEUE:
        raise InvalidParameterValue(
            "Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10."
        )
    return [task.described() for task in list(tasks_of(source))[:most]]


def tasks_of(store: QueueStore) -> deque[Task]:
    """The latest tasks of a dead-letter queue, the newest first; they travel with its store."""
    return store.__dict__.setdefault("_moves", deque(maxlen=KEPT_PER_QUEUE))  # type: ignore[no-any-return]


def _queue(parameter: str, arn: str | None) -> QueueStore:
    if arn is None:
        raise MissingParameter(parameter)
    if not arn.startswith("arn:aws:sqs:") or arn.count(":") != 5:
        raise InvalidParameterValue(
            f"You must use this format to specify the {parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    store = find(arn)
    if store is None:
        raise ResourceNotFound(f"The resource that you specified for the {parameter} parameter doesn't exist.")
    return store


def _dead_letters_to(queue: Any, arn: str) -> bool:
    policy = queue.redrive_policy
    return bool(policy) and policy["deadLetterTargetArn"] == arn


def _go_on(plane: EventPlane, source: QueueStore, task: Task) -> None:
    for _ in range(task.rate or FASTEST_PER_SECOND):
        if task.status != RUNNING or not _move_one(source, task):
            return
    plane.schedule.after(1, source.account, lambda: _go_on(plane, source, task))


def _move_one(source: QueueStore, task: Task) -> bool:
    """Move the next message; ``False`` when that ended the task."""

    def destination_of(message: Stored) -> DeadLetters | None:
        arn = task.destination_arn or message.source
        task.failure = "AWS.SimpleQueueService.NonExistentQueue" if arn else "CouldNotDetermineMessageSource"
        store = find(arn) if arn else None
        return store.dead_letters if store else None

    if find(source.arn) is not source:
        task.status, task.failure = FAILED, "AWS.SimpleQueueService.NonExistentQueue"
        return False
    passed = source.dead_letters.redrive(destination_of)
    if passed:
        task.moved += 1
        task.failure = None
        return True
    task.status = FAILED if task.failure else COMPLETED
    return False
