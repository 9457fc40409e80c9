"""What CreateFunction and its siblings refuse, in AWS's words, and which features of theirs the local cloud does not have.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from helpers.localcloud.arns import service_of
from helpers.localcloud.compute.errors import (
    AccessDenied,
    InvalidParameterValue,
    ResourceNotFound,
    Validation,
    not_here,
)

_ROLE = re.compile(r"arn:(aws[a-zA-Z-]*)?:iam::(\d{12}):role/?[a-zA-Z_0-9+=,.@\-_/]+")
_ROLE_RULE = (
    r"Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
)
_NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_RUNTIME = re.compile(r"python3\.([6-9]|1[0-5])")
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_ENVIRONMENT_BYTES = 4096

_RESERVED_VARIABLES = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
_DONE = frozenset(
    [
        "FunctionName",
        "Runtime",
        "Role",
        "Handler",
        "Code",
        "Description",
        "Timeout",
        "MemorySize",
        "Publish",
        "PublishTo",
        "Environment",
        "Layers",
        "Tags",
        "Architectures",
        "EphemeralStorage",
        "PackageType",
        "TracingConfig",
        "LoggingConfig",
        "DeadLetterConfig",
        "ReservedConcurrentExecutions",
        "RevisionId",
    ]
)
_NOT_DONE = {
    "VpcConfig": ("VPC networking (VpcConfig)", "leave it out, the function reaches the local services without it"),
    "FileSystemConfigs": ("Amazon EFS mounts (FileSystemConfigs)", "use /tmp or S3"),
    "ImageConfig": ("container images (ImageConfig)", "deploy a .zip package"),
    "SnapStart": ("SnapStart", "leave it out, cold starts stay visible"),
    "KMSKeyArn": ("customer managed keys for environment variables (KMSKeyArn)", "leave it out"),
    "CodeSigningConfigArn": ("code signing (CodeSigningConfigArn)", "leave it out"),
}
_LOGGING = {
    "LogFormat": ("JSON", "Text"),
    "ApplicationLogLevel": ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
    "SystemLogLevel": ("DEBUG", "INFO", "WARN"),
}
_LOG_GROUP = r"[\.\-_/#A-Za-z0-9]{1,512}"
_EMPTY: dict[str, tuple[Any, ...]] = {
    "VpcConfig": ({"SubnetIds": [], "SecurityGroupIds": []},),
    "SnapStart": ({"ApplyOn": "None"},),
}


def check_settings(spec: Mapping[str, Any], account: str, region: str) -> None:
    """Refuse settings of a function (from a create or an update) that Lambda or the local cloud does not take.

    Raises: ``InvalidParameterValue``, ``Validation`` or ``AccessDenied``, worded as AWS words them.
    """
    for name, value in spec.items():
        if name not in _DONE and value and value not in _EMPTY.get(name, ()):
            raise not_here(*_NOT_DONE.get(name, (f"the parameter {name} of Lambda functions", "leave it out")))
    if spec.get("PackageType", "Zip") != "Zip":
        raise not_here("container images (PackageType Image)", "deploy a .zip package")
    mode = (spec.get("TracingConfig") or {}).get("Mode", "PassThrough")
    if mode not in ("Active", "PassThrough"):
        raise Validation(mode, "tracingConfig.mode", "Member must satisfy enum value set: [Active, PassThrough]")
    check_dead_letter_target(str((spec.get("DeadLetterConfig") or {}).get("TargetArn") or ""))
    _check_logging(spec.get("LoggingConfig") or {})
    if "Runtime" in spec:
        check_runtime(spec["Runtime"])
    if "Handler" in spec and not re.fullmatch(r"\S{1,128}", spec["Handler"] or ""):
        raise Validation(spec["Handler"], "handler", r"Member must satisfy regular expression pattern: [^\s]+")
    check_number(spec, "Timeout", 1, 900)
    check_number(spec, "MemorySize", 128, 10_240)
    if spec.get("EphemeralStorage"):
        check_number(spec["EphemeralStorage"], "Size", 512, 10_240, field="ephemeralStorage.size")
    check_variables((spec.get("Environment") or {}).get("Variables") or {})
    if "Role" in spec:
        check_role(spec["Role"], account, region)


def check_name(name: str) -> None:
    """Refuse a name that no function can have."""
    if not _NAME.fullmatch(name):
        raise Validation(
            name,
            "functionName",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+, and have length less than or equal to 64",
        )


def check_runtime(runtime: str | None) -> None:
    """Refuse a runtime that cannot run here."""
    if not _RUNTIME.fullmatch(runtime or ""):
        here = ".".join(platform.python_version_tuple()[:2])
        raise not_here(
            f"the runtime {runtime}",
            f"use python3.13 or any other python3.x; each of these names runs on the Python of this computer, {here}",
        )


def check_variables(variables: Mapping[str, str]) -> None:
    """Refuse environment variables that Lambda reserves, misnamed ones, and more than 4 KB of them."""
    prefix = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
    )
    reserved = [name for name in variables if name in _RESERVED_VARIABLES]
    if reserved:
        raise InvalidParameterValue(
            f"{prefix}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise Validation(
                name,
                "environment.variables",
                r"Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
            )
    measured = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > _ENVIRONMENT_BYTES:
        raise InvalidParameterValue(f"{prefix}exceeded the 4KB limit. String measured: {measured}")
    if "AWS_LAMBDA_EXEC_WRAPPER" in variables:
        raise not_here("wrapper scripts (AWS_LAMBDA_EXEC_WRAPPER)", "leave the variable out")


def check_role(role: str, account: str, region: str) -> None:
    """Refuse what is no role's ARN, another account's role, and a role that Lambda may not assume."""
    found = _ROLE.fullmatch(role or "")
    if not found:
        raise Validation(role, "role", _ROLE_RULE)
    if found[2] != account:
        raise AccessDenied("Cross-account pass role is not allowed.")
    try:
        policy = iam_backends[account][get_partition(region)].get_role_by_arn(role).assume_role_policy_document
    except NotFoundException:
        policy = None
    if policy is None or not _trusts_lambda(policy):
        raise InvalidParameterValue("The role defined for the function cannot be assumed by Lambda.")


def check_alias(backend: Any, function: str, version: str | None, routing: Mapping[str, Any] | None) -> None:
    """Refuse an alias whose two versions do not exist, or that splits traffic with ``$LATEST``."""
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    if weights and version == "$LATEST":
        raise InvalidParameterValue("$LATEST is not supported for an alias pointing to more than 1 version")
    if len(weights) > 1:
        raise InvalidParameterValue("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for other, weight in weights.items():
        if not 0 <= float(weight) <= 1:
            raise Validation(
                {other: weight},
                "routingConfig.additionalVersionWeights",
                "Map value must satisfy constraint: [0.0, 1.0]",
            )
        if other == version:
            raise InvalidParameterValue(
                f"Invalid function version {other}. Function version {version} is already included in routing configuration."
            )
        if not other.isdigit() or backend._lambdas._get_version(function, other) is None:
            raise ResourceNotFound(
                f"Function not found: arn:aws:lambda:{backend.region_name}:{backend.account_id}:function:{function}:{other}"
            )


def check_event_invoke(config: Mapping[str, Any]) -> None:
    """Accept the destinations of asynchronous invocations.

    Whether the function's role may write there is not asked: identity policies are not enforced.
    Raises: ``InvalidParameterValue``.
    """
    for which, destination in (config.get("DestinationConfig") or {}).items():
        arn = str((destination or {}).get("Destination") or "")
        kind = service_of(arn) if arn.count(":") >= 5 else ""
        kinds = ("sqs", "sns", "lambda", "events", *(("s3",) if which == "OnFailure" else ()))
        if arn and (kind not in kinds or arn.endswith(".fifo")):
            raise InvalidParameterValue(
                f"The provided destination config DestinationConfig({which}=OnDestination(destination={arn})) is invalid: it is no standard "
                f"queue, standard topic, function, event bus{' or bucket' if 's3' in kinds else ''}."
            )


def check_dead_letter_target(arn: str) -> None:
    """Accept the target of ``DeadLetterConfig``: a standard queue or topic.

    Raises: ``InvalidParameterValue``.
    """
    if arn and (arn.split(":")[2:3] not in (["sqs"], ["sns"]) or arn.endswith(".fifo")):
        raise InvalidParameterValue(
            f"The dead letter target {arn} is no standard queue and no standard topic: name one of them."
        )


def check_number(spec: Mapping[str, Any], name: str, lowest: int, highest: int, field: str | None = None) -> None:
    """Refuse a number outside the range that the API's model gives."""
    value = spec.get(name)
    named = field or name[0].lower() + name[1:]
    if value is None:
        return
    if not isinstance(value, int) or value > highest:
        raise Validation(value, named, f"Member must have value less than or equal to {highest}")
    if value < lowest:
        raise Validation(value, named, f"Member must have value greater than or equal to {lowest}")


def logging_of(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The whole ``LoggingConfig`` after a request: what was given over what was before. Levels belong to JSON, and are INFO unless given.

    Raises: ``InvalidParameterValue`` for a level beside LogFormat Text.
    """
    config = {**before, **{name: value for name, value in given.items() if value is not None}}
    levels = ("ApplicationLogLevel", "SystemLogLevel")
    if config["LogFormat"] == "JSON":
        return {**dict.fromkeys(levels, "INFO"), **config}
    for level in levels:
        if given.get(level):
            raise InvalidParameterValue(f"{level} cannot be set when LogFormat is Text.")
    return {name: value for name, value in config.items() if name not in levels}


def _check_logging(config: Mapping[str, Any]) -> None:
    for name, allowed in _LOGGING.items():
        value = config.get(name)
        if value is not None and value not in allowed:
            where = f"loggingConfig.{name[0].lower()}{name[1:]}"
            raise Validation(value, where, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    group = config.get("LogGroup")
    if group is not None and not re.fullmatch(_LOG_GROUP, group):
        raise Validation(
            group, "loggingConfig.logGroup", f"Member must satisfy regular expression pattern: {_LOG_GROUP}"
        )


def _trusts_lambda(policy: str) -> bool:
    try:
        statements = json.loads(unquote(policy)).get("Statement") or []
    except (ValueError, AttributeError):
        return True  # IAM's business: AWS never stores such a document
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal") or {}
        services = principal.get("Service") if isinstance(principal, dict) else principal
        named = [services] if isinstance(services, str) else services or []
        if statement.get("Effect") == "Allow" and any(service in ("lambda.amazonaws.com", "*") for service in named):
            return True
    return not statements
