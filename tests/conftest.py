"""Real parts for all tests: one server process for the whole run, and an empty account for each test."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers.cloud.owned import owned_cloud

REPOSITORY = Path(__file__).resolve().parent.parent
_ACCOUNTS = itertools.count(200_000_000_001)


@dataclass
class CloudProcess:
    """A server process of its own: where it is, its secret, and the process."""

    endpoint_url: str
    secret: str
    process: subprocess.Popen[str]

    def client(self, service: str, account: str, region: str = "us-east-1") -> Any:
        return boto3.Session().client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120, max_pool_connections=32),
        )


@contextmanager
def cloud_process(**environment: str) -> Iterator[CloudProcess]:
    """Run ``course cloud`` for the time of a ``with`` block; it ends when its standard input closes."""
    with owned_cloud(environment={**os.environ, **environment}) as owned:
        yield CloudProcess(owned.endpoint_url, owned.secret, owned.process)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    with cloud_process(COURSE_DATA=str(tmp_path_factory.mktemp("records"))) as running:
        yield running


@pytest.fixture
def account() -> str:
    return str(next(_ACCOUNTS) + 1_000_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]))


@pytest.fixture
def client(cloud: CloudProcess, account: str) -> Callable[[str], Any]:
    return lambda service: cloud.client(service, account)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--oracles", type=Path, default=None, help="folder with recorded behaviour of AWS")
