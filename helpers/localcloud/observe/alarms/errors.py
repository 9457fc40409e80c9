"""The errors of alarms and dashboards, with the codes that AWS gives them."""

from __future__ import annotations

from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.exceptions import InvalidFormat as InvalidFormat
from moto.cloudwatch.exceptions import InvalidParameterCombination as InvalidParameterCombination
from moto.cloudwatch.exceptions import InvalidParameterValue as InvalidParameterValue
from moto.cloudwatch.exceptions import ValidationError as ValidationError

from helpers.localcloud.observe.metrics.errors import InvalidNextToken as InvalidNextToken
from helpers.localcloud.observe.metrics.errors import NotHere as NotHere


class AlarmNotFound(CloudWatchException):
    """There is no alarm of this name; AWS says nothing more."""

    code = "ResourceNotFound"
    message = ""


class LimitExceeded(CloudWatchException):
    """There are as many alarms as an account may have in a Region."""

    code = "LimitExceeded"
    message = "The quota for alarms for this customer has already been reached."


def constraint(value: object, at: str, words: str) -> ValidationError:
    """AWS's words for one value that does not satisfy a constraint; ``at`` names the parameter as the API does, in camel case."""
    shown = "null" if value is None else f"'{value}'"
    return ValidationError(
        f"1 validation error detected: Value {shown} at '{at}' failed to satisfy constraint: Member must {words}"
    )


def required(value: object, at: str) -> None:
    """Refuse a parameter that is missing."""
    if value is None:
        raise constraint(None, at, "not be null")
