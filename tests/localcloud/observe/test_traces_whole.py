"""Whole traces: what BatchGetTraces puts together from what was sent."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.observe.traces.store import TraceStore
from tests.localcloud.observe.trace_help import Traces, new_id, new_trace


def separate(traces: Traces, parent: dict[str, Any], trace: str, **more: Any) -> dict[str, Any]:
    return {**traces.part(**more), "type": "subsegment", "trace_id": trace, "parent_id": parent["id"]}


def test_a_trace_has_its_duration_and_documents_as_text(traces: Traces) -> None:
    segment = traces.segment(seconds=1.25)
    trace = traces.keep(segment)
    found = traces.aws.batch_get_traces(TraceIds=[trace])["Traces"][0]
    assert (found["Id"], found["Duration"], found["LimitExceeded"]) == (trace, 1.25, False)
    assert [one["Id"] for one in found["Segments"]] == [segment["id"]]
    assert traces.whole(trace) == [segment]


def test_a_subsegment_sent_by_itself_is_embedded_below_its_parent_whatever_came_first(traces: Traces) -> None:
    segment = traces.segment()
    inner = separate(traces, segment, segment["trace_id"], name="inner")
    deeper = separate(traces, inner, segment["trace_id"], name="deeper")
    trace = traces.keep(deeper, segment, inner)
    (document,) = traces.whole(trace)
    (first,) = document["subsegments"]
    assert first["name"] == "inner" and first["subsegments"][0]["name"] == "deeper"
    assert "trace_id" not in first and "type" not in first and "parent_id" not in first


def test_a_subsegment_without_its_parent_stands_by_itself_and_the_trace_is_partial(traces: Traces) -> None:
    segment = traces.segment()
    lost = separate(traces, {"id": new_id()}, segment["trace_id"], name="lost")
    trace = traces.keep(segment, lost)
    assert [one["name"] for one in traces.whole(trace)] == ["shop", "lost"]
    assert traces.summaries()[0]["IsPartial"] is True


def test_the_final_document_replaces_the_one_in_progress_and_never_the_other_way(traces: Traces) -> None:
    final = traces.segment()
    begun = {key: value for key, value in final.items() if key != "end_time"} | {"in_progress": True}
    trace = traces.keep(begun)
    assert traces.whole(trace)[0]["in_progress"] is True
    assert traces.found("partial") == [trace]
    traces.keep(final)
    traces.keep(begun)
    assert traces.whole(trace) == [final]
    assert traces.found("partial") == []


def test_an_unknown_trace_is_unprocessed(traces: Traces) -> None:
    known, unknown = traces.keep(traces.segment()), new_trace()
    answer = traces.aws.batch_get_traces(TraceIds=[unknown, known])
    assert [one["Id"] for one in answer["Traces"]] == [known]
    assert answer["UnprocessedTraceIds"] == [unknown]


def test_at_most_five_traces_are_read_at_once(traces: Traces) -> None:
    with pytest.raises(ClientError, match="Maximum is 5") as wrong:
        traces.aws.batch_get_traces(TraceIds=[new_trace() for _ in range(6)])
    assert wrong.value.response["Error"]["Code"] == "InvalidRequestException"


def test_an_id_that_is_none_is_refused(traces: Traces) -> None:
    with pytest.raises(ClientError, match="Invalid trace ID: x"):
        traces.aws.batch_get_traces(TraceIds=["x"])


def test_calls_to_services_that_send_nothing_become_inferred_segments(traces: Traces) -> None:
    table = traces.part(
        "DynamoDB",
        namespace="aws",
        aws={"operation": "PutItem", "table_name": "orders"},
        http={"response": {"status": 200}},
    )
    remote = traces.part("api.example.com", namespace="remote", http={"response": {"status": 503}}, fault=True)
    plain = traces.part("## total")
    trace = traces.keep(traces.segment(subsegments=[table, remote, plain]))
    inferred = [one for one in traces.whole(trace) if one.get("inferred")]
    assert [(one["name"], one.get("origin"), one["parent_id"]) for one in inferred] == [
        ("DynamoDB", "AWS::DynamoDB::Table", table["id"]),
        ("api.example.com", None, remote["id"]),
    ]
    assert inferred[0]["aws"] == table["aws"] and inferred[1]["fault"] is True
    assert all(len(one["id"]) == 16 and one["trace_id"] == trace for one in inferred)


def test_a_call_that_was_answered_by_a_segment_is_not_inferred(traces: Traces) -> None:
    call = traces.part("back.example.com", namespace="remote")
    front = traces.segment("front", subsegments=[call])
    back = traces.segment("back", trace_id=front["trace_id"], parent_id=call["id"])
    trace = traces.keep(front, back)
    assert [one["name"] for one in traces.whole(trace)] == ["front", "back"]


@pytest.mark.parametrize("producer_first", [True, False])
def test_linked_traces_name_each_other_whichever_came_first(traces: Traces, producer_first: bool) -> None:
    send = traces.part("SQS", namespace="aws", aws={"queue_url": "http://q/orders"})
    producer = traces.segment("producer", subsegments=[send])
    earlier = producer["trace_id"]
    link = {"trace_id": earlier, "id": send["id"], "attributes": {"aws.xray.reserved.reference_type": "parent"}}
    consumer = traces.segment("consumer", links=[link])
    later = consumer["trace_id"]
    if not producer_first:
        traces.keep(consumer)
        assert traces.aws.batch_get_traces(TraceIds=[earlier])["UnprocessedTraceIds"] == [earlier]
    traces.keep(producer)
    traces.keep(consumer)
    assert traces.whole(later)[0]["links"] == [link]
    assert traces.whole(earlier)[0]["subsegments"][0]["links"] == [
        {
            "trace_id": later,
            "id": consumer["id"],
            "attributes": {"aws.xray.reserved.reference_type": "child"},
        }
    ]


def test_a_segment_links_to_at_most_twenty_traces(traces: Traces) -> None:
    links = [{"trace_id": new_trace(), "id": new_id()} for _ in range(30)]
    trace = traces.keep(traces.segment(links=links))
    assert len(traces.whole(trace)[0]["links"]) == 20


def test_a_trace_takes_no_more_documents_past_its_size_and_says_so(traces: Traces) -> None:
    trace = new_trace()
    documents = [traces.segment(trace_id=trace, metadata={"blob": "x" * 60_000}) for _ in range(12)]
    traces.keep(*documents)
    found = traces.aws.batch_get_traces(TraceIds=[trace])["Traces"][0]
    assert found["LimitExceeded"] is True
    assert 5 < len(found["Segments"]) < 12


def small(number: int, trace: int) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "trace_id": f"1-00000000-{trace:024x}",
        "start_time": 1.0,
        "end_time": 2.0,
        "name": "n",
    }


def test_a_store_drops_its_oldest_traces_whole_when_it_is_full() -> None:
    store = TraceStore("test", most_documents=10)
    for number in range(30):
        store.add(small(number, number // 3), now=100.0)
    kept = [one.id[-2:] for one in store.all(100.0)]
    assert kept == ["07", "08", "09"]
    assert [len(one.documents) for one in store.all(100.0)] == [3, 3, 3]
    assert store.dropped == 7


def test_links_to_traces_that_never_come_are_bounded_too() -> None:
    store = TraceStore("test", most_documents=50)
    for number in range(1_000):
        links = [{"trace_id": f"1-11111111-{number:012x}{one:012x}", "id": "1" * 16} for one in range(20)]
        store.add({**small(number, number), "links": links}, now=100.0)
    assert len(store._traces) <= 50


def test_a_store_serves_many_threads() -> None:
    store = TraceStore("test", most_documents=500)

    def put(first: int) -> None:
        for number in range(first, first + 500):
            store.add(small(number, number // 5), now=100.0)
            store.get(small(number, number // 5)["trace_id"], 100.0)
            assert list(store.all(100.0))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(0, 4_000, 500)))
    traces = list(store.all(100.0))
    documents, held = store.size()
    assert documents == sum(len(one.documents) for one in traces) <= 500
    assert held == sum(len(text) for one in traces for text in one.documents)


def test_a_store_holds_no_more_bytes_than_it_may() -> None:
    store = TraceStore("test", most_bytes=1_000_000)
    for number in range(2_000):
        store.add({**small(number, number), "metadata": {"blob": "x" * 10_000}}, now=100.0)
    documents, held = store.size()
    assert held <= 1_000_000 and 50 < documents < 100


def test_a_store_forgets_traces_after_thirty_days_of_its_time() -> None:
    store = TraceStore("test")
    store.add(small(1, 1), now=0.0)
    store.add(small(2, 2), now=86_400.0)
    assert len(list(store.all(29 * 86_400.0))) == 2
    assert [one.id[-1] for one in store.all(30 * 86_400.0 + 1)] == ["2"]
    assert store.size()[0] == 1


def test_accounts_do_not_see_each_others_traces_and_a_reset_empties_one(
    traces: Traces, cloud: Any, account: str
) -> None:
    trace = traces.keep(traces.segment())
    other = cloud.client("xray", "999999999999")
    assert other.batch_get_traces(TraceIds=[trace])["UnprocessedTraceIds"] == [trace]
    request = urllib.request.Request(
        f"{cloud.endpoint_url}/_localcloud/reset", method="POST", headers={"x-localcloud-account": account}
    )
    urllib.request.urlopen(request).close()
    assert traces.aws.batch_get_traces(TraceIds=[trace])["UnprocessedTraceIds"] == [trace]
