"""The language of metric math: from the text of an expression to its tree.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax
"""

from __future__ import annotations

import functools
import re

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from helpers.localcloud.observe.metrics.math_values import MathError

_GRAMMAR = r"""
?start: either
?either: both | either OR both -> operation
?both: comparison | both AND comparison -> operation
?comparison: sum | comparison COMPARISON sum -> operation
?sum: product | sum SIGN product -> operation
?product: negated | product TIMES negated -> operation
?negated: power | SIGN negated -> signed
?power: atom | atom POWER negated -> operation
?atom: NUMBER -> number
     | STRING -> text
     | ID -> reference
     | WORD -> word
     | WORD "(" [either ("," either)*] ")" -> call
     | "[" either ("," either)* "]" -> array
     | "(" either ")"

OR.3: "||" | /OR\b/
AND.3: "&&" | /AND\b/
COMPARISON: "==" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
TIMES: "*" | "/"
POWER: "^"
NUMBER: /(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/
ID: /[a-z][a-zA-Z0-9_]*/
WORD: /[A-Z][A-Z0-9_]*/
%ignore /\s+/
"""


@functools.cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@functools.lru_cache(maxsize=256)
def parse(expression: str) -> Tree[Token]:
    """The tree of an expression.

    Raises: ``MathError``, which says at which character the expression goes wrong.
    """
    try:
        return _parser().parse(expression)
    except UnexpectedCharacters as error:
        raise _unexpected(error.pos_in_stream or 0, expression) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        raise _unexpected(len(expression) if ended else error.token.start_pos or 0, expression) from None


def _unexpected(position: int, expression: str) -> MathError:
    found = re.match(r"\w+|.|$", expression[position:], re.DOTALL)
    words = repr(found[0]) if found and found[0] else "the end"
    return MathError(f"Invalid syntax at character {position + 1}: {words} is not expected here")
