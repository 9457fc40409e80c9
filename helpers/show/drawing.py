"""What the pictures of monitoring have in common: their look, their colours, and the forms in which a notebook keeps them.

Colours are those of Okabe and Ito, which people who see few colours can tell apart; what a colour says is also written, hatched or dashed.
Pictures stand on white, so that they read the same in a light and in a dark notebook. They use the font that comes with matplotlib.
Source: https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.languages import numeral

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BROWN = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#aa4f8b",
    "#56b4e9",
    "#7a5230",
)
LINES = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BROWN)
MARKS = "osD^vPX"
INK, SOFT, FAINT, CARD = "#1f2933", "#5b6672", "#d9dee4", "#f6f7f9"
STATES = {"OK": GREEN, "ALARM": RED, "INSUFFICIENT_DATA": "#b3bac3"}
HATCHES = {"OK": "", "ALARM": "///", "INSUFFICIENT_DATA": "...."}
# What became of a request, from the best to the worst.
FATES = {"ok": GREEN, "error": ORANGE, "throttle": "#8c4f9e", "fault": RED}
DPI = 110
_LOOK: Any = {
    "font.family": ["DejaVu Sans"], "font.size": 9, "text.color": INK, "text.parse_math": False, "axes.labelcolor": SOFT, "axes.edgecolor": "#9aa5b1",
    "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelsize": 8, "ytick.labelsize": 8, "axes.labelsize": 8, "axes.titlesize": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8, "hatch.linewidth": 0.5, "hatch.color": "#ffffff80",
    "legend.frameon": False, "legend.fontsize": 8, "axes.formatter.useoffset": False, "axes.unicode_minus": True,
}  # fmt: skip


class Picture:
    """Something to be shown: a picture for a page, lines of text for a terminal, and a sentence for who cannot see the picture."""

    def figure(self) -> Figure:
        """The picture as a matplotlib figure."""
        raise NotImplementedError

    def as_text(self) -> str:
        """The essentials as lines of text."""
        raise NotImplementedError

    def alt(self) -> str:
        """What a screen reader says in the place of the picture."""
        return self.as_text()

    def as_png(self) -> bytes:
        """The picture; equal answers of the cloud give an equal picture."""
        file = io.BytesIO()
        with look(), warnings.catch_warnings():
            # A name may have letters that the font lacks; a box stands for each of them.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self.figure().savefig(file, format="png", dpi=DPI, metadata={"Software": None})
        return file.getvalue()

    def __repr__(self) -> str:
        return self.as_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.as_png(), "text/plain": self.as_text()}, {"image/png": {"alt": self.alt()}}


class LivePicture(Picture):
    """A picture that a running notebook shows with controls; what is saved is the picture alone."""

    def widget(self) -> Any:
        """The picture as an ipywidgets box with its controls."""
        raise NotImplementedError

    def bundle(self) -> dict[str, Any]:
        """The picture in all its forms, by MIME type."""
        return {**self.widget()._repr_mimebundle_(), "image/png": self.as_png(), "text/plain": self.as_text()}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.bundle(), raw=True, metadata={"image/png": {"alt": self.alt()}})  # type: ignore[no-untyped-call]


@contextmanager
def look() -> Iterator[None]:
    """The settings under which all pictures are drawn."""
    import matplotlib

    with matplotlib.rc_context(_LOOK):
        yield


def canvas(width: float, height: float, **options: Any) -> Figure:
    """An empty white figure; width and height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white", **options)


def bare(axes: Axes) -> Axes:
    """The same axes without frame, ticks and labels."""
    axes.set_axis_off()
    return axes


def shorten(text: str, most: int) -> str:
    """``text`` with at most ``most`` characters: its middle goes, because names differ at both ends."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :] if tail else ''}"


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=["DejaVu Sans"], size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        # Letters stand on whole pixels, which makes a line a little wider than its outlines.
        return 1.03 * float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def fitted(text: str, points: float, size: float, bold: bool = False) -> str:
    """``text`` shortened in the middle until it is at most so wide."""
    text = " ".join(text.split())
    most = len(text)
    while most > 1 and width_of(shorten(text, most), size, bold) > points:
        most = min(most - 1, max(1, int(most * points / width_of(shorten(text, most), size, bold)) + 1))
    return shorten(text, most)


def legend_label(text: str) -> str:
    """``text`` for a legend, which would leave out what begins with an underscore."""
    return f" {text}" if text.startswith("_") else text


def legend_columns(labels: Sequence[str], points: float) -> int:
    """How many columns a legend with these labels may have in so wide a place."""
    widest = max((width_of(label, 8) for label in labels), default=0.0) + 46
    return max(1, min(len(labels), int(points // widest)))


def number(value: float, lang: str) -> str:
    """A value as a person writes it, with three or four digits: ``0.125``, ``1,240``, ``3.4 M``; in Portuguese ``1.240``."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return numeral(f"{value / size:.3g} {letter}", lang)
    if abs(value) >= 1000:
        return numeral(f"{value:,.0f}", lang)
    return numeral(f"{value:.3g}" if value % 1 else f"{value:.0f}", lang)


def duration(seconds: float, lang: str) -> str:
    """A time as a person writes it: ``340 µs``, ``12.5 ms``, ``1.24 s``, ``2 min 5 s``; in Portuguese ``1,24 s``."""
    if seconds >= 60:
        return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
    if seconds >= 1:
        return numeral(f"{seconds:.2f} s", lang)
    if seconds >= 0.001 or seconds == 0:
        return numeral(f"{seconds * 1000:.3g} ms", lang)
    return f"{seconds * 1e6:.0f} µs"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], most: int = 60) -> list[str]:
    """Lines of text in which cells stand below each other, each shortened to ``most`` characters."""
    cells = [[shorten(_line(cell), most) for cell in row] for row in [columns, *rows]]
    wide = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip() for row in cells]
    return [lines[0], "  ".join("─" * size for size in wide), *lines[1:]]


def _line(text: str) -> str:
    """``text`` on one line, indented as it was."""
    return " " * (len(text) - len(text.lstrip(" "))) + " ".join(text.split())
