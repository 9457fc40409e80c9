"""Pieces of SQL with what they stand for, and how one kind becomes another.

Log fields are texts. As in Logs Insights, a text that is a number counts as one where a number is wanted, and what cannot be converted is null. User text gets into
SQL through ``literal`` only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "bytes", "truth", "time", "json"]
"""``bytes`` are numbers that AWS writes in powers of ten; ``time`` is ms since 1970; ``json`` is the text of a JSON value."""

NUMERIC: frozenset[Kind] = frozenset({"number", "bytes", "truth", "time"})


@dataclass(frozen=True, slots=True)
class Value:
    """constant: the text or number that was written in the query, when it is one."""

    sql: str
    kind: Kind
    constant: str | float | None = None


NULL = Value("CAST(NULL AS VARCHAR)", "text")


def literal(text: str) -> str:
    """A text as SQL writes it. NUL is refused where queries are read."""
    return "'" + text.replace("'", "''") + "'"


def of_text(text: str) -> Value:
    """A text that was written in the query."""
    return Value(literal(text), "text", text)


def of_number(number: float) -> Value:
    """A number that was written in the query."""
    return Value(f"CAST({literal(repr(float(number)))} AS DOUBLE)", "number", float(number))


def as_number(value: Value) -> str:
    """SQL for the value as DOUBLE; null when it is none."""
    if value.kind in {"number", "bytes"}:
        return value.sql
    if isinstance(value.constant, str):
        found = to_number(value.constant)
        return "CAST(NULL AS DOUBLE)" if found is None else of_number(found).sql
    if value.kind in {"time", "truth"}:
        return f"CAST({value.sql} AS DOUBLE)"
    return f"TRY_CAST({as_text(value)} AS DOUBLE)"


def shown(value: Value) -> str:
    """SQL for the value as VARCHAR where it is only looked at: JSON's maps and lists too."""
    return f"json_extract_string({value.sql}, '$')" if value.kind == "json" else as_text(value)


def as_text(value: Value) -> str:
    """SQL for the value as VARCHAR; null for JSON's maps and lists, which count as nothing for functions and comparisons."""
    match value.kind:
        case "text":
            return value.sql
        case "truth":
            return f"CASE WHEN {value.sql} THEN '1' ELSE '0' END"
        case "time":
            return f"strftime(make_timestamp(CAST({value.sql} AS BIGINT) * 1000), '%Y-%m-%d %H:%M:%S.%g')"
        case "json":
            scalar = f"json_type({value.sql}) NOT IN ('OBJECT', 'ARRAY')"
            return f"CASE WHEN {scalar} THEN json_extract_string({value.sql}, '$') END"
        case _:
            whole = f"{value.sql} = trunc({value.sql}) AND abs({value.sql}) < 1e15"
            return f"CASE WHEN {whole} THEN CAST(CAST({value.sql} AS BIGINT) AS VARCHAR) ELSE CAST(round({value.sql}, 4) AS VARCHAR) END"


def to_number(text: str) -> float | None:
    """The number a text is, if it is one."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) and "_" not in text else None


def compared(operator: str, left: Value, right: Value) -> str:
    """SQL, never null, for a comparison: by number when both sides are numbers, otherwise by text; false when a side is missing.

    ``!=`` is the opposite of ``=``, so it holds where a field is missing.
    """
    if operator == "!=":
        return f"(NOT {compared('=', left, right)})"
    for one, other, way in ((left, right, operator), (right, left, _TURNED[operator])):
        if one.kind == "text" and one.constant is None and other.constant is not None:
            return f"coalesce({_with_constant(way, one, other.constant)}, false)"
        if one.kind == "text" and other.kind == "truth":
            said = f"CASE {one.sql} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {as_number(one)} END"
            return f"coalesce({said} {way} {as_number(other)}, false)"
    if {left.kind, right.kind} & NUMERIC and not _needs_text(left, right):
        return f"coalesce({as_number(left)} {operator} {as_number(right)}, false)"
    if left.constant is not None or right.constant is not None or _needs_text(left, right):
        return f"coalesce({as_text(left)} {operator} {as_text(right)}, false)"
    numbers = f"{as_number(left)} {operator} {as_number(right)}"
    return f"coalesce({numbers}, {as_text(left)} {operator} {as_text(right)}, false)"


_TURNED = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _needs_text(left: Value, right: Value) -> bool:
    """Whether one side is a text of the query that is no number, so that only texts can be compared."""
    return any(isinstance(one.constant, str) and to_number(one.constant) is None for one in (left, right))


def _with_constant(operator: str, field: Value, constant: str | float) -> str:
    """A field against what was written in the query."""
    text = constant if isinstance(constant, str) else None
    number = to_number(constant) if isinstance(constant, str) else constant
    if number is None:
        return f"{field.sql} {operator} {literal(text or '')}"
    numeric = f"{as_number(field)} {operator} {of_number(number).sql}"
    if operator != "=":
        return numeric
    if text is not None:
        return f"({field.sql} = {literal(text)} OR coalesce({numeric}, false))"
    if number in (0, 1):
        return f"(coalesce({numeric}, false) OR {field.sql} = {literal('true' if number else 'false')})"
    return numeric
