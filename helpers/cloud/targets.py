"""Which cloud a ``%%real_aws`` cell works on, and the learner's consent to it.

``COURSE_TARGET`` chooses: ``local`` (or nothing) runs no such cell, ``endpoint`` runs them on another local server, ``aws`` on a real
account. A target is found out once a cell: credentials, account, caller and Region are asked for before anything else is sent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers import offline
from helpers.cloud import session
from helpers.errors import TargetRefused

Kind = Literal["endpoint", "aws"]

DEFAULT_ACCOUNT = "123456789012"
_QUESTION = {
    "en": "Type the account id to let the cells of this notebook work in it: ",
    "pt-BR": "Digite o número da conta para que as células deste notebook trabalhem nela: ",
}

_confirmed: set[tuple[str, str | None]] = set()
_entered: list[Target] = []


@dataclass(frozen=True)
class Target:
    """A cloud outside of the course's own: how to reach it, and who we are there.

    environment: the ``AWS_*`` variables that lead to it, credentials included; never printed.
    endpoint_url: ``None`` on AWS itself.
    """

    kind: Kind
    account: str
    caller: str
    region: str
    endpoint_url: str | None
    session: boto3.Session = field(repr=False, compare=False)
    environment: Mapping[str, str] = field(repr=False, compare=False)

    def describe(self) -> str:
        """One line that says where a cell works."""
        where = f"{self.kind} {self.endpoint_url}" if self.endpoint_url else self.kind
        return f"{where} · account {self.account} · {self.region}"

    def client(self, service: str, region: str | None = None) -> Any:
        """The course's own boto3 client there, apart from the cell's."""
        return self.session.client(service, region_name=region or self.region)


def chosen() -> Kind | None:
    """What ``COURSE_TARGET`` asks for; ``None`` for the local cloud.

    Raises: ``TargetRefused`` for a word that is no target.
    """
    name = os.environ.get("COURSE_TARGET", "").strip() or "local"
    if name == "local":
        return None
    if name == "endpoint":
        return "endpoint"
    if name == "aws":
        return "aws"
    raise TargetRefused(f"COURSE_TARGET={name} is no target: use local, endpoint or aws")


def environment_of(kind: Kind) -> dict[str, str]:
    """The ``AWS_*`` variables for a target, made from those that the kernel had before ``connect``.

    Raises: ``TargetRefused`` when ``COURSE_ENDPOINT_URL`` is missing or no http(s) address.
    """
    outside = _outside_environment()
    if kind == "aws":
        outside.setdefault("AWS_EC2_METADATA_DISABLED", "true")
        if "AWS_REGION" in outside:
            outside.setdefault("AWS_DEFAULT_REGION", outside["AWS_REGION"])
        return outside
    endpoint = os.environ.get("COURSE_ENDPOINT_URL", "")
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise TargetRefused(
            "COURSE_TARGET=endpoint needs the server's address: set COURSE_ENDPOINT_URL, such as http://127.0.0.1:4566"
        )
    region = outside.get("AWS_DEFAULT_REGION") or outside.get("AWS_REGION") or session.REGION
    keys = {
        str(name): outside[name]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        if name in outside
    }
    return {
        "AWS_ENDPOINT_URL": endpoint.rstrip("/"),
        "AWS_ACCESS_KEY_ID": DEFAULT_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        **keys,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def find(kind: Kind) -> Target:
    """Find out who we are on the chosen target (``sts:GetCallerIdentity``, which needs no permission and costs nothing).

    Raises: ``TargetRefused`` without a Region, without working credentials, or when nobody answers.
    """
    environment = environment_of(kind)
    with variables(environment):
        try:
            own = boto3.Session()
            region = own.region_name
            if not region:
                raise TargetRefused(
                    "no Region is set for COURSE_TARGET=aws: set AWS_DEFAULT_REGION, or `region` in your AWS profile"
                )
            with way_to(environment, region, own):
                sts = own.client(
                    "sts", config=Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})
                )
                identity = sts.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            place = environment.get("AWS_ENDPOINT_URL") or "AWS"
            raise TargetRefused(
                f"{place} did not say who you are ({_brief(error)}): check credentials, profile and address, then run the cell again"
            ) from None
    return Target(
        kind, identity["Account"], identity["Arn"], region, environment.get("AWS_ENDPOINT_URL"), own, environment
    )


def confirm(target: Target, cost: str = "") -> None:
    """Say where the cell will work; on AWS ask for the account id, once a kernel.

    cost: the author's estimate, such as ``about US$0.01``.

    Raises: ``TargetRefused`` for a wrong answer, or where nobody can be asked and ``COURSE_AWS_CONFIRM`` is not the account id.
    """
    print(" · ".join(part for part in (target.describe(), cost) if part))
    key = (target.account, target.endpoint_url)
    if target.kind == "endpoint" or key in _confirmed:
        return
    print(target.caller)
    answer = os.environ.get("COURSE_AWS_CONFIRM")
    if answer is None:
        try:
            answer = input(_QUESTION.get(session.language(), _QUESTION["en"]))
        except (EOFError, NotImplementedError):
            raise TargetRefused(
                "nobody is here to confirm the account: set COURSE_AWS_CONFIRM to its id to run real-AWS cells unattended"
            ) from None
    if answer.strip() != target.account:
        raise TargetRefused(
            "that is not the account shown above, so the cell did not run: run it again and type the account's twelve digits"
        )
    _confirmed.add(key)


def current() -> Target | None:
    """The target of the real-AWS cell that runs now; ``None`` outside of such cells."""
    return _entered[-1] if _entered else None


@contextmanager
def entered(target: Target) -> Iterator[None]:
    """Work on a target: its environment, its default boto3 session, the way to it; all as before afterwards."""
    default = boto3.DEFAULT_SESSION
    with variables(target.environment), way_to(target.environment, target.region, target.session):
        _entered.append(target)
        boto3.DEFAULT_SESSION = None
        try:
            yield
        finally:
            boto3.DEFAULT_SESSION = default
            _entered.remove(target)


@contextmanager
def variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Run with exactly these ``AWS_*`` variables, and put back those of before, whatever happens."""
    before = _aws_variables()
    try:
        _replace(environment)
        yield
    finally:
        _replace(before)


@contextmanager
def way_to(environment: Mapping[str, str], region: str, own: boto3.Session) -> Iterator[None]:
    """Let the guard pass connections to this target, and to nothing else.

    The guard sees addresses, not names, when a connection is made, so the addresses that an allowed name resolves to are remembered.
    """
    names = _hosts(environment, region, own)
    addresses: set[str] = set()
    look_up = socket.getaddrinfo

    def named(host: str) -> bool:
        return any(host == name or host.endswith("." + name) for name in names)

    def remember(host: Any, *args: Any, **kwargs: Any) -> Any:
        found = look_up(host, *args, **kwargs)
        if isinstance(host, str) and named(host):
            addresses.update(str(entry[4][0]) for entry in found)
        return found

    def permits(host: str) -> bool:
        return host in addresses or named(host)

    offline.let_through(permits)
    socket.getaddrinfo = remember
    try:
        yield
    finally:
        socket.getaddrinfo = look_up
        offline.shut(permits)


def _hosts(environment: Mapping[str, str], region: str, own: boto3.Session) -> set[str]:
    addresses = [
        url
        for name, url in environment.items()
        if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    ]
    hosts = {host for host in (urlsplit(url).hostname for url in addresses) if host}
    if "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" in environment:
        hosts.add("169.254.170.2")
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true":
        hosts.add("169.254.169.254")
    if "AWS_ENDPOINT_URL" in environment:
        return hosts
    partition = own.get_partition_for_region(region)
    resolver = own._session.get_component(
        "endpoint_resolver"
    )  # the only place where botocore keeps the names of a partition
    hosts |= {resolver.get_partition_dns_suffix(partition), resolver.get_partition_dns_suffix(partition, ["dualstack"])}
    hosts |= {f"lambda-url.{region}.on.aws", "signin.aws.amazon.com"}
    hosts |= {
        host for scheme, url in getproxies().items() if scheme in ("http", "https") and (host := urlsplit(url).hostname)
    }
    return hosts


def _outside_environment() -> dict[str, str]:
    return session.outside_environment() if "COURSE_NOTEBOOK" in os.environ else _aws_variables()


def _aws_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def _replace(environment: Mapping[str, str]) -> None:
    for name in _aws_variables():
        del os.environ[name]
    os.environ.update(environment)


def _brief(error: BaseException) -> str:
    text = str(error).replace("\n", " ")
    return text if len(text) <= 200 else text[:197] + "..."
