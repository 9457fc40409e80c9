"""Lambda's own errors, as its API words them.

Every class is one error of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors or CreateFunction's list; the
HTTP status is part of the class. moto turns them into responses because they are its own kind of exception.
"""

from __future__ import annotations

import json
import math
from typing import Any

from moto.core.exceptions import JsonRESTError


class LambdaError(JsonRESTError):
    """An error of the Lambda API: a code, a message, and a body that also says whose fault it is (``Type: User``)."""

    code = 400
    error = "InvalidParameterValueException"
    message_member = "message"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(self.error, message)
        self.description = json.dumps({**members, "Type": "User", self.message_member: message})

    def answer(self) -> tuple[int, dict[str, str], str]:
        """Status, headers and body for a handler that answers by itself."""
        headers = {"status": str(self.code), "x-amzn-ErrorType": self.error, "Content-Type": "application/json"}
        return self.code, headers, self.description


class InvalidParameterValue(LambdaError):
    """A parameter has a value that Lambda does not take, or asks for a feature that the local cloud does not have."""


class Validation(LambdaError):
    """A value breaks a constraint of the API's model: Lambda names the value, the field and the rule."""

    error = "ValidationException"

    def __init__(self, value: object, field: str, rule: str) -> None:
        super().__init__(
            f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
        )


class ResourceNotFound(LambdaError):
    """There is no such function, version, alias or layer."""

    code = 404
    error = "ResourceNotFoundException"
    message_member = "Message"


class ResourceConflict(LambdaError):
    """It exists already, or is used."""

    code = 409
    error = "ResourceConflictException"


class PreconditionFailed(LambdaError):
    """The ``RevisionId`` or ``CodeSha256`` in the request is not the latest."""

    code = 412
    error = "PreconditionFailedException"


class AccessDenied(LambdaError):
    """The caller's account may not use this function."""

    code = 403
    error = "AccessDeniedException"
    message_member = "Message"


class InvalidRequestContent(LambdaError):
    """The payload is no JSON."""

    error = "InvalidRequestContentException"


class RequestTooLarge(LambdaError):
    """The payload is above the limit of its kind of invocation."""

    code = 413
    error = "RequestTooLargeException"


class TooManyRequests(LambdaError):
    """A concurrency limit is reached: the request was throttled and the function did not run.

    reason: one of AWS's ``ThrottleReason`` values. seconds: after how long it is worth another try.
    """

    code = 429
    error = "TooManyRequestsException"

    def __init__(self, reason: str, seconds: float = 1.0) -> None:
        super().__init__("Rate Exceeded.", Reason=reason)
        self.reason = reason
        self._seconds = max(1, math.ceil(seconds))

    def answer(self) -> tuple[int, dict[str, str], str]:
        """As of any error, with ``Retry-After`` in whole seconds."""
        status, headers, body = super().answer()
        return status, {**headers, "Retry-After": str(self._seconds)}, body


class ProvisionedConcurrencyConfigNotFound(LambdaError):
    """The version or alias has no provisioned concurrency."""

    code = 404
    error = "ProvisionedConcurrencyConfigNotFoundException"

    def __init__(self) -> None:
        super().__init__("No Provisioned Concurrency Config found for this function")


class RecursiveInvocation(LambdaError):
    """The function is part of a loop and was stopped."""

    error = "RecursiveInvocationException"
    message_member = "Message"


class ResourceNotReady(LambdaError):
    """The function cannot run on this computer right now."""

    code = 502
    error = "ResourceNotReadyException"


def not_here(feature: str, instead: str) -> InvalidParameterValue:
    """The refusal of an AWS feature that the local cloud does not have: it is never accepted and then ignored."""
    return InvalidParameterValue(f"The local cloud does not do {feature}: {instead}.")
