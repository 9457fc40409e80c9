"""The errors of Application Auto Scaling.

Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html
"""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class ValidationException(JsonRESTError):
    """A request that is wrong, or asks for what there is not here."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class ObjectNotFound(JsonRESTError):
    """There is no such target or policy."""

    def __init__(self, message: str) -> None:
        super().__init__("ObjectNotFoundException", message)


class InvalidNextToken(JsonRESTError):
    """A token that no answer gave."""

    def __init__(self) -> None:
        super().__init__("InvalidNextTokenException", "The next token supplied was invalid.")


class LimitExceeded(JsonRESTError):
    """More than an account may have."""

    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message)


def not_here(feature: str) -> ValidationException:
    """The refusal of a feature that the local cloud does not have."""
    return ValidationException(f"{feature}: the local cloud does not have that")


def constraint(value: object, at: str, words: str) -> ValidationException:
    """AWS's words for a value that does not satisfy a constraint."""
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: Member must {words}"
    )
