"""What a method may be: its verb, who may call it, and how it is shown.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html
"""

from __future__ import annotations

from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException

from helpers.localcloud.gateway.control import text

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", "JWT")
AUTHORIZERS_FOR = {
    "CUSTOM": ("TOKEN", "REQUEST"),
    "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",),
    "JWT": ("JWT",),
}


def check_verb(verb: str) -> str:
    """The verb of a method. Raises: ``BadRequestException`` for one that AWS does not know."""
    if verb not in VERBS:
        raise BadRequestException(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    return verb


def authorization(api: models.RestAPI, kind: Any, authorizer_id: Any) -> tuple[str, str | None]:
    """Who may call a method: the kind of authorization, and the authorizer that it takes.

    Raises: ``BadRequestException`` for an unknown kind, or one whose authorizer is missing or of another type.
    """
    if kind not in AUTHORIZATIONS:
        raise BadRequestException(f"Invalid authorization type specified. Valid options are {','.join(AUTHORIZATIONS)}")
    if kind not in AUTHORIZERS_FOR:
        return kind, None
    authorizer = api.authorizers.get(text(authorizer_id) or "")
    if authorizer is None or authorizer.type not in AUTHORIZERS_FOR[kind]:
        raise BadRequestException(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
        )
    return kind, str(authorizer.id)


def validator_id(api: models.RestAPI, given: Any) -> str | None:
    """A request validator of the API. Raises: ``BadRequestException`` when it does not have it."""
    if not given:
        return None
    if text(given) not in api.request_validators:
        raise BadRequestException("Invalid Request Validator identifier specified")
    return str(given)


def described(method: models.Method) -> dict[str, Any]:
    """A method as the API shows it."""
    shown: dict[str, Any] = {
        "httpMethod": method.http_method,
        "authorizationType": method.authorization_type,
        "authorizerId": method.authorizer_id,
        "authorizationScopes": method.authorization_scopes or None,
        "apiKeyRequired": bool(method.api_key_required),
        "requestParameters": method.request_parameters or None,
        "requestModels": method.request_models or None,
        "operationName": method.operation_name,
        "requestValidatorId": method.request_validator_id,
        "methodResponses": {status: described_response(one) for status, one in method.method_responses.items()} or None,
    }
    if method.method_integration:
        shown["methodIntegration"] = described_integration(method.method_integration)
    return shown


def described_response(response: models.MethodResponse) -> dict[str, Any]:
    """A method response as the API shows it."""
    return {
        "statusCode": response.status_code,
        "responseParameters": response.response_parameters or None,
        "responseModels": response.response_models or None,
    }


def described_integration(integration: models.Integration) -> dict[str, Any]:
    """An integration as the API shows it."""
    return integration.to_json() | {
        "uri": integration.uri or None,
        "httpMethod": integration.http_method,
        "cacheKeyParameters": integration.cache_key_parameters or [],
        "requestTemplates": integration.request_templates or None,
        "requestParameters": integration.request_parameters or None,
        "integrationResponses": {
            status: described_integration_response(one)
            for status, one in (integration.integration_responses or {}).items()
        }
        or None,
        "tlsConfig": None,
    }


def described_integration_response(response: models.IntegrationResponse) -> dict[str, Any]:
    """An integration response as the API shows it: a template that is nothing passes the body through."""
    shown = response.to_json()
    return shown | {"responseTemplates": shown["responseTemplates"] or None}
