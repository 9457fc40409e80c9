"""Contract of each patched point of moto.core, moto.iam, moto.sts and moto.sqs: its signature, and one behaviour."""

from __future__ import annotations

import importlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest

PARAMETERS = {
    "moto.core.responses:BaseResponse.get_access_key": ["self"],
    "moto.iam.models:get_account_id_from": ["access_key"],
    "moto.iam.models:mark_account_as_visited": ["account_id", "access_key", "service", "region"],
    "moto.core.common_models:BaseModel.__new__": ["cls", "args", "kwargs"],
    "moto.backends:list_of_moto_modules": [],
    "moto.core.responses:method_names_from_class": ["clazz"],
    "moto.core.responses:gen_amzn_requestid_long": ["headerdict"],
    "moto.sts.models:STSBackend.get_caller_identity": ["self", "access_key_id", "region"],
    "moto.sqs.responses:SQSResponse._determine_resource": ["self"],
}


def attribute(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found.__func__ if isinstance(found, staticmethod) else found


def test_moto_is_the_release_that_was_read() -> None:
    assert version("moto") == "5.2.5"


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert list(inspect.signature(attribute(target)).parameters) == PARAMETERS[target]


def test_the_queue_backend_is_still_a_property() -> None:
    assert isinstance(attribute("moto.sqs.responses:SQSResponse.sqs_backend"), property)


def test_moto_reads_the_time_from_the_one_name_that_the_clock_replaces() -> None:
    from moto.core import utils

    assert "datetime.datetime.now(" in inspect.getsource(utils.utcnow)
    assert "utcnow()" in inspect.getsource(utils.unix_time)
