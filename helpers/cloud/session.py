"""``connect``: the first cell of every notebook."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from helpers import offline
from helpers.cloud import discovery
from helpers.cloud.control import call
from helpers.errors import CourseError
from helpers.paths import COURSE_ROOT

REGION = "us-east-1"
AWS_CONFIG = Path(__file__).with_name("aws_config")
_CLEARED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT", "AWS_CA_BUNDLE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")  # fmt: skip

_leases: dict[str, socket.socket] = {}
_outside: dict[str, str] = {}


@dataclass(frozen=True)
class Cloud:
    """What a notebook is connected to."""

    endpoint_url: str
    account: str
    region: str
    notebook: str

    def _ipython_display_(self) -> None:
        """``connect`` has already said it in one line."""


def connect(notebook: str, *, fresh: bool = True, resource_policies: bool = False) -> Cloud:
    """Connect this kernel to the local cloud: find or start it, point the AWS SDKs at it, and close the way out.

    notebook: the short name of this notebook, such as ``"00"`` or ``"lab-01"``; it chooses the account, so that notebooks do not
    disturb each other.
    fresh: empty the account first, so that a notebook run from its top always finds the same world.
    resource_policies: let queues, topics and functions of the account refuse services that their policy does not let in, as on AWS.

    Afterwards plain ``boto3.client("sqs")`` works, and so do ``aws`` and ``curl`` in this notebook's shell cells. A folder ``work`` for
    handler files stands beside the notebook.

    Raises: ``CloudUnavailable`` when no local cloud can be started, ``CourseError`` for a name that is none.
    """
    if not notebook or not notebook.replace("-", "").isalnum():
        raise CourseError(f"connect({notebook!r}): give the short name of this notebook, such as connect('00')")
    account = os.environ.get("COURSE_ACCOUNT") or account_for(notebook)
    running = discovery.find_or_start()
    _keep_alive(running.endpoint_url)
    _point_sdks_at(running.endpoint_url, account)
    offline.install()
    if fresh and os.environ.get("COURSE_FRESH") != "0":  # the grader replaces a kernel without emptying the account
        call(running.endpoint_url, "POST", "/_localcloud/reset", headers={"x-localcloud-account": account}, timeout=60)
    if resource_policies:
        headers = {"x-localcloud-account": account}
        call(running.endpoint_url, "POST", "/_localcloud/permissions", {"enforced": True}, headers=headers)
    Path("work").mkdir(exist_ok=True)
    os.environ["COURSE_NOTEBOOK"] = notebook
    _prepare_ipython()
    print(f"local cloud · account {account} · {REGION}")
    return Cloud(running.endpoint_url, account, REGION, notebook)


def account_for(notebook: str, folder: Path | None = None) -> str:
    """The twelve-digit account of a notebook: the same on every machine, another one for every folder and name."""
    here = (folder or Path.cwd()).resolve()
    place = here.relative_to(COURSE_ROOT).as_posix() if here.is_relative_to(COURSE_ROOT) else str(here)
    number = int.from_bytes(hashlib.sha256(f"{place}/{notebook}".encode()).digest()[:8], "big")
    return str(100_000_000_000 + number % 900_000_000_000)


def language() -> str:
    """The language of this notebook, ``en`` or ``pt-BR``: from ``COURSE_LANG``, else from the folder it lies in."""
    return os.environ.get("COURSE_LANG") or ("pt-BR" if "pt-BR" in Path.cwd().parts else "en")


def outside_environment() -> dict[str, str]:
    """The ``AWS_*`` variables that this process had before ``connect`` replaced them; real-AWS cells go back to them."""
    return dict(_outside)


def _point_sdks_at(endpoint_url: str, account: str) -> None:
    if "COURSE_NOTEBOOK" not in os.environ:
        _outside.update({name: value for name, value in os.environ.items() if name.startswith("AWS_")})
    for name in list(os.environ):
        if name in _CLEARED or name.startswith("AWS_ENDPOINT_URL_"):
            del os.environ[name]
    os.environ.update(
        AWS_ENDPOINT_URL=endpoint_url,
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="local",
        AWS_DEFAULT_REGION=REGION,
        AWS_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=str(AWS_CONFIG),
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_PAGER="",
    )
    boto3 = sys.modules.get("boto3")
    if boto3 is not None:
        boto3.DEFAULT_SESSION = None  # type: ignore[attr-defined]


def _keep_alive(endpoint_url: str) -> None:
    """Hold one connection open, by which the server knows that this kernel lives."""
    if endpoint_url in _leases:
        return
    address = urlsplit(endpoint_url)
    lease = socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), timeout=5)
    lease.sendall(b"GET /_localcloud/lease HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _leases[endpoint_url] = lease


def _prepare_ipython() -> None:
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        from helpers.cloud import magic, trouble

        magic.register(shell)
        trouble.register(shell)
