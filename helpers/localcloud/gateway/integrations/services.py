"""``AWS`` with another service: the request template makes the call that the API itself makes, with a role of the account.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-lambda.html and
https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.endpoints import HOP, fetch
from helpers.localcloud.gateway.integrations.requests_to import Outgoing, outgoing, with_stage_variables
from helpers.localcloud.gateway.snapshot import Integration

_URI = re.compile(r"arn:aws[\w-]*:apigateway:([\w-]+):(?:[\w-]+\.)?([\w-]+):(path|action)/(.*)")
# How a service is told the action: the prefix of X-Amz-Target and the version of its JSON.
_TARGETS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "states": ("AWSStepFunctions", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kinesis": ("Kinesis_20131202", "1.1"),
}
_VERSIONS = {"sqs": "2012-11-05", "sns": "2010-03-31"}
_SERVICES = (*_TARGETS, *_VERSIONS, "s3")


def perform(exchange: Exchange, integration: Integration, endpoint_url: str) -> HttpResponse:
    """The service's answer, mapped. endpoint_url: of this server.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    found = _URI.fullmatch(with_stage_variables(integration.uri, exchange))
    if found is None:
        raise _broken("AWS ARN for integration must contain path or action")
    region, service, kind, what = found.groups()
    if service not in _SERVICES:
        raise _broken(
            f"the local cloud has no integration with {service}; it has {', '.join(sorted(_SERVICES))} and lambda"
        )
    _assume(exchange, integration)
    sent = outgoing(exchange, integration)
    for name, value in sent.path.items():
        what = what.replace(f"{{{name}}}", quote(",".join(value) if isinstance(value, list) else value, safe=""))
    signed = _signed(exchange, sent, service, region, what if kind == "action" else "")
    path = what if kind == "path" else ""
    answer = fetch(exchange, integration.http_method or "POST", f"{endpoint_url}/{path}", signed, integration.timeout_ms / 1000)  # fmt: skip
    if request_id := answer.headers.get("x-amzn-requestid"):
        exchange.integration["requestId"] = request_id
    headers = [(name, value) for name, value in answer.raw.headers.items() if name.lower() not in HOP]
    return mapped(exchange, integration, str(answer.status_code), answer.content, headers)


def _signed(exchange: Exchange, sent: Outgoing, service: str, region: str, action: str) -> Outgoing:
    """The request with what names its account, its Region and the action."""
    headers, query = dict(sent.headers), dict(sent.query)
    given = {name.lower() for name in headers}
    if action and service in _TARGETS:
        prefix, version = _TARGETS[service]
        headers |= {"X-Amz-Target": f"{prefix}.{action}", "Content-Type": f"application/x-amz-json-{version}"}
    elif action:
        query |= {"Action": action, "Version": _VERSIONS.get(service, "")}
    if "content-type" not in given and "Content-Type" not in headers:
        headers["Content-Type"] = "application/x-www-form-urlencoded" if service in _VERSIONS else "application/json"
    scope = f"{exchange.api.account}/{exchange.received:%Y%m%d}/{region}/{service}/aws4_request"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=integration"
    return replace(sent, headers=headers, query=query)


def _assume(exchange: Exchange, integration: Integration) -> None:
    """Make sure that the role with which the API calls exists.

    Raises: ``GatewayFailure``.
    """
    role = integration.credentials or ""
    if role.endswith(":iam::*:user/*"):
        raise _broken(
            "the local cloud checks no signatures, so the caller's own credentials cannot be used: name a role"
        )
    account = exchange.api.account
    if not role.startswith(f"arn:aws:iam::{account}:role/"):
        raise _broken("API Gateway does not have permission to assume the provided role")
    backend = iam_backends[account][get_partition(exchange.api.region)]
    if not any(one.arn == role for one in backend.roles.values()):
        raise _broken("API Gateway does not have permission to assume the provided role")


def _broken(what: str) -> GatewayFailure:
    return GatewayFailure("API_CONFIGURATION_ERROR", reason=f"Execution failed due to configuration error: {what}")
