"""What API Gateway answers by itself: the types of gateway responses, with their status, words and ``x-amzn-ErrorType``.

A step of the way raises ``GatewayFailure``; the plane renders it, with the API's own gateway response of that type where there is one.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html; words and error types as recorded on AWS.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FailureType:
    """status: HTTP status unless a gateway response has another. message: ``$context.error.message``, which authorizers that fail leave null.
    error_type: ``x-amzn-ErrorType``."""

    name: str
    status: int
    message: str | None
    error_type: str


FAILURE_TYPES = {
    one.name: one
    for one in (
        FailureType("ACCESS_DENIED", 403, "User is not authorized to access this resource", "AccessDeniedException"),
        FailureType("API_CONFIGURATION_ERROR", 500, "Internal server error", "InternalServerErrorException"),
        FailureType("AUTHORIZER_CONFIGURATION_ERROR", 500, None, "AuthorizerConfigurationException"),
        FailureType("AUTHORIZER_FAILURE", 500, None, "AuthorizerConfigurationException"),
        FailureType("BAD_REQUEST_BODY", 400, "Invalid request body", "BadRequestException"),
        FailureType("BAD_REQUEST_PARAMETERS", 400, "Missing required request parameters", "BadRequestException"),
        FailureType("DEFAULT_4XX", 400, "Bad Request", "BadRequestException"),
        FailureType("DEFAULT_5XX", 500, "Internal server error", "InternalServerErrorException"),
        FailureType("EXPIRED_TOKEN", 403, "The security token included in the request is expired", "ExpiredTokenException"),
        FailureType("INTEGRATION_FAILURE", 504, "Internal server error", "InternalServerErrorException"),
        FailureType("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "InternalServerErrorException"),
        FailureType("INVALID_API_KEY", 403, "Forbidden", "ForbiddenException"),
        FailureType("INVALID_SIGNATURE", 403, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.", "InvalidSignatureException"),
        FailureType("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
        FailureType("QUOTA_EXCEEDED", 429, "Limit Exceeded", "LimitExceededException"),
        FailureType("REQUEST_TOO_LARGE", 413, "HTTP content length exceeded 10485760 bytes.", "RequestEntityTooLargeException"),
        FailureType("RESOURCE_NOT_FOUND", 404, "Not Found", "NotFoundException"),
        FailureType("THROTTLED", 429, "Too Many Requests", "TooManyRequestsException"),
        FailureType("UNAUTHORIZED", 401, "Unauthorized", "UnauthorizedException"),
        FailureType("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "UnsupportedMediaTypeException"),
        FailureType("WAF_FILTERED", 403, "Forbidden", "ForbiddenException"),
    )
}  # fmt: skip


class GatewayFailure(Exception):
    """The request ends here with a gateway response.

    name: one of ``FAILURE_TYPES``. message, status, error_type: where this case differs from its type. detail: ``$context.error.validationErrorString``.
    reason: what the execution log says. template: the body where the API has no gateway response of its own.
    """

    template = '{"message":$context.error.messageString}'

    def __init__(
        self,
        name: str,
        message: str | None = None,
        *,
        status: int | None = None,
        error_type: str | None = None,
        detail: str | None = None,
        reason: str | None = None,
    ) -> None:
        kind = FAILURE_TYPES[name]
        self.name = name
        self.message = kind.message if message is None else message
        self.status = kind.status if status is None else status
        self.error_type = kind.error_type if error_type is None else error_type
        self.detail = detail
        self.reason = reason
        super().__init__(f"{self.status} {name}: {self.message}")
