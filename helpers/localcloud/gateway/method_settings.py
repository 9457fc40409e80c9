"""The stage's settings for one method: logging, metrics.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.gateway.exchange import Exchange


def of(exchange: Exchange) -> Mapping[str, Any]:
    """The settings of the request's method, else those of all methods (``*/*``)."""
    settings = exchange.stage.method_settings
    if not settings:
        return {}
    method = exchange.method
    if method is not None:
        path = method.resource_path.removeprefix("/").replace("/", "~1")
        for key in (f"{path}/{exchange.request.method}", f"~1{path}/{exchange.request.method}", f"{path}/{method.http_method}", f"{path}/*", f"*/{exchange.request.method}"):  # fmt: skip
            if key in settings:
                return settings[key]
    return settings.get("*/*") or {}
