"""The Java methods that a template may call on strings, numbers, maps and lists: what has no line in these tables does not exist.

Source: https://docs.oracle.com/javase/8/docs/api/java/lang/String.html, and java.util.List and java.util.Map beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import regex

from helpers.localcloud.gateway.velocity_values import (
    LONGEST,
    MOST_ELEMENTS,
    UNDEFINED,
    ArrayList,
    Entry,
    Refusal,
    Variable,
    bounded,
    equal,
    is_number,
    item,
    text,
)

PATTERN_SECONDS = 1.0
_REPLACEMENT = re.compile(r"\\(.)|\$(\d)", re.DOTALL)


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    """``$value.name(arguments)``; undefined when the value has no such method.

    Raises: ``Refusal`` when the method cannot do what is asked.
    """
    methods = value.methods if isinstance(value, Variable) else _methods_of(value)
    method = methods.get(name) or _EVERY.get(name)
    if method is None:
        return UNDEFINED
    try:
        return method(*arguments) if isinstance(value, Variable) else method(value, *arguments)
    except TimeoutError:
        raise Refusal(f"the pattern of .{name}() took longer than {PATTERN_SECONDS:.0f} s") from None
    except regex.error as problem:
        raise Refusal(f"the pattern of .{name}() is none: {problem}") from None
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError):
        return UNDEFINED


def _methods_of(value: Any) -> Mapping[str, Callable[..., Any]]:
    for kind, methods in _METHODS:
        if isinstance(value, kind):
            return methods
    return {}


def _replaced(value: str, pattern: str, replacement: str, count: int = 0) -> str:
    length = len(value)

    def expanded(found: regex.Match[str]) -> str:
        nonlocal length
        words = _REPLACEMENT.sub(lambda one: one[1] if one[1] else found[int(one[2])] or "", replacement)
        length += len(words)
        if length > LONGEST:
            raise Refusal("a value grew past 10 MB, the largest payload of API Gateway")
        return words

    return bounded(regex.sub(pattern, expanded, value, count=count, timeout=PATTERN_SECONDS))


def _with(value: str, old: str, new: str) -> str:
    if len(value) + value.count(old) * max(0, len(new) - len(old)) > LONGEST:
        raise Refusal("a value grew past 10 MB, the largest payload of API Gateway")
    return value.replace(old, new)


def _split(value: str, pattern: str) -> ArrayList:
    parts = regex.split(pattern, value, timeout=PATTERN_SECONDS) if value else [""]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return ArrayList(parts)


def _substring(value: str, start: int, end: int | None = None) -> str:
    stop = len(value) if end is None else end
    if not 0 <= start <= stop <= len(value):
        raise Refusal(f"String index out of range: .substring({start}, {stop}) of a string of {len(value)} characters")
    return value[start:stop]


def _put(values: dict[str, Any], key: Any, value: Any) -> Any:
    before = values.get(key)
    values[key] = value
    _fits(values)
    return before


def _put_all(values: dict[str, Any], more: dict[str, Any]) -> None:
    values.update(more)
    _fits(values)


def _fits(values: dict[Any, Any] | list[Any]) -> None:
    if len(values) > MOST_ELEMENTS:
        raise Refusal(f"a list or map has at most {MOST_ELEMENTS:,} elements")


def _add(values: list[Any], *given: Any) -> Any:
    if len(given) == 2:
        values.insert(*given)
        _fits(values)
        return None
    (value,) = given
    values.append(value)
    _fits(values)
    return True


def _add_all(values: list[Any], more: list[Any]) -> bool:
    values.extend(more)
    _fits(values)
    return bool(more)


def _set(values: list[Any], index: int, value: Any) -> Any:
    before = values[index]
    values[index] = value
    return before


def _remove(values: list[Any], which: Any) -> Any:
    if is_number(which):
        return values.pop(which)
    at = _index(values, which)
    if at >= 0:
        del values[at]
    return at >= 0


def _index(values: list[Any], value: Any) -> int:
    return next((at for at, one in enumerate(values) if equal(one, value)), -1)


_EVERY: Mapping[str, Callable[..., Any]] = {"toString": text, "equals": equal}
_METHODS: tuple[tuple[type | tuple[type, ...], Mapping[str, Callable[..., Any]]], ...] = (
    (
        str,
        {
            "length": len,
            "isEmpty": lambda value: not value,
            "contains": lambda value, part: part in value,
            "startsWith": str.startswith,
            "endsWith": str.endswith,
            "equalsIgnoreCase": lambda value, other: value.lower() == other.lower(),
            "indexOf": str.find,
            "lastIndexOf": str.rfind,
            "substring": _substring,
            "charAt": lambda value, index: value[index] if index >= 0 else UNDEFINED,
            "concat": lambda value, more: bounded(value + more),
            "toLowerCase": str.lower,
            "toUpperCase": str.upper,
            "trim": str.strip,
            "replace": _with,
            "replaceAll": _replaced,
            "replaceFirst": lambda value, pattern, new: _replaced(value, pattern, new, 1),
            "matches": lambda value, pattern: regex.fullmatch(pattern, value, timeout=PATTERN_SECONDS) is not None,
            "split": _split,
            "isBlank": lambda value: not value.strip(),
            "compareTo": lambda value, other: (value > other) - (value < other),
            "valueOf": lambda value, given: text(given),
            "join": lambda value, mark, parts: bounded(mark.join(map(text, parts))),
        },
    ),
    (
        Entry,
        {"getKey": lambda entry: entry["key"], "getValue": lambda entry: entry["value"]},
    ),
    (
        dict,
        {
            "size": len,
            "isEmpty": lambda values: not values,
            "get": lambda values, key: values.get(key),
            "getOrDefault": lambda values, key, other: values.get(key, other),
            "put": _put,
            "putAll": _put_all,
            "remove": lambda values, key: values.pop(key, None),
            "clear": dict.clear,
            "containsKey": lambda values, key: key in values,
            "containsValue": lambda values, value: _index(list(values.values()), value) >= 0,
            "keySet": lambda values: ArrayList(values),
            "values": lambda values: ArrayList(values.values()),
            "entrySet": lambda values: ArrayList(Entry(key=key, value=value) for key, value in values.items()),
        },
    ),
    (
        list,
        {
            "size": len,
            "isEmpty": lambda values: not values,
            "get": lambda values, index: item(values, index),
            "contains": lambda values, value: _index(values, value) >= 0,
            "indexOf": _index,
            "add": _add,
            "addAll": _add_all,
            "set": _set,
            "remove": _remove,
            "clear": list.clear,
            "subList": lambda values, start, end: ArrayList(values[start:end]),
        },
    ),
    (
        (int, float),
        {
            "intValue": int,
            "longValue": int,
            "doubleValue": float,
            "floatValue": float,
            "compareTo": lambda value, other: (value > other) - (value < other),
            "parseInt": lambda value, given: int(given),
            "parseLong": lambda value, given: int(given),
            "parseDouble": lambda value, given: float(given),
            "valueOf": lambda value, given: int(given),
        },
    ),
)
