"""Which destinations of subscription filters CloudWatch Logs takes: it tries each of them when the filter is put.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError

from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import parse, policy_of
from helpers.localcloud.events import plane
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.observe.logs.errors import invalid, not_here
from helpers.localcloud.observe.logs.requests import Request

_NO_FUNCTION = "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function."
_NO_STREAM = (
    "Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state."
)
_NO_FIREHOSE = "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state."


def check_destination(request: Request, group_arn: str) -> None:
    """Refuse a destination that log events cannot be delivered to.

    Raises: ``LogsError`` (InvalidParameterException) with AWS's words.
    """
    arn, role = str(request.get("destinationArn")), request.get("roleArn")
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise invalid(f"Invalid destinationArn: {arn}")
    service, region, account = parts[2:5]
    if service == "logs":
        raise not_here(
            "cross-account destinations (PutDestination)", "deliver to a function, a Kinesis or a Firehose stream"
        )
    if service not in ("lambda", "kinesis", "firehose"):
        raise invalid(f"PutSubscriptionFilter operation cannot work with destinationArn for vendor {service}")
    if (account, region) != (request.account, request.region):
        raise invalid("destinationArn must be of the account and Region of the log group")
    if service == "lambda":
        if role:
            raise invalid("destinationArn for vendor lambda cannot be used with roleArn")
        _check_function(request, arn, group_arn)
    else:
        if not role:
            raise invalid(f"destinationArn for vendor {service} cannot be used without roleArn")
        _check_stream(request, arn) if service == "kinesis" else _check_firehose(request, arn)


def _check_function(request: Request, arn: str, group_arn: str) -> None:
    try:
        policy = policy_of(parse(arn, None, request.account, request.region))
    except (LookupError, LambdaError):
        raise invalid(_NO_FUNCTION) from None
    for service in ("logs.amazonaws.com", f"logs.{request.region}.amazonaws.com"):
        try:
            plane().permissions.check(
                policy,
                service=service,
                action="lambda:InvokeFunction",
                resource=arn,
                source_arn=f"{group_arn}:*",
                source_account=request.account,
            )
        except Refused:
            continue
        return
    raise invalid(_NO_FUNCTION)


def _check_stream(request: Request, arn: str) -> None:
    from moto.kinesis.models import kinesis_backends

    try:
        kinesis_backends[request.account][request.region].describe_stream(stream_arn=arn, stream_name="")
    except JsonRESTError:
        raise invalid(_NO_STREAM) from None


def _check_firehose(request: Request, arn: str) -> None:
    """Only Amazon S3 behind Firehose gets records here; for the others they would vanish."""
    from moto.firehose.models import firehose_backends

    found: Any = firehose_backends[request.account][request.region].lookup_name_from_arn(arn)
    if found is None:
        raise invalid(_NO_FIREHOSE)
    if not all("S3" in one or "ExtendedS3" in one for one in found.destinations):
        raise not_here("Firehose streams with another destination than Amazon S3", "let the stream write to a bucket")
