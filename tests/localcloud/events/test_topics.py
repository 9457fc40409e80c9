"""Topics and their subscribers: queues, functions, HTTP endpoints and mailboxes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpers.cloud.control import call
from tests.conftest import HTTP, CloudProcess
from tests.localcloud.conftest import Functions, Gate, eventually
from tests.serving import Handler, serving

Client = Callable[[str], Any]


class Desk:
    """A topic, and queues to subscribe to it."""

    def __init__(self, cloud: CloudProcess, account: str, client: Client) -> None:
        self.cloud, self.account, self.client = cloud, account, client
        self.sns, self.sqs = client("sns"), client("sqs")
        self.topic = self.sns.create_topic(Name="orders")["TopicArn"]

    def queue(self, name: str, **attributes: str) -> str:
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return str(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    def subscribe(self, endpoint: str, protocol: str = "sqs", topic: str | None = None, **attributes: Any) -> str:
        given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}
        answer = self.sns.subscribe(
            TopicArn=topic or self.topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=given,
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def messages(self, name: str) -> list[dict[str, Any]]:
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: list[dict[str, Any]] = []
        while got := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages"):
            for message in got:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += got
        return found

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def letters(self) -> list[dict[str, Any]]:
        headers = {"x-localcloud-account": self.account}
        return call(self.cloud.endpoint_url, "GET", "/_localcloud/outbox", headers=headers)["letters"]  # type: ignore[no-any-return]

    def steps(self) -> list[str]:
        headers = {"x-localcloud-account": self.account}
        entries = call(self.cloud.endpoint_url, "GET", "/_localcloud/events", headers=headers)["entries"]
        return [entry["step"] for entry in entries if ":sns:" in entry["resource"]]

    def enforce(self) -> None:
        headers = {"x-localcloud-account": self.account}
        call(self.cloud.endpoint_url, "POST", "/_localcloud/permissions", {"enforced": True}, headers=headers)


@pytest.fixture
def desk(cloud: CloudProcess, account: str, client: Client) -> Desk:
    return Desk(cloud, account, client)


class Endpoint:
    """A web server that keeps what is posted to it and answers what it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[tuple[dict[str, str], str]] = []
        self.answers: list[int] = []

    def kinds(self) -> list[str]:
        return [headers["x-amz-sns-message-type"] for headers, _ in self.posts]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening() as found:
        yield found


@contextmanager
def listening() -> Iterator[Endpoint]:
    found = Endpoint()

    class Answer(Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if found.answers else 200)
            self.end_headers()

    with serving(Answer) as url:
        found.url = f"{url}/sns"
        yield found


def test_a_queue_gets_an_envelope_whose_signature_holds(desk: Desk) -> None:
    subscription = desk.subscribe(desk.queue("all"))
    colour = {"colour": {"DataType": "String", "StringValue": "azul"}}
    sent = desk.sns.publish(TopicArn=desk.topic, Message="olá", Subject="news", MessageAttributes=colour)
    [message] = desk.messages("all")
    envelope = json.loads(message["Body"])
    assert list(envelope) == [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
        "MessageAttributes",
    ]
    assert (envelope["Type"], envelope["MessageId"], envelope["Message"]) == ("Notification", sent["MessageId"], "olá")
    assert envelope["MessageAttributes"] == {"colour": {"Type": "String", "Value": "azul"}}
    assert "MessageAttributes" not in message
    signed = "".join(
        f"{name}\n{envelope[name]}\n" for name in ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    )
    certificate = x509.load_pem_x509_certificate(HTTP.get(envelope["SigningCertURL"]).content)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(envelope["Signature"]), signed.encode(), padding.PKCS1v15(), hashes.SHA1())
    assert HTTP.get(envelope["UnsubscribeURL"]).json()["SubscriptionArn"] == subscription
    desk.sns.publish(TopicArn=desk.topic, Message="nobody hears")
    assert desk.messages("all") == []


def test_a_raw_delivery_is_the_bare_message_with_its_attributes(desk: Desk) -> None:
    desk.subscribe(desk.queue("all"), RawMessageDelivery="true")
    colour = {"colour": {"DataType": "String", "StringValue": "azul"}}
    desk.sns.publish(TopicArn=desk.topic, Message="plain", MessageAttributes=colour)
    [message] = desk.messages("all")
    assert (message["Body"], message["MessageAttributes"]) == ("plain", colour)


def test_each_protocol_may_get_a_text_of_its_own(desk: Desk) -> None:
    desk.subscribe(desk.queue("all"), RawMessageDelivery="true")
    desk.sns.publish(
        TopicArn=desk.topic, MessageStructure="json", Message=json.dumps({"default": "d", "sqs": "for queues"})
    )
    assert [one["Body"] for one in desk.messages("all")] == ["for queues"]
    with pytest.raises(ClientError, match="Message Structure - No default entry in JSON message body"):
        desk.sns.publish(TopicArn=desk.topic, MessageStructure="json", Message="{}")


def test_a_function_gets_a_record_and_the_publisher_does_not_wait(desk: Desk, functions: Functions, gate: Gate) -> None:
    source = f"import json\ndef handler(event, context):\n    {gate.wait}\n    print('got', json.dumps(event))"
    functions.create("hear", source, Timeout=300)
    arn = functions.aws.get_function(FunctionName="hear")["Configuration"]["FunctionArn"]
    subscription = desk.subscribe(arn, "lambda")
    sent = desk.sns.publish(TopicArn=desk.topic, Message="hello")["MessageId"]
    gate.open()
    line = eventually(lambda: next((one for one in functions.log("hear") if one.startswith("got ")), None))
    [record] = json.loads(line[4:])["Records"]
    assert record["EventSource"] == "aws:sns"
    assert record["EventSubscriptionArn"] == subscription
    assert (record["Sns"]["MessageId"], record["Sns"]["Subject"]) == (sent, None)
    assert {"SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"} <= set(record["Sns"])


def test_an_http_endpoint_confirms_first_and_is_tried_again(desk: Desk, endpoint: Endpoint) -> None:
    subscription = desk.subscribe(endpoint.url, "http")
    desk.sns.publish(TopicArn=desk.topic, Message="too early")
    eventually(lambda: endpoint.posts)
    headers, body = endpoint.posts[0]
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert headers["user-agent"] == "Amazon Simple Notification Service Agent"
    asked = json.loads(body)
    assert asked["Type"] == "SubscriptionConfirmation"
    attributes = desk.sns.get_topic_attributes(TopicArn=desk.topic)["Attributes"]
    assert (attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]) == ("1", "0")
    confirmed = desk.sns.confirm_subscription(TopicArn=desk.topic, Token=asked["Token"])
    assert confirmed["SubscriptionArn"] == subscription
    endpoint.answers += [500, 503]
    desk.sns.publish(TopicArn=desk.topic, Message="now")
    desk.advance(120)
    assert endpoint.kinds() == ["SubscriptionConfirmation", *["Notification"] * 3]
    headers, body = endpoint.posts[-1]
    assert headers["x-amz-sns-subscription-arn"] == subscription
    assert json.loads(body)["Message"] == "now"
    assert desk.steps()[-3:] == ["retried", "retried", "delivered"]


def test_what_an_endpoint_refuses_for_good_goes_to_the_subscriptions_dead_letter_queue(
    desk: Desk, endpoint: Endpoint
) -> None:
    desk.subscribe(endpoint.url, "http", RedrivePolicy={"deadLetterTargetArn": desk.queue("lost")})
    eventually(lambda: endpoint.posts)
    HTTP.get(json.loads(endpoint.posts[0][1])["SubscribeURL"]).raise_for_status()
    endpoint.answers += [404]
    desk.sns.publish(TopicArn=desk.topic, Message="nobody home")
    desk.advance(1)
    [message] = desk.messages("lost")
    assert json.loads(message["Body"])["Message"] == "nobody home"
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "the endpoint answered 404"
    assert endpoint.kinds() == ["SubscriptionConfirmation", "Notification"]


def test_an_endpoint_on_another_computer_is_never_called(desk: Desk) -> None:
    desk.subscribe("http://example.com/sns", "http")
    desk.advance(1)
    assert desk.steps() == ["failed"]


def test_mail_ends_in_the_outbox_after_a_link_in_it_was_opened(desk: Desk) -> None:
    answer = desk.sns.subscribe(TopicArn=desk.topic, Protocol="email", Endpoint="ana@example.com")
    assert answer["SubscriptionArn"] == "pending confirmation"
    [listed] = desk.sns.list_subscriptions_by_topic(TopicArn=desk.topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    [letter] = desk.letters()
    HTTP.get(letter["text"].split("\n")[-1]).raise_for_status()
    desk.sns.publish(TopicArn=desk.topic, Message="your mug is on its way", Subject="Loja")
    letter = desk.letters()[-1]
    assert (letter["to"], letter["subject"]) == ("ana@example.com", "Loja")
    assert letter["text"].startswith("your mug is on its way")
    desk.client("sns").publish(PhoneNumber="+5511987654321", Message="ring")
    assert (desk.letters()[-1]["kind"], desk.letters()[-1]["text"]) == ("sms", "ring")


def test_a_queue_that_is_gone_costs_the_publisher_nothing(desk: Desk) -> None:
    arn = desk.queue("gone")
    desk.subscribe(arn, RedrivePolicy={"deadLetterTargetArn": desk.queue("lost")})
    desk.sqs.delete_queue(QueueUrl=desk.sqs.get_queue_url(QueueName="gone")["QueueUrl"])
    desk.sns.publish(TopicArn=desk.topic, Message="kept")
    assert [json.loads(one["Body"])["Message"] for one in desk.messages("lost")] == ["kept"]


def test_a_closed_queue_opens_to_the_topic_in_its_policy(desk: Desk) -> None:
    desk.enforce()
    arn = desk.queue("all")
    desk.subscribe(arn, RawMessageDelivery="true")
    desk.sns.publish(TopicArn=desk.topic, Message="refused")
    assert desk.steps() == ["published", "failed", "dropped"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": desk.topic}},
    }
    url = desk.sqs.get_queue_url(QueueName="all")["QueueUrl"]
    desk.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    desk.sns.publish(TopicArn=desk.topic, Message="welcome")
    assert [one["Body"] for one in desk.messages("all")] == ["welcome"]


def test_a_fifo_topic_drops_repetitions_for_five_minutes_and_keeps_the_order(desk: Desk) -> None:
    topic = desk.sns.create_topic(Name="o.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    desk.subscribe(desk.queue("f.fifo", FifoQueue="true"), topic=topic, RawMessageDelivery="true")
    desk.subscribe(desk.queue("standard"), topic=topic, RawMessageDelivery="true")

    def publish(text: str) -> dict[str, Any]:
        return desk.sns.publish(TopicArn=topic, Message=text, MessageGroupId="g", MessageDeduplicationId=text)  # type: ignore[no-any-return]

    first, second, again = publish("a"), publish("b"), publish("a")
    assert again["MessageId"] == first["MessageId"]
    assert int(second["SequenceNumber"]) > int(first["SequenceNumber"])
    assert [one["Body"] for one in desk.messages("f.fifo")] == ["a", "b"]
    assert sorted(one["Body"] for one in desk.messages("standard")) == ["a", "b"]
    desk.advance(301)
    publish("a")
    assert [one["Body"] for one in desk.messages("f.fifo")] == ["a"]


def test_content_based_deduplication_hashes_the_message(desk: Desk) -> None:
    given = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = desk.sns.create_topic(Name="o.fifo", Attributes=given)["TopicArn"]
    desk.subscribe(desk.queue("f.fifo", FifoQueue="true"), topic=topic, RawMessageDelivery="true")
    for _ in range(2):
        desk.sns.publish(TopicArn=topic, Message="Test", MessageGroupId="g")
    [message] = desk.messages("f.fifo")
    assert message["Attributes"]["MessageDeduplicationId"].startswith("532eaabd")


def test_metrics_tell_what_became_of_messages(desk: Desk, client: Client) -> None:
    desk.subscribe(desk.queue("vip"), FilterPolicy={"plan": ["vip"]})
    for plan in ("vip", "free"):
        attributes = {"plan": {"DataType": "String", "StringValue": plan}}
        desk.sns.publish(TopicArn=desk.topic, Message="hi", MessageAttributes=attributes)
    clock = call(desk.cloud.endpoint_url, "GET", "/_localcloud/clock")["now"]

    def total(name: str) -> float:
        points = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SNS",
            MetricName=name,
            Dimensions=[{"Name": "TopicName", "Value": "orders"}],
            StartTime="2020-01-01T00:00:00Z",
            EndTime=clock[:4].replace(clock[:4], str(int(clock[:4]) + 1)) + "-12-31T00:00:00Z",
            Period=864_000,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points)

    names = ("NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFilteredOut")
    assert [total(name) for name in names] == [2, 1, 1]


def test_a_batch_is_refused_whole_or_one_by_one(desk: Desk) -> None:
    desk.subscribe(desk.queue("all"), RawMessageDelivery="true")
    entries = [{"Id": "one", "Message": "1"}, {"Id": "two", "Message": "2", "Subject": "bad\nsubject"}]
    answer = desk.sns.publish_batch(TopicArn=desk.topic, PublishBatchRequestEntries=entries)
    assert [one["Id"] for one in answer["Successful"]] == ["one"]
    assert [(one["Id"], one["Code"]) for one in answer["Failed"]] == [("two", "InvalidParameter")]
    with pytest.raises(desk.sns.exceptions.BatchEntryIdsNotDistinctException):
        desk.sns.publish_batch(TopicArn=desk.topic, PublishBatchRequestEntries=[entries[0]] * 2)
    many = [{"Id": str(number), "Message": "x"} for number in range(11)]
    with pytest.raises(desk.sns.exceptions.TooManyEntriesInBatchRequestException):
        desk.sns.publish_batch(TopicArn=desk.topic, PublishBatchRequestEntries=many)
    big = [{"Id": str(number), "Message": "x" * 200_000} for number in range(2)]
    with pytest.raises(desk.sns.exceptions.BatchRequestTooLongException):
        desk.sns.publish_batch(TopicArn=desk.topic, PublishBatchRequestEntries=big)


def refused(call: Callable[..., Any], **given: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    assert error["Code"] in ("InvalidParameter", "NotFound"), error
    return str(error["Message"])


def test_what_sns_refuses_is_refused_in_its_words(desk: Desk) -> None:
    publish, subscribe = desk.sns.publish, desk.sns.subscribe
    fifo = desk.sns.create_topic(Name="o.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    topic, queue = desk.topic, desk.queue("all")
    assert refused(publish, TopicArn=topic + "x", Message="m") == "Topic does not exist"
    assert refused(publish, TopicArn=topic, Message="x" * 262_145) == "Invalid parameter: Message too long"
    assert refused(publish, TopicArn=topic, Message="m", Subject="s" * 101) == "Invalid parameter: Subject"
    assert (
        refused(publish, TopicArn=fifo, Message="m")
        == "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    )
    assert "ContentBasedDeduplication enabled or MessageDeduplicationId" in refused(
        publish, TopicArn=fifo, Message="m", MessageGroupId="g"
    )
    assert "not valid for this topic type" in refused(publish, TopicArn=topic, Message="m", MessageDeduplicationId="d")
    assert "does not support this protocol string: pigeon" in refused(
        subscribe, TopicArn=topic, Protocol="pigeon", Endpoint="coop"
    )
    assert "SQS endpoint ARN" in refused(subscribe, TopicArn=topic, Protocol="sqs", Endpoint="all")
    assert "FIFO topics deliver to SQS queues only" in refused(
        subscribe, TopicArn=fifo, Protocol="email", Endpoint="ana@example.com"
    )
    assert "FIFO SQS Queues can not be subscribed to standard SNS topics" in refused(
        subscribe, TopicArn=topic, Protocol="sqs", Endpoint=desk.queue("f.fifo", FifoQueue="true")
    )
    for attributes, words in (
        ({"RawMessageDelivery": "perhaps"}, "RawMessageDelivery"),
        ({"Colour": "blue"}, "AttributeName"),
        ({"RedrivePolicy": json.dumps({"deadLetterTargetArn": topic})}, "deadLetterTargetArn is an invalid arn"),
        ({"DeliveryPolicy": "{}"}, "Delivery policy is only supported for HTTP"),
        ({"FilterPolicyScope": "Envelope"}, "FilterPolicyScope"),
        ({"ReplayPolicy": "{}"}, "the local cloud does not do replays"),
    ):
        assert words in refused(subscribe, TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)
    assert "Token" in refused(desk.sns.confirm_subscription, TopicArn=topic, Token="none")
    assert "does not do encryption of topics" in refused(
        desk.sns.create_topic, Name="k", Attributes={"KmsMasterKeyId": "alias/aws/sns"}
    )


def test_a_topic_may_opt_in_to_big_messages(desk: Desk) -> None:
    desk.subscribe(desk.queue("all"), RawMessageDelivery="true")
    desk.sns.set_topic_attributes(TopicArn=desk.topic, AttributeName="MaximumMessageSize", AttributeValue="1048576")
    desk.sns.publish(TopicArn=desk.topic, Message="x" * 900_000)
    assert [len(one["Body"]) for one in desk.messages("all")] == [900_000]
    assert "does not deliver to email" in refused(
        desk.sns.subscribe, TopicArn=desk.topic, Protocol="email", Endpoint="ana@example.com"
    )
