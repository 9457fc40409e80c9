"""How long environments live: idle time, resets, and the end of the server."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from tests.conftest import HTTP, cloud_process
from tests.localcloud.conftest import Functions, eventually, has_ended

PID = "import os\ndef handler(event, context): return os.getpid()"
KILLED_AT_ONCE = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


def test_an_idle_environment_is_retired_when_virtual_time_passes(account: str) -> None:
    with cloud_process() as running:
        functions = Functions(lambda service: running.client(service, account))
        functions.create("shop", PID)
        first = functions.invoke("shop")["Payload"]
        running.advance(300)
        assert functions.invoke("shop")["Payload"] == first
        running.advance(601)
        eventually(lambda: not psutil.pid_exists(first))
        assert functions.invoke("shop")["Payload"] != first


def test_a_reset_ends_the_environments_of_its_account_only(functions: Functions, cloud: object, account: str) -> None:
    from tests.conftest import CloudProcess

    assert isinstance(cloud, CloudProcess)
    neighbours = Functions(lambda service: cloud.client(service, "777788889999"))
    for one in (functions, neighbours):
        one.create("shop", PID)
    ours, theirs = (one.invoke("shop")["Payload"] for one in (functions, neighbours))
    HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": account}).raise_for_status()
    eventually(lambda: not psutil.pid_exists(ours))
    assert neighbours.invoke("shop")["Payload"] == theirs
    HTTP.post(
        f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": "777788889999"}
    ).raise_for_status()


@KILLED_AT_ONCE
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL] if sys.platform != "win32" else [signal.SIGTERM])
def test_environments_end_with_the_server_however_it_ends(how: signal.Signals, account: str) -> None:
    with cloud_process() as running:
        functions = Functions(lambda service: running.client(service, account))
        functions.create("shop", PID)
        environment = functions.invoke("shop")["Payload"]
        os.kill(running.process.pid, how)
        eventually(lambda: not psutil.pid_exists(environment))


def test_an_environment_that_was_killed_from_outside_is_replaced(functions: Functions) -> None:
    functions.create("shop", PID)
    first = functions.invoke("shop")["Payload"]
    psutil.Process(first).kill()
    eventually(lambda: has_ended(first))
    answer = functions.invoke("shop")
    assert answer.get("FunctionError") is None
    assert answer["Payload"] != first
