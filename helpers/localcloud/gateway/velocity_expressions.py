"""Reads references and expressions of a template: ``$order.items[0]``, ``$input.path('$')``, ``$n + 1 > 3 && !$done``.

Source: https://velocity.apache.org/engine/1.7/user-guide.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from helpers.localcloud.gateway.velocity_nodes import Expression, Node, Run, TemplateError, resolved
from helpers.localcloud.gateway.velocity_operations import calling, indexing, operation, reading
from helpers.localcloud.gateway.velocity_values import (
    MOST_ELEMENTS,
    UNDEFINED,
    ArrayList,
    Refusal,
    assign,
    bounded,
    text,
    true,
)

DEEPEST = 60
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
REFERENCE = re.compile(r"\$!?\{?[A-Za-z_]")
SPECIAL = re.compile(r"[$#\\]")
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"-?(?:\d*\.\d+|\d+(?!\.\d))(?:[eE][+-]?\d+)?")
_WORDS = {"and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_OPERATOR = re.compile(r"\s*(\|\||&&|==|!=|>=|<=|>|<|[-+*/%]|(?:and|or|eq|ne|gt|ge|lt|le)\b)")
_STRENGTH = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}


class ExpressionReader:
    """Reads a template from left to right; this part knows what stands after ``$`` and in parentheses.

    source: the text to read. shift, whole: where it stands in the template, for errors. depth: how deep it is nested there.
    """

    def __init__(self, source: str, shift: int = 0, whole: str | None = None, depth: int = 0) -> None:
        self._source = source
        self._shift = shift
        self._whole = source if whole is None else whole
        self._at = 0
        self._depth = depth

    def _interpolated(self, content: str, began: int) -> Node:
        """The node of a text in double quotes that began at a place of this text."""
        raise RuntimeError("a reader of whole templates reads texts in double quotes")

    def _refuse(self, sentence: str, at: int | None = None) -> NoReturn:
        raise TemplateError(sentence, self._whole, self._shift + (self._at if at is None else at))

    def _placed(self, expression: Expression, at: int) -> Expression:
        """The expression, with its place in the error when it cannot be worked out."""
        whole, where = self._whole, self._shift + at

        def placed(run: Run) -> Any:
            try:
                return expression(run)
            except RecursionError:
                raise TemplateError("a value or a #define contains itself", whole, where) from None
            except Refusal as refusal:
                raise TemplateError(str(refusal), whole, where) from None

        return placed

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"the template is nested more than {DEEPEST} levels deep")

    def _reference(self) -> Expression:
        name, steps = self._path()

        def value(run: Run) -> Any:
            found = run.variables.get(name, UNDEFINED)
            for step in steps:
                found = step(run, found)
            return found

        return value

    def _path(self) -> tuple[str, list[Callable[[Run, Any], Any]]]:
        steps = [step for _, step in self._accessors()[1]]
        return self._root, steps

    def _accessors(self) -> tuple[str, list[tuple[Expression | None, Callable[[Run, Any], Any]]]]:
        """The name of a reference and what follows it: for each accessor its key (nothing for a call) and how to follow it."""
        began = self._at
        self._at += 1
        if self._source[self._at : self._at + 1] == "!":
            self._at += 1
        braced = self._source[self._at : self._at + 1] == "{"
        if braced:
            self._at += 1
        root = self._name()
        accessors: list[tuple[Expression | None, Callable[[Run, Any], Any]]] = []
        while True:
            here = self._source[self._at : self._at + 1]
            if here == "." and NAME.match(self._source, self._at + 1):
                self._at += 1
                name = self._name()
                if self._source[self._at : self._at + 1] == "(":
                    self._at += 1
                    accessors.append((None, calling(name, self._list(")", f".{name}("))))
                else:
                    accessors.append((lambda run, name=name: name, reading(name)))  # type: ignore[misc]
            elif here == "[":
                self._at += 1
                self._skip()
                index = self._operand()
                self._expect("]", "an index")
                accessors.append((index, indexing(index)))
            else:
                break
        if braced:
            if self._source[self._at : self._at + 1] != "}":
                self._refuse("${ has no }", began)
            self._at += 1
        self._root = root
        return root, accessors

    def _target(self) -> Callable[[Run, Any], None]:
        """Where ``#set`` puts a value."""
        began = self._at
        root, accessors = self._accessors()
        if not accessors:

            def put(run: Run, value: Any) -> None:
                run.variables[root] = value

            return put
        key, _ = accessors[-1]
        if key is None:
            self._refuse("#set cannot set what a method returns", began)
        steps = [step for _, step in accessors[:-1]]
        last = key

        def put_inside(run: Run, value: Any) -> None:
            found = run.variables.get(root, UNDEFINED)
            for step in steps:
                found = step(run, found)
            assign(found, last(run), value)

        return put_inside

    def _skip(self) -> None:
        found = _SPACE.match(self._source, self._at)
        self._at = found.end() if found else self._at

    def _expect(self, mark: str, what: str) -> None:
        self._skip()
        if not self._source.startswith(mark, self._at):
            self._refuse(f"{what} wants {mark} here{self._seen()}")
        self._at += len(mark)

    def _seen(self) -> str:
        rest = self._source[self._at : self._at + 12].split("\n")[0]
        return f", not {rest}" if rest else ", and the template ends"

    def _name(self) -> str:
        found = NAME.match(self._source, self._at)
        if not found:
            self._refuse(f"a name is wanted here{self._seen()}")
        self._at = found.end()
        return found[0]

    def _in_parentheses(self) -> Expression:
        self._expect("(", "a condition")
        began = self._at
        expression = self._expression()
        self._expect(")", "a condition")
        return self._placed(expression, began)

    def _expression(self, weakest: int = 1) -> Expression:
        self._deeper()
        left = self._unary()
        while found := _OPERATOR.match(self._source, self._at):
            operator = _WORDS.get(found[1], found[1])
            strength = _STRENGTH[operator]
            if strength < weakest:
                break
            self._at = found.end()
            left = operation(operator, left, self._expression(strength + 1))
        self._depth -= 1
        return left

    def _unary(self) -> Expression:
        self._skip()
        if found := re.compile(r"!(?!=)|not\b").match(self._source, self._at):
            self._at = found.end()
            self._deeper()
            operand = self._unary()
            self._depth -= 1
            return lambda run: not true(operand(run))
        return self._operand()

    def _operand(self) -> Expression:
        """What can stand on its own: also the only thing that a call, a list or an index takes."""
        self._skip()
        source, at = self._source, self._at
        here = source[at : at + 1]
        if here == "$":
            if not REFERENCE.match(source, at):
                self._refuse("a reference is wanted here, as in $name")
            reference = self._reference()
            return lambda run: resolved(run, reference(run))
        if found := _NUMBER.match(source, at):
            self._at = found.end()
            if len(found[0]) > 64:
                self._refuse("a number has too many digits", at)
            number: float = int(found[0]) if re.fullmatch(r"-?\d+", found[0]) else float(found[0])
            if abs(number) > 2**63:
                self._refuse("a number is larger than Java can hold", at)
            return lambda run: number
        if here == '"':
            return self._string('"')
        if here == "'":
            return self._string("'")
        if here == "[":
            self._at += 1
            return self._array()
        if here == "{":
            self._at += 1
            return self._map()
        if here == "(":
            self._at += 1
            inner = self._expression()
            self._expect(")", "an expression")
            return inner
        if word := re.compile(r"(true|false|null)\b").match(source, at):
            self._at = word.end()
            value = {"true": True, "false": False, "null": None}[word[0]]
            return lambda run: value
        self._refuse(f"a value is wanted here{self._seen()}")

    def _string(self, quote: str) -> Expression:
        """A string; in double quotes, references and directives in it are rendered."""
        began = self._at + 1
        at = began
        while True:
            at = self._source.find(quote, at)
            if at < 0:
                self._refuse("a string has no end")
            if not self._source.startswith(quote * 2, at):
                break
            at += 2
        content = self._source[began:at].replace(quote * 2, quote)
        self._at = at + 1
        if quote == "'" or not SPECIAL.search(content):
            return lambda run: content
        body = self._interpolated(content, began)

        def value(run: Run) -> str:
            out: list[str] = []
            length = run.length
            body(run, out)
            run.length = length
            return str(run.made(bounded("".join(out))))

        return value

    def _array(self) -> Expression:
        if found := re.compile(r"\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]").match(self._source, self._at):
            self._at = found.end()
            first, last = int(found[1]), int(found[2])
            if abs(last - first) >= MOST_ELEMENTS:
                self._refuse(f"a range has at most {MOST_ELEMENTS:,} numbers")
            step = 1 if last >= first else -1
            return lambda run: run.made(ArrayList(range(first, last + step, step)))
        values = self._list("]", "[")
        return lambda run: ArrayList(value(run) for value in values)

    def _map(self) -> Expression:
        pairs: list[tuple[Expression, Expression]] = []
        self._skip()
        while not self._source.startswith("}", self._at):
            key = self._operand()
            self._expect(":", "a map")
            pairs.append((key, self._operand()))
            self._skip()
            if not self._source.startswith(",", self._at):
                break
            self._at += 1
            self._skip()
        self._expect("}", "a map")
        return lambda run: {text(key(run)): value(run) for key, value in pairs}

    def _list(self, end: str, what: str) -> list[Expression]:
        self._deeper()
        values: list[Expression] = []
        self._skip()
        while not self._source.startswith(end, self._at):
            values.append(self._operand())
            self._skip()
            if not self._source.startswith(",", self._at):
                break
            self._at += 1
        if _OPERATOR.match(self._source, self._at):
            self._refuse(f"Velocity works nothing out inside {what}: #set a variable first{self._seen()}")
        self._expect(end, what)
        self._depth -= 1
        return values
