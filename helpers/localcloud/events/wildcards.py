"""The ``wildcard`` operator of event patterns: its syntax, its limits, and whether a text fits.

``*`` stands for any number of characters, ``\\*`` for an asterisk and ``\\\\`` for a backslash.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TOO_COMPLEX = 10
_MOST_STATES = 5_000


class BadWildcard(ValueError):
    """AWS refuses this text as a wildcard; the message is AWS's."""


@dataclass(frozen=True)
class Wildcard:
    """The literal pieces between the asterisks of a wildcard; one piece means no asterisk."""

    pieces: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Whether the whole of ``text`` fits."""
        first, *rest = self.pieces
        if not rest:
            return text == first
        *middle, last = rest
        if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
            return False
        position, end = len(first), len(text) - len(last)
        for piece in middle:
            found = text.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True

    def symbols(self) -> tuple[str | None, ...]:
        """The characters to read one after the other, quotes of the JSON string included; ``None`` is an asterisk."""
        read: list[str | None] = ['"']
        for number, piece in enumerate(self.pieces):
            if number:
                read.append(None)
            read.extend(piece)
        return (*read, '"')


def parse(text: str) -> Wildcard:
    """Read a wildcard.

    Raises: ``BadWildcard`` for two asterisks in a row and for a backslash before anything but an asterisk or a backslash.
    """
    pieces = [""]
    index = 0
    while index < len(text):
        character, following = text[index], text[index + 1 : index + 2]
        if character == "*":
            if following == "*":
                raise BadWildcard(f"Consecutive wildcard characters at pos {_position(text, index)}")
            pieces.append("")
        elif character == "\\":
            if following not in ("*", "\\"):
                raise BadWildcard(f"Invalid escape character at pos {_position(text, index)}")
            pieces[-1] += following
            index += 1
        else:
            pieces[-1] += character
        index += 1
    return Wildcard(tuple(pieces))


def too_complex(wildcards: Iterable[Wildcard]) -> bool:
    """Whether some text would keep AWS following ``TOO_COMPLEX`` or more beginnings of these wildcards of one field at once."""
    patterns = [wildcard.symbols() for wildcard in wildcards]
    start = frozenset((number, 0) for number in range(len(patterns)))
    waiting, seen = [start], {start}
    while waiting and len(seen) < _MOST_STATES:
        current = waiting.pop()
        for character in _next_characters(patterns, current):
            reached = frozenset(_step(patterns, current, character))
            if len(reached) >= TOO_COMPLEX:
                return True
            if reached and reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    return False


def _next_characters(patterns: list[tuple[str | None, ...]], current: frozenset[tuple[int, int]]) -> set[str]:
    ahead = {patterns[number][at] for number, at in current if at < len(patterns[number])}
    return {character for character in ahead if character is not None}


def _step(
    patterns: list[tuple[str | None, ...]], current: frozenset[tuple[int, int]], character: str
) -> Iterator[tuple[int, int]]:
    for number, at in current:
        symbols = patterns[number]
        if at and symbols[at - 1] is None:
            yield number, at
        if at < len(symbols) and symbols[at] == character:
            yield number, at + 1
            if at + 1 < len(symbols) and symbols[at + 1] is None:
                yield number, at + 2


def _position(text: str, index: int) -> int:
    return len(text[:index].encode("utf-8", "replace")) + 1
