"""Parameter mapping: headers, query and path of a request, headers and status of a response, changed on their way.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from helpers.localcloud.gateway.exchange import HttpRequest, HttpResponse
from helpers.localcloud.gateway.http_apis.call import Call
from helpers.localcloud.gateway.http_apis.context import context_value
from helpers.localcloud.gateway.http_apis.events import joined

_BODY_BYTES = 100 * 1024
_WHOLE = re.compile(r"\$(request|response|context|stageVariables)(\.[^\s$]+)?")
_INSIDE = re.compile(r"\$\{(request|response|context|stageVariables)(\.[^\s{}$]+)?\}")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
Pairs = list[tuple[str, str]]


def map_request(call: Call, mapping: Mapping[str, str]) -> HttpRequest:
    """The request as the integration gets it. mapping: such as ``{"append:header.tenant": "$context.authorizer.tenant"}``."""
    headers, query, request = list(call.request.headers), list(call.request.query), call.request
    for key, written in mapping.items():
        action, _, place = key.partition(":")
        kind, _, name = place.partition(".")
        value = evaluate(call, written, None)
        if kind == "path":
            if value is not None:
                request = replace(request, path=value, raw_path=quote(value, safe="/%:@!$&'()*+,;=~-._"))
        elif kind == "header":
            headers = _changed(headers, action, name, value, fold=True)
        else:
            query = _changed(query, action, name, value, fold=False)
    if tuple(query) != request.query:
        request = replace(request, query=tuple(query), raw_query=urlencode(query))
    return replace(request, headers=tuple(headers))


def map_response(call: Call, mapping: Mapping[str, Mapping[str, str]], response: HttpResponse) -> HttpResponse:
    """The integration's response as the client gets it. mapping: by status, such as ``{"500": {"overwrite:statuscode": "503"}}``."""
    answer = HttpResponse(response.status, list(response.headers), response.body)
    for key, written in mapping.get(str(response.status), {}).items():
        action, _, place = key.partition(":")
        value = evaluate(call, written, response)
        if place == "statuscode":
            if value is not None and re.fullmatch(r"[1-5]\d\d", value):
                answer.status = int(value)
        else:
            answer.headers = _changed(answer.headers, action, place.partition(".")[2], value, fold=True)
    return answer


def evaluate(call: Call, written: str, response: HttpResponse | None) -> str | None:
    """A mapping's value: a constant, one variable, or text with ``${…}`` in it; nothing when a lone variable is not there."""
    whole = _WHOLE.fullmatch(written)
    if whole:
        return _value(call, whole[1], (whole[2] or "").removeprefix("."), response)
    return _INSIDE.sub(
        lambda found: _value(call, found[1], (found[2] or "").removeprefix("."), response) or "", written
    )


def _changed(pairs: Pairs, action: str, name: str, value: str | None, *, fold: bool) -> Pairs:
    same: Callable[[str], bool] = lambda other: (other.lower() == name.lower()) if fold else other == name  # noqa: E731
    if action == "remove":
        return [pair for pair in pairs if not same(pair[0])]
    if value is None or "\r" in value or "\n" in value:
        return pairs
    kept = pairs if action == "append" else [pair for pair in pairs if not same(pair[0])]
    return [*kept, (name, value)]


def _value(call: Call, root: str, path: str, response: HttpResponse | None) -> str | None:
    if root == "context":
        return context_value(call, path)
    if root == "stageVariables":
        return call.stage["stageVariables"].get(path)  # type: ignore[no-any-return]
    kind, _, name = path.partition(".")
    if root == "response":
        if response is None:
            return None
        if kind == "header":
            return joined(response.headers, lower=True).get(name.lower())
        if kind in ("statuscode", "statusCode"):
            return str(response.status)
        return _from_body(response.body, name) if kind == "body" else None
    if kind == "header":
        return joined(call.request.headers, lower=True).get(name.lower())
    if kind == "querystring":
        return joined(call.request.query, lower=False).get(name)
    if kind == "path":
        return call.path_parameters.get(name) if name else unquote(call.path)
    return _from_body(call.request.body, name) if kind == "body" else None


def _from_body(body: bytes, path: str) -> str | None:
    if not path:
        return body.decode(errors="replace")
    try:
        found: Any = json.loads(body[:_BODY_BYTES])
        for step in _STEP.findall(path):
            found = found[int(step[1:-1])] if step.startswith("[") else found[step]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"), ensure_ascii=False)
