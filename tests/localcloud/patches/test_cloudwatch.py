"""moto.cloudwatch patched: what of moto the metrics rely on."""

from __future__ import annotations

import inspect

import pytest
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.kinesis.models import KinesisBackend

from helpers.localcloud.patches import cloudwatch_refused

REFUSED = [name for names in cloudwatch_refused._MISSING.values() for name in names]


def test_requests_come_parsed_by_their_model() -> None:
    assert CloudWatchResponse().automated_parameter_parsing


@pytest.mark.parametrize("operation", REFUSED)
def test_a_refused_operation_is_one_of_the_model_and_not_moto_s_own(operation: str) -> None:
    operations = {camelcase_to_underscores(name) for name in get_service_model("cloudwatch").operation_names}
    assert operation in operations
    assert getattr(CloudWatchResponse, operation).__module__ == cloudwatch_refused.__name__


def test_other_services_of_moto_count_through_the_backend() -> None:
    source = inspect.getsource(KinesisBackend._send_stream_metrics)
    assert "cloudwatch_backend.put_metric_data(\n            namespace=" in source
    assert "metric_data=[" in source
