"""From what a caller names (a name, an ARN, a qualifier) to the version of a function that will run.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters and
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, LayerVersion, lambda_backends

from helpers.localcloud.compute.errors import AccessDenied, InvalidParameterValue, ResourceNotFound, Validation
from helpers.localcloud.compute.packages import Content
from helpers.localcloud.compute.public_layers import PublicLayer
from helpers.localcloud.policies import allows

_REFERENCE = re.compile(
    r"(?:arn:(?P<partition>aws[a-zA-Z-]*):lambda:(?P<region>[a-z]{2}(?:-gov)?-[a-z]+-\d):)?"
    r"(?:(?P<account>\d{12}):)?(?:function:)?(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)
_RULE = (
    "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?"
    "(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
)
LATEST = "$LATEST"


@dataclass(frozen=True)
class Configuration:
    """All that an execution environment needs to know of one version of a function.

    revision changes with every update of code or configuration. memory_mb, storage_mb: MB of 1,024 KB. timeout_seconds: 1 to 900.
    log_format: ``Text`` or ``JSON``, which alone has levels.
    """

    account: str
    region: str
    name: str
    version: str
    revision: str
    handler: str
    runtime: str
    role: str
    memory_mb: int
    storage_mb: int
    timeout_seconds: int
    variables: Mapping[str, str]
    log_group: str
    log_format: str = "Text"
    application_log_level: str = "INFO"
    system_log_level: str = "INFO"

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What must be equal for an environment to be reused."""
        return self.account, self.region, self.name, self.version, self.revision


@dataclass(frozen=True)
class Reference:
    """A function as a caller named it: whose, where, which, and the qualifier if there was one."""

    account: str
    region: str
    name: str
    qualifier: str | None

    @property
    def arn(self) -> str:
        """The ARN with the qualifier that the caller used, if any: what ``context.invoked_function_arn`` says."""
        tail = f":{self.qualifier}" if self.qualifier else ""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}{tail}"


@dataclass
class Kept:
    """What Lambda keeps of a function or version, and moto does not.

    revision: changes with every update. layers: in their order. logging: ``LoggingConfig``. retries: settings of asynchronous
    invocations by qualifier, kept with the unpublished version. recursive_loop: ``Terminate`` or ``Allow``, likewise. dead_letter_target:
    the ARN in ``DeadLetterConfig``, if any.
    """

    revision: str = field(default_factory=lambda: str(uuid.uuid4()))
    layers: list[LayerVersion | PublicLayer] = field(default_factory=list)
    logging: dict[str, str] = field(default_factory=dict)
    retries: dict[str, dict[str, Any]] = field(default_factory=dict)
    recursive_loop: str = "Terminate"
    dead_letter_target: str = ""


def kept(version: LambdaFunction) -> Kept:
    """What is kept of ``version``; it travels with moto's own object."""
    return version.__dict__.setdefault("_localcloud", Kept())  # type: ignore[no-any-return]


def parse(function: str, qualifier: str | None, account: str, region: str) -> Reference:
    """Read a function name, partial ARN or ARN, with the qualifier in it or beside it.

    Raises: ``Validation``, ``InvalidParameterValue`` (two qualifiers that disagree), ``ResourceNotFound`` (another region).
    """
    found = _REFERENCE.fullmatch(function)
    if not found:
        raise Validation(function, "functionName", _RULE)
    if found["region"] and found["region"] != region:
        raise ResourceNotFound(f"Functions from '{found['region']}' are not reachable in this region ('{region}')")
    if qualifier and found["qualifier"] and qualifier != found["qualifier"]:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Reference(found["account"] or account, region, found["name"], qualifier or found["qualifier"])


def find(reference: Reference, caller: str) -> tuple[LambdaFunction, LambdaFunction]:
    """The function's unpublished version, which carries what belongs to the function as a whole, and the version to run.

    An alias with a ``RoutingConfig`` chooses between its two versions by weight, anew on each call.
    Raises: ``ResourceNotFound``; ``AccessDenied`` when the function is another account's and its policy does not let ``caller`` in.
    """
    backend = lambda_backends[reference.account][reference.region]
    group = backend._lambdas._functions.get(reference.name)
    if reference.account != caller:
        _check_policy(reference, caller)
    if group is None or group["latest"] is None:
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    version = _version(backend, reference, group)
    if version is None:
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    return group["latest"], version


def _version(backend: LambdaBackend, reference: Reference, group: dict[str, Any]) -> LambdaFunction | None:
    wanted = reference.qualifier
    if wanted is None or wanted == LATEST:
        return group["latest"]  # type: ignore[no-any-return]
    if not wanted.isdigit():
        alias = backend._lambdas._aliases[group["latest"].function_arn].get(wanted)
        if alias is None:
            return None
        routing: Any = alias.routing_config or {}
        wanted = _weighted(alias.function_version, routing.get("AdditionalVersionWeights") or {})
        if wanted == LATEST:
            return group["latest"]  # type: ignore[no-any-return]
    return next((one for one in group["versions"] if str(one.version) == wanted), None)


def _weighted(main: str, others: Mapping[str, float]) -> str:
    at = random.random()
    for version, weight in others.items():
        at -= float(weight)
        if at < 0:
            return version
    return main


def policy_of(reference: Reference) -> dict[str, Any]:
    """The resource policy of a function, as ``policies.allows`` reads it.

    Raises: ``LookupError`` when there is no such function.
    """
    group = lambda_backends[reference.account][reference.region]._lambdas._functions.get(reference.name)
    if group is None or group["latest"] is None:
        raise LookupError(reference.arn)
    return {"Statement": group["latest"].policy.statements}


def _check_policy(reference: Reference, caller: str) -> None:
    try:
        policy = policy_of(reference)
    except LookupError:
        policy = {}
    if not allows(policy, account=caller, action="lambda:InvokeFunction", resource=reference.arn):
        raise AccessDenied(
            f"User: arn:aws:iam::{caller}:root is not authorized to perform: lambda:InvokeFunction on resource: {reference.arn} "
            "because no resource-based policy allows the lambda:InvokeFunction action"
        )


def configuration_of(version: LambdaFunction) -> Configuration:
    """What an environment of ``version`` is made from."""
    return Configuration(
        account=version.account_id,
        region=version.region,
        name=version.function_name,
        version=str(version.version),
        revision=kept(version).revision,
        handler=str(version.handler),
        runtime=str(version.run_time),
        role=version.role,
        memory_mb=int(version.memory_size),
        storage_mb=int(version.ephemeral_storage),
        timeout_seconds=int(version.timeout),
        variables=version.environment_vars,
        log_group=version.logs_group_name,
        log_format=kept(version).logging.get("LogFormat", "Text"),
        application_log_level=kept(version).logging.get("ApplicationLogLevel", "INFO"),
        system_log_level=kept(version).logging.get("SystemLogLevel", "INFO"),
    )


def code_of(version: LambdaFunction) -> tuple[list[tuple[str, Content]], list[tuple[str, Content]]]:
    """The package of a version, and those of its layers in their order, each with its SHA-256."""
    layers: list[tuple[str, Content]] = [
        (layer.code_digest, layer.unpack if isinstance(layer, PublicLayer) else layer.code_bytes)
        for layer in kept(version).layers
    ]
    return [(version.code_digest, version.code_bytes)], layers
