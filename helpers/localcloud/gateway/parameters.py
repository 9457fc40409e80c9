"""Parameter mapping: values of a request go into the integration's request, and values of its answer into the method's headers, without a template.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

import jsonpath_ng.parser
from jsonpath_ng.exceptions import JsonPathLexerError, JsonPathParserError

from helpers.localcloud.gateway.context_variables import context_of
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure

Values = dict[str, dict[str, str | list[str]]]

_TO_INTEGRATION = "integration.request."
_TO_METHOD = "method.response.header."
_DEEPEST = 100


def request_parameters(exchange: Exchange) -> Values:
    """What the mapping of the method's integration puts into its request, by ``header``, ``querystring`` and ``path``.

    A source that has no value leaves its target out. Only multi-value sources give lists.

    Raises: ``GatewayFailure`` when the mapping reads the body and the body is no JSON.
    """
    values: Values = {"header": {}, "querystring": {}, "path": {}}
    integration = exchange.method.integration if exchange.method else None
    for target, expression in (integration.parameters if integration else {}).items():
        place, _, name = target.removeprefix(_TO_INTEGRATION).partition(".")
        value = _from_request(expression, exchange)
        if place in values and name and value is not None:
            values[place][name] = value
    return values


def response_parameters(
    mapping: Mapping[str, str], exchange: Exchange, headers: Iterable[tuple[str, str]], body: bytes | str
) -> list[tuple[str, str]]:
    """The headers that an integration response gives to the method's answer.

    mapping: ``method.response.header.X`` by its source. headers, body: of the integration's answer.
    """
    received: dict[str, list[str]] = {}
    for name, value in headers:
        received.setdefault(name.lower(), []).append(value)
    pairs: list[tuple[str, str]] = []
    for target, expression in mapping.items():
        if not target.startswith(_TO_METHOD):
            continue
        name = target[len(_TO_METHOD) :]
        pairs += [(name, value) for value in _from_answer(expression, exchange, received, body)]
    return pairs


def value_of(expression: str, exchange: Exchange) -> str | None:
    """The value of ``'text'``, ``method.request.…``, ``context.…`` or ``stageVariables.…``; ``None`` when there is none."""
    value = _from_request(expression, exchange)
    return ",".join(value) if isinstance(value, list) else value


def _from_request(expression: str, exchange: Exchange) -> str | list[str] | None:
    if len(expression) >= 2 and expression[0] == expression[-1] == "'":
        return expression[1:-1]
    place, _, name = expression.partition(".")
    if place == "context":
        return _text(_dig(context_of(exchange), name))
    if place == "stageVariables":
        return exchange.stage.variables.get(name)
    if not expression.startswith("method.request."):
        return None
    place, _, name = expression.removeprefix("method.request.").partition(".")
    request = exchange.request
    if place == "path":
        return exchange.path_parameters.get(name)
    if place == "querystring":
        return request.single_query.get(name)
    if place == "header":
        return request.header(name)
    if place == "multivaluequerystring":
        return request.multi_query.get(name)
    if place == "multivalueheader":
        return [value for key, value in request.headers if key.lower() == name.lower()] or None
    return _from_body(request.body, name) if place == "body" else None


def _from_answer(
    expression: str, exchange: Exchange, received: Mapping[str, list[str]], body: bytes | str
) -> list[str]:
    if expression.startswith("integration.response.header."):
        return received.get(expression.removeprefix("integration.response.header.").lower(), [])[-1:]
    if expression.startswith("integration.response.multivalueheader."):
        return received.get(expression.removeprefix("integration.response.multivalueheader.").lower(), [])
    if expression.startswith("integration.response.body"):
        path = expression.removeprefix("integration.response.body").removeprefix(".")
        try:
            value: str | None = _from_body(body.encode() if isinstance(body, str) else body, path)
        except GatewayFailure:
            value = None
    else:
        value = value_of(expression, exchange)
    return [] if value is None else [value]


def _from_body(body: bytes, path: str) -> str | None:
    text = body.decode("utf-8", "replace").strip()
    if not path:
        return text
    if not text.startswith(("{", "[", '"', "'")):  # AWS parses nothing else
        return None
    try:
        document = json.loads(text)
        return _text(_json_path(document, path))
    except (ValueError, RecursionError):
        raise GatewayFailure("DEFAULT_4XX", "Invalid JSON in request body") from None


def _json_path(document: Any, path: str) -> Any:
    try:
        found = _compiled(path).find(document)
    except (JsonPathLexerError, JsonPathParserError):
        return None
    return found[0].value if found else None


@functools.lru_cache(256)
def _compiled(path: str) -> Any:
    return jsonpath_ng.parser.parse(f"$.{path}" if not path.startswith("[") else f"${path}")


def _dig(values: Any, path: str) -> Any:
    for part in path.split(".", _DEEPEST):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
