"""``metric_graph()``: metrics over time with gaps where data is missing, thresholds of alarms, and the states of these alarms below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.alarm_history import Alarm, alarms_of
from helpers.show.drawing import INK, RED, SOFT, LivePicture, canvas, fitted, legend_columns, number
from helpers.show.metric_series import Metric, Series, ask, queries
from helpers.show.plots import draw_lines, draw_ribbons, draw_thresholds
from helpers.show.windows import Moment, Window, window

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

PERIODS = {"10 s": 10, "30 s": 30, "1 min": 60, "5 min": 300, "15 min": 900, "1 h": 3600}
_WORDS = {
    "en": {"none": "no data", "point": "point", "points": "points", "missing": "without data", "period": "Period", "again": "Look again", "alarm": "alarm",
           "graph": "Graph", "every": "every", "least": "least", "most": "most", "last": "last", "acted": "the alarm acted", "past": "past the threshold", "nothing": "nothing was measured in this time"},
    "pt-BR": {"none": "sem dados", "point": "ponto", "points": "pontos", "missing": "sem dados", "period": "Período", "again": "Olhar de novo", "alarm": "alarme",
              "graph": "Gráfico", "every": "a cada", "least": "mínimo", "most": "máximo", "last": "último", "acted": "o alarme agiu", "past": "além do limiar", "nothing": "nada foi medido neste tempo"},
}  # fmt: skip
_WIDE = 9.0


@dataclass(repr=False)
class MetricGraph(LivePicture):
    """Series and alarms, ready to be shown. again: asks the cloud once more, with the period that is given to it."""

    series: list[Series]
    alarms: list[Alarm]
    window: Window
    period: int
    title: str = ""
    lang: str = "en"
    again: Callable[[int], MetricGraph] | None = None

    def as_text(self) -> str:
        """A line for each series, then each alarm with its states."""
        words = self._words
        lines = [self.title] if self.title else []
        for one in self.series:
            head = f"{one.label}, {words['every']} {one.period:g} s"
            if not one.points:
                lines.append(f"{head}: {words['none']}")
                continue
            values, last = list(one.points.values()), one.points[max(one.points)]
            points = words["point" if len(values) == 1 else "points"]
            said = [f"{len(values)} {points}", f"{words['least']} {number(min(values), self.lang)}"]
            said += [f"{words['most']} {number(max(values), self.lang)}", f"{words['last']} {number(last, self.lang)}"]
            lines.append(f"{head}: {', '.join(said)}")
        for alarm in self.alarms:
            lines.append(f"{words['alarm']} {alarm.name}: {alarm.rule}")
            lines += [f"  {self.window.said(span.start):>9}  {span.state}" for span in alarm.spans]
        return "\n".join(lines)

    def alt(self) -> str:
        """One sentence: what is drawn, and how the alarms stand."""
        states = [f"{self._words['alarm']} {one.name}: {one.state}" for one in self.alarms]
        lines = [
            f"{one.label}: {number(last, self.lang) if (last := one.last()) is not None else self._words['none']}"
            for one in self.series
        ]
        return f"{self._words['graph']}. {'; '.join([*lines, *states])}."

    def figure(self) -> Figure:
        """The lines above, a ribbon for each alarm below."""
        rows = len(self.alarms)
        ribbons = 0.2 + 0.34 * rows if rows else 0.0
        labels = [*(one.label for one in self.series), *(str(key.get_label()) for key in self._keys())]
        columns = legend_columns([fitted(label, 560, 8) for label in labels], (_WIDE - 0.84) * 72)
        legend = -(-len(labels) // columns)
        top = 0.12 + 0.2 * legend + (0.27 if self.title else 0)
        high = top + 2.35 + ribbons + 0.5
        figure = canvas(_WIDE, high)
        left, wide = 0.62 / _WIDE, (_WIDE - 0.62 - 0.22) / _WIDE
        axes = figure.add_axes((left, (0.5 + ribbons) / high, wide, 2.35 / high))
        if self.title:
            figure.text(
                0.12 / _WIDE, 1 - 0.2 / high, fitted(self.title, 600, 11, True), fontsize=11, weight="bold", va="center"
            )
        draw_lines(axes, self.series, self.window, lang=self.lang)
        draw_thresholds(axes, self.alarms, self.window, lang=self.lang)
        if not any(one.points for one in self.series):
            axes.text(0.5, 0.5, self._words["nothing"], transform=axes.transAxes, ha="center", va="center", color=SOFT)
        handles = [*axes.get_legend_handles_labels()[0], *self._keys()]
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
            ncols=columns,
            handlelength=2.4,
            borderaxespad=0.2,
        )
        self.window.label(axes, ticks=13, title=not rows)
        if rows:
            axes.tick_params(labelbottom=False)
            below = figure.add_axes((left, 0.5 / high, wide, (ribbons - 0.1) / high), sharex=axes)
            draw_ribbons(below, self.alarms, self.window, points=wide * _WIDE * 72)
            self.window.label(below, ticks=13)
        return figure

    def widget(self) -> Any:
        """The picture below a choice of periods and a button that asks again."""
        from ipywidgets import Button, HBox, Image, SelectionSlider, VBox  # type: ignore[import-untyped]

        choices = {**PERIODS, f"{self.period} s": self.period} if self.period not in PERIODS.values() else PERIODS
        choices = dict(sorted(choices.items(), key=lambda choice: choice[1]))
        slider = SelectionSlider(
            options=list(choices.items()), value=self.period, description=self._words["period"], continuous_update=False
        )
        button, picture = (
            Button(description=self._words["again"], icon="refresh"),
            Image(value=self.as_png(), format="png"),
        )
        picture.layout.max_width = "100%"

        def look(_: Any = None) -> None:
            if self.again is None:
                return
            try:
                picture.value = self.again(slider.value).as_png()
                button.tooltip = ""
            except Exception as problem:  # the account was emptied or the cloud stopped: the last picture stays
                button.tooltip = str(problem)

        slider.observe(look, "value")
        button.on_click(look)
        return VBox([HBox([slider, button]), picture])

    def _keys(self) -> list[Artist]:
        """What the legend says beside the lines."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        keys: list[Artist] = []
        if any(one.breached() for one in self.alarms):
            keys.append(Patch(color=RED, alpha=0.16, lw=0, label=self._words["past"]))
        if any(one.actions for one in self.alarms):
            keys.append(Line2D([], [], color=INK, lw=0, marker="^", markersize=4, label=self._words["acted"]))
        return keys

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS.get(self.lang, _WORDS["en"])


def metric_graph(
    *metrics: Metric, period: int = 60, hours: float = 1, start: Moment = None, end: Moment = None, alarms: Sequence[str] | str = (),
    title: str = "", clocked: bool = False,
) -> MetricGraph:  # fmt: skip
    """Metrics as lines over time, and below them the states of alarms.

    metrics: ``("AWS/Lambda", "Errors", {"FunctionName": "orders"}, "Sum")``, an expression such as ``"100 * m1 / m2"``, or a query as ``GetMetricData``
    takes it; without any the graph shows what the alarms watch.
    period: seconds of each point. hours, start, end: the time to show, by default the last hour. alarms: names. clocked: write clock times (UTC) below,
    instead of minutes since the left edge.

    Raises: ``CourseError`` for a metric or time that is none, or an alarm that does not exist; boto3's ``ClientError`` when CloudWatch refuses.
    """
    names = [alarms] if isinstance(alarms, str) else list(alarms)
    if not metrics and not names:
        raise CourseError("metric_graph() needs a metric or an alarm, such as metric_graph(alarms=['orders-errors'])")

    def look(period: int) -> MetricGraph:
        seen = window(hours=hours, start=start, end=end, period=period, clocked=clocked)
        watching = alarms_of(names, seen)
        series = ask(queries(metrics, period), seen, period) if metrics else _watched(watching)
        return MetricGraph(series, watching, seen, period, title, language(), look)

    return look(period)


def _watched(alarms: Sequence[Alarm]) -> list[Series]:
    """What the alarms look at, each once."""
    seen: dict[tuple[str, float], Series] = {}
    for one in alarms:
        if one.series is not None:
            seen.setdefault((one.series.label, one.series.period), one.series)
    return [replace(one) for one in seen.values()]
