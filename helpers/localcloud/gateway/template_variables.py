"""``$input`` and ``$util`` of mapping templates.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html; how bodies that are no JSON are
taken was recorded on AWS.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from helpers.localcloud.gateway.json_paths import MISSING, InvalidPath, json_path
from helpers.localcloud.gateway.velocity_values import UNDEFINED, Refusal, Variable, bounded, compact, text

_NO_JSON = object()
_SCRIPT_ESCAPES = {
    **{code: f"\\u{code:04X}" for code in range(32)},
    **{ord(mark): f"\\{mark}" for mark in "\"'\\/"},
    **{8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"},
}


class UnreadableBody(Exception):
    """A body begins like JSON and is none; the words are those of AWS."""


class Input(Variable):
    """``$input``: the body, and the parameters of the request by ``path``, ``querystring`` and ``header``."""

    def __init__(self, body: str, parameters: Mapping[str, Mapping[str, str]]) -> None:
        self._text = body
        self._parameters = {kind: dict(values) for kind, values in parameters.items()}
        self._tree: Any = _NO_JSON
        self.properties = {"body": body or "{}"}
        self.methods = {"path": self._path, "json": self._json, "params": self._params}

    def _path(self, path: str) -> Any:
        if self._tree is _NO_JSON:
            self._tree = parsed_body(self._text)
        return self._found(self._tree, path)

    def _json(self, path: str) -> str:
        return bounded(compact(self._found(parsed_body(self._text), path)))

    def _params(self, name: str | None = None) -> Any:
        if name is None:
            return self._parameters
        for kind in ("path", "querystring", "header"):
            if name in self._parameters.get(kind, {}):
                return self._parameters[kind][name]
        return UNDEFINED

    def _found(self, tree: Any, path: str) -> Any:
        try:
            found = json_path(text(path)).find(tree)
        except InvalidPath as problem:
            raise Refusal(str(problem)) from None
        return UNDEFINED if found is MISSING else found


class Util(Variable):
    """``$util``: escaping, JSON, URL and base64."""

    def __init__(self) -> None:
        self.methods = {
            "escapeJavaScript": escaped_for_script,
            "parseJson": _parsed,
            "urlEncode": lambda value: quote_plus(text(value), safe="*").replace("~", "%7E"),
            "urlDecode": lambda value: unquote_plus(text(value)),
            "base64Encode": lambda value: base64.b64encode(text(value).encode()).decode(),
            "base64Decode": _from_base64,
        }


def parsed_body(body: str) -> Any:
    """A body as JSON: an empty one is an empty object, and text that does not begin like an object or a list is a string.

    Raises: ``UnreadableBody`` when it begins like an object or a list and is none.
    """
    if not body.strip():
        return {}
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadableBody("Could not process payload: it is nested too deep") from None
    except ValueError as problem:
        begun = body.strip()
        if begun[0] not in "{[":
            return body
        at = getattr(problem, "pos", 0)
        reason = f"Unexpected character ({body[at : at + 1]}) at position {at}."
        if begun[-1] not in "}]":
            reason = f"Unexpected End Of File position {len(body) - 1}: {'null' if begun[0] == '{' else 'EOF'}"
        raise UnreadableBody(f"Could not process payloadnet.minidev.json.parser.ParseException: {reason}") from None


def escaped_for_script(value: Any) -> Any:
    """A text for a JavaScript string. ``'`` becomes ``\\'``, which JSON does not allow: a template has to turn it back."""
    if value is None:
        return None
    words = text(value).translate(_SCRIPT_ESCAPES)
    return bounded("".join(one if one < "\x7f" else _unicode(one) for one in words))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _unicode(mark: str) -> str:
    units = mark.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _parsed(value: Any) -> Any:
    try:
        return json.loads(text(value), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise Refusal(f"$util.parseJson cannot read this as JSON: {problem}") from None


def _from_base64(value: Any) -> str:
    try:
        return base64.b64decode(text(value)).decode(errors="replace")
    except (binascii.Error, ValueError):
        raise Refusal("$util.base64Decode: this is no base64") from None
