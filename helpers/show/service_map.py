"""``service_map()``: which services call which, how often, how fast and with what success, as X-Ray saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.drawing import FAINT, FATES, INK, SOFT, Picture, bare, canvas, duration, fitted, number, table
from helpers.show.layers import layers
from helpers.show.services import Counts, Service, bare_name, brief, counts_of
from helpers.show.windows import Moment, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {"map": "Service map", "calls": "calls", "call": "call", "client": "client", "empty": "X-Ray saw no calls in this time", "ok": "ok", "error": "error (4xx)",
           "throttle": "throttled (429)", "fault": "fault (5xx)", "time": "average", "service": "service", "to": "calls"},
    "pt-BR": {"map": "Mapa de serviços", "calls": "chamadas", "call": "chamada", "client": "cliente", "empty": "o X-Ray não viu chamadas neste tempo", "ok": "ok", "error": "erro (4xx)",
              "throttle": "limitado (429)", "fault": "falha (5xx)", "time": "média", "service": "serviço", "to": "chama"},
}  # fmt: skip
_RADIUS, _ACROSS, _DOWN, _LEAST = 0.36, 1.85, 1.42, 5.0


@dataclass(repr=False)
class ServiceMap(Picture):
    """Services and the calls between them, ready to be shown. calls: by the numbers of caller and called."""

    services: list[Service]
    calls: dict[tuple[int, int], Counts]
    lang: str = "en"

    def as_text(self) -> str:
        """A line for each service, and one below it for each that it calls."""
        words, rows = self._words, []
        names = {one.number: one.name for one in self.services}
        for one in self.services:
            rows.append([one.name, brief(one.kind), *self._numbers(one.counts)])
            for (source, target), counts in self.calls.items():
                if source == one.number:
                    rows.append([f"  → {names[target]}", "", *self._numbers(counts)])
        return (
            "\n".join(table([words["service"], "", words["calls"], words["time"], ""], rows))
            if rows
            else words["empty"]
        )

    def alt(self) -> str:
        """One sentence: who calls whom."""
        names = {one.number: one.name for one in self.services}
        said = [f"{names[source]} → {names[target]}" for source, target in self.calls]
        return f"{self._words['map']}: {'; '.join(said) or self._words['empty']}."

    def figure(self) -> Figure:
        """Callers on the left, what they call to the right, a ring of fates around each."""
        cells = layers([one.number for one in self.services], self.calls)
        columns = 1 + max((column for column, _ in cells.values()), default=0)
        tall = {column: 1 + max(row for at, row in cells.values() if at == column) for column, _ in cells.values()}
        rows = max(tall.values(), default=1)
        wide, high = max(_LEAST, columns * _ACROSS + 0.1), rows * _DOWN + 0.42
        figure = canvas(wide, high)
        axes = bare(figure.add_axes((0, 0, 1, 1)))
        axes.set_xlim(0, wide)
        axes.set_ylim(high, 0)
        if not self.services:
            axes.text(wide / 2, high / 2, self._words["empty"], ha="center", va="center", color=SOFT)
            return figure
        left = (wide - (columns - 1) * _ACROSS) / 2
        places = {
            one: (left + column * _ACROSS, 0.62 + (row + (rows - tall[column]) / 2) * _DOWN)
            for one, (column, row) in cells.items()
        }
        for (source, target), counts in self.calls.items():
            self._arrow(axes, places[source], places[target], counts)
        for one in self.services:
            self._node(axes, one, *places[one.number])
        self._legend(figure, high)
        return figure

    def _arrow(self, axes: Axes, begin: tuple[float, float], end: tuple[float, float], counts: Counts) -> None:
        from matplotlib.patches import FancyArrowPatch

        back = end[0] <= begin[0]
        worst = next((fate for fate in reversed(FATES) if fate in counts.shares()), "ok")
        colour = "#7b8794" if worst == "ok" else FATES[worst]
        bend = "arc3,rad=-0.35" if back else "arc3,rad=0"
        shrink = (_RADIUS + 0.06) * 72
        axes.add_patch(
            FancyArrowPatch(
                begin,
                end,
                arrowstyle="-|>",
                mutation_scale=11,
                shrinkA=shrink,
                shrinkB=shrink,
                color=colour,
                lw=1.3,
                connectionstyle=bend,
                zorder=1,
            )
        )
        # Nearer to the called one, where arrows of one caller have parted.
        x, y = (begin[part] + (end[part] - begin[part]) * 0.54 for part in (0, 1))
        y += -0.42 if back else 0
        axes.text(x, y, "\n".join(self._numbers(counts)[:2]), fontsize=7, ha="center", va="center", color=INK, linespacing=1.25, zorder=2,
                  bbox={"boxstyle": "round,pad=0.18", "facecolor": "white", "edgecolor": "none", "alpha": 0.88})  # fmt: skip

    def _node(self, axes: Axes, one: Service, x: float, y: float) -> None:
        from matplotlib.patches import Circle, Wedge

        shares, turned = one.counts.shares(), 90.0
        client = one.kind == "client"
        axes.add_patch(
            Circle(
                (x, y),
                _RADIUS,
                facecolor="white",
                edgecolor=FAINT if shares else "#9aa5b1",
                lw=1.2,
                zorder=3,
                linestyle=(0, (3, 2)) if client else "-",
            )
        )
        for fate in FATES:
            if fate in shares and not client:
                # y grows downwards, so that growing angles go round with the clock.
                sweep = 360 * shares[fate]
                axes.add_patch(
                    Wedge(
                        (x, y),
                        _RADIUS,
                        turned - 180,
                        turned - 180 + sweep,
                        width=0.085,
                        facecolor=FATES[fate],
                        edgecolor="white",
                        lw=0.7 if len(shares) > 1 else 0,
                        zorder=4,
                    )
                )
                turned += sweep
        if client:
            axes.text(x, y, self._words["client"], fontsize=8, ha="center", va="center", zorder=5)
        else:
            average = one.counts.average
            axes.text(
                x,
                y - 0.07,
                duration(average, self.lang) if average is not None else "–",
                fontsize=8,
                weight="bold",
                ha="center",
                va="center",
                zorder=5,
            )
            axes.text(
                x,
                y + 0.11,
                f"× {number(one.counts.total, self.lang)}",
                fontsize=7,
                color=SOFT,
                ha="center",
                va="center",
                zorder=5,
            )
        room = (_ACROSS - 0.15) * 72
        name = "" if client else fitted(one.name, room, 8.5, True)
        axes.text(x, y + _RADIUS + 0.15, name, fontsize=8.5, weight="bold", ha="center", va="center", zorder=5)
        said = [] if client or brief(one.kind) == one.name else [brief(one.kind)]
        bad = [
            f"{number(100 * share, self.lang)} % {self._words[fate]}"
            for fate, share in shares.items()
            if fate != "ok" and not client
        ]
        for place, (text, colour) in enumerate([*((text, SOFT) for text in said), *((text, INK) for text in bad[:2])]):
            axes.text(
                x,
                y + _RADIUS + 0.31 + 0.14 * place,
                fitted(text, room, 7),
                fontsize=7,
                color=colour,
                ha="center",
                va="center",
                zorder=5,
            )

    def _numbers(self, counts: Counts) -> list[str]:
        words, average = self._words, counts.average
        bad = [
            f"{number(100 * share, self.lang)} % {words[fate]}"
            for fate, share in counts.shares().items()
            if fate != "ok"
        ]
        said = (
            f"{number(counts.total, self.lang)} {words['call' if counts.total == 1 else 'calls']}"
            if counts.total
            else ""
        )
        return [said, duration(average, self.lang) if average is not None else "", ", ".join(bad)]

    def _legend(self, figure: Figure, high: float) -> None:
        from matplotlib.patches import Patch

        used = {fate for one in self.services for fate in one.counts.shares()}
        handles = [Patch(facecolor=FATES[fate], label=self._words[fate]) for fate in FATES if fate in used]
        figure.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0.01, 0.01),
            ncols=4,
            handlelength=1.2,
            handleheight=0.8,
            columnspacing=1.2,
            borderaxespad=0.2,
        )

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS.get(self.lang, _WORDS["en"])


def service_map(
    *trace_ids: str, hours: float = 1, start: Moment = None, end: Moment = None, group: str | None = None
) -> ServiceMap:
    """The services of a time, or of some traces, with an arrow from each to what it calls.

    trace_ids: draw these traces alone. hours, start, end: the time to look at, by default the last hour; X-Ray takes at most six hours.
    group: the name of an X-Ray group, whose filter expression chooses traces.

    Raises: ``CourseError`` for a time that is none; boto3's ``ClientError`` when X-Ray refuses.
    Source: https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html
    """
    xray = boto3.client("xray")
    if trace_ids:
        if group is not None or start is not None or end is not None:
            raise CourseError(
                "service_map() draws traces or a time: give trace ids, or start, end and group, but not both"
            )
        pages = xray.get_paginator("get_trace_graph").paginate(TraceIds=list(trace_ids))
    else:
        seen = window(hours=hours, start=start, end=end, period=1)
        more = {"GroupName": group} if group else {}
        pages = xray.get_paginator("get_service_graph").paginate(StartTime=seen.begin, EndTime=seen.finish, **more)
    return drawn([service for page in pages for service in page["Services"]], language())


def drawn(services: Sequence[Mapping[str, Any]], lang: str = "en") -> ServiceMap:
    """A map of services as X-Ray tells them, in an order that does not depend on the numbers that X-Ray gave them."""
    order = sorted(services, key=lambda one: (one.get("Type") != "client", one.get("Name", ""), one.get("Type", "")))
    known = [one["ReferenceId"] for one in order]
    wires = [(one["ReferenceId"], edge["ReferenceId"]) for one in order for edge in one.get("Edges", [])]
    cells = layers(known, [(source, target) for source, target in wires if target in known])
    order.sort(key=lambda one: cells[one["ReferenceId"]])
    new = {one["ReferenceId"]: place for place, one in enumerate(order)}
    nodes = [
        Service(
            new[one["ReferenceId"]],
            bare_name(one.get("Name", "?")),
            one.get("Type") or "remote",
            counts_of(one.get("SummaryStatistics", {})),
        )
        for one in order
    ]
    calls = {
        (new[one["ReferenceId"]], new[edge["ReferenceId"]]): counts_of(edge.get("SummaryStatistics", {}))
        for one in order
        for edge in one.get("Edges", [])
        if edge["ReferenceId"] in new
    }
    return ServiceMap(nodes, dict(sorted(calls.items())), lang)
