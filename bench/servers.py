"""The three servers under measurement: each is a process of its own on 127.0.0.1, started and stopped here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
from botocore.config import Config
from tenacity import Retrying, stop_after_delay, wait_fixed

ACCOUNT = "111122223333"
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass
class Server:
    """A running server: its name in the table, where it is, and its process."""

    name: str
    endpoint_url: str
    process: subprocess.Popen[bytes]

    def client(self, service: str) -> Any:
        return boto3.Session().client(
            service,
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="bench",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
        )

    def memory_mib(self) -> float:
        """Resident memory of the server and of all its children, in MiB."""
        root = psutil.Process(self.process.pid)
        return sum(process.memory_info().rss for process in [root, *root.children(recursive=True)]) / 2**20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def commands(ministack: Path, port: int) -> dict[str, tuple[list[str], dict[str, str]]]:
    """How to start each server on ``port``: the command, and what it wants in its environment."""
    python = sys.executable
    return {
        "this course": ([python, "-m", "helpers.cli", "cloud", "--port", str(port)], {}),
        "moto_server": ([str(Path(python).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)], {}),
        "MiniStack": (
            [str(ministack)],
            {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LAMBDA_EXECUTOR": "local"},
        ),
    }


@contextmanager
def running(name: str, ministack: Path, home: Path) -> Iterator[Server]:
    """Run one server for the time of a ``with`` block."""
    port = free_port()
    command, extra = commands(ministack, port)[name]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "COURSE_"))}
    environment = {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), **extra}
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    server = Server(name, f"http://127.0.0.1:{port}", process)
    try:
        for attempt in Retrying(stop=stop_after_delay(60), wait=wait_fixed(0.1), reraise=True):
            with attempt:
                server.client("sts").get_caller_identity()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
