"""What a stage may be, and what can be patched of it.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException, NotFoundException

from helpers.localcloud.gateway.control import now, number, switched, text, texts, unavailable
from helpers.localcloud.gateway.patch_operations import Field, Operation, entries, setter

MOST_VARIABLES, LONGEST_NAME, LONGEST_VALUE = 100, 64, 512
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_VALUE = re.compile(r"[A-Za-z0-9 \-._~:/?#&=,]*")
_DESTINATION = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512}(:\*)?")
_CACHE = "The API cache (cacheClusterEnabled, caching/enabled) is"
DEFAULT_SETTINGS: Mapping[str, Any] = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


def _level(value: str) -> str:
    if value not in ("OFF", "ERROR", "INFO"):
        raise BadRequestException(f"Invalid logging level specified: {value}. Must be one of: [OFF, ERROR, INFO]")
    return value


def _limit(kind: Callable[[Any], Any]) -> Callable[[str], Any]:
    def convert(value: str) -> Any:
        found = number(value, kind, "throttling limit")
        if found < -1:
            raise BadRequestException(f"Invalid throttling limit '{value}'. It must not be negative")
        return found

    return convert


def _never_cached(value: str) -> bool:
    if switched(value):
        raise unavailable(_CACHE)
    return False


def _no_cache_setting(value: str) -> Any:
    raise unavailable("Settings of the API cache are")


SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", switched),
    "logging/loglevel": ("loggingLevel", _level),
    "logging/dataTrace": ("dataTraceEnabled", switched),
    "throttling/burstLimit": ("throttlingBurstLimit", _limit(int)),
    "throttling/rateLimit": ("throttlingRateLimit", _limit(float)),
    "caching/enabled": ("cachingEnabled", _never_cached),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", _no_cache_setting),
    "caching/dataEncrypted": ("cacheDataEncrypted", _no_cache_setting),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", _no_cache_setting),
    "caching/unauthorizedCacheControlHeaderStrategy": ("unauthorizedCacheControlHeaderStrategy", _no_cache_setting),
}


def check_name(name: Any) -> str:
    """The name of a stage. Raises: ``BadRequestException``."""
    if not name:
        raise BadRequestException("Stage name must be non-empty")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name):
        raise BadRequestException("Stage name only allows a-zA-Z0-9_-")
    return name


def check_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Stage variables. Raises: ``BadRequestException`` for too many, or a name or value that AWS does not take."""
    if len(variables) > MOST_VARIABLES:
        raise BadRequestException(f"A stage can have at most {MOST_VARIABLES} stage variables")
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name) or len(name) > LONGEST_NAME:
            raise BadRequestException(
                f"Invalid stage variable name: {name}. Please use at most {LONGEST_NAME} alphanumeric characters and underscores."
            )
        if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
            raise BadRequestException(
                f"Invalid stage variable value: {value}. Please use values with alphanumeric characters and the symbols "
                "' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            )
    return dict(variables)


def check_deployment(api: models.RestAPI, deployment_id: Any) -> str:
    """A deployment of the API. Raises: ``NotFoundException``."""
    if (text(deployment_id) or "") not in api.deployments:
        raise NotFoundException("Invalid Deployment identifier specified")
    return str(deployment_id)


def refuse_cache(given: Mapping[str, Any]) -> None:
    """Refuse a cache cluster."""
    if given.get("cacheClusterEnabled"):
        raise unavailable(_CACHE)


def canary(api: models.RestAPI, given: dict[str, Any], deployment_id: Any) -> dict[str, Any] | None:
    """The canary settings of a stage, in the API's names. Raises: ``BadRequestException``."""
    if not given:
        return None
    if given.get("useStageCache"):
        raise unavailable(_CACHE)
    if (text(deployment_id) or "") not in api.deployments:
        raise BadRequestException("Deployment id does not exist")
    return {
        "deploymentId": str(deployment_id),
        "percentTraffic": percent(given.get("percentTraffic") or 0),
        "stageVariableOverrides": check_variables(texts(given.get("stageVariableOverrides"))),
        "useStageCache": False,
    }


def percent(value: Any) -> float:
    """A share of traffic. Raises: ``BadRequestException`` outside of 0 to 100."""
    found = float(number(value, float, "percent traffic"))
    if not 0 <= found <= 100:
        raise BadRequestException("Percent traffic must be between 0.0 and 100.0")
    return found


def described(stage: models.Stage) -> dict[str, Any]:
    """A stage as the API shows it."""
    return stage.to_json() | {
        "description": stage.description or None,
        "variables": stage.variables or None,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "canarySettings": getattr(stage, "canary_settings", None),
        "tracingEnabled": bool(stage.tracing_enabled),
        "createdDate": getattr(stage, "created_date", None),
        "lastUpdatedDate": getattr(stage, "last_updated_date", None),
    }


def touched(stage: models.Stage) -> None:
    """Note that a stage was changed now."""
    moment = now()
    stage.created_date = getattr(stage, "created_date", moment)  # type: ignore[attr-defined]
    stage.last_updated_date = moment  # type: ignore[attr-defined]


def fields(api: models.RestAPI, stage: models.Stage) -> dict[str, Field]:
    """All that can be patched of a stage."""

    def promoted(operation: Operation) -> None:
        source = _canary_of(stage)
        if operation.source == "/canarySettings/deploymentId" and operation.path == "/deploymentId":
            stage.deployment_id = source["deploymentId"]
        elif operation.source == "/canarySettings/stageVariableOverrides" and operation.path == "/variables":
            stage.variables = {**stage.variables, **source["stageVariableOverrides"]}
        else:
            raise BadRequestException(
                f"Invalid copy from '{operation.source}' to '{operation.path}'. Please choose supported operations"
            )

    def deployment(operation: Operation) -> None:
        if operation.op == "copy":
            return promoted(operation)
        stage.deployment_id = check_deployment(api, operation.value)
        return None

    def canary_field(name: str, convert: Callable[[str], Any]) -> Field:
        def apply(operation: Operation) -> None:
            known = getattr(stage, "canary_settings", None) or {
                "deploymentId": stage.deployment_id,
                "percentTraffic": 0.0,
                "stageVariableOverrides": {},
                "useStageCache": False,
            }
            stage.canary_settings = {**known, name: convert(operation.value)}  # type: ignore[attr-defined]

        return Field("add replace", apply)

    def canary_deployment(value: str) -> str:
        if value not in api.deployments:
            raise BadRequestException("Deployment id does not exist")
        return value

    def override(operation: Operation) -> None:
        known = _canary_of(stage)
        overrides = dict(known["stageVariableOverrides"])
        if operation.op == "remove":
            overrides.pop(operation.names[0], None)
        else:
            overrides[operation.names[0]] = operation.value
        stage.canary_settings = {**known, "stageVariableOverrides": check_variables(overrides)}  # type: ignore[attr-defined]

    def no_canary(operation: Operation) -> None:
        stage.canary_settings = None  # type: ignore[attr-defined]

    def setting(operation: Operation) -> None:
        path, verb, group, key = operation.names
        known = SETTINGS.get(f"{group}/{key}")
        if known is None:
            raise _wrong_path(operation)
        name, convert = known
        place = _place(operation)
        before = stage.method_settings.get(
            place, DEFAULT_SETTINGS if place == "*/*" else stage.method_settings.get("*/*", DEFAULT_SETTINGS)
        )
        _check_place(api, path, verb, operation)
        stage.method_settings = {**stage.method_settings, place: {**before, name: convert(operation.value)}}

    def no_setting(operation: Operation) -> None:
        place = _place(operation)
        if place not in stage.method_settings:
            raise BadRequestException(
                f"Cannot remove method setting {place} because there is no method setting for this method"
            )
        stage.method_settings = {key: one for key, one in stage.method_settings.items() if key != place}

    def access_log(operation: Operation) -> None:
        name = operation.path.rsplit("/", 1)[1]
        check = check_destination if name == "destinationArn" else check_format
        stage.access_log_settings = {**(stage.access_log_settings or {}), name: check(operation.value)}

    def no_access_log(operation: Operation) -> None:
        stage.access_log_settings = None

    def no_documentation(operation: Operation) -> None:
        raise unavailable("Documentation versions are")

    def no_certificate(operation: Operation) -> None:
        raise unavailable("Client certificates are")

    variables = entries(stage, "variables")
    return {
        "/description": setter(stage, "description"),
        "/deploymentId": Field("replace copy", deployment),
        "/tracingEnabled": setter(stage, "tracing_enabled", switched),
        "/variables": Field("copy", promoted),
        "/variables/{name}": Field("add replace remove", variables.apply),
        "/cacheClusterEnabled": setter(stage, "cache_cluster_enabled", _never_cached),
        "/cacheClusterSize": setter(stage, "cache_cluster_size", _no_cache_setting),
        "/clientCertificateId": Field("replace remove", no_certificate),
        "/documentationVersion": Field("replace", no_documentation),
        "/accessLogSettings": Field("remove", no_access_log),
        "/accessLogSettings/destinationArn": Field("add replace", access_log),
        "/accessLogSettings/format": Field("add replace", access_log),
        "/canarySettings": Field("remove", no_canary),
        "/canarySettings/deploymentId": canary_field("deploymentId", canary_deployment),
        "/canarySettings/percentTraffic": canary_field("percentTraffic", percent),
        "/canarySettings/useStageCache": canary_field("useStageCache", _never_cached),
        "/canarySettings/stageVariableOverrides/{name}": Field("add replace remove", override),
        "/{resourcePath}/{httpMethod}": Field("remove", no_setting),
        "/{resourcePath}/{httpMethod}/{group}/{setting}": Field("replace add", setting),
    }


def check_whole(stage: models.Stage) -> None:
    """Refuse what does not fit together once all operations are done."""
    check_variables(stage.variables)
    logged = stage.access_log_settings or {}
    if logged.get("format") and not logged.get("destinationArn"):
        raise BadRequestException("Access log destination must be specified")


def check_destination(value: str) -> str:
    """Where access logs go. Raises: ``BadRequestException`` unless it is a log group."""
    if ":firehose:" in value:
        raise unavailable("Access logs to Firehose are")
    if not _DESTINATION.fullmatch(value):
        raise BadRequestException(f"Invalid ARN specified in the request: {value}")
    return value.removesuffix(":*")


def check_format(value: str) -> str:
    """The line of an access log. Raises: ``BadRequestException`` unless it names the request."""
    if len(value) > 3072:
        raise BadRequestException("Access log format must not be longer than 3 KB")
    if not re.search(r"\$context\.(requestId|extendedRequestId)\b", value):
        raise BadRequestException(
            "AccessLogSettings format is missing at least one of $context.requestId or $context.extendedRequestId"
        )
    if re.search(r"[\r\n]", value.strip()):
        raise BadRequestException(
            "Access log format must be single line, new line character is allowed only at end of the format"
        )
    return text(value) or ""


def _canary_of(stage: models.Stage) -> dict[str, Any]:
    found: dict[str, Any] | None = getattr(stage, "canary_settings", None)
    if not found:
        raise BadRequestException("The stage has no canary settings")
    return found


def _place(operation: Operation) -> str:
    return "/".join(operation.path.split("/")[1:3])


def _check_place(api: models.RestAPI, path: str, verb: str, operation: Operation) -> None:
    if (path == "*") != (verb == "*"):
        raise _wrong_path(operation)
    if path == "*":
        return
    wanted = path if path.startswith("/") else "/" + path
    for resource in api.resources.values():
        if resource.get_path() == wanted and (verb in resource.resource_methods or "ANY" in resource.resource_methods):
            return
    raise BadRequestException(f"Unable to find method {verb} {wanted} for the patch path '{operation.path}'")


def _wrong_path(operation: Operation) -> BadRequestException:
    known = ", ".join("/{resourcePath}/{httpMethod}/" + name for name in SETTINGS)
    return BadRequestException(
        f"Invalid patch path '{operation.path}' specified for op '{operation.op}'. Must be one of: [{known}]"
    )
