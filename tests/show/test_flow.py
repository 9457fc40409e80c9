"""The moving picture of an account and the life of one message, drawn from real deliveries."""

from __future__ import annotations

import io
import json
import time
import xml.etree.ElementTree as ElementTree
from typing import Any

import boto3
import pytest
from PIL import Image

from helpers.cloud import clock
from helpers.errors import CourseError
from helpers.show.flow import Flow, flow, place
from helpers.show.timeline import timeline
from helpers.show.topology import Edge, Topology
from tests.localcloud.conftest import Functions, eventually

HANDLER = """
def handler(event, context):
    if any(record["body"] == "bad" for record in event["Records"]):
        raise ValueError("no such price")
"""


class Shop:
    """Topic ``orders`` → queue ``billing`` (one receive, then ``billing-dead``) → function ``billing``."""

    def __init__(self, account: str) -> None:
        self.sns, sqs = boto3.client("sns"), boto3.client("sqs")
        functions = Functions(boto3.client)
        functions.create("billing", HANDLER)
        self.topic = self.sns.create_topic(Name="orders")["TopicArn"]
        sqs.create_queue(QueueName="billing-dead")
        dead, queue = (f"arn:aws:sqs:us-east-1:{account}:{name}" for name in ("billing-dead", "billing"))
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
        sqs.create_queue(QueueName="billing", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "30"})
        raw = {"RawMessageDelivery": "true"}
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue, Attributes=raw)
        functions.aws.create_event_source_mapping(FunctionName="billing", EventSourceArn=queue, BatchSize=1)

    def order(self, text: str) -> str:
        message = str(self.sns.publish(TopicArn=self.topic, Message=text)["MessageId"])
        clock.advance(minutes=1)
        return message


@pytest.fixture
def shop(connected: str) -> Shop:
    return Shop(connected)


def test_as_text_it_tells_wires_and_counts(shop: Shop) -> None:
    shop.order("good")
    shop.order("bad")
    assert flow().as_text().splitlines() == [
        "function billing: 1 handled · 1 failed",
        "queue billing: 0 waiting · 0 in flight",
        "   → function billing (1)",
        "   ⇢ queue billing-dead (1)",
        "queue billing-dead: 1 waiting · 0 in flight",
        "topic orders: 2 published",
        "   → queue billing (2)",
    ]


def test_the_picture_is_the_same_for_the_same_state_and_speaks_both_languages(shop: Shop) -> None:
    shop.order("good")
    first, second = Flow().as_svg(), Flow().as_svg()
    assert first == second
    texts = [node.text for node in ElementTree.fromstring(first).iter("{http://www.w3.org/2000/svg}text")]
    assert "queue · 0 waiting · 0 in flight" in texts and "topic · 1 published" in texts
    assert "1 publicadas" in Flow(lang="pt-BR").as_svg()


def test_names_cannot_break_out_of_the_picture(connected: str) -> None:
    topic = boto3.client("sns").create_topic(Name="orders")["TopicArn"]
    endpoint = "<script>alert(1)</script>@example.com"
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=endpoint)
    drawn = Flow().as_svg()
    assert "<script>" not in drawn
    ElementTree.fromstring(drawn)


def test_the_widget_lets_a_dot_run_along_a_wire_that_carries_a_message(shop: Shop) -> None:
    shown = flow(seconds=600)
    picture, button = shown.widget().children
    try:
        seen: list[str] = []
        picture.observe(lambda change: seen.append(change["new"]), "value")
        shop.order("good")
        eventually(lambda: any("animateMotion" in drawn for drawn in seen))
    finally:
        button.click()
    eventually(lambda: button.disabled)
    last = picture.value
    shop.order("good")
    time.sleep(1)
    assert picture.value == last and "animateMotion" not in last


def test_a_widget_whose_server_is_gone_keeps_its_last_picture(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    picture, button = flow(seconds=600).widget().children
    before = picture.value
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    eventually(lambda: button.disabled)
    assert picture.value == before


def test_an_empty_account_says_so(connected: str) -> None:
    assert flow().as_text() == "nothing is wired in this account yet"


@pytest.mark.parametrize("seconds", [-1, 4000, float("nan")])
def test_a_time_that_is_none_is_refused(seconds: Any) -> None:
    with pytest.raises(CourseError, match="give 0 to 3600 seconds"):
        flow(seconds=seconds)


def test_boxes_stand_in_the_order_of_the_wires_also_when_these_make_a_loop() -> None:
    edges = (Edge("a", "b"), Edge("b", "c"), Edge("c", "b"), Edge("c", "d"), Edge("d", "d"))
    places = place(Topology(("a", "b", "c", "d"), edges, {}))
    assert len(set(places.values())) == 4
    assert places["a"][0] < places["b"][0]
    assert places["c"][0] < places["d"][0]


def test_boxes_stand_beside_those_that_lead_to_them() -> None:
    edges = (Edge("bucket", "topic"), Edge("rule", "audit"), Edge("topic", "bill"), Edge("audit", "keep"))
    places = place(Topology(("bucket", "rule", "audit", "topic", "keep", "bill"), edges, {}))
    assert places["bucket"][1] == places["topic"][1] == places["bill"][1]
    assert places["rule"][1] == places["audit"][1] == places["keep"][1]


def test_an_event_that_a_rule_hands_to_a_function_is_handled_once(shop: Shop) -> None:
    events = boto3.client("events")
    target = boto3.client("lambda").get_function(FunctionName="billing")["Configuration"]["FunctionArn"]
    events.put_rule(Name="audit", EventPattern='{"source": ["shop"]}')
    text = json.dumps({"Records": []})
    events.put_targets(Rule="audit", Targets=[{"Id": "1", "Arn": target, "Input": text}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    eventually(lambda: "1 handled" in flow().as_text())
    clock.advance(minutes=1)
    assert "function billing: 1 handled · 0 failed" in flow().as_text().splitlines()


def test_a_mailbox_is_called_one(shop: Shop) -> None:
    shop.sns.subscribe(TopicArn=shop.topic, Protocol="email", Endpoint="team@shop.example")
    assert "mailbox" in flow().as_svg()


def test_a_timeline_draws_each_resource_on_a_lane_of_its_own(shop: Shop) -> None:
    bad = timeline(shop.order("bad"))
    (axes,) = bad.figure().axes
    lanes = [label.get_text() for label in axes.get_yticklabels()]
    assert lanes == ["topic orders", "queue billing", "function billing", "queue billing-dead"]
    said = {text.get_text() for text in axes.texts}
    assert "failed (1)" in said and any("dead-lettered (1)" in one for one in said)
    assert bad.as_png() == bad.as_png()
    with Image.open(io.BytesIO(bad.as_png())) as picture:
        assert picture.size[0] > 900
    assert repr(bad).splitlines()[-1].endswith("queue billing → queue billing-dead")
