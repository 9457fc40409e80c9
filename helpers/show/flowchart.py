"""Where the boxes and arrows of a flowchart stand: in layers along the arrows, in an order with few crossings, as straight as it goes.

The steps are those of Sugiyama's method: turn loops around, give each box a layer, lead long arrows through the layers between, sort each layer by
its neighbours, and move boxes beside them. Equal charts give equal drawings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from helpers.show import lettering
from helpers.show.layering import SWEEPS, Grid, chain_of, layers, ordered
from helpers.show.lettering import Lines
from helpers.show.mermaid import Flowchart, Link

MOST_LETTERS, LABEL_LETTERS = 28, 20
_BETWEEN_LAYERS, _BETWEEN_BOXES, _PORT, _MARGIN, _FRAME = 44.0, 18.0, 26.0, 10.0, 14.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box by its middle and its size."""

    x: float
    y: float
    wide: float
    high: float
    lines: Lines
    shape: str


@dataclass(frozen=True)
class Wire:
    """An arrow by its points, and the middle of its label."""

    points: tuple[Point, ...]
    link: Link
    label: Lines
    label_at: Point


@dataclass(frozen=True)
class Frame:
    """A group by its upper left corner, its size, and its title."""

    x: float
    y: float
    wide: float
    high: float
    title: str


@dataclass(frozen=True)
class Layout:
    """A flowchart with a place for everything. along_x: its arrows lead to the right, not down."""

    wide: float
    high: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]
    along_x: bool


def lay_out(chart: Flowchart, down: bool) -> Layout:
    """Give everything a place; ``down`` overrules the direction of the chart."""
    shown = {id: lettering.wrapped(node.lines, MOST_LETTERS) for id, node in chart.nodes.items()}
    sizes = {id: _size(lines, chart.nodes[id].shape) for id, lines in shown.items()}
    anchor = {id: members[0] for id, (_, members) in chart.groups.items() if members}
    group = {member: id for id, (_, members) in chart.groups.items() for member in members}
    ends = [(anchor.get(link.source, link.source), anchor.get(link.target, link.target)) for link in chart.links]
    layer = layers(list(chart.nodes), ends)
    grid = Grid(layer, {id: (high, wide) if down else (wide, high) for id, (wide, high) in sizes.items()}, group)
    chains = [chain_of(grid, number, source, target) for number, (source, target) in enumerate(ends)]
    rows = ordered(grid)
    across = _across(grid, rows)
    labels = [lettering.wrapped(link.lines, LABEL_LETTERS) for link in chart.links]
    along = _along(grid, rows, chains, [_label_size(label, down) for label in labels])
    return _drawn(chart, grid, chains, along, across, labels, shown, down)


def _size(lines: Lines, shape: str) -> tuple[float, float]:
    wide = max(lettering.width(line) for line in lines)
    high = len(lines) * lettering.LINE
    if shape == "choice":
        return wide * 1.45 + 24, high * 1.9 + 26
    if shape == "circle":
        return wide * 1.2 + 22, high * 1.3 + 18
    extra = {"table": (24, 28), "queue": (40, 18), "round": (32, 18)}.get(shape, (24, 18))
    return wide + extra[0], high + extra[1]


def _label_size(lines: Lines, down: bool) -> float:
    if not lines:
        return 0.0
    return len(lines) * lettering.LINE if down else max(lettering.width(line, 12) for line in lines) + 8


def _across(grid: Grid, rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """The middle of each name across the arrows: beside its neighbours, as far as the others of its layer let it."""
    place: dict[str, float] = {}
    for row in rows:
        place |= _spaced(grid, row, [0.0] * len(row))
    for sweep in range(2 * SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = []
            for name in row:
                beside = [*grid.behind[name], *grid.ahead[name]]
                wanted.append(sum(place[one] for one in beside) / len(beside) if beside else place[name])
            place |= _spaced(grid, row, wanted)
    return place


def _spaced(grid: Grid, row: Sequence[str], wanted: Sequence[float]) -> dict[str, float]:
    """The places nearest to the wanted ones (least squares) that keep order and distance: neighbours in each other's way move as one."""
    offsets, offset = [], 0.0
    for number, name in enumerate(row):
        if number:
            apart = 0.0 if grid.group.get(name) == grid.group.get(row[number - 1]) else _FRAME
            offset += (grid.size[row[number - 1]][1] + grid.size[name][1]) / 2 + _BETWEEN_BOXES + apart
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        blocks.append((want - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (value, count), (before, many) = blocks.pop(), blocks.pop()
            blocks.append(((value * count + before * many) / (count + many), count + many))
    free = [value for value, count in blocks for _ in range(count)]
    return {name: place + offset for name, place, offset in zip(row, free, offsets, strict=True)}


def _along(
    grid: Grid, rows: Sequence[Sequence[str]], chains: Sequence[Sequence[str]], labels: Sequence[float]
) -> list[float]:
    """The middle of each layer along the arrows; a label has room between its first two."""
    thick = [max(grid.size[name][0] for name in row) for row in rows]
    gaps = [_BETWEEN_LAYERS] * len(rows)
    for chain, label in zip(chains, labels, strict=True):
        if label and len(chain) > 1:
            first = min(grid.layer[chain[0]], grid.layer[chain[1]])
            gaps[first] = max(gaps[first], label + 30)
    middles, edge = [], 0.0
    for size, gap in zip(thick, gaps, strict=True):
        middles.append(edge + size / 2)
        edge += size + gap
    return middles


def _drawn(
    chart: Flowchart,
    grid: Grid,
    chains: Sequence[Sequence[str]],
    along: Sequence[float],
    across: Mapping[str, float],
    labels: Sequence[Lines],
    shown: Mapping[str, Lines],
    down: bool,
) -> Layout:
    """Turn layers and rows into x and y, with the arrows' ends on the borders of their boxes and frames."""

    def turned(point: Point) -> Point:
        return (point[1], point[0]) if down else point

    middle = {name: (along[grid.layer[name]], across[name]) for name in grid.layer}
    boxes = []
    for id, lines in shown.items():
        (x, y), (wide, high) = turned(middle[id]), turned(grid.size[id])
        boxes.append(Box(x, y, wide, high, lines, chart.nodes[id].shape))
    by_id = dict(zip(shown, boxes, strict=True))
    frames = {
        id: _frame([by_id[one] for one in members], title) for id, (title, members) in chart.groups.items() if members
    }
    offsets = _ports(grid, chains, across)
    wires = []
    for number, (link, chain) in enumerate(zip(chart.links, chains, strict=True)):
        points = [middle[name] for name in chain]
        for end, toward, id in ((0, 1, link.source), (-1, -2, link.target)):
            forth = points[toward][0] > points[end][0]
            if id in frames:
                points[end] = _on_frame(frames[id], points[toward], forth, down)
            else:
                points[end] = _on_border(
                    grid, chart.nodes[id].shape, chain[end], points[end], offsets[number, end], forth
                )
        at = ((points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2)
        wires.append(Wire(tuple(map(turned, points)), link, labels[number], turned(at)))
    return _moved(boxes, wires, list(frames.values()), along_x=not down)


def _ports(grid: Grid, chains: Sequence[Sequence[str]], across: Mapping[str, float]) -> dict[tuple[int, int], float]:
    """How far from the middle of its side each end of each arrow touches a box; ends of one side are in the order of where they come from."""
    sides: dict[tuple[str, bool], list[tuple[float, int, int]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        for end, toward in ((0, 1), (-1, -2)):
            forth = grid.layer[chain[toward]] > grid.layer[chain[end]]
            sides[chain[end], forth].append((across[chain[toward]], number, end))
    offsets = {}
    for (name, _), ends in sides.items():
        step = min(_PORT, 0.7 * grid.size[name][1] / len(ends))
        for place, (_, number, end) in enumerate(sorted(ends)):
            offsets[number, end] = (place - (len(ends) - 1) / 2) * step
    return offsets


def _on_border(grid: Grid, shape: str, name: str, middle: Point, offset: float, forth: bool) -> Point:
    half, across = grid.size[name][0] / 2, grid.size[name][1] / 2
    if shape == "circle":
        half *= (1 - (offset / across) ** 2) ** 0.5
    elif shape == "choice":
        half *= 1 - abs(offset) / across
    return (middle[0] + (half if forth else -half), middle[1] + offset)


def _frame(boxes: Sequence[Box], title: Lines) -> Frame:
    left, right = min(box.x - box.wide / 2 for box in boxes), max(box.x + box.wide / 2 for box in boxes)
    top, bottom = min(box.y - box.high / 2 for box in boxes), max(box.y + box.high / 2 for box in boxes)
    words = " ".join(title)
    wide = max(right - left + 2 * _FRAME, lettering.width(words, 12) + 2 * _FRAME)
    above = lettering.LINE + 4
    return Frame((left + right - wide) / 2, top - above, wide, bottom - top + above + _FRAME, words)


def _on_frame(frame: Frame, toward: Point, forth: bool, down: bool) -> Point:
    """Where an arrow of a whole group touches its frame: opposite of what it leads to."""
    start, size = (
        ((frame.y, frame.high), (frame.x, frame.wide)) if down else ((frame.x, frame.wide), (frame.y, frame.high))
    )
    edge = start[0] + start[1] if forth else start[0]
    return (edge, min(max(toward[1], size[0] + 12), size[0] + size[1] - 12))


def _moved(boxes: Sequence[Box], wires: Sequence[Wire], frames: Sequence[Frame], along_x: bool) -> Layout:
    """The same drawing with its upper left corner at the margin."""
    corners = [
        (box.x - box.wide / 2, box.y - box.high / 2, box.x + box.wide / 2, box.y + box.high / 2) for box in boxes
    ]
    corners += [(one.x, one.y, one.x + one.wide, one.y + one.high) for one in frames]
    for wire in wires:
        if wire.label:
            wide, high = max(lettering.width(line, 12) for line in wire.label) / 2, len(wire.label) * lettering.LINE / 2
            x, y = wire.label_at
            corners.append((x - wide, y - high, x + wide, y + high))
    left, top = min(one[0] for one in corners) - _MARGIN, min(one[1] for one in corners) - _MARGIN
    right, bottom = max(one[2] for one in corners) + _MARGIN, max(one[3] for one in corners) + _MARGIN
    return Layout(
        right - left,
        bottom - top,
        tuple(replace(box, x=box.x - left, y=box.y - top) for box in boxes),
        tuple(
            replace(
                wire,
                points=tuple((x - left, y - top) for x, y in wire.points),
                label_at=(wire.label_at[0] - left, wire.label_at[1] - top),
            )
            for wire in wires
        ),
        tuple(replace(one, x=one.x - left, y=one.y - top) for one in frames),
        along_x,
    )
