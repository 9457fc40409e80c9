"""Expressions: metric math computed on the queries of one request."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping

from lark import Token, Tree

from helpers.localcloud.observe.metrics.errors import ValidationError
from helpers.localcloud.observe.metrics.math_fill import choose
from helpers.localcloud.observe.metrics.math_functions import FUNCTIONS, Argument
from helpers.localcloud.observe.metrics.math_grammar import parse
from helpers.localcloud.observe.metrics.math_values import (
    Array,
    MathError,
    Number,
    TimeSeries,
    Value,
    Window,
    combine,
)

ELSEWHERE = ("ANOMALY_DETECTION_BAND", "DB_PERF_INSIGHTS", "INSIGHT_RULE_METRIC", "LAMBDA", "SERVICE_QUOTA")
"""Functions that CloudWatch has and the local cloud has not."""

Search = Callable[[str, str, int], Array]

_ARITHMETIC: Mapping[str, Number] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_LOGIC: Mapping[str, Number] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "AND": lambda left, right: bool(left) and bool(right),
    "OR": lambda left, right: bool(left) or bool(right),
}
_SIGNS = {"&&": "AND", "||": "OR"}
_INSIGHTS = re.compile(r"\s*SELECT\b", re.IGNORECASE)


class _At(MathError):
    """An error whose place is known."""


class Expression:
    """One expression of a request.

    name: its id. resolve: the value of another query. metrics: the series of the request's metrics, by id. search: what finds metrics.
    """

    def __init__(
        self,
        name: str,
        text: str,
        window: Window,
        resolve: Callable[[str], Value],
        metrics: Callable[[str], Array],
        search: Search,
    ) -> None:
        self._name = name
        self._source = text
        self._window = window
        self._resolve = resolve
        self._metrics = metrics
        self._search = search

    def value(self) -> TimeSeries | Array:
        """The series, or the array of series, that the expression makes.

        Raises: ``ValidationError``, which names the expression and the place.
        """
        try:
            if _INSIGHTS.match(self._source):
                raise MathError("The local cloud has no Metrics Insights queries (SELECT)")
            value = self._of(parse(self._source))
        except RecursionError:
            raise self._error("it is nested too deeply") from None
        except MathError as error:
            raise self._error(str(error)) from None
        if not isinstance(value, TimeSeries | tuple):
            raise self._error("The result must be a time series or an array of time series, not a scalar")
        return value

    def _error(self, words: str) -> ValidationError:
        return ValidationError(f"Error in expression '{self._name}': {words}")

    def _of(self, tree: Tree[Token]) -> Value:
        try:
            compute: Callable[[Tree[Token]], Value] = getattr(self, f"_{tree.data}")
            return compute(tree)
        except _At:
            raise
        except MathError as error:
            raise _At(f"{error} (at character {tree.meta.start_pos + 1}: {self._quoted(tree)})") from None

    def _quoted(self, tree: Tree[Token]) -> str:
        quoted = self._source[tree.meta.start_pos : tree.meta.end_pos]
        return quoted if len(quoted) <= 60 else f"{quoted[:57]}..."

    def _number(self, tree: Tree[Token]) -> Value:
        return float(str(tree.children[0]))

    def _reference(self, tree: Tree[Token]) -> Value:
        return self._resolve(str(tree.children[0]))

    def _signed(self, tree: Tree[Token]) -> Value:
        sign, operand = tree.children
        value = self._of(_tree(operand))
        return combine(operator.mul, value, -1.0) if sign == "-" else value

    def _operation(self, tree: Tree[Token]) -> Value:
        left, token, right = tree.children
        name = _SIGNS.get(str(token), str(token))
        values = self._of(_tree(left)), self._of(_tree(right))
        if name in _ARITHMETIC:
            return combine(_ARITHMETIC[name], *values)
        logic = _LOGIC[name]
        return combine(lambda one, other: float(logic(one, other)), *values, arrays=False)

    def _array(self, tree: Tree[Token]) -> Value:
        found: list[TimeSeries] = []
        for child in tree.children:
            value = self._of(_tree(child))
            if isinstance(value, float):
                raise MathError("an array holds time series, not scalars")
            found.extend(value if isinstance(value, tuple) else (value,))
        return tuple(found)

    def _word(self, tree: Tree[Token]) -> Value:
        raise MathError(f"'{tree.children[0]}' stands for nothing here")

    def _text(self, tree: Tree[Token]) -> Value:
        raise MathError("a text stands for nothing here")

    def _call(self, tree: Tree[Token]) -> Value:
        name, *given = (tree.children[0], *map(_tree, tree.children[1:]))
        if name in ELSEWHERE:
            raise MathError(f"The local cloud has no function {name}")
        special: dict[str, Callable[[list[Argument]], Value]] = {
            "IF": self._if,
            "METRICS": self._call_metrics,
            "SEARCH": self._call_search,
        }
        function = FUNCTIONS.get(str(name))
        if function is None and str(name) not in special:
            raise MathError(f"Function '{name}' not found")
        arguments = [self._argument(one) for one in given]
        try:
            return function(self._window, arguments) if function else special[str(name)](arguments)
        except MathError as error:
            raise MathError(f"{name} {error}") from None

    def _argument(self, tree: Tree[Token]) -> Argument:
        if tree.data == "word":
            return str(tree.children[0])
        if tree.data == "text":
            return str(tree.children[0])[1:-1]
        return self._of(tree)

    def _if(self, arguments: list[Argument]) -> Value:
        if not 2 <= len(arguments) <= 3:
            raise MathError(f"takes 2 to 3 arguments, not {len(arguments)}")
        values = [one for one in arguments if not isinstance(one, str)]
        if len(values) < len(arguments):
            raise MathError("takes no text")
        return choose(values[0], values[1:], self._window)

    def _call_metrics(self, arguments: list[Argument]) -> Value:
        match arguments:
            case []:
                return self._metrics("")
            case [str() as part]:
                return self._metrics(part)
        raise MathError("takes nothing, or a text that is part of an Id")

    def _call_search(self, arguments: list[Argument]) -> Value:
        match arguments:
            case [str() as query, str() as stat, float() as period] if math.isfinite(period):
                return self._search(query, stat, int(period))
            case [str() as query, str() as stat]:
                return self._search(query, stat, self._window.period)
        raise MathError("takes a search expression, a statistic and a period")


def _tree(child: Tree[Token] | Token) -> Tree[Token]:
    assert isinstance(child, Tree)
    return child
