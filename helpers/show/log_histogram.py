"""``log_histogram()``: how many log events came when, stacked by their level, by what a filter matches, or by a field of a query."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.drawing import (
    BLUE,
    FAINT,
    GREEN,
    LINES,
    ORANGE,
    RED,
    SKY,
    SOFT,
    Picture,
    canvas,
    fitted,
    legend_columns,
    legend_label,
    number,
)
from helpers.show.insights import insights
from helpers.show.windows import Moment, Window, window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_EVENTS = 20_000
_LEVELS = {
    "FATAL": "#7f2704",
    "CRITICAL": "#7f2704",
    "ERROR": RED,
    "WARN": ORANGE,
    "WARNING": ORANGE,
    "INFO": BLUE,
    "DEBUG": SKY,
    "TRACE": "#9bd3f0",
}
_ORDER = ("FATAL", "CRITICAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "TRACE")
_PLATFORM = re.compile(r"(START|END|REPORT) RequestId: |INIT_START |INIT_REPORT ")
_WORD = re.compile(rf"\b({'|'.join(_ORDER)})\b")
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "++++")
_WORDS = {
    "en": {"events": "log events", "match": "match", "others": "others", "none": "no log events in this time", "platform": "platform", "plain": "no level",
           "every": "every", "capped": "only the first {} events were counted", "most": "more"},
    "pt-BR": {"events": "eventos de log", "match": "correspondem", "others": "outros", "none": "nenhum evento de log neste tempo", "platform": "plataforma", "plain": "sem nível",
              "every": "a cada", "capped": "só os primeiros {} eventos foram contados", "most": "mais"},
}  # fmt: skip
_WIDE, _MOST_KINDS = 9.0, 7


@dataclass(repr=False)
class LogHistogram(Picture):
    """Counts of log events, ready to be shown. counts: by kind, then by the start of the bin in seconds since 1970; the first kind is drawn lowest."""

    counts: dict[str, Counter[float]]
    window: Window
    bin: int
    title: str
    capped: bool = False
    lang: str = "en"

    def as_text(self) -> str:
        """A line for each bin that has events, with the count of each kind."""
        words = self._words
        total = sum(count.total() for count in self.counts.values())
        lines = [f"{self.title}: {number(total, self.lang)} {words['events']}, {words['every']} {self.bin} s"]
        for at in sorted({at for count in self.counts.values() for at in count}):
            said = ", ".join(f"{count[at]} {kind}" for kind, count in self.counts.items() if count[at])
            lines.append(f"  {self.window.said(at):>9}  {said}")
        return "\n".join([*lines, *self._notes()])

    def alt(self) -> str:
        """One sentence: how many events of each kind."""
        said = ", ".join(f"{number(count.total(), self.lang)} {kind}" for kind, count in self.counts.items())
        return f"{self.title}: {said or self._words['none']}."

    def figure(self) -> Figure:
        """A stacked bar for each bin."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        labels = [fitted(f"{kind} ({number(count.total(), self.lang)})", 200, 8) for kind, count in self.counts.items()]
        columns = legend_columns(labels, (_WIDE - 0.84) * 72)
        high = 2.6 + 0.17 * -(-len(labels) // columns)
        figure = canvas(_WIDE, high)
        axes = figure.add_axes((0.62 / _WIDE, 0.5 / high, (_WIDE - 0.84) / _WIDE, 1.68 / high))
        figure.text(
            0.12 / _WIDE, 1 - 0.17 / high, fitted(self.title, 600, 10, True), fontsize=10, weight="bold", va="center"
        )
        axes.grid(axis="y", color=FAINT, lw=0.7)
        axes.set_axisbelow(True)
        wide = self.bin / self.window.unit[1]
        below: Counter[float] = Counter()
        for place, (kind, count) in enumerate(self.counts.items()):
            starts = sorted(count)
            axes.bar([self.window.x(at) for at in starts], [count[at] for at in starts], wide * 0.94, [below[at] for at in starts], align="edge",
                     color=self._colour(kind, place), hatch=_HATCHES[place % len(_HATCHES)], edgecolor="white", lw=0.4, label=legend_label(labels[place]))  # fmt: skip
            below.update(count)
        axes.set_ylim(0, 1.1 * max(below.values(), default=1))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, self.lang)))
        axes.tick_params(length=3)
        if self.counts:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(-0.01, 1.0),
                ncols=columns,
                handlelength=1.3,
                handleheight=0.9,
                columnspacing=1.3,
                borderaxespad=0.2,
            )
        else:
            axes.text(0.5, 0.5, self._words["none"], transform=axes.transAxes, ha="center", va="center", color=SOFT)
        self.window.label(axes, ticks=13)
        for note in self._notes():
            figure.text(1 - 0.1 / _WIDE, 0.1 / high, note, fontsize=7.5, color=SOFT, ha="right")
        return figure

    def _colour(self, kind: str, place: int) -> str:
        if kind in (self._words["others"], self._words["platform"], self._words["plain"]):
            return {self._words["platform"]: "#c3cad2", self._words["plain"]: "#8d99a6"}.get(kind, "#c3cad2")
        return _LEVELS.get(kind) or (RED if kind == self._words["match"] else [*LINES, GREEN][place % len(LINES)])

    def _notes(self) -> list[str]:
        return [self._words["capped"].format(number(MOST_EVENTS, self.lang))] if self.capped else []

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS.get(self.lang, _WORDS["en"])


def log_histogram(
    groups: str | Sequence[str], *, filter: str | None = None, query: str | None = None, by: str | None = None, bin: int = 60,
    hours: float = 1, start: Moment = None, end: Moment = None, clocked: bool = False,
) -> LogHistogram:  # fmt: skip
    """How many log events came when.

    groups: names of log groups. Without more, all events are read and stacked by their level: the member ``level`` of JSON, else the first word such as
    ``ERROR``; lines that Lambda itself writes are told apart.
    filter: a filter pattern; what it matches is stacked below the others.
    query: the beginning of a Logs Insights query, such as ``"filter @message like /timeout/"``; CloudWatch counts what it leaves. by: a field to stack by.
    bin: seconds of each bar. hours, start, end: the time to show. clocked: clock times below, instead of minutes since the left edge.

    Raises: ``CourseError`` for a time that is none, or a filter beside a query; boto3's ``ClientError`` when CloudWatch Logs refuses.
    """
    if filter is not None and (query is not None or by is not None):
        raise CourseError(
            "log_histogram() counts by a filter pattern or by a query: give filter, or query and by, but not both"
        )
    if bin < 1:
        raise CourseError(f"log_histogram(bin={bin}): give at least 1 second")
    lang = language()
    words = _WORDS.get(lang, _WORDS["en"])
    names = [groups] if isinstance(groups, str) else list(groups)
    seen = window(hours=hours, start=start, end=end, period=bin, clocked=clocked)
    capped = False
    if query is not None or by is not None:
        counts = _queried(names, query or "", by, bin, seen, words)
    else:
        every = list(_read(names, None, seen))
        capped = len(every) >= MOST_EVENTS
        chosen = {one["eventId"] for one in _read(names, filter, seen)} if filter is not None else set()
        kinds = (
            (words["match"] if one["eventId"] in chosen else words["others"])
            if filter is not None
            else level_of(one["message"], words)
            for one in every
        )
        counts = {}
        for kind, one in zip(kinds, every, strict=True):
            counts.setdefault(kind, Counter())[one["timestamp"] // (1000 * bin) * bin] += 1
    title = ", ".join(names) + (f" · {filter}" if filter else f" · {query}" if query else "")
    return LogHistogram(_ordered(counts, words), seen, bin, title, capped, lang)


def level_of(message: str, words: dict[str, str] = _WORDS["en"]) -> str:
    """The level of a log line, in capitals; Lambda's own lines are of the platform."""
    if _PLATFORM.match(message):
        return words["platform"]
    try:
        told = json.loads(message) if message.startswith("{") else None
    except ValueError:
        told = None
    if told is not None:
        if str(told.get("type", "")).startswith("platform."):
            return words["platform"]
        level = told.get("level") or told.get("levelname") or told.get("severity")
        return level.upper() if isinstance(level, str) and level else words["plain"]
    found = _WORD.search(message)
    return found[1] if found else words["plain"]


def _read(names: Sequence[str], pattern: str | None, seen: Window) -> Iterator[dict[str, Any]]:
    """The events of some groups, at most so many as are counted."""
    left = MOST_EVENTS
    more = {"filterPattern": pattern} if pattern else {}
    for name in names:
        pages = (
            boto3.client("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=name, startTime=int(seen.start * 1000), endTime=int(seen.end * 1000) - 1, **more)
        )
        for page in pages:
            yield from page["events"][:left]
            left -= min(left, len(page["events"]))
            if not left:
                return


def _queried(
    names: Sequence[str], query: str, by: str | None, bin: int, seen: Window, words: dict[str, str]
) -> dict[str, Counter[float]]:
    """What Logs Insights counts."""
    steps = [
        *([query.strip().rstrip("|")] if query.strip() else []),
        f"stats count(*) as events by bin({_period(bin)}) as time{f', {by}' if by else ''}",
    ]
    rows = insights("\n| ".join(steps), names, start=seen.start, end=seen.end - 1)
    counts: dict[str, Counter[float]] = {}
    for row in rows:
        at = dt.datetime.fromisoformat(row["time"]).replace(tzinfo=dt.UTC).timestamp()
        counts.setdefault(row.get(by, "") or words["plain"] if by else words["events"], Counter())[at // bin * bin] += (
            int(float(row["events"]))
        )
    return counts


def _period(seconds: int) -> str:
    """The longest period that goes into ``seconds`` without a rest and that CloudWatch Logs does not cut: it takes 60 s, 60 m and 24 h at most."""
    unit, size, most = next(one for one in (("h", 3600, 24), ("m", 60, 60), ("s", 1, 60)) if seconds % one[1] == 0)
    whole = seconds // size
    return f"{next(count for count in range(min(whole, most), 0, -1) if whole % count == 0)}{unit}"


def _ordered(counts: dict[str, Counter[float]], words: dict[str, str]) -> dict[str, Counter[float]]:
    """The worst level first, then what is most frequent; what is neither, last. More kinds than colours become one."""
    last = (words["plain"], words["platform"], words["others"])

    def rank(kind: str) -> tuple[int, int, int, str]:
        known = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
        return (last.index(kind) + 1 if kind in last else 0, known, -counts[kind].total(), kind)

    kinds = sorted(counts, key=rank)
    kept = {kind: counts[kind] for kind in kinds[:_MOST_KINDS]}
    for kind in kinds[_MOST_KINDS:]:
        kept.setdefault(words["most"], Counter()).update(counts[kind])
    return kept
