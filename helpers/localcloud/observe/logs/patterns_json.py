"""Filter patterns in braces, for log events that are JSON objects: ``{ $.status >= 500 && $.user.name = "a*" }``.

A selector has to lead to a string or a number; where it leads to nothing, an array or an object, neither ``=`` nor ``!=`` holds.
A number in a string counts as a number, as it does in space-delimited events.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from helpers.localcloud.observe.logs.patterns_values import (
    MOST_REGEXES,
    TERMINALS,
    InvalidPattern,
    comparison,
    place_of,
    readable,
)

Document = dict[str, Any]
Condition = Callable[[Document], bool]
Step = str | int | None  # a property, an index, or any of them

MOST_WILDCARDS = 3
_GRAMMAR = (
    r"""
start: "{" either "}"
?either: both ("||" both)*
?both: one ("&&" one)*
?one: "(" either ")" | compared | is_constant | not_exists
compared: SELECTOR OPERATOR (STRING | REGEX | WORD)
is_constant: SELECTOR "IS" CONSTANT
not_exists: SELECTOR "NOT" "EXISTS"
CONSTANT: "TRUE" | "FALSE" | "NULL"
SELECTOR: /\$(?:\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.(?:[A-Za-z0-9_\-]+|\*))+/
"""
    + TERMINALS
)
_STEP = re.compile(r"""\.?\[(?:(\d+)|(\*)|'([^']*)'|"([^"]*)")\]|\.(?:([A-Za-z0-9_\-]+)|(\*))""", re.ASCII)
_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}
_MISSING = object()
_last = threading.local()


@functools.cache
def _parser() -> Any:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


class JsonPattern:
    """A pattern that has been read.

    selectors: those that it names, as they are written. regexes: how many regular expressions it has.
    """

    def __init__(self, text: str) -> None:
        from lark.exceptions import UnexpectedInput

        try:
            tree = _parser().parse(text)
        except UnexpectedInput as problem:
            raise _explained(problem, text) from None
        self.selectors: list[str] = []
        self.regexes = 0
        self._wildcards = 0
        self.test = self._condition(tree.children[0])
        if self.regexes > MOST_REGEXES:
            raise InvalidPattern(f"it has {self.regexes} regular expressions, and {MOST_REGEXES} are the most")

    def _condition(self, node: Any) -> Condition:
        if node.data in ("either", "both"):
            parts = [self._condition(child) for child in node.children]
            together = any if node.data == "either" else all
            return lambda document: together(part(document) for part in parts)
        token = node.children[0]
        selector = str(token)
        find = self._finder(selector, token.start_pos)
        if node.data == "not_exists":
            return lambda document: next(find(document), _MISSING) is _MISSING
        if node.data == "is_constant":
            constant = _CONSTANTS[str(node.children[1])]
            return lambda document: any(value is constant for value in find(document))
        sign, operand = node.children[1:]
        self.regexes += operand.type == "REGEX"
        test = comparison(str(sign), operand.type, str(operand), operand.start_pos)

        def compared(document: Document) -> bool:
            return any((text := text_of(value)) is not None and test(text) for value in find(document))

        return compared

    def _finder(self, selector: str, position: int) -> Callable[[Document], Iterator[Any]]:
        steps = steps_of(selector)
        wildcards = steps.count(None)
        self._wildcards += wildcards
        if wildcards > 1:
            raise InvalidPattern("a selector has one wildcard at most", position)
        if self._wildcards > MOST_WILDCARDS:
            raise InvalidPattern(f"a pattern has {MOST_WILDCARDS} wildcards in its selectors at most", position)
        if selector not in self.selectors:
            self.selectors.append(selector)
        return lambda document: found(document, steps)


def steps_of(selector: str) -> tuple[Step, ...]:
    """The way that a selector such as ``$.users[0].name`` or ``$.['two words']`` goes.

    Raises: ``ValueError`` for what is no selector.
    """
    steps: list[Step] = []
    at = 1
    while selector.startswith("$") and at < len(selector) and (step := _STEP.match(selector, at)):
        index, any_element, quoted, double, name, any_property = step.groups()
        if index is not None:
            steps.append(int(index))
        elif any_element or any_property:
            steps.append(None)
        else:
            steps.append(next(one for one in (quoted, double, name) if one is not None))
        at = step.end()
    if not steps or at != len(selector):
        raise ValueError(f"{selector} is no selector")
    return tuple(steps)


def found(document: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    """All values that ``steps`` lead to."""
    value = document
    for number, step in enumerate(steps):
        if step is None:
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            for one in inner:
                yield from found(one, steps[number + 1 :])
            return
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return
        elif not isinstance(value, dict) or step not in value:
            return
        value = value[step]
    yield value


def text_of(value: Any) -> str | None:
    """A string, or a number as text; nothing for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def document_of(message: str) -> Document | None:
    """The object that a log event is; nothing when it is none.

    The last one of a thread is kept, since several filters look at each event in turn.
    """
    if getattr(_last, "message", None) is message:
        return _last.document  # type: ignore[no-any-return]
    document: Document | None = None
    if message.lstrip()[:1] == "{":
        try:
            document = json.loads(message, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            document = None
    _last.message, _last.document = message, document
    return document


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _explained(problem: Any, text: str) -> InvalidPattern:
    """Name the mistakes that are made most."""
    position = place_of(problem, text)
    before, rest = text[:position].rstrip(), text[position:]
    if rest.startswith("EXISTS") or before.endswith("IS"):
        return InvalidPattern(
            "after IS comes TRUE, FALSE or NULL, and there is NOT EXISTS, but neither EXISTS nor IS NOT", position
        )
    if rest.startswith("=") and before.endswith("="):
        return InvalidPattern("write = for equal", position)
    if rest.startswith("$"):
        hint = "a selector is $.name with letters, digits, - and _, an index [0] or a wildcard; $.['other names']"
        return InvalidPattern(hint, position)
    return readable(problem, text)
