"""Requests to CloudWatch Logs, checked against the API's own model before anything looks at them.

botocore carries the model: required members, types, lengths, ranges, patterns and enumerations. Clients check some of it; the service checks all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex
from botocore.model import Shape
from moto.core.utils import get_service_model
from moto.logs.models import LogGroup, LogsBackend, logs_backends

from helpers.localcloud.observe.logs.errors import LogsError, constraint, invalid, no_group, violation
from helpers.localcloud.observe.logs.store import LogStore, store_of

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "float": (int, float),
    "double": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}
_CHECKED_ELSEWHERE = ("logEvents",)
_MOST_REPORTED = 10


@dataclass(frozen=True)
class Request:
    """One request: whose, where, and its parameters as the client sent them."""

    account: str
    region: str
    parameters: Mapping[str, Any]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """A parameter, or ``otherwise`` when it was not given."""
        value = self.parameters.get(name)
        return otherwise if value is None else value

    @property
    def backend(self) -> LogsBackend:
        """moto's groups and streams of this account and Region."""
        return logs_backends[self.account][self.region]

    @property
    def store(self) -> LogStore:
        """The log events of this account and Region."""
        return store_of(self.account, self.region)

    def group(self) -> LogGroup:
        """The log group that ``logGroupName`` or ``logGroupIdentifier`` (name or ARN) names.

        Raises: ``LogsError`` when none or both are given, when it is another account's or Region's, or missing.
        """
        name, identifier = self.get("logGroupName"), self.get("logGroupIdentifier")
        if bool(name) == bool(identifier):
            raise invalid("You must specify either logGroupName or logGroupIdentifier, but not both.")
        return self.group_of(name or identifier)

    def group_of(self, identifier: str) -> LogGroup:
        """The log group of a name or ARN.

        Raises: ``LogsError`` when it is another account's or Region's, or missing.
        """
        if identifier.startswith("arn:"):
            head = f"arn:aws:logs:{self.region}:{self.account}:log-group:"
            if not identifier.startswith(head):
                raise invalid(
                    "The specified log group identifier is of another account or Region: cross-account observability is not part of the local cloud."
                )
            identifier = identifier.removeprefix(head).removesuffix(":*")
        group = self.backend.groups.get(identifier)
        if group is None:
            raise no_group()
        return group


def read(operation: str, account: str, region: str, body: str | bytes | None) -> Request:
    """The request of one call, checked against the model of ``operation``.

    Raises: ``LogsError``: ``InvalidParameterException`` names each member that breaks a rule, ``SerializationException`` a body that is no JSON object.
    """
    try:
        parameters = json.loads(body or "{}")
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise LogsError("SerializationException", "The request body is not a JSON object.")
    model = get_service_model("logs").operation_model(operation).input_shape
    if model is not None:
        broken = list(_violations(model, parameters, ""))[:_MOST_REPORTED]
        if broken:
            counted = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected: "
            raise invalid(counted + "; ".join(broken))
    return Request(account, region, parameters)


def _violations(shape: Shape, value: Any, where: str) -> Iterator[str]:
    kind = shape.type_name
    expected = _TYPES.get(kind)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean")):
        raise LogsError("SerializationException", f"{where or 'The request'} is not of the type {kind}.")
    rules: Mapping[str, Any] = shape.metadata
    if kind == "structure":
        yield from _of_members(shape, value, where)
    elif kind == "string":
        yield from _of_text(rules, value, where)
    elif kind in ("integer", "long"):
        yield from _of_size(rules, value, value, where, "value")
    elif kind in ("list", "map"):
        yield from _of_size(rules, len(value), value, where, "length")
        entries = value.items() if kind == "map" else enumerate(value, 1)
        for key, entry in entries:
            inner = getattr(shape, "value" if kind == "map" else "member")
            if kind == "map":
                yield from _violations(getattr(shape, "key"), key, f"{where}.key")  # noqa: B009  (only maps have one)
            yield from _violations(inner, entry, f"{where}.{key}.member")


def _of_members(shape: Any, value: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield violation(None, _inside(where, name), "Member must not be null")
    for name, member in shape.members.items():
        if name in _CHECKED_ELSEWHERE or value.get(name) is None:
            continue
        yield from _violations(member, value[name], _inside(where, name))


def _of_text(rules: Mapping[str, Any], value: str, where: str) -> Iterator[str]:
    yield from _of_size(rules, len(value), value, where, "length")
    if "enum" in rules and value not in rules["enum"]:
        yield violation(value, where, f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]")
    if "pattern" in rules and not _compiled(rules["pattern"]).fullmatch(value):
        yield violation(value, where, f"Member must satisfy regular expression pattern: {rules['pattern']}")


def _of_size(rules: Mapping[str, Any], size: int, value: Any, where: str, what: str) -> Iterator[str]:
    if "min" in rules and size < rules["min"]:
        yield violation(value, where, f"Member must have {what} greater than or equal to {rules['min']}")
    if "max" in rules and size > rules["max"]:
        yield violation(value, where, f"Member must have {what} less than or equal to {rules['max']}")


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


__all__ = ["Request", "constraint", "read"]
