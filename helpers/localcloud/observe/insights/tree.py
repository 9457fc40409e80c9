"""The syntax tree of a query: what its text says, before anything is known about fields and types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpers.localcloud.observe.insights.errors import Span


@dataclass(frozen=True, slots=True)
class Field:
    """A field by the segments of its path: ``a.b[0]`` is ``("a", "b", "0")``, and a segment in backticks is one whatever it holds."""

    path: tuple[str, ...]
    at: Span

    @property
    def name(self) -> str:
        """The name as results show it."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: Span


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    at: Span


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time such as ``5m``: an amount and one of ms, s, m, h, d, w, mo, q, y."""

    amount: int
    unit: str
    at: Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression between slashes, as it was written."""

    source: str
    at: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments; ``star`` is for ``count(*)``. The name is in lower case."""

    name: str
    arguments: tuple[Expression, ...]
    star: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic (``+ - * / % ^``), a comparison (``= != < <= > >=``), ``and`` or ``or``."""

    operator: str
    left: Expression
    right: Expression
    at: Span


@dataclass(frozen=True, slots=True)
class Unary:
    operator: Literal["not", "-"]
    operand: Expression
    at: Span


@dataclass(frozen=True, slots=True)
class Like:
    """``like`` or ``=~`` with a text that has to be contained, or with a regular expression."""

    operand: Expression
    pattern: Text | Pattern
    negated: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Within:
    """``in [...]``."""

    operand: Expression
    choices: tuple[Expression, ...]
    negated: bool
    at: Span


Expression = Field | Number | Text | Truth | Period | Call | Binary | Unary | Like | Within


@dataclass(frozen=True, slots=True)
class Item:
    """An expression in a list of ``fields``, ``stats`` or ``by``. name: its alias, or its own text."""

    expression: Expression
    name: str
    at: Span


@dataclass(frozen=True, slots=True)
class Show:
    """``fields`` (adds columns) or ``display`` (decides what the columns are)."""

    items: tuple[Item, ...]
    only: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Filter:
    condition: Expression
    at: Span


@dataclass(frozen=True, slots=True)
class Parse:
    """names: of the wildcards of a glob, or of the groups of a regular expression, which may have names of their own instead."""

    source: Field
    pattern: Text | Pattern
    names: tuple[str, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Stats:
    aggregates: tuple[Item, ...]
    groups: tuple[Item, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Sort:
    """keys: expressions, each with whether it goes down."""

    keys: tuple[tuple[Expression, bool], ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Limit:
    count: int
    at: Span


@dataclass(frozen=True, slots=True)
class Dedup:
    fields: tuple[Field, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Unnest:
    source: Field
    name: str
    at: Span


Command = Show | Filter | Parse | Stats | Sort | Limit | Dedup | Unnest


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    commands: tuple[Command, ...]
