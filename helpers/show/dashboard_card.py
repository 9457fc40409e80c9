"""A card on a dashboard: a white box with a title, in which a widget is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.show.drawing import FAINT, SOFT, bare, fitted, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = 0.27


@dataclass(frozen=True)
class Card:
    """left, bottom, width, height: of the box in inches; sizes inside are inches too, counted from its left upper corner."""

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float

    def frame(self, title: str = "", *, plain: bool = False) -> None:
        """Draw the box and its title."""
        from matplotlib.patches import FancyBboxPatch

        if not plain:
            box = FancyBboxPatch((self.left, self.bottom), self.width, self.height, boxstyle="round,pad=0,rounding_size=0.06", facecolor="white",
                                 edgecolor=FAINT, lw=1, transform=self._inches(), zorder=-1)  # fmt: skip
            self.figure.add_artist(box)
        if title:
            self.text(0.1, 0.16, fitted(title, (self.width - 0.2) * 72, 8.5, True), fontsize=8.5, weight="bold")

    def text(self, x: float, y: float, text: str, **look: Any) -> None:
        """Write at a place of the card."""
        look = {"va": "center", "fontsize": 8, **look}
        self.figure.text(self.left + x, self.bottom + self.height - y, text, transform=self._inches(), **look)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes that leave so much room at each side."""
        wide, high = self.figure.get_size_inches()
        inside = max(0.1, self.width - left - right), max(0.1, self.height - top - bottom)
        return self.figure.add_axes(
            ((self.left + left) / wide, (self.bottom + bottom) / high, inside[0] / wide, inside[1] / high)
        )

    def sheet(self, top: float = TITLE) -> Axes:
        """Bare axes over the whole card below its title, whose units are inches and whose y grows downwards."""
        axes = bare(self.axes(0, top, 0, 0))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height - top, 0)
        return axes

    def message(self, text: str) -> None:
        """One sentence in the middle, on as many lines as it needs."""
        lines = wrapped(text, (self.width - 0.3) * 72, 8)
        for place, line in enumerate(lines):
            y = self.height / 2 + 0.1 + 0.16 * (place - (len(lines) - 1) / 2)
            if y < self.height - 0.05:
                self.text(self.width / 2, y, line, ha="center", color=SOFT)

    def _inches(self) -> Any:
        return self.figure.dpi_scale_trans


def wrapped(text: str, points: float, size: float, bold: bool = False) -> list[str]:
    """``text`` broken into lines that are at most so wide; a word that is wider is shortened."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size, bold) > points:
            lines.append(line)
            longer = word
        line = longer if width_of(longer, size, bold) <= points else fitted(longer, points, size, bold)
    return [*lines, line] if line or not lines else lines
