"""``aws logs tail`` in a shell cell, through the plugin that every notebook loads."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.cloud.control import call
from helpers.cloud.session import AWS_CONFIG
from tests.conftest import REPOSITORY, CloudProcess

GROUP = "/aws/lambda/loja"
STREAM = "2026/11/26/[$LATEST]0123"


class Shell:
    """The ``aws`` command as a notebook's shell cell runs it, and a log group with two events of now."""

    def __init__(self, cloud: CloudProcess, account: str, client: Callable[[str], Any]) -> None:
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "AWS_CONFIG_FILE": str(AWS_CONFIG),
            **cloud.environment(account),
        }
        self._cloud, self.logs = cloud, client("logs")
        self.logs.create_log_group(logGroupName=GROUP)
        self.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        self.write("ERROR first\n", '{"level": "INFO"}')

    def write(self, *messages: str) -> None:
        now = dt.datetime.fromisoformat(call(self._cloud.endpoint_url, "GET", "/_localcloud/clock")["now"])
        events = [{"timestamp": int(now.timestamp() * 1000) - 1000, "message": text} for text in messages]
        self.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=events)

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("aws")), "logs", "tail", *words]
        return subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def tail(self, *words: str) -> tuple[str, str]:
        return self.start(*words).communicate(timeout=240)


@pytest.fixture
def shell(cloud: CloudProcess, account: str, client: Callable[[str], Any]) -> Shell:
    return Shell(cloud, account, client)


def test_the_last_ten_minutes_of_the_clouds_own_time_are_printed(shell: Shell, cloud: CloudProcess) -> None:
    cloud.advance(11 * 60)
    assert shell.tail(GROUP) == ("", "")
    shell.write("late")
    first, second = shell.tail(GROUP, "--since", "1h")[0].splitlines()[:2]
    assert first.endswith(f"+00:00 {STREAM} ERROR first")
    assert second.endswith(f'+00:00 {STREAM} {{"level": "INFO"}}')
    assert [line.split()[-1] for line in shell.tail(GROUP)[0].splitlines()] == ["late"]


def test_events_are_chosen_and_printed_as_asked(shell: Shell) -> None:
    chosen = shell.tail(
        GROUP, "--filter-pattern", "ERROR", "--format", "short", "--log-stream-names", STREAM, "--since", "2026-01-01"
    )[0]
    assert len(chosen.splitlines()) == 1 and chosen.endswith(":" + chosen[17:19] + " ERROR first\n")
    assert '{\n    "level": "INFO"\n}\n' in shell.tail(GROUP, "--format", "json", "--log-stream-name-prefix", "2026")[0]


def test_follow_goes_on_with_what_comes_and_says_nothing_twice(shell: Shell) -> None:
    running = shell.start(GROUP, "--follow", "--format", "short")
    assert running.stdout
    try:
        seen = [running.stdout.readline().split()[1] for _ in range(2)]
        shell.write("next")
        seen.append(running.stdout.readline().split()[1])
    finally:
        running.kill()
        running.communicate()
    assert seen == ["ERROR", '{"level":', "next"]


def test_what_it_cannot_do_is_one_sentence(shell: Shell) -> None:
    assert "The specified log group does not exist." in shell.tail("nothing")[1]
    assert "--since soon: give an age such as" in shell.tail(GROUP, "--since", "soon")[1]
