"""moto.sqs, the redrive of dead-letter queues: three operations that moto does not have."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.responses import SQSResponse

from helpers.localcloud.events import plane, queue_moves
from helpers.localcloud.patches import patch


def _absent(self: SQSResponse) -> ActionResult:
    raise NotImplementedError


for _name in ("start_message_move_task", "cancel_message_move_task", "list_message_move_tasks"):
    if not hasattr(SQSResponse, _name):
        setattr(SQSResponse, _name, _absent)


@patch("moto.sqs.responses:SQSResponse.start_message_move_task", why="moto has no redrive")
def _start(original: Any, self: SQSResponse) -> ActionResult:
    task = queue_moves.start(
        plane(),
        self.sqs_backend,
        self._get_param("SourceArn"),
        self._get_param("DestinationArn"),
        self._get_param("MaxNumberOfMessagesPerSecond"),
    )
    return ActionResult({"TaskHandle": task.handle})


@patch("moto.sqs.responses:SQSResponse.cancel_message_move_task", why="moto has no redrive")
def _cancel(original: Any, self: SQSResponse) -> ActionResult:
    task = queue_moves.cancel(self._get_param("TaskHandle"))
    return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})


@patch("moto.sqs.responses:SQSResponse.list_message_move_tasks", why="moto has no redrive")
def _list(original: Any, self: SQSResponse) -> ActionResult:
    return ActionResult({"Results": queue_moves.listed(self._get_param("SourceArn"), self._get_param("MaxResults", 1))})
