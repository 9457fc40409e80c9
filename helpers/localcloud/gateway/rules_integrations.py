"""What an integration may be: its type, where it points, and what it may carry.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import regex
from moto.apigateway import models
from moto.apigateway.exceptions import AccessDeniedException, BadRequestException

from helpers.localcloud.arns import account_of
from helpers.localcloud.gateway.control import listed, mapping, number, one_of, text, texts, unavailable
from helpers.localcloud.gateway.rules_mappings import check_request_mapping, check_response_mapping
from helpers.localcloud.gateway.rules_models import status_code
from helpers.localcloud.gateway.uris import read_invocation

TYPES = ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS")
VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
CONTENT_HANDLING = ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
LARGEST_TEMPLATE = 300 * 1024
_ARN = re.compile(r"arn:aws[a-z-]*:")
_SERVICE = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:([a-z0-9.-]+):(?:path|action)/.+", re.DOTALL)


def built(given: dict[str, Any], method: models.Method, account: str) -> models.Integration:
    """An integration of these settings, in the API's names, without its responses.

    method: the method that it is for, whose parameters its mapping may use. account: whose roles it may take.

    Raises: ``BadRequestException``, ``ValidationException`` and ``AccessDeniedException``, with AWS's words.
    """
    kind = given.get("type")
    if not kind:
        raise BadRequestException("Enumeration value for IntegrationType must be non-empty")
    one_of(kind, TYPES, "putIntegrationInput.type")
    connection = given.get("connectionType") or "INTERNET"
    one_of(connection, ("INTERNET", "VPC_LINK"), "putIntegrationInput.connectionType")
    if connection == "VPC_LINK" or given.get("connectionId"):
        raise unavailable("Private integrations through a VPC link are")
    if given.get("integrationTarget"):
        raise unavailable("Private integration targets are")
    if (given.get("responseTransferMode") or "BUFFERED") != "BUFFERED":
        raise unavailable("Streamed responses (responseTransferMode) are")
    if mapping(given.get("tlsConfig")).get("insecureSkipVerification"):
        raise unavailable("TLS settings of integrations are")
    verb = text(given.get("httpMethod"))
    if kind != "MOCK" and not verb:
        raise BadRequestException("Enumeration value for HttpMethod must be non-empty")
    if verb:
        one_of(verb, VERBS, "putIntegrationInput.httpMethod")
    uri = text(given.get("uri")) or ""
    credentials = text(given.get("credentials"))
    check_credentials(credentials, account)
    check_uri(kind, uri, credentials)
    parameters = texts(given.get("requestParameters"))
    check_request_mapping(parameters, method)
    milliseconds = timeout(29_000 if given.get("timeoutInMillis") is None else given["timeoutInMillis"])
    integration = models.Integration(
        kind,
        uri or None,  # type: ignore[arg-type]
        verb,  # type: ignore[arg-type]
        request_templates=checked_templates(given.get("requestTemplates")) or None,
        passthrough_behavior=passthrough(given.get("passthroughBehavior") or "WHEN_NO_MATCH"),
        cache_key_parameters=listed(given.get("cacheKeyParameters")),
        cache_namespace=text(given.get("cacheNamespace")),
        timeout_in_millis=milliseconds,  # type: ignore[arg-type]
        request_parameters=parameters or None,
        content_handling=content_handling(given.get("contentHandling")),
        credentials=credentials,
        connection_type=connection if kind.startswith("HTTP") or given.get("connectionType") else None,
    )
    integration.http_method = verb
    return integration


def response(given: dict[str, Any], status: str, method: models.Method) -> models.IntegrationResponse:
    """An integration response of these settings. Raises: ``BadRequestException`` when it does not fit to the method's response."""
    parameters = texts(given.get("responseParameters"))
    if parameters:
        check_response_mapping(parameters, method.method_responses[status])
    pattern = text(given.get("selectionPattern"))
    check_pattern(pattern)
    return models.IntegrationResponse(
        status_code(status),
        pattern,
        {kind: one or None for kind, one in checked_templates(given.get("responseTemplates")).items()},
        parameters or None,
        content_handling(given.get("contentHandling")),
    )


def check_uri(kind: str, uri: str, credentials: str | None) -> None:
    """Refuse an address that does not fit to the type of integration."""
    if kind == "MOCK":
        return
    if not uri:
        raise BadRequestException("Uri must be specified for HTTP and AWS integrations")
    if kind.startswith("HTTP"):
        address = re.sub(r"\$\{stageVariables\.\w+\}|\{\w+\+?\}", "variable", uri)
        try:
            parsed = urlsplit(address)
            fits = parsed.scheme in ("http", "https", "variable") and bool(parsed.netloc) and not re.search(r"\s", uri)
        except ValueError:
            fits = False
        if not fits:
            raise BadRequestException("Invalid HTTP endpoint specified for URI")
        return
    if not _ARN.match(uri):
        raise BadRequestException("Invalid ARN specified in the request")
    service = _SERVICE.fullmatch(uri)
    if not service:
        raise BadRequestException("AWS ARN for integration must contain path or action")
    if service[1] == "lambda":
        if read_invocation(uri) is None:
            raise BadRequestException("Invalid function ARN or invalid uri")
        return
    if kind == "AWS_PROXY":
        raise BadRequestException(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )
    if not credentials:
        raise BadRequestException("Role ARN must be specified for AWS integrations")


def check_credentials(credentials: str | None, account: str) -> None:
    """Refuse what is no role of this account."""
    if not credentials:
        return
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}|\*):(role|user)/.+", credentials):
        raise BadRequestException("Invalid ARN specified in the request")
    if account_of(credentials) not in (account, "*"):
        raise AccessDeniedException("AccessDeniedException", "Cross-account pass role is not allowed.")


def check_pattern(pattern: str | None) -> None:
    """Refuse a selection pattern that is no regular expression."""
    if not pattern:
        return
    try:
        regex.compile(pattern)
    except regex.error:
        raise BadRequestException(f"Invalid selection pattern specified: {pattern}") from None


def timeout(value: Any) -> int:
    """Milliseconds that the integration may take. Raises: ``BadRequestException`` outside of 50 to 29,000."""
    found = int(number(value, what="timeout"))
    if not 50 <= found <= 29_000:
        raise BadRequestException("Timeout should be between 50 ms and 29000 ms")
    return found


def passthrough(value: str) -> str:
    """What happens to bodies without a template."""
    if str(value).upper() not in PASSTHROUGH:
        raise BadRequestException(f"Invalid passthrough behavior '{value}'. Must be one of: [{', '.join(PASSTHROUGH)}]")
    return str(value).upper()


def content_handling(value: Any) -> str | None:
    """How a body is converted on its way; nothing leaves it."""
    if not value:
        return None
    one_of(value, CONTENT_HANDLING, "contentHandling")
    return str(value)


def checked_templates(value: Any) -> dict[str, str]:
    """Mapping templates by content type. Raises: ``BadRequestException`` for one that is too long."""
    found = texts(value)
    if any(len(one.encode()) > LARGEST_TEMPLATE for one in found.values()):
        raise BadRequestException("Mapping template size exceeds the limit of 300 KB")
    return found
