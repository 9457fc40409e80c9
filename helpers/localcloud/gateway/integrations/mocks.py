"""``MOCK``: the request template names a status, and the integration response of that status answers.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import json
import re

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations.answers import mapped
from helpers.localcloud.gateway.integrations.requests_to import outgoing
from helpers.localcloud.gateway.snapshot import Integration

# AWS takes a name without quotes, too.
_STATUS = re.compile(r"""^\s*\{.*?["']?\bstatusCode["']?\s*:\s*["']?(\d{3})["']?\s*[,}]""", re.DOTALL)
_DIGITS = re.compile(r"[1-9][0-9]{2}")


def perform(exchange: Exchange, integration: Integration) -> HttpResponse:
    """The answer that the templates make.

    Raises: ``GatewayFailure``.
    """
    asked = outgoing(exchange, integration).body.decode("utf-8", "replace")
    status = _status(asked)
    if status is None:
        raise GatewayFailure(
            "API_CONFIGURATION_ERROR",
            reason="Execution failed due to configuration error: statusCode should be an integer which defined in request template",
        )
    return mapped(exchange, integration, status, b"")


def _status(asked: str) -> str | None:
    try:
        document = json.loads(asked)
    except (ValueError, RecursionError):
        found = _STATUS.match(asked)
        return found[1] if found else None
    status = str(document.get("statusCode")) if isinstance(document, dict) else ""
    return status if _DIGITS.fullmatch(status) else None
