"""moto.core patched: what the patches rely on besides signatures."""

from __future__ import annotations

import inspect

import pytest
from moto.core.serialize import AttributePickerContext

from helpers.localcloud.patches import POINTS, core_serialize  # noqa: F401  (importing it applies it)
from tests.localcloud.patches.points import attribute


def test_the_queue_backend_is_still_a_property() -> None:
    assert isinstance(attribute("moto.sqs.responses:SQSResponse.sqs_backend"), property)


def test_moto_reads_the_time_from_the_one_name_that_the_clock_replaces() -> None:
    from moto.core import utils

    assert "datetime.datetime.now(" in inspect.getsource(utils.utcnow)
    assert "utcnow()" in inspect.getsource(utils.unix_time)


@pytest.mark.parametrize(
    "held", [{"QueueUrls": ["a"]}, {"queue_urls": ["a"]}, {"other": 1}, {}, {"QueueUrls": None, "queue_urls": ["b"]}]
)
def test_a_member_is_found_under_the_names_that_moto_tries(held: dict[str, object]) -> None:
    from moto.core.serialize import XFormedAttributePicker
    from moto.core.utils import get_service_model

    operation = get_service_model("sqs").operation_model("ListQueues")
    shape = operation.output_shape.members["QueueUrls"]
    context = AttributePickerContext(held, "QueueUrls", shape, operation, operation.service_model)
    original = POINTS["moto.core.serialize:AttributePicker.__call__"].original
    for transformers in ({}, {".QueueUrls": repr}):
        picker = XFormedAttributePicker(response_transformers=transformers)
        assert picker(context) == original(picker, context)
