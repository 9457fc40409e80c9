"""connect(): what a notebook's first cell does to its process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.cloud.session import account_for
from helpers.paths import COURSE_ROOT
from tests.conftest import REPOSITORY, CloudProcess


def run(code: str, cloud: CloudProcess, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process of its own, as a kernel would, beside the running cloud."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COURSE_CLOUD": cloud.endpoint_url, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_plain_boto3_works_after_connect_in_the_account_of_the_notebook(cloud: CloudProcess, tmp_path: Path) -> None:
    done = run(
        "from helpers import connect; connect('00')\nimport boto3\nprint(boto3.client('sts').get_caller_identity()['Account'])",
        cloud,
        tmp_path,
    )
    said, account = done.stdout.splitlines()
    assert said == f"local cloud · account {account} · us-east-1"
    assert account == account_for("00", tmp_path)
    assert (tmp_path / "work").is_dir()


def test_the_account_depends_on_folder_and_name_and_on_nothing_else() -> None:
    english, portuguese = COURSE_ROOT / "notebooks" / "en", COURSE_ROOT / "notebooks" / "pt-BR"
    accounts = {account_for(name, folder) for name in ("00", "01", "lab-01") for folder in (english, portuguese)}
    assert len(accounts) == 6
    assert account_for("00", english) == "487123369257"
    assert all(len(account) == 12 and account.isdigit() for account in accounts)


def test_connect_empties_the_account_unless_told_not_to(cloud: CloudProcess, tmp_path: Path) -> None:
    make = (
        "from helpers import connect; connect('00')\nimport boto3\nboto3.client('sqs').create_queue(QueueName='left')"
    )
    count = "import boto3\nprint(len(boto3.client('sqs').list_queues().get('QueueUrls', [])))"
    run(make, cloud, tmp_path)
    kept = run(f"from helpers import connect; connect('00', fresh=False)\n{count}", cloud, tmp_path)
    emptied = run(f"from helpers import connect; connect('00')\n{count}", cloud, tmp_path)
    assert [kept.stdout.splitlines()[-1], emptied.stdout.splitlines()[-1]] == ["1", "0"]


def test_clients_made_before_connect_is_no_trap_for_the_default_session(cloud: CloudProcess, tmp_path: Path) -> None:
    code = "import boto3\nboto3.client('sqs', region_name='eu-west-1')\nfrom helpers import connect; connect('00')\nprint(boto3.client('sts').get_caller_identity()['Account'])"
    done = run(code, cloud, tmp_path, AWS_ACCESS_KEY_ID="AKIAREALREALREALREAL", AWS_SECRET_ACCESS_KEY="real")
    assert done.stdout.splitlines()[-1] == account_for("00", tmp_path)


@pytest.mark.parametrize(
    "attempt",
    [
        "import urllib.request; urllib.request.urlopen('https://sqs.us-east-1.amazonaws.com/')",
        "import socket; socket.create_connection(('192.0.2.1', 443), 2)",
        "import socket; socket.create_connection(('169.254.169.254', 80), 2)",
        "import boto3; boto3.client('sqs', endpoint_url='https://sqs.us-east-1.amazonaws.com').list_queues()",
        "import boto3; from botocore.config import Config; boto3.client('sqs', config=Config(ignore_configured_endpoint_urls=True)).list_queues()",
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('192.0.2.1', 2000))",
    ],
)
def test_nothing_leaves_this_computer_after_connect(cloud: CloudProcess, tmp_path: Path, attempt: str) -> None:
    code = f"from helpers import connect; connect('00')\ntry:\n    {attempt.replace('; ', chr(10) + '    ')}\nexcept Exception as e:\n    print('refused', type(e).__name__)\nelse:\n    print('left')"
    done = run(code, cloud, tmp_path, AWS_MAX_ATTEMPTS="1")
    assert done.stdout.splitlines()[-1].startswith("refused"), done.stderr


def test_the_clock_of_a_notebook_moves_the_cloud(cloud: CloudProcess, tmp_path: Path) -> None:
    code = "from helpers import clock, connect; connect('00')\nbefore = clock.now()\nprint(int((clock.advance(minutes=5) - before).total_seconds() / 60))"
    assert run(code, cloud, tmp_path).stdout.splitlines()[-1] == "5"


def test_a_cloud_that_is_gone_is_one_sentence_in_a_cell(tmp_path: Path) -> None:
    code = (
        "import json, os, boto3\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from helpers import connect\n"
        "shell = InteractiveShell.instance()\n"
        "cloud = connect('00')\n"
        "import psutil\n"
        "from helpers.cloud.control import call\n"
        "psutil.Process(call(cloud.endpoint_url, 'GET', '/_localcloud/health')['pid']).kill()\n"
        "result = shell.run_cell(\"import boto3; boto3.client('sqs').list_queues()\")\n"
        "print(json.dumps({'failed': not result.success}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "AWS_MAX_ATTEMPTS": "1"},
        cwd=tmp_path, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) == {"failed": True}
    shown = done.stdout + done.stderr
    assert "the local cloud does not answer any more: run the notebook again from its first cell" in shown
    assert "Traceback" not in shown


def test_a_name_that_is_none_is_one_sentence(cloud: CloudProcess, tmp_path: Path) -> None:
    done = run(
        "from helpers import connect\ntry:\n    connect('../x')\nexcept Exception as e:\n    print(type(e).__name__, e)",
        cloud,
        tmp_path,
    )
    assert (
        done.stdout.strip()
        == "CourseError connect('../x'): give the short name of this notebook, such as connect('00')"
    )


def test_using_the_clock_before_connect_is_one_sentence(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "AWS_ENDPOINT_URL"}
    code = "from helpers import clock\ntry:\n    clock.now()\nexcept Exception as e:\n    print(e)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": str(REPOSITORY)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stdout.strip() == "this notebook is not connected yet: run its first cell, the one with connect()"


def test_resource_policies_hold_in_the_account_that_asks_for_them(cloud: CloudProcess, tmp_path: Path) -> None:
    publish = """import boto3
sns, sqs = boto3.client("sns"), boto3.client("sqs")
topic, url = sns.create_topic(Name="t")["TopicArn"], sqs.create_queue(QueueName="q")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
sns.publish(TopicArn=topic, Message="hello")
print(len(sqs.receive_message(QueueUrl=url).get("Messages", [])))"""
    opened = run(f"from helpers import connect; connect('00')\n{publish}", cloud, tmp_path)
    closed = run(f"from helpers import connect; connect('00', resource_policies=True)\n{publish}", cloud, tmp_path)
    assert [opened.stdout.splitlines()[-1], closed.stdout.splitlines()[-1]] == ["1", "0"]
