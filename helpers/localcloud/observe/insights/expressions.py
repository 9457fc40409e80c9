"""Expressions of a query as SQL: names are looked up, functions found, and what cannot be is refused with the place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace

from helpers.localcloud.observe.insights import regexes
from helpers.localcloud.observe.insights.aggregates import AGGREGATES, PERCENTILES, percentile
from helpers.localcloud.observe.insights.errors import MalformedQuery, Span, unknown_symbol
from helpers.localcloud.observe.insights.functions import (
    FUNCTIONS,
    MOST_OF_UNIT,
    REFUSED,
    ceiled,
    chosen,
    condition,
    divided,
    floored,
    milliseconds,
)
from helpers.localcloud.observe.insights.tree import (
    Binary,
    Call,
    Expression,
    Field,
    Like,
    Number,
    Pattern,
    Period,
    Text,
    Truth,
    Unary,
    Within,
)
from helpers.localcloud.observe.insights.values import (
    NUMERIC,
    Value,
    as_number,
    as_text,
    compared,
    literal,
    of_number,
    of_text,
)

Lookup = Callable[[Field], Value]
MOST_BRANCHES = 10
"""Of ``case``, and the value for the rest beside them."""

_SPECIAL = {"bin", "datefloor", "dateceil", "now", "if", "case"}


class Expressions:
    """Makes SQL of expressions.

    lookup: what a field is at this place of the query. timestamp: the SQL of ``@timestamp``, or nothing after a ``stats`` that lost it.
    now: in seconds since 1970. row: how the arguments of aggregates are made; aggregates are allowed only when it is given.
    """

    def __init__(
        self,
        lookup: Lookup,
        timestamp: str | None,
        now: float,
        patterns: dict[str, Span],
        row: Expressions | None = None,
    ) -> None:
        self._lookup = lookup
        self._timestamp = timestamp
        self._now = now
        self._patterns = patterns
        self._row = row
        self.aggregated = False

    def value(self, expression: Expression) -> Value:
        """SQL of an expression and its kind. Raises: ``MalformedQuery``."""
        match expression:
            case Field():
                return self._lookup(expression)
            case Number(value):
                return of_number(value)
            case Text(value):
                return of_text(value)
            case Truth(value):
                return Value("true" if value else "false", "truth")
            case Period(at=at):
                raise MalformedQuery("a period is for bin, datefloor and dateceil only", at)
            case Unary("not", operand):
                return Value(f"(NOT {self.condition(operand)})", "truth")
            case Unary(_, operand):
                return Value(f"(-{as_number(self.value(operand))})", "number")
            case Binary(operator, left, right) if operator in {"and", "or"}:
                return Value(f"({self.condition(left)} {operator.upper()} {self.condition(right)})", "truth")
            case Binary(operator, left, right) if operator in "+-*/%^":
                return divided(operator, self.value(left), self.value(right))
            case Binary(operator, left, right):
                return Value(compared(operator, self.value(left), self.value(right)), "truth")
            case Like():
                return self._like(expression)
            case Within():
                return self._within(expression)
            case Call():
                return self._call(expression)

    def condition(self, expression: Expression) -> str:
        """SQL of what has to be true or false. Raises: ``MalformedQuery``."""
        found = condition(self.value(expression))
        if found is None:
            raise MalformedQuery(
                "a condition is needed here, such as a comparison, like, in, or ispresent(...)", expression.at
            )
        return found

    def _like(self, expression: Like) -> Value:
        text = as_text(self.value(expression.operand))
        if isinstance(expression.pattern, Pattern):
            source = regexes.matching(expression.pattern.source, expression.pattern.at)
            self._patterns[source] = expression.pattern.at
            sql = f"coalesce(regexp_matches({text}, {literal(source)}), false)"
        else:
            sql = f"coalesce(contains({text}, {literal(expression.pattern.value)}), false)"
        return Value(f"(NOT {sql})" if expression.negated else sql, "truth")

    def _within(self, expression: Within) -> Value:
        operand = self.value(expression.operand)
        tests = [compared("=", operand, self.value(choice)) for choice in expression.choices]
        sql = f"({' OR '.join(tests)})" if tests else "false"
        return Value(f"(NOT {sql})" if expression.negated else sql, "truth")

    def _call(self, call: Call) -> Value:
        if call.name in AGGREGATES or call.name in PERCENTILES:
            return self._aggregate(call)
        if call.star:
            raise MalformedQuery(f"only count takes *, not {call.name}", call.at)
        if call.name in _SPECIAL:
            return self._special(call)
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise self._unknown(call)
        self._check_count(call, function.fewest, function.most)
        return function.make([self.value(argument) for argument in call.arguments])

    def _special(self, call: Call) -> Value:
        given = call.arguments
        match call.name:
            case "bin":
                self._check_count(call, 1, 1)
                period = self._period(call, given[0])
                if self._timestamp is None:
                    raise self._without_time(call)
                return floored(self._timestamp, period.amount, period.unit)
            case "datefloor" | "dateceil":
                self._check_count(call, 2, 2)
                period, moment = self._period(call, given[1]), milliseconds(self.value(given[0]))
                return (floored if call.name == "datefloor" else ceiled)(moment, period.amount, period.unit)
            case "now":
                self._check_count(call, 0, 0)
                return of_number(float(int(self._now)))
            case "if":
                self._check_count(call, 3, 3)
                return chosen([self.condition(given[0])], [self.value(given[1]), self.value(given[2])])
            case _:
                self._check_count(call, 2, 2 * MOST_BRANCHES + 1)
                tests = [self.condition(one) for one in given[0 : len(given) // 2 * 2 : 2]]
                values = [self.value(one) for one in given[1::2]]
                rest = [self.value(given[-1])] if len(given) % 2 else []
                return chosen(tests, values + rest)

    def _aggregate(self, call: Call) -> Value:
        if self._row is None:
            raise MalformedQuery(f"{call.name} is an aggregate function: it works in the stats command only", call.at)
        self.aggregated = True
        if call.name in PERCENTILES:
            self._check_count(call, 2, 2)
            share = call.arguments[1]
            if not isinstance(share, Number) or not 0 <= share.value <= 100:
                raise MalformedQuery(f"the second argument of {call.name} is a number from 0 to 100", share.at)
            return percentile(self._row.value(call.arguments[0]), share.value)
        aggregate = AGGREGATES[call.name]
        if call.star and call.name != "count":
            raise MalformedQuery(f"only count takes *, not {call.name}", call.at)
        self._check_count(call, aggregate.fewest, aggregate.most)
        if aggregate.timed and self._timestamp is None:
            raise self._without_time(call)
        return aggregate.make([self._row.value(argument) for argument in call.arguments], self._timestamp or "")

    @staticmethod
    def _without_time(call: Call) -> MalformedQuery:
        reason = f", which {call.name} needs and the stats command before does not hand on"
        return unknown_symbol("@timestamp", call.at, reason)

    @staticmethod
    def _period(call: Call, argument: Expression) -> Period:
        if isinstance(argument, Period):
            return replace(argument, amount=min(argument.amount, MOST_OF_UNIT.get(argument.unit, argument.amount)))
        raise MalformedQuery(f"{call.name} needs a period here, such as 5m or 1h", argument.at)

    @staticmethod
    def _check_count(call: Call, fewest: int, most: int) -> None:
        count = len(call.arguments)
        if fewest <= count <= most:
            return
        wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise MalformedQuery(f"{call.name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {count}", call.at)

    @staticmethod
    def _unknown(call: Call) -> MalformedQuery:
        at = Span(call.at.start, call.at.start + len(call.name))
        if call.name in REFUSED:
            name, feature = REFUSED[call.name]
            return MalformedQuery(f"the function {name} ({feature}) is not available in this local cloud", at)
        known: Sequence[str] = [*FUNCTIONS, *AGGREGATES, *PERCENTILES, *_SPECIAL]
        close = difflib.get_close_matches(call.name, known, 1)
        hint = f": did you mean {close[0]}?" if close else ""
        return MalformedQuery(f"unknown function {call.name}{hint}", at)


def sort_keys(value: Value, down: bool) -> list[str]:
    """SQL terms that order by a value as AWS does: other texts before numbers, digits within texts by their number; nothing comes last.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
    """
    way = "DESC" if down else "ASC"
    if value.kind in NUMERIC:
        return [f"{value.sql} {way} NULLS LAST"]
    text, number = as_text(value), as_number(value)
    chunks = f"regexp_extract_all({text}, '[0-9]+|[^0-9]+')"
    natural = f"list_transform({chunks}, lambda one: CASE WHEN one[1] BETWEEN '0' AND '9' THEN lpad(one, 30, '0') ELSE one END)"
    return [
        f"({text} IS NULL) ASC",
        f"({number} IS NOT NULL) {way}",
        f"{number} {way} NULLS LAST",
        f"CASE WHEN {number} IS NULL THEN {natural} END {way} NULLS LAST",
    ]
