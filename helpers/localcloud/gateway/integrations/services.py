"""``AWS`` with another service: the request template makes the call that the API itself makes, with a role of the account.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-lambda.html and
https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote, unquote

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.credentials import assume
from helpers.localcloud.gateway.integrations.endpoints import fetch
from helpers.localcloud.gateway.integrations.requests_to import Outgoing, broken, outgoing
from helpers.localcloud.gateway.snapshot import Integration
from helpers.localcloud.gateway.uris import with_stage_variables

_URI = re.compile(r"arn:aws[\w-]*:apigateway:([\w-]+):(?:[\w-]+\.)?([\w-]+):(path|action)/(.*)")
# How a service is told the action: the prefix of X-Amz-Target and the version of its JSON.
_TARGETS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "states": ("AWSStepFunctions", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kinesis": ("Kinesis_20131202", "1.1"),
}
_VERSIONS = {"sqs": "2012-11-05", "sns": "2010-03-31"}
# How X-Ray's SDKs name a service, where that is not its name in capitals.
_TRACED_AS = {"dynamodb": "DynamoDB", "events": "Events", "kinesis": "Kinesis"}
# Paths of this server that no service has: its own pages, and what a client would resolve.
_CLOSED = re.compile(r"^/*(?:_|moto-api)|(?:^|/)\.{1,2}(?:/|$)")
# What a JSON service answers to a body that is none; moto takes such a body for an empty one.
_NO_JSON = b'{"__type":"com.amazon.coral.service#SerializationException"}'
_SERVICES = (*_TARGETS, *_VERSIONS, "s3")


def perform(exchange: Exchange, integration: Integration, endpoint_url: str) -> HttpResponse:
    """The service's answer, mapped. endpoint_url: of this server.

    Raises: ``GatewayFailure``, ``TimeoutError``.
    """
    found = _URI.fullmatch(with_stage_variables(integration.uri, exchange.stage.variables))
    if found is None:
        raise broken("AWS ARN for integration must contain path or action")
    region, service, kind, what = found.groups()
    if service not in _SERVICES:
        raise broken(
            f"the local cloud has no integration with {service}; it has {', '.join(sorted(_SERVICES))} and lambda"
        )
    if service == "s3" and kind == "action":
        raise broken("the local cloud reaches S3 by path only: write s3:path/{bucket}/{key}")
    assume(exchange, integration)
    sent = outgoing(exchange, integration)
    for name, value in sent.path.items():
        what = what.replace(f"{{{name}}}", quote(",".join(value) if isinstance(value, list) else value, safe=""))
    signed = _signed(exchange, sent, service, region, what if kind == "action" else "")
    path = what if kind == "path" else ""
    if _CLOSED.search(unquote(path.partition("?")[0])):
        raise broken(f"{path} is no path of {service}")
    if kind == "action" and service in _TARGETS and not _is_json(signed.body):
        return mapped(exchange, integration, "400", _NO_JSON, [("Content-Type", "application/x-amz-json-1.0")])
    answer = fetch(
        exchange,
        integration.http_method or "POST",
        f"{endpoint_url}/{path}",
        signed,
        integration.timeout_ms / 1000,
        service=_TRACED_AS.get(service, service.upper()),
        operation=what if kind == "action" else "",
    )
    for name, value in answer.headers:
        if name.lower() == "x-amzn-requestid":
            exchange.integration["requestId"] = value
    return mapped(exchange, integration, str(answer.status), answer.body, answer.headers)


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
        sent_type = exchange.request.header("content-type") or "application/json"
        headers["Content-Type"] = "application/x-www-form-urlencoded" if service in _VERSIONS else sent_type
    scope = f"{exchange.api.account}/{exchange.received:%Y%m%d}/{region}/{service}/aws4_request"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=integration"
    return replace(sent, headers=headers, query=query)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
