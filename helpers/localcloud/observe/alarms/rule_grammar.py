"""The grammar of the rules of composite alarms; it brings the parser, and is read at first use."""

from __future__ import annotations

import functools
import math
from typing import Any

from lark import Lark, Token, Transformer

Step = tuple[str, str, str]  # operation, state, alarm
_GRAMMAR = r"""
start: either
?either: both | either "OR"i both -> or_
?both: negated | both "AND"i negated -> and_
?negated: atom | NOT negated -> not_
?atom: STATE "(" _name ")" -> check | TRUE -> true | FALSE -> false | "(" either ")" -> group
     | AT_LEAST "(" AMOUNT "," [NOT] COUNTED "," "(" _listed ("," _listed)* ")" ")" -> at_least
_name: QUOTED | NAME
_listed: QUOTED | LISTED
AT_LEAST.2: /AT_LEAST(?=\s*\()/i
AMOUNT: /\d+%?/
NOT: /NOT(?![^\s(])/i
STATE.2: /(ALARM|OK|INSUFFICIENT_DATA)(?=\s*\()/i
COUNTED: /(ALARM|OK|INSUFFICIENT_DATA)(?=\s*,)/i
TRUE.2: /TRUE\b/i
FALSE.2: /FALSE\b/i
QUOTED: /"(\\.|[^"\\])*"/
NAME: /[^\s()"]+/
LISTED: /[^\s()",]+/
%ignore /\s+/
"""


@functools.cache
def parser() -> Lark:
    """The parser, which answers with steps."""
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Steps(), maybe_placeholders=True)


class _Steps(Transformer[Token, Any]):
    """Turns what the parser finds into steps, while it parses."""

    def start(self, found: list[Any]) -> list[Step]:
        return found[0]  # type: ignore[no-any-return]

    def check(self, found: list[Token]) -> list[Step]:
        state, name = found
        return [("check", state.upper(), _name(name))]

    def at_least(self, found: list[Token | None]) -> list[Step]:
        """A check for each alarm, and then how many of so many must hold."""
        _, amount, negation, state, *names = found
        assert amount and state
        wanted = int(amount.rstrip("%"))
        if amount.endswith("%"):
            wanted = math.ceil(wanted * len(names) / 100)
        steps: list[Step] = []
        for name in names:
            assert name
            steps.append(("check", state.upper(), _name(name)))
            if negation:
                steps.append(("not", "", ""))
        return [*steps, ("at least", str(wanted), str(len(names)))]

    def group(self, found: list[Any]) -> list[Step]:
        return [*found[0], ("group", "", "")]

    def true(self, _: list[Any]) -> list[Step]:
        return [("true", "", "")]

    def false(self, _: list[Any]) -> list[Step]:
        return [("false", "", "")]

    def not_(self, found: list[Any]) -> list[Step]:
        return [*found[1], ("not", "", "")]

    def and_(self, found: list[Any]) -> list[Step]:
        return [*found[0], *found[1], ("and", "", "")]

    def or_(self, found: list[Any]) -> list[Step]:
        return [*found[0], *found[1], ("or", "", "")]


def _name(token: Token) -> str:
    """The name that a rule means; quotes keep what would end it."""
    text = str(token)
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\") if text.startswith('"') else text
