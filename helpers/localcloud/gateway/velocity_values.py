"""What a mapping template can hold in its hands: values, how they print, and how they print.

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

LONGEST = 10 * 1024 * 1024
MOST_ELEMENTS = 100_000
MOST_PIECES = 500_000
DEEPEST_VALUE = 100
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


class _Written:
    """Text as it grows, within bounds."""

    def __init__(self, json_form: bool, ordered: bool = False) -> None:
        self._json, self._ordered = json_form, ordered
        self._words: list[str] = []
        self._length = 0

    def whole(self, value: Any) -> str:
        self._write(value, 0)
        return "".join(self._words)

    def _add(self, words: str) -> None:
        self._words.append(words)
        self._length += len(words)
        if self._length > LONGEST or len(self._words) > MOST_PIECES:
            raise Refusal("a value grew past what a payload can hold")

    def _write(self, value: Any, depth: int) -> None:
        if depth > DEEPEST_VALUE:
            raise Refusal(f"a value is nested more than {DEEPEST_VALUE} levels deep, or contains itself")
        if isinstance(value, list) and not isinstance(value, ArrayList) and not self._json:
            self._add(_Written(True).whole(value))
        elif isinstance(value, list):
            self._many(value, lambda one: self._write(one, depth + 1), "[]")
        elif isinstance(value, Entry) and not self._json:
            self._pair(str(value.get("key")), value.get("value"), depth)
        elif isinstance(value, dict):
            keys = sorted(value, key=text) if self._ordered else list(value)
            self._many(keys, lambda key: self._pair(text(key), value[key], depth), "{}")
        elif self._json and (value is None or isinstance(value, str | bool | int)):
            self._add(json.dumps(value, ensure_ascii=False))
        else:
            self._add(text(value))

    def _many(self, values: list[Any], write: Callable[[Any], None], marks: str) -> None:
        self._add(marks[0])
        for number, one in enumerate(values):
            if number:
                self._add("," if self._json else ", ")
            write(one)
        self._add(marks[1])

    def _pair(self, key: str, value: Any, depth: int) -> None:
        self._add(f"{json.dumps(key, ensure_ascii=False)}:" if self._json else f"{key}=")
        self._write(value, depth + 1)


def compact(value: Any) -> str:
    """A value as JSON without spaces; what JSON does not know prints as text.

    Raises: ``Refusal`` when it is larger than a payload, or contains itself.
    """
    return _Written(True).whole(value)


def text(value: Any) -> str:
    """A value as it prints: Java's words for numbers, ``{key=value}`` for maps, JSON for lists that came from JSON.

    Raises: ``Refusal`` when it is larger than a payload, or contains itself.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, dict | list):
        return _Written(False).whole(value)
    return str(value) if isinstance(value, int) else ""


def printed(value: Any) -> str:
    """A value where a reference stands in the text: nothing for null."""
    return "" if value is None else text(value)


def true(value: Any) -> bool:
    """Whether ``#if`` takes a value for true: all but null and false, the empty string and zero included."""
    return value is not None and value is not False


def equal(left: Any, right: Any) -> bool:
    """``==``: numbers by value, values of one kind by content, anything else by how it prints."""
    if isinstance(left, dict | list) and isinstance(right, dict | list):
        return _Written(True, ordered=True).whole(left) == _Written(True, ordered=True).whole(right)
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


def _double(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    shortest = repr(value)
    mantissa, _, power = (shortest if "e" in shortest else _scientific(shortest)).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(power)}"


def _scientific(plain: str) -> str:
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    significant = (whole + fraction).lstrip("0")
    power = len(whole) - 1 if whole.strip("0") else -(len(fraction) - len(fraction.lstrip("0")) + 1)
    significant = significant.rstrip("0") or "0"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}e{power}"
