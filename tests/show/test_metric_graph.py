"""Graphs of metrics and ribbons of alarms, drawn from what a test puts into CloudWatch."""

from __future__ import annotations

import base64
import datetime as dt
import io
from typing import Any

import boto3
import nbformat
import pytest
from matplotlib.colors import to_hex
from nbclient import NotebookClient
from PIL import Image

import helpers
from helpers.authoring.outputs import normalise
from helpers.cloud import clock
from helpers.errors import CourseError
from helpers.show.metric_graph import metric_graph
from tests.localcloud.conftest import eventually

ERRORS = ("Loja", "Errors", {"Shop": "north"}, "Sum")
CALLS = ("Loja", "Calls", {"Shop": "north"}, "Sum")


class Shop:
    """Metrics that are put for the minutes of the last half hour, counted from ``start``, and an alarm on errors."""

    def __init__(self) -> None:
        self.aws = boto3.client("cloudwatch")
        minute = clock.now().replace(second=0, microsecond=0)
        self.start = minute - dt.timedelta(minutes=30)

    def put(self, name: str, values: dict[int, float]) -> None:
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": "Shop", "Value": "north"}],
                "Value": value,
                "Timestamp": self.start + dt.timedelta(minutes=at),
            }
            for at, value in values.items()
        ]
        self.aws.put_metric_data(Namespace="Loja", MetricData=data)

    def alarm(self, **settings: Any) -> str:
        given = {
            "AlarmName": "shop-errors", "Namespace": "Loja", "MetricName": "Errors", "Dimensions": [{"Name": "Shop", "Value": "north"}], "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 3.0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
        }  # fmt: skip
        self.aws.put_metric_alarm(**{**given, **settings})
        return "shop-errors"


@pytest.fixture
def shop(connected: str) -> Shop:
    return Shop()


def lines(graph: Any) -> list[tuple[str, list[float]]]:
    """Label and values of each line that is drawn."""
    axes = graph.figure().axes[0]
    return [(line.get_label(), list(line.get_ydata())) for line in axes.lines if not line.get_label().startswith("_")]


def test_a_line_breaks_where_nothing_was_measured(shop: Shop) -> None:
    shop.put("Errors", {1: 2, 2: 5, 5: 1})
    graph = metric_graph(ERRORS, start=shop.start, end=shop.start + dt.timedelta(minutes=8))
    ((label, values),) = lines(graph)
    assert label == "Errors · north (Sum)"
    assert [None if value != value else value for value in values] == [None, 2, 5, None, None, 1, None, None]
    assert graph.as_text() == "Errors · north (Sum), every 60 s: 3 points, least 1, most 5, last 1"


def test_equal_data_gives_an_equal_picture_whatever_the_hour(shop: Shop) -> None:
    shop.put("Errors", {1: 2, 2: 5})
    early = metric_graph(ERRORS, start=shop.start, end=shop.start + dt.timedelta(minutes=10))
    later = shop.start + dt.timedelta(minutes=12)
    shop.put("Errors", {13: 2, 14: 5})
    late = metric_graph(ERRORS, start=later, end=later + dt.timedelta(minutes=10))
    assert early.as_png() == late.as_png()
    with Image.open(io.BytesIO(early.as_png())) as picture:
        assert picture.size[0] > 900 and picture.getpixel((0, 0)) == (255, 255, 255, 255)


def test_expressions_use_the_metrics_by_their_place(shop: Shop) -> None:
    shop.put("Errors", {1: 2})
    shop.put("Calls", {1: 8})
    graph = metric_graph(ERRORS, CALLS, "100 * m1 / m2", start=shop.start)
    assert "100 * m1 / m2, every 60 s: 1 point, least 25, most 25, last 25" in graph.as_text()


def test_a_query_of_get_metric_data_is_taken_as_it_is(shop: Shop) -> None:
    shop.put("Errors", {0: 2, 1: 3})
    metric = {"Namespace": "Loja", "MetricName": "Errors", "Dimensions": [{"Name": "Shop", "Value": "north"}]}
    graph = metric_graph(
        {"Id": "all", "Label": "errors", "MetricStat": {"Metric": metric, "Stat": "Maximum"}}, start=shop.start
    )
    assert graph.as_text().startswith("errors, every 60 s: 2 points, least 2, most 3")


def test_the_ribbon_tells_the_states_of_an_alarm_and_where_it_acted(shop: Shop) -> None:
    topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
    alarm = shop.alarm(AlarmActions=[topic])
    clock.advance(minutes=2)
    shop.aws.put_metric_data(
        Namespace="Loja",
        MetricData=[{"MetricName": "Errors", "Dimensions": [{"Name": "Shop", "Value": "north"}], "Value": 9}],
    )
    clock.advance(minutes=2)
    eventually(lambda: "ALARM" in metric_graph(alarms=alarm).as_text())
    clock.advance(minutes=5)
    graph = metric_graph(alarms=[alarm])
    (drawn,) = graph.alarms
    assert [span.state for span in drawn.spans][-3:] == ["OK", "ALARM", "OK"]
    assert len(drawn.actions) == 1 and len(drawn.breached()) == 1
    assert graph.alt().endswith("alarm shop-errors: OK.")
    above, below = graph.figure().axes
    assert {"#d55e00", "#009e73"} <= {to_hex(span.get_facecolor()) for span in below.patches}
    assert "> 3" in {text.get_text() for text in above.texts}
    legend = above.get_legend()
    assert legend is not None
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["Errors · north (Sum)", "past the threshold", "the alarm acted"]


def test_thresholds_that_lie_close_are_told_side_by_side(shop: Shop) -> None:
    shop.put("Errors", {1: 100, 2: 3})
    names = [shop.alarm(), "shop-many"]
    shop.alarm(AlarmName="shop-many", Threshold=5.0)
    figure = metric_graph(alarms=names, start=shop.start, end=shop.start + dt.timedelta(minutes=8)).figure()
    figure.canvas.draw()
    few, many = (text.get_window_extent() for text in figure.axes[0].texts if text.get_text() in ("> 3", "> 5"))
    assert not few.overlaps(many)


def test_an_alarm_begins_when_it_was_made(shop: Shop) -> None:
    alarm = shop.alarm()
    clock.advance(minutes=3)
    (drawn,) = metric_graph(alarms=alarm, hours=1).alarms
    assert drawn.spans[0].start > shop.start.timestamp() + 29 * 60


def test_a_threshold_has_a_comma_in_a_portuguese_notebook(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    alarm = shop.alarm(Threshold=1.5)
    assert "> 1.5, " in metric_graph(alarms=alarm).alarms[0].rule
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    assert "> 1,5, " in metric_graph(alarms=alarm).alarms[0].rule


def test_the_composite_alarm_has_a_ribbon_but_no_line(shop: Shop) -> None:
    shop.alarm()
    shop.aws.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("shop-errors")')
    clock.advance(minutes=2)
    graph = metric_graph(ERRORS, alarms=["all", "shop-errors"])
    assert 'alarm all: ALARM("shop-errors")' in graph.as_text().splitlines()
    assert len(graph.figure().axes) == 2


def test_nothing_measured_is_said(shop: Shop) -> None:
    graph = metric_graph(("Loja", "Nothing"))
    assert graph.as_text() == "Nothing (Average), every 60 s: no data"
    assert "nothing was measured in this time" in {text.get_text() for text in graph.figure().axes[0].texts}


def test_the_widget_asks_again_with_another_period(shop: Shop) -> None:
    shop.put("Errors", {1: 2, 2: 5})
    graph = metric_graph(ERRORS, start=shop.start, end=shop.start + dt.timedelta(minutes=30))
    row, picture = graph.widget().children
    slider, button = row.children
    before = picture.value
    slider.value = 300
    assert picture.value != before
    slider.value = 60
    assert picture.value == before
    button.click()
    assert picture.value == before


def test_a_saved_page_has_the_picture_its_text_and_a_description(shop: Shop) -> None:
    shop.put("Errors", {1: 2})
    graph = metric_graph(ERRORS, start=shop.start)
    assert set(graph.bundle()) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    data, metadata = graph._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG") and metadata == {
        "image/png": {"alt": "Graph. Errors · north (Sum): 2."}
    }


def test_it_speaks_portuguese_in_a_portuguese_notebook(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    shop.put("Errors", {1: 2, 2: 1240})
    graph = metric_graph(ERRORS, start=shop.start)
    assert graph.as_text() == "Errors · north (Sum), a cada 60 s: 2 pontos, mínimo 2, máximo 1.240, último 1.240"
    assert graph.figure().axes[0].get_xlabel() == "minutos"


def test_clock_times_are_written_on_demand(shop: Shop) -> None:
    shop.put("Errors", {1: 2})
    axes = metric_graph(ERRORS, start=shop.start, clocked=True).figure().axes[0]
    assert axes.get_xlabel() == "time (UTC)"
    assert all(":" in label.get_text() for label in axes.get_xticklabels())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: metric_graph(), "needs a metric or an alarm"),
        (lambda: metric_graph(("Loja",)), "a metric is written"),
        (lambda: metric_graph(("Loja", "Errors", 5)), "a metric is written"),
        (lambda: metric_graph({"Id": "a"}), "needs MetricStat or Expression"),
        (lambda: metric_graph(ERRORS, start="yesterday"), "is no time"),
        (lambda: metric_graph(ERRORS, start="2026-01-02", end="2026-01-01"), "a start that lies before the end"),
        (lambda: metric_graph(ERRORS, hours=float("inf")), "a start that lies before the end"),
        (lambda: metric_graph(ERRORS, period=0), "give at least 1"),
        (lambda: metric_graph(ERRORS, alarms=["nobody"]), "there is no alarm 'nobody'"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(shop: Shop, call: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()


def test_a_notebook_finds_it_by_its_name() -> None:
    assert helpers.metric_graph is metric_graph


def test_a_notebook_keeps_the_picture_and_no_widget(shop: Shop) -> None:
    shop.put("Errors", {1: 2})
    source = f"import helpers\nhelpers.metric_graph({ERRORS!r}, start={shop.start.isoformat()!r})"
    cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, store_widget_state=False, kernel_name="python3").execute()
    normalise(notebook)
    (output,) = notebook.cells[0].outputs
    assert set(output.data) == {"image/png", "text/plain"}
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
    assert output.metadata["image/png"]["alt"] == "Graph. Errors · north (Sum): 2."
    assert "widgets" not in notebook.metadata
