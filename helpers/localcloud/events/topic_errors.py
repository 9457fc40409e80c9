"""Errors of the SNS API, as it words them.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
"""

from __future__ import annotations

from moto.sns.exceptions import SNSException


class InvalidParameter(SNSException):
    """A parameter, or a part of it, is not what SNS takes."""

    code = "InvalidParameter"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid parameter: {reason}")


class NotFound(SNSException):
    """There is no such topic or subscription."""

    code = "NotFound"


class BatchError(SNSException):
    """The batch as a whole is refused; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def not_here(feature: str, instead: str) -> InvalidParameter:
    """The refusal of a feature of SNS that the local cloud does not have: it is never accepted and then ignored."""
    return InvalidParameter(f"the local cloud does not do {feature}: {instead}.")
