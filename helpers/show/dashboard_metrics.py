"""Widgets of metrics on a dashboard: graphs, numbers, bars, rings and gauges, with the series that were asked for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.show.alarm_history import Alarm
from helpers.show.dashboard_body import Looks
from helpers.show.dashboard_boxes import Box
from helpers.show.dashboard_card import TITLE, Card
from helpers.show.drawing import FAINT, INK, LINES, RED, SOFT, fitted, number, width_of
from helpers.show.metric_series import Series
from helpers.show.plots import draw_lines, draw_thresholds
from helpers.show.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Measured(Box):
    """A widget of metrics."""

    series: list[Series]
    looks: Mapping[str, Looks]
    window: Window
    words: Mapping[str, str]
    lang: str
    properties: Mapping[str, Any]

    def text(self) -> list[str]:
        return [f"{one.label}: {self.value(one)}" for one in self.series]

    def value(self, one: Series) -> str:
        """The newest value in words; ``--`` stands for none, as on CloudWatch's own dashboards."""
        last = one.last()
        return "--" if last is None else number(last, self.lang)

    def colour(self, one: Series, place: int) -> str:
        """The colour that the body gives it, or one by its place."""
        return self.looks.get(one.source, Looks()).colour or LINES[place % len(LINES)]

    def bounds(self, side: str) -> tuple[float | None, float | None]:
        """The least and the most of an axis, as the body gives them."""
        axis = self.properties.get("yAxis", {}).get(side, {})
        return axis.get("min"), axis.get("max")


@dataclass(frozen=True)
class Graph(Measured):
    """Lines, or areas above each other, with annotations."""

    alarms: list[Alarm] = field(default_factory=list)

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        sides = [
            [one for one in self.series if self.looks.get(one.source, Looks()).right == right]
            for right in (False, True)
        ]
        legend = self.properties.get("legend", {}).get("position", "bottom") != "hidden" and self.series
        axes = card.axes(
            0.42, TITLE + 0.06 if self.title else 0.14, 0.42 if sides[1] else 0.14, 0.46 if legend else 0.27
        )
        axes.tick_params(labelsize=7)
        stacked = bool(self.properties.get("stacked"))
        for right, series in enumerate(sides):
            if right and not series:
                continue
            plot = axes.twinx() if right else axes
            colours = [self.colour(one, self.series.index(one)) for one in series]
            draw_lines(
                plot,
                series,
                self.window,
                colours=colours,
                stacked=stacked,
                first=len(sides[0]) if right else 0,
                lang=self.lang,
            )
            plot.tick_params(labelsize=7)
            if right:
                plot.grid(False)
                plot.spines["right"].set_visible(True)
            low, high = self.bounds("right" if right else "left")
            plot.set_ylim(low, high)
            plot.yaxis.set_major_locator(_ticks(card.height))
        draw_thresholds(axes, self.alarms, self.window, lang=self.lang)
        self._annotations(axes)
        self.window.label(axes, ticks=max(2.0, card.width / 0.62), title=False)
        if not any(one.points for one in self.series):
            axes.text(
                0.5,
                0.5,
                self.words["nothing"],
                transform=axes.transAxes,
                ha="center",
                va="center",
                color=SOFT,
                fontsize=8,
            )
        if legend:
            keys(card, [(self.colour(one, place), one.label) for place, one in enumerate(self.series)])

    def _annotations(self, axes: Axes) -> None:
        told = self.properties.get("annotations", {})
        for one in told.get("horizontal", []):
            edges = [edge for edge in (one if isinstance(one, list) else [one]) if edge.get("visible", True)]
            low, high = axes.get_ylim()
            for edge in edges:
                low, high = min(low, edge["value"]), max(high, edge["value"] + 0.08 * (edge["value"] - low))
            axes.set_ylim(low, high)
            for edge in edges:
                colour = edge.get("color", RED)
                axes.axhline(edge["value"], color=colour, lw=1, linestyle=(0, (5, 3)))
                if edge.get("fill") in ("above", "below"):
                    axes.axhspan(
                        edge["value"], high if edge["fill"] == "above" else low, color=colour, alpha=0.1, lw=0, zorder=0
                    )
                label = " ".join(part for part in (edge.get("label", ""), number(edge["value"], self.lang)) if part)
                axes.annotate(
                    label,
                    (1, edge["value"]),
                    xycoords=("axes fraction", "data"),
                    xytext=(-3, 2),
                    textcoords="offset points",
                    ha="right",
                    fontsize=7,
                    color=INK,
                )
            if len(edges) == 2:
                axes.axhspan(
                    edges[0]["value"], edges[1]["value"], color=edges[0].get("color", RED), alpha=0.1, lw=0, zorder=0
                )
        for one in told.get("vertical", []):
            edges = [edge for edge in (one if isinstance(one, list) else [one]) if edge.get("visible", True)]
            places = [self.window.x(dt.datetime.fromisoformat(edge["value"]).timestamp()) for edge in edges]
            for x, edge in zip(places, edges, strict=True):
                if 0 <= x <= self.window.x(self.window.end):
                    axes.axvline(x, color=edge.get("color", SOFT), lw=1)
                    axes.annotate(
                        edge.get("label", ""),
                        (x, 1),
                        xycoords=("data", "axes fraction"),
                        xytext=(3, -8),
                        textcoords="offset points",
                        fontsize=7,
                        color=INK,
                    )
            if len(places) == 2:
                axes.axvspan(*places, color=edges[0].get("color", SOFT), alpha=0.1, lw=0, zorder=0)


@dataclass(frozen=True)
class Numbers(Measured):
    """The newest value of each metric, large; on demand with a small line of all values."""

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        top = TITLE if self.title else 0.08
        count = max(1, len(self.series))
        spark = bool(self.properties.get("sparkline"))
        down = max(1, min(count, int((card.height - top) / (1.05 if spark else 0.62))))
        across = -(-count // down) if card.width / -(-count // down) > 0.5 else count
        wide, high = card.width / across, (card.height - top) / -(-count // across)
        size = min(20.0, 30 * high, 15 * wide)
        for place, one in enumerate(self.series):
            x, y = (place % across + 0.5) * wide, top + (place // across + 0.5) * high
            said = fitted(self.value(one), (wide - 0.1) * 72, size, True)
            card.text(
                x,
                y - 0.09,
                said,
                fontsize=size,
                weight="bold",
                ha="center",
                color=self.colour(one, place) if self.looks.get(one.source, Looks()).colour else INK,
            )
            card.text(
                x,
                y + size / 72 / 2 + 0.08,
                fitted(one.label, (wide - 0.16) * 72, 7),
                fontsize=7,
                ha="center",
                color=SOFT,
            )
            if spark and len(one.points) > 1 and high > 1:
                axes = card.axes(
                    place % across * wide + 0.1,
                    top + (place // across + 1) * high - 0.32,
                    card.width - (place % across + 1) * wide + 0.1,
                    card.height - top - (place // across + 1) * high + 0.06,
                )
                axes.set_axis_off()
                axes.plot(*one.line(self.window), color=self.colour(one, place), lw=1.3)


@dataclass(frozen=True)
class Bars(Measured):
    """The newest value of each metric as a bar."""

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        axes = card.axes(0.42, TITLE + 0.12, 0.14, 0.3)
        values = [one.last() or 0.0 for one in self.series]
        room = axes.bar(
            range(len(values)), values, 0.62, color=[self.colour(one, place) for place, one in enumerate(self.series)]
        )
        axes.bar_label(room, [self.value(one) for one in self.series], fontsize=7, padding=1)
        points = (card.width - 0.56) * 72 / max(1, len(values)) - 6
        axes.set_xticks(range(len(values)), [fitted(one.label, points, 7) for one in self.series], fontsize=7)
        axes.set_xlim(-0.6, max(1, len(values)) - 0.4)
        axes.set_ylim(*self.bounds("left"))
        axes.margins(y=0.15)
        axes.yaxis.set_major_locator(_ticks(card.height))
        axes.tick_params(length=0, labelsize=7)
        axes.grid(axis="y", color=FAINT, lw=0.7)
        axes.set_axisbelow(True)


@dataclass(frozen=True)
class Pie(Measured):
    """The newest values as parts of a ring."""

    def draw(self, card: Card) -> None:
        card.frame(self.title)
        known = [(self.colour(one, place), one) for place, one in enumerate(self.series) if (one.last() or 0) > 0]
        if not known:
            card.message(self.words["nothing"])
            return
        axes = card.axes(0.1, TITLE + 0.05, 0.1, 0.28)
        axes.pie([one.last() or 0 for _, one in known], colors=[colour for colour, _ in known], startangle=90, counterclock=False,
                 labels=[self.value(one) for _, one in known], textprops={"fontsize": 7}, wedgeprops={"width": 0.42, "edgecolor": "white"})  # fmt: skip
        keys(card, [(colour, one.label) for colour, one in known])


@dataclass(frozen=True)
class Gauge(Measured):
    """The newest value of a metric between the least and the most that the body gives."""

    def draw(self, card: Card) -> None:
        from matplotlib.patches import Wedge

        card.frame(self.title)
        axes = card.axes(0.1, TITLE + 0.05, 0.1, 0.1)
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(-1.15, 1.15)
        axes.set_ylim(-0.42, 1.1)
        low, high = (
            edge if edge is not None else usual for edge, usual in zip(self.bounds("left"), (0.0, 100.0), strict=True)
        )
        one = self.series[0] if self.series else None
        last = one.last() if one else None
        axes.add_patch(Wedge((0, 0), 1, 0, 180, width=0.26, facecolor=FAINT))
        if one and last is not None and high > low:
            part = min(1.0, max(0.0, (last - low) / (high - low)))
            axes.add_patch(Wedge((0, 0), 1, 180 * (1 - part), 180, width=0.26, facecolor=self.colour(one, 0)))
        axes.text(
            0,
            0.08,
            self.value(one) if one else "--",
            ha="center",
            va="center",
            fontsize=min(18.0, 8 * card.height),
            weight="bold",
        )
        for x, edge in ((-0.87, low), (0.87, high)):
            axes.text(x, -0.12, number(edge, self.lang), ha="center", va="center", fontsize=7, color=SOFT)
        if one:
            axes.text(
                0,
                -0.32,
                fitted(one.label, (card.width - 0.3) * 72, 7),
                ha="center",
                va="center",
                fontsize=7,
                color=SOFT,
            )


def keys(card: Card, entries: Sequence[tuple[str, str]]) -> None:
    """A legend of one line at the bottom of a card, in which long names are shortened."""
    room = (card.width - 0.2) / max(1, len(entries))
    sheet = card.sheet(0)
    x = 0.12
    for colour, label in entries:
        said = fitted(label, max(12.0, room * 72 - 16), 7)
        sheet.plot([x, x + 0.09], [card.height - 0.13] * 2, color=colour, lw=4, solid_capstyle="butt")
        sheet.text(x + 0.13, card.height - 0.125, said, fontsize=7, va="center")
        x += 0.13 + width_of(said, 7) / 72 + 0.12


def _ticks(height: float) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(max(3, int(height / 0.6)), steps=[1, 2, 2.5, 5, 10])


VIEWS: dict[str, type[Measured]] = {
    "timeSeries": Graph,
    "singleValue": Numbers,
    "bar": Bars,
    "pie": Pie,
    "gauge": Gauge,
}
