"""What the V2 API takes for APIs, routes and stages of protocol type HTTP, and how it refuses the rest.

Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

import re
from typing import Any

from helpers.localcloud.gateway.http_apis.errors import BadRequest, NotFound, not_here, not_http
from helpers.localcloud.gateway.http_apis.store import DEFAULT_STAGE, Document, HttpApi

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
DEFAULT_ROUTE = "$default"
_KEY = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)")
_SEGMENT = re.compile(r"[^{}]+|\{[a-zA-Z0-9._-]+\}")
_GREEDY = re.compile(r"\{[a-zA-Z0-9._-]+\+\}")
_STAGE = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_VARIABLE_NAME = re.compile(r"\w{1,64}", re.ASCII)
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{0,512}")
_LOG_GROUP = re.compile(r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:[\w./#-]+(:\*)?")
_EXPRESSIONS = ("$request.method $request.path", "${request.method} ${request.path}")
_ROUTE_SETTINGS = ("detailedMetricsEnabled", "throttlingBurstLimit", "throttlingRateLimit")


def check_api(members: Document) -> None:
    """Check the members of ``CreateApi`` or ``UpdateApi``.

    Raises: ``BadRequest``.
    """
    if members.get("routeSelectionExpression", _EXPRESSIONS[0]) not in _EXPRESSIONS:
        raise BadRequest("RouteSelectionExpression for HTTP protocol must be ${request.method} ${request.path}")
    not_http(members, ("disableSchemaValidation",), "APIs")
    if members.get("apiKeySelectionExpression") not in (None, "$request.header.x-api-key"):
        raise BadRequest("ApiKeySelectionExpression is not supported for APIs of protocol type HTTP")
    if members.get("ipAddressType", "ipv4") != "ipv4":
        raise not_here("APIs with IPv6 addresses", "leave IpAddressType out")
    if members.get("corsConfiguration"):
        check_cors(members["corsConfiguration"])


def check_cors(cors: Document) -> None:
    """Check a ``CorsConfiguration``.

    Raises: ``BadRequest``.
    """
    origins = cors.get("allowOrigins") or []
    for origin in origins:
        if origin != "*" and not re.match(r"https?://", origin):
            raise BadRequest(
                f"Invalid format for origin {origin}. Origin cannot be blank and must be prefixed with 'http://' or 'https://' unless specifying '*'"
            )
    if cors.get("allowCredentials") and "*" in origins:
        raise BadRequest("allowCredentials can not be true when allowOrigins contains '*'")
    for method in cors.get("allowMethods") or []:
        if method not in (*METHODS[:-1], "*"):
            raise BadRequest(f"Invalid HTTP method {method} in allowMethods")
    if not -1 <= int(cors.get("maxAge") or 0) <= 86_400:
        raise BadRequest("maxAge must be between -1 and 86400 seconds")


def check_route_key(key: Any) -> None:
    """Check a route key such as ``GET /orders/{id}``, ``ANY /files/{proxy+}`` or ``$default``.

    Raises: ``BadRequest``.
    """
    if not key:
        raise BadRequest("Route key is required")
    if key == DEFAULT_ROUTE:
        return
    found = _KEY.fullmatch(key)
    if not found or found["method"] not in METHODS:
        raise BadRequest(
            "The provided route key is not formatted properly for HTTP protocol. "
            'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
    segments = found["path"].split("/")[1:]
    names = [segment.strip("{}+") for segment in segments if segment.startswith("{")]
    wrong = [
        segment
        for place, segment in enumerate(segments)
        if segment and not (_SEGMENT.fullmatch(segment) or (_GREEDY.fullmatch(segment) and place == len(segments) - 1))
    ]
    if wrong or len(set(names)) != len(names):
        raise BadRequest(
            f"The path of the route key {key} is not valid: variables stand alone between slashes, have names of their own, and a greedy one ({{proxy+}}) stands last"
        )


def check_route(api: HttpApi, route: Document) -> None:
    """Check a route as it will be.

    Raises: ``BadRequest``, ``NotFound``.
    """
    check_route_key(route.get("routeKey"))
    not_http(
        route,
        (
            "apiKeyRequired",
            "modelSelectionExpression",
            "requestModels",
            "requestParameters",
            "routeResponseSelectionExpression",
        ),
        "routes",
    )
    kind = route.get("authorizationType", "NONE")
    if kind == "AWS_IAM":
        raise not_here("AWS_IAM authorization of routes", "use a JWT or a Lambda authorizer")
    if kind not in ("NONE", "JWT", "CUSTOM"):
        raise BadRequest(f"Invalid authorization type specified {kind}. Must be one of [NONE, AWS_IAM, CUSTOM, JWT]")
    if kind != "NONE":
        if not route.get("authorizerId"):
            raise BadRequest(f"AuthorizerId is required when AuthorizationType is {kind}")
        authorizer = api.part("Authorizer", route["authorizerId"])
        if (authorizer["authorizerType"] == "JWT") != (kind == "JWT"):
            raise BadRequest(f"Authorizer {route['authorizerId']} does not fit the authorization type {kind}")
    if route.get("authorizationScopes") and kind != "JWT":
        raise BadRequest("AuthorizationScopes are supported for JWT authorizers only")
    target = route.get("target")
    if target is not None:
        place, _, integration = str(target).partition("/")
        if place != "integrations" or integration not in api.integrations:
            raise BadRequest(f"Invalid integration target specified: {target}")


def check_stage(api: HttpApi, stage: Document) -> None:
    """Check a stage as it will be.

    Raises: ``BadRequest``, ``NotFound``.
    """
    name = stage["stageName"]
    if name != DEFAULT_STAGE and not _STAGE.fullmatch(name):
        raise BadRequest("Stage name only allows a-zA-Z0-9_- or $default")
    not_http(stage, ("clientCertificateId",), "stages")
    for name, value in stage.get("stageVariables", {}).items():
        if not _VARIABLE_NAME.fullmatch(name) or not _VARIABLE_VALUE.fullmatch(value):
            raise BadRequest(
                "Stage variables have names of at most 64 letters, digits and underscores, and values that match [A-Za-z0-9-._~:/?#&=,]+"
            )
    keys = {route["routeKey"] for route in api.routes.values()}
    for key, settings in stage.get("routeSettings", {}).items():
        if key not in keys:
            raise NotFound(f"Unable to find Route by key {key} within the provided RouteSettings")
        _check_settings(settings)
    _check_settings(stage.get("defaultRouteSettings", {}))
    logs = stage.get("accessLogSettings")
    if logs:
        if not _LOG_GROUP.fullmatch(logs.get("destinationArn") or ""):
            raise BadRequest(
                "Invalid ARN specified in the request: access logs go to the ARN of a CloudWatch log group"
            )
        written = logs.get("format") or ""
        if "$context.requestId" not in written and "$context.extendedRequestId" not in written:
            raise BadRequest("Access log format must include $context.requestId or $context.extendedRequestId")
    if stage.get("deploymentId") and stage["deploymentId"] not in api.deployments:
        raise NotFound(f"Invalid Deployment identifier specified {stage['deploymentId']}")


def _check_settings(settings: Document) -> None:
    if settings.get("dataTraceEnabled") or settings.get("loggingLevel") not in (None, "OFF"):
        raise BadRequest("Execution logs are not supported on protocol type HTTP")
    for name in _ROUTE_SETTINGS[1:]:
        if (settings.get(name) or 0) < 0:
            raise BadRequest(f"{name} must not be negative")
