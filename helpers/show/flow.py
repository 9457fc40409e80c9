"""``flow()``: the messages of an account as a moving picture, topics, queues and functions with what waits, moves and failed.

In a running notebook it is a widget that looks again and again, and lets a dot run along each wire that carried a message. The same output also
carries an SVG and plain text of the moment at which it was shown: what a saved notebook, GitHub or a terminal shows. Equal states give equal pictures.
"""

from __future__ import annotations

import html
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from helpers.cloud.events import Step, events, short
from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.layers import layers
from helpers.show.topology import Edge, Topology, topology

SECONDS_BETWEEN_LOOKS = 0.4
WIDE, HIGH, BETWEEN, ROW = 204, 46, 80, 64
_COLOURS = {"topic": "#d6247f", "queue": "#8c4fff", "function": "#ed7100", "bucket": "#3f8624", "table": "#2e73b8", "rule": "#0e8a7d"}  # fmt: skip
_WORDS = {
    "en": {"published": "published", "waiting": "waiting", "flying": "in flight", "handled": "handled", "failed": "failed",
           "stop": "Stop looking", "stopped": "Stopped.", "empty": "nothing is wired in this account yet"},
    "pt-BR": {"published": "publicadas", "waiting": "esperando", "flying": "em voo", "handled": "tratadas", "failed": "com erro",
              "stop": "Parar de olhar", "stopped": "Parado.", "empty": "ainda não há nada ligado nesta conta"},
}  # fmt: skip
_STYLE = """<style>
.flow { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; background: var(--jp-layout-color1, #ffffff); }
.flow rect { fill: var(--jp-layout-color2, #f4f4f4); stroke: var(--jp-border-color1, #999999); }
.flow text { fill: var(--jp-content-font-color1, #222222); }
.flow .small { font-size: 11px; fill: var(--jp-content-font-color2, #555555); }
.flow path { fill: none; stroke: var(--jp-content-font-color2, #777777); stroke-width: 1.4; }
.flow .dead { stroke: #c62828; stroke-dasharray: 5 4; }
</style>"""


@dataclass
class Counts:
    """What the ledger and the queues say. moved: deliveries by (source, target). published, handled, failed: by node. waiting, flying: by queue."""

    last: int = 0
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    handled: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=dict)
    flying: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Count one more step."""
        self.last = step.number
        at, to = _node(step.resource), _node(step.to or "")
        if step.step == "published":
            self.published[at] += 1
        elif step.step in ("delivered", "dead-lettered"):
            self.moved[at, to] += 1
        # A mapping says how the function ended; who invokes asynchronously leaves that to the function's own steps.
        if ":function:" in to and step.step in ("delivered", "failed") and (":sqs:" in at or ":dynamodb:" in at):
            (self.handled if step.step == "delivered" else self.failed)[to] += 1
        elif ":function:" in at and step.step in ("succeeded", "failed"):
            (self.handled if step.step == "succeeded" else self.failed)[at] += 1


class Flow:
    """The messages of the connected account, ready to be shown."""

    def __init__(self, seconds: float = 60, lang: str = "en") -> None:
        self._seconds = seconds
        self._words = _WORDS.get(lang, _WORDS["en"])
        self._topology = topology()
        self._counts = Counts()
        self._stop = threading.Event()
        self.look()

    def look(self) -> set[tuple[str, str]]:
        """Look at the account again; the wires along which messages went since the last look."""
        before = Counter(self._counts.moved)
        for step in events(self._counts.last):
            self._counts.take(step)
        sqs = boto3.client("sqs")
        for arn, url in self._topology.queues.items():
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            given = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            self._counts.waiting[arn], self._counts.flying[arn] = (int(given[name]) for name in names)
        return set(self._counts.moved - before)

    def __repr__(self) -> str:
        return self.as_text()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.bundle(), raw=True)  # type: ignore[no-untyped-call]

    def bundle(self) -> dict[str, Any]:
        """The picture in all its forms, by MIME type; the widget in it looks for ``seconds`` from now on."""
        widget = self.widget()
        return {**widget._repr_mimebundle_(), "image/svg+xml": self.as_svg(), "text/plain": self.as_text()}

    def widget(self) -> Any:
        """The picture as an ipywidgets box that looks again and again, until its button is pressed or the time is over."""
        from ipywidgets import HTML, Button, VBox  # type: ignore[import-untyped]

        picture, button = HTML(self.as_svg()), Button(description=self._words["stop"], icon="stop")
        button.on_click(lambda _: self.stop())

        def watch() -> None:
            ends = time.monotonic() + self._seconds
            while time.monotonic() < ends and not self._stop.wait(SECONDS_BETWEEN_LOOKS):
                try:
                    self._topology = topology()
                    moved = self.look()
                except (
                    Exception
                ) as problem:  # the notebook was disconnected or its account emptied: the last picture stays
                    button.description = str(problem)[:60]
                    break
                if (drawn := self.as_svg(moved)) != picture.value:
                    picture.value = drawn
            picture.value = self.as_svg()
            button.disabled = True
            button.description = self._words["stopped"]

        threading.Thread(target=watch, name="flow", daemon=True).start()
        return VBox([picture, button])

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def as_text(self) -> str:
        """One line for each resource with its counts, and one below it for each wire."""
        lines = []
        for node in self._topology.nodes:
            lines.append(f"{short(node)}{_after(': ', self._said(node))}")
            for edge in self._topology.edges:
                if edge.source == node:
                    arrow = "→" if edge.way == "delivery" else "⇢"
                    lines.append(f"   {arrow} {short(edge.target)} ({self._counts.moved[node, edge.target]})")
        return "\n".join(lines) or self._words["empty"]

    def as_svg(self, moved: set[tuple[str, str]] | None = None) -> str:
        """The picture; a dot runs along the wires in ``moved``."""
        places = place(self._topology)
        wide = max((x for x, _ in places.values()), default=0) + WIDE + 20
        high = max((y for _, y in places.values()), default=0) + HIGH + 20
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">',
            _STYLE,
        ]
        parts += [self._wire(edge, places, moved or set()) for edge in self._topology.edges]
        parts += [self._box(node, *places[node]) for node in self._topology.nodes]
        if not places:
            parts.append(f'<text x="10" y="24">{html.escape(self._words["empty"])}</text>')
        return "\n".join([*parts, "</svg>"])

    def _said(self, node: str) -> str:
        counts, words = self._counts, self._words
        if node in counts.waiting:
            return f"{counts.waiting[node]} {words['waiting']} · {counts.flying[node]} {words['flying']}"
        if ":function:" in node:
            return f"{counts.handled[node]} {words['handled']} · {counts.failed[node]} {words['failed']}"
        return f"{counts.published[node]} {words['published']}" if ":sns:" in node else ""

    def _box(self, node: str, x: int, y: int) -> str:
        kind, _, name = short(node).partition(" ")
        label = name or kind
        kind = kind if name else "mailbox" if "@" in label else "endpoint"
        label = label if len(label) <= 26 else f"{label[:25]}…"
        return (
            f'<g><title>{html.escape(node)}</title><rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="5"/>'
            f'<rect x="{x}" y="{y}" width="6" height="{HIGH}" rx="3" style="fill: {_COLOURS.get(kind, "#777777")}; stroke: none"/>'
            f'<text x="{x + 14}" y="{y + 19}" font-weight="600">{html.escape(label)}</text>'
            f'<text x="{x + 14}" y="{y + 36}" class="small">{html.escape(kind + _after(" · ", self._said(node)))}</text></g>'
        )

    def _wire(self, edge: Edge, places: Mapping[str, tuple[int, int]], moved: set[tuple[str, str]]) -> str:
        (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
        if x2 > x1:
            begin, end = (x1 + WIDE, y1 + HIGH // 2), (x2 - 2, y2 + HIGH // 2)
            bend = (end[0] - begin[0]) // 2
            line = (
                f"M {begin[0]} {begin[1]} C {begin[0] + bend} {begin[1]}, {end[0] - bend} {end[1]}, {end[0]} {end[1]}"
            )
        else:  # back, or to itself: around below
            line = f"M {x1 + WIDE // 2} {y1 + HIGH} C {x1 + WIDE // 2} {y1 + HIGH + 30}, {x2 + WIDE // 2} {y2 + HIGH + 30}, {x2 + WIDE // 2} {y2 + HIGH + 2}"
            end = (x2 + WIDE // 2, y2 + HIGH + 20)
        count = self._counts.moved[edge.source, edge.target]
        said = f'<text x="{end[0] - 6}" y="{end[1] - 5}" class="small" text-anchor="end">{count}</text>'
        dot = ""
        if (edge.source, edge.target) in moved:
            dot = f'<circle r="5" fill="#ed7100"><animateMotion dur="{SECONDS_BETWEEN_LOOKS}s" fill="freeze" path="{line}"/></circle>'
        return f'<path d="{line}"{" class=" + chr(34) + "dead" + chr(34) if edge.way == "dead letters" else ""}/>{said}{dot}'


def flow(*, seconds: float = 60) -> Flow:
    """The messages of this notebook's account as a moving picture.

    seconds: how long the widget keeps looking.

    Raises: ``CourseError`` for a time that is none, ``CloudUnavailable`` before ``connect()``.
    """
    if not 0 <= seconds <= 3600:
        raise CourseError(f"flow(seconds={seconds}): give 0 to 3600 seconds")
    return Flow(seconds, language())


def place(wired: Topology) -> dict[str, tuple[int, int]]:
    """Where the box of each node stands: x grows along the wires, y in the order of the boxes that lead there."""
    cells = layers(wired.nodes, [(edge.source, edge.target) for edge in wired.edges])
    return {node: (10 + column * (WIDE + BETWEEN), 10 + row * ROW) for node, (column, row) in cells.items()}


def _node(arn: str) -> str:
    if ":function:" in arn:
        return ":".join(arn.split(":")[:7])
    return arn.split("/stream/")[0]


def _after(separator: str, text: str) -> str:
    return f"{separator}{text}" if text else ""
