"""Which parameter names and mapping expressions a REST API takes.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException

from helpers.localcloud.gateway.control import mapping

_NAME = r"[A-Za-z0-9!#$%&'*+\-.^_`|~:/@\[\]]+"
METHOD_PARAMETER = re.compile(rf"method\.request\.(header|querystring|path)\.({_NAME})")
_INTEGRATION_PARAMETER = re.compile(rf"integration\.request\.(header|querystring|path)\.({_NAME})")
RESPONSE_PARAMETER = re.compile(rf"method\.response\.header\.({_NAME})")
_SOURCE_OF_REQUEST = re.compile(
    rf"method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.({_NAME})"
)
_SOURCE_OF_RESPONSE = re.compile(rf"integration\.response\.(header|multivalueheader)\.({_NAME})")
_ELSEWHERE = re.compile(r"(context|stageVariables)\.[A-Za-z0-9_.\-]+")
_STATIC = re.compile(r"'.*'", re.DOTALL)
_BODY = r"(\.[^\s]+|\[[^\s]+)?"
_REQUEST_BODY = re.compile(r"method\.request\.body" + _BODY)
_RESPONSE_BODY = re.compile(r"integration\.response\.body" + _BODY)


def refused(reason: str) -> BadRequestException:
    """AWS's refusal of a mapping expression."""
    return BadRequestException(
        f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{reason}]"
    )


def check_method_parameters(parameters: Any) -> None:
    """Refuse names that are not ``method.request.{header|querystring|path}.name``, and values that are no booleans."""
    for name, required in mapping(parameters).items():
        if not METHOD_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")
        if not isinstance(required, bool):
            raise BadRequestException("Invalid request input")


def check_response_headers(parameters: Any) -> None:
    """Refuse names that are not ``method.response.header.name``."""
    for name, required in mapping(parameters).items():
        if not RESPONSE_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")
        if not isinstance(required, bool):
            raise BadRequestException("Invalid request input")


def check_request_mapping(parameters: Mapping[str, str], method: models.Method) -> None:
    """Refuse integration parameters with a wrong name, a wrong expression, or a source that the method does not declare."""
    declared = method.request_parameters or {}
    for name, value in parameters.items():
        if not _INTEGRATION_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")
        if found := _SOURCE_OF_REQUEST.fullmatch(value):
            source = f"method.request.{found[1].removeprefix('multivalue')}.{found[2]}"
            if source not in declared:
                raise refused(f"Invalid mapping expression parameter specified: {value}")
        elif not (_STATIC.fullmatch(value) or _ELSEWHERE.fullmatch(value) or _REQUEST_BODY.fullmatch(value)):
            raise refused(f"Invalid mapping expression specified: {value}")


def check_response_mapping(parameters: Mapping[str, str], response: models.MethodResponse) -> None:
    """Refuse response headers that the method response does not declare, and wrong expressions."""
    declared = response.response_parameters or {}
    for name, value in parameters.items():
        if not RESPONSE_PARAMETER.fullmatch(name):
            raise refused(f"Invalid mapping expression specified: {name}")
        if name not in declared:
            raise refused(f"Invalid mapping expression parameter specified: {name}")
        if not any(form.fullmatch(value) for form in (_STATIC, _ELSEWHERE, _SOURCE_OF_RESPONSE, _RESPONSE_BODY)):
            raise refused(f"Invalid mapping expression specified: {value}")
