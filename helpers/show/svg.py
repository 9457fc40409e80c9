"""The parts of which the whiteboards' drawings are made: an SVG document on white, and lines of text around a point."""

from __future__ import annotations

import html
from collections.abc import Iterable

from helpers.show import lettering
from helpers.show.drawing import INK, SOFT


def document(wide: float, high: float, parts: Iterable[str]) -> str:
    """An SVG document of this size, in CSS pixels, with an arrow's tip under the name ``tip``."""
    tip = (
        f'<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse" markerUnits="userSpaceOnUse">'
        f'<path d="M 0 0 L 10 5 L 0 10 z" fill="{SOFT}"/></marker>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.1f} {high:.1f}" '
        f'font-family="{html.escape(lettering.FONT)}" text-anchor="middle"><defs>{tip}</defs>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def lettered(
    lines: lettering.Lines, x: float, y: float, size: float = lettering.SIZE, ink: str = INK, ground: str = ""
) -> str:
    """Lines of text with their middle at a point; ``ground``: the colour of a patch behind them."""
    patch = ""
    if ground:
        wide, high = max(lettering.width(line, size) for line in lines) + 6, len(lines) * lettering.LINE
        patch = f'<rect x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{ground}"/>'
    first = y - (len(lines) - 1) * lettering.LINE / 2 + size * 0.36
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{first + number * lettering.LINE:.1f}">{html.escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'{patch}<text font-size="{size:g}" fill="{ink}">{spans}</text>'
