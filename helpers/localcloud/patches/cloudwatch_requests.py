"""moto.cloudwatch: a request that is not what the model says is refused; to moto it is a failure of the server."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationNotFoundError
from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, get_service_model

from helpers.localcloud.observe.shapes import misfit
from helpers.localcloud.patches import patch


class SerializationException(CloudWatchException):
    """A request cannot be read."""

    code = "SerializationException"


@patch(
    "moto.cloudwatch.responses:CloudWatchResponse.parse_parameters",
    why="moto fails on a request with other types than the model's, or hands them on",
)
def _parse_parameters(original: Any, self: CloudWatchResponse, request: Any) -> None:
    action = self._get_action()
    try:
        original(self, request)
        shape = get_service_model("cloudwatch").operation_model(action).input_shape
        problem = misfit(self.params, shape) if shape else None
    except OperationNotFoundError:
        raise
    except Exception:  # whatever a parser makes of what it does not expect
        problem = "The request cannot be read: a member has another type than the service's model says."
    if problem:
        words = problem
        self.params = {}
        setattr(self, camelcase_to_underscores(action), lambda: _refuse(words))


def _refuse(words: str) -> ActionResult:
    raise SerializationException(words)
