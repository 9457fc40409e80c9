"""The control routes: health, clock, refusals."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.cloud.control import call
from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions, eventually


def test_health_says_that_it_runs_and_where(cloud: CloudProcess) -> None:
    health = HTTP.get(f"{cloud.endpoint_url}/_localcloud/health").json()
    assert health["status"] == "running"
    assert health["pid"] == cloud.process.pid
    assert health["endpoint"] == cloud.endpoint_url


def test_the_clock_moves_forward_and_moto_follows(cloud: CloudProcess, account: str) -> None:
    sqs = cloud.client("sqs", account)
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="order")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    began = time.monotonic()
    before = dt.datetime.fromisoformat(HTTP.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["now"])
    moved = (cloud.advance(31) - before).total_seconds()
    assert 31 <= moved < 32 + time.monotonic() - began
    again = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])["Messages"]
    assert again[0]["Attributes"]["ApproximateReceiveCount"] == "2"


@pytest.mark.parametrize(
    "body",
    [
        '{"seconds": -1}',
        '{"seconds": "soon"}',
        '{"seconds": true}',
        '{"seconds": 1e99}',
        '{"minutes": 1}',
        "no json",
        "[]",
        "",
    ],
)
def test_the_clock_refuses_what_is_no_step_forward(cloud: CloudProcess, body: str) -> None:
    answer = HTTP.post(f"{cloud.endpoint_url}/_localcloud/clock/advance", content=body)
    assert answer.status_code == 400
    assert "clock" in answer.json()["message"]


def test_an_account_header_that_is_no_account_is_refused(cloud: CloudProcess) -> None:
    answer = HTTP.post(f"{cloud.endpoint_url}/_localcloud/reset", headers={"x-localcloud-account": "mine"})
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "x-localcloud-account is 'mine': an account is twelve digits",
    )


def test_unknown_routes_and_moto_s_own_pages_are_closed(cloud: CloudProcess) -> None:
    assert HTTP.get(f"{cloud.endpoint_url}/_localcloud/nothing").status_code == 404
    assert HTTP.get(f"{cloud.endpoint_url}/_localcloud/reset").status_code == 405
    assert HTTP.post(f"{cloud.endpoint_url}/moto-api/reset").status_code == 404


def test_a_web_page_that_points_its_name_here_is_refused(cloud: CloudProcess) -> None:
    assert HTTP.get(f"{cloud.endpoint_url}/_localcloud/health", headers={"Host": "evil.example"}).status_code == 403


def test_every_patched_point_of_moto_is_listed_with_its_reason(cloud: CloudProcess) -> None:
    patches = HTTP.get(f"{cloud.endpoint_url}/_localcloud/patches").json()["patches"]
    assert "moto.sts.models:STSBackend.get_caller_identity" in {patch["target"] for patch in patches}
    assert all(patch["why"] for patch in patches)


def test_killed_environments_end_as_a_crash_does(cloud: CloudProcess, account: str, functions: Functions) -> None:
    functions.create(
        "counter", "runs = 0\ndef handler(event, context):\n    global runs\n    runs += 1\n    return runs\n"
    )
    assert [functions.invoke("counter")["Payload"] for _ in range(2)] == [1, 2]
    own = {"x-localcloud-account": account}
    path = "/_localcloud/environments/kill"
    assert call(cloud.endpoint_url, "POST", path, {"function": "another"}, headers=own) == {"killed": 0}
    assert call(cloud.endpoint_url, "POST", path, {"function": "counter"}, headers=own) == {"killed": 1}
    assert functions.invoke("counter")["Payload"] == 1


def test_a_killed_invocation_says_so(cloud: CloudProcess, account: str, functions: Functions) -> None:
    functions.create("slow", "import time\ndef handler(event, context):\n    time.sleep(60)\n", Timeout=90)
    with ThreadPoolExecutor() as workers:
        running = workers.submit(functions.invoke, "slow")

        def killed() -> bool:  # a process that dies in INIT gets a second one
            call(
                cloud.endpoint_url, "POST", "/_localcloud/environments/kill", headers={"x-localcloud-account": account}
            )
            return running.done()

        eventually(killed)
        answer = running.result()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "Runtime.ExitError"
