"""moto.awslambda: functions run for real, requests are checked as Lambda checks them, and nothing is accepted and then ignored."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import replace
from typing import Any, cast, get_args
from urllib.parse import parse_qs, unquote

from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage, LayerVersion
from moto.awslambda.responses import LambdaResponse

from helpers.localcloud import compute, events
from helpers.localcloud.compute import logs, sources, validation
from helpers.localcloud.compute.errors import InvalidParameterValue, LambdaError, PreconditionFailed, ResourceConflict
from helpers.localcloud.compute.functions import LATEST, kept, parse
from helpers.localcloud.compute.invoke import Kind
from helpers.localcloud.patches import patch

_POLLED = ("aws:sqs", "aws:dynamodb", "aws:kinesis")


@patch(
    "moto.awslambda.models:LambdaFunction.invoke",
    why="moto runs Docker containers; every path of moto to a function ends here",
)
def _invoke_function(
    original: Any, self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any
) -> bytes:
    payload = body.encode() if isinstance(body, str) else bytes(body or b"")
    kind: Kind = "RequestResponse" if _is_polled(payload) else "Event"
    qualifier = None if str(self.version) == LATEST else str(self.version)
    try:
        outcome = compute.engine().invoke(self.account_id, self.region, self.function_name, qualifier, payload, kind)
    except LambdaError as error:
        response_headers["x-amz-function-error"] = "Unhandled"
        return error.description.encode()
    if outcome.function_error:
        response_headers["x-amz-function-error"] = outcome.function_error
    return outcome.payload


def _is_polled(payload: bytes) -> bool:
    """Whether moto pushes for a poller, which waits for the result; other services hand events over and go on."""
    try:
        return json.loads(payload)["Records"][0]["eventSource"] in _POLLED
    except (ValueError, KeyError, IndexError, TypeError):
        return False


@patch(
    "moto.awslambda.responses:LambdaResponse.setup_class",
    why="moto decodes a payload before anybody could refuse it, and reads it as a query string",
)
def _setup_class(
    original: Any, self: LambdaResponse, request: Any, full_url: str, headers: Any, use_raw_body: bool = False
) -> None:
    original(self, request, full_url, headers, use_raw_body or "/invocations" in full_url)


@patch(
    "moto.awslambda.responses:LambdaResponse.invoke",
    why="moto reads 'qualifier' for 'Qualifier', and has neither Event, DryRun nor limits",
)
def _invoke(original: Any, self: LambdaResponse) -> tuple[int, dict[str, str], bytes | str]:
    named = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    try:
        if named not in get_args(Kind):
            raise InvalidParameterValue(f"Unknown InvocationType {named}: use RequestResponse, Event or DryRun")
        kind = cast(Kind, named)
        outcome = compute.engine().invoke(
            self.current_account,
            self.region,
            unquote(self.path.rsplit("/", 2)[-2]),
            parse_qs(self.parsed_url.query).get("Qualifier", [None])[0],
            self.body or b"",
            kind,
            self.headers.get("X-Amzn-Trace-Id"),
            self.headers.get("X-Amz-Client-Context"),
        )
    except LambdaError as error:
        return error.answer()
    headers = {
        "status": str(outcome.status),
        "x-amzn-RequestId": outcome.request_id,
        "Content-Type": "application/json",
    }
    if kind == "RequestResponse":
        headers["X-Amz-Executed-Version"] = outcome.executed_version or LATEST
        if outcome.function_error:
            headers["X-Amz-Function-Error"] = outcome.function_error
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = logs.tail([line.text for line in outcome.log])
    return outcome.status, headers, outcome.payload


@patch(
    "moto.core.responses:BaseResponse._enrich_response",
    why="moto invents a request id; an invocation's own is the one in its log",
)
def _enrich_response(original: Any, headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
    own = headers.pop("x-amzn-RequestId", None)
    headers, body = original(headers, body)
    if own:
        headers["x-amzn-requestid"] = own
    return headers, body


@patch("moto.awslambda.responses:LambdaResponse.invoke_async", why="moto runs it while the caller waits")
def _invoke_async(original: Any, self: LambdaResponse) -> tuple[int, dict[str, str], bytes | str]:
    name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
    body = self.body if isinstance(self.body, bytes) else (self.body or "").encode()
    try:
        outcome = compute.engine().invoke(self.current_account, self.region, name, None, body, "Event")
    except LambdaError as error:
        return error.answer()
    return 202, {"x-amzn-RequestId": outcome.request_id, "status": "202"}, b"{}"


@patch(
    "moto.awslambda.models:LambdaFunction.__init__",
    why="what moto does not keep: revision, layer contents, log group, retry settings by qualifier",
)
def _function_init(
    original: Any, self: LambdaFunction, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1
) -> None:
    original(self, account_id, spec, region, version)
    usual = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
    kept(self).logging = validation.logging_of(spec.get("LoggingConfig") or {}, usual)
    self.logs_group_name = kept(self).logging["LogGroup"]
    kept(self).dead_letter_target = (spec.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    touch(self)


@patch(
    "moto.awslambda.models:LambdaFunction._get_layers_data",
    why="a function keeps working when its layer version is deleted",
)
def _get_layers_data(original: Any, self: LambdaFunction, layers_versions_arns: list[str]) -> list[dict[str, Any]]:
    kept(self).layers = sources.layer_versions(layers_versions_arns, self.account_id, self.region, 0)
    return [{"Arn": layer.arn, "CodeSize": layer.code_size} for layer in kept(self).layers]


@patch(
    "moto.awslambda.models:LambdaFunction.get_configuration",
    why="moto leaves RevisionId, LoggingConfig, RuntimeVersionConfig out",
)
def _get_configuration(original: Any, self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
    runtime = hashlib.sha256((self.run_time or "").encode()).hexdigest()
    return {
        **original(self, on_create),
        "LastUpdateStatus": "Successful",
        "RevisionId": kept(self).revision,
        "LoggingConfig": kept(self).logging,
        **({"DeadLetterConfig": {"TargetArn": kept(self).dead_letter_target}} if kept(self).dead_letter_target else {}),
        "RuntimeVersionConfig": {"RuntimeVersionArn": f"arn:aws:lambda:{self.region}::runtime:{runtime}"},
    }


@patch("moto.awslambda.models:LambdaFunction.get_code", why="moto hides a reserved concurrency of 0")
def _get_code(original: Any, self: LambdaFunction) -> dict[str, Any]:
    answer: dict[str, Any] = original(self)
    if self.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": int(self.reserved_concurrency)}
    return answer


@patch(
    "moto.awslambda.models:LambdaFunction.update_configuration",
    why="moto drops unknown settings and keeps old environments",
)
def _update_configuration(original: Any, self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    updates = dict(config_updates)
    _check_revision(self, updates.pop("RevisionId", None))
    validation.check_settings(updates, self.account_id, self.region)
    logging = validation.logging_of(updates.get("LoggingConfig") or {}, kept(self).logging)
    if "Environment" in updates:
        updates["Environment"] = {"Variables": (updates["Environment"] or {}).get("Variables") or {}}
    original(self, updates)
    if updates.get("EphemeralStorage"):
        self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    if updates.get("TracingConfig"):
        self.tracing_config = {"Mode": updates["TracingConfig"].get("Mode", "PassThrough")}
    if "DeadLetterConfig" in updates:
        kept(self).dead_letter_target = (updates["DeadLetterConfig"] or {}).get("TargetArn") or ""
    kept(self).logging = logging
    self.logs_group_name = logging["LogGroup"]
    touch(self)
    compute.engine().retire(self.account_id, self.region, self.function_name, LATEST)
    return self.get_configuration()


@patch("moto.awslambda.models:LambdaFunction.update_function_code", why="moto takes any bytes for a zip")
def _update_function_code(original: Any, self: LambdaFunction, updated_spec: dict[str, Any]) -> dict[str, Any]:
    _check_revision(self, updated_spec.get("RevisionId"))
    content, _ = sources.package(updated_spec, self.account_id, self.region, "UpdateFunctionCode")
    if updated_spec.get("DryRun"):
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return {**self.get_configuration(), "CodeSha256": digest, "CodeSize": len(content)}
    if updated_spec.get("Architectures"):
        self.architectures = updated_spec["Architectures"]
    original(self, updated_spec)
    touch(self)
    compute.engine().retire(self.account_id, self.region, self.function_name, LATEST)
    return self.get_configuration()


@patch("moto.awslambda.models:LambdaBackend.update_function_code", why="moto applies the code twice when it publishes")
def _backend_update_function_code(
    original: Any, self: LambdaBackend, function_name: str, qualifier: str, body: dict[str, Any]
) -> dict[str, Any]:
    function = self.get_function(function_name, qualifier)
    configuration: dict[str, Any] = function.update_function_code(body)
    if body.get("Publish") and not body.get("DryRun"):
        published = self.publish_version(function.function_name)
        assert published is not None
        return published.get_configuration()
    return configuration


@patch(
    "moto.awslambda.models:LambdaBackend.create_function",
    why="moto checks neither package, handler, runtime nor limits, and ignores what it does not know",
)
def _create_function(original: Any, self: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
    spec = {**spec, "FunctionName": parse(spec.get("FunctionName") or "", None, self.account_id, self.region_name).name}
    validation.check_name(spec["FunctionName"])
    if (not spec.get("Runtime") or not spec.get("Handler")) and spec.get("PackageType", "Zip") == "Zip":
        raise InvalidParameterValue(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    validation.check_settings(spec, self.account_id, self.region_name)
    _, size = sources.package(spec.get("Code") or {}, self.account_id, self.region_name)
    sources.layer_versions(spec.get("Layers") or [], self.account_id, self.region_name, size)
    function: LambdaFunction = original(self, {**spec, "Publish": False})
    events.plane().mappings.resumed(self.account_id, self.region_name, function=function.function_name)
    return self.publish_version(spec["FunctionName"]) or function if spec.get("Publish") else function


@patch(
    "moto.awslambda.models:LambdaStorage.put_function",
    why="the role is checked with the other settings, with its trust policy",
)
def _put_function(original: Any, self: LambdaStorage, fn: LambdaFunction) -> None:
    if fn.function_name in self._functions:
        raise ResourceConflict(f"Function already exist: {fn.function_name}")
    self._functions[fn.function_name] = {"latest": fn, "versions": [], "published": 0}
    self._arns[fn.function_arn] = fn


@patch("moto.awslambda.models:LambdaBackend.publish_layer_version", why="moto takes any bytes for a zip")
def _publish_layer_version(original: Any, self: LambdaBackend, spec: dict[str, Any]) -> LayerVersion:
    sources.package(spec.get("Content") or {}, self.account_id, self.region_name, "PublishLayerVersion")
    layer: LayerVersion = original(self, spec)
    return layer


def touch(function: LambdaFunction) -> None:
    """Mark a change: environments of the former revision are not used any more."""
    function.__dict__["_localcloud"] = replace(kept(function), revision=str(uuid.uuid4()))
    function.last_modified = f"{compute.engine().clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"


def _check_revision(function: LambdaFunction, revision: str | None) -> None:
    if revision and revision != kept(function).revision:
        raise PreconditionFailed(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
