"""The ledger of an account as a widget and as text, read from real deliveries."""

from __future__ import annotations

import boto3

from helpers.show.ledger import ledger
from tests.localcloud.conftest import eventually


def test_a_message_that_is_chosen_shows_its_way(connected: str) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    first, second = (sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"] for body in ("<b>", "2"))
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    box = ledger().widget()
    (choice, button), way = box.children[0].children, box.children[1]
    assert [message for _, message in choice.options] == [first, second]
    assert choice.value == second and "sent" in way.value and "deleted" not in way.value
    choice.value = first
    assert "received (1)" in way.value and "deleted" in way.value
    third = sqs.send_message(QueueUrl=url, MessageBody="3")["MessageId"]
    button.click()
    assert choice.value == first and [message for _, message in choice.options] == [first, second, third]


def test_what_comes_of_a_message_stands_with_it_and_not_beside_it(connected: str) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sqs.create_queue(QueueName="billing")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{connected}:billing")
    message = sns.publish(TopicArn=topic, Message="1")["MessageId"]
    shown = eventually(lambda: (made := ledger()).messages() and made)
    assert list(shown.messages().values()) == [message]
    assert [(step.step, step.place) for step in shown.way(message)] == [
        ("published", "topic orders"),
        ("sent", "queue billing"),
        ("delivered", "topic orders"),
    ]
    assert repr(shown.way(message)) in shown.bundle()["text/plain"]


def test_an_account_in_which_nothing_happened_says_so(connected: str) -> None:
    shown = ledger()
    assert repr(shown) == "nothing has happened in this account yet"
    assert "nothing has happened" in shown.widget().children[1].value
