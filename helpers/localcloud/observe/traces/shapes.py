"""Requests checked against the model of X-Ray's API that comes with the AWS SDK: names, types, lengths, ranges and choices."""

from __future__ import annotations

import functools
import re
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from helpers.localcloud.observe.traces.errors import InvalidRequest

MOST = 10.0**15

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "list": (list,),
    "structure": (dict,),
    "map": (dict,),
}


@functools.cache
def _model() -> Any:
    import botocore.session

    return botocore.session.Session().get_service_model("xray")


@functools.cache
def operations() -> dict[str, str]:
    """The path of each operation of X-Ray, and its name."""
    return {_model().operation_model(name).http["requestUri"]: name for name in _model().operation_names}


def check(operation: str, asked: Any) -> dict[str, Any]:
    """The members of a request that are not null, when they fit the model.

    Raises: ``InvalidRequest`` with AWS's words for what does not.
    """
    shape: StructureShape = _model().operation_model(operation).input_shape
    problems: list[str] = []
    found = _checked(shape, asked, "", problems)
    if problems:
        plural = "" if len(problems) == 1 else "s"
        raise InvalidRequest(f"{len(problems)} validation error{plural} detected: {'; '.join(problems[:10])}")
    return dict(found)


def _checked(shape: Shape, value: Any, path: str, problems: list[str]) -> Any:
    def fail(rule: str) -> None:
        problems.append(f"Value at '{path or 'body'}' failed to satisfy constraint: Member must {rule}")

    kinds = _TYPES.get(shape.type_name, (object,))
    fits: bool = isinstance(value, kinds) and (type(value) is not bool or bool in kinds)
    if not fits:
        fail(f"be a {shape.type_name}")
        return value
    if type(value) in (int, float) and not -MOST <= value <= MOST:
        fail("be a number within range")
        return value
    _check_limits(shape, value, fail)
    if isinstance(shape, StructureShape):
        return _structure(shape, value, path, problems)
    if isinstance(shape, ListShape):
        return [_checked(shape.member, one, f"{path}.{place + 1}.member", problems) for place, one in enumerate(value)]
    if isinstance(shape, MapShape):
        return {
            _checked(shape.key, key, f"{path}.key", problems): _checked(shape.value, one, f"{path}.{key}", problems)
            for key, one in value.items()
        }
    return value


def _structure(shape: StructureShape, value: dict[str, Any], path: str, problems: list[str]) -> dict[str, Any]:
    prefix = f"{path}." if path else ""
    given = {name: one for name, one in value.items() if one is not None}
    for name in shape.required_members:
        if name not in given:
            problems.append(f"Value null at '{prefix}{name}' failed to satisfy constraint: Member must not be null")
    for name in given:
        if name not in shape.members:
            problems.append(f"'{prefix}{name}' is not a member of {shape.name}")
    return {
        name: _checked(shape.members[name], one, f"{prefix}{name}", problems)
        for name, one in given.items()
        if name in shape.members
    }


def _check_limits(shape: Shape, value: Any, fail: Any) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    sized = isinstance(value, str | list | dict)
    amount = len(value) if sized else value
    what = "have length" if sized else "have value"
    if least is not None and amount < least:
        fail(f"{what} greater than or equal to {least}")
    if most is not None and amount > most:
        fail(f"{what} less than or equal to {most}")
    if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        fail(f"satisfy enum value set: [{', '.join(shape.metadata['enum'])}]")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not re.fullmatch(pattern, value):
        fail(f"satisfy regular expression pattern: {pattern}")
