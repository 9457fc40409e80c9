"""The kinds of AWS resources that a real-AWS cell may create, and the calls it may make on them.

Everything else is refused before it is sent: what the ledger does not know, clean-up could not delete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from helpers.cloud.kinds import compute, gateway, identity, messaging, storage
from helpers.cloud.kinds.base import Kind, Params

ALL: dict[tuple[str, str], Kind] = {
    (kind.service, kind.operation): kind
    for room in (compute, identity, messaging, storage, gateway)
    for kind in room.KINDS
}  # fmt: skip

_READS = ("Assume", "BatchGet", "Check", "Decode", "Describe", "Estimate", "Filter", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search",
          "Select", "Simulate", "StartLiveTail", "StartQuery", "StopQuery", "Test", "TransactGet", "Validate")  # fmt: skip
_MAKES = (
    "Allocate",
    "Clone",
    "Copy",
    "Create",
    "Export",
    "Import",
    "Purchase",
    "Register",
    "Request",
    "Restore",
    "Run",
)
_DATA = {("events", "PutEvents"), ("cloudwatch", "PutMetricData"), ("xray", "PutTraceSegments")}
_PARTS = {
    "apigateway": {
        "CreateAuthorizer",
        "CreateDeployment",
        "CreateModel",
        "CreateRequestValidator",
        "CreateResource",
        "CreateStage",
        "CreateUsagePlanKey",
    },
    "apigatewayv2": {"CreateAuthorizer", "CreateDeployment", "CreateIntegration", "CreateRoute", "CreateStage"},
    "iam": {"CreatePolicyVersion"},
    "lambda": {"CreateAlias", "CreateFunctionUrlConfig"},
    "logs": {"CreateLogStream"},
    "s3": {"CopyObject", "CreateMultipartUpload", "CreateSession"},
    "stepfunctions": {"CreateStateMachineAlias"},
}
_OWNERS = {
    "apigateway": ("restApiId", "usagePlanId", "apiKey"),
    "apigatewayv2": ("ApiId",),
    "cloudwatch": ("AlarmName", "AlarmNames", "ResourceARN"),
    "dynamodb": ("TableName", "ResourceArn", "RequestItems", "TransactItems"),
    "events": ("Rule", "Name", "ResourceARN"),
    "iam": ("RoleName", "PolicyArn"),
    "lambda": ("FunctionName", "UUID", "LayerName", "Resource"),
    "logs": ("logGroupName", "logGroupIdentifier", "resourceArn"),
    "s3": ("Bucket",),
    "sns": ("TopicArn", "SubscriptionArn", "ResourceArn"),
    "sqs": ("QueueUrl", "SourceArn"),
    "stepfunctions": ("stateMachineArn", "executionArn", "resourceArn"),
}


def only_reads(service: str, operation: str) -> bool:
    """Whether a call leaves nothing behind that somebody would have to delete or pay for by the month."""
    return service == "sts" or operation.startswith(_READS) or (service, operation) in _DATA


def makes_something_apart(service: str, operation: str) -> bool:
    """Whether a call creates something that does not go away with the resource it names."""
    return operation.startswith(_MAKES) and operation not in _PARTS.get(service, set())


def owners(service: str, params: Params) -> list[str]:
    """The resources that a call changes, as it names them: names, ARNs or URLs."""
    for member in _OWNERS.get(service, ()):
        if params.get(member):
            return list(_values(params[member]))
    return []


def names_in(value: str) -> set[str]:
    """The names that an identifier may stand for: ``orders:live`` is ``orders``, an ARN or URL is its last part."""
    if value.startswith("arn:"):
        resource = value.split(":", 5)[-1]
        return {value, value.rpartition(":")[0], *resource.split(":"), *resource.split("/")}
    if value.startswith(("http://", "https://")):
        return {value, value.rpartition("/")[2]}
    return {value, value.partition(":")[0]}


def _values(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [str(name) for name in value]
    return [
        str(next(iter(item.values())).get("TableName", "")) if isinstance(item, dict) else str(item) for item in value
    ]
