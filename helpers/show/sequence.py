"""A sequence diagram as SVG: people beside each other, what they say below each other."""

from __future__ import annotations

from helpers.show import lettering
from helpers.show.drawing import FAINT, RED, SOFT
from helpers.show.mermaid import Message, Sequence
from helpers.show.svg import document, lettered

_LETTERS, _PAD, _MARGIN = 26, 22.0, 10.0


def draw(sequence: Sequence) -> str:
    """The diagram as an SVG document."""
    heads = {id: lettering.wrapped(lines, 18) for id, lines in sequence.people.items()}
    order = {id: number for number, id in enumerate(heads)}
    words = [lettering.wrapped(one.lines, _LETTERS) for one in sequence.messages]
    columns = _columns(heads, order, sequence.messages, words)
    head = max(len(lines) for lines in heads.values()) * lettering.LINE + 16
    y = _MARGIN + head + 12
    steps = []
    wide = max(columns.values()) + _width(heads[list(heads)[-1]]) / 2 + _PAD
    for message, lines in zip(sequence.messages, words, strict=True):
        high = len(lines) * lettering.LINE
        start, end = columns[message.source], columns[message.target]
        if message.kind == "note":
            steps.append(_note(start, end, y, lines))
            y += high + 22
        elif start == end:
            loop = f'<path d="M {start:.1f} {y + 4:.1f} h 26 v 18 h -22" fill="none" stroke="{SOFT}" stroke-width="1.4" marker-end="url(#tip)"/>'
            steps.append(loop + lettered(lines, start + 36 + _width(lines) / 2, y + 13, 12))
            wide = max(wide, start + 46 + _width(lines))
            y += max(high, 30) + 10
        else:
            line = y + high + 4
            steps.append(
                lettered(lines, (start + end) / 2, y + high / 2, 12, ground="#ffffff")
                + _arrow(message, start, end, line)
            )
            y = line + 16
    people = [
        f'<line x1="{columns[id]:.1f}" y1="{_MARGIN + head:.1f}" x2="{columns[id]:.1f}" y2="{y:.1f}" stroke="{FAINT}" stroke-width="2"/>'
        f'<rect x="{columns[id] - _width(lines) / 2 - 12:.1f}" y="{_MARGIN}" width="{_width(lines) + 24:.1f}" height="{head:.1f}" rx="4" fill="#e8f2f9" stroke="{SOFT}"/>'
        + lettered(lines, columns[id], _MARGIN + head / 2)
        for id, lines in heads.items()
    ]
    return document(wide, y + _MARGIN, [*people, *steps])


def _columns(
    heads: dict[str, lettering.Lines], order: dict[str, int], messages: list[Message], words: list[lettering.Lines]
) -> dict[str, float]:
    """Where each person stands: far enough from the one before for both heads and for what is said between them."""
    ids = list(heads)
    columns = {ids[0]: _MARGIN + _width(heads[ids[0]]) / 2 + 14}
    for before, id in zip(ids, ids[1:], strict=False):
        apart = (_width(heads[before]) + _width(heads[id])) / 2 + 24 + _PAD
        for message, lines in zip(messages, words, strict=True):
            ends = sorted((order[message.source], order[message.target]))
            if ends == [order[before], order[id]] and message.kind != "note":
                apart = max(apart, _width(lines) + 30)
            if ends == [order[before]] * 2:
                apart = max(apart, (_width(lines) / 2 + 30) if message.kind == "note" else _width(lines) + 60)
        columns[id] = columns[before] + apart
    return columns


def _width(lines: lettering.Lines) -> float:
    return max(lettering.width(line) for line in lines)


def _note(start: float, end: float, y: float, lines: lettering.Lines) -> str:
    middle, wide = (start + end) / 2, max(abs(end - start) + 40, _width(lines) + 16)
    high = len(lines) * lettering.LINE + 10
    return (
        f'<rect x="{max(2.0, middle - wide / 2):.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="#fff6e3" stroke="#e69f00"/>'
        + lettered(lines, max(2.0 + wide / 2, middle), y + high / 2, 12)
    )


def _arrow(message: Message, start: float, end: float, y: float) -> str:
    dash = ' stroke-dasharray="5 4"' if message.kind == "answer" else ""
    line = f'<line x1="{start:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" stroke="{SOFT}" stroke-width="1.4"{dash}'
    if message.kind != "lost":
        return f'{line} marker-end="url(#tip)"/>'
    cross = f"M {end - 6:.1f} {y - 5:.1f} l 10 10 m 0 -10 l -10 10"
    return f'{line}/><path d="{cross}" stroke="{RED}" stroke-width="2"/>'
