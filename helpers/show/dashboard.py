"""``dashboard()``: a CloudWatch dashboard as its console draws it, from its JSON and from what its widgets measure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.alarm_history import alarms_of
from helpers.show.dashboard_body import COLUMNS, Body, Widget, queries_of, read, split_query
from helpers.show.dashboard_boxes import Alarms, Box, Logs, Said, Text
from helpers.show.dashboard_card import Card
from helpers.show.dashboard_metrics import VIEWS, Graph
from helpers.show.drawing import SOFT, Picture, canvas, fitted
from helpers.show.insights import insights
from helpers.show.metric_series import Series, ask
from helpers.show.windows import Moment, Window, window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "en": {"dashboard": "Dashboard", "nothing": "no data", "kind": "a widget of type {} is not drawn here", "view": "the view {} is not drawn here", "rows": "shown as rows",
           "empty": "this dashboard has no widgets", "varied": "its variables are not applied", "failed": "could not be asked: {}", "odd": "this widget's properties cannot be read ({})"},
    "pt-BR": {"dashboard": "Painel", "nothing": "sem dados", "kind": "um widget do tipo {} não é desenhado aqui", "view": "a visão {} não é desenhada aqui", "rows": "mostrado em linhas",
              "empty": "este painel não tem widgets", "varied": "suas variáveis não são aplicadas", "failed": "não foi possível perguntar: {}", "odd": "as propriedades deste widget não podem ser lidas ({})"},
}  # fmt: skip
_WIDE, _UNIT_HIGH, _GAP, _HEAD = 11.0, 0.42, 0.05, 0.36
_ORDER = ("ALARM", "INSUFFICIENT_DATA", "OK")
# What properties raise that are of another type than a dashboard's, or lack a member.
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
_NAME = re.compile(r"[\w-]{1,255}")


@dataclass(repr=False)
class Dashboard(Picture):
    """The widgets of a dashboard with their data, ready to be shown."""

    name: str
    boxes: list[tuple[Widget, Box]]
    lang: str = "en"
    note: str = ""

    def as_text(self) -> str:
        """Each widget with what it shows, in the order of reading."""
        words = _WORDS.get(self.lang, _WORDS["en"])
        lines = [
            " ".join(part for part in (words["dashboard"], self.name, f"({self.note})" if self.note else "") if part)
        ]
        for widget, box in sorted(self.boxes, key=lambda pair: (pair[0].y, pair[0].x)):
            lines.append(f"▪ {box.title or widget.kind}")
            lines += [f"    {line}" for line in box.text()]
        return "\n".join(lines) if self.boxes else f"{lines[0]}: {words['empty']}"

    def figure(self) -> Figure:
        """The widgets as cards on a grid of 24 columns."""
        rows = max((widget.y + widget.height for widget, _ in self.boxes), default=2)
        head = _HEAD if self.name or self.note else 0.06
        high = head + rows * _UNIT_HIGH + 0.06
        figure = canvas(_WIDE, high)
        figure.set_facecolor("#eef1f4")
        if self.name:
            figure.text(
                0.012, 1 - 0.2 / high, fitted(self.name, 700, 12, True), fontsize=12, weight="bold", va="center"
            )
        figure.text(0.988, 1 - 0.2 / high, self.note, fontsize=8, color=SOFT, ha="right", va="center")
        if not self.boxes:
            figure.text(0.5, 0.4, _WORDS.get(self.lang, _WORDS["en"])["empty"], ha="center")
        unit = (_WIDE - 0.12) / COLUMNS
        for widget, box in self.boxes:
            left, top = 0.06 + widget.x * unit + _GAP, head + widget.y * _UNIT_HIGH + _GAP
            size = widget.width * unit - 2 * _GAP, widget.height * _UNIT_HIGH - 2 * _GAP
            card = Card(figure, left, high - top - size[1], *size)
            try:
                box.draw(card)
            except _MALFORMED as problem:
                card.message(_WORDS.get(self.lang, _WORDS["en"])["odd"].format(f"{type(problem).__name__}: {problem}"))
        return figure


def dashboard(
    name_or_body: str | Mapping[str, Any],
    *,
    hours: float = 3,
    start: Moment = None,
    end: Moment = None,
    clocked: bool = False,
) -> Dashboard:
    """A dashboard, drawn from the account's data.

    name_or_body: the name of a dashboard that was put, or its body as JSON text or dict.
    hours, start, end: the time to show, by default what the body says, else the last three hours. clocked: clock times below graphs.
    Every metric is shown in the period that the body gives it, 300 seconds unless given.

    Raises: ``CourseError`` when there is no such dashboard, or the body is none. A widget that cannot be drawn or asked says so in its card.
    """
    name, told = "", name_or_body
    if isinstance(name_or_body, str) and _NAME.fullmatch(name_or_body):
        name = name_or_body
        try:
            told = boto3.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] not in ("ResourceNotFound", "DashboardNotFoundError"):
                raise
            raise CourseError(f"there is no dashboard {name!r} in this account") from None
    body = read(told)
    lang = language()
    words = _WORDS.get(lang, _WORDS["en"])

    def content(widget: Widget) -> Box:
        fill = _FILL.get(widget.kind)
        title = widget.properties.get("title", "")
        try:
            if fill is None:
                return Said(title, words["kind"].format(widget.kind))
            return fill(widget, _time(body, widget, hours, start, end, clocked), lang)
        except (CourseError, ClientError, BotoCoreError) as problem:
            return Said(title, words["failed"].format(problem))
        except _MALFORMED as problem:
            return Said(title, words["odd"].format(f"{type(problem).__name__}: {problem}"))

    return Dashboard(
        name, [(widget, content(widget)) for widget in body.widgets], lang, words["varied"] if body.varied else ""
    )


def _time(body: Body, widget: Widget, hours: float, start: Moment, end: Moment, clocked: bool) -> Window:
    """When a widget looks: what the caller wants, else what the widget says, else what the body says."""
    own = widget.properties
    if start is None and end is None:
        start, end = own.get("start") or body.start, own.get("end") or body.end
    return window(hours=hours, start=start, end=end, period=min(300, int(own.get("period", 300))), clocked=clocked)


def _metric(widget: Widget, seen: Window, lang: str) -> Box:
    own, words = widget.properties, _WORDS.get(lang, _WORDS["en"])
    title, view = own.get("title", ""), own.get("view", "timeSeries")
    if view not in VIEWS:
        return Said(title, words["view"].format(view))
    whole = (
        max(60, round((seen.end - seen.start) / 60) * 60)
        if own.get("setPeriodToTimeRange") and view != "timeSeries"
        else None
    )
    asked, looks = queries_of(own, whole)
    region = own.get("region")
    client = boto3.client("cloudwatch", region_name=region) if region else boto3.client("cloudwatch")
    series = ask(asked, seen, 300, client)
    watching = alarms_of(own.get("annotations", {}).get("alarms", []), seen)
    if view != "timeSeries":
        return VIEWS[view](title, series, looks, seen, words, lang, own)
    series += [
        Series(one.series.label, one.series.points, one.series.period, one.name)
        for one in watching
        if one.series and not asked
    ]
    return Graph(title, series, looks, seen, words, lang, own, watching)


def _text(widget: Widget, _: Window, __: str) -> Box:
    own = widget.properties
    return Text("", own.get("markdown", ""), own.get("background") == "transparent")


def _alarm(widget: Widget, seen: Window, _: str) -> Box:
    own = widget.properties
    states = [(one.name, one.state) for one in alarms_of(own.get("alarms", []), seen)]
    if wanted := own.get("states"):
        states = [pair for pair in states if pair[1] in wanted]
    states.sort(key=lambda pair: (_ORDER.index(pair[1]), pair[0]) if own.get("sortBy") else (0, pair[0]))
    return Alarms(own.get("title", ""), states)


def _log(widget: Widget, seen: Window, lang: str) -> Box:
    own, words = widget.properties, _WORDS.get(lang, _WORDS["en"])
    groups, query = split_query(own.get("query", ""))
    rows = insights(query, groups, start=seen.start, end=seen.end)
    return Logs(own.get("title", ""), rows, "" if own.get("view", "table") == "table" else words["rows"])


_FILL: dict[str, Callable[[Widget, Window, str], Box]] = {
    "metric": _metric,
    "text": _text,
    "alarm": _alarm,
    "log": _log,
}
