"""The parts of graphs: lines with gaps, thresholds, and ribbons of states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.show.alarm_history import Alarm
from helpers.show.drawing import FAINT, HATCHES, INK, LINES, MARKS, RED, STATES, fitted, legend_label, number, width_of
from helpers.show.metric_series import Series
from helpers.show.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BRIEF = {"INSUFFICIENT_DATA": "NO DATA"}


def draw_lines(
    axes: Axes,
    series: Sequence[Series],
    seen: Window,
    *,
    lang: str,
    colours: Sequence[str | None] = (),
    stacked: bool = False,
    first: int = 0,
) -> None:
    """Each series as a line that breaks where data is missing; a point between two gaps is a dot.

    stacked: one above the other, missing is zero. first: how many lines the picture has already.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_axisbelow(True)
    axes.grid(axis="y", color=FAINT, lw=0.7)
    below: list[float] = []
    for place, one in enumerate(series):
        colour = (colours[place] if place < len(colours) else None) or LINES[(first + place) % len(LINES)]
        x, y = one.line(seen)
        if stacked:
            filled = [0.0 if value != value else value for value in y]
            below = below if len(below) == len(filled) else [0.0] * len(filled)
            above = [low + value for low, value in zip(below, filled, strict=True)]
            axes.fill_between(x, below, above, color=colour, alpha=0.55, lw=0, label=legend_label(one.label))
            axes.plot(x, above, color=colour, lw=1.2)
            below = above
            continue
        # Dashes would look like missing data, so that marks tell the lines apart.
        every = 1 if len(y) <= 70 else max(1, len(y) // 24)
        mark: Any = {"marker": MARKS[(first + place) % len(MARKS)], "markersize": 3.4}
        axes.plot(
            x,
            y,
            color=colour,
            lw=1.7,
            label=legend_label(fitted(one.label, 560, 8)),
            markevery=(place % every, every),
            **mark,
        )
        alone = [at for at in one.points if not {at - one.period, at + one.period} & one.points.keys()]
        axes.plot([seen.x(at) for at in alone], [one.points[at] for at in alone], color=colour, lw=0, **mark)
    values = [value for one in series for value in one.points.values()]
    top = max([*values, *below], default=1)
    bottom = min([*values, 0], default=0)
    room = (top - bottom) or abs(top) or 1
    axes.set_ylim(bottom - (0.06 * room if bottom < 0 else 0), max(top, bottom) + 0.12 * room)
    for line in axes.lines:
        line.set_clip_on(False)
    axes.yaxis.set_major_locator(
        MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=all(value % 1 == 0 for value in values))
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 9), lang)))
    axes.tick_params(length=3)


def draw_thresholds(axes: Axes, alarms: Sequence[Alarm], seen: Window, *, lang: str) -> None:
    """A dashed line for each threshold, and a shade over the periods that were on its wrong side."""
    lines = {(one.threshold, one.sign): one for one in alarms if one.threshold is not None}
    low, high = axes.get_ylim()
    for threshold, _ in lines:
        assert threshold is not None
        high = max(high, threshold + 0.15 * (threshold - low)) if threshold > low else high
        low = min(low, threshold - 0.1 * (high - threshold)) if threshold < low else low
    axes.set_ylim(low, high)
    for alarm in alarms:
        for begin, end in alarm.breached():
            axes.axvspan(
                max(0.0, seen.x(begin)), min(seen.x(end), seen.x(seen.end)), color=RED, alpha=0.11, lw=0, zorder=0
            )
    tall, below, aside = axes.get_window_extent().height * 72 / axes.figure.dpi, -math.inf, 0
    for threshold, sign in sorted(lines, key=lambda line: line[0] or 0):
        assert threshold is not None
        above = (threshold - low) / (high - low) * tall
        aside = aside + 40 if above - below < 11 else 0  # side by side, where one would stand on the other
        below = above
        axes.axhline(threshold, color=RED, lw=1.1, linestyle=(0, (5, 3)), zorder=1.5)
        axes.annotate(f"{sign or ''} {number(threshold, lang)}".strip(), (1, threshold), xycoords=("axes fraction", "data"), xytext=(-3 - aside, 3), textcoords="offset points",
                      ha="right", fontsize=8, color="#a84a00", weight="bold")  # fmt: skip


def draw_ribbons(axes: Axes, alarms: Sequence[Alarm], seen: Window, *, points: float) -> None:
    """A ribbon for each alarm: its states over time, by colour, hatch and word; a small triangle where it acted. points: how wide the axes are."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    axes.set_ylim(len(alarms), 0)
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
    axes.spines["bottom"].set_visible(True)
    points /= seen.x(seen.end)
    for row, alarm in enumerate(alarms):
        name = fitted(alarm.name, 300, 8, True)
        axes.text(0, row + 0.19, name, fontsize=8, weight="bold", va="center", color=INK)
        for span in alarm.spans:
            x, wide = seen.x(span.start), seen.x(span.end) - seen.x(span.start)
            axes.add_patch(
                Rectangle(
                    (x, row + 0.4),
                    wide,
                    0.42,
                    facecolor=STATES.get(span.state, FAINT),
                    hatch=HATCHES.get(span.state, ""),
                    edgecolor="white",
                    lw=0.8,
                )
            )
            words = [span.state, _BRIEF.get(span.state, span.state)]
            word = next((word for word in words if width_of(word, 7, True) < points * wide - 6), None)
            if word:
                ink = INK if span.state == "INSUFFICIENT_DATA" else "white"
                halo = [withStroke(linewidth=3, foreground=STATES.get(span.state, FAINT))]
                axes.text(
                    x + wide / 2,
                    row + 0.61,
                    word,
                    fontsize=7,
                    weight="bold",
                    ha="center",
                    va="center",
                    color=ink,
                    path_effects=halo,
                )
        axes.plot(
            [seen.x(at) for at in alarm.actions],
            [row + 0.93] * len(alarm.actions),
            "^",
            color=INK,
            markersize=4,
            clip_on=False,
        )
