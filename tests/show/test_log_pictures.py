"""Log events over time and the rows of queries, from what a test writes into CloudWatch Logs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

import helpers
from helpers.cloud import clock
from helpers.errors import CourseError
from helpers.show.insights import insights
from helpers.show.log_histogram import level_of, log_histogram

GROUP = "/loja/orders"


class Logs:
    """A log group whose events are written for the minutes after ``start``."""

    def __init__(self) -> None:
        self.aws = boto3.client("logs")
        self.start = clock.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=30)
        self.aws.create_log_group(logGroupName=GROUP)
        self.aws.create_log_stream(logGroupName=GROUP, logStreamName="one")

    def write(self, lines: Mapping[int, list[str]]) -> None:
        events = [
            {"timestamp": int(self.start.timestamp() * 1000) + 60_000 * minute + place, "message": line}
            for minute, some in sorted(lines.items())
            for place, line in enumerate(some)
        ]
        self.aws.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)

    @property
    def end(self) -> dt.datetime:
        return self.start + dt.timedelta(minutes=10)


def told(level: str, **more: Any) -> str:
    return json.dumps({"level": level, "message": "hello", **more})


@pytest.fixture
def logs(connected: str) -> Logs:
    return Logs()


def test_events_are_stacked_by_level_the_worst_lowest(logs: Logs) -> None:
    logs.write(
        {
            1: [told("INFO"), told("INFO"), "START RequestId: 1 Version: 2"],
            3: [told("ERROR"), "a line", "[WARNING] late"],
        }
    )
    drawn = log_histogram(GROUP, start=logs.start, end=logs.end)
    assert drawn.as_text().splitlines() == [
        "/loja/orders: 6 log events, every 60 s",
        "     +1 min  2 INFO, 1 platform",
        "     +3 min  1 ERROR, 1 WARNING, 1 no level",
    ]
    legend = drawn.figure().axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "ERROR (1)",
        "WARNING (1)",
        "INFO (2)",
        "no level (1)",
        "platform (1)",
    ]
    assert drawn.as_png() == drawn.as_png()


def test_a_filter_tells_what_matches_from_the_others(logs: Logs) -> None:
    logs.write({0: [told("INFO"), told("ERROR", code=7)], 2: [told("ERROR", code=9)]})
    drawn = log_histogram(GROUP, filter="{ $.code > 8 }", start=logs.start, end=logs.end)
    assert drawn.alt() == "/loja/orders · { $.code > 8 }: 1 match, 2 others."


def test_a_query_counts_in_the_cloud_and_stacks_by_a_field(logs: Logs) -> None:
    logs.write({0: [told("INFO", shop="north"), told("INFO", shop="south")], 4: [told("ERROR", shop="north")]})
    drawn = log_histogram(
        GROUP, query='filter level = "INFO" or level = "ERROR"', by="shop", bin=120, start=logs.start, end=logs.end
    )
    assert {kind: count.total() for kind, count in drawn.counts.items()} == {"north": 2, "south": 1}
    assert (
        sum(
            log_histogram(GROUP, query="filter shop = 'north'", start=logs.start, end=logs.end)
            .counts["log events"]
            .values()
        )
        == 2
    )


@pytest.mark.parametrize("bin", [90, 120, 300, 7_200])
def test_bars_of_a_query_have_the_width_that_was_asked_for(logs: Logs, bin: int) -> None:
    """Logs Insights cuts periods of more than 60 of a unit, so a bar may be made of several of its bins."""
    logs.write({0: [told("INFO")], 1: [told("INFO")], 4: [told("INFO")]})
    counted, read = (
        log_histogram(GROUP, bin=bin, start=logs.start, end=logs.end, **more).counts
        for more in ({"query": "filter ispresent(level)"}, {})
    )
    assert counted["log events"] == read["INFO"]


def test_no_events_are_said(logs: Logs) -> None:
    drawn = log_histogram(GROUP)
    assert drawn.alt() == "/loja/orders: no log events in this time."
    assert "no log events in this time" in {text.get_text() for text in drawn.figure().axes[0].texts}


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('{"level": "warn"}', "WARN"),
        ('{"levelname": "ERROR"}', "ERROR"),
        ('{"type": "platform.start", "record": {}}', "platform"),
        ('{"answer": 42, "text": "ERROR"}', "no level"),
        ("{not json ERROR", "ERROR"),
        ("REPORT RequestId: 1\tDuration: 2 ms", "platform"),
        ("INIT_START Runtime Version: python:3.13", "platform"),
        ("[ERROR] ValueError: no", "ERROR"),
        ("INFORMATION about ERRORS", "no level"),
        ("", "no level"),
    ],
)
def test_the_level_of_a_line(line: str, level: str) -> None:
    assert level_of(line) == level


def test_a_filter_beside_a_query_is_refused(connected: str) -> None:
    with pytest.raises(CourseError, match="but not both"):
        log_histogram(GROUP, filter="ERROR", query="limit 3")
    with pytest.raises(CourseError, match="at least 1 second"):
        log_histogram(GROUP, bin=0)


def test_the_rows_of_a_query_are_dicts_and_show_themselves_as_a_table(logs: Logs) -> None:
    logs.write({0: [told("INFO", total=3), told("INFO", total=5)], 1: [told("ERROR", total="<b>")]})
    rows = insights(
        "filter level = 'INFO' | fields level, total | sort total asc", GROUP, start=logs.start, end=logs.end
    )
    assert rows == [{"level": "INFO", "total": "3"}, {"level": "INFO", "total": "5"}]
    assert repr(rows).splitlines() == [
        "level  total",
        "─────  ─────",
        "INFO   3",
        "INFO   5",
        "2 rows · 3 log events scanned",
    ]
    shown = insights("filter level = 'ERROR' | fields total", [GROUP], start=logs.start, end=logs.end)._repr_html_()
    assert "<td>&lt;b&gt;</td>" in shown and "<b>" not in shown


def test_no_rows_are_said_in_the_notebooks_language(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    assert repr(insights("fields @message", GROUP)) == "nenhuma linha · 0 eventos de log lidos"


def test_many_rows_are_counted_but_not_all_shown(logs: Logs) -> None:
    logs.write({0: [f"line {number}" for number in range(70)]})
    rows = insights("fields @message", GROUP, start=logs.start, end=logs.end)
    assert len(rows) == 70
    assert repr(rows).splitlines()[-2:] == ["… 20 more rows", "70 rows · 70 log events scanned"]


def test_notebooks_find_them_by_their_names() -> None:
    assert (helpers.insights, helpers.log_histogram) == (insights, log_histogram)
