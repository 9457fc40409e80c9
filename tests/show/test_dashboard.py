"""Dashboards, drawn from their JSON and from what a test puts into CloudWatch."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest

import helpers
from helpers.cloud import clock
from helpers.errors import CourseError
from helpers.show.dashboard import Dashboard, dashboard
from helpers.show.dashboard_body import queries_of, read, split_query, written_out

NORTH = ["Loja", "Orders", "Shop", "north"]


class Shop:
    """Orders of two shops in the last minutes."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.aws = boto3.client("cloudwatch")
        begin = clock.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=20)
        for shop, factor in (("north", 1), ("south", 10)):
            data = [
                {
                    "MetricName": "Orders",
                    "Dimensions": [{"Name": "Shop", "Value": shop}],
                    "Value": factor * minute,
                    "Timestamp": begin + dt.timedelta(minutes=minute),
                }
                for minute in range(1, 11)
            ]
            self.aws.put_metric_data(Namespace="Loja", MetricData=data)

    def alarm(self, name: str, threshold: float) -> str:
        self.aws.put_metric_alarm(AlarmName=name, Namespace="Loja", MetricName="Orders", Dimensions=[{"Name": "Shop", "Value": "north"}], Statistic="Sum", Period=60,
                                  EvaluationPeriods=1, Threshold=threshold, ComparisonOperator="GreaterThanThreshold")  # fmt: skip
        return f"arn:aws:cloudwatch:us-east-1:{self.account}:alarm:{name}"


@pytest.fixture
def shop(connected: str) -> Shop:
    return Shop(connected)


def of(kind: str, **properties: Any) -> Dashboard:
    """A dashboard with one widget."""
    return dashboard(
        {"start": "-PT1H", "widgets": [{"type": kind, "width": 12, "height": 6, "properties": properties}]}
    )


def said(drawn: Dashboard) -> set[str]:
    """All texts in the picture."""
    figure = drawn.figure()
    return {text.get_text() for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]}


def test_a_dashboard_that_was_put_is_drawn_by_its_name(shop: Shop) -> None:
    body = {
        "start": "-PT1H",
        "widgets": [
            {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# Loja\n**All** [orders](https://example.com)"}},
            {"type": "metric", "x": 0, "y": 2, "width": 12, "height": 6, "properties": {"metrics": [NORTH, ["...", "south"]], "stat": "Sum", "period": 60, "region": "us-east-1", "title": "Orders"}},
        ],
    }  # fmt: skip
    shop.aws.put_dashboard(DashboardName="loja", DashboardBody=json.dumps(body))
    drawn = dashboard("loja")
    assert drawn.as_text().splitlines() == [
        "Dashboard loja",
        "▪ text",
        "    # Loja",
        "    **All** orders",
        "▪ Orders",
        "    north: 10",
        "    south: 100",
    ]
    assert {"loja", "Loja", "All orders", "Orders", "north", "south"} <= said(drawn)
    assert drawn.as_png() == drawn.as_png()


def test_cards_stand_where_the_grid_of_24_columns_puts_them(shop: Shop) -> None:
    drawn = dashboard({"widgets": [{"type": "text", "x": 12, "y": 0, "width": 12, "height": 2, "properties": {"markdown": "right"}}, {"type": "text", "x": 0, "y": 0, "width": 6, "height": 2, "properties": {"markdown": "left"}}]})  # fmt: skip
    figure = drawn.figure()
    places = {text.get_text(): text.get_position() for text in figure.texts}
    assert places["right"][0] > 5.4 and places["left"][0] < 0.5 and places["left"][1] == places["right"][1]


def test_widgets_without_a_place_do_not_cover_those_that_have_one() -> None:
    placed = {"type": "text", "x": 0, "y": 1, "width": 12, "height": 4}
    widgets = read({"widgets": [{"type": "text"}, placed, {"type": "text"}]}).widgets
    assert [(one.x, one.y) for one in widgets] == [(0, 5), (0, 1), (6, 5)]


def test_widgets_without_a_place_follow_each_other() -> None:
    body = read(
        {
            "widgets": [
                {"type": "text", "width": 18},
                {"type": "text", "width": 12, "height": 3},
                {"type": "text", "width": 12},
            ]
        }
    )
    assert [(one.x, one.y) for one in body.widgets] == [(0, 0), (0, 6), (12, 6)]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([[*NORTH], [".", "Calls", ".", "."]], ["Loja", "Calls", "Shop", "north"]),
        ([[*NORTH], ["...", "south"]], ["Loja", "Orders", "Shop", "south"]),
        ([[*NORTH], ["..", "south"]], ["Loja", "Orders", "Shop", "south"]),
        ([[*NORTH], ["...", {"stat": "p99"}]], [*NORTH]),
        ([["A", "b", "c", "1", "d", "2"], ["...", "9", ".", "8"]], ["A", "b", "c", "9", "d", "8"]),
        ([[*NORTH], [{"expression": "m1"}], [".", "Calls"]], ["Loja", "Calls"]),
    ],
)
def test_dots_stand_for_the_metric_before(given: list[list[Any]], wanted: list[str]) -> None:
    assert written_out(given)[-1][0] == wanted


def test_labels_leave_out_what_all_metrics_share() -> None:
    asked, _ = queries_of(
        {"metrics": [NORTH, ["...", "south"], [{"expression": "m1 + m2", "id": "all"}]], "stat": "Sum"}
    )
    assert [query["Label"] for query in asked] == ["north", "south", "m1 + m2"]
    asked, _ = queries_of({"metrics": [NORTH, ["...", {"stat": "p90"}]], "stat": "Sum"})
    assert [query["Label"] for query in asked] == ["Orders · north (Sum)", "Orders · north (p90)"]


def test_a_hidden_metric_feeds_an_expression(shop: Shop) -> None:
    metrics = [
        [*NORTH, {"id": "m1", "visible": False}],
        [{"expression": "m1 * 2", "label": "double", "id": "e1", "color": "#009e73"}],
    ]
    drawn = of("metric", metrics=metrics, stat="Sum", period=60)
    assert drawn.as_text().splitlines()[1:] == ["▪ metric", "    double: 20"]


@pytest.mark.parametrize("view", ["singleValue", "bar", "pie", "gauge"])
def test_other_views_show_the_newest_value(shop: Shop, view: str) -> None:
    drawn = of(
        "metric", view=view, metrics=[NORTH], stat="Sum", period=60, title=view, yAxis={"left": {"min": 0, "max": 20}}
    )
    assert "10" in said(drawn)
    assert "    Orders · north (Sum): 10" in drawn.as_text()


def test_one_value_may_stand_for_the_whole_time(shop: Shop) -> None:
    drawn = of("metric", view="singleValue", metrics=[NORTH], stat="Sum", period=60, setPeriodToTimeRange=True)
    assert "    Orders · north (Sum): 55" in drawn.as_text()


def test_stacked_areas_axes_on_both_sides_and_annotations(shop: Shop) -> None:
    drawn = of("metric", metrics=[NORTH, ["...", "south", {"yAxis": "right"}]], stat="Sum", period=60, stacked=True,
               annotations={"horizontal": [{"value": 8, "label": "goal", "fill": "above"}], "vertical": [{"value": clock.now().isoformat(), "label": "now"}]})  # fmt: skip
    assert {"goal 8", "now"} <= said(drawn)
    assert sum(axes.get_position().width > 0.3 and axes.axison for axes in drawn.figure().axes) == 2


def test_alarms_are_shown_as_states_and_as_thresholds(shop: Shop) -> None:
    arns = [shop.alarm("quiet", 1000), shop.alarm("loud", 2)]
    clock.advance(minutes=2)
    states = of("alarm", title="Alarms", alarms=arns)
    assert states.as_text().splitlines()[1] == "▪ Alarms"
    assert {"quiet", "loud"} <= said(states)
    assert "> 2" in said(of("metric", annotations={"alarms": [arns[1]]}, title="loud"))


def test_a_log_widget_shows_the_rows_of_its_query(shop: Shop) -> None:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/loja/orders")
    logs.create_log_stream(logGroupName="/loja/orders", logStreamName="one")
    event = {"timestamp": int(clock.now().timestamp() * 1000) - 60_000, "message": "sold <tea>"}
    logs.put_log_events(logGroupName="/loja/orders", logStreamName="one", logEvents=[event])
    drawn = of("log", title="Lines", query="SOURCE '/loja/orders' | fields @message", view="table")
    assert {"@message", "sold <tea>"} <= said(drawn)
    assert "    sold <tea>" in drawn.as_text().splitlines()


def test_the_sources_of_a_log_widget_are_told_from_its_query() -> None:
    assert split_query("SOURCE 'a' | SOURCE 'b' | fields @message | limit 3") == (
        ["a", "b"],
        "fields @message | limit 3",
    )


@pytest.mark.parametrize(
    ("kind", "properties", "sentence"),
    [
        ("explorer", {}, "a widget of type explorer is not drawn here"),
        ("metric", {"view": "table", "metrics": [NORTH]}, "the view table is not drawn here"),
        (
            "metric",
            {"metrics": [["Loja"]]},
            'could not be asked: a metric is written [namespace, name, dimension, value, …], not ["Loja"]',
        ),
        ("log", {"query": "SOURCE 'nowhere' | fields @message"}, "ResourceNotFoundException"),
        ("alarm", {"alarms": ["arn:aws:cloudwatch:us-east-1:1:alarm:nobody"]}, "there is no alarm 'nobody'"),
        ("metric", {"metrics": 5}, "properties cannot be read"),
        ("metric", {"metrics": [NORTH], "period": 0}, "give at least 1"),
    ],
)
def test_what_cannot_be_drawn_says_so_in_its_card(
    shop: Shop, kind: str, properties: dict[str, Any], sentence: str
) -> None:
    drawn = of(kind, **properties)
    assert sentence in drawn.as_text()
    assert drawn.as_png().startswith(b"\x89PNG")


def test_an_annotation_that_cannot_be_read_leaves_the_other_cards_alone(shop: Shop) -> None:
    drawn = of("metric", metrics=[NORTH], annotations={"vertical": [{"value": "yesterday"}]})
    assert any("cannot be read" in text for text in said(drawn))


def test_variables_are_not_applied_and_that_is_said(connected: str) -> None:
    drawn = dashboard({"widgets": [], "variables": [{"id": "shop"}]})
    assert drawn.as_text() == "Dashboard (its variables are not applied): this dashboard has no widgets"


@pytest.mark.parametrize("body", ["{", "[]", '{"widgets": {}}', {"start": "-PT1H"}])
def test_a_body_that_is_none_is_refused(body: Any) -> None:
    with pytest.raises(CourseError):
        dashboard(body)


def test_a_dashboard_that_is_not_there_is_one_sentence(connected: str) -> None:
    with pytest.raises(CourseError, match="there is no dashboard 'nothing'"):
        dashboard("nothing")


def test_a_notebook_finds_it_by_its_name() -> None:
    assert helpers.dashboard is dashboard
