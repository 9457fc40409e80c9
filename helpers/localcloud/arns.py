"""What an ARN says: ``arn:partition:service:region:account:resource``. Whoever asks has checked that it is one.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations


def service_of(arn: str) -> str:
    """The service, such as ``sqs``."""
    return arn.split(":")[2]


def region_of(arn: str) -> str:
    """The Region; empty where a service has none."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """The account; empty for a bucket."""
    return arn.split(":")[4]


def unqualified(function_arn: str) -> str:
    """The ARN of a function without its version or alias."""
    return ":".join(function_arn.split(":")[:7])
