"""Which route of an HTTP API a request takes.

A full match wins over a greedy one, and both over ``$default``. Of two full matches the one with the earlier literal part wins.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from helpers.localcloud.gateway.http_apis.rules import DEFAULT_ROUTE
from helpers.localcloud.gateway.http_apis.store import Document

_LITERAL, _VARIABLE, _GREEDY = 0, 1, 2


def match(routes: Mapping[str, Document], method: str, path: str) -> tuple[Document, dict[str, str]] | None:
    """The route for a request and its path parameters, decoded; nothing when none fits.

    routes: by their key. path: below the stage, as it was sent.
    """
    sent = [unquote(part) for part in path.split("/")[1:]]
    best: tuple[tuple[int, list[int], bool], Document, dict[str, str]] | None = None
    for key, route in routes.items():
        if key == DEFAULT_ROUTE:
            continue
        verb, _, pattern = key.partition(" ")
        if verb not in (method, "ANY"):
            continue
        found = _fits(pattern.split("/")[1:], sent)
        if found is None:
            continue
        kinds, parameters = found
        rank = (int(_GREEDY in kinds), kinds, verb == "ANY")
        if best is None or rank < best[0]:
            best = (rank, route, parameters)
    if best is not None:
        return best[1], best[2]
    default = routes.get(DEFAULT_ROUTE)
    return (default, {}) if default is not None else None


def _fits(pattern: list[str], sent: list[str]) -> tuple[list[int], dict[str, str]] | None:
    kinds: list[int] = []
    parameters: dict[str, str] = {}
    for place, part in enumerate(pattern):
        if part.endswith("+}"):
            rest = "/".join(sent[place:])
            if not rest:
                return None
            parameters[part[1:-2]] = rest
            return [*kinds, _GREEDY], parameters
        if place >= len(sent):
            return None
        if part.startswith("{"):
            if not sent[place]:
                return None
            parameters[part[1:-1]] = sent[place]
            kinds.append(_VARIABLE)
        elif part == sent[place]:
            kinds.append(_LITERAL)
        else:
            return None
    return (kinds, parameters) if len(sent) == len(pattern) else None
