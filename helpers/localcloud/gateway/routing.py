"""Which method of an API a request is for.

At each segment of the path a literal part goes before ``{name}``, and that before ``{name+}``, which takes all that is left. A resource that has neither
the verb nor ``ANY`` is passed over, so that a greedy sibling can still answer. A slash at the end changes nothing.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from helpers.localcloud.gateway.snapshot import Method


class _Node:
    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}
        self.literal: dict[str, _Node] = {}
        self.named: dict[str, _Node] = {}
        self.greedy: dict[str, _Node] = {}

    def child(self, part: str) -> _Node:
        if part.startswith("{") and part.endswith("+}"):
            return self.greedy.setdefault(part[1:-2], _Node())
        if part.startswith("{") and part.endswith("}"):
            return self.named.setdefault(part[1:-1], _Node())
        return self.literal.setdefault(part, _Node())

    def method(self, verb: str) -> Method | None:
        return self.methods.get(verb) or self.methods.get("ANY")


class Router:
    """The resources of one deployment as a tree; made once for each snapshot."""

    def __init__(self, methods: Iterable[Method]) -> None:
        self._root = _Node()
        for method in methods:
            node = self._root
            for part in method.resource_path.strip("/").split("/"):
                node = node.child(part) if part else node
            node.methods[method.http_method] = method

    def route(self, verb: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
        """The method for a request, and its path parameters decoded; ``None`` when the API has no such operation.

        raw_path: below the stage, not decoded, so that ``%2F`` divides nothing.
        """
        path = raw_path.strip("/")
        return _find(self._root, verb, path.split("/") if path else [])


def _find(node: _Node, verb: str, rest: Sequence[str]) -> tuple[Method, dict[str, str]] | None:
    if not rest:
        method = node.method(verb)
        return (method, {}) if method else None
    part = unquote(rest[0])
    following = node.literal.get(part)
    if following and (found := _find(following, verb, rest[1:])):
        return found
    if part:
        for name, following in node.named.items():
            if found := _find(following, verb, rest[1:]):
                return found[0], {name: part, **found[1]}
    for name, following in node.greedy.items():
        if method := following.method(verb):
            return method, {name: unquote("/".join(rest))}
    return None
