"""A local cloud of one's own: it lives as long as the block that started it, and no notebook finds it by itself."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from helpers.cloud.discovery import START_SECONDS, detached, wait_for_address
from helpers.errors import CloudUnavailable

COMMAND = (sys.executable, "-m", "helpers.cli", "cloud", "--owner", "stdin")
GRACE_SECONDS = 15.0


@dataclass(frozen=True)
class OwnedCloud:
    """A server process: where it is, what opens its privileged routes, and the process itself."""

    endpoint_url: str
    secret: str
    process: subprocess.Popen[str]


@contextmanager
def owned_cloud(
    *,
    command: Sequence[str] = COMMAND,
    environment: Mapping[str, str] | None = None,
    stderr: IO[bytes] | int | None = None,
    seconds: float = START_SECONDS,
) -> Iterator[OwnedCloud]:
    """Run a local cloud for the time of a ``with`` block.

    command: ``COMMAND``, or that inside something that keeps it in. environment: by default this process's, without its AWS settings.
    seconds: how long it may take to come up. The server ends when its standard input closes, which also happens when this process is killed.

    Raises: ``CloudUnavailable`` when it does not come up.
    """
    if environment is None:
        environment = without_aws_settings()
    secret = secrets.token_urlsafe(32)
    with owned_process(command, environment, stderr) as process:
        assert process.stdin and process.stdout
        with suppress(OSError):  # one that has ended already is noticed by its silence
            process.stdin.write(json.dumps({"secret": secret}) + "\n")
            process.stdin.flush()
        try:
            endpoint_url = wait_for_address(process.stdout, seconds)
        except CloudUnavailable:
            process.kill()
            raise
        yield OwnedCloud(endpoint_url, secret, process)


def without_aws_settings() -> dict[str, str]:
    """This process's environment without its AWS settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@contextmanager
def owned_process(
    command: Sequence[str], environment: Mapping[str, str], stderr: IO[bytes] | int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a program that ends when its standard input closes, for the time of a ``with`` block.

    The operating system closes that pipe for a parent that is gone, however it went, so the program never outlives this process. One
    that does not end within the grace time is killed.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=dict(environment),
        **detached(),
    )
    assert process.stdin and process.stdout
    try:
        yield process
    finally:
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
