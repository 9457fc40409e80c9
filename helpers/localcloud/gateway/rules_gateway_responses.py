"""Gateway responses of an API: the defaults that stand until it has its own, and what its own may hold.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException

from helpers.localcloud.gateway.control import one_of, texts
from helpers.localcloud.gateway.failures import FAILURE_TYPES
from helpers.localcloud.gateway.rules_mappings import refused

DEFAULT_TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}
WITHOUT_STATUS = frozenset({"DEFAULT_4XX", "DEFAULT_5XX"})
_TARGET = re.compile(r"gatewayresponse\.header\.[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
_VALUE = re.compile(
    r"'.*'|method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.\S+|method\.request\.body\S*|(context|stageVariables)\.\S+",
    re.DOTALL,
)


def check_type(kind: Any) -> str:
    """A type of gateway response. Raises: ``ValidationException``."""
    one_of(kind, FAILURE_TYPES, "responseType")
    return str(kind)


def check_status(value: Any) -> str | None:
    """The status of a gateway response; nothing keeps the failure's own. Raises: ``BadRequestException``."""
    if value in (None, ""):
        return None
    if not re.fullmatch(r"[1-5]\d\d", str(value)):
        raise BadRequestException(f"Invalid status code specified: {value}")
    return str(value)


def built(kind: str, given: dict[str, Any]) -> models.GatewayResponse:
    """A gateway response of these settings, in the API's names. Raises: ``BadRequestException``, ``ValidationException``."""
    response = models.GatewayResponse(
        check_type(kind),
        check_status(given.get("statusCode")),  # type: ignore[arg-type]
        texts(given.get("responseParameters")),
        texts(given.get("responseTemplates")) or dict(DEFAULT_TEMPLATE),
    )
    check(response)
    return response


def check(response: models.GatewayResponse) -> None:
    """Refuse parameters that are no headers, and values that are no expressions."""
    for name, value in response.response_parameters.items():
        if not _TARGET.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")
        if not _VALUE.fullmatch(value):
            raise refused(f"Invalid mapping expression specified: {value}")


def described(response: models.GatewayResponse) -> dict[str, Any]:
    """An API's own gateway response as it is shown."""
    return {
        "responseType": response.response_type,
        "statusCode": response.status_code,
        "responseParameters": response.response_parameters or {},
        "responseTemplates": response.response_templates or {},
        "defaultResponse": False,
    }


def one(api: models.RestAPI, kind: str) -> dict[str, Any]:
    """The gateway response of a type, own or default, as it is shown."""
    own = api.gateway_responses.get(check_type(kind))
    if own is not None:
        return described(own)
    return {
        "responseType": kind,
        "statusCode": None if kind in WITHOUT_STATUS else str(FAILURE_TYPES[kind].status),
        "responseParameters": {},
        "responseTemplates": dict(DEFAULT_TEMPLATE),
        "defaultResponse": True,
    }


def all_of(api: models.RestAPI) -> list[dict[str, Any]]:
    """All gateway responses of an API, own and default."""
    return [one(api, kind) for kind in FAILURE_TYPES]
