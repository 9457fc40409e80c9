"""``deploy``: from a file to a Lambda function, with the plain boto3 calls that one would type, shown as they are made."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from helpers.cloud import bundle, targets
from helpers.errors import CourseError

BASIC_EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
XRAY_WRITE = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE_SECONDS = 60.0
_DEFAULTS: tuple[Any, ...] = ([], {"Variables": {}}, {"Mode": "PassThrough"})


class FunctionArn(str):
    """A function's ARN, as text; silent as the last line of a cell, because the calls have said enough."""

    def _ipython_display_(self) -> None:
        return None


def deploy(
    handler_file: str | Path,
    name: str,
    *,
    handler: str | None = None,
    role: str | None = None,
    runtime: str = "python3.13",
    timeout: int = 3,
    memory: int = 128,
    environment: Mapping[str, str] | None = None,
    layers: Iterable[str] = (),
    tracing: bool = False,
    packages: Iterable[str] = (),
    files: Iterable[str | Path] = (),
    show: bool = True,
) -> FunctionArn:
    """Zip a handler and create the function ``name``, or bring it up to date; afterwards it is as this call says, whatever it was before.

    handler: ``file.function``; by default the file's name and ``lambda_handler``.
    role: name or ARN of a role; by default ``<name>-role``, created with Lambda's trust policy and ``AWSLambdaBasicExecutionRole``.
    timeout: seconds. memory: MB. environment: variables of the function. layers: ARNs of layer versions.
    tracing: active tracing with X-Ray; a role made here may then write traces.
    packages: installed packages to bundle, with their dependencies. files: more files and folders for the zip.
    show: print the boto3 calls made, one line each, without account numbers.

    Returns: the function's ARN.

    Raises: ``CourseError`` for a missing file, package or role; botocore's ``ClientError``, with AWS's own code, for what the cloud refuses.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    path = Path(handler_file)
    handler = handler or f"{path.stem}.lambda_handler"
    packages = tuple(packages)
    code = bundle.build_zip(path, [Path(file) for file in files], packages)
    _warn_about_handler(path, handler)
    if _on_aws():
        _refuse_foreign_binaries(packages, runtime)
    calls = _Calls(show)
    wanted = {
        "Runtime": runtime,
        "Handler": handler,
        "Timeout": timeout,
        "MemorySize": memory,
        "Environment": {"Variables": dict(environment or {})},
        "Layers": list(layers),
        "TracingConfig": {"Mode": "Active" if tracing else "PassThrough"},
    }
    role_arn, role_shown = _role(role, name, calls, (BASIC_EXECUTION, XRAY_WRITE) if tracing else (BASIC_EXECUTION,))
    return _Function(calls, name, role_arn, role_shown).put(code, wanted)


class _Calls:
    """boto3 clients whose calls are shown as one could type them."""

    def __init__(self, show: bool) -> None:
        self._show = show
        self.lambda_ = boto3.client("lambda")
        self.iam = boto3.client("iam")
        self.hidden: dict[str, str] = {self.lambda_.meta.endpoint_url: "<endpoint>"}

    def make(
        self,
        client: str,
        method: str,
        *,
        before: str = "",
        after: str = "",
        shown: Mapping[str, str] | None = None,
        **params: Any,
    ) -> Any:
        """Call, then print the call. shown: Python text to print for a parameter, instead of its value."""
        answer = getattr(getattr(self, client), method)(**params)
        if self._show:
            print(f"{before}{client}.{method}({self._arguments(params, shown or {})}){after}")
        return answer

    def wait(self, waiter: str, name: str) -> None:
        self.lambda_.get_waiter(waiter).wait(FunctionName=name)
        if self._show:
            print(f'lambda_.get_waiter("{waiter}").wait(FunctionName={_python(name)})')

    def _arguments(self, params: Mapping[str, Any], shown: Mapping[str, str]) -> str:
        text = ", ".join(f"{key}={shown.get(key) or _python(value)}" for key, value in params.items())
        for secret, placeholder in self.hidden.items():
            text = text.replace(secret, placeholder)
        return text


class _Function:
    def __init__(self, calls: _Calls, name: str, role_arn: str, role_shown: str) -> None:
        self._calls = calls
        self._name = name
        self._role = role_arn
        self._shown = {"Role": role_shown}

    def put(self, code: bytes, wanted: dict[str, Any]) -> FunctionArn:
        try:
            known = self._calls.lambda_.get_function_configuration(FunctionName=self._name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return self._create(code, wanted)
        self._hide_account(known["FunctionArn"])
        if known.get("CodeSha256") != base64.b64encode(hashlib.sha256(code).digest()).decode():
            self._calls.make("lambda_", "update_function_code", FunctionName=self._name, ZipFile=code)
            self._calls.wait("function_updated_v2", self._name)
        before = _settings(known)
        changed = {
            setting: value for setting, value in {**wanted, "Role": self._role}.items() if before[setting] != value
        }
        if changed:
            self._patiently("update_function_configuration", FunctionName=self._name, **changed)
            self._calls.wait("function_updated_v2", self._name)
        return FunctionArn(known["FunctionArn"])

    def _create(self, code: bytes, wanted: dict[str, Any]) -> FunctionArn:
        given = {key: value for key, value in wanted.items() if value not in _DEFAULTS}
        made = self._patiently(
            "create_function", FunctionName=self._name, Role=self._role, **given, Code={"ZipFile": code}
        )
        self._calls.wait("function_active_v2", self._name)
        return FunctionArn(made["FunctionArn"])

    def _patiently(self, method: str, **params: Any) -> Any:
        """On AWS a role that was just made takes some seconds until Lambda can assume it."""
        self._hide_account(self._role)
        seconds = ROLE_SECONDS if _on_aws() else 0
        for attempt in Retrying(
            retry=retry_if_exception(_cannot_be_assumed),
            wait=wait_exponential(0.5, max=8),
            stop=stop_after_delay(seconds),
            reraise=True,
        ):
            with attempt:
                return self._calls.make("lambda_", method, shown=self._shown, **params)

    def _hide_account(self, arn: str) -> None:
        parts = arn.split(":")
        if len(parts) > 4 and parts[4]:
            self._calls.hidden[parts[4]] = "<account>"


def _role(role: str | None, function: str, calls: _Calls, policies: tuple[str, ...]) -> tuple[str, str]:
    """The role's ARN, and the Python text that stands for it in what is printed. policies: what a role made here may do."""
    if role and role.startswith("arn:"):
        return role, _lookup(role.rpartition("/")[2])
    name = role or f"{function}-role"
    try:
        arn = calls.iam.get_role(RoleName=name)["Role"]["Arn"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        if role:
            raise CourseError(
                f"there is no role named {role} in this account: create it first, or leave `role` out to have one made"
            ) from None
        trust = json.dumps(TRUST)
        made = calls.make(
            "iam",
            "create_role",
            before="role = ",
            after='["Role"]["Arn"]',
            RoleName=name,
            AssumeRolePolicyDocument=trust,
        )
        for policy in policies:
            calls.make("iam", "attach_role_policy", RoleName=name, PolicyArn=policy)
        return made["Role"]["Arn"], "role"
    if role is None:
        attached = calls.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        for policy in policies:
            if policy not in [one["PolicyArn"] for one in attached] and (policy != BASIC_EXECUTION or not attached):
                calls.make("iam", "attach_role_policy", RoleName=name, PolicyArn=policy)
    return arn, _lookup(name)


def _lookup(name: str) -> str:
    return f'iam.get_role(RoleName={_python(name)})["Role"]["Arn"]'


def _settings(known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Runtime": known.get("Runtime"),
        "Handler": known.get("Handler"),
        "Timeout": known.get("Timeout"),
        "MemorySize": known.get("MemorySize"),
        "Environment": {"Variables": known.get("Environment", {}).get("Variables", {})},
        "Layers": [layer["Arn"] for layer in known.get("Layers", [])],
        "TracingConfig": {"Mode": known.get("TracingConfig", {}).get("Mode", "PassThrough")},
        "Role": known.get("Role"),
    }


def _warn_about_handler(path: Path, handler: str) -> None:
    """Say what Lambda would say only at the first invocation; deploying it all the same may be the lesson."""
    module, _, function = handler.rpartition(".")
    if module != path.stem:
        return
    try:
        found = bundle.has_function(path.read_bytes(), function)
    except SyntaxError as error:
        print(
            f"note: {path.as_posix()} is not valid Python (line {error.lineno}: {error.msg}), so the function will fail when it starts"
        )
        return
    if not found:
        print(
            f"note: {path.as_posix()} defines no {function}, so the function will fail with Runtime.HandlerNotFound: define it, or pass handler="
        )


def _refuse_foreign_binaries(packages: tuple[str, ...], runtime: str) -> None:
    wrong = bundle.foreign_binaries(packages, runtime)
    if wrong:
        raise CourseError(
            f"{', '.join(wrong)} would not load on AWS, whose {runtime} runs on x86-64 Linux: "
            "use the runtime of this Python on such a machine, or a layer built for Lambda"
        )


def _on_aws() -> bool:
    target = targets.current()
    return target is not None and target.kind == "aws"


def _cannot_be_assumed(error: BaseException) -> bool:
    return (
        isinstance(error, ClientError)
        and error.response["Error"]["Code"] == "InvalidParameterValueException"
        and "cannot be assumed" in str(error)
    )


def size_of(package: bytes) -> str:
    """A size in two digits: compiled packages differ a little between Pythons, and what is printed here is compared."""
    return f"{float(f'{len(package) / 1000:.2g}'):g} kB"


def _python(value: Any) -> str:
    """Python text for a value, in the quotes that this course uses; bytes as their size."""
    if isinstance(value, bytes):
        return f"<zip, {size_of(value)}>"
    if isinstance(value, str):
        return repr(value) if '"' in value or "\\" in value or not value.isprintable() else f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_python(key)}: {_python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    return repr(value)
