"""Traces as bars in time and as a map of services, drawn from segments that a test sends to X-Ray."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from typing import Any

import boto3
import pytest
from matplotlib.colors import to_hex

import helpers
from helpers.cloud import clock
from helpers.errors import CourseError
from helpers.show.layers import layers
from helpers.show.service_map import drawn, service_map
from helpers.show.services import bare_name
from helpers.show.trace_waterfall import trace_waterfall
from helpers.show.traces import grow

Document = dict[str, Any]


class Tracer:
    """Sends segments whose times count from ``begin``, in seconds."""

    def __init__(self) -> None:
        self.aws = boto3.client("xray")
        self.begin = float(int(clock.now().timestamp())) - 60
        self.trace = self.other()

    def other(self) -> str:
        return f"1-{int(self.begin):08x}-{secrets.token_hex(12)}"

    def part(self, name: str, start: float, end: float | None, **more: Any) -> Document:
        """A subsegment."""
        ended = {"end_time": self.begin + end} if end is not None else {"in_progress": True}
        return {"id": secrets.token_hex(8), "name": name, "start_time": self.begin + start, **ended, **more}

    def segment(self, name: str, start: float, end: float | None, **more: Any) -> Document:
        return {**self.part(name, start, end, **more), "trace_id": self.trace}

    def send(self, *documents: Document) -> None:
        answer = self.aws.put_trace_segments(TraceSegmentDocuments=[json.dumps(one) for one in documents])
        assert answer["UnprocessedTraceSegments"] == []

    def order(self) -> Document:
        """One order: a stage of an API, a function that starts cold, a payment that fails."""
        call = self.part("Lambda", 0.01, 1.19, namespace="aws", fault=True)
        stage = self.segment(
            "loja/prod",
            0,
            1.2,
            origin="AWS::ApiGateway::Stage",
            fault=True,
            subsegments=[call],
            http={"response": {"status": 502}},
        )
        pay = self.part("pay.example.com", 0.8, 1.1, namespace="remote", fault=True, http={"request": {"url": "https://pay.example.com", "method": "POST"}, "response": {"status": 500}})  # fmt: skip
        check = self.part("check", 0.7, 0.8, annotations={"customer": "c42"}, metadata={"loja": {"items": ["<tea>"]}})
        function = self.segment(
            "orders",
            0.6,
            1.15,
            origin="AWS::Lambda::Function",
            parent_id=call["id"],
            fault=True,
            subsegments=[self.part("Init", 0.1, 0.6), check, pay],
        )
        self.send(stage, function)
        return function


@pytest.fixture
def tracer(connected: str) -> Tracer:
    return Tracer()


def columns(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("  ") if part.strip()] for line in text.splitlines()]


def test_segments_are_nested_below_the_calls_that_led_to_them(tracer: Tracer) -> None:
    tracer.order()
    text = trace_waterfall(tracer.trace).as_text()
    indents = {line.strip().split("  ")[0]: len(line) - len(line.lstrip()) for line in text.splitlines()[2:]}
    assert indents["loja/prod"] == 0 and indents["Lambda"] == 2 and indents["orders"] == 4
    assert indents["Init"] == indents["check"] == 6
    rows = {line[0]: line for line in columns(text)[2:]}
    assert rows["loja/prod"] == ["loja/prod", "AWS::ApiGateway::Stage", "1.20 s", "20 ms", "fault (5xx)"]
    assert rows["Init"] == ["Init", "500 ms", "500 ms", "cold start"]
    assert rows["orders"][2:4] == ["550 ms", "150 ms"]
    assert ["pay.example.com", "POST 500", "300 ms", "0 ms", "fault (5xx)"] in columns(text)


def test_the_picture_says_by_colour_and_by_word_how_each_part_ended(tracer: Tracer) -> None:
    tracer.order()
    shown = trace_waterfall(tracer.trace)
    bars = shown.figure().axes[0]
    colours = [to_hex(bar.get_facecolor()) for bar in bars.patches]
    assert colours[0] == "#d55e00" and "#56b4e9" in colours and "#009e73" in colours
    said = [text.get_text() for text in bars.texts]
    assert said.count("5xx") >= 3 and "cold start" in said
    assert shown.as_png() == trace_waterfall(f"Root={tracer.trace};Parent=53995c3f42cd8ad8;Sampled=1").as_png()
    assert "pay.example.com: fault (5xx)" in shown.alt()


def test_throttles_errors_and_what_runs_still_have_words_of_their_own(tracer: Tracer) -> None:
    tracer.send(
        tracer.segment("shop", 0, 1, error=True, subsegments=[tracer.part("DynamoDB", 0.1, 0.2, namespace="aws", throttle=True, error=True, aws={"operation": "PutItem", "table_name": "orders"})]),
        tracer.segment("worker", 0.5, None),
    )  # fmt: skip
    lines = columns(trace_waterfall(tracer.trace).as_text())[2:]
    assert [(line[0], line[-1]) for line in lines] == [
        ("shop", "error (4xx)"),
        ("DynamoDB", "throttled (429)"),
        ("DynamoDB", "throttled (429), inferred"),
        ("worker", "in progress"),
    ]


def test_linked_traces_are_named(tracer: Tracer) -> None:
    other = tracer.other()
    tracer.send(tracer.segment("worker", 0, 1, links=[{"trace_id": other, "id": secrets.token_hex(8)}]))
    shown = trace_waterfall(tracer.trace)
    assert shown.linked == (other,)
    assert shown.as_text().splitlines()[-1].startswith(f"linked to {other[:5]}")
    assert other not in shown.as_text()  # a whole id would be another in every run


def test_a_chosen_part_shows_its_annotations_and_metadata(tracer: Tracer) -> None:
    tracer.order()
    picture, row = trace_waterfall(tracer.trace).widget().children
    choice, details = row.children
    choice.value = next(place for label, place in choice.options if "check" in label)
    assert bytes(picture.value).startswith(b"\x89PNG")
    assert "annotations, searchable" in details.value and "c42" in details.value
    assert "&lt;tea&gt;" in details.value and "<tea>" not in details.value
    choice.value = next(place for label, place in choice.options if "Init" in label)
    assert "nothing was noted here" in details.value


def test_a_long_trace_is_drawn_in_part_and_says_so(tracer: Tracer) -> None:
    tracer.send(
        tracer.segment(
            "shop",
            0,
            1,
            subsegments=[tracer.part(f"step {number}", 0.01 * number, 0.01 * number + 0.005) for number in range(80)],
        )
    )
    shown = trace_waterfall(tracer.trace)
    assert shown.as_text().splitlines()[-1] == "21 more pieces are not drawn"
    assert len(shown.figure().axes[0].patches) == 60


def test_a_part_that_calls_itself_its_parent_is_still_drawn() -> None:
    one: Document = {"id": "a", "name": "a", "start_time": 1.0, "end_time": 2.0, "parent_id": "b"}
    two: Document = {"id": "b", "name": "b", "start_time": 1.5, "end_time": 2.0, "parent_id": "a"}
    assert [[piece.name for _, piece in root.walk()] for root in grow([one, two])] == [["b", "a"]]


def test_a_trace_that_is_none_or_unknown_is_one_sentence(tracer: Tracer) -> None:
    with pytest.raises(CourseError, match="is no trace id"):
        trace_waterfall("orders")
    with pytest.raises(CourseError, match="it was not sampled"):
        trace_waterfall(tracer.other())


def test_it_speaks_portuguese_in_a_portuguese_notebook(tracer: Tracer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    tracer.order()
    assert "falha (5xx)" in trace_waterfall(tracer.trace).as_text()
    told = service_map(tracer.trace).as_text()
    assert "chamada" in told and "1,20 s" in told


def test_the_map_shows_callers_what_they_call_and_with_what_success(tracer: Tracer) -> None:
    tracer.order()
    for shown in (service_map(), service_map(tracer.trace)):
        kinds = {(one.name, one.kind) for one in shown.services}
        assert {("loja/prod", "AWS::ApiGateway::Stage"), ("orders", "AWS::Lambda::Function")} <= kinds
        stage = next(one for one in shown.services if one.kind == "AWS::ApiGateway::Stage")
        assert stage.counts.shares() == {"fault": 1.0} and round(stage.counts.average or 0, 3) == 1.2
        assert "loja/prod → orders" in shown.alt()
        texts = {text.get_text() for text in shown.figure().axes[0].texts}
        assert {"orders", "client", "1.20 s", "100 % fault (5xx)", "ApiGateway::Stage"} <= texts
        assert shown.as_png() == shown.as_png()


def test_a_time_without_calls_is_said(tracer: Tracer) -> None:
    assert service_map().as_text() == "X-Ray saw no calls in this time"


def test_traces_beside_a_time_are_refused(tracer: Tracer) -> None:
    with pytest.raises(CourseError, match="but not both"):
        service_map(tracer.trace, start=dt.datetime.now(dt.UTC))


def test_the_numbers_that_x_ray_gives_to_services_change_nothing() -> None:
    def told(numbers: list[int]) -> list[dict[str, Any]]:
        edges = [[{"ReferenceId": numbers[1]}], [{"ReferenceId": numbers[2]}], []]
        return [
            {"ReferenceId": number, "Name": name, "Type": "remote", "Edges": some}
            for number, name, some in zip(numbers, "cab", edges, strict=True)
        ]

    first, second = drawn(told([0, 1, 2])), drawn(list(reversed(told([7, 5, 3]))))
    assert first.as_text() == second.as_text()
    assert first.as_png() == second.as_png()
    assert [one.name for one in first.services] == ["c", "a", "b"]


def test_arrows_lead_to_the_right_unless_they_close_a_loop() -> None:
    places = layers(["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "d")])
    assert places["a"][0] < places["b"][0] and places["c"][0] < places["d"][0]
    assert len(set(places.values())) == 4


def test_notebooks_find_them_by_their_names() -> None:
    assert (helpers.service_map, helpers.trace_waterfall) == (service_map, trace_waterfall)


def test_a_queue_goes_by_its_name_and_not_by_its_address() -> None:
    assert bare_name("http://127.0.0.1:4566/123456789012/to-pack") == "to-pack"
    assert bare_name("https://sqs.us-east-1.amazonaws.com/123456789012/to-pack.fifo") == "to-pack.fifo"
    assert bare_name("arn:aws:sns:us-east-1:123456789012:paid") == "paid"
    assert bare_name("https://loja.example/prices") == "https://loja.example/prices"
