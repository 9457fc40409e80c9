"""How wide text is in a drawing that no font is loaded for, and how it breaks into lines.

The widths are those of DejaVu Sans, which has the metrics of Verdana: the widest of the common sans-serif fonts, so a box that fits it fits all.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable

FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"
SIZE, LINE = 13.0, 17.0
Lines = tuple[str, ...]
_BY_WIDTH = {
    27: "'", 28: "ijl", 29: "IJ", 32: " ,.·", 34: "/:;\\|", 36: "-f", 39: "()[]t", 41: "r!", 46: '"', 50: "*_`°", 52: "sz?", 56: "cL",
    59: "vxyFk", 61: "TYaoeP", 63: "ESbdghnpqu", 64: "$0123456789{}", 69: "AVKBRXZC", 75: "HNU", 79: "DGOQ&", 84: "w#+<=>^~×−→←↑↓",
    97: "mM%", 100: "W@…—",
}  # fmt: skip
_WIDTHS = {letter: width / 100 for width, letters in _BY_WIDTH.items() for letter in letters}


def width(text: str, size: float = SIZE) -> float:
    """How wide a line is, in the unit of ``size``; an accent adds nothing, and an unknown letter counts as a wide one."""
    plain = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return size * sum(_WIDTHS.get(letter, 1.0) for letter in plain)


def wrapped(lines: Iterable[str], most: int) -> Lines:
    """The same words in lines of at most ``most`` letters, unless a word is longer; the author's breaks stay."""
    broken = [textwrap.wrap(line, most, break_long_words=False, break_on_hyphens=False) or [""] for line in lines]
    return tuple(part for parts in broken for part in parts)
