"""What GetTraceSummaries tells of a trace."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.observe.trace_help import Traces


def only(traces: Traces, **more: Any) -> dict[str, Any]:
    (summary,) = traces.summaries(**more)
    return summary


def test_times_are_in_seconds_to_the_millisecond(traces: Traces) -> None:
    start = traces.now - 60
    front = traces.segment("front", 0.2504, start)
    late = traces.part("later", 0.5, start + 0.25)
    front["subsegments"] = [late]
    traces.keep(front)
    summary = only(traces)
    assert summary["ResponseTime"] == 0.25
    assert summary["Duration"] == 0.75
    assert abs(summary["StartTime"].timestamp() - start) < 0.01


@pytest.mark.parametrize(
    ("status", "flags", "expected"),
    [
        (200, {}, (False, False, False)),
        (404, {}, (True, False, False)),
        (429, {}, (True, False, True)),
        (502, {}, (False, True, False)),
        (None, {"fault": True}, (False, True, False)),
        (None, {"error": True, "throttle": True}, (True, False, True)),
        (None, {"throttle": True}, (True, False, True)),
        (500, {"error": True, "throttle": True, "fault": True}, (True, True, True)),
    ],
)
def test_4xx_is_an_error_429_a_throttle_and_5xx_a_fault(
    traces: Traces, status: int | None, flags: dict[str, bool], expected: tuple[bool, bool, bool]
) -> None:
    http = {"http": {"response": {"status": status}}} if status else {}
    traces.keep(traces.segment(**http, **flags))
    summary = only(traces)
    assert (summary["HasError"], summary["HasFault"], summary["HasThrottle"]) == expected


def test_an_error_that_was_handled_downstream_is_not_one_of_the_trace(traces: Traces) -> None:
    traces.keep(traces.segment(subsegments=[traces.part("DynamoDB", namespace="aws", error=True, throttle=True)]))
    summary = only(traces)
    assert not summary["HasError"] and not summary["HasFault"]
    assert summary["HasThrottle"], "one or more of the segments was throttled"


def test_the_request_is_that_of_the_root_segment(traces: Traces) -> None:
    request = {"method": "POST", "url": "http://shop/api", "user_agent": "curl/8", "client_ip": "10.0.0.1"}
    traces.keep(traces.segment(http={"request": request, "response": {"status": 201}}))
    assert only(traces)["Http"] == {
        "HttpURL": "http://shop/api",
        "HttpMethod": "POST",
        "HttpStatus": 201,
        "UserAgent": "curl/8",
        "ClientIp": "10.0.0.1",
    }


def test_annotations_come_with_their_kind_and_services_and_metadata_does_not(traces: Traces) -> None:
    step = traces.part(annotations={"total": 12.5, "vip": True}, metadata={"default": {"secret": 1}})
    traces.keep(traces.segment(origin="AWS::EC2::Instance", annotations={"order": "a7"}, subsegments=[step]))
    service = {"Name": "shop", "Names": ["shop"], "Type": "AWS::EC2::Instance"}
    assert only(traces)["Annotations"] == {
        "order": [{"AnnotationValue": {"StringValue": "a7"}, "ServiceIds": [service]}],
        "total": [{"AnnotationValue": {"NumberValue": 12.5}, "ServiceIds": [service]}],
        "vip": [{"AnnotationValue": {"BooleanValue": True}, "ServiceIds": [service]}],
    }


def test_fifty_annotations_of_a_trace_are_indexed(traces: Traces) -> None:
    trace = traces.keep(traces.segment(annotations={f"key{number}": number for number in range(60)}))
    assert len(only(traces)["Annotations"]) == 50
    assert len(traces.whole(trace)[0]["annotations"]) == 60
    assert traces.found("annotation.key49 = 49") == [trace]
    assert traces.found("annotation.key50 = 50") == []


def test_users_services_resources_and_entry_point(traces: Traces) -> None:
    arn = "arn:aws:lambda:us-east-1:1:function:back"
    call = traces.part("back", namespace="remote")
    front = traces.segment(
        "front", user="ana", aws={"ec2": {"instance_id": "i-1", "availability_zone": "us-east-1a"}}, subsegments=[call]
    )
    back = traces.segment(
        "back", trace_id=front["trace_id"], parent_id=call["id"], origin="AWS::Lambda", resource_arn=arn
    )
    traces.keep(front, back)
    summary = only(traces)
    entry = {"Name": "front", "Names": ["front"]}
    assert summary["EntryPoint"] == entry
    assert summary["ServiceIds"] == [entry, {"Name": "back", "Names": ["back"], "Type": "AWS::Lambda"}]
    assert summary["Users"] == [{"UserName": "ana", "ServiceIds": [entry]}]
    assert summary["ResourceARNs"] == [{"ARN": arn}]
    assert summary["InstanceIds"] == [{"Id": "i-1"}]
    assert summary["AvailabilityZones"] == [{"Name": "us-east-1a"}]
    assert summary["Revision"] == 2


def test_root_causes_lead_from_the_entry_to_where_it_failed(traces: Traces) -> None:
    cause = {"exceptions": [{"id": "1" * 16, "type": "KeyError", "message": "'total'"}]}
    inner = traces.part("## sum", fault=True, cause=cause)
    call = traces.part("back", namespace="remote", fault=True)
    front = traces.segment("front", fault=True, subsegments=[traces.part("fine"), call])
    back = traces.segment("back", trace_id=front["trace_id"], parent_id=call["id"], fault=True, subsegments=[inner])
    traces.keep(front, back)
    (found,) = only(traces)["FaultRootCauses"]
    assert found["ClientImpacting"] is True
    assert [(one["Name"], [two["Name"] for two in one["EntityPath"]]) for one in found["Services"]] == [
        ("front", ["front", "back"]),
        ("back", ["back", "## sum"]),
    ]
    last = found["Services"][-1]["EntityPath"][-1]
    assert last == {"Name": "## sum", "Exceptions": [{"Name": "KeyError", "Message": "'total'"}], "Remote": False}
    assert found["Services"][0]["EntityPath"][1]["Remote"] is True


def test_a_handled_error_is_a_cause_that_did_not_impact_the_client(traces: Traces) -> None:
    traces.keep(traces.segment(subsegments=[traces.part("DynamoDB", namespace="aws", error=True)]))
    causes = only(traces)["ErrorRootCauses"]
    assert [one["ClientImpacting"] for one in causes] == [False]
    assert [one["Name"] for one in causes[0]["Services"]] == ["shop", "DynamoDB"]


def test_the_response_time_cause_follows_what_took_the_time(traces: Traces) -> None:
    start = traces.now - 9
    slow = traces.part("DynamoDB", 0.8, start, namespace="aws", aws={"table_name": "orders"})
    traces.keep(traces.segment("shop", 1.0, start, subsegments=[slow, traces.part("quick", 0.1, start)]))
    (found,) = only(traces)["ResponseTimeRootCauses"]
    assert [
        (one["Name"], one.get("Inferred"), [(two["Name"], two["Coverage"]) for two in one["EntityPath"]])
        for one in found["Services"]
    ] == [("shop", False, [("shop", 1.0), ("DynamoDB", 0.8)]), ("orders", True, [("DynamoDB", 0.8)])]


def test_the_time_range_means_begin_activity_or_end_of_a_segment(traces: Traces) -> None:
    start = traces.now - 1000
    trace = traces.keep(traces.segment("long", 300, start))

    def found(kind: str, first: float, last: float) -> bool:
        answer = traces.aws.get_trace_summaries(StartTime=int(first), EndTime=int(last), TimeRangeType=kind)[
            "TraceSummaries"
        ]
        return [one["Id"] for one in answer] == [trace]

    assert found("TraceId", start - 10, start + 10) and not found("TraceId", start + 100, start + 200)
    assert found("Event", start + 100, start + 200) and not found("Event", start + 400, start + 500)
    assert found("Service", start + 290, start + 310) and not found("Service", start + 100, start + 200)


def test_a_search_over_events_tells_the_moment_that_matched(traces: Traces) -> None:
    start = float(int(traces.now - 1000))
    traces.keep(traces.segment("long", 300, start))
    answer = traces.aws.get_trace_summaries(StartTime=start + 100, EndTime=start + 200, TimeRangeType="Event")
    assert answer["TraceSummaries"][0]["MatchedEventTime"].timestamp() == start + 100


def test_pages_are_newest_first_and_count_what_was_looked_at(traces: Traces) -> None:
    start = traces.now - 2000
    ids = [traces.keep(traces.segment(start=start + number)) for number in range(130)]
    first = traces.aws.get_trace_summaries(**traces.window())
    assert first["TracesProcessedCount"] == 130 and len(first["TraceSummaries"]) == 100
    second = traces.aws.get_trace_summaries(**traces.window(), NextToken=first["NextToken"])
    both = first["TraceSummaries"] + second["TraceSummaries"]
    assert [one["Id"] for one in both] == ids[::-1] and "NextToken" not in second
    with pytest.raises(ClientError, match="Invalid NextToken"):
        traces.aws.get_trace_summaries(**traces.window(), FilterExpression="ok", NextToken=first["NextToken"])


def test_a_range_of_more_than_a_day_is_refused(traces: Traces) -> None:
    early = traces.keep(traces.segment(start=traces.now - 86_390))
    found = traces.aws.get_trace_summaries(StartTime=traces.now - 86_400, EndTime=traces.now)
    assert [one["Id"] for one in found["TraceSummaries"]] == [early]
    with pytest.raises(ClientError, match="Time range cannot be longer than 24 hours"):
        traces.aws.get_trace_summaries(StartTime=traces.now - 86_401, EndTime=traces.now)
    with pytest.raises(ClientError, match="StartTime must be before EndTime"):
        traces.aws.get_trace_summaries(StartTime=traces.now, EndTime=traces.now - 1)


def test_sampling_of_summaries_is_refused_by_name(traces: Traces) -> None:
    for more in ({"Sampling": True}, {"SamplingStrategy": {"Name": "FixedRate", "Value": 0.5}}):
        with pytest.raises(ClientError, match="Sampling"):
            traces.aws.get_trace_summaries(**traces.window(), **more)
    assert traces.summaries(Sampling=False) == []


def test_times_may_be_datetimes(traces: Traces) -> None:
    trace = traces.keep(traces.segment())
    now = dt.datetime.fromtimestamp(traces.now, dt.UTC)
    answer = traces.aws.get_trace_summaries(StartTime=now - dt.timedelta(hours=1), EndTime=now)
    assert [one["Id"] for one in answer["TraceSummaries"]] == [trace]


def test_a_document_that_comes_late_changes_what_a_search_found_before(traces: Traces) -> None:
    trace = traces.keep(traces.segment())
    assert traces.found("fault") == []
    traces.keep(traces.segment("later", trace_id=trace, start=traces.now - 9, fault=True))
    assert traces.found("fault") == [trace]


def test_two_searches_in_turns_keep_their_own_answers(traces: Traces) -> None:
    truth = traces.keep(traces.segment(annotations={"paid": True}))
    one = traces.keep(traces.segment(annotations={"paid": 1}))
    for _ in range(2):
        assert traces.found("annotation.paid = true") == [truth]
        assert traces.found("annotation.paid = 1") == [one]


@pytest.mark.parametrize("kind", ["TraceId", "Event"])
def test_a_trace_begins_with_what_holds_and_not_with_what_was_replaced(traces: Traces, kind: str) -> None:
    begun = traces.segment(start=traces.now - 300, in_progress=True)
    del begun["end_time"]
    trace = traces.keep(begun)
    traces.keep({**traces.segment(start=traces.now - 100), "id": begun["id"], "trace_id": trace})
    before = traces.summaries(TimeRangeType=kind, StartTime=traces.now - 310, EndTime=traces.now - 200)
    after = traces.summaries(TimeRangeType=kind, StartTime=traces.now - 200)
    assert ([one["Id"] for one in before], [one["Id"] for one in after]) == ([], [trace])


def test_a_subsegment_that_came_before_its_segment_began_does_not_begin_the_trace(traces: Traces) -> None:
    early = traces.part("early", start=traces.now - 300)
    trace = traces.keep(traces.segment(start=traces.now - 100, subsegments=[early]))
    assert traces.summaries(StartTime=traces.now - 310, EndTime=traces.now - 200) == []
    assert [one["Id"] for one in traces.summaries(StartTime=traces.now - 200)] == [trace]
