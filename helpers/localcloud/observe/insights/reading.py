"""From the text of a query to its tree, or to words that point at what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from helpers.localcloud.observe.insights.errors import MalformedQuery, Span, place
from helpers.localcloud.observe.insights.grammar import parser
from helpers.localcloud.observe.insights.plans import MOST_ROWS
from helpers.localcloud.observe.insights.tree import (
    Binary,
    Call,
    Command,
    Dedup,
    Expression,
    Field,
    Filter,
    Item,
    Like,
    Limit,
    Number,
    Parse,
    Pattern,
    Period,
    Query,
    Show,
    Sort,
    Stats,
    Text,
    Truth,
    Unary,
    Unnest,
    Within,
)

if TYPE_CHECKING:
    from lark import Token, Tree

_REFUSED = {
    "accum": "running sums",
    "addtotals": "totals of rows and columns",
    "anomaly": "anomaly detection",
    "appendcols": "columns of another query",
    "autoregress": "values of earlier rows",
    "cidrlookup": "lookup tables",
    "countfrequent": "approximate counts",
    "diff": "comparing with an earlier time range",
    "expand": "rows from lists",
    "filldown": "filling gaps",
    "fillmissing": "filling gaps",
    "filterindex": "field indexes",
    "join": "joining log groups",
    "json": "extraction from parsed fields",
    "logcompare": "comparing with an earlier time range",
    "lookup": "lookup tables",
    "outlier": "outlier detection",
    "pattern": "pattern analysis",
    "relevantfields": "analysis of fields",
    "sessionize": "sessions",
    "source": "choosing log groups in the query",
    "tail": "the former tail command",
    "unmask": "data protection",
}
_REFUSED_WITHIN = {
    ("limit", "any"): "limit any (stopping early)",
    ("head", "any"): "head any (stopping early)",
    ("parse", "csv"): "parse csv",
    ("parse", "logfmt"): "parse logfmt",
    ("parse", "multi"): "parse multi (a row for each match)",
    ("parse", "xml"): "parse xml",
    ("stats", "offset"): "stats offset (shifted bins)",
}
"""By command and word."""

_WORDS = {
    "CARET": "^",
    "COMMA": ",",
    "LPAR": "(",
    "LSQB": "[",
    "MATCH": "=~",
    "MINUS": "-",
    "PERCENT": "%",
    "PLUS": "+",
    "RPAR": ")",
    "RSQB": "]",
    "SLASH": "/",
    "STAR": "*",
    "VBAR": "|",
}
_KINDS = {
    "COMPARE": "a comparison",
    "FIELD": "a field or function",
    "NUMBER": "a number",
    "OPERATOR": "an operator",
    "PERIOD": "a period such as 5m",
    "REGEX": "a regular expression between slashes",
    "STRING": "a text in quotes",
    "$END": "the end of the query",
}
_OPERATORS = {
    "COMPARE",
    "PLUS",
    "MINUS",
    "STAR",
    "SLASH",
    "PERCENT",
    "CARET",
    "LIKE",
    "MATCH",
    "IN",
    "AND",
    "OR",
    "NOT",
}
_UNITS = {"mo": "mo", "ms": "ms", "mi": "m", "se": "s", "ho": "h", "hr": "h", "qt": "q"}
_SEGMENT = re.compile(r"`([^`]+)`|\[(\d+)\]|(@{0,2}\w+)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def read(text: str) -> Query:
    """The tree of a query. Raises: ``MalformedQuery``."""
    from lark.exceptions import UnexpectedInput

    if "\0" in text:
        raise MalformedQuery("a query cannot hold the character NUL", Span(text.index("\0"), text.index("\0") + 1))
    try:
        return Query(text, tuple(_Reader(text).command(child) for child in parser().parse(text).children))
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    except RecursionError:
        raise MalformedQuery("the query is nested too deeply", Span(0, len(text))) from None


class _Reader:
    """Turns lark's tree into ours."""

    def __init__(self, text: str) -> None:
        self._text = text

    def command(self, tree: Any) -> Command:
        at = _span(tree)
        parts: list[Any] = list(tree.children)
        match str(tree.data):
            case "fields" | "display":
                return Show(tuple(self._item(part) for part in parts[1:]), tree.data == "display", at)
            case "filter":
                return Filter(self._expression(parts[1]), at)
            case "parse":
                return self._parse(parts, at)
            case "stats":
                groups = parts[-1].children[1:] if parts[-1] is not None else []
                items = tuple(self._item(part) for part in parts[1:-1])
                return Stats(items, tuple(self._item(part) for part in groups), at)
            case "sort":
                keys = [part.children for part in parts[2:]]
                return Sort(
                    tuple((self._expression(key), bool(way) and way.lower() == "desc") for key, way in keys), at
                )
            case "limit":
                return Limit(self._count(parts[1]), at)
            case "dedup":
                return Dedup(tuple(self._field(part) for part in parts[1:]), at)
            case _:
                return Unnest(self._field(parts[1]), self._name(parts[3]), at)

    def _parse(self, parts: list[Any], at: Span) -> Parse:
        source = self._field(parts[1]) if parts[1] is not None else Field(("@message",), at)
        names = parts[3].children[1:] if parts[3] is not None else []
        return Parse(source, self._pattern(parts[2]), tuple(self._name(part) for part in names), at)

    def _count(self, token: Token) -> int:
        if not token.isdigit() or not 1 <= int(token) <= MOST_ROWS:
            raise MalformedQuery(f"limit must be a whole number between 1 and {MOST_ROWS}, not {token}", _span(token))
        return int(token)

    def _item(self, tree: Tree[Token]) -> Item:
        expression, _, alias = cast(Any, tree.children)
        made, at = self._expression(expression), _span(expression)
        if alias is not None:
            return Item(made, self._name(alias), at)
        return Item(made, made.name if isinstance(made, Field) else self._text[at.start : at.end], at)

    def _name(self, alias: Any) -> str:
        return self._field(alias.children[0]).name

    def _field(self, token: Token) -> Field:
        segments = [quoted or index or plain for quoted, index, plain in _SEGMENT.findall(token)]
        return Field(tuple(segments), _span(token))

    def _pattern(self, token: Token) -> Text | Pattern:
        if token.type == "STRING":
            return Text(_unquoted(token), _span(token))
        source = token[1:-2] if token.endswith("i") else token[1:-1]
        return Pattern(f"(?i){source}" if token.endswith("i") else source, _span(token))

    def _expression(self, tree: Any) -> Expression:
        at = _span(tree)
        parts: list[Any] = list(tree.children)
        match str(tree.data):
            case "field":
                token = parts[0]
                if token.lower() in {"true", "false"}:
                    return Truth(token.lower() == "true", at)
                return self._field(token)
            case "number":
                return Number(float(parts[0]), at)
            case "string":
                return Text(_unquoted(parts[0]), at)
            case "period":
                return _period(parts[0])
            case "group":
                return self._expression(parts[0])
            case "call" | "count_all":
                star = tree.data == "count_all"
                given = () if star else tuple(self._expression(part) for part in parts[1:] if part is not None)
                return Call(self._field(parts[0]).name.lower(), given, star, at)
            case "negate":
                return Unary("not", self._expression(parts[1]), at)
            case "minus":
                return Unary("-", self._expression(parts[1]), at)
            case "like":
                return Like(self._expression(parts[0]), self._pattern(parts[3]), parts[1] is not None, at)
            case "within":
                choices = tuple(self._expression(part) for part in parts[3:] if part is not None)
                return Within(self._expression(parts[0]), choices, parts[1] is not None, at)
            case _:
                left, operator, right = parts
                return Binary(operator.lower(), self._expression(left), self._expression(right), at)


def _span(part: Any) -> Span:
    where = getattr(part, "meta", part)
    return Span(int(where.start_pos), int(where.end_pos))


def _unquoted(token: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), token[1:-1])


def _period(token: Token) -> Period:
    found = re.fullmatch(r"(\d+)\s*(\w+)", token)
    assert found
    unit = found[2].lower()
    short = unit if unit in {"m", "ms"} else _UNITS.get(unit[:2], unit[0])
    if int(found[1]) < 1 or len(found[1]) > 9:
        raise MalformedQuery(f"a period is at least 1 and below 1000000000, not {found[1]}", _span(token))
    return Period(int(found[1]), short, _span(token))


def _explained(text: str, error: Any) -> MalformedQuery:
    """The first thing that does not fit, and what would have."""
    from lark.exceptions import UnexpectedToken

    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at = _span(error.token)
        symbol = str(error.token)
    elif isinstance(error, UnexpectedToken):
        at = Span(len(text), len(text))
        symbol = "the end of the query"
    else:
        start = int(error.pos_in_stream)
        at, symbol = Span(start, start + 1), text[start : start + 1]
    allowed = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None)
    begins = not text[: at.start].strip() or text[: at.start].rstrip().endswith("|")
    if begins and (feature := _REFUSED.get(symbol.lower())):
        return MalformedQuery(f"the command {symbol} ({feature}) is not available in this local cloud", at)
    command = text[: at.start].rpartition("|")[2].split(None, 1)
    if command and (feature := _REFUSED_WITHIN.get((command[0].lower(), symbol.lower()))):
        return MalformedQuery(f"{feature} is not available in this local cloud", at)
    if symbol in {'"', "'"}:
        return MalformedQuery(f"the text that begins at {place(text, at.start)} has no closing {symbol}", at)
    return MalformedQuery(
        f"unexpected symbol found {symbol} at {place(text, at.start)}: expected {_listed(set(allowed or ()))}", at
    )


def _listed(allowed: set[str]) -> str:
    """What may come, in words."""
    names = allowed
    if len(names & _OPERATORS) > 3:
        names = (names - _OPERATORS - {"LSQB"}) | {"OPERATOR"}
    words = sorted(_KINDS.get(name) or f'"{_WORDS.get(name, name.lower())}"' for name in names)
    if len(words) < 2:
        return words[0] if words else "something else"
    return f"{', '.join(words[:-1])} or {words[-1]}"
