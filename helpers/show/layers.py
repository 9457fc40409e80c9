"""Where the boxes of a map stand: columns along the arrows, rows so that few arrows cross."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def layers(nodes: Sequence[Node], edges: Iterable[tuple[Node, Node]]) -> dict[Node, tuple[int, int]]:
    """Column and row of each node: an arrow leads to the right, unless it is part of a loop; a node stands beside those that lead to it.

    edges: pairs of source and target, both in ``nodes``. Equal arguments give equal places.
    """
    wires = list(edges)
    ahead: dict[Node, set[Node]] = {node: set() for node in nodes}
    for source, target in wires:
        ahead[source].add(target)
    reach = {node: _reach(node, ahead) for node in nodes}
    columns = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for source, target in wires:
            if source != target and columns[target] <= columns[source] and source not in reach[target]:
                columns[target] = columns[source] + 1
    rows: dict[Node, int] = {}
    for column in range(max(columns.values(), default=0) + 1):
        here = [node for node in nodes if columns[node] == column]
        middle = {
            node: _middle([rows[source] for source, target in wires if target == node and source in rows])
            for node in here
        }
        rows |= {node: row for row, node in enumerate(sorted(here, key=middle.__getitem__))}
    return {node: (columns[node], rows[node]) for node in nodes}


def _reach(begin: Node, ahead: dict[Node, set[Node]]) -> set[Node]:
    """Where arrows lead from a node, itself included."""
    seen, front = {begin}, [begin]
    while front:
        for node in ahead[front.pop()] - seen:
            seen.add(node)
            front.append(node)
    return seen


def _middle(rows: Sequence[int]) -> float:
    """Beside whom a node stands: between those that lead to it, and below all others when none does."""
    return sum(rows) / len(rows) if rows else float("inf")
