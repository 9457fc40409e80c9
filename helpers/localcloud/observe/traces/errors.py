"""X-Ray's errors, in the form in which its API answers them."""

from __future__ import annotations

import json


class XRayError(Exception):
    """An error of X-Ray: its code, its HTTP status and what it says.

    Source: https://docs.aws.amazon.com/xray/latest/api/CommonErrors.html
    """

    code = "InvalidRequestException"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def answer(self) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": self.code}
        return self.status, headers, json.dumps({"__type": self.code, "Message": self.message})


class InvalidRequest(XRayError):
    """A request that X-Ray does not accept."""


class ResourceNotFound(XRayError):
    """A resource that is not there."""

    code = "ResourceNotFoundException"
    status = 404


class RuleLimitExceeded(XRayError):
    """More sampling rules than an account may have."""

    code = "RuleLimitExceededException"


class TooManyTags(XRayError):
    """More tags than a resource may have."""

    code = "TooManyTagsException"


class NotHere(XRayError):
    """A part of X-Ray that this cloud does not have."""

    code = "NotImplementedException"
    status = 501


def not_here(operation: str, feature: str) -> NotHere:
    """The refusal of an operation whose feature this cloud does not have."""
    return NotHere(f"{operation}: {feature} is not part of this local cloud")
