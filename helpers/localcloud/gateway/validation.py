"""Request validation: required parameters are there, and the body fits its model, before any integration is called.

Parameters are never checked for type or format. A body is checked only when the method has a model for its content type or one for ``$default``.
``format`` is not checked.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

import json
from typing import Any

from referencing.exceptions import Unresolvable

from helpers.localcloud.gateway import model_errors
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.models import Models
from helpers.localcloud.gateway.per_snapshot import PerSnapshot

_UNREADABLE = "[Unknown error parsing request body]"


class Validation:
    """The request validators of all APIs of one server."""

    def __init__(self) -> None:
        self._models = PerSnapshot(Models)

    def validate(self, exchange: Exchange) -> None:
        """Let a request pass that its method's validator finds nothing wrong with, or that has no validator.

        Raises: ``GatewayFailure`` with ``BAD_REQUEST_PARAMETERS`` or ``BAD_REQUEST_BODY``.
        """
        method = exchange.method
        validator = exchange.api.validators.get(method.validator_id or "") if method else None
        if validator is None:
            return
        if validator.parameters:
            _check_parameters(exchange)
        if validator.body:
            self._check_body(exchange)

    def forget(self, account: str) -> None:
        """Drop what was compiled for an account."""
        self._models.forget(account)

    def _check_body(self, exchange: Exchange) -> None:
        kind = exchange.request.content_type
        given = exchange.method.models if exchange.method else {}
        name = next((model for key, model in given.items() if key.split(";")[0].strip().lower() == kind), None)
        name = name or given.get("$default")
        if name is None:
            return
        try:
            document = json.loads(exchange.request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise _bad_body(kind, _UNREADABLE) from None
        try:
            errors = self._models.of(exchange.api).errors(name, document)
        except (Unresolvable, LookupError, RecursionError, TypeError, ValueError, ArithmeticError):
            raise _unusable(name) from None
        if errors:
            raise _bad_body(kind, "[" + ", ".join(model_errors.describe(error) for error in errors) + "]")
        exchange.log(f"Request validation succeeded for content type {kind}")


def _check_parameters(exchange: Exchange) -> None:
    missing = [
        name.split(".", 3)[3]
        for name, required in sorted((exchange.method.parameters if exchange.method else {}).items())
        if required and name.count(".") >= 3 and not (_value(name, exchange) or "").strip()
    ]
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise GatewayFailure("BAD_REQUEST_PARAMETERS", message, detail=message, reason=message)


def _value(name: str, exchange: Exchange) -> str | None:
    place, parameter = name.removeprefix("method.request.").split(".", 1)
    if place == "path":
        return exchange.path_parameters.get(parameter)
    if place == "querystring":
        return exchange.request.single_query.get(parameter)
    return exchange.request.header(parameter)


def _bad_body(kind: str, found: str) -> GatewayFailure:
    reason = f"Request body does not match model schema for content type {kind}: {found}"
    return GatewayFailure("BAD_REQUEST_BODY", detail=found, reason=reason)


def _unusable(name: str) -> GatewayFailure:
    reason = f"Execution failed due to configuration error: the model {name} cannot be used to validate"
    return GatewayFailure("API_CONFIGURATION_ERROR", reason=reason)


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
