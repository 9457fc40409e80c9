"""What PutTraceSegments accepts, and with which codes it refuses the rest."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.localcloud.observe.traces.documents import BadDocument, parse
from tests.localcloud.observe.trace_help import Traces, new_id

NOW = 1_800_000_000.0
GOOD = {
    "name": "shop",
    "id": "70de5b6f19ff9a0a",
    "trace_id": "1-6b49d200-a006649127e371903a2de979",
    "start_time": NOW - 1,
    "end_time": NOW,
}


def code_of(**changed: Any) -> str | None:
    document = {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}
    try:
        parse(json.dumps(document), NOW)
    except BadDocument as wrong:
        return wrong.code
    return None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"id": ...}, "MissingId"),
        ({"id": "70de5b6f19ff9a0"}, "InvalidId"),
        ({"id": "70de5b6f19ff9a0g"}, "InvalidId"),
        ({"id": 7}, "InvalidId"),
        ({"name": ...}, "MissingName"),
        ({"name": "n" * 200}, None),
        ({"name": "n" * 201}, "InvalidName"),
        ({"name": "São Paulo ## a_b.c:d/e%f&g#h=i+j\\k-l@m"}, None),
        ({"name": "SELECT ?"}, "InvalidName"),
        ({"name": "a,b"}, "InvalidName"),
        ({"trace_id": ...}, "MissingTraceId"),
        ({"trace_id": "1-6b49d200-a006649127e371903a2de97"}, "InvalidTraceId"),
        ({"trace_id": "2-6b49d200-a006649127e371903a2de979"}, "InvalidTraceId"),
        ({"trace_id": "4efaaf4d1e8720b39541901950019ee5"}, "InvalidTraceId"),
        ({"trace_id": "1-00000000-a006649127e371903a2de979"}, None),
        ({"start_time": ...}, "MissingStartTime"),
        ({"start_time": "yesterday"}, "InvalidStartTime"),
        ({"start_time": True}, "InvalidStartTime"),
        ({"start_time": 10**400}, "InvalidStartTime"),
        ({"start_time": NOW - 30 * 86400 - 1}, "InvalidStartTime"),
        ({"start_time": NOW - 30 * 86400 + 1}, None),
        ({"start_time": NOW + 3600, "end_time": NOW + 3601}, "InvalidStartTime"),
        ({"end_time": ...}, "MissingEndTime"),
        ({"end_time": NOW - 2}, "InvalidEndTime"),
        ({"end_time": ..., "in_progress": True}, None),
        ({"end_time": ..., "in_progress": False}, "MissingEndTime"),
        ({"type": "subsegment"}, "MissingParentId"),
        ({"type": "subsegment", "parent_id": "70de5b6f19ff9a0b"}, None),
        ({"parent_id": "nobody"}, "InvalidParentId"),
        ({"metadata": {"blob": "x" * 64_000}}, None),
        ({"metadata": {"blob": "x" * 66_000}}, "SegmentSizeExceeded"),
        (
            {"subsegments": [{"id": "70de5b6f19ff9a0b", "name": "a,b", "start_time": NOW, "end_time": NOW}]},
            "InvalidName",
        ),
    ],
)
def test_a_document_is_accepted_or_refused_with_a_code(changed: dict[str, Any], code: str | None) -> None:
    assert code_of(**changed) == code


@pytest.mark.parametrize("text", ["", "nothing", "{", "7", '"text"', "null", "[7]", '{"start_time": NaN}', "[" * 5000])
def test_what_is_no_document_is_a_parse_error(text: str) -> None:
    with pytest.raises(BadDocument) as wrong:
        parse(text, NOW)
    assert wrong.value.code == "ParseError"


def test_the_answer_names_segment_code_and_kind(traces: Traces) -> None:
    bad = traces.segment(trace_id="1-5")
    inner = traces.part("a?b")
    outer = traces.segment(subsegments=[inner])
    good = traces.segment()
    assert traces.put(bad, good, "[]", outer) == [
        {"Id": bad["id"], "ErrorCode": "InvalidTraceId", "Message": "Invalid segment. ErrorCode: InvalidTraceId"},
        {"ErrorCode": "MissingId", "Message": "Invalid segment. ErrorCode: MissingId"},
        {
            "Id": inner["id"],
            "ErrorCode": "InvalidName",
            "Message": "Invalid subsegment. ErrorCode: InvalidName, Cause: null",
        },
    ]
    assert [one["id"] for one in traces.whole(good["trace_id"])] == [good["id"]]


def test_fields_that_are_not_of_the_schema_are_dropped(traces: Traces) -> None:
    trace = traces.keep(
        traces.segment(
            colour="red",
            user=7,
            fault="yes",
            namespace="local",
            annotations={"good": 1, "list": [1], "nested": {"a": 1}, "flag": True},
            http={"request": {"method": "GET", "body": "secret"}, "response": {"status": "200"}},
            metadata={"default": {"any": ["thing"]}},
        )
    )
    document = traces.whole(trace)[0]
    assert document.keys() == {"id", "name", "start_time", "end_time", "trace_id", "annotations", "http", "metadata"}
    assert document["annotations"] == {"good": 1, "flag": True}
    assert document["http"] == {"request": {"method": "GET"}}


def test_an_array_of_documents_counts_as_so_many(traces: Traces) -> None:
    first, second = traces.segment(), traces.segment()
    assert traces.put(json.dumps([first, second])) == []
    assert traces.whole(first["trace_id"]) and traces.whole(second["trace_id"])


def test_telemetry_of_a_daemon_is_accepted(traces: Traces) -> None:
    answer = traces.aws.put_telemetry_records(
        TelemetryRecords=[{"Timestamp": traces.now, "SegmentsReceivedCount": 1}], Hostname="laptop"
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_request_that_does_not_fit_the_model_is_refused_with_the_member(traces: Traces) -> None:
    with pytest.raises(ClientError, match="groupName|GroupName") as wrong:
        traces.aws.create_group(GroupName="g" * 33)
    assert wrong.value.response["Error"]["Code"] == "InvalidRequestException"
    assert wrong.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=8), one, max_size=3)
)
FIELDS = st.sampled_from([*GOOD, "type", "parent_id", "in_progress", "http", "aws", "cause", "links", "subsegments"])


@settings(max_examples=200)
@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_any_document_is_kept_whole_or_refused_by_a_code(changed: dict[str, Any]) -> None:
    with contextlib.suppress(BadDocument):
        (kept,) = parse(json.dumps({**GOOD, **changed}), NOW)
        assert kept["name"] and json.dumps(kept)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(FIELDS, VALUES, max_size=4))
def test_whatever_is_accepted_can_be_read_in_every_way(traces: Traces, changed: dict[str, Any]) -> None:
    document = traces.segment(**{name: value for name, value in changed.items() if name not in ("id", "trace_id")})
    document["subsegments"] = [traces.part(**{key: changed[key] for key in changed if key in ("http", "aws", "cause")})]
    document["subsegments"][0]["namespace"] = "aws"
    if traces.put(json.dumps(document)) == []:
        assert traces.whole(document["trace_id"])
        assert document["trace_id"] in traces.found("!partial OR partial")
        traces.graph()
        traces.aws.get_trace_graph(TraceIds=[document["trace_id"]])


def test_subsegments_nested_too_deep_are_refused(traces: Traces) -> None:
    document = traces.segment()
    inner = document
    for _ in range(120):
        inner["subsegments"] = [traces.part("s")]
        inner = inner["subsegments"][0]
    assert [one["ErrorCode"] for one in traces.put(document)] == ["InvalidSubsegment"]


def test_a_chain_of_separate_subsegments_of_any_length_can_be_read(traces: Traces) -> None:
    document = traces.segment()
    chain: list[dict[str, Any]] = []
    parent = document["id"]
    for _ in range(500):
        chain.append({**traces.part("s"), "type": "subsegment", "trace_id": document["trace_id"], "parent_id": parent})
        parent = chain[-1]["id"]
    chain[-1]["id"] = new_id()
    trace = traces.keep(document, *chain)
    assert json.dumps(traces.whole(trace)[0]).count('"name": "s"') == 500
