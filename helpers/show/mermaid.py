"""The part of Mermaid that the whiteboards of the interview use, read into boxes and arrows: flowcharts and sequence diagrams.

What is not read here is refused by name, so that nobody finds half a drawing on a printed sheet.
Source: https://mermaid.js.org/intro/syntax-reference.html
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from helpers.errors import CourseError
from helpers.show.lettering import Lines


@dataclass(frozen=True)
class Node:
    """A box. shape: ``box``, ``round``, ``circle``, ``table``, ``queue`` or ``choice``."""

    id: str
    lines: Lines
    shape: str = "box"


@dataclass(frozen=True)
class Link:
    """A line between two nodes or groups, by their ids. line: ``solid``, ``dotted`` or ``thick``. arrows: at which ends, ``""`` to ``"<>"``."""

    source: str
    target: str
    lines: Lines = ()
    line: str = "solid"
    arrows: str = ">"


@dataclass
class Flowchart:
    """Nodes by id in the order of their first mention, links, and groups: title lines and members by id. down: from top to bottom."""

    down: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    groups: dict[str, tuple[Lines, list[str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One step of a sequence. kind: ``call``, ``answer``, ``lost``, or ``note`` over its two people."""

    source: str
    target: str
    lines: Lines
    kind: str


@dataclass
class Sequence:
    """Who talks, title lines by id from left to right, and what happens from top to bottom."""

    people: dict[str, Lines] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


_FLOWCHART = re.compile(r"(?:flowchart|graph)\s+(LR|TD|TB)\s*;?")
_ID = re.compile(r"\w+(?:-\w+)*")
# Opening and closing marks, the longest first.
_SHAPES = (
    ("((", "))", "circle"),
    ("([", "])", "round"),
    ("[(", ")]", "table"),
    ("[[", "]]", "queue"),
    ("(", ")", "round"),
    ("[", "]", "box"),
    ("{", "}", "choice"),
)
_LINK = re.compile(
    r"(?P<back><)?(?P<drawn>"
    r"--\s+(?P<solid>\S.*?)\s+--[->]|-\.\s+(?P<dotted>\S.*?)\s+\.->?|==\s+(?P<thick>\S.*?)\s+==[=>]"
    r"|--+[->]|-\.+->?|==+[=>])"
    r"(?:\|(?P<piped>[^|]*)\|)?"
)
_SUBGRAPH = re.compile(r"subgraph\s+(?P<id>\w+)(?:\s*\[(?P<title>.*)\])?\s*$")
_PERSON = re.compile(r"(?:participant|actor)\s+(\w+)(?:\s+as\s+(.+))?")
_MESSAGE = re.compile(r"(\w+)\s*(-?->>|--?x|--?\))\s*(\w+)\s*:\s*(.*)")
_NOTE = re.compile(r"[Nn]ote\s+(?:over|(?:left|right) of)\s+(\w+)(?:\s*,\s*(\w+))?\s*:\s*(.*)")


def parse(diagram: str) -> Flowchart | Sequence:
    """Read a diagram.

    Raises: ``CourseError`` with the first line that a whiteboard cannot draw.
    """
    lines = [line.strip() for line in diagram.splitlines()]
    lines = [line for line in lines if line and not line.startswith("%%")]
    if not lines:
        raise CourseError("a whiteboard needs a diagram: this one is empty")
    if lines[0] == "sequenceDiagram":
        return _sequence(lines[1:])
    head = _FLOWCHART.fullmatch(lines[0])
    if not head:
        raise CourseError(
            f"a whiteboard is a `flowchart LR`, a `flowchart TD` or a `sequenceDiagram`, and this begins {lines[0]!r}"
        )
    return _flowchart(lines[1:], down=head[1] != "LR")


def _flowchart(lines: list[str], down: bool) -> Flowchart:
    chart = Flowchart(down)
    inside: list[str] = []
    for line in lines:
        if line == "end" and inside:
            inside.pop()
        elif opened := _SUBGRAPH.fullmatch(line):
            if inside:
                raise CourseError(f"a whiteboard cannot draw a group in a group: {line!r}")
            if opened["id"] in chart.groups:
                raise CourseError(
                    f"a whiteboard's `subgraph {opened['id']}` is there twice: give each group a name of its own"
                )
            inside.append(opened["id"])
            chart.groups[opened["id"]] = (_text(opened["title"] or opened["id"]), [])
        else:
            _statement(chart, line.rstrip(";").rstrip(), inside[0] if inside else "")
    if inside:
        raise CourseError(f"a whiteboard's `subgraph {inside[0]}` has no `end`")
    for id, (_, members) in chart.groups.items():
        chart.nodes.pop(id, None)
        if not members:
            raise CourseError(f"a whiteboard's `subgraph {id}` is empty")
        if within := chart.groups.keys() & members:
            raise CourseError(f"a whiteboard cannot draw a group in a group: {min(within)!r} stands in {id!r}")
    if not chart.nodes:
        raise CourseError("a whiteboard's flowchart needs a box")
    return chart


def _statement(chart: Flowchart, line: str, group: str) -> None:
    rest, before = line, list[str]()
    link: Link | None = None
    while True:
        ids, rest = _nodes(chart, rest, group, line)
        if link:
            if itself := set(before) & set(ids):
                raise CourseError(f"a whiteboard cannot draw an arrow of {min(itself)!r} to itself in {line!r}")
            for source in before:
                for target in ids:
                    chart.links.append(Link(source, target, link.lines, link.line, link.arrows))
        if not rest:
            return
        found = _LINK.match(rest)
        if not found:
            raise CourseError(f"a whiteboard cannot draw {rest!r} in {line!r}")
        link, before, rest = _link(found), ids, rest[found.end() :].lstrip()


def _nodes(chart: Flowchart, rest: str, group: str, line: str) -> tuple[list[str], str]:
    """One node, or several with ``&`` between them, and what comes after."""
    ids: list[str] = []
    while True:
        found = _ID.match(rest)
        if not found:
            raise CourseError(f"a whiteboard expects the name of a box before {rest!r} in {line!r}")
        id, rest = found[0], rest[found.end() :]
        rest = _shape(chart, id, rest, line).lstrip()
        if group and id not in chart.groups and not any(id in members for _, members in chart.groups.values()):
            chart.groups[group][1].append(id)
        ids.append(id)
        if not rest.startswith("&"):
            return ids, rest
        rest = rest[1:].lstrip()


def _shape(chart: Flowchart, id: str, rest: str, line: str) -> str:
    for opening, closing, shape in _SHAPES:
        if rest.startswith(opening):
            inner = rest[len(opening) :]
            end = inner.find(f'"{closing}', 1) + 1 if inner.startswith('"') else inner.find(closing)
            if end <= 0:
                raise CourseError(f"a whiteboard misses {closing!r} after {id!r} in {line!r}")
            chart.nodes[id] = Node(id, _text(inner[:end]), shape)
            return inner[end + len(closing) :]
    chart.nodes.setdefault(id, Node(id, (id,)))
    return rest


def _link(found: re.Match[str]) -> Link:
    words = found["solid"] or found["dotted"] or found["thick"] or found["piped"]
    drawn = found["drawn"]
    line = "dotted" if drawn.startswith("-.") else "thick" if drawn.startswith("=") else "solid"
    arrows = ("<" if found["back"] else "") + (">" if drawn.endswith(">") else "")
    return Link("", "", _text(words) if words else (), line, arrows)


def _sequence(lines: list[str]) -> Sequence:
    sequence = Sequence()
    for line in lines:
        if found := _PERSON.fullmatch(line):
            sequence.people[found[1]] = _text(found[2] or found[1])
        elif found := _NOTE.fullmatch(line):
            _step(sequence, Message(found[1], found[2] or found[1], _text(found[3]), "note"))
        elif found := _MESSAGE.fullmatch(line):
            kind = "lost" if found[2].endswith("x") else "answer" if found[2].startswith("--") else "call"
            _step(sequence, Message(found[1], found[3], _text(found[4]), kind))
        elif line != "autonumber":
            raise CourseError(f"a whiteboard cannot draw {line!r}; messages, participants and notes are what it knows")
    if not sequence.messages:
        raise CourseError("a whiteboard's sequenceDiagram needs a message, such as `client->>gateway: order`")
    return sequence


def _step(sequence: Sequence, message: Message) -> None:
    for person in (message.source, message.target):
        sequence.people.setdefault(person, (person,))
    sequence.messages.append(message)


def _text(raw: str) -> Lines:
    """A label by its lines, without quotes, tags and entities."""
    words = raw.strip()
    if len(words) > 1 and words[0] == words[-1] == '"':
        words = words[1:-1]
    lines = re.split(r"<br\s*/?>", words)
    return tuple(html.unescape(re.sub(r"#(\w+);", r"&\1;", line)).strip() for line in lines)
