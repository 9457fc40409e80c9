"""The operators of event patterns: what one value of an event has to be.

Each is read from one entry of a field's list, such as ``"running"`` or ``{"prefix": "us-"}``, and refuses what AWS refuses, with AWS's reason.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.localcloud.events.pattern_addresses import cidr, same_text
from helpers.localcloud.events.pattern_numbers import comparable, number_of, numeric, same_number
from helpers.localcloud.events.pattern_terms import (
    InvalidPattern,
    JsonNumber,
    JsonObject,
    Operator,
    is_text,
    on_text,
    text_of,
)
from helpers.localcloud.events.wildcards import BadWildcard, Wildcard, parse

_LIST_OPERATORS = ("prefix", "suffix", "equals-ignore-case", "wildcard")


def read_operator(entry: Any) -> Operator:
    """Read one entry of a field's list: a value, or an object with one operator.

    Raises: ``InvalidPattern``.
    """
    if isinstance(entry, JsonObject):
        return _expression(entry)
    if isinstance(entry, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if isinstance(entry, JsonNumber):
        return Operator(same_number(entry))
    if isinstance(entry, str):
        return Operator(same_text(entry))
    return Operator(lambda value: value is entry)


def _expression(entry: JsonObject) -> Operator:
    if not entry:
        raise InvalidPattern("Match expression name not found")
    name, operand = entry[0]
    if name not in _READERS:
        raise InvalidPattern(f"Unrecognized match type {name}")
    operator = _READERS[name](operand)
    if len(entry) > 1:
        of_numbers = name in ("numeric", "anything-but")
        raise InvalidPattern(
            "Too many elements in numeric expression" if of_numbers else "Only one key allowed in match expression"
        )
    return operator


def _exactly(operand: Any) -> Operator:
    text = text_of(operand, "exact match pattern must be a string")
    return on_text(lambda value: value == text)


def _equals_ignore_case(operand: Any) -> Operator:
    text = text_of(operand, "equals-ignore-case match pattern must be a string").lower()
    return on_text(lambda value: value.lower() == text)


def _affix(name: str, test: Callable[[str, str], bool]) -> Callable[[Any], Operator]:
    def read(operand: Any) -> Operator:
        if isinstance(operand, JsonObject):
            lowered = _ignoring_case(operand)
            return on_text(lambda value: test(value.lower(), lowered))
        text = text_of(operand, f"{name} match pattern must be a string")
        return on_text(lambda value: test(value, text))

    def _ignoring_case(operand: JsonObject) -> str:
        if not operand:
            raise InvalidPattern(f"{name.capitalize()} expression name not found")
        inner, text = operand[0]
        if inner != "equals-ignore-case":
            raise InvalidPattern(f"Unsupported {name} pattern: {inner}")
        lowered = text_of(text, "equals-ignore-case match pattern must be a string").lower()
        if len(operand) > 1:
            raise InvalidPattern("Only one key allowed in match expression")
        return lowered

    return read


def _wildcard(operand: Any) -> Operator:
    wildcard = _parsed(text_of(operand, "wildcard match pattern must be a string"))
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


def _anything_but(operand: Any) -> Operator:
    if isinstance(operand, JsonObject):
        return _anything_but_operator(operand)
    if isinstance(operand, list):
        if any(isinstance(one, list | bool) or one is None for one in operand):
            raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
        numbers = [number_of(one) for one in operand if isinstance(one, JsonNumber)]
        texts = [str(one) for one in operand if is_text(one)]
        if bool(numbers) == bool(texts):
            raise InvalidPattern(
                "Inside anything but list, either all values are number or string, mixed type is not supported"
            )
    elif isinstance(operand, JsonNumber):
        numbers, texts = [number_of(operand)], []
    else:
        numbers, texts = [], [text_of(operand, _ANYTHING_BUT_TYPES)]
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
        if not is_text(entry):
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
    "numeric": numeric,
    "exists": _exists,
    "cidr": cidr,
}

RESERVED = frozenset(
    {
        *_READERS,
        *("=", "<", "<=", ">", ">=", "html", "regex", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    }
)
