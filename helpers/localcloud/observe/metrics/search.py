"""SEARCH: which metrics a search expression means.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from helpers.localcloud.observe.metrics.math_values import MathError
from helpers.localcloud.observe.metrics.store import MetricKey

MOST_FOUND = 500
_LENGTH = 1024

Condition = Callable[[MetricKey], bool]

_GRAMMAR = r"""
start: [schema] [","] [either]
schema: "{" word ("," word)* "}"
?either: both (OR both)* -> any
?both: one (AND? one)* -> all
?one: NOT one -> negated | "(" either ")" | term
term: [word "="] word
!word: EXACT | PLAIN

OR.3: /OR(?=[\s("])/
AND.3: /AND(?=[\s("])/
NOT.3: /NOT(?=[\s("])/
EXACT: /"(\\.|[^"\\])*"/
PLAIN: /[^\s"(){},=]+/
%ignore /\s+/
"""


def matches(search: str, keys: Iterable[MetricKey]) -> list[MetricKey]:
    """The metrics that a search expression means, sorted.

    Raises: ``MathError`` for an expression that is none, and when it means more metrics than one request may have.
    """
    if not search.strip() or len(search) > _LENGTH:
        raise MathError(f"takes a search expression of 1 to {_LENGTH} characters")
    condition = _condition(search)
    found = sorted((key for key in keys if condition(key)), key=lambda key: (key.namespace, key.name, key.dimensions))
    if len(found) > MOST_FOUND:
        raise MathError(f"finds {len(found)} metrics, and a request may have {MOST_FOUND}: narrow the search")
    return found


@functools.lru_cache(maxsize=64)
def _condition(search: str) -> Condition:
    try:
        return _Conditions().transform(_parser().parse(search))
    except UnexpectedInput as error:
        raise MathError(
            f"cannot read the search expression at its character {(error.pos_in_stream or 0) + 1}"
        ) from None
    except VisitError as error:
        raise MathError(str(error.orig_exc)) from None


@functools.cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=True)


class _Word:
    """A word of a search: exact in quotes, or its tokens."""

    def __init__(self, token: Token) -> None:
        self.exact = token.type == "EXACT"
        self.text = re.sub(r"\\(.)", r"\1", str(token)[1:-1]) if self.exact else str(token)
        self._tokens = [*_pieces(self.text)]

    def means(self, text: str) -> bool:
        """Whether ``text`` is meant: the same, or with the word's tokens one after the other."""
        if self.exact:
            return text == self.text
        if len(self._tokens) == 1:
            lowered = self._tokens[0].lower()
            return lowered in {piece.lower() for piece in _pieces(text)} or lowered == _joined(text).lower()
        pieces, wanted = [*_pieces(text)], self._tokens
        return any(pieces[first : first + len(wanted)] == wanted for first in range(len(pieces) - len(wanted) + 1))


def _pieces(text: str) -> Iterator[str]:
    """The parts of a name, by its capitals, digits and other characters."""
    for found in re.finditer(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text):
        yield found[0]


def _joined(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)


class _Conditions(Transformer[Token, Condition]):
    """From the tree of a search expression to what a metric is asked."""

    def word(self, children: list[Token]) -> _Word:
        return _Word(children[0])

    def schema(self, children: list[_Word]) -> Condition:
        namespace, *names = (word.text for word in children)
        wanted = set(names)
        return lambda key: key.namespace == namespace and (not wanted or {name for name, _ in key.dimensions} == wanted)

    def term(self, children: list[_Word | None]) -> Condition:
        designator, word = children
        assert word is not None
        if designator is None:
            return lambda key: any(word.means(text) for text in _texts(key))
        match designator.text:
            case "MetricName":
                return lambda key: word.means(key.name)
            case account if account.startswith(":aws."):
                raise MathError(f"takes no {account} in the local cloud: it sees the metrics of one account")
            case "Namespace":
                return lambda key: word.means(key.namespace)
            case dimension:
                return lambda key: any(name == dimension and word.means(value) for name, value in key.dimensions)

    def negated(self, children: list[Condition]) -> Condition:
        condition = children[-1]
        return lambda key: not condition(key)

    def all(self, children: list[Condition | Token | None]) -> Condition:
        conditions = [one for one in children if callable(one)]
        return lambda key: all(condition(key) for condition in conditions)

    def any(self, children: list[Condition | Token]) -> Condition:
        conditions = [one for one in children if callable(one)]
        return lambda key: any(condition(key) for condition in conditions)

    def start(self, children: list[Condition | None]) -> Condition:
        conditions = [one for one in children if one is not None]
        return lambda key: all(condition(key) for condition in conditions)


def _texts(key: MetricKey) -> Iterator[str]:
    yield key.namespace
    yield key.name
    for name, value in key.dimensions:
        yield name
        yield value
