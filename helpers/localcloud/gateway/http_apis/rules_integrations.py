"""What the V2 API takes for integrations and authorizers of HTTP APIs, and how it refuses the rest.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from helpers.localcloud.gateway.fetching import HERE
from helpers.localcloud.gateway.http_apis.errors import BadRequest, not_here, not_http
from helpers.localcloud.gateway.http_apis.rules import METHODS
from helpers.localcloud.gateway.http_apis.store import Document
from helpers.localcloud.gateway.uris import read_invocation

LONGEST_TIMEOUT_MS = 30_000
_FUNCTION = re.compile(
    r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9-_]+(?::(?:\$LATEST|[a-zA-Z0-9-_]+|\$\{stageVariables\.\w+\}))?"
)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html#http-api-mapping-reserved-headers
_RESERVED = re.compile(
    r"access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|"
    r"proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-.*|via"
)
_STATUS = re.compile(r"[2-5]\d\d")
_REQUEST_KEY = re.compile(r"(overwrite|append|remove):(header|querystring)\.[^\s.]+|overwrite:path")
_RESPONSE_KEY = re.compile(r"(overwrite|append|remove):header\.[^\s.]+|overwrite:statuscode")
# Required and optional request parameters of the service integrations that are done here.
SUBTYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "SQS-SendMessage": (
        ("QueueUrl", "MessageBody"),
        ("DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "Region"),
    ),
    "EventBridge-PutEvents": (
        ("Detail", "DetailType", "Source"),
        ("Time", "EventBusName", "Resources", "Region", "TraceHeader"),
    ),
}  # fmt: skip
_IDENTITY = re.compile(r"\$request\.(header|querystring)\.\S+|\$context\.\w+(\.\w+)*|\$stageVariables\.\w+")
_ISSUER = re.compile(r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P=region)_[A-Za-z0-9]+/?")


def function_of(uri: str) -> str | None:
    """The ARN of the function that an integration or authorizer names, as ARN or as invocation path."""
    asked = read_invocation(uri)
    function = asked.function if asked else uri
    return function if _FUNCTION.fullmatch(function) else None


def check_integration(integration: Document) -> None:
    """Check an integration as it will be, and put in what AWS puts in.

    Raises: ``BadRequest``.
    """
    kind = integration.get("integrationType")
    if kind not in ("AWS_PROXY", "HTTP_PROXY"):
        raise BadRequest("Only AWS_PROXY and HTTP_PROXY integrations are supported for HTTP protocol type APIs")
    if integration.get("connectionType", "INTERNET") != "INTERNET" or integration.get("connectionId"):
        raise not_here("private integrations (VPC links)", "leave ConnectionType and ConnectionId out")
    not_http(
        integration,
        ("contentHandlingStrategy", "passthroughBehavior", "requestTemplates", "templateSelectionExpression"),
        "integrations",
    )
    if integration.get("tlsConfig"):
        raise BadRequest("TlsConfig is supported for private integrations only")
    integration["connectionType"] = "INTERNET"
    timeout = integration.setdefault("timeoutInMillis", LONGEST_TIMEOUT_MS)
    if not 50 <= timeout <= LONGEST_TIMEOUT_MS:
        raise BadRequest(f"Timeout should be between 50 ms and {LONGEST_TIMEOUT_MS} ms")
    if (
        kind == "AWS_PROXY"
        and not integration.get("integrationSubtype")
        and not integration.get("payloadFormatVersion")
    ):
        raise BadRequest("PayloadFormatVersion is a required parameter for Lambda integrations of protocol type HTTP")
    version = integration.setdefault("payloadFormatVersion", "1.0")
    if version not in ("1.0", "2.0"):
        raise BadRequest("PayloadFormatVersion must be 1.0 or 2.0")
    if integration.get("integrationSubtype"):
        _check_subtype(integration)
    elif kind == "AWS_PROXY":
        if function_of(integration.get("integrationUri") or "") is None:
            raise BadRequest("Invalid function ARN or invalid uri")
        integration.setdefault("integrationMethod", "POST")
        _check_mapping(integration)
    else:
        _check_http(integration)


def _check_http(integration: Document) -> None:
    if integration["payloadFormatVersion"] != "1.0":
        raise BadRequest("PayloadFormatVersion 2.0 is supported for Lambda integrations only")
    if integration.get("integrationMethod") not in METHODS:
        raise BadRequest("HttpMethod is required for HTTP_PROXY integrations")
    address = urlsplit(integration.get("integrationUri") or "")
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BadRequest("Invalid HTTP endpoint specified for URI")
    if address.hostname not in HERE:
        raise not_here("HTTP_PROXY integrations with hosts other than this computer", "name 127.0.0.1 or localhost")
    _check_mapping(integration)


def _check_subtype(integration: Document) -> None:
    subtype = integration["integrationSubtype"]
    if subtype not in SUBTYPES:
        raise not_here(f"the integration subtype {subtype}", f"it does {' and '.join(SUBTYPES)}, and Lambda functions")
    if integration["payloadFormatVersion"] != "1.0":
        raise BadRequest("PayloadFormatVersion 2.0 is supported for Lambda integrations only")
    if not integration.get("credentialsArn"):
        raise BadRequest(f"CredentialsArn is required for the integration subtype {subtype}")
    if integration.get("responseParameters"):
        raise BadRequest("ResponseParameters are not supported for AWS service integrations")
    required, optional = SUBTYPES[subtype]
    given = integration.get("requestParameters") or {}
    missing = [name for name in required if name not in given]
    if missing:
        raise BadRequest(f"Parameter {missing[0]} is required for the integration subtype {subtype}")
    unknown = sorted(set(given) - {*required, *optional})
    if unknown:
        raise BadRequest(f"Parameter {unknown[0]} is not supported for the integration subtype {subtype}")


def _check_mapping(integration: Document) -> None:
    for key in integration.get("requestParameters") or {}:
        if not _REQUEST_KEY.fullmatch(key):
            raise BadRequest(
                f"Invalid mapping expression specified: {key} is not <action>:<header|querystring|path>.<location>"
            )
        _check_reserved(key)
    for status, mapping in (integration.get("responseParameters") or {}).items():
        wrong = [key for key in mapping if not _RESPONSE_KEY.fullmatch(key)]
        if not _STATUS.fullmatch(status) or wrong:
            raise BadRequest(f"Invalid response parameter mapping specified: {wrong[0] if wrong else status}")
        for key in mapping:
            _check_reserved(key)


def _check_reserved(key: str) -> None:
    place, _, name = key.partition(".")
    if place.endswith(":header") and _RESERVED.fullmatch(name.lower()):
        raise BadRequest(
            f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [Operations on header {name} are restricted]"
        )


def check_authorizer(authorizer: Document) -> None:
    """Check an authorizer as it will be, and put in what AWS puts in.

    Raises: ``BadRequest``.
    """
    if not authorizer.get("name"):
        raise BadRequest("Authorizer name is required")
    for source in authorizer.get("identitySource") or []:
        if not _IDENTITY.fullmatch(source):
            raise BadRequest(f"Invalid identity source specified: {source}")
    not_http(authorizer, ("identityValidationExpression",), "authorizers")
    if authorizer.get("authorizerType") == "JWT":
        _check_jwt(authorizer)
    elif authorizer.get("authorizerType") == "REQUEST":
        _check_request(authorizer)
    else:
        raise BadRequest("Authorizer type must be REQUEST or JWT for HTTP protocol type APIs")


def _check_jwt(authorizer: Document) -> None:
    settings = authorizer.get("jwtConfiguration") or {}
    if not settings.get("issuer") or not settings.get("audience"):
        raise BadRequest("JwtConfiguration with issuer and audience is required for JWT authorizers")
    if not _ISSUER.fullmatch(settings["issuer"]):
        raise not_here(
            f"JWT authorizers with the issuer {settings['issuer']}",
            "only Cognito user pools of this server issue tokens, such as https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
        )
    if len(authorizer.get("identitySource") or []) != 1:
        raise BadRequest("JWT authorizers need exactly one identity source")
    not_http(
        authorizer, ("authorizerUri", "authorizerPayloadFormatVersion", "enableSimpleResponses"), "JWT authorizers"
    )


def _check_request(authorizer: Document) -> None:
    if function_of(authorizer.get("authorizerUri") or "") is None:
        raise BadRequest("Invalid function ARN or invalid uri")
    version = authorizer.get("authorizerPayloadFormatVersion")
    if version not in ("1.0", "2.0"):
        raise BadRequest(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer. Supported values are [1.0, 2.0]"
        )
    if authorizer.get("enableSimpleResponses") and version == "1.0":
        raise BadRequest("EnableSimpleResponses is supported for AuthorizerPayloadFormatVersion 2.0 only")
    sources = authorizer.get("identitySource") or []
    ttl = authorizer.setdefault("authorizerResultTtlInSeconds", 300 if sources else 0)
    if not 0 <= ttl <= 3600:
        raise BadRequest("AuthorizerResultTtlInSeconds must be between 0 and 3600")
    if ttl and not sources:
        raise BadRequest("An identity source is required when caching is on")
