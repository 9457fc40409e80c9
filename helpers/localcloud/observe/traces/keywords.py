"""Which keywords a filter expression may use where, and of what kind their values are.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
"""

from __future__ import annotations

from typing import Literal

from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.nodes import (
    And,
    CauseFilter,
    Compare,
    EdgeFilter,
    JsonCause,
    Keyword,
    Node,
    Not,
    Or,
    ServiceFilter,
)

Scope = Literal["trace", "segment", "service", "entity", "exception"]
Form = Literal["Boolean", "number", "string", "annotation", "group"]

_ORDERED = frozenset({"<", "<=", ">", ">="})
_TEXTUAL = frozenset({"CONTAINS", "BEGINSWITH", "ENDSWITH"})
_OPERATORS: dict[Form, frozenset[str]] = {
    "Boolean": frozenset({"=", "!="}),
    "number": frozenset({"=", "!="}) | _ORDERED,
    "string": frozenset({"=", "!="}) | _TEXTUAL,
    "annotation": frozenset({"=", "!="}) | _ORDERED | _TEXTUAL,
    "group": frozenset({"=", "!="}),
}
_SEGMENT: dict[str, Form] = {
    **dict.fromkeys(("ok", "error", "throttle", "fault", "partial", "inferred"), "Boolean"),
    **dict.fromkeys(("responsetime", "duration", "http.status"), "number"),
    **dict.fromkeys(
        (
            "http.url",
            "http.method",
            "http.useragent",
            "http.clientip",
            "user",
            "name",
            "type",
            "availabilityzone",
            "instance.id",
            "resource.arn",
        ),
        "string",
    ),
}
_PLACE: dict[str, Form] = {"first": "Boolean", "last": "Boolean", "index": "number"}
_KEYWORDS: dict[Scope, dict[str, Form]] = {
    "trace": {**_SEGMENT, "group.name": "group", "group.arn": "group", "groupname": "group", "grouparn": "group"},
    "segment": {**_SEGMENT, "root": "Boolean"},
    "service": {**_PLACE, "inferred": "Boolean", "name": "string", "type": "string"},
    "entity": {**_PLACE, "remote": "Boolean", "coverage": "number", "name": "string"},
    "exception": {**_PLACE, "remote": "Boolean", "name": "string", "message": "string"},
}
JSON_KEYWORDS = ("rootcause.json", "rootcause.fault.json", "rootcause.error.json", "rootcause.responsetime.json")


def check(node: Node, scope: Scope = "trace") -> None:
    """Refuse keywords that are not known where they stand, operators that do not fit, and values of another kind.

    Raises: ``InvalidRequest``.
    """
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                check(part, scope)
        case Not(inner):
            check(inner, scope)
        case Keyword(name):
            if _form(name, scope) == "group":
                raise _wrong(name, 'compare it to a name, as in group.name = "mine"')
        case Compare(name, operator, value):
            form = _form(name, scope)
            if operator not in _OPERATORS[form]:
                raise _wrong(name, f"{operator} does not go with a {form} keyword")
            if not _fits(form, operator, value):
                raise _wrong(name, f"{value!r} is no value for {operator} with a {form} keyword")
        case JsonCause(name):
            if name not in JSON_KEYWORDS or scope != "trace":
                raise _wrong(name, "only rootcause.json is compared to JSON")
        case ServiceFilter(_, inner) | EdgeFilter(_, _, inner) if inner is not None:
            _outermost(scope, "service() and edge()")
            check(inner, "segment")
        case CauseFilter(_, listed, inner):
            _outermost(scope, "rootcause")
            if inner is not None:
                check(inner, "service" if listed == "service" else "entity" if listed == "entity" else "exception")
        case ServiceFilter() | EdgeFilter():
            _outermost(scope, "service() and edge()")


def _outermost(scope: Scope, what: str) -> None:
    if scope != "trace":
        raise InvalidRequest(f"Invalid filter expression: {what} cannot stand inside braces")


def _form(name: str, scope: Scope) -> Form:
    if name.startswith("annotation.") and scope in ("trace", "segment"):
        return "annotation"
    form = _KEYWORDS[scope].get(name)
    if form is None:
        where = "" if scope == "trace" else f" inside the braces of a {scope}"
        raise _wrong(name, f"it is no keyword{where}")
    return form


def _fits(form: Form, operator: str, value: str | int | float | bool) -> bool:
    if form == "annotation":
        if operator in _ORDERED:
            return isinstance(value, float)
        return isinstance(value, str) or operator not in _TEXTUAL
    if form == "Boolean":
        return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))
    return isinstance(value, float) if form == "number" else isinstance(value, str)


def _wrong(name: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid filter expression: invalid keyword {name}: {reason}")
