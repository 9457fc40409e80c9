"""Filter expressions read: the grammar of X-Ray's search language, and the tree that it gives.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.nodes import (
    And,
    CauseFilter,
    Compare,
    EdgeFilter,
    JsonCause,
    Keyword,
    Node,
    Not,
    Or,
    ServiceFilter,
    Target,
    Value,
)

MOST_CHARACTERS = 8_192
MOST_NESTING = 50

_GRAMMAR = r"""
start: either
?either: both (_OR both)*
?both: unary (_AND? unary)*
?unary: "!" unary -> negated
    | "(" either ")"
    | condition
?condition: keyword -> present
    | keyword COMPARISON value -> compared
    | keyword COMPARISON "#" json -> caused
    | keyword block -> listed
    | "service"i "(" [target] ")" [block] -> service
    | "edge"i "(" target "," target ")" [block] -> edge
block: "{" either "}"
target: STRING -> named
    | "id"i "(" property ("," property)* ")" -> identified
property: NAME ":" STRING
keyword: NAME ["[" (NAME | STRING) "]"]
?value: STRING -> text
    | NUMBER -> number
    | NAME -> word
?json: "[" [json ("," json)*] "]" -> array
    | "{" [pair ("," pair)*] "}" -> object
    | STRING -> text
    | NUMBER -> number
    | NAME -> constant
pair: STRING ":" json
COMPARISON: "!=" | "<=" | ">=" | "=" | "<" | ">" | /contains\b/i | /beginswith\b/i | /endswith\b/i
_AND: /and\b/i
_OR: /or\b/i
NAME: /(?!(and|or|contains|beginswith|endswith)\b)[a-z_]\w*(\.\w+)*/i
STRING: /"(\\.|[^"\\])*"/s
NUMBER: /-?\d+(\.\d+)?([eE][+-]?\d+)?/
%ignore /\s+/
"""


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises: ``InvalidRequest``, which says at which line and position.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken, VisitError

    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(f"Filter expression is longer than {MOST_CHARACTERS} characters")
    if not text.strip():
        raise InvalidRequest("Filter expression is empty")
    _check_nesting(text)
    try:
        tree: Node = _parser()(text)
    except UnexpectedEOF:
        raise InvalidRequest(_unexpected("end of expression", 1, len(text) + 1)) from None
    except UnexpectedToken as error:
        word = error.token or "end of expression"
        column = len(text) + 1 if error.token.type == "$END" else error.column
        raise InvalidRequest(_unexpected(word, error.line if error.line > 0 else 1, column)) from None
    except UnexpectedCharacters as error:
        raise InvalidRequest(_unexpected(text[error.pos_in_stream or 0], error.line, error.column)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, InvalidRequest):
            raise error.orig_exc from None
        raise
    return tree


def _unexpected(symbol: str, line: int, column: int) -> str:
    return f"Invalid filter expression: invalid input symbol found {symbol} at line {line} and position {column}"


def _check_nesting(text: str) -> None:
    """The tree is walked by recursion, so how deep it is has a bound."""
    depth = negations = 0
    for symbol in re.findall(r'"(?:\\.|[^"\\])*"|!(?!=)|[(){}\[\]]', text, re.DOTALL):
        depth += (symbol in "({[") - (symbol in ")}]")
        negations += symbol == "!"
        if depth + negations > MOST_NESTING:
            raise InvalidRequest(f"Filter expression nests and negates more than {MOST_NESTING} times")


@functools.cache
def _parser() -> Any:
    """lark's parser of the grammar: read at the first expression."""
    from lark import Lark, Token, Transformer, v_args

    class Builder(Transformer[Token, Any]):
        @v_args(inline=True)
        def start(self, inner: Node) -> Node:
            return inner

        def either(self, inner: list[Node]) -> Node:
            return Or(tuple(inner))

        def both(self, inner: list[Node]) -> Node:
            return And(tuple(inner))

        @v_args(inline=True)
        def negated(self, inner: Node) -> Node:
            return Not(inner)

        @v_args(inline=True)
        def keyword(self, name: Token, key: Token | None) -> Token:
            if key is None:
                return name
            inner = json.loads(key) if key.type == "STRING" else str(key)
            return Token.new_borrow_pos("NAME", f"{name}.{inner}", name)

        @v_args(inline=True)
        def present(self, name: Token) -> Node:
            cause = _cause_list(name)
            return CauseFilter(*cause, None) if cause else Keyword(_normal(name))

        @v_args(inline=True)
        def compared(self, name: Token, operator: Token, value: Value) -> Node:
            return Compare(_normal(name), operator.upper(), value)

        @v_args(inline=True)
        def caused(self, name: Token, operator: Token, pattern: Any) -> Node:
            patterns = pattern if isinstance(pattern, list) else [pattern]
            if operator not in ("=", "!=") or not _normal(name).startswith("rootcause."):
                raise _refused(name, "only rootcause.json is compared to JSON, by = or !=")
            if not all(isinstance(one, dict) for one in patterns):
                raise _refused(name, "root causes are JSON objects")
            return JsonCause(_normal(name), tuple(patterns), operator == "!=")

        @v_args(inline=True)
        def listed(self, name: Token, inner: Node) -> Node:
            cause = _cause_list(name)
            if cause is None:
                raise _refused(name, "braces follow service(), edge() and rootcause.KIND.LIST")
            return CauseFilter(*cause, inner)

        @v_args(inline=True)
        def service(self, target: Target | None, inner: Node | None) -> Node:
            return ServiceFilter(target or Target(), inner)

        @v_args(inline=True)
        def edge(self, source: Target, destination: Target, inner: Node | None) -> Node:
            return EdgeFilter(source, destination, inner)

        @v_args(inline=True)
        def block(self, inner: Node) -> Node:
            return inner

        @v_args(inline=True)
        def named(self, name: Token) -> Target:
            return Target(name=_text(name))

        def identified(self, properties: list[tuple[Token, str]]) -> Target:
            known = {"name": "name", "type": "type", "account.id": "account"}
            found: dict[str, str] = {}
            for name, value in properties:
                field = known.get(name.lower())
                if field is None:
                    raise _refused(name, "id() takes name, type and account.id")
                found[field] = value
            return Target(**found)

        @v_args(inline=True)
        def property(self, name: Token, value: Token) -> tuple[Token, str]:
            return name, _text(value)

        @v_args(inline=True)
        def text(self, value: Token) -> str:
            return _text(value)

        @v_args(inline=True)
        def number(self, value: Token) -> float:
            return float(value)

        @v_args(inline=True)
        def word(self, value: Token) -> Value:
            return {"true": True, "false": False}.get(value.lower(), str(value))

        @v_args(inline=True)
        def constant(self, value: Token) -> Any:
            constants: dict[str, Any] = {"true": True, "false": False, "null": None}
            if value not in constants:
                raise _refused(value, "it is no JSON")
            return constants[value]

        def array(self, inner: list[Any]) -> list[Any]:
            return [] if inner == [None] else inner

        def object(self, inner: list[Any]) -> dict[str, Any]:
            return {} if inner == [None] else dict(inner)

        @v_args(inline=True)
        def pair(self, name: Token, value: Any) -> tuple[str, Any]:
            return _text(name), value

    return Lark(_GRAMMAR, parser="lalr", transformer=Builder(), maybe_placeholders=True).parse


def _text(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1].replace('\\"', '"')


def _normal(name: str) -> str:
    """Keywords in lower case; the key of an annotation as it is written."""
    head, dot, key = name.partition(".")
    return f"{head.lower()}{dot}{key}" if head.lower() == "annotation" else name.lower()


def _cause_list(name: str) -> tuple[str, str] | None:
    words = name.lower().split(".")
    known = (("rootcause",), ("fault", "error", "responsetime"), ("service", "entity", "exception"))
    if len(words) == 3 and all(word in ones for word, ones in zip(words, known, strict=True)):
        return words[1], words[2]
    return None


def _refused(token: Any, reason: str) -> InvalidRequest:
    return InvalidRequest(f"{_unexpected(str(token), token.line or 1, token.column or 1)}: {reason}")
