"""What is wrong with a body, in the words that ``$context.error.validationErrorString`` has on AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema


def describe(error: jsonschema.ValidationError) -> str:
    """One violation of a model."""
    say = _WORDS.get(str(error.validator))
    try:
        return say(error.validator_value, error.instance, error) if say else error.message
    except (TypeError, ValueError, KeyError):
        return error.message


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _list(values: Any) -> str:
    return _json(sorted(str(one) for one in values))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    kinds = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]


def _allowed_kinds(wanted: Any) -> str:
    kinds = set(wanted if isinstance(wanted, list) else [wanted])
    return _list(kinds | ({"integer"} if "number" in kinds else set()))


def _minimum(wanted: Any, instance: Any, error: jsonschema.ValidationError) -> str:
    if isinstance(error.schema, dict) and error.schema.get("exclusiveMinimum"):
        return f"numeric instance is not strictly greater than the required minimum {_json(wanted)}"
    return f"numeric instance is lower than the required minimum (minimum: {_json(wanted)}, found: {_json(instance)})"


def _maximum(wanted: Any, instance: Any, error: jsonschema.ValidationError) -> str:
    if isinstance(error.schema, dict) and error.schema.get("exclusiveMaximum"):
        return f"numeric instance is not strictly lower than the required maximum {_json(wanted)}"
    return f"numeric instance is greater than the required maximum (maximum: {_json(wanted)}, found: {_json(instance)})"


def _one_of(wanted: Any, instance: Any, error: jsonschema.ValidationError) -> str:
    failed = len({one.schema_path[0] for one in error.context or ()})
    return f"instance failed to match exactly one schema (matched {len(wanted) - failed if failed else 2} out of {len(wanted)})"


_WORDS: dict[str, Callable[[Any, Any, jsonschema.ValidationError], str]] = {
    "required": lambda wanted, instance, error: f"object has missing required properties ({_list(instance)})",
    "type": lambda wanted, instance, error: f"instance type ({_kind(instance)}) does not match any allowed primitive type (allowed: {_allowed_kinds(wanted)})",
    "enum": lambda wanted, instance, error: f"instance value ({_json(instance)}) not found in enum (possible values: {_json(wanted)})",
    "minimum": _minimum,
    "maximum": _maximum,
    "multipleOf": lambda wanted, instance, error: f"remainder of division is not zero ({_json(instance)} / {_json(wanted)})",
    "minLength": lambda wanted, instance, error: f"string {_json(instance)} is too short (length: {len(instance)}, required minimum: {wanted})",
    "maxLength": lambda wanted, instance, error: f"string {_json(instance)} is too long (length: {len(instance)}, maximum allowed: {wanted})",
    "pattern": lambda wanted, instance, error: f"ECMA 262 regex {_json(wanted)} does not match input string {_json(instance)}",
    "minItems": lambda wanted, instance, error: f"array is too short: must have at least {wanted} elements but instance has {len(instance)} elements",
    "maxItems": lambda wanted, instance, error: f"array is too long: must have at most {wanted} elements but instance has {len(instance)} elements",
    "uniqueItems": lambda wanted, instance, error: "array must not contain duplicate elements",
    "additionalProperties": lambda wanted, instance, error: f"object instance has properties which are not allowed by the schema: {_list(instance)}",
    "minProperties": lambda wanted, instance, error: f"object has too few properties (found {len(instance)} but schema requires at least {wanted})",
    "maxProperties": lambda wanted, instance, error: f"object has too many properties (found {len(instance)} but schema requires at most {wanted})",
    "anyOf": lambda wanted, instance, error: f"instance failed to match at least one required schema among {len(wanted)}",
    "oneOf": _one_of,
    "not": lambda wanted, instance, error: "instance matched a schema which it should not have",
}  # fmt: skip
