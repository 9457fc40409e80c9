"""Queues and functions: what a handler gets, in which batches, and what becomes of messages that fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.control import call
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, Gate, eventually
from tests.localcloud.events.mapping_help import Desk

HANDLER = """
import json, os, time

def handler(event, context):
    records = event["Records"]
    bodies = [record["body"] for record in records]
    counts = [int(record["attributes"]["ApproximateReceiveCount"]) for record in records]
    print("batch", json.dumps([time.time_ns(), bodies, counts]), flush=True)
    {ending}
"""
FAILS = 'assert not any(body.startswith("poison") for body in bodies), "poison"'
REPORTS = (
    'return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records '
    'if record["body"].startswith("poison")]}'
)
PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def handler(ending: str = "") -> str:
    return HANDLER.replace("{ending}", ending)


@pytest.fixture
def desk(cloud: CloudProcess, account: str, functions: Functions) -> Desk:
    return Desk(cloud, account, functions)


def batches(desk: Desk) -> list[list[str]]:
    """The bodies of each invocation, oldest first."""
    return [bodies for _, bodies, _ in sorted(desk.printed("batch"))]


def receives(desk: Desk, body: str) -> list[int]:
    """The receive count that a message had each time."""
    return [
        count
        for _, bodies, counts in sorted(desk.printed("batch"))
        for one, count in zip(bodies, counts, strict=True)
        if one == body
    ]


def with_dead_letters(desk: Desk, source: str, most: int, ending: str = "", **settings: Any) -> tuple[str, str]:
    """The URLs of a queue and of its dead-letter queue, whose messages go to the new function ``worker``."""
    dead = desk.create(f"dead{ending}")
    redrive = json.dumps({"deadLetterTargetArn": desk.arn(dead), "maxReceiveCount": most})
    queue = desk.create(f"orders{ending}", VisibilityTimeout="30", RedrivePolicy=redrive)
    desk.functions.create("worker", source, Timeout=20)
    desk.map(queue, **settings)
    return queue, dead


def pattern(*written: Any) -> dict[str, Any]:
    return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in written]}}


def test_a_record_has_the_shape_of_aws(desk: Desk) -> None:
    queue = desk.mapped("import json\ndef handler(event, context): print('event', json.dumps(event))")
    sent = desk.send(
        queue,
        "order 1",
        MessageAttributes={
            "shop": {"DataType": "String", "StringValue": "Loja da Lua"},
            "price": {"DataType": "Number", "StringValue": "12.5"},
            "thumb": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
    )
    desk.advance(0)
    [event] = desk.printed("event")
    [record] = event["Records"]
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    attributes = record.pop("attributes")
    assert record.pop("receiptHandle")
    assert record == {
        "messageId": sent["MessageId"],
        "body": "order 1",
        "messageAttributes": {
            "shop": {"stringValue": "Loja da Lua", **lists, "dataType": "String"},
            "price": {"stringValue": "12.5", **lists, "dataType": "Number"},
            "thumb": {"binaryValue": "AP8=", **lists, "dataType": "Binary"},
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": desk.arn(queue),
        "awsRegion": "us-east-1",
    }
    assert set(attributes) >= {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    assert attributes["ApproximateReceiveCount"] == "1"
    assert "md5OfMessageAttributes" in record


def test_the_trace_of_a_message_reaches_the_function_and_its_record(desk: Desk) -> None:
    source = (
        "import json, os\ndef handler(event, context):\n"
        "    print('trace', json.dumps([os.environ['_X_AMZN_TRACE_ID'], event['Records'][0]['attributes']['AWSTraceHeader']]))"
    )
    queue = desk.mapped(source)
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    desk.send(queue, "order", MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": trace}})
    desk.advance(0)
    [[own, given]] = desk.printed("trace")
    assert given == trace
    assert own.startswith("Root=1-5759e988-bd862e3fe1be46a994272793;")


def test_records_of_a_fifo_queue_say_their_group_and_number(desk: Desk) -> None:
    source = "import json\ndef handler(event, context): print('saw', json.dumps(event['Records'][0]['attributes']))"
    queue = desk.mapped(source, "orders.fifo")
    sent = desk.send(queue, "order", MessageGroupId="shop-1", MessageDeduplicationId="first")
    desk.advance(0)
    [attributes] = desk.printed("saw")
    assert (attributes["MessageGroupId"], attributes["MessageDeduplicationId"]) == ("shop-1", "first")
    assert attributes["SequenceNumber"] == sent["SequenceNumber"]


def test_messages_that_wait_come_in_batches_of_the_size_of_the_mapping(desk: Desk) -> None:
    desk.functions.create("worker", handler(), Timeout=20)
    queue = desk.create("orders")
    names = [f"order {number:02}" for number in range(25)]
    desk.send_all(queue, *names)
    desk.map(queue, BatchSize=4)
    seen = batches(desk)
    assert sorted(len(bodies) for bodies in seen) == [1, 4, 4, 4, 4, 4, 4]
    assert sorted(body for bodies in seen for body in bodies) == names
    assert desk.left(queue) == 0


def test_a_batch_waits_for_its_window_to_end(desk: Desk) -> None:
    queue = desk.mapped(handler(), BatchSize=10, MaximumBatchingWindowInSeconds=20)
    desk.send(queue, "a")
    desk.advance(3)
    desk.send(queue, "b")
    desk.advance(4)
    assert batches(desk) == []
    desk.advance(14)
    assert batches(desk) == [["a", "b"]]
    desk.send(queue, "c")
    desk.advance(8)
    assert batches(desk) == [["a", "b"]]
    desk.advance(14)
    assert batches(desk) == [["a", "b"], ["c"]]
    assert desk.left(queue) == 0


def test_a_full_batch_waits_for_nothing(desk: Desk) -> None:
    queue = desk.mapped(handler(), BatchSize=3, MaximumBatchingWindowInSeconds=300)
    desk.send_all(queue, "a", "b", "c")
    desk.advance(0)
    assert [sorted(bodies) for bodies in batches(desk)] == [["a", "b", "c"]]


def test_a_window_gathers_more_than_ten(desk: Desk) -> None:
    queue = desk.mapped(handler(), BatchSize=100, MaximumBatchingWindowInSeconds=20)
    desk.send_all(queue, *(str(number) for number in range(35)))
    desk.advance(20)
    assert [len(bodies) for bodies in batches(desk)] == [35]


def test_a_batch_is_cut_where_an_invocation_could_not_carry_it(desk: Desk) -> None:
    source = "import json\ndef handler(event, context): print('sizes', json.dumps([len(one['body']) for one in event['Records']]))"
    queue = desk.mapped(source, BatchSize=10, MaximumBatchingWindowInSeconds=20)
    for _ in range(7):
        desk.send(queue, "x" * 1_000_000)
    desk.advance(20)
    seen = desk.printed("sizes")
    assert sorted(len(sizes) for sizes in seen) == [2, 5]
    assert desk.left(queue) == 0


def test_what_no_filter_lets_pass_is_deleted_and_invokes_nothing(desk: Desk) -> None:
    queue = desk.mapped(handler(), **pattern({"body": {"kind": ["photo"], "size": [{"numeric": [">", 100]}]}}))
    bodies = {
        name: json.dumps(body)
        for name, body in {
            "good": {"kind": "photo", "size": 101},
            "small": {"kind": "photo", "size": 100},
            "other": {"kind": "film", "size": 101},
            "short": {"kind": "photo"},
        }.items()
    }
    ids = {name: desk.send(queue, body)["MessageId"] for name, body in {**bodies, "text": "photo 101"}.items()}
    desk.advance(0)
    assert batches(desk) == [[bodies["good"]]]
    assert desk.left(queue) == 0
    assert desk.steps(ids["good"]) == ["sent", "received", "delivered", "deleted"]
    for name in ("small", "other", "short", "text"):
        assert desk.steps(ids[name]) == ["sent", "received", "filtered", "deleted"]


def test_one_of_several_filters_is_enough(desk: Desk) -> None:
    queue = desk.mapped(handler(), **pattern({"body": ["a"]}, {"body": [{"prefix": "b"}]}))
    for body in ("a", "bee", "c", '"a"'):
        desk.send(queue, body)
    desk.advance(0)
    assert sorted(body for bodies in batches(desk) for body in bodies) == ["a", "bee"]


def test_a_filter_may_read_attributes_of_the_message(desk: Desk) -> None:
    wanted = {"messageAttributes": {"shop": {"stringValue": ["moon"]}}}
    queue = desk.mapped(handler(), **pattern(wanted))
    for shop in ("moon", "sun"):
        desk.send(queue, shop, MessageAttributes={"shop": {"DataType": "String", "StringValue": shop}})
    desk.send(queue, "none")
    desk.advance(0)
    assert batches(desk) == [["moon"]]


def test_a_batch_that_fails_comes_back_whole_when_its_visibility_timeout_ends(desk: Desk) -> None:
    queue = desk.mapped(handler(FAILS), BatchSize=2, MaximumBatchingWindowInSeconds=60)
    desk.send_all(queue, "good", "poison")
    desk.advance(10)
    assert (len(batches(desk)), desk.left(queue)) == (1, 2)
    desk.advance(21)
    assert receives(desk, "good") == receives(desk, "poison") == [1, 2]


def test_a_message_keeps_its_id_and_gets_a_new_handle_with_every_receive(desk: Desk) -> None:
    source = """
import json
def handler(event, context):
    [one] = event["Records"]
    count = int(one["attributes"]["ApproximateReceiveCount"])
    print("saw", json.dumps([count, one["messageId"], one["receiptHandle"]]))
    assert count == 3
"""
    queue = desk.mapped(source)
    sent = desk.send(queue, "order")["MessageId"]
    desk.advance(65)
    seen = sorted(desk.printed("saw"))
    assert [(count, message) for count, message, _ in seen] == [(1, sent), (2, sent), (3, sent)]
    assert len({handle for _, _, handle in seen}) == 3
    assert desk.left(queue) == 0


@pytest.mark.parametrize("ending", ["time.sleep(60)", "os._exit(1)", "raise SystemExit", "import nothing"])
def test_however_a_function_ends_its_messages_are_tried_again_and_dead_lettered(desk: Desk, ending: str) -> None:
    queue, dead = with_dead_letters(desk, handler(ending), 2)
    desk.aws.update_function_configuration(FunctionName="worker", Timeout=8)
    sent = desk.send(queue, "order")["MessageId"]
    desk.advance(95)
    assert receives(desk, "order") == [1, 2]
    [letter] = desk.receive(dead)
    assert (letter["MessageId"], letter["Body"]) == (sent, "order")
    assert desk.left(queue) == 0
    assert desk.steps(sent)[:5] == ["sent", "received", "failed", "returned", "received"]


def test_a_poison_message_never_blocks_others(desk: Desk) -> None:
    queue, dead = with_dead_letters(desk, handler(FAILS), 3, BatchSize=1)
    good = [f"good {number:02}" for number in range(20)]
    desk.send_all(queue, "poison", *good[:10], "poison too", *good[10:])
    desk.advance(0)
    assert sorted(body for [body] in batches(desk)) == [*good, "poison", "poison too"]
    assert desk.left(queue) == 2
    desk.advance(95)
    assert receives(desk, "poison") == receives(desk, "poison too") == [1, 2, 3]
    assert {letter["Body"] for letter in desk.receive(dead, 10)} == {"poison", "poison too"}


def test_of_a_batch_only_what_is_reported_comes_back(desk: Desk) -> None:
    queue, dead = with_dead_letters(
        desk, handler(REPORTS), 2, BatchSize=5, MaximumBatchingWindowInSeconds=10, **PARTIAL
    )
    desk.send_all(queue, "a", "poison", "b", "c", "poison too")
    desk.advance(0)
    assert desk.left(queue) == 2
    desk.advance(110)
    assert [receives(desk, body) for body in ("a", "b", "c", "poison", "poison too")] == [[1], [1], [1], [1, 2], [1, 2]]
    assert {letter["Body"] for letter in desk.receive(dead, 10)} == {"poison", "poison too"}


def test_a_report_nobody_asked_for_is_not_read(desk: Desk) -> None:
    queue = desk.mapped(handler(REPORTS))
    desk.send(queue, "poison")
    desk.advance(60)
    assert (receives(desk, "poison"), desk.left(queue)) == ([1], 0)


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("None", 0),
        ("{}", 0),
        ("{'batchItemFailures': []}", 0),
        ("{'batchItemFailures': None}", 0),
        ("'all is well'", 2),
        ("{'batchItemFailures': 'all'}", 2),
        ("{'batchItemFailures': [{}]}", 2),
        ("{'batchItemFailures': [records[0]['messageId']]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': ['a']}]}", 2),
        ("{'batchItemFailures': [{'id': records[0]['messageId']}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': '6a204bd8-9b21-4b24-b02b-a7b0e1e1d1a1'}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': records[0]['messageId']}]}", 1),
        ("{'batchItemFailures': [{'itemIdentifier': records[0]['messageId']}] * 2}", 1),
    ],
)
def test_an_answer_that_cannot_be_read_fails_the_whole_batch(desk: Desk, answer: str, left: int) -> None:
    queue = desk.mapped(handler(f"return {answer}"), BatchSize=2, MaximumBatchingWindowInSeconds=5, **PARTIAL)
    desk.send_all(queue, "a", "b")
    desk.advance(0)
    assert (len(batches(desk)), desk.left(queue)) == (1, left)


def test_a_group_waits_for_its_first_message_and_other_groups_do_not(desk: Desk) -> None:
    queue = desk.mapped(handler('assert bodies != ["a1"] or counts[0] > 2'), "orders.fifo", BatchSize=1, Enabled=True)
    for body in ("a1", "a2", "b1", "a3", "b2"):
        desk.send(queue, body, MessageGroupId=body[0], MessageDeduplicationId=body)
    desk.advance(0)
    assert [body for [body] in batches(desk) if body[0] == "b"] == ["b1", "b2"]
    assert [body for [body] in batches(desk) if body[0] == "a"] == ["a1"]
    desk.advance(65)
    assert [body for [body] in batches(desk) if body[0] == "a"] == ["a1", "a1", "a1", "a2", "a3"]
    assert desk.left(queue) == 0


def test_a_failing_batch_of_a_group_comes_back_in_its_order(desk: Desk) -> None:
    """AWS's advice for FIFO queues: stop at the first failure, and report it with all that comes after it."""
    stops = """
    first = next((at for at, body in enumerate(bodies) if body == "a2" and counts[at] == 1), len(records))
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records[first:]]}
"""
    desk.functions.create("worker", handler(stops.strip()), Timeout=20)
    queue = desk.create("orders.fifo", VisibilityTimeout="30")
    for body in ("a1", "a2", "a3", "a4"):
        desk.send(queue, body, MessageGroupId="a", MessageDeduplicationId=body)
    desk.map(queue, BatchSize=10, **PARTIAL)
    assert (batches(desk), desk.left(queue)) == ([["a1", "a2", "a3", "a4"]], 3)
    desk.advance(31)
    assert batches(desk) == [["a1", "a2", "a3", "a4"], ["a2", "a3", "a4"]]
    assert desk.left(queue) == 0


def test_a_poison_message_holds_its_group_until_it_is_dead(desk: Desk) -> None:
    queue, dead = with_dead_letters(desk, handler(FAILS), 2, ".fifo", BatchSize=1)
    for body in ("poison", "a2", "a3"):
        desk.send(queue, body, MessageGroupId="a", MessageDeduplicationId=body)
    desk.advance(31)
    assert batches(desk) == [["poison"], ["poison"]]
    desk.advance(31)
    assert batches(desk) == [["poison"], ["poison"], ["a2"], ["a3"]]
    assert [letter["Body"] for letter in desk.receive(dead)] == ["poison"]


def spans(gate: Gate) -> str:
    """A handler that holds at the gate and prints from when to when it ran."""
    return f"""
import json, time
def handler(event, context):
    begun = time.time_ns()
    {gate.wait}
    print("span", json.dumps([begun, time.time_ns()]))
"""


def most_at_once(spans: list[list[int]]) -> int:
    return max(sum(begun <= moment < ended for begun, ended in spans) for moment, _ in spans)


@pytest.mark.parametrize("window", [0, 1])
def test_a_mapping_invokes_no_more_at_once_than_it_may(desk: Desk, gate: Gate, window: int) -> None:
    limit = {"ScalingConfig": {"MaximumConcurrency": 2}}
    queue = desk.mapped(spans(gate), BatchSize=1, MaximumBatchingWindowInSeconds=window, **limit)
    desk.send_all(queue, *(str(number) for number in range(9)))
    eventually(lambda: gate.arrived == 2)
    gate.open()
    desk.advance(5)
    seen = desk.printed("span")
    assert (len(seen), most_at_once(seen), desk.left(queue)) == (9, 2, 0)


def test_batches_run_side_by_side(desk: Desk, gate: Gate) -> None:
    queue = desk.mapped(spans(gate), BatchSize=1)
    desk.send_all(queue, *(str(number) for number in range(9)))
    eventually(lambda: gate.arrived > 2)
    gate.open()
    desk.advance(5)
    assert most_at_once(desk.printed("span")) > 2


def test_a_throttled_function_gets_its_messages_later(desk: Desk) -> None:
    queue, dead = with_dead_letters(desk, handler(), 20, BatchSize=1)
    desk.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    ids = [desk.send(queue, str(number))["MessageId"] for number in range(3)]
    desk.advance(40)
    assert (batches(desk), desk.left(queue)) == ([], 3)
    assert "failed" in desk.steps(ids[0])
    desk.aws.delete_function_concurrency(FunctionName="worker")
    desk.advance(120)
    assert sorted(batches(desk)) == [["0"], ["1"], ["2"]]
    assert desk.left(queue) == desk.left(dead) == 0


def test_messages_throttled_by_reserved_concurrency_go_back_and_in_the_end_to_the_dead_letters(desk: Desk) -> None:
    queue, dead = with_dead_letters(desk, handler(), 20, BatchSize=1)
    desk.aws.publish_version(FunctionName="worker")
    desk.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)
    desk.aws.put_provisioned_concurrency_config(FunctionName="worker", Qualifier="1", ProvisionedConcurrentExecutions=1)
    desk.send(queue, "order")
    desk.advance(25)
    assert (batches(desk), desk.left(queue), desk.left(dead)) == ([], 1, 0)
    desk.advance(3600)
    assert (batches(desk), desk.left(queue), desk.left(dead)) == ([], 0, 1)


def test_a_throttled_function_gets_what_waited_for_its_window(desk: Desk) -> None:
    queue = desk.mapped(handler(), BatchSize=10, MaximumBatchingWindowInSeconds=2)
    desk.aws.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    desk.send(queue, "a")
    desk.advance(2.5)
    desk.aws.delete_function_concurrency(FunctionName="worker")
    desk.send(queue, "b")
    desk.advance(10)
    assert batches(desk) == [["b"]]
    desk.advance(40)
    assert batches(desk) == [["b"], ["a"]]


def test_a_killed_environment_loses_no_message(desk: Desk, gate: Gate) -> None:
    queue = desk.mapped(handler(f"if counts[0] == 1: {gate.wait}"))
    sent = desk.send(queue, "order")["MessageId"]
    eventually(lambda: gate.arrived)
    own = {"x-localcloud-account": desk.account}
    path = "/_localcloud/environments/kill"
    assert call(desk.cloud.endpoint_url, "POST", path, {"function": "worker"}, headers=own) == {"killed": 1}
    eventually(lambda: "failed" in desk.steps(sent))
    desk.advance(31)
    assert receives(desk, "order") == [1, 2]
    assert desk.left(queue) == 0


LOOPS = """
import boto3, json
def handler(event, context):
    [one] = event["Records"]
    turn = int(one["body"])
    print("turn", turn)
    if turn < 40:
        boto3.client("sqs").send_message(QueueUrl={next!r}, MessageBody=str(turn + 1))
"""


def loop(desk: Desk, **queues: str) -> str:
    """Functions that each feed the queue of the next; the queue of the first."""
    urls = {name: desk.create(f"for-{name}", VisibilityTimeout="30") for name in queues}
    for name, follower in queues.items():
        desk.functions.create(name, LOOPS.replace("{next!r}", repr(urls[follower])), Timeout=20)
        desk.map(urls[name], name, BatchSize=1)
    return next(iter(urls.values()))


def test_two_functions_that_feed_each_other_are_stopped(desk: Desk) -> None:
    first = loop(desk, ping="pong", pong="ping")
    desk.send(first, "1")
    eventually(lambda: len(desk.printed("turn", "pong")) == 16)
    desk.advance(0)
    assert sorted(desk.printed("turn", "ping")) == list(range(1, 32, 2))
    assert sorted(desk.printed("turn", "pong")) == list(range(2, 33, 2))


def test_a_loop_that_may_loop_goes_on(desk: Desk) -> None:
    first = loop(desk, ping="ping")
    desk.aws.put_function_recursion_config(FunctionName="ping", RecursiveLoop="Allow")
    desk.send(first, "1")
    eventually(lambda: len(desk.printed("turn", "ping")) == 40)
    assert sorted(desk.printed("turn", "ping")) == list(range(1, 41))


def test_a_sender_does_not_wait_for_the_function(desk: Desk, gate: Gate) -> None:
    queue = desk.mapped(handler(gate.wait))
    sent = desk.send(queue, "order")["MessageId"]
    assert "delivered" not in desk.steps(sent)
    gate.open()
    desk.advance(0)
    assert desk.steps(sent) == ["sent", "received", "delivered", "deleted"]


def test_a_queue_that_is_made_anew_is_read_again(desk: Desk) -> None:
    queue = desk.mapped(handler())
    desk.sqs.delete_queue(QueueUrl=queue)
    desk.advance(61)
    desk.create("orders")
    desk.send(queue, "order")
    desk.advance(61)
    assert batches(desk) == [["order"]]


def test_a_function_that_is_made_anew_gets_its_messages_again(desk: Desk) -> None:
    queue = desk.mapped(handler())
    desk.aws.delete_function(FunctionName="worker")
    desk.send(queue, "order")
    desk.functions.create("worker", handler(), Timeout=20)
    desk.advance(61)
    assert batches(desk) == [["order"]]
