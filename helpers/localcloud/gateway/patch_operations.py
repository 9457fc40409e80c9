"""Patch operations of the control plane: which paths a resource has, which operations each takes, and what is refused.

Source: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.apigateway.exceptions import BadRequestException

OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")


@dataclass(frozen=True)
class Operation:
    """One patch operation. names: what stands for the placeholders of its path, decoded. value: empty when none was sent. source: ``from``."""

    op: str
    path: str
    value: str
    source: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """A path that may be patched: ``ops`` are its operations, separated by blanks; ``apply`` does one of them."""

    ops: str
    apply: Callable[[Operation], None]


def setter(entity: Any, name: str, convert: Callable[[str], Any] = str) -> Field:
    """A field that is replaced as a whole. name: the attribute of ``entity``. convert: makes the text its value, or refuses it."""

    def apply(operation: Operation) -> None:
        setattr(entity, name, convert(operation.value))

    return Field("replace", apply)


def entries(
    entity: Any, name: str, convert: Callable[[str], Any] = str, check: Callable[[str], None] | None = None
) -> Field:
    """The entries of a map. name: the attribute of ``entity`` that holds it. check: refuses names of entries."""

    def apply(operation: Operation) -> None:
        kept = dict(getattr(entity, name) or {})
        (key,) = operation.names
        if operation.op == "remove":
            if key not in kept:
                raise BadRequestException(
                    f"Invalid patch path '{operation.path}' specified for op 'remove': there is no such entry"
                )
            del kept[key]
        else:
            if check:
                check(key)
            kept[key] = convert(operation.value)
        setattr(entity, name, kept)

    return Field("add replace remove", apply)


def apply_patches(
    entity: Any,
    patches: list[dict[str, Any]],
    fields: Mapping[str, Field],
    *,
    deep: bool = True,
    finish: Callable[[], None] = lambda: None,
) -> None:
    """Apply all patch operations, or none when one is refused.

    entity: the object that the fields change. fields: by path, with placeholders in braces, such as ``/variables/{name}``.
    deep: its attributes may be changed in place, so they are copied whole to be put back after a refusal. finish: checks the result.

    Raises: ``BadRequestException`` for an unknown path, an operation that the path does not take, or a value that a field refuses.
    """
    planned = [_planned(one, fields) for one in patches]
    before = {name: copy.deepcopy(value) if deep else value for name, value in vars(entity).items()}
    try:
        for field, operation in planned:
            field.apply(operation)
        finish()
    except Exception:
        vars(entity).clear()
        vars(entity).update(before)
        raise


def _planned(patch: dict[str, Any], fields: Mapping[str, Field]) -> tuple[Field, Operation]:
    op, path = str(patch.get("op") or ""), str(patch["path"])
    if op not in OPERATIONS:
        raise BadRequestException(
            f"Invalid patch operation '{op}' specified. Must be one of: [{', '.join(OPERATIONS)}]"
        )
    tokens = path.split("/")
    for template, field in fields.items():
        names = _matched(template.split("/"), tokens)
        if names is None or op not in field.ops.split():
            continue
        value = patch.get("value")
        if value is None and op in ("add", "replace") and not template.endswith("}"):
            raise BadRequestException(f"Invalid value specified for the patch path '{path}': it must not be null")
        if op in ("add", "replace") and not isinstance(value, str | None):
            raise BadRequestException("Invalid request input")
        return field, Operation(op, path, value or "", str(patch.get("from") or ""), names)
    allowed = ", ".join(template for template, field in fields.items() if op in field.ops.split())
    raise BadRequestException(f"Invalid patch path '{path}' specified for op '{op}'. Must be one of: [{allowed}]")


def _matched(template: list[str], tokens: list[str]) -> tuple[str, ...] | None:
    if len(template) != len(tokens):
        return None
    names = []
    for wanted, token in zip(template, tokens, strict=True):
        if wanted.startswith("{"):
            names.append(token.replace("~1", "/").replace("~0", "~"))
        elif wanted != token:
            return None
    return tuple(names)
