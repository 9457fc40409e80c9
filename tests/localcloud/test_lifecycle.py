"""A server lives exactly as long as it is needed, and says so when it cannot start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from helpers.cloud.discovery import wait_for_address
from helpers.cloud.session import AWS_CONFIG
from tests.conftest import HTTP, REPOSITORY, CloudProcess, cloud_process
from tests.localcloud.conftest import eventually, has_ended

COURSE = [sys.executable, "-m", "helpers.cli"]

CONNECT = """
import sys
from helpers import connect
cloud = connect("00")
print(cloud.endpoint_url, flush=True)
sys.stdin.readline()
"""


def pid_of(endpoint_url: str) -> int:
    return int(HTTP.get(f"{endpoint_url}/_localcloud/health").json()["pid"])


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """The environment of a newcomer: an empty home, no AWS settings, no course running."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_", "XDG_"))}
    return {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}


def kernel(desk: dict[str, str], cwd: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that connects as a notebook does; returns it and the endpoint it found."""
    process = subprocess.Popen(
        [sys.executable, "-c", CONNECT], env=desk, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    lines = [process.stdout.readline().strip() for _ in range(2)]
    return process, lines[1]


def test_it_starts_without_what_few_clouds_are_asked_for() -> None:
    program = """
import os, sys
from helpers.localcloud.server import LocalCloud
LocalCloud()
print([name for name in ("moto.ec2", "moto.cloudformation", "aws_xray_sdk") if name in sys.modules], flush=True)
os._exit(0)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=180)
    assert (ended.stdout, ended.stderr) == ("[]\n", "")


def test_it_announces_one_line_and_ends_with_its_owner() -> None:
    with cloud_process() as cloud:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", cloud.endpoint_url)
        assert HTTP.get(f"{cloud.endpoint_url}/_localcloud/health").status_code == 200
    assert cloud.process.returncode == 0


def test_it_ends_when_its_owner_is_killed(desk: dict[str, str]) -> None:
    owner_code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'helpers.cli', 'cloud', '--owner', 'stdin'], stdin=subprocess.PIPE)\n"
        "child.stdin.write(b'{}\\n'); child.stdin.flush(); child.wait()\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", owner_code], env=desk, stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    pid = pid_of(wait_for_address(owner.stdout, 60))
    owner.kill()
    owner.wait()
    eventually(lambda: has_ended(pid))


def test_connect_starts_a_cloud_that_ends_after_its_last_notebook(desk: dict[str, str], tmp_path: Path) -> None:
    first, endpoint = kernel(desk, tmp_path)
    second, same = kernel(desk, tmp_path)
    assert same == endpoint
    pid = pid_of(endpoint)
    first.kill()
    first.wait()
    assert HTTP.get(f"{endpoint}/_localcloud/health").status_code == 200
    second.send_signal(signal.SIGTERM)
    second.wait()
    eventually(lambda: has_ended(pid))


def test_a_stale_address_is_replaced_by_a_new_cloud(desk: dict[str, str], tmp_path: Path) -> None:
    first, endpoint = kernel(desk, tmp_path)
    psutil.Process(pid_of(endpoint)).kill()
    second, new = kernel(desk, tmp_path)
    assert new != endpoint
    assert HTTP.get(f"{new}/_localcloud/health").status_code == 200
    for process in (first, second):
        process.kill()
        process.wait()


def test_two_servers_at_once_do_not_know_each_other(cloud: CloudProcess, account: str) -> None:
    with cloud_process() as other:
        other.client("sqs", account).create_queue(QueueName="only-there")
        assert "QueueUrls" not in cloud.client("sqs", account).list_queues()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [*COURSE, "cloud", "--port", str(port)], capture_output=True, text=True, cwd=REPOSITORY, timeout=180
        )
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[-1].startswith(f"port {port} on 127.0.0.1 cannot be used")
    assert "Traceback" not in refused.stderr


def test_the_terminal_s_server_is_found_by_notebooks_and_stops_at_a_signal(
    desk: dict[str, str], tmp_path: Path
) -> None:
    server = subprocess.Popen(
        [*COURSE, "cloud"], env=desk, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    endpoint = wait_for_address(server.stdout, 60)
    notebook, found = kernel(desk, tmp_path)
    assert found == endpoint
    notebook.kill()
    notebook.wait()
    server.terminate()
    assert server.wait(30) == 0


def test_the_aws_command_line_works_against_it(cloud: CloudProcess, account: str) -> None:
    aws = [str(Path(sys.executable).with_name("aws")), "--region", "us-east-1", "--output", "text"]
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": str(AWS_CONFIG),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    identity = subprocess.run(
        [*aws, "sts", "get-caller-identity", "--query", "Arn"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert identity.stdout.strip() == f"arn:aws:iam::{account}:root"
    subprocess.run(
        [*aws, "sqs", "create-queue", "--queue-name", "from-the-cli"],
        env=environment,
        check=True,
        capture_output=True,
        timeout=180,
    )
    assert cloud.client("sqs", account).get_queue_url(QueueName="from-the-cli")["QueueUrl"].endswith("/from-the-cli")


@pytest.mark.skipif(
    sys.platform == "win32", reason="a full disk is imitated by a limit on file size, which Windows has not"
)
def test_a_full_disk_is_one_sentence(desk: dict[str, str]) -> None:
    import resource

    refused = subprocess.run(
        [*COURSE, "cloud"], env=desk, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.startswith("no temporary folder can be written")
    assert "free some disk space" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_cloud_leaves_its_address_and_takes_it_back(desk: dict[str, str], tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "serverless-day22"
    server = subprocess.Popen(
        [*COURSE, "cloud"], env={**desk, "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)},
        cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout
    assert server.stderr
    endpoint = wait_for_address(server.stdout, 60)
    (record,) = cache.glob("*/cloud.json")
    assert endpoint in record.read_text()
    server.terminate()
    assert server.wait(30) == 0
    assert not record.exists()
