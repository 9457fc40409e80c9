"""The functions of Logs Insights QL that work on one event, as SQL.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.localcloud.observe.insights.values import NUMERIC, Kind, Value, as_number, as_text, literal, shown

Make = Callable[[Sequence[Value]], Value]
MOST_ARGUMENTS = 100
MOST_MADE_CHARACTERS = 262_144
"""Concat and replace make nothing that is longer, so that texts cannot be made to grow without end; above it the value is null."""


_MOST_CHARACTERS = 2_000_000
_LAST_MOMENT = 8_640_000_000_000_000
"""ms since 1970; what is further away is no time."""

MOST_OF_UNIT = {"ms": 1_000, "s": 60, "m": 60, "h": 24}
"""CloudWatch Logs takes no more of a unit: ``bin(300s)`` has 60 seconds, ``bin(5m)`` is what was meant."""

_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_CALENDAR = {"w": "7 days", "mo": "1 month", "q": "3 months", "y": "12 months"}


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments a function takes, and what it becomes."""

    fewest: int
    most: int
    make: Make


def condition(value: Value) -> str | None:
    """SQL, never null, for a value that decides; nothing when it is neither true nor false nor a number."""
    if value.kind == "truth":
        return value.sql
    return f"(coalesce({value.sql}, 0) <> 0)" if value.kind in NUMERIC else None


def divided(operator: str, left: Value, right: Value) -> Value:
    """Arithmetic; null when a side is no number and when it divides by zero."""
    first, second = as_number(left), as_number(right)
    if operator == "^":
        return Value(f"pow({first}, {second})", "number")
    if operator in "/%":
        second = f"nullif({second}, 0)"
    return Value(f"({first} {operator} {second})", "number")


def floored(moment: str, amount: int, unit: str) -> Value:
    """A time in ms cut down to a period: from 1970 on, in UTC; weeks begin on Monday, the rest follows the calendar."""
    if unit in _MS:
        step = amount * _MS[unit]
        return Value(f"({moment} - ((({moment}) % {step}) + {step}) % {step})", "time")
    size = f"{amount} * INTERVAL '{_CALENDAR[unit]}'"
    return Value(f"epoch_ms(time_bucket({size}, make_timestamp({moment} * 1000)))", "time")


def ceiled(moment: str, amount: int, unit: str) -> Value:
    """A time in ms cut down to a period, and a period later unless it was on one already."""
    low = floored(moment, amount, unit).sql
    step = (
        f"{amount * _MS[unit]} * INTERVAL '1 millisecond'"
        if unit in _MS
        else f"{amount} * INTERVAL '{_CALENDAR[unit]}'"
    )
    above = f"epoch_ms(make_timestamp({low} * 1000) + {step})"
    return Value(f"CASE WHEN {low} = {moment} THEN {low} ELSE {above} END", "time")


def milliseconds(value: Value) -> str:
    """SQL for a time as whole ms since 1970, whether it is one or a number."""
    if value.kind == "time":
        return value.sql
    number = as_number(value)
    return f"CAST(CASE WHEN abs({number}) < {_LAST_MOMENT} THEN round({number}) END AS BIGINT)"


def united(values: Sequence[Value]) -> tuple[list[str], Kind]:
    """Values that stand in one place, as SQL of one kind."""
    kinds = {value.kind for value in values}
    if len(kinds) == 1 and kinds <= {"time", "truth", "json"}:
        return [value.sql for value in values], values[0].kind
    if kinds <= {"number", "bytes"}:
        return [value.sql for value in values], "number"
    return [shown(value) for value in values], "text"


def chosen(conditions: Sequence[str], values: Sequence[Value]) -> Value:
    """The value of the first condition that holds; when there is one more value than conditions it is for the rest."""
    sqls, kind = united(values)
    branches = " ".join(f"WHEN {test} THEN {sql}" for test, sql in zip(conditions, sqls, strict=False))
    rest = f" ELSE {sqls[-1]}" if len(sqls) > len(conditions) else ""
    return Value(f"CASE {branches}{rest} END", kind)


def _numeric(template: str) -> Make:
    return lambda given: Value(template.format(*(as_number(one) for one in given)), "number")


def _textual(template: str, kind: Kind = "text") -> Make:
    return lambda given: Value(template.format(*(as_text(one) for one in given)), kind)


def _listed(name: str) -> Make:
    return lambda given: Value(f"{name}({', '.join(as_number(one) for one in given)})", "number")


def _concat(given: Sequence[Value]) -> Value:
    texts = [as_text(one) for one in given]
    length = " + ".join(f"coalesce(length({text}), 0)" for text in texts)
    return Value(f"CASE WHEN {length} <= {MOST_MADE_CHARACTERS} THEN concat({', '.join(texts)}) END", "text")


def _replace(given: Sequence[Value]) -> Value:
    text, old, new = (as_text(one) for one in given)
    length = f"length({text}) * greatest(length({new}) - length({old}) + 1, 1)"
    return Value(
        f"CASE WHEN {length} <= greatest(length({text}), {MOST_MADE_CHARACTERS}) THEN replace({text}, {old}, {new}) END",
        "text",
    )


def _trim(name: str) -> Make:
    def make(given: Sequence[Value]) -> Value:
        characters = as_text(given[1]) if len(given) > 1 else literal(" \t\n\r\f\v")
        return Value(f"{name}({as_text(given[0])}, {characters})", "text")

    return make


def _substr(given: Sequence[Value]) -> Value:
    first, *most = (f"CAST(least(greatest({as_number(one)}, 0), {_MOST_CHARACTERS}) AS BIGINT)" for one in given[1:])
    return Value(f"substr({', '.join([as_text(given[0]), f'{first} + 1', *most])})", "text")


def _coalesce(given: Sequence[Value]) -> Value:
    sqls, kind = united(given)
    return Value(f"coalesce({', '.join(sqls)})", kind)


def _round(given: Sequence[Value]) -> Value:
    places = f", CAST(least(greatest({as_number(given[1])}, -15), 15) AS INTEGER)" if len(given) > 1 else ""
    return Value(f"round({as_number(given[0])}{places})", "number")


def _strcontains(given: Sequence[Value]) -> Value:
    text, searched = as_text(given[0]), as_text(given[1])
    found = f"contains({text}, {searched})"
    if len(given) > 2:
        found = f"CASE WHEN {condition(given[2]) or 'false'} THEN contains(lower({text}), lower({searched})) ELSE {found} END"
    return Value(f"CAST(coalesce({found}, false) AS DOUBLE)", "number")


def _json_parse(given: Sequence[Value]) -> Value:
    text = as_text(given[0])
    return Value(f"CASE WHEN json_valid({text}) AND json_type({text}) IN ('OBJECT', 'ARRAY') THEN {text} END", "json")


def _array(value: Value) -> tuple[str, str]:
    """SQL of a value as JSON text, and of whether it is a list."""
    text = value.sql if value.kind == "json" else as_text(value)
    return text, f"json_valid({text}) AND json_type({text}) = 'ARRAY'"


def _json_array_size(given: Sequence[Value]) -> Value:
    text, is_array = _array(given[0])
    return Value(f"CASE WHEN {is_array} THEN CAST(json_array_length({text}) AS DOUBLE) END", "number")


def _json_array_contains(given: Sequence[Value]) -> Value:
    text, is_array = _array(given[0])
    found = f"list_contains(json_extract_string({text}, '$[*]'), {as_text(given[1])})"
    return Value(f"coalesce(CASE WHEN {is_array} THEN {found} END, false)", "truth")


def _json_stringify(given: Sequence[Value]) -> Value:
    return Value(f"CAST({given[0].sql} AS VARCHAR)" if given[0].kind == "json" else as_text(given[0]), "text")


def _address(version: int) -> Make:
    return _textual(f"coalesce(insights_address({{0}}, {version}), false)", "truth")


def _subnet(version: int) -> Make:
    return _textual(f"coalesce(insights_subnet({{0}}, {{1}}, {version}), false)", "truth")


FUNCTIONS = {
    "abs": Function(1, 1, _numeric("abs({0})")),
    "ceil": Function(1, 1, _numeric("ceil({0})")),
    "floor": Function(1, 1, _numeric("floor({0})")),
    "greatest": Function(1, MOST_ARGUMENTS, _listed("greatest")),
    "least": Function(1, MOST_ARGUMENTS, _listed("least")),
    "log": Function(1, 1, _numeric("CASE WHEN {0} > 0 THEN ln({0}) END")),
    "round": Function(1, 2, _round),
    "tonumber": Function(1, 1, _numeric("{0}")),
    "todouble": Function(1, 1, _numeric("{0}")),
    "toint": Function(1, 1, _numeric("CASE WHEN abs({0}) < 2147483648 THEN trunc({0}) END")),
    "tolong": Function(1, 1, _numeric("CASE WHEN abs({0}) < 9223372036854775808 THEN trunc({0}) END")),
    "isnumeric": Function(1, 1, lambda given: Value(f"({as_number(given[0])} IS NOT NULL)", "truth")),
    "sqrt": Function(1, 1, _numeric("CASE WHEN {0} >= 0 THEN sqrt({0}) END")),
    "strlen": Function(1, 1, _textual("CAST(length({0}) AS DOUBLE)", "number")),
    "toupper": Function(1, 1, _textual("upper({0})")),
    "tolower": Function(1, 1, _textual("lower({0})")),
    "trim": Function(1, 2, _trim("trim")),
    "ltrim": Function(1, 2, _trim("ltrim")),
    "rtrim": Function(1, 2, _trim("rtrim")),
    "concat": Function(1, MOST_ARGUMENTS, _concat),
    "substr": Function(2, 3, _substr),
    "replace": Function(3, 3, _replace),
    "strcontains": Function(2, 3, _strcontains),
    "startswith": Function(2, 2, _textual("CAST(coalesce(starts_with({0}, {1}), false) AS DOUBLE)", "number")),
    "endswith": Function(2, 2, _textual("CAST(coalesce(ends_with({0}, {1}), false) AS DOUBLE)", "number")),
    "messagesize": Function(1, 1, _textual("CAST(strlen({0}) AS DOUBLE)", "number")),
    "md5": Function(1, 1, _textual("md5({0})")),
    "sha256": Function(1, 1, _textual("sha256({0})")),
    "isempty": Function(1, 1, _textual("(coalesce({0}, '') = '')", "truth")),
    "isblank": Function(1, 1, _textual("(trim(coalesce({0}, ''), ' \t\n\r\f\v') = '')", "truth")),
    "ispresent": Function(1, 1, lambda given: Value(f"({given[0].sql} IS NOT NULL)", "truth")),
    "coalesce": Function(1, MOST_ARGUMENTS, _coalesce),
    "frommillis": Function(1, 1, lambda given: Value(milliseconds(given[0]), "time")),
    "tomillis": Function(1, 1, lambda given: Value(f"CAST({milliseconds(given[0])} AS DOUBLE)", "number")),
    "jsonparse": Function(1, 1, _json_parse),
    "jsonstringify": Function(1, 1, _json_stringify),
    "jsonarraysize": Function(1, 1, _json_array_size),
    "jsonarraycontains": Function(2, 2, _json_array_contains),
    "isvalidip": Function(1, 1, _address(0)),
    "isvalidipv4": Function(1, 1, _address(4)),
    "isvalidipv6": Function(1, 1, _address(6)),
    "isipinsubnet": Function(2, 2, _subnet(0)),
    "isipv4insubnet": Function(2, 2, _subnet(4)),
    "isipv6insubnet": Function(2, 2, _subnet(6)),
}
"""By name in lower case; ``bin``, ``datefloor``, ``dateceil``, ``now``, ``if`` and ``case`` are in ``expressions``."""

_NOT_HERE = {
    "base64 and URL encoding": ("base64decode", "base64encode", "urldecode", "urlencode"),
    "conversion from and to hexadecimal digits": ("decToHex", "hexToAscii", "hexToDec"),
    "data protection": ("unmask",),
    "dates in other forms": ("formatDate", "parseDate", "strftime"),
    "distances": ("haversine",),
    "kinds of IP addresses": ("ipv4ToNumber", "isPrivateIP", "isPublicIP", "isReservedIP"),
    "lists of values": ("split", "values"),
    "replacing by regular expressions": ("regexReplace",),
    "series over time": ("countOverTime", "count_over_time", "histogram", "rate", "sumOverTime", "sum_over_time"),
    "the time range of the query": ("queryEndTime", "queryStartTime", "queryTimeRange"),
}
REFUSED = {name.lower(): (name, feature) for feature, names in _NOT_HERE.items() for name in names}
"""Functions of AWS that are not here, by name in lower case: their names as AWS writes them, and what they are for."""
