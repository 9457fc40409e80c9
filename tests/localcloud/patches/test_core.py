"""moto.core patched: what the patches rely on besides signatures."""

from __future__ import annotations

import inspect

from tests.localcloud.patches.points import attribute


def test_the_queue_backend_is_still_a_property() -> None:
    assert isinstance(attribute("moto.sqs.responses:SQSResponse.sqs_backend"), property)


def test_moto_reads_the_time_from_the_one_name_that_the_clock_replaces() -> None:
    from moto.core import utils

    assert "datetime.datetime.now(" in inspect.getsource(utils.utcnow)
    assert "utcnow()" in inspect.getsource(utils.unix_time)
