"""moto.sqs, the redrive of dead-letter queues: three operations that moto does not have."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sqs.responses import SQSResponse

from helpers.localcloud.events import plane, queue_moves


def _start(self: SQSResponse) -> ActionResult:
    """StartMessageMoveTask: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html"""
    task = queue_moves.start(
        plane(),
        self.sqs_backend,
        self._get_param("SourceArn"),
        self._get_param("DestinationArn"),
        self._get_param("MaxNumberOfMessagesPerSecond"),
    )
    return ActionResult({"TaskHandle": task.handle})


def _cancel(self: SQSResponse) -> ActionResult:
    """CancelMessageMoveTask: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html"""
    task = queue_moves.cancel(self._get_param("TaskHandle"))
    return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})


def _list(self: SQSResponse) -> ActionResult:
    """ListMessageMoveTasks: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html"""
    return ActionResult({"Results": queue_moves.listed(self._get_param("SourceArn"), self._get_param("MaxResults", 1))})


SQSResponse.start_message_move_task = _start  # type: ignore[attr-defined]
SQSResponse.cancel_message_move_task = _cancel  # type: ignore[attr-defined]
SQSResponse.list_message_move_tasks = _list  # type: ignore[attr-defined]
