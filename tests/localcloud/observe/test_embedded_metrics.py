"""The embedded metric format: which log events become which metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.logs.embedded_metrics import Extraction, Measurement, extract
from helpers.localcloud.observe.metrics.store import MetricKey

NOW = 1_700_000_000_000


def document(directive: Any = None, **root: Any) -> dict[str, Any]:
    usual = {
        "Namespace": "Loja",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}],
    }
    return {
        "_aws": {"Timestamp": NOW, "CloudWatchMetrics": [{**usual, **(directive or {})}]},
        "service": "pedidos",
        "Latency": 12.5,
        **root,
    }


def read(content: Any) -> Extraction:
    found = extract(content if isinstance(content, str) else json.dumps(content), NOW)
    assert found is not None
    return found


def measured(content: Any) -> list[tuple[str, tuple[tuple[str, str], ...], tuple[float, ...]]]:
    return [(one.key.name, one.key.dimensions, one.values) for one in read(content).measurements]


def errors(content: Any) -> tuple[int, int, int]:
    found = read(content)
    return len(found.measurements), found.parsing_errors, found.validation_errors


def test_a_document_becomes_a_metric() -> None:
    key = MetricKey("Loja", "Latency", (("service", "pedidos"),))
    assert read(document()).measurements == [Measurement(key, (12.5,), "Milliseconds", NOW / 1000, 60)]
    assert read(json.dumps(document(), indent=1) + "\n").measurements


def test_each_dimension_set_makes_its_own_metric_and_an_empty_one_has_none() -> None:
    sets = [["service"], ["service", "region"], []]
    assert measured(document({"Dimensions": sets}, region="br")) == [
        ("Latency", (("service", "pedidos"),), (12.5,)),
        ("Latency", (("region", "br"), ("service", "pedidos")), (12.5,)),
        ("Latency", (), (12.5,)),
    ]


def test_a_list_of_numbers_is_that_many_values() -> None:
    assert measured(document(Latency=[1, 2, 2.5]))[0][2] == (1.0, 2.0, 2.5)
    assert errors(document(Latency=list(range(100)))) == (1, 0, 0)
    assert errors(document(Latency=list(range(101)))) == (0, 0, 1)


def test_resolution_and_unit_are_taken_over() -> None:
    [one] = read(document({"Metrics": [{"Name": "Latency", "StorageResolution": 1}]})).measurements
    assert (one.resolution, one.unit) == (1, "None")


@pytest.mark.parametrize(
    "message",
    ["", "plain", "{}", '{"_aws": 1}', '{"_aws": {"Timestamp": 1}}', "[1]", '{"text": "_aws CloudWatchMetrics"}'],
)
def test_other_events_are_no_documents_and_no_errors(message: str) -> None:
    assert extract(message, NOW) is None


def test_text_around_a_document_makes_it_plain_text() -> None:
    assert extract("[INFO] " + json.dumps(document()), NOW) is None
    assert errors(json.dumps(document()) + " tail") == (0, 1, 0)


@pytest.mark.parametrize(
    "content",
    [
        document({"Namespace": None}),
        document({"Namespace": ""}),
        document({"Dimensions": None}),
        document({"Dimensions": []}),
        document({"Dimensions": ["service"]}),
        document({"Metrics": {"Name": "Latency"}}),
        document({"Metrics": [{}]}),
        {**document(), "_aws": {"CloudWatchMetrics": [{"Namespace": "a", "Dimensions": [[]], "Metrics": []}]}},
        {**document(), "_aws": {"Timestamp": "now", "CloudWatchMetrics": []}},
        {**document(), "_aws": {"Timestamp": NOW, "CloudWatchMetrics": {}}},
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [}',
        json.dumps(document(Latency=float("nan"))),
    ],
)
def test_what_has_another_form_is_a_parsing_error(content: Any) -> None:
    assert errors(content) == (0, 1, 0)


@pytest.mark.parametrize(
    "content",
    [
        document(Latency=None),
        document(Latency="12"),
        document(Latency=True),
        document(Latency={"value": 1}),
        document(Latency=[]),
        document(Latency=[1, "2"]),
        document(service=7),
        document(service=""),
        document({"Dimensions": [["nowhere"]]}),
        document({"Dimensions": [[f"d{number}" for number in range(31)]]}, **{f"d{number}": "x" for number in range(31)}),
        document({"Metrics": [{"Name": "Latency", "Unit": "Parsecs"}]}),
        document({"Metrics": [{"Name": "Latency", "Unit": {}}]}),
        document({"Metrics": [{"Name": "Latency", "StorageResolution": 30}]}),
        document({"Metrics": [{"Name": "outer.inner"}]}, outer={"inner": 1}),
        document({"Metrics": [{"Name": f"m{number}"} for number in range(101)]}, **{f"m{number}": 1 for number in range(101)}),
        document({"Namespace": "AWS/Lambda"}),
        {**document(), "_aws": {**document()["_aws"], "Timestamp": NOW // 1000}},
    ],
)  # fmt: skip
def test_what_points_at_nothing_usable_is_a_validation_error(content: Any) -> None:
    assert errors(content) == (0, 0, 1)


def test_what_is_right_beside_what_is_wrong_still_counts() -> None:
    metrics = [{"Name": "Latency"}, {"Name": "gone"}]
    assert errors(document({"Metrics": metrics})) == (1, 0, 1)


def test_a_hundred_metrics_and_thirty_dimensions_are_allowed() -> None:
    root = {f"m{number}": 1 for number in range(100)} | {f"d{number}": "x" for number in range(30)}
    directive = {
        "Metrics": [{"Name": f"m{number}"} for number in range(100)],
        "Dimensions": [[f"d{number}" for number in range(30)]],
    }
    assert errors(document(directive, **root)) == (100, 0, 0)


@pytest.mark.parametrize(
    ("written", "ahead", "moment"),
    [
        (NOW - 86_400_000 - 5_000, 86_400_000, NOW - 5_000),
        (NOW - 305_000, 300_000, NOW - 5_000),
        (NOW - 5_000, 86_400_000, NOW - 5_000),
        (NOW - 7_200_000, 86_400_000, NOW - 7_200_000),
        (NOW - 5_000, 0, NOW - 5_000),
    ],
)
def test_a_timestamp_by_the_wall_clock_is_moved_to_the_clouds_time(written: int, ahead: int, moment: int) -> None:
    content = document()
    content["_aws"]["Timestamp"] = written
    found = extract(json.dumps(content), NOW, ahead)
    assert found is not None
    assert [one.moment for one in found.measurements] == [moment / 1000]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({"Namespace": JSON, "Dimensions": JSON, "Metrics": JSON}), JSON, JSON)
def test_no_document_breaks_the_reader(directive: dict[str, Any], timestamp: Any, root: Any) -> None:
    content = {"_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}, "a": root}
    found = extract(json.dumps(content), NOW)
    assert found is not None and all(one.values for one in found.measurements)
