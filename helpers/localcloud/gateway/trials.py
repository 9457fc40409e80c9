"""Calls of ``TestInvokeMethod`` and ``TestInvokeAuthorizer``: what the control plane asks of the data plane.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from helpers.localcloud.gateway.control import Call, text, texts, unavailable


def method(call: Call) -> dict[str, Any]:
    """Run a method with the request that the call describes; the answer is in the API's names."""
    call.refuse(clientCertificateId="Client certificates are")
    plane = import_module("helpers.localcloud.gateway.test_invoke")
    found: dict[str, Any] = plane.test_invoke_method(
        call.api,
        call.parts[3],
        call.parts[5],
        path_with_query=text(call.body.get("pathWithQueryString")) or "",
        **_given(call),
    )
    return found


def authorizer(call: Call) -> dict[str, Any]:
    """Run an authorizer with the request that the call describes; the answer is in the API's names."""
    plane = import_module("helpers.localcloud.gateway.test_invoke")
    found: dict[str, Any] = plane.test_invoke_authorizer(
        call.api,
        call.parts[3],
        path_with_query=text(call.body.get("pathWithQueryString")) or "",
        additional_context=texts(call.body.get("additionalContext")),
        **_given(call),
    )
    return found


def _given(call: Call) -> dict[str, Any]:
    several = call.body.get("multiValueHeaders") or {}
    if not isinstance(several, dict) or not all(isinstance(values, list) for values in several.values()):
        raise unavailable("Headers in this form are")
    return {
        "body": text(call.body.get("body")) or "",
        "headers": texts(call.body.get("headers")),
        "multi_value_headers": {name: [str(value) for value in values] for name, values in several.items()},
        "stage_variables": texts(call.body.get("stageVariables")),
    }
