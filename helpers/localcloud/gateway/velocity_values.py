"""What a mapping template can hold in its hands: values, how they print, and the Java methods that it may call on them.

Strings, numbers, booleans, maps (``dict``) and lists are plain Python values. A list that came out of JSON prints as JSON, one that the template
made (``ArrayList``) prints as Java prints it. Nothing of Python can be reached: a method exists when it stands in a table here.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and
https://velocity.apache.org/engine/1.7/user-guide.html; how values print was recorded on AWS.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import regex

LONGEST = 10 * 1024 * 1024
PATTERN_SECONDS = 1.0
UNDEFINED = ""


class Refusal(Exception):
    """A value cannot be worked with as a template asks; the sentence says why."""


class ArrayList(list[Any]):
    """A list that a template made itself."""


class Entry(dict[str, Any]):
    """One key and value of a map, as ``entrySet()`` gives them."""


class Variable:
    """A variable such as ``$input``: methods and properties by name, and no text of its own."""

    methods: Mapping[str, Callable[..., Any]] = {}
    properties: Mapping[str, Any] = {}


def compact(value: Any) -> str:
    """A value as JSON without spaces; what JSON does not know prints as text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=text)


def text(value: Any) -> str:
    """A value as it prints: Java's words for numbers, ``{key=value}`` for maps, JSON for lists that came from JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, ArrayList):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, list):
        return compact(value)
    return "" if isinstance(value, Variable) else str(value)


def printed(value: Any) -> str:
    """A value where a reference stands in the text: nothing for null."""
    return "" if value is None else text(value)


def true(value: Any) -> bool:
    """Whether ``#if`` takes a value for true: all but null and false, the empty string and zero included."""
    return value is not None and value is not False


def equal(left: Any, right: Any) -> bool:
    """``==``: numbers by value, values of one kind by content, anything else by how it prints."""
    if is_number(left) and is_number(right) or type(left) is type(right):
        return bool(left == right)
    if left is None or right is None:
        return False
    return text(left) == text(right)


def is_number(value: Any) -> bool:
    """Whether a value is a number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def bounded(value: str) -> str:
    """The string itself.

    Raises: ``Refusal`` when it is longer than the largest payload that API Gateway takes (10 MB).
    """
    if len(value) > LONGEST:
        raise Refusal("a value grew past 10 MB, the largest payload of API Gateway")
    return value


def member(value: Any, name: str) -> Any:
    """``$value.name``: what stands under a key of a map, or a property; undefined when there is none."""
    if isinstance(value, dict):
        return value.get(name, not value if name == "empty" else UNDEFINED)
    if isinstance(value, Variable):
        return value.properties.get(name, UNDEFINED)
    if isinstance(value, list | str) and name == "empty":
        return not value
    return UNDEFINED


def item(value: Any, index: Any) -> Any:
    """``$value[index]``: an element of a list or what stands under a key of a map; undefined when there is none."""
    if isinstance(value, dict):
        return value.get(index, UNDEFINED) if isinstance(index, str | int | float) else UNDEFINED
    if isinstance(value, list) and isinstance(index, int) and 0 <= index < len(value):
        return value[index]
    return UNDEFINED


def assign(value: Any, key: Any, new: Any) -> None:
    """``#set($value.key = new)`` and ``#set($value[key] = new)``; where nothing can be set, nothing happens."""
    if isinstance(value, dict):
        value[key if isinstance(key, str) else text(key)] = new
    elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        value[key] = new


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
    except (TypeError, ValueError, IndexError, AttributeError):
        return UNDEFINED


def _double(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, _, exponent = f"{value:.17g}".partition("e")
    shortest = repr(value)
    mantissa, _, power = (shortest if "e" in shortest else _scientific(shortest)).partition("e")
    del digits, exponent
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(power)}"


def _scientific(plain: str) -> str:
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    significant = (whole + fraction).lstrip("0")
    power = len(whole) - 1 if whole.strip("0") else -(len(fraction) - len(fraction.lstrip("0")) + 1)
    significant = significant.rstrip("0") or "0"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}e{power}"


def _methods_of(value: Any) -> Mapping[str, Callable[..., Any]]:
    for kind, methods in _METHODS:
        if isinstance(value, kind):
            return methods
    return {}


def _replaced(value: str, pattern: str, replacement: str) -> str:
    groups = regex.sub(r"\\(?!g<)", r"\\\\", regex.sub(r"\$(\d)", r"\\g<\1>", replacement))
    return bounded(regex.sub(pattern, groups, value, timeout=PATTERN_SECONDS))


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
    return before


def _put_all(values: dict[str, Any], more: dict[str, Any]) -> None:
    values.update(more)


def _add(values: list[Any], *given: Any) -> Any:
    if len(given) == 2:
        values.insert(*given)
        return None
    (value,) = given
    values.append(value)
    return True


def _add_all(values: list[Any], more: list[Any]) -> bool:
    values.extend(more)
    return bool(more)


def _set(values: list[Any], index: int, value: Any) -> Any:
    before = values[index]
    values[index] = value
    return before


def _remove(values: list[Any], which: Any) -> Any:
    if is_number(which):
        return values.pop(which)
    found = which in values
    if found:
        values.remove(which)
    return found


def _index(values: list[Any], value: Any) -> int:
    return values.index(value) if value in values else -1


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
            "replace": lambda value, old, new: bounded(value.replace(old, new)),
            "replaceAll": _replaced,
            "replaceFirst": lambda value, pattern, new: regex.sub(
                pattern, new, value, count=1, timeout=PATTERN_SECONDS
            ),
            "matches": lambda value, pattern: regex.fullmatch(pattern, value, timeout=PATTERN_SECONDS) is not None,
            "split": _split,
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
            "containsValue": lambda values, value: value in values.values(),
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
            "contains": lambda values, value: value in values,
            "indexOf": _index,
            "add": _add,
            "addAll": _add_all,
            "set": _set,
            "remove": _remove,
            "clear": list.clear,
            "subList": lambda values, start, end: ArrayList(values[start:end]),
        },
    ),
    ((int, float), {"intValue": int, "longValue": int, "doubleValue": float}),
)
