"""Layers that AWS publishes for everybody: Powertools for AWS Lambda, made of the packages that are installed here.

Every version number of the layer gives the installed release, on the Python of this computer, whatever Python and processor its name says.
Source: https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/ (the ARNs) and
https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.localcloud.arns import account_of
from helpers.localcloud.compute.errors import AccessDenied, InvalidParameterValue, not_here

POWERTOOLS_ACCOUNT = "017000801446"
_POWERTOOLS = re.compile(
    rf"arn:aws[\w-]*:lambda:([a-z0-9-]+):{POWERTOOLS_ACCOUNT}:layer:"
    r"(AWSLambdaPowertoolsPythonV3-(python3\d+)-(x86_64|arm64)):([1-9]\d*)"
)
_OPEN_TELEMETRY = re.compile(r"AWSOpenTelemetryDistro|aws-otel-|opentelemetry-")
# What the runtime has already, and what AWS takes out of the layer for that reason.
_LEFT_OUT = frozenset({"boto3", "botocore", "s3transfer", "urllib3", "python-dateutil", "six"})
_RELEASED = "2024-10-22T00:00:00.000+0000"


@dataclass(frozen=True)
class PublicLayer:
    """One version of a public layer, with what a function needs of it: the same members as moto's ``LayerVersion``.

    code_digest: stands for the content, which is no zip in memory but a tree of installed packages: ``unpack``.
    """

    arn: str
    name: str
    code_digest: str
    code_size: int
    region: str
    version: int
    runtime: str
    architecture: str

    code_bytes = b""

    def unpack(self, place: Path) -> None:
        """Put the layer's files into ``place``, the folder that becomes /opt.

        Raises: ``OSError`` when the disk is full.
        """
        python = place / "python"
        for source, relative in _files():
            target = python / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copystat(source, target)

    def described(self) -> dict[str, Any]:
        """The answer to ``GetLayerVersionByArn``. The archive itself cannot be downloaded: its ``Location`` is empty."""
        digest = base64.b64encode(bytes.fromhex(self.code_digest)).decode()
        return {
            "Content": {"Location": "", "CodeSha256": digest, "CodeSize": self.code_size},
            "LayerArn": self.arn.rpartition(":")[0],
            "LayerVersionArn": self.arn,
            "Description": _description(),
            "CreatedDate": _RELEASED,
            "Version": self.version,
            "CompatibleRuntimes": [f"{self.runtime[:7]}.{self.runtime[7:]}"],
            "CompatibleArchitectures": [self.architecture],
            "LicenseInfo": "MIT-0",
        }


def find(arn: str, caller: str, region: str) -> PublicLayer:
    """The public layer version behind the ARN of another account's layer.

    Raises: ``AccessDenied`` for a layer that nobody gave to the caller, ``InvalidParameterValue`` for one that AWS gives and this cloud does not have.
    """
    found = _POWERTOOLS.fullmatch(arn)
    if found is None:
        name = arn.split(":")[6]
        if _OPEN_TELEMETRY.match(name):
            raise not_here(
                f"the OpenTelemetry layer {name}",
                "bundle opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http with the function, deploy(…, packages=[…])",
            )
        if account_of(arn) == POWERTOOLS_ACCOUNT:
            raise not_here(
                f"the layer {name}", "use AWSLambdaPowertoolsPythonV3-python313-x86_64, in any version from 1"
            )
        raise AccessDenied(
            f"User: arn:aws:iam::{caller}:root is not authorized to perform: lambda:GetLayerVersion on resource: {arn} "
            "because no resource-based policy allows the lambda:GetLayerVersion action"
        )
    home, name, runtime, architecture, version = found.groups()
    if home != region:
        raise InvalidParameterValue(
            f"Layers are not in the same region as the function. Layers are expected to be in region {region}."
        )
    if "aws-lambda-powertools" not in _distributions():
        raise not_here(
            f"the layer {name}", "install aws-lambda-powertools with pip in this Python, then start the cloud again"
        )
    digest, size = _content()
    return PublicLayer(arn, name, digest, size, region, int(version), runtime, architecture)


def missing() -> list[str]:
    """What AWS's layer has and this one has not: requirements of all of Powertools' extras that are not installed here."""
    wanted = {canonicalize_name(one.name) for one in _requirements("aws-lambda-powertools", "all")}
    return sorted(wanted - set(_distributions()) - _LEFT_OUT)


def _description() -> str:
    release = _distributions()["aws-lambda-powertools"].version
    lacking = missing()
    tail = f" Not installed here, so not in it: {', '.join(lacking)}." if lacking else ""
    return f"Powertools for AWS Lambda (Python) {release}, as installed here.{tail}"


@functools.cache
def _distributions() -> dict[str, metadata.Distribution]:
    """Powertools with all its extras and what they need, as far as it is installed, by name."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [("aws-lambda-powertools", "all")]
    while waiting:
        name, extra = waiting.pop()
        if name in found or name in _LEFT_OUT:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        waiting += [(canonicalize_name(one.name), "") for one in _requirements(name, extra)]
    return found


def _requirements(name: str, extra: str) -> list[Requirement]:
    requirements = (Requirement(text) for text in metadata.distribution(name).requires or [])
    return [one for one in requirements if one.marker is None or one.marker.evaluate({"extra": extra})]


def _files() -> Iterator[tuple[Path, Path]]:
    """Every file of the layer and its place below ``python``; compiled modules come along, because nothing can be written under /opt."""
    for distribution in _distributions().values():
        for member in distribution.files or []:
            if ".." in member.parts or member.suffix == ".pyc":
                continue
            source = Path(str(distribution.locate_file(member)))
            if source.is_file():
                yield source, Path(member)
                yield from _compiled(source, Path(member))


def _compiled(source: Path, member: Path) -> Iterator[tuple[Path, Path]]:
    if source.suffix == ".py":
        for one in (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"):
            yield one, member.parent / "__pycache__" / one.name


@functools.cache
def _content() -> tuple[str, int]:
    """A digest that stands for the content, in hexadecimal, and the size in bytes."""
    names = sorted(f"{name}=={one.version}" for name, one in _distributions().items())
    size = sum(source.stat().st_size for source, member in _files() if member.suffix != ".pyc")
    return hashlib.sha256("\n".join(names).encode()).hexdigest(), size
