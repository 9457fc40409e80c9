"""What may stand in a card of a dashboard beside metrics: text, alarms, rows of logs, and why something is not drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.show.dashboard_card import TITLE, Card, wrapped
from helpers.show.drawing import FAINT, INK, SOFT, STATES, fitted, width_of
from helpers.show.insights import Rows

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|<button[^>]*>|</button>")
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


@dataclass(frozen=True)
class Box:
    """A card's content: what it says as text, and how it is drawn."""

    title: str

    def text(self) -> list[str]:
        """Its essentials as lines."""
        return []

    def draw(self, card: Card) -> None:
        """Draw it into a card."""
        card.frame(self.title)


@dataclass(frozen=True)
class Said(Box):
    """A sentence instead of a picture: why this widget is not drawn."""

    sentence: str

    def text(self) -> list[str]:
        return [self.sentence]

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        card.message(self.sentence)


@dataclass(frozen=True)
class Text(Box):
    """A widget of markdown, as plain text with headings and lists."""

    markdown: str
    plain: bool = False

    def text(self) -> list[str]:
        return [_LINK.sub(r"\1", line) for line in self.markdown.splitlines() if line.strip()]

    def draw(self, card: Card) -> None:
        card.frame(plain=self.plain)
        y = 0.08
        for line in self.markdown.splitlines():
            size, bold, indent = 8.0, False, 0.0
            said = _MARKUP.sub("", _LINK.sub(r"\1", line)).strip()
            if heading := re.match(r"(#+)\s*(.*)", said):
                size, bold, said = (13.0, 11.0, 9.5)[min(3, len(heading[1])) - 1], True, heading[2]
            elif item := re.match(r"[-*+]\s+(.*)", said):
                said, indent = f"• {item[1]}", 0.08
            step = size * 1.4 / 72
            if not said:
                y += 0.08
                continue
            for part in wrapped(said, (card.width - 0.24 - indent) * 72, size, bold):
                if y + step > card.height - 0.02:
                    card.text(card.width - 0.1, card.height - 0.1, "…", ha="right", color=SOFT)
                    return
                card.text(0.12 + indent, y + step / 2, part, fontsize=size, weight="bold" if bold else "normal")
                y += step


@dataclass(frozen=True)
class Alarms(Box):
    """The states of alarms, as pills."""

    states: Sequence[tuple[str, str]]

    def text(self) -> list[str]:
        return [f"{name}: {state}" for name, state in self.states]

    def draw(self, card: Card) -> None:
        from matplotlib.patches import FancyBboxPatch

        card.frame(self.title)
        sheet = card.sheet(TITLE if self.title else 0.06)
        room = card.height - (TITLE if self.title else 0.06)
        across = max(1, int(card.width / 2.3))
        down = max(1, int(room / 0.27))
        shown = self.states if len(self.states) <= across * down else self.states[: across * down - 1]
        wide = card.width / across
        for place, (name, state) in enumerate(shown):
            x, y = place % across * wide + 0.12, place // across * 0.27 + 0.14
            word = {"INSUFFICIENT_DATA": "NO DATA"}.get(state, state)
            pill = width_of(word, 6.5, True) / 72 + 0.14
            sheet.add_patch(
                FancyBboxPatch(
                    (x, y - 0.085),
                    pill,
                    0.17,
                    boxstyle="round,pad=0,rounding_size=0.05",
                    facecolor=STATES.get(state, FAINT),
                    lw=0,
                )
            )
            sheet.text(
                x + pill / 2,
                y + 0.005,
                word,
                fontsize=6.5,
                weight="bold",
                ha="center",
                va="center",
                color=INK if state == "INSUFFICIENT_DATA" else "white",
            )
            sheet.text(x + pill + 0.07, y, fitted(name, (wide - pill - 0.28) * 72, 8), fontsize=8, va="center")
        if left := len(self.states) - len(shown):
            sheet.text(card.width - 0.1, room - 0.12, f"… +{left}", fontsize=8, ha="right", va="center", color=SOFT)


@dataclass(frozen=True)
class Logs(Box):
    """The rows of a query."""

    rows: Rows
    note: str

    def text(self) -> list[str]:
        return repr(self.rows).splitlines()

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        columns, cells = self.rows.columns(), self.rows.cells()
        top = TITLE if self.title else 0.08
        most = max(1, int((card.height - top - 0.3) / 0.18))
        shown = [columns, *cells[: most - 1]] if columns else []
        need = [
            max(width_of(fitted(row[place], 400, 7, line == 0), 7, line == 0) + 10 for line, row in enumerate(shown))
            for place in range(len(columns))
        ]
        room = (card.width - 0.2) * 72
        # What is narrow gets what it needs, the wide ones share the rest.
        wide, left = [0.0] * len(need), room
        for count, place in enumerate(sorted(range(len(need)), key=need.__getitem__)):
            wide[place] = min(need[place], left / (len(need) - count))
            left -= wide[place]
        for line, row in enumerate(shown):
            x = 0.1
            for place, cell in enumerate(row):
                card.text(
                    x,
                    top + 0.1 + 0.18 * line,
                    fitted(cell, wide[place] - 8, 7, line == 0),
                    fontsize=7,
                    weight="bold" if line == 0 else "normal",
                    color=SOFT if line == 0 else INK,
                )
                x += wide[place] / 72
        notes = [*self.rows.notes(), *([self.note] if self.note else [])]
        card.text(0.1, card.height - 0.12, fitted(" · ".join(notes), room, 7), fontsize=7, color=SOFT)
