"""Filter patterns of terms, for unstructured log events.

All plain terms must occur, and none of those with a minus sign. Terms with a question mark are alternatives: one of them is enough, and beside terms of another
kind AWS ignores them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import re
from typing import Any

from helpers.localcloud.observe.logs.patterns_values import InvalidPattern, Test, readable, searching, unquoted

_GRAMMAR = r"""
start: term*
term: [SIGN] (WORD | STRING)
SIGN: "-" | "?"
WORD: /[A-Za-z0-9_]+/
STRING: /"(?:[^"\\]|\\.)*"/
%ignore /[ \t\r\n\f]+/
"""


@functools.cache
def _parser() -> Any:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


def read_terms(text: str) -> Test:
    """What tells whether a message matches ``text``; an empty pattern matches everything.

    Raises: ``InvalidPattern``.
    """
    from lark.exceptions import UnexpectedInput

    stripped = text.strip()
    if stripped.startswith("%") and stripped.endswith("%") and len(stripped) > 1:
        return searching(stripped, text.index("%"))
    if "%" in _outside_quotes(text):
        raise InvalidPattern(
            "a regular expression stands alone, or as a value in a JSON or space-delimited pattern",
            _outside_quotes(text).index("%"),
        )
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as problem:
        raise readable(problem, text) from None
    terms: dict[str, list[str]] = {"": [], "-": [], "?": []}
    for term in tree.children:
        sign, token = term.children
        word = unquoted(str(token)) if token.type == "STRING" else str(token)
        if word.strip():  # a phrase of nothing but spaces is AWS's way to match everything
            terms[str(sign or "")].append(word)
    needed, excluded, alternatives = terms[""], terms["-"], terms["?"]
    if not needed and not excluded:
        return lambda message: not alternatives or any(word in message for word in alternatives)
    if len(needed) == 1 and not excluded:
        only = needed[0]
        return lambda message: only in message
    return lambda message: all(word in message for word in needed) and not any(word in message for word in excluded)


def _outside_quotes(text: str) -> str:
    """``text`` with the phrases in quotation marks blanked out, at its own length."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda found: " " * len(found[0]), text)
