"""The errors of API Gateway's V2 API, as its model names them.

Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class HttpApiError(JsonRESTError):
    """An error with AWS's code, status and words."""

    code = 400
    error = "BadRequestException"

    def __init__(self, message: str) -> None:
        super().__init__(self.error, message)


class BadRequest(HttpApiError):
    """The request has a value that API Gateway does not take, or asks for a feature that the local cloud does not have."""


class NotFound(HttpApiError):
    """There is no such API, or no such part of it."""

    code = 404
    error = "NotFoundException"


class Conflict(HttpApiError):
    """It exists already, or is used."""

    code = 409
    error = "ConflictException"


def not_here(feature: str, instead: str) -> BadRequest:
    """The refusal of an AWS feature that the local cloud does not have: it is never accepted and then ignored."""
    return BadRequest(f"The local cloud does not do {feature}: {instead}.")


def not_http(members: dict[str, object], names: tuple[str, ...], kind: str) -> None:
    """Refuse settings that only WebSocket APIs have.

    Raises: ``BadRequest``.
    """
    for name in names:
        if members.get(name):
            raise BadRequest(f"{name[0].upper()}{name[1:]} is not supported for {kind} of protocol type HTTP")
