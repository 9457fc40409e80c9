"""The operators of event patterns: what one value of an event has to be.

Each is read from one entry of a field's list, such as ``"running"`` or ``{"prefix": "us-"}``, and refuses what AWS refuses, with AWS's reason.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from helpers.localcloud.events.wildcards import BadWildcard, Wildcard, parse

Value = str | int | float | Decimal | bool | None
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LARGEST = Decimal("5e9")
_PRECISION = Decimal("0.000001")
_RANGE = "Value must be between -5.0E9 and 5.0E9, inclusive"
_IPV4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_LIST_OPERATORS = ("prefix", "suffix", "equals-ignore-case", "wildcard")


class InvalidPattern(ValueError):
    """AWS refuses the event pattern.

    reason: AWS's own words. The text of the error begins as AWS's message does.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")
        self.reason = reason


class JsonNumber(str):
    """A number of a pattern as it is written there, because ``1e2``, ``100`` and ``100.0`` are one value in three texts."""


class JsonObject(list[tuple[str, Any]]):
    """An object of a pattern as its pairs in their order, duplicates included."""


@dataclass(frozen=True)
class Operator:
    """One entry of a field's list.

    matches: whether a value that is there fits. absent: the entry asks that the field is not there. wildcards: those that it follows.
    """

    matches: Callable[[Value], bool]
    absent: bool = False
    wildcards: tuple[Wildcard, ...] = field(default=())


def read_operator(entry: Any) -> Operator:
    """Read one entry of a field's list: a value, or an object with one operator.

    Raises: ``InvalidPattern``.
    """
    if isinstance(entry, JsonObject):
        return _expression(entry)
    if isinstance(entry, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if isinstance(entry, JsonNumber):
        return Operator(_same_number(entry))
    if isinstance(entry, str):
        return Operator(_same_text(entry))
    return Operator(lambda value: value is entry)


def comparable(value: Value | JsonNumber) -> Decimal | None:
    """A number as AWS compares it: within five billion of zero and cut after six decimals; nothing for any other value."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and not isinstance(value, JsonNumber)):
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > _LARGEST:
        return None
    return number.quantize(_PRECISION, rounding=ROUND_FLOOR)


def _expression(entry: JsonObject) -> Operator:
    if not entry:
        raise InvalidPattern("Match expression name not found")
    name, operand = entry[0]
    if name not in _READERS:
        raise InvalidPattern(f"Unrecognized match type {name}")
    operator = _READERS[name](operand)
    if len(entry) > 1:
        numeric = name in ("numeric", "anything-but")
        raise InvalidPattern(
            "Too many elements in numeric expression" if numeric else "Only one key allowed in match expression"
        )
    return operator


def _is_text(operand: Any) -> bool:
    return isinstance(operand, str) and not isinstance(operand, JsonNumber)


def _text(operand: Any, reason: str) -> str:
    if not _is_text(operand):
        raise InvalidPattern(reason)
    return str(operand)


def _on_text(test: Callable[[str], bool]) -> Operator:
    return Operator(lambda value: isinstance(value, str) and test(value))


def _same_text(text: str) -> Callable[[Value], bool]:
    address = _address(text)
    if address is None:
        return lambda value: isinstance(value, str) and value == text
    return lambda value: isinstance(value, str) and (value == text or _address(value) == address)


def _same_number(written: JsonNumber) -> Callable[[Value], bool]:
    number = comparable(written)

    def matches(value: Value) -> bool:
        if isinstance(value, str | bool) or value is None:
            return False
        if number is not None and comparable(value) == number:
            return True
        return (str(value) if isinstance(value, Decimal) else json.dumps(value)) == str(written)

    return matches


def _exactly(operand: Any) -> Operator:
    text = _text(operand, "exact match pattern must be a string")
    return _on_text(lambda value: value == text)


def _equals_ignore_case(operand: Any) -> Operator:
    text = _text(operand, "equals-ignore-case match pattern must be a string").lower()
    return _on_text(lambda value: value.lower() == text)


def _affix(name: str, test: Callable[[str, str], bool]) -> Callable[[Any], Operator]:
    def read(operand: Any) -> Operator:
        if isinstance(operand, JsonObject):
            lowered = _ignoring_case(operand)
            return _on_text(lambda value: test(value.lower(), lowered))
        text = _text(operand, f"{name} match pattern must be a string")
        return _on_text(lambda value: test(value, text))

    def _ignoring_case(operand: JsonObject) -> str:
        if not operand:
            raise InvalidPattern(f"{name.capitalize()} expression name not found")
        inner, text = operand[0]
        if inner != "equals-ignore-case":
            raise InvalidPattern(f"Unsupported {name} pattern: {inner}")
        lowered = _text(text, "equals-ignore-case match pattern must be a string").lower()
        if len(operand) > 1:
            raise InvalidPattern("Only one key allowed in match expression")
        return lowered

    return read


def _wildcard(operand: Any) -> Operator:
    wildcard = _parsed(_text(operand, "wildcard match pattern must be a string"))
    return Operator(lambda value: isinstance(value, str) and wildcard.matches(value), wildcards=(wildcard,))


def _parsed(text: str) -> Wildcard:
    try:
        return parse(text)
    except BadWildcard as refusal:
        raise InvalidPattern(str(refusal)) from None


def _exists(operand: Any) -> Operator:
    if not isinstance(operand, bool):
        raise InvalidPattern("exists match pattern must be either true or false.")
    return Operator(lambda _: operand, absent=not operand)


def _cidr(operand: Any) -> Operator:
    text = _text(operand, "prefix match pattern must be a string")
    parts = text.rstrip("/").split("/")
    if len(parts) != 2:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", parts[1]):
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    bits = int(parts[1])
    if bits < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative")
    if not (_IPV4.fullmatch(parts[0]) or _IPV6.fullmatch(parts[0])):
        raise InvalidPattern(f"Nonstandard IP address: {parts[0]}")
    address = _address(parts[0])
    if address is None:
        raise InvalidPattern(f"Invalid IP address: {parts[0]}")
    if bits >= address.max_prefixlen:
        raise InvalidPattern(f"IPv{address.version} mask bits must be < {address.max_prefixlen}")
    network = ipaddress.ip_network((address, bits), strict=False)
    return _on_text(lambda value: (found := _address(value)) is not None and found in network)


def _address(text: str) -> Address | None:
    if _IPV4.fullmatch(text):
        text = ".".join(part.lstrip("0") or "0" for part in text.split("."))
    elif not _IPV6.fullmatch(text):
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _number(written: JsonNumber) -> Decimal:
    number = comparable(written)
    if number is None:
        raise InvalidPattern(_RANGE)
    return number


def _numeric(operand: Any) -> Operator:
    if not isinstance(operand, list) or isinstance(operand, JsonObject):
        raise InvalidPattern("Value of numeric must be an array.")
    if not operand or not _is_text(operand[0]):
        raise InvalidPattern(f"Invalid member in numeric match: {_shown(operand, 0)}")
    name = operand[0]
    if name not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {name}")
    written = _number_at(operand, 1, name)
    if len(operand) == 2:
        return _range(*_with_open_end(name, written))
    if name not in (">", ">="):
        raise InvalidPattern("Too many elements in numeric expression")
    if not _is_text(operand[2]):
        raise InvalidPattern(f"Bad value in numeric range: {_shown(operand, 2)}")
    if operand[2] not in ("<", "<="):
        raise InvalidPattern(f"Bad numeric range operator: {operand[2]}")
    top = _number_at(operand, 3, operand[2])
    if len(operand) > 4:
        raise InvalidPattern("Too many terms in numeric range expression")
    return _range(written, name == ">", top, operand[2] == "<")


def _with_open_end(name: str, written: JsonNumber) -> tuple[JsonNumber, bool, JsonNumber, bool]:
    if name == "=":
        return written, False, written, False
    if name in (">", ">="):
        return written, name == ">", JsonNumber(_LARGEST), False
    return JsonNumber(-_LARGEST), False, written, name == "<"


def _range(bottom: JsonNumber, above: bool, top: JsonNumber, below: bool) -> Operator:
    if bottom is not top and Decimal(bottom) >= Decimal(top):
        raise InvalidPattern("Bottom must be less than top")
    low, high = _number(bottom), _number(top)

    def matches(value: Value) -> bool:
        number = comparable(value)
        if number is None:
            return False
        return (low < number if above else low <= number) and (number < high if below else number <= high)

    return Operator(matches)


def _number_at(operand: Sequence[Any], index: int, operator: str) -> JsonNumber:
    if index >= len(operand) or not isinstance(operand[index], JsonNumber):
        raise InvalidPattern(f"Value of {'equals' if operator == '=' else operator} must be numeric")
    written: JsonNumber = operand[index]
    return written


def _shown(operand: Sequence[Any], index: int) -> str:
    if index >= len(operand):
        return "]"
    value = operand[index]
    if isinstance(value, JsonObject):
        return "{"
    if isinstance(value, list):
        return "["
    return str(value) if isinstance(value, str) else json.dumps(value)


def _anything_but(operand: Any) -> Operator:
    if isinstance(operand, JsonObject):
        return _anything_but_operator(operand)
    if isinstance(operand, list):
        if any(isinstance(one, list | bool) or one is None for one in operand):
            raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
        numbers = [_number(one) for one in operand if isinstance(one, JsonNumber)]
        texts = [str(one) for one in operand if _is_text(one)]
        if bool(numbers) == bool(texts):
            raise InvalidPattern(
                "Inside anything but list, either all values are number or string, mixed type is not supported"
            )
    elif isinstance(operand, JsonNumber):
        numbers, texts = [_number(operand)], []
    else:
        numbers, texts = [], [_text(operand, _ANYTHING_BUT_TYPES)]
    return Operator(lambda value: value not in texts if isinstance(value, str) else comparable(value) not in numbers)


_ANYTHING_BUT_TYPES = "Value of anything-but must be an array or single string/number value."


def _anything_but_operator(operand: JsonObject) -> Operator:
    if not operand:
        raise InvalidPattern("Anything-But expression name not found")
    name, refused = operand[0]
    if name not in _LIST_OPERATORS:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}")
    if isinstance(refused, JsonObject) or not isinstance(refused, list | str):
        raise InvalidPattern(_ANYTHING_BUT_TYPES)
    entries = refused if isinstance(refused, list) else [refused]
    for entry in entries:
        if not _is_text(entry):
            raise InvalidPattern(_NOT_A_STRING[name])
        if not entry and name in ("prefix", "suffix"):
            raise InvalidPattern("Null prefix/suffix not allowed")
    if len(operand) > 1:
        raise InvalidPattern("Too many elements in numeric expression")
    operators = [_READERS[name](entry) for entry in entries]
    return Operator(
        lambda value: not any(operator.matches(value) for operator in operators),
        wildcards=tuple(wildcard for operator in operators for wildcard in operator.wildcards),
    )


_NOT_A_STRING = {
    "prefix": "prefix/suffix match pattern must be a string",
    "suffix": "prefix/suffix match pattern must be a string",
    "equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    "wildcard": "wildcard match pattern must be a string",
}

_READERS: dict[str, Callable[[Any], Operator]] = {
    "exactly": _exactly,
    "prefix": _affix("prefix", str.startswith),
    "suffix": _affix("suffix", str.endswith),
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "cidr": _cidr,
}

RESERVED = frozenset(
    {
        *_READERS,
        *("=", "<", "<=", ">", ">=", "html", "regex", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    }
)
