"""What templates work out: reading from values, and the operators of conditions and ``#set``.

As in Velocity 1.7, arithmetic with anything but numbers, and a division by zero, give null; a comparison with them is false.
Source: https://velocity.apache.org/engine/1.7/user-guide.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from helpers.localcloud.gateway.velocity_methods import call
from helpers.localcloud.gateway.velocity_nodes import Expression, Run
from helpers.localcloud.gateway.velocity_values import (
    Refusal,
    bounded,
    equal,
    is_number,
    item,
    member,
    text,
    true,
)


def reading(name: str) -> Callable[[Run, Any], Any]:
    return lambda run, value: member(value, name)


def indexing(index: Expression) -> Callable[[Run, Any], Any]:
    return lambda run, value: item(value, index(run))


def calling(name: str, arguments: list[Expression]) -> Callable[[Run, Any], Any]:
    def called(run: Run, value: Any) -> Any:
        run.step()
        return run.made(call(value, name, [run.made(argument(run)) for argument in arguments]))

    return called


def operation(operator: str, left: Expression, right: Expression) -> Expression:
    if operator == "&&":
        return lambda run: true(left(run)) and true(right(run))
    if operator == "||":
        return lambda run: true(left(run)) or true(right(run))
    if operator == "==":
        return lambda run: equal(left(run), right(run))
    if operator == "!=":
        return lambda run: not equal(left(run), right(run))
    work = _ARITHMETIC[operator]
    return lambda run: run.made(work(left(run), right(run)))


def _compared(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], Any]:
    return lambda left, right: compare(left, right) if is_number(left) and is_number(right) else False


def _worked_out(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def result(left: Any, right: Any) -> Any:
        if not is_number(left) or not is_number(right):
            return None
        try:
            return _held(work(left, right))
        except (ZeroDivisionError, OverflowError, ValueError):
            return None

    return result


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return bounded(text(left) + text(right))
    return _held(left + right) if is_number(left) and is_number(right) else None


def _held(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > 2**63:
        raise Refusal("a number grew past what Java can hold")
    return value


def _quotient(left: Any, right: Any) -> Any:
    whole = isinstance(left, int) and isinstance(right, int)
    return (abs(left) // abs(right)) * (1 if (left < 0) == (right < 0) else -1) if whole else left / right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        return left - right * _quotient(left, right)
    return math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "<": _compared(lambda left, right: left < right),
    "<=": _compared(lambda left, right: left <= right),
    ">": _compared(lambda left, right: left > right),
    ">=": _compared(lambda left, right: left >= right),
    "+": _sum,
    "-": _worked_out(lambda left, right: left - right),
    "*": _worked_out(lambda left, right: left * right),
    "/": _worked_out(_quotient),
    "%": _worked_out(_remainder),
}
