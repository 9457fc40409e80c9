"""The first steps of laying out a flowchart: which layer each box stands in, and in what order the boxes of a layer stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

SWEEPS = 12


@dataclass
class Grid:
    """What is laid out, in layers: names of boxes, and of the bends of long arrows. size: along the arrows and across them."""

    layer: dict[str, int]
    size: dict[str, tuple[float, float]]
    group: dict[str, str]
    ahead: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    behind: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def connect(self, source: str, target: str) -> None:
        self.ahead[source].append(target)
        self.behind[target].append(source)


def layers(ids: Sequence[str], ends: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way to each box along the arrows, without those that lead back; a beginning stands right before what it leads to."""
    ahead: dict[str, list[str]] = defaultdict(list)
    for source, target in ends:
        ahead[source].append(target)
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def visit(id: str) -> None:
        state[id] = 1
        for target in ahead[id]:
            if state.get(target) == 1:
                back.add((id, target))
            elif target not in state:
                visit(target)
        state[id] = 2
        order.append(id)

    for id in ids:
        if id not in state:
            visit(id)
    layer = dict.fromkeys(ids, 0)
    for source in reversed(order):
        for target in ahead[source]:
            if (source, target) not in back:
                layer[target] = max(layer[target], layer[source] + 1)
    forward = [pair for pair in ends if pair not in back]
    reached = {target for _, target in forward}
    for id in ids:
        following = [layer[target] for source, target in forward if source == id]
        if following and id not in reached:
            layer[id] = min(following) - 1
    return layer


def chain_of(grid: Grid, number: int, source: str, target: str) -> list[str]:
    """The names that an arrow goes through, from source to target; those between its ends are bends."""
    first, last = (source, target) if grid.layer[source] <= grid.layer[target] else (target, source)
    bends = [f"{number}/{layer}" for layer in range(grid.layer[first] + 1, grid.layer[last])]
    for layer, bend in enumerate(bends, grid.layer[first] + 1):
        grid.layer[bend], grid.size[bend] = layer, (0.0, 8.0)
    chain = [first, *bends, last]
    if first != last:
        for one, other in zip(chain, chain[1:], strict=False):
            grid.connect(one, other)
    return chain if first == source else chain[::-1]


def ordered(grid: Grid) -> list[list[str]]:
    """The names of each layer in the order with the fewest crossings that sorting by neighbours finds; members of a group stay together."""
    rows: list[list[str]] = [[] for _ in range(max(grid.layer.values()) + 1)]
    for name, layer in grid.layer.items():
        rows[layer].append(name)
    best, fewest = [list(row) for row in rows], _crossings(grid, rows)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        beside = grid.behind if forth else grid.ahead
        for index in range(len(rows)) if forth else reversed(range(len(rows))):
            place = {name: number for row in rows for number, name in enumerate(row)}
            key = {
                name: sum(place[one] for one in beside[name]) / len(beside[name]) if beside[name] else place[name]
                for name in rows[index]
            }
            together: dict[str, list[float]] = defaultdict(list)
            for name in rows[index]:
                together[grid.group.get(name, name)].append(key[name])
            middle = {name: sum(keys) / len(keys) for name, keys in together.items()}
            order = {
                name: (middle[own], own, key[name]) for name in rows[index] for own in [grid.group.get(name, name)]
            }
            rows[index].sort(key=order.__getitem__)
        if (crossings := _crossings(grid, rows)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _crossings(grid: Grid, rows: Sequence[Sequence[str]]) -> int:
    place = {name: number for row in rows for number, name in enumerate(row)}
    count = 0
    for row in rows:
        wires = [(place[name], place[target]) for name in row for target in grid.ahead[name]]
        count += sum((a - c) * (b - d) < 0 for number, (a, b) in enumerate(wires) for c, d in wires[number + 1 :])
    return count
