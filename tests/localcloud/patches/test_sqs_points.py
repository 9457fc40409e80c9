"""Contract of each patched point of moto.sqs, and of the one of moto.cloudwatch that queues need: signature, kind, and that moto still calls it."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
from moto.core.utils import get_service_model

PARAMETERS = {
    "moto.sqs.models:SQSBackend.send_message": [
        "self",
        "queue_name",
        "message_body",
        "message_attributes",
        "delay_seconds",
        "deduplication_id",
        "group_id",
        "system_attributes",
        "validate_group_id",
    ],
    "moto.sqs.models:SQSBackend.receive_message": [
        "self",
        "queue_name",
        "count",
        "wait_seconds_timeout",
        "visibility_timeout",
        "message_attribute_names",
    ],
    "moto.sqs.models:SQSBackend.delete_message": ["self", "queue_name", "receipt_handle"],
    "moto.sqs.models:SQSBackend.change_message_visibility": [
        "self",
        "queue_name",
        "receipt_handle",
        "visibility_timeout",
    ],
    "moto.sqs.models:SQSBackend.purge_queue": ["self", "queue_name"],
    "moto.sqs.models:SQSBackend.create_queue": ["self", "name", "tags", "kwargs"],
    "moto.sqs.models:SQSBackend.set_queue_attributes": ["self", "queue_name", "attributes"],
    "moto.sqs.models:SQSBackend.get_queue_attributes": ["self", "queue_name", "attribute_names"],
    "moto.sqs.models:SQSBackend.delete_queue": ["self", "queue_name"],
    "moto.sqs.models:SQSBackend.list_dead_letter_source_queues": ["self", "queue_name"],
    "moto.sqs.models:Queue._set_attributes": ["self", "attributes", "now"],
    "moto.sqs.responses:SQSResponse.send_message": ["self"],
    "moto.sqs.responses:SQSResponse.send_message_batch": ["self"],
    "moto.sqs.responses:SQSResponse.receive_message": ["self"],
    "moto.sqs.responses:SQSResponse.delete_message_batch": ["self"],
    "moto.sqs.responses:SQSResponse.change_message_visibility": ["self"],
    "moto.sqs.responses:SQSResponse.change_message_visibility_batch": ["self"],
    "moto.sqs.responses:SQSResponse.list_dead_letter_source_queues": ["self"],
    "moto.cloudwatch.models:CloudWatchBackend.get_all_metrics": ["self"],
}
PROPERTIES = [
    "moto.sqs.models:Queue.attributes",
    "moto.sqs.models:Queue.approximate_number_of_messages",
    "moto.sqs.models:Queue.approximate_number_of_messages_delayed",
    "moto.sqs.models:Queue.approximate_number_of_messages_not_visible",
]


def attribute(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert list(inspect.signature(attribute(target)).parameters) == PARAMETERS[target]


@pytest.mark.parametrize("target", PROPERTIES)
def test_a_patched_property_is_still_one(target: str) -> None:
    assert isinstance(attribute(target), property)


@pytest.mark.parametrize("reader", ["get_metric_data", "get_metric_statistics", "get_filtered_metrics"])
def test_every_reader_of_metrics_asks_for_all_of_them(reader: str) -> None:
    assert "self.get_all_metrics()" in inspect.getsource(
        attribute(f"moto.cloudwatch.models:CloudWatchBackend.{reader}")
    )


def test_a_queue_is_built_through_the_setter_of_its_attributes() -> None:
    source = inspect.getsource(attribute("moto.sqs.models:Queue.__init__"))
    assert "self._set_attributes(defaults, now)" in source


@pytest.mark.parametrize("operation", ["StartMessageMoveTask", "CancelMessageMoveTask", "ListMessageMoveTasks"])
def test_the_operations_of_a_redrive_are_in_the_model_that_moto_serves(operation: str) -> None:
    assert operation in get_service_model("sqs").operation_names
