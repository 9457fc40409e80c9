"""Regular expressions and globs of a query, as RE2 takes them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html and https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.localcloud.observe.insights.errors import MalformedQuery, Span

_NAMED = re.compile(r"\(\?P?<([A-Za-z_@][\w@.]*)>")
_UNSUPPORTED = {
    "(?=": "look-ahead",
    "(?!": "look-ahead",
    "(?<=": "look-behind",
    "(?<!": "look-behind",
    "(?>": "atomic groups",
    "(?(": "conditions",
}


@dataclass(frozen=True, slots=True)
class Extraction:
    """A regular expression whose whole is group 1, and the names of the groups after it."""

    source: str
    names: tuple[str, ...]


def matching(source: str, at: Span) -> str:
    """A regular expression for ``like``: nothing is extracted."""
    return _translated(source, at)[0]


def extracting(source: str, aliases: tuple[str, ...], at: Span) -> Extraction:
    """A regular expression of ``parse``: its named groups are what it extracts, or with aliases all of its groups."""
    body, names = _translated(source, at, every=bool(aliases))
    if aliases and len(names) != len(aliases):
        raise MalformedQuery(
            f"the regular expression has {len(names)} groups and {len(aliases)} names after as: give one name to each",
            at,
        )
    if not names:
        raise MalformedQuery("parse needs at least one named group, such as (?<name>...)", at)
    return Extraction(f"({body})", aliases or tuple(names))


def globbing(glob: str, names: tuple[str, ...], at: Span) -> Extraction:
    """A glob of ``parse``: each ``*`` is extracted, as little as possible, and at the end all that is left."""
    pieces = glob.split("*")
    if len(pieces) - 1 != len(names):
        wanted, given = len(pieces) - 1, len(names)
        raise MalformedQuery(
            f"the glob has {wanted} wildcards (*) and {given} names after as: give one name to each", at
        )
    body = "(.*?)".join(re.escape(piece) for piece in pieces)
    if glob.endswith("*"):
        body = body.removesuffix("(.*?)") + "(.*)"
    return Extraction(f"(?s)({body})", names)


def _translated(source: str, at: Span, *, every: bool = False) -> tuple[str, list[str]]:
    """RE2's form: names only where RE2 has them, other groups without a number unless ``every`` one counts; and the names in the order of their
    groups."""
    made: list[str] = []
    names: list[str] = []
    place, in_class = 0, False
    while place < len(source):
        character = source[place]
        if character == "\\":
            made.append(_escape(source, place, at))
            place += 2
            continue
        if in_class:
            in_class = character != "]" or source[place - 1] == "["
        elif character == "[":
            in_class = True
        elif character == "(":
            named = _NAMED.match(source, place)
            if named:
                made.append("(")
                names.append(named[1])
                place = named.end()
                continue
            _check_group(source, place, at)
            if not source.startswith("(?", place):
                made.append("(" if every else "(?:")
                names += [""] if every else []
                place += 1
                continue
        elif character == "+" and place and source[place - 1] in "*+?}" and not source[: place - 1].endswith("\\"):
            raise _unsupported("possessive quantifiers", at)
        made.append(character)
        place += 1
    return "".join(made), names


def _escape(source: str, place: int, at: Span) -> str:
    following = source[place + 1 : place + 2]
    if following.isdigit() and following != "0" or following == "k":
        raise _unsupported("references to earlier groups", at)
    return "/" if following == "/" else source[place : place + 2]


def _check_group(source: str, place: int, at: Span) -> None:
    for opening, feature in _UNSUPPORTED.items():
        if source.startswith(opening, place):
            raise _unsupported(feature, at)


def _unsupported(feature: str, at: Span) -> MalformedQuery:
    return MalformedQuery(f"this local cloud's regular expressions have no {feature}: they are those of RE2", at)
