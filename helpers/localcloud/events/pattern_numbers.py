"""Numbers in event patterns: how AWS compares them, and ranges of them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from helpers.localcloud.events.pattern_terms import InvalidPattern, JsonNumber, JsonObject, Operator, Value, is_text

_LARGEST = Decimal("5e9")
_PRECISION = Decimal("0.000001")
_RANGE = "Value must be between -5.0E9 and 5.0E9, inclusive"


def comparable(value: Value | JsonNumber) -> Decimal | None:
    """A number as AWS compares it: within five billion of zero and cut after six decimals; nothing for any other value."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and not isinstance(value, JsonNumber)):
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > _LARGEST:
        return None
    return number.quantize(_PRECISION, rounding=ROUND_FLOOR)


def same_number(written: JsonNumber) -> Callable[[Value], bool]:
    """Whether a value is this number, or is written as it is."""
    number = comparable(written)

    def matches(value: Value) -> bool:
        if isinstance(value, str | bool) or value is None:
            return False
        if number is not None and comparable(value) == number:
            return True
        return (str(value) if isinstance(value, Decimal) else json.dumps(value)) == str(written)

    return matches


def number_of(written: JsonNumber) -> Decimal:
    """A number of a pattern as AWS compares it. Raises: ``InvalidPattern`` outside of five billion."""
    number = comparable(written)
    if number is None:
        raise InvalidPattern(_RANGE)
    return number


def numeric(operand: Any) -> Operator:
    """The operator ``numeric``: one comparison, or a range of two. Raises: ``InvalidPattern``."""
    if not isinstance(operand, list) or isinstance(operand, JsonObject):
        raise InvalidPattern("Value of numeric must be an array.")
    if not operand or not is_text(operand[0]):
        raise InvalidPattern(f"Invalid member in numeric match: {_shown(operand, 0)}")
    name = operand[0]
    if name not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {name}")
    written = _number_at(operand, 1, name)
    if len(operand) == 2:
        return _range(*_with_open_end(name, written))
    if name not in (">", ">="):
        raise InvalidPattern("Too many elements in numeric expression")
    if not is_text(operand[2]):
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
    low, high = number_of(bottom), number_of(top)

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
