"""moto.sqs patched: kinds of the patched points, and that moto still calls them."""

from __future__ import annotations

import inspect

import pytest
from moto.core.utils import get_service_model
from moto.sqs.responses import SQSResponse

from tests.localcloud.patches.points import attribute

PROPERTIES = [
    "moto.sqs.models:Queue.attributes",
    "moto.sqs.models:Queue.approximate_number_of_messages",
    "moto.sqs.models:Queue.approximate_number_of_messages_delayed",
    "moto.sqs.models:Queue.approximate_number_of_messages_not_visible",
]


@pytest.mark.parametrize("target", PROPERTIES)
def test_a_patched_property_is_still_one(target: str) -> None:
    assert isinstance(attribute(target), property)


def test_a_queue_is_built_through_the_setter_of_its_attributes() -> None:
    source = inspect.getsource(attribute("moto.sqs.models:Queue.__init__"))
    assert "self._set_attributes(defaults, now)" in source


@pytest.mark.parametrize("operation", ["StartMessageMoveTask", "CancelMessageMoveTask", "ListMessageMoveTasks"])
def test_the_operations_of_a_redrive_are_in_the_model_that_moto_serves(operation: str) -> None:
    assert operation in get_service_model("sqs").operation_names


@pytest.mark.parametrize(
    "operation", ["start_message_move_task", "cancel_message_move_task", "list_message_move_tasks"]
)
def test_moto_does_not_have_the_operations_of_a_redrive(operation: str) -> None:
    assert f"def {operation}(" not in inspect.getsource(inspect.getmodule(SQSResponse))  # type: ignore[arg-type]
