"""The errors of CloudWatch's metrics, with the codes that AWS gives them."""

from __future__ import annotations

from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.exceptions import InvalidParameterCombination as InvalidParameterCombination
from moto.cloudwatch.exceptions import InvalidParameterValue as InvalidParameterValue
from moto.cloudwatch.exceptions import ValidationError as ValidationError


class MissingParameter(CloudWatchException):
    """A parameter is required."""

    code = "MissingParameter"


class InvalidNextToken(CloudWatchException):
    """The token was not handed out for this request."""

    code = "InvalidNextToken"


class NotHere(ValidationError):
    """AWS has it; the local cloud does not."""

    def __init__(self, feature: str) -> None:
        super().__init__(f"The local cloud has no {feature}.")
