"""What a filter pattern compares a field with: a text with wildcards, a number, or a regular expression.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import regex

from helpers.localcloud.observe.logs.errors import LogsError

Test = Callable[[str], bool]

LONGEST = 1_024
MOST_REGEXES = 2
_REGEX_SECONDS = 0.05
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_REGEX_CHARACTERS = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+.]")
_SYNTAX = "&|!=<>,()[]{}"
_HINT = "text with other characters than letters, digits and underscores needs double quotation marks"
_REGEX_ESCAPES = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[dDsSwW]|[^A-Za-z0-9])")

# Terminals of all three grammars. A word is what may stand without quotation marks.
TERMINALS = r"""
STRING: /"(?:[^"\\]|\\.)*"/
REGEX: /%[^%]*%/
WORD: /[A-Za-z0-9_.*+\-]+/
OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
%ignore /[ \t\r\n\f]+/
"""


class InvalidPattern(LogsError):
    """A filter pattern that cannot be read.

    reason: what is wrong, in words. position: where, from 0; nothing when it is the whole.
    """

    def __init__(self, reason: str, position: int | None = None, words: str = "Invalid filter pattern") -> None:
        place = "" if position is None else f" at character {position + 1}"
        super().__init__("InvalidParameterException", f"{words}{place}: {reason}")
        self.reason = reason
        self.position = position

    def worded(self, words: str) -> InvalidPattern:
        """The same under the words that another operation has for it."""
        return InvalidPattern(self.reason, self.position, words)


def number_of(text: str) -> float | None:
    """The number that ``text`` is, with sign, decimals and exponent; nothing when it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def unquoted(text: str) -> str:
    """The characters of a quoted phrase."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def searching(written: str, position: int) -> Test:
    """Whether a text contains what ``%…%`` describes.

    A search that takes longer than 50 ms finds nothing: the pattern is the user's, and one line must not hold up the server.
    Raises: ``InvalidPattern`` for what AWS's subset of regular expressions does not have.
    """
    inner = written[1:-1]
    if not inner:
        raise InvalidPattern("the regular expression between the % signs is empty", position)
    for number, character in enumerate(inner):
        if not _REGEX_CHARACTERS.match(character):
            hint = "use \\s for a space" if character == " " else "AWS's regular expressions do not have it"
            raise InvalidPattern(f"{character!r} in a regular expression: {hint}", position + 1 + number)
    at = 0
    while (at := inner.find("\\", at)) >= 0:
        escape = _REGEX_ESCAPES.match(inner, at)
        if not escape:
            raise InvalidPattern(
                f"{inner[at : at + 2]!r}: only \\d \\D \\s \\S \\w \\W \\xhh and escaped symbols", position + 1 + at
            )
        at = escape.end()
    try:
        compiled = regex.compile(inner, regex.ASCII)
    except regex.error as problem:
        raise InvalidPattern(f"not a regular expression: {problem}", position + 1) from None

    def test(text: str) -> bool:
        try:
            return compiled.search(text, timeout=_REGEX_SECONDS) is not None
        except TimeoutError:
            return False

    return test


def comparison(sign: str, kind: str, written: str, position: int) -> Test:
    """A test of a field's text against one operand.

    sign: ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``. kind: STRING, REGEX or WORD. written: the operand as it stands in the pattern.
    Raises: ``InvalidPattern``.
    """
    if sign in _ORDER:
        bound = number_of(written) if kind == "WORD" else None
        if bound is None:
            raise InvalidPattern(f"{sign} compares with a number, not with {written}", position)
        return _ordering(_ORDER[sign], bound)
    equal = _equal(kind, written, position)
    if sign == "=":
        return equal
    return lambda text: not equal(text)


def _ordering(order: Callable[[float, float], bool], bound: float) -> Test:
    def test(text: str) -> bool:
        number = number_of(text)
        return number is not None and order(number, bound)

    return test


def _equal(kind: str, written: str, position: int) -> Test:
    if kind == "REGEX":
        return searching(written, position)
    if kind == "STRING":
        return _wildcards(unquoted(written))
    number = number_of(written)
    return _wildcards(written) if number is None else _numeric(written, number)


def _numeric(written: str, number: float) -> Test:
    return lambda text: text == written or number_of(text) == number


def _wildcards(wanted: str) -> Test:
    """An asterisk stands for any text at the beginning or the end; between other characters it is itself."""
    open_start, open_end = wanted.startswith("*"), wanted.endswith("*")
    core = wanted[open_start : len(wanted) - open_end] if wanted != "*" else ""
    if open_start and open_end:
        return lambda text: core in text
    if open_start:
        return lambda text: text.endswith(core)
    if open_end:
        return lambda text: text.startswith(core)
    return lambda text: text == wanted


def readable(problem: Any, text: str) -> InvalidPattern:
    """Turn what lark says of a pattern that it cannot read into an error that points at the place."""
    position = place_of(problem, text)
    if position >= len(text.rstrip()):
        return InvalidPattern("it ends too early", position)
    found = text[position]
    if found in "&|" and text[position : position + 2] not in ("&&", "||"):
        return InvalidPattern("write && for and, || for or", position)
    if found == "'":
        return InvalidPattern("use double quotation marks", position)
    if found in '"%' and text.find(found, position + 1) < 0:
        return InvalidPattern(f"the {found} that opens here is not closed", position)
    word = re.match(r"[^\s,=<>!&|()\[\]{}]+", text[position:])
    hint = "" if found.isascii() and (found.isalnum() or found in _SYNTAX) else f" ({_HINT})"
    return InvalidPattern(f"{word[0] if word else found} is not expected here{hint}", position)


def place_of(problem: Any, text: str) -> int:
    """Where lark stopped; the end of the text when it wanted more."""
    position = getattr(problem, "pos_in_stream", None)
    ended = getattr(getattr(problem, "token", None), "type", "") == "$END"
    return len(text.rstrip()) if ended or position is None or position < 0 else int(position)
