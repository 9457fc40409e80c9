"""moto.sqs: the account in a queue URL counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from moto.sqs.exceptions import QueueDoesNotExist, SQSException
from moto.sqs.models import SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from helpers.localcloud.accounts import is_account_id
from helpers.localcloud.patches import patch
from helpers.localcloud.policies import allows


class AccessDenied(SQSException):
    """AWS's refusal of a call on a queue of another account."""

    def __init__(self, caller: str, action: str, arn: str) -> None:
        message = (
            f"User: arn:aws:iam::{caller}:root is not authorized to perform: sqs:{action.lower()} on resource: {arn} "
            f"because no resource-based policy allows the sqs:{action.lower()} action"
        )
        super().__init__("AccessDenied", message)


@patch(
    "moto.sqs.responses:SQSResponse.sqs_backend",
    why="moto looks for the queue's name in the caller's account, whatever account the URL names",
)
def _sqs_backend(original: Any, self: SQSResponse) -> SQSBackend:
    url = self._get_param("QueueUrl")
    owner = urlsplit(url).path.strip("/").split("/")[0] if isinstance(url, str) and "/" in url else ""
    if not is_account_id(owner) or owner == self.current_account:
        return original(self)  # type: ignore[no-any-return]
    theirs = sqs_backends[owner][self.region]
    try:
        queue = theirs.get_queue(self._get_queue_name())
    except QueueDoesNotExist:
        return theirs
    action = str(self._get_action())
    if not allows(queue.policy, account=self.current_account, action=f"sqs:{action}", resource=queue.queue_arn):
        raise AccessDenied(self.current_account, action, queue.queue_arn)
    return theirs


@patch(
    "moto.sqs.responses:SQSResponse._determine_resource",
    why="it runs before moto turns exceptions into answers; the refusal belongs to the action",
)
def _determine_resource(original: Any, self: SQSResponse) -> str:
    try:
        return str(original(self))
    except AccessDenied:
        return "*"
