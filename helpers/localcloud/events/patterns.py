"""Event patterns: the language of EventBridge rules and of the filter criteria of event source mappings.

A pattern names fields and, for each, a list of values or operators. An event matches when each named field has one of them; values in arrays count one by
one, and those of one object of an array belong together. Fields are compared by their full name, dots included: ``{"a": {"b": …}}`` and ``{"a.b": …}`` are the
same. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from helpers.localcloud.events.pattern_operators import RESERVED, read_operator
from helpers.localcloud.events.pattern_terms import InvalidPattern, JsonNumber, JsonObject, Operator, Value
from helpers.localcloud.events.wildcards import too_complex

__all__ = ["MOST_COMBINATIONS", "InvalidPattern", "Pattern", "compile_pattern"]

MOST_COMBINATIONS = 1_000
_MOST_NESTED = 100

Fields = dict[str, list[Operator]]
Places = Mapping[int, int]
"""In which arrays of an event, by number, a value stands, and at which index of each."""


class Pattern:
    """A compiled event pattern."""

    def __init__(self, alternatives: list[Fields]) -> None:
        self._alternatives = alternatives
        self._names = {name for fields in alternatives for name in fields}

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether an event, a JSON object as Python values, matches."""
        found: dict[str, list[tuple[Value, Places]]] = {}
        for name, value, places in _leaves(event):
            if name in self._names:
                found.setdefault(name, []).append((value, places))
        return any(_fits(fields, found) for fields in self._alternatives)


def compile_pattern(pattern: str | Mapping[str, Any]) -> Pattern:
    """Read an event pattern, as JSON text or as the Python values of it.

    Of a field that is given twice, the last counts. A ``$or`` that cannot be one is a field of that name.
    Raises: ``InvalidPattern`` with AWS's reason.
    """
    written = _read(pattern if isinstance(pattern, str) else json.dumps(pattern))
    try:
        alternatives = _compile(written, with_or=True)
    except InvalidPattern:
        alternatives = _compile(written, with_or=False)
    if len(alternatives) > MOST_COMBINATIONS:
        raise InvalidPattern(f"Event pattern contains over {MOST_COMBINATIONS} rule combinations")
    _check_complexity(alternatives)
    return Pattern(alternatives)


def _read(text: str) -> JsonObject:
    try:
        written = json.loads(
            text,
            object_pairs_hook=JsonObject,
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_refuse_constant,
        )
    except (json.JSONDecodeError, RecursionError):
        raise InvalidPattern("Invalid JSON") from None
    if not isinstance(written, JsonObject):
        raise InvalidPattern("Filter is not an object")
    return written


def _refuse_constant(_: str) -> NoReturn:
    raise InvalidPattern("Invalid JSON")


def _compile(written: JsonObject, *, with_or: bool) -> list[Fields]:
    alternatives: list[Fields] = [{}]
    _compile_object(alternatives, (), written, with_or=with_or, inside_or=False)
    return alternatives


def _compile_object(
    alternatives: list[Fields], path: tuple[str, ...], written: JsonObject, *, with_or: bool, inside_or: bool
) -> None:
    if not written:
        raise InvalidPattern("Empty objects are not allowed")
    if len(path) > _MOST_NESTED:
        raise InvalidPattern(f"Event pattern is nested more than {_MOST_NESTED} levels deep")
    for name, value in written:
        if name == "$or" and with_or:
            alternatives[:] = _compile_or(alternatives, path, value)
            continue
        if inside_or and name in RESERVED:
            raise InvalidPattern(f"{name} is Ruler reserved fieldName which cannot be used inside $or.")
        inner = (*path, name)
        if isinstance(value, JsonObject):
            _compile_object(alternatives, inner, value, with_or=with_or, inside_or=inside_or)
        elif isinstance(value, list):
            operators = [read_operator(entry) for entry in value]
            if not operators:
                raise InvalidPattern("Empty arrays are not allowed")
            for fields in alternatives:
                fields[".".join(inner)] = operators
        else:
            raise InvalidPattern(f'"{name}" must be an object or an array')


def _compile_or(alternatives: list[Fields], path: tuple[str, ...], branches: Any) -> list[Fields]:
    if isinstance(branches, JsonObject) or not isinstance(branches, list):
        raise InvalidPattern("It must be an Array followed with $or.")
    forked: list[Fields] = []
    for branch in branches:
        if not isinstance(branch, JsonObject):
            raise InvalidPattern("Only JSON object is allowed in array of $or relationship.")
        if len(forked) > MOST_COMBINATIONS:
            break
        copies = [dict(fields) for fields in alternatives]
        _compile_object(copies, path, branch, with_or=True, inside_or=True)
        forked += copies
    if len(branches) < 2:
        raise InvalidPattern("There must have at least 2 Objects in $or relationship.")
    return forked


def _check_complexity(alternatives: list[Fields]) -> None:
    together: dict[tuple[Any, ...], set[Any]] = {}
    for fields in alternatives:
        before: tuple[Any, ...] = ()
        for name, operators in sorted(fields.items(), key=lambda pair: pair[0]):
            wildcards = {wildcard for operator in operators for wildcard in operator.wildcards}
            together.setdefault((name, before), set()).update(wildcards)
            before = (*before, (name, id(operators)))
    if any(too_complex(wildcards) for wildcards in together.values() if wildcards):
        raise InvalidPattern(
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
        )


def _fits(fields: Fields, found: Mapping[str, list[tuple[Value, Places]]]) -> bool:
    """Whether each field has a value that fits, all of them from the same objects wherever they share an array."""
    candidates: list[list[Places]] = []
    for name, operators in fields.items():
        values = found.get(name)
        if values is None:
            if not any(operator.absent for operator in operators):
                return False
            continue
        fitting = [places for value, places in values if any(operator.matches(value) for operator in operators)]
        if not fitting:
            return False
        if {} not in fitting:
            candidates.append(list({tuple(places.items()): places for places in fitting}.values()))
    return all(_agree(group, {}) for group in _sharing_arrays(candidates))


def _sharing_arrays(candidates: list[list[Places]]) -> list[list[list[Places]]]:
    """Fields that have to agree on an array, together: those of other arrays do not matter to them."""
    groups: list[tuple[set[int], list[list[Places]]]] = []
    for places in candidates:
        arrays = {array for one in places for array in one}
        together = [places]
        apart = []
        for known, members in groups:
            if known & arrays:
                arrays |= known
                together += members
            else:
                apart.append((known, members))
        groups = [*apart, (arrays, together)]
    return [sorted(members, key=len) for _, members in groups]


def _agree(candidates: list[list[Places]], so_far: Places) -> bool:
    if not candidates:
        return True
    first, *others = candidates
    return any(
        _agree(others, {**so_far, **places})
        for places in first
        if all(so_far.get(array, index) == index for array, index in places.items())
    )


def _leaves(event: Mapping[str, Any]) -> Iterator[tuple[str, Value, Places]]:
    arrays = 0

    def walk(path: tuple[str, ...], node: Any, places: Places) -> Iterator[tuple[str, Value, Places]]:
        nonlocal arrays
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield from walk((*path, key), value, places)
        elif isinstance(node, list | tuple):
            array = arrays = arrays + 1
            for index, value in enumerate(node):
                inside = {**places, array: index} if isinstance(value, Mapping | list | tuple) else places
                yield from walk(path, value, inside)
        else:
            yield ".".join(path), node, places

    yield from walk((), event, {})
