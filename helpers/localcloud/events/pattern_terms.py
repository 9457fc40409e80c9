"""What event patterns are made of: the values, and one entry of a field's list once it is read.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from helpers.localcloud.events.wildcards import Wildcard

Value = str | int | float | Decimal | bool | None


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


def is_text(operand: Any) -> bool:
    """Whether an operand is a string of JSON."""
    return isinstance(operand, str) and not isinstance(operand, JsonNumber)


def text_of(operand: Any, reason: str) -> str:
    """An operand that has to be a string. Raises: ``InvalidPattern`` with ``reason``."""
    if not is_text(operand):
        raise InvalidPattern(reason)
    return str(operand)


def on_text(test: Callable[[str], bool]) -> Operator:
    """An entry that only strings fit."""
    return Operator(lambda value: isinstance(value, str) and test(value))
