"""Filter patterns in square brackets, for space-delimited log events: ``[ip, user, ..., status = 4*, bytes > 1000]``.

Text between quotation marks or square brackets is one field. Three dots stand for any number of fields. Without them the last field takes the rest of the line.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.observe.logs.patterns_values import (
    MOST_REGEXES,
    TERMINALS,
    InvalidPattern,
    comparison,
    readable,
)

Condition = Callable[[Mapping[str, str]], bool]

_GRAMMAR = (
    r"""
start: "[" entry ("," entry)* "]"
entry: [DOTS | named | either]
named: NAME
?either: both ("||" both)*
?both: one ("&&" one)*
?one: "(" either ")" | compared
compared: NAME OPERATOR (STRING | REGEX | WORD)
DOTS.2: "..."
NAME: /[A-Za-z_][A-Za-z0-9_]*/
"""
    + TERMINALS
)
_WORD = re.compile(r"\S+")
_CLOSING = {'"': '"', "[": "]"}


@functools.cache
def _parser() -> Any:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


class FieldsPattern:
    """A pattern that has been read.

    names: of the fields, without the dollar sign. regexes: how many regular expressions it has.
    """

    def __init__(self, text: str) -> None:
        from lark.exceptions import UnexpectedInput

        try:
            tree = _parser().parse(text)
        except UnexpectedInput as problem:
            raise readable(problem, text) from None
        self.regexes = 0
        self._conditions: list[Condition] = []
        self._uses: list[tuple[str, int]] = []
        self._before: list[str | None] = []
        self._after: list[str | None] | None = None
        entries = tree.children
        # "[]" has no fields of its own: it takes whatever there is
        if len(entries) == 1 and not any(entries[0].children):
            self._after = []
            entries = []
        for entry in entries:
            self._add(entry)
        declared = [name for name in (*self._before, *(self._after or ())) if name]
        self.names = frozenset(declared)
        lowered = {name.lower(): name for name in declared}
        if len(lowered) != len(declared):
            raise InvalidPattern("two fields have the same name")
        for name, position in self._uses:
            if name.lower() not in lowered:
                raise InvalidPattern(
                    f"{name} is no field of this pattern: a condition stands at its own field", position
                )
        if self.regexes > MOST_REGEXES:
            raise InvalidPattern(f"it has {self.regexes} regular expressions, and {MOST_REGEXES} are the most")

    def fields(self, message: str) -> dict[str, str] | None:
        """The fields of a message that matches, by ``$name`` or, without a name, by ``$position``; nothing when it does not."""
        before, after = self._before, self._after
        values = _split(message, len(before) if after is None else None)
        least = len(before) + len(after or ())
        if len(values) < least:
            return None
        names = [*before, *[None] * (len(values) - least), *(after or ())]
        extracted: dict[str, str] = {}
        named: dict[str, str] = {}
        for number, (name, value) in enumerate(zip(names, values, strict=True), 1):
            extracted[f"${name or number}"] = value
            if name:
                named[name.lower()] = value
        return extracted if all(condition(named) for condition in self._conditions) else None

    def _add(self, entry: Any) -> None:
        node = entry.children[0]
        if node is not None and getattr(node, "type", "") == "DOTS":
            if self._after is not None:
                raise InvalidPattern("the three dots stand once at most", node.start_pos)
            self._after = []
            return
        name: str | None = None
        if node is not None and node.data == "named":
            name = str(node.children[0])
        elif node is not None:
            first = len(self._uses)
            self._conditions.append(self._condition(node))
            name = self._uses[first][0]
        (self._before if self._after is None else self._after).append(name)

    def _condition(self, node: Any) -> Condition:
        if node.data in ("either", "both"):
            parts = [self._condition(child) for child in node.children]
            together = any if node.data == "either" else all
            return lambda fields: together(part(fields) for part in parts)
        token, sign, operand = node.children
        self._uses.append((str(token), token.start_pos))
        name = str(token).lower()
        self.regexes += operand.type == "REGEX"
        test = comparison(str(sign), operand.type, str(operand), operand.start_pos)
        return lambda fields: test(fields[name])


def _split(message: str, most: int | None) -> list[str]:
    """The fields of a line; with ``most``, the last of them is the rest of the line."""
    values: list[str] = []
    at, unclosed = 0, set()
    while (word := _WORD.search(message, at)) is not None:
        start, at = word.span()
        value = word[0]
        closing = _CLOSING.get(value[0])
        if closing and closing not in unclosed:
            end = message.find(closing, start + 1)
            if end < 0:
                unclosed.add(closing)  # so that a line full of opening ones is not read again and again
            else:
                value, at = message[start + 1 : end], end + 1
        if most is not None and len(values) == most - 1 and message[at:].strip():
            values.append(message[start:].strip())
            break
        values.append(value)
    return values
