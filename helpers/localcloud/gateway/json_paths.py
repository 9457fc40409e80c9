"""JSONPath as ``$input.path`` and ``$input.json`` take it: read once, a value for a definite path, a list for any other.

Definite are names and single indexes. Wildcards, ``..``, slices, several names or indexes and filters give a list, an empty one too.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and
https://www.rfc-editor.org/rfc/rfc9535
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

LONGEST_PATH = 2_000
MOST_FOUND = 100_000
MISSING = object()
Step = Callable[[Any], Iterator[Any]]

_NAME = re.compile(r"[^\s.\[\]()'\",*?@]+")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_SLICE = re.compile(r"(-?\d+)?:(-?\d+)?(?::(-?\d+))?$")
_INDEXES = re.compile(r"-?\d+(?:\s*,\s*-?\d+)*$")
_COMPARISON = re.compile(r"\s*@((?:\.[\w-]+|\[\d+\]|\['[^']*'\])*)\s*(?:(==|!=|<=|>=|<|>)\s*('[^']*'|\"[^\"]*\"|-?\d+(?:\.\d+)?|true|false|null)\s*)?$")  # fmt: skip


class InvalidPath(ValueError):
    """A JSONPath cannot be read; the sentence says why."""


class JsonPath:
    """A path that was read.

    Raises: ``InvalidPath``.
    """

    def __init__(self, path: str) -> None:
        if len(path) > LONGEST_PATH:
            raise InvalidPath(f"a path has at most {LONGEST_PATH:,} characters")
        self._path = path
        self._steps: list[Step] = []
        self.definite = True
        self._read(path.strip())

    def find(self, value: Any) -> Any:
        """What the path finds in a JSON value: ``MISSING`` when a definite path finds nothing.

        Raises: ``InvalidPath`` when it finds more than can be held.
        """
        found = [value]
        for step in self._steps:
            more: list[Any] = []
            for one in found:
                for child in step(one):
                    more.append(child)
                    if len(more) > MOST_FOUND:
                        raise InvalidPath(f"{self._path} finds more than {MOST_FOUND:,} values")
            found = more
        if self.definite:
            return found[0] if found else MISSING
        return found

    def _refuse(self, rest: str) -> InvalidPath:
        return InvalidPath(f"{self._path} is no JSONPath that is known here: look at {rest[:20]!r}")

    def _read(self, path: str) -> None:
        rest = path.removeprefix("$")
        if rest == path and path:
            rest = path if path.startswith("[") else f".{path}"
        while rest:
            if rest.startswith(".."):
                self._many(_descendants)
                rest = rest[2:] if rest[2:3] == "[" else "." + rest[2:]
            elif rest.startswith((".*", "[*]")):
                self._many(_children)
                rest = rest[2:] if rest[0] == "." else rest[3:]
            elif rest.startswith((".length()", ".size()")):
                self._steps.append(_length)
                rest = rest[rest.index(")") + 1 :]
            elif rest[0] == "." and (found := _NAME.match(rest, 1)):
                self._steps.append(_named((found[0],)))
                rest = rest[found.end() :]
            elif rest[0] == "[":
                end = _closing(rest)
                if end < 0:
                    raise self._refuse(rest)
                self._bracket(rest[1:end].strip(), rest)
                rest = rest[end + 1 :]
            else:
                raise self._refuse(rest)

    def _many(self, step: Step) -> None:
        self.definite = False
        self._steps.append(step)

    def _bracket(self, inside: str, rest: str) -> None:
        if inside == "*":
            self._many(_children)
        elif inside.startswith("?"):
            self._many(_filtered(self._condition(inside[1:].strip(), rest)))
        elif sliced := _SLICE.match(inside):
            start, stop, step = (int(one) if one else None for one in sliced.groups())
            if step == 0:
                raise self._refuse(rest)
            self._many(_cut(slice(start, stop, step)))
        elif _INDEXES.match(inside):
            indexes = tuple(int(one) for one in inside.split(","))
            self.definite = self.definite and len(indexes) == 1
            self._steps.append(_indexed(indexes))
        else:
            names = tuple(re.sub(r"\\(.)", r"\1", one[1] if one[1] is not None else one[2]) for one in _QUOTED.finditer(inside))  # fmt: skip
            if not names or re.sub(r"[\s,]", "", _QUOTED.sub("", inside)):
                raise self._refuse(rest)
            self.definite = self.definite and len(names) == 1
            self._steps.append(_named(names))

    def _condition(self, words: str, rest: str) -> Callable[[Any], bool]:
        if not (words.startswith("(") and words.endswith(")")):
            raise self._refuse(rest)
        choices = [[self._comparison(one, rest) for one in each.split("&&")] for each in words[1:-1].split("||")]
        return lambda value: any(all(test(value) for test in each) for each in choices)

    def _comparison(self, words: str, rest: str) -> Callable[[Any], bool]:
        found = _COMPARISON.match(words)
        if not found:
            raise self._refuse(rest)
        path, operator, literal = json_path("$" + found[1]), found[2], found[3]
        if operator is None:
            return lambda value: path.find(value) is not MISSING
        wanted = literal[1:-1] if literal[0] in "'\"" else json.loads(literal)
        return lambda value: _compared(path.find(value), operator, wanted)


@functools.lru_cache(maxsize=1024)
def json_path(path: str) -> JsonPath:
    """The path of a text, read once.

    Raises: ``InvalidPath``.
    """
    return JsonPath(path)


def _closing(rest: str) -> int:
    depth, quote = 0, ""
    for at, mark in enumerate(rest):
        if quote:
            quote = "" if mark == quote and rest[at - 1] != "\\" else quote
        elif mark in "'\"":
            quote = mark
        elif mark in "[]":
            depth += 1 if mark == "[" else -1
            if depth == 0:
                return at
    return -1


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _descendants(value: Any) -> Iterator[Any]:
    yield value
    for child in _children(value):
        yield from _descendants(child)


def _length(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list | str):
        yield len(value)


def _named(names: tuple[str, ...]) -> Step:
    return lambda value: (value[name] for name in names if isinstance(value, dict) and name in value)


def _indexed(indexes: tuple[int, ...]) -> Step:
    return lambda value: (value[one] for one in indexes if isinstance(value, list) and -len(value) <= one < len(value))


def _cut(part: slice) -> Step:
    return lambda value: iter(value[part] if isinstance(value, list) else ())


def _filtered(test: Callable[[Any], bool]) -> Step:
    return lambda value: (one for one in _children(value) if test(one))


def _compared(value: Any, operator: str, wanted: Any) -> bool:
    if operator in ("==", "!="):
        same = value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
        return same is (operator == "==") and value is not MISSING
    alike = isinstance(value, str) and isinstance(wanted, str)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, wanted))
    if not (alike or numbers):
        return False
    return bool({"<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted}[operator])
