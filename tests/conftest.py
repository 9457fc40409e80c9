"""Real parts for all tests: one server process for the whole run, and an empty account for each test."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from hypothesis import settings

from helpers.cloud.control import call
from helpers.cloud.owned import owned_cloud

# An example may take as long as it does: no verdict depends on how fast a computer is.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")

REPOSITORY = Path(__file__).resolve().parent.parent
_ACCOUNTS = itertools.count(200_000_000_001)

# A session keeps the description of each service that it has read, and reading one takes thirty times as long as the rest
# of a client. Clients may be used by many threads at once, but not created by them.
_SESSION = boto3.Session()
_CREATION = threading.Lock()
_ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=600, max_pool_connections=32)

# What httpx.get and httpx.post do give up after five seconds, for which a busy computer may stand still.
HTTP = httpx.Client(timeout=600)


@dataclass
class CloudProcess:
    """A server process of its own: where it is, its secret, and the process."""

    endpoint_url: str
    secret: str
    process: subprocess.Popen[str]

    def client(self, service: str, account: str, region: str = "us-east-1", config: Config | None = None) -> Any:
        """A client that never tries again; ``config`` adds to that, such as ``Config(parameter_validation=False)``."""
        with _CREATION:
            return _SESSION.client(
                service,
                endpoint_url=self.endpoint_url,
                region_name=region,
                aws_access_key_id=account,
                aws_secret_access_key="test",
                config=_ONCE.merge(config) if config else _ONCE,
            )

    def environment(self, account: str) -> dict[str, str]:
        """The variables with which boto3 and the ``aws`` command reach an account of this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def connect(self, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let plain ``boto3.client(…)`` and the helpers in this process reach an account, until the test ends."""
        for name, value in self.environment(account).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def advance(self, seconds: float) -> dt.datetime:
        """Move the virtual clock; all that fell due on the way has happened when this returns the new time."""
        answer = call(self.endpoint_url, "POST", "/_localcloud/clock/advance", {"seconds": seconds}, timeout=600)
        return dt.datetime.fromisoformat(answer["now"])


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
