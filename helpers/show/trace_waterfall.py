"""``trace_waterfall()``: one request as nested bars in time, with what each part took alone and how it ended."""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.cloud.session import language
from helpers.show.drawing import (
    FAINT,
    FATES,
    INK,
    SKY,
    SOFT,
    LivePicture,
    bare,
    canvas,
    duration,
    fitted,
    shorten,
    table,
    width_of,
)
from helpers.show.traces import Piece, Trace, load

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 60
_WORDS = {
    "en": {"trace": "Trace", "total": "total", "own": "own", "name": "segment", "inferred": "inferred", "cold": "cold start", "running": "in progress",
           "linked": "linked to", "more": "more pieces are not drawn", "limited": "X-Ray kept only a part of this trace", "part": "Part",
           "ok": "ok", "error": "error (4xx)", "throttle": "throttled (429)", "fault": "fault (5xx)", "annotations": "annotations, searchable",
           "metadata": "metadata, not searchable", "nothing": "nothing was noted here"},
    "pt-BR": {"trace": "Trace", "total": "total", "own": "próprio", "name": "segmento", "inferred": "inferido", "cold": "cold start", "running": "em andamento",
              "linked": "ligado a", "more": "partes a mais não foram desenhadas", "limited": "o X-Ray guardou só uma parte deste trace", "part": "Parte",
              "ok": "ok", "error": "erro (4xx)", "throttle": "limitado (429)", "fault": "falha (5xx)", "annotations": "anotações, pesquisáveis",
              "metadata": "metadados, não pesquisáveis", "nothing": "nada foi anotado aqui"},
}  # fmt: skip
_MARK = {"error": "4xx", "throttle": "429", "fault": "5xx"}
_WIDE, _NAMES, _NUMBERS, _ROW = 9.0, 3.05, 1.45, 0.235
_DETAILS = ("http", "aws", "sql", "cause", "user", "service")


@dataclass(repr=False)
class Waterfall(LivePicture):
    """A trace, ready to be shown."""

    trace: Trace
    lang: str = "en"

    @property
    def linked(self) -> tuple[str, ...]:
        """The ids of the traces to which this one is linked."""
        return self.trace.linked

    def as_text(self) -> str:
        """A line for each segment and subsegment, indented, with its whole and its own time."""
        words = self._words
        rows = []
        for depth, piece in self.trace.walk():
            fate = words[piece.fate] if piece.fate != "ok" else ""
            rows.append(
                [
                    "  " * depth + piece.name,
                    piece.detail,
                    _took(piece.lasted, self.lang),
                    _took(piece.own(), self.lang),
                    ", ".join(part for part in (fate, *self._said(piece)) if part),
                ]
            )
        lines = table([words["name"], "", words["total"], words["own"], ""], rows)
        return "\n".join([*lines, *self._notes()])

    def alt(self) -> str:
        """One sentence: how many pieces, how long, and what failed."""
        pieces = [piece for _, piece in self.trace.walk()]
        begin, end = _edges(pieces)
        failed = [f"{piece.name}: {self._words[piece.fate]}" for piece in pieces if piece.fate != "ok"]
        return f"{self._words['trace']}: {len(pieces)} × {self._words['name']}, {duration(end - begin, self.lang)}{'; ' if failed else ''}{'; '.join(dict.fromkeys(failed))}."

    def figure(self) -> Figure:
        """Names on the left, bars in time beside them, times on the right."""
        words, rows = self._words, self.trace.walk()[:MOST_ROWS]
        begin, end = _edges([piece for _, piece in self.trace.walk()])
        notes = self._notes()
        foot = 0.62 + 0.19 * len(notes)
        high = 0.34 + _ROW * len(rows) + foot
        figure = canvas(_WIDE, high)
        axes = figure.add_axes(
            (_NAMES / _WIDE, foot / high, (_WIDE - _NAMES - _NUMBERS) / _WIDE, _ROW * len(rows) / high)
        )
        span = max(end - begin, 1e-6)
        scale, unit = next(
            (size, name) for most, size, name in ((1e-3, 1e6, "µs"), (2, 1e3, "ms"), (math.inf, 1, "s")) if span <= most
        )
        axes.set_xlim(0, span * scale)
        axes.set_ylim(len(rows), 0)
        side = bare(figure.add_axes((0, foot / high, 1, _ROW * len(rows) / high)))
        side.set_xlim(0, _WIDE)
        side.set_ylim(len(rows), 0)
        for row, (depth, piece) in enumerate(rows):
            if row % 2 == 0:
                side.axhspan(row, row + 1, color="#f6f7f9", lw=0, zorder=-2)
            self._names(side, row, depth, piece)
            self._bar(axes, row, piece, begin, end, scale)
        side.set_zorder(-1)
        axes.patch.set_alpha(0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=FAINT, lw=0.7)
        axes.set_axisbelow(True)
        axes.set_xlabel(unit, labelpad=1)
        axes.tick_params(length=3)
        top = 1 - 0.2 / high
        figure.text(0.1 / _WIDE, top, words["name"], fontsize=8, color=SOFT, va="center")
        figure.text((_WIDE - 0.78) / _WIDE, top, words["total"], fontsize=8, color=SOFT, va="center", ha="right")
        figure.text((_WIDE - 0.1) / _WIDE, top, words["own"], fontsize=8, color=SOFT, va="center", ha="right")
        self._legend(figure, (0.15 + 0.19 * len(notes)) / high)
        for place, note in enumerate(notes):
            figure.text(
                0.1 / _WIDE,
                (0.07 + 0.19 * (len(notes) - 1 - place)) / high,
                fitted(note, 620, 8),
                fontsize=8,
                color=SOFT,
            )
        return figure

    def widget(self) -> Any:
        """The picture, and below it the parts to choose from, with what was noted on each."""
        from ipywidgets import HTML, HBox, Image, Layout, Select, VBox  # type: ignore[import-untyped]

        pieces = self.trace.walk()
        labels = [
            f"{chr(0xA0) * 3 * depth}{shorten(piece.name, 48)}{' · ' + _MARK[piece.fate] if piece.fate in _MARK else ''}"
            for depth, piece in pieces
        ]
        choice = Select(
            options=[(label, place) for place, label in enumerate(labels)],
            rows=min(14, len(pieces)),
            layout=Layout(width="36%"),
        )
        details, picture = HTML(self.details_html(pieces[0][1])), Image(value=self.as_png(), format="png")
        picture.layout.max_width = "100%"
        details.layout.width = "62%"

        def chosen(change: Any) -> None:
            details.value = self.details_html(pieces[change["new"]][1])

        choice.observe(chosen, "value")
        return VBox([picture, HBox([choice, details])])

    def details_html(self, piece: Piece) -> str:
        """What X-Ray keeps of a part: annotations, metadata, and its request, call and cause."""
        words = self._words
        head = " · ".join(
            part for part in (piece.kind, words[piece.fate], _took(piece.lasted, self.lang), *self._said(piece)) if part
        )
        parts = [f"<b>{html.escape(piece.name)}</b><br><small>{html.escape(head)}</small>"]
        kept = [
            (words["annotations"], piece.document.get("annotations")),
            (words["metadata"], piece.document.get("metadata")),
        ]
        kept += [(name, piece.document.get(name)) for name in _DETAILS]
        for title, value in kept:
            if value:
                text = html.escape(json.dumps(value, indent=2, ensure_ascii=False))
                parts.append(
                    f'<div><small>{html.escape(title)}</small><pre style="white-space: pre-wrap; margin: 0 0 6px">{text}</pre></div>'
                )
        return "".join(parts) if len(parts) > 1 else f"{parts[0]}<br><small>{html.escape(words['nothing'])}</small>"

    def _names(self, side: Axes, row: int, depth: int, piece: Piece) -> None:
        left = 0.1 + 0.13 * min(depth, 10)
        for level in range(min(depth, 10)):
            side.plot([0.14 + 0.13 * level] * 2, [row, row + 1], color=FAINT, lw=0.8)
        room = (_NAMES - left - 0.12) * 72
        name = fitted(piece.name, room, 8, piece.segment)
        side.text(left, row + 0.52, name, fontsize=8, weight="bold" if piece.segment else "normal", va="center")
        room -= width_of(name, 8, piece.segment) + 6
        kind = piece.detail.removeprefix("AWS::")
        if kind and room > 24:
            side.text(
                left + (width_of(name, 8, piece.segment) + 6) / 72,
                row + 0.54,
                fitted(kind, room, 7),
                fontsize=7,
                color=SOFT,
                va="center",
            )
        side.text(_WIDE - 0.78, row + 0.52, _took(piece.lasted, self.lang), fontsize=8, va="center", ha="right")
        side.text(
            _WIDE - 0.1, row + 0.52, _took(piece.own(), self.lang), fontsize=8, color=SOFT, va="center", ha="right"
        )

    def _bar(self, axes: Axes, row: int, piece: Piece, begin: float, end: float, scale: float) -> None:
        from matplotlib.patches import Rectangle

        start, stop = (piece.start - begin) * scale, ((end if piece.end is None else piece.end) - begin) * scale
        whole = axes.get_xlim()[1]
        wide = max(stop - start, whole * 0.003)
        colour = SKY if piece.cold and piece.fate == "ok" else FATES[piece.fate]
        tall = 0.62 if piece.segment else 0.42
        look: dict[str, Any] = {"facecolor": colour, "edgecolor": colour, "lw": 0.8}
        if piece.inferred:
            look = {"facecolor": "white", "edgecolor": colour, "lw": 1.0, "hatch": "//////", "hatchcolor": colour}
        if piece.end is None:
            look = {"facecolor": "white", "edgecolor": colour, "lw": 1.2, "linestyle": (0, (3, 2))}
        axes.add_patch(Rectangle((start, row + 0.5 - tall / 2), wide, tall, **look))
        said = [*([_MARK[piece.fate]] if piece.fate in _MARK else []), *self._said(piece)]
        if said:
            text = ", ".join(said)
            points = width_of(text, 7, piece.fate != "ok") + 8
            right = (whole - start - wide) / whole * (_WIDE - _NAMES - _NUMBERS) * 72 > points
            x, align = (
                (start + wide, "left")
                if right
                else (start, "right")
                if start / whole * (_WIDE - _NAMES - _NUMBERS) * 72 > points
                else (whole / 2, "center")
            )
            axes.annotate(text, (x, row + 0.54), (4 if align == "left" else -4 if align == "right" else 0, 0), textcoords="offset points", fontsize=7, ha=align, va="center",
                          color=INK, weight="bold" if piece.fate != "ok" else "normal", annotation_clip=False)  # fmt: skip

    def _legend(self, figure: Figure, y: float) -> None:
        """The colours that occur, below the bars."""
        from matplotlib.patches import Patch

        words, pieces = self._words, [piece for _, piece in self.trace.walk()]
        handles = [
            Patch(facecolor=FATES[fate], label=words[fate]) for fate in FATES if any(one.fate == fate for one in pieces)
        ]
        if any(one.cold for one in pieces):
            handles.append(Patch(facecolor=SKY, label=words["cold"]))
        if any(one.inferred for one in pieces):
            handles.append(
                Patch(facecolor="white", edgecolor=SOFT, hatch="//////", hatchcolor=SOFT, label=words["inferred"])
            )
        figure.legend(
            handles=handles,
            loc="center left",
            bbox_to_anchor=(0.1 / _WIDE, y),
            ncols=6,
            handlelength=1.2,
            handleheight=0.8,
            columnspacing=1.2,
            borderaxespad=0,
        )

    def _said(self, piece: Piece) -> list[str]:
        """The words beside a bar."""
        words = self._words
        return [
            *([words["cold"]] if piece.cold else []),
            *([words["inferred"]] if piece.inferred else []),
            *([words["running"]] if piece.end is None else []),
        ]

    def _notes(self) -> list[str]:
        """What is said below the picture."""
        words, left_out = self._words, len(self.trace.walk()) - MOST_ROWS
        notes = [f"{left_out} {words['more']}"] if left_out > 0 else []
        if self.linked:
            notes.append(f"{words['linked']} {', '.join(shorten(one, 18) for one in self.linked)}")
        return [*notes, *([words["limited"]] if self.trace.limited else [])]

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS.get(self.lang, _WORDS["en"])


def trace_waterfall(trace_id: str) -> Waterfall:
    """One trace as bars in time: segments in bold, their subsegments below, the time of each in which it did not wait for another, and how it ended.

    trace_id: ``1-…-…``, or the header ``X-Amzn-Trace-Id`` with it.

    Raises: ``CourseError`` when the text holds no id, or X-Ray does not know the trace (yet).
    """
    return Waterfall(load(trace_id), language())


def _edges(pieces: list[Piece]) -> tuple[float, float]:
    return min(one.start for one in pieces), max(one.end if one.end is not None else one.start for one in pieces)


def _took(seconds: float | None, lang: str) -> str:
    return "…" if seconds is None else duration(seconds, lang)
