"""The trace map: nodes, edges, and how requests went on them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.observe.trace_help import Traces, nodes_of


def shop(traces: Traces, start: float, **outcome: Any) -> list[dict[str, Any]]:
    """A function behind the Lambda service that writes to a table, a queue and a topic."""
    table = traces.part("DynamoDB", 0.02, start, namespace="aws", aws={"operation": "PutItem", "table_name": "orders"})
    queue = traces.part("SQS", 0.01, start, namespace="aws", aws={"queue_url": "http://q/1/bills"})
    topic = traces.part("SNS", 0.01, start, namespace="aws", aws={"operation": "Publish"})
    service = traces.segment("shop", 0.2, start, origin="AWS::Lambda", **outcome)
    function = traces.segment(
        "shop",
        0.15,
        start,
        trace_id=service["trace_id"],
        parent_id=service["id"],
        origin="AWS::Lambda::Function",
        subsegments=[table, queue, topic],
        **outcome,
    )
    return [service, function]


def test_a_map_has_client_services_and_what_they_called(traces: Traces) -> None:
    traces.keep(*shop(traces, traces.now - 60))
    nodes = traces.graph()
    assert set(nodes) == {
        ("shop", "client"),
        ("shop", "AWS::Lambda"),
        ("shop", "AWS::Lambda::Function"),
        ("orders", "AWS::DynamoDB::Table"),
        ("http://q/1/bills", "AWS::SQS::Queue"),
        ("SNS", "AWS::SNS"),
    }
    assert set(nodes["shop", "client"]["calls"]) == {("shop", "AWS::Lambda")}
    assert set(nodes["shop", "AWS::Lambda"]["calls"]) == {("shop", "AWS::Lambda::Function")}
    assert set(nodes["shop", "AWS::Lambda::Function"]["calls"]) == {
        ("orders", "AWS::DynamoDB::Table"),
        ("http://q/1/bills", "AWS::SQS::Queue"),
        ("SNS", "AWS::SNS"),
    }
    assert {name: node["State"] for name, node in nodes.items()} == {
        ("shop", "client"): "unknown",
        ("shop", "AWS::Lambda"): "active",
        ("shop", "AWS::Lambda::Function"): "active",
        ("orders", "AWS::DynamoDB::Table"): "unknown",
        ("http://q/1/bills", "AWS::SQS::Queue"): "unknown",
        ("SNS", "AWS::SNS"): "unknown",
    }
    assert [name for name, node in nodes.items() if node.get("Root")] == [("shop", "AWS::Lambda")]
    assert all(node["Names"] == [node["Name"]] for node in nodes.values())


def test_statistics_add_up_by_outcome(traces: Traces) -> None:
    start = traces.now - 60
    for outcome in ({}, {}, {"error": True}, {"error": True, "throttle": True}, {"fault": True}):
        traces.keep(*shop(traces, start, **outcome))
    nodes = traces.graph()
    expected = {
        "OkCount": 2,
        "ErrorStatistics": {"ThrottleCount": 1, "OtherCount": 1, "TotalCount": 2},
        "FaultStatistics": {"OtherCount": 1, "TotalCount": 1},
        "TotalCount": 5,
        "TotalResponseTime": 1.0,
    }
    assert nodes["shop", "AWS::Lambda"]["SummaryStatistics"] == expected
    assert nodes["shop", "client"]["calls"]["shop", "AWS::Lambda"]["SummaryStatistics"] == expected
    assert nodes["orders", "AWS::DynamoDB::Table"]["SummaryStatistics"]["OkCount"] == 5
    assert "SummaryStatistics" not in nodes["shop", "client"]


def test_histograms_tell_how_often_each_time_was(traces: Traces) -> None:
    for seconds in (0.1, 0.1, 0.25):
        traces.keep(traces.segment(seconds=seconds, start=traces.now - 60))
    node = traces.graph()["shop", ""]
    assert node["ResponseTimeHistogram"] == [{"Value": 0.1, "Count": 2}, {"Value": 0.25, "Count": 1}]
    assert node["DurationHistogram"] == node["ResponseTimeHistogram"]


def test_an_edge_has_the_time_that_the_caller_saw(traces: Traces) -> None:
    start = traces.now - 60
    call = traces.part("back", 0.5, start, namespace="remote")
    front = traces.segment("front", 1.0, start, subsegments=[call])
    back = traces.segment("back", 0.3, start + 0.1, trace_id=front["trace_id"], parent_id=call["id"])
    traces.keep(front, back)
    nodes = traces.graph()
    assert nodes["front", ""]["calls"]["back", ""]["SummaryStatistics"]["TotalResponseTime"] == 0.5
    assert nodes["back", ""]["SummaryStatistics"]["TotalResponseTime"] == 0.3


def test_what_is_in_progress_is_a_node_but_no_request_that_has_ended(traces: Traces) -> None:
    traces.keep({**traces.segment(), "end_time": None, "in_progress": True})
    assert traces.graph()["shop", ""]["SummaryStatistics"]["TotalCount"] == 0


def test_a_consumer_is_linked_to_the_queue_of_its_messages_and_not_to_a_client(traces: Traces) -> None:
    start = traces.now - 60
    produced = shop(traces, start)
    send = produced[1]["subsegments"][1]
    earlier = traces.keep(*produced)
    link = {"trace_id": earlier, "id": send["id"], "attributes": {"aws.xray.reserved.reference_type": "parent"}}
    traces.keep(traces.segment("bill", 0.1, start + 3.01, origin="AWS::Lambda", links=[link]))
    nodes = traces.graph()
    edge = nodes["http://q/1/bills", "AWS::SQS::Queue"]["calls"]["bill", "AWS::Lambda"]
    assert edge["EdgeType"] == "link"
    assert edge["ReceivedEventAgeHistogram"] == [{"Value": 3.0, "Count": 1}]
    assert ("bill", "client") not in nodes


def test_the_graph_of_single_traces(traces: Traces) -> None:
    trace = traces.keep(*shop(traces, traces.now - 60))
    traces.keep(traces.segment("other"))
    nodes = nodes_of(traces.aws.get_trace_graph(TraceIds=[trace])["Services"])
    assert ("orders", "AWS::DynamoDB::Table") in nodes and ("other", "") not in nodes


def test_the_graph_of_a_group_has_its_traces_only(traces: Traces) -> None:
    group = traces.aws.create_group(GroupName="faults", FilterExpression="fault")["Group"]
    traces.keep(traces.segment("good"))
    traces.keep(traces.segment("bad", fault=True))
    for chosen in ({"GroupName": "faults"}, {"GroupARN": group["GroupARN"]}):
        assert {name for name, _ in traces.graph(**chosen)} == {"bad"}
    assert {name for name, _ in traces.graph(GroupName="Default")} == {"good", "bad"}
    with pytest.raises(ClientError, match="Group not found: nobody"):
        traces.graph(GroupName="nobody")


def test_only_traces_of_the_time_range_are_drawn(traces: Traces) -> None:
    traces.keep(traces.segment("early", start=traces.now - 5000))
    traces.keep(traces.segment("late", start=traces.now - 60))
    answer = traces.aws.get_service_graph(StartTime=traces.now - 600, EndTime=traces.now)
    assert {one["Name"] for one in answer["Services"]} == {"late"}
    with pytest.raises(ClientError, match="longer than 6 hours"):
        traces.aws.get_service_graph(StartTime=traces.now - 30_000, EndTime=traces.now)


def test_statistics_over_time_are_by_period_and_entity(traces: Traces) -> None:
    first = float(int(traces.now // 60 - 10) * 60)
    for minute, fault in ((0, False), (0, True), (2, False)):
        traces.keep(traces.segment("shop", 0.1, first + 60 * minute + 1, fault=fault))
    window = {"StartTime": first, "EndTime": first + 300}
    rows = traces.aws.get_time_series_service_statistics(
        **window, EntitySelectorExpression='service("shop")', Period=60
    )["TimeSeriesServiceStatistics"]
    assert [
        (
            one["Timestamp"].timestamp() - first,
            one["ServiceSummaryStatistics"]["TotalCount"],
            one["ServiceSummaryStatistics"]["FaultStatistics"]["TotalCount"],
        )
        for one in rows
    ] == [(0.0, 2, 1), (120.0, 1, 0)]
    edges = traces.aws.get_time_series_service_statistics(**window)["TimeSeriesServiceStatistics"]
    assert edges == [], "there is no edge between services"
    for more, words in (
        ({"ForecastStatistics": True}, "ForecastStatistics"),
        ({"Period": 7}, "Period"),
        ({"EntitySelectorExpression": "fault"}, "EntitySelectorExpression"),
    ):
        with pytest.raises(ClientError, match=words):
            traces.aws.get_time_series_service_statistics(**window, **more)


def test_a_document_that_comes_late_is_in_the_next_map(traces: Traces) -> None:
    trace = traces.keep(traces.segment())
    other = traces.keep(traces.segment())
    assert traces.graph()["shop", ""]["SummaryStatistics"]["OkCount"] == 2
    traces.keep(traces.segment("bill", trace_id=trace, origin="AWS::Lambda"))
    traces.keep(traces.segment(trace_id=other, fault=True))
    nodes = traces.graph()
    assert nodes["bill", "AWS::Lambda"]["SummaryStatistics"]["OkCount"] == 1
    assert nodes["shop", ""]["SummaryStatistics"]["OkCount"] == 2
    assert nodes["shop", ""]["SummaryStatistics"]["FaultStatistics"]["TotalCount"] == 1


def test_a_link_leads_to_a_trace_that_comes_after_it(traces: Traces) -> None:
    sent = traces.part("SQS", namespace="aws", aws={"queue_url": "http://q/1/bills"})
    sender = traces.segment(subsegments=[sent])
    parent = {"aws.xray.reserved.reference_type": "parent"}
    links = [{"trace_id": sender["trace_id"], "id": sent["id"], "attributes": parent}]
    traces.keep(traces.segment("bill", start=traces.now - 1, links=links))
    assert "http://q/1/bills" not in {name for name, _ in traces.graph()}
    traces.keep(sender)
    [edge] = traces.graph()["http://q/1/bills", "AWS::SQS::Queue"]["calls"].values()
    assert edge["EdgeType"] == "link"
