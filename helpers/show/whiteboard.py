"""A whiteboard of the interview as a picture that needs no network: SVG for a page, sentences for a terminal and for who cannot see it.

The picture is an image with its own white ground, so that it looks the same in a light and a dark notebook, in one that JupyterLab does not trust
yet, and on paper.
"""

from __future__ import annotations

import base64
import html
import math

from helpers.show.drawing import BLUE, CARD, FAINT, GREEN, ORANGE, PURPLE, SOFT
from helpers.show.flowchart import Box, Frame, Layout, Wire, lay_out
from helpers.show.lettering import LINE
from helpers.show.mermaid import Flowchart, Link, Sequence, parse
from helpers.show.sequence import draw as draw_sequence
from helpers.show.svg import document, lettered

ON_SCREEN = 960.0
_TINTS = {
    "box": ("#ffffff", SOFT),
    "round": ("#ffffff", SOFT),
    "circle": ("#fff6e3", ORANGE),
    "table": ("#e8f2f9", BLUE),
    "queue": ("#f4ebf2", PURPLE),
    "choice": ("#e8f6f1", GREEN),
}


def as_svg(diagram: str, widest: float = ON_SCREEN, highest: float = math.inf) -> str:
    """The diagram as an SVG document; a flowchart that would be too large is turned, if that makes its letters larger.

    widest, highest: what the place for it offers, in CSS pixels.

    Raises: ``CourseError`` for a diagram that a whiteboard cannot draw.
    """
    drawing = parse(diagram)
    if isinstance(drawing, Sequence):
        return draw_sequence(drawing)
    ways = (lay_out(drawing, drawing.down), lay_out(drawing, not drawing.down))
    return _flowchart(max(ways, key=lambda way: min(1.0, widest / way.wide, highest / way.high)))


def as_image(diagram: str, alt: str, widest: float = ON_SCREEN, highest: float = math.inf) -> str:
    """The diagram as an ``<img>`` that carries its picture in itself.

    Raises: ``CourseError`` for a diagram that a whiteboard cannot draw.
    """
    picture = base64.b64encode(as_svg(diagram, widest, highest).encode()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{picture}" style="max-width: 100%; height: auto">'


def as_lines(diagram: str) -> list[str]:
    """The diagram in sentences, one for each arrow: ``queue → orders``.

    Raises: ``CourseError`` for a diagram that a whiteboard cannot draw.
    """
    drawing = parse(diagram)
    if isinstance(drawing, Sequence):
        people = {id: " ".join(lines) for id, lines in drawing.people.items()}
        return [
            f"{people[one.source]}: {' '.join(one.lines)}"
            if one.kind == "note"
            else f"{people[one.source]} → {people[one.target]}: {' '.join(one.lines)}"
            for one in drawing.messages
        ]
    return [_sentence(drawing, link) for link in drawing.links]


def _sentence(chart: Flowchart, link: Link) -> str:
    def name(id: str) -> str:
        return " ".join(chart.groups[id][0] if id in chart.groups else chart.nodes[id].lines)

    arrow = {"": "—", "<": "←", ">": "→", "<>": "↔"}[link.arrows]
    words = f" ({' '.join(link.lines)})" if link.lines else ""
    return f"{name(link.source)} {arrow} {name(link.target)}{words}"


def _flowchart(layout: Layout) -> str:
    parts = [*map(_frame, layout.frames), *(_wire(wire, layout.along_x) for wire in layout.wires)]
    return document(layout.wide, layout.high, [*parts, *map(_box, layout.boxes), *map(_label, layout.wires)])


def _frame(frame: Frame) -> str:
    return (
        f'<rect x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.wide:.1f}" height="{frame.high:.1f}" rx="6" fill="{CARD}" stroke="{FAINT}"/>'
        + lettered((frame.title,), frame.x + frame.wide / 2, frame.y + LINE / 2 + 3, 12, SOFT)
    )


def _box(box: Box) -> str:
    fill, stroke = _TINTS[box.shape]
    look = f'fill="{fill}" stroke="{stroke}"'
    left, top, half, tall = box.x - box.wide / 2, box.y - box.high / 2, box.wide / 2, box.high / 2
    rect = f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.wide:.1f}" height="{box.high:.1f}" {look} rx='
    if box.shape == "circle":
        outline = f'<ellipse cx="{box.x:.1f}" cy="{box.y:.1f}" rx="{half:.1f}" ry="{tall:.1f}" {look}/>'
    elif box.shape == "choice":
        corners = f"{box.x:.1f},{top:.1f} {left + box.wide:.1f},{box.y:.1f} {box.x:.1f},{top + box.high:.1f} {left:.1f},{box.y:.1f}"
        outline = f'<polygon points="{corners}" {look}/>'
    elif box.shape == "table":
        arc = f"a {half:.1f} 6 0 0"
        outline = (
            f'<path d="M {left:.1f} {top + 6:.1f} {arc} 1 {box.wide:.1f} 0 v {box.high - 12:.1f} {arc} 1 {-box.wide:.1f} 0 z '
            f'm 0 0 {arc} 0 {box.wide:.1f} 0" {look}/>'
        )
    elif box.shape == "queue":
        bars = f"M {left + 8:.1f} {top:.1f} v {box.high:.1f} M {left + box.wide - 8:.1f} {top:.1f} v {box.high:.1f}"
        outline = f'{rect}"2"/><path d="{bars}" fill="none" stroke="{stroke}"/>'
    else:
        outline = f'{rect}"{tall if box.shape == "round" else 4:.1f}"/>'
    return outline + lettered(box.lines, box.x, box.y + (4 if box.shape == "table" else 0))


def _wire(wire: Wire, along_x: bool) -> str:
    """A curve that leaves and enters along the arrows."""
    (x, y), *rest = wire.points
    steps = [f"M {x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        bend = ((x + to_x) / 2, y, (x + to_x) / 2, to_y) if along_x else (x, (y + to_y) / 2, to_x, (y + to_y) / 2)
        steps.append("C " + " ".join(f"{one:.1f}" for one in (*bend, to_x, to_y)))
        x, y = to_x, to_y
    dash = ' stroke-dasharray="5 4"' if wire.link.line == "dotted" else ""
    thick = 2.6 if wire.link.line == "thick" else 1.4
    tips = (' marker-start="url(#tip)"' if "<" in wire.link.arrows else "") + (
        ' marker-end="url(#tip)"' if ">" in wire.link.arrows else ""
    )
    return f'<path d="{" ".join(steps)}" fill="none" stroke="{SOFT}" stroke-width="{thick}"{dash}{tips}/>'


def _label(wire: Wire) -> str:
    return lettered(wire.label, *wire.label_at, 12, SOFT, ground="#ffffff") if wire.label else ""
