"""EventBridge: what a bus takes, whom its rules give it to, in which form, and what becomes of what cannot be delivered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP, CloudProcess, cloud_process
from tests.localcloud.conftest import Functions, eventually

Client = Callable[[str], Any]
REGION = "us-east-1"


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


@pytest.fixture
def events(client: Client) -> Any:
    return client("events")


@pytest.fixture
def shop(client: Client, cloud: CloudProcess, account: str) -> Shop:
    return Shop(client, cloud, account)


class Shop:
    """Queues, rules and events of one account."""

    def __init__(self, client: Client, cloud: CloudProcess, account: str) -> None:
        self.events = client("events")
        self.sqs = client("sqs")
        self.cloud = cloud
        self.account = account

    def queue(self, name: str, **attributes: str) -> str:
        self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return f"arn:aws:sqs:{REGION}:{self.account}:{name}"

    def rule(self, name: str, *targets: dict[str, Any], **settings: Any) -> str:
        given = {} if "ScheduleExpression" in settings else {"EventPattern": json.dumps({"source": ["shop"]})}
        arn = self.events.put_rule(Name=name, **{**given, **settings})["RuleArn"]
        bus = {"EventBusName": settings["EventBusName"]} if "EventBusName" in settings else {}
        if targets:
            numbered = [{"Id": str(number), **target} for number, target in enumerate(targets)]
            self.events.put_targets(Rule=name, Targets=numbered, **bus)
        return str(arn)

    def put(self, detail: Any = None, **entry: Any) -> str:
        given = {"Source": "shop", "DetailType": "order", "Detail": json.dumps(detail or {"order": 1})}
        answer = self.events.put_events(Entries=[{**given, **entry}])
        assert answer["FailedEntryCount"] == 0, answer
        return str(answer["Entries"][0]["EventId"])

    def messages(self, name: str) -> list[dict[str, Any]]:
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: list[dict[str, Any]] = []
        while batch := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages"):
            found += batch
            for message in batch:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def bodies(self, name: str) -> list[Any]:
        return [json.loads(message["Body"]) for message in self.messages(name)]

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def ledger(self, message: str) -> list[dict[str, Any]]:
        credential = f"AWS4-HMAC-SHA256 Credential={self.account}/20261124/{REGION}/events/aws4_request"
        answer = HTTP.get(f"{self.cloud.endpoint_url}/_localcloud/events", headers={"Authorization": credential})
        return [entry for entry in answer.raise_for_status().json()["entries"] if entry["message"] == message]

    def steps(self, message: str) -> list[str]:
        return [entry["step"] for entry in self.ledger(message)]


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_queue_gets_the_envelope_of_aws(shop: Shop) -> None:
    rule = shop.rule("all", {"Arn": shop.queue("orders")})
    event_id = shop.put({"order": 7}, Resources=["arn:of:something"], Time=1_700_000_000)
    [message] = shop.messages("orders")
    assert message["Body"] == (
        f'{{"version":"0","id":"{event_id}","detail-type":"order","source":"shop","account":"{shop.account}",'
        f'"time":"2023-11-14T22:13:20Z","region":"{REGION}","resources":["arn:of:something"],"detail":{{"order":7}}}}'
    )
    [published, delivered] = shop.ledger(event_id)
    assert (published["step"], published["resource"]) == (
        "published",
        f"arn:aws:events:{REGION}:{shop.account}:event-bus/default",
    )
    assert (delivered["resource"], delivered["to"], delivered["detail"]["received_as"]) == (
        rule,
        f"arn:aws:sqs:{REGION}:{shop.account}:orders",
        message["MessageId"],
    )


def test_a_function_a_topic_and_a_log_group_get_events(shop: Shop, functions: Functions, client: Client) -> None:
    function = functions.create("worker", "def handler(event, context): print('got', event['detail'])")["FunctionArn"]
    topic = client("sns").create_topic(Name="news")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=shop.queue("news"))
    client("logs").create_log_group(logGroupName="/aws/events/all")
    group = f"arn:aws:logs:{REGION}:{shop.account}:log-group:/aws/events/all"
    shop.rule("all", {"Arn": function}, {"Arn": topic}, {"Arn": group})
    event_id = shop.put()
    eventually(lambda: "got {'order': 1}\n" in functions.log("worker"))
    [notification] = shop.bodies("news")
    assert json.loads(notification["Message"])["id"] == event_id
    [line] = client("logs").filter_log_events(logGroupName="/aws/events/all")["events"]
    assert json.loads(line["message"])["id"] == event_id


def test_only_rules_that_match_and_are_enabled_run(shop: Shop) -> None:
    shop.rule("on", {"Arn": shop.queue("on")}, EventPattern=json.dumps({"detail": {"order": [{"numeric": [">", 5]}]}}))
    shop.rule("off", {"Arn": shop.queue("off")}, State="DISABLED")
    shop.put({"order": 3})
    shop.put({"order": 8})
    assert [body["detail"] for body in shop.bodies("on")] == [{"order": 8}]
    assert shop.bodies("off") == []
    shop.events.enable_rule(Name="off")
    shop.put()
    assert len(shop.bodies("off")) == 1


def test_an_event_that_no_rule_wants_is_filtered(shop: Shop) -> None:
    shop.rule("some", {"Arn": shop.queue("some")})
    assert shop.steps(shop.put(Source="elsewhere")) == ["published", "filtered"]
    assert shop.steps(shop.put(EventBusName="nowhere")) == ["published", "dropped"]


def test_a_fifo_queue_needs_a_group_and_its_own_deduplication(shop: Shop) -> None:
    fifo = shop.queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    shop.rule("all", {"Arn": fifo, "SqsParameters": {"MessageGroupId": "shop"}})
    shop.put()
    [message] = shop.messages("orders.fifo")
    assert message["Attributes"]["MessageGroupId"] == "shop"
    target = {"Id": "1", "Arn": fifo}
    assert refusal(shop.events.put_targets, Rule="all", Targets=[target]) == (
        "ValidationException",
        "Parameter(s) SqsParameters must be specified for target: 1.",
    )


TRANSFORMED = [
    ({"Input": '{"fixed": true}'}, {"fixed": True}),
    ({"InputPath": "$.detail"}, {"order": {"id": 7, "tags": ["a", "b"]}, "note": 'say "oi"'}),
    ({"InputPath": "$.detail.order.tags[1]"}, "b"),
    ({"InputPath": "$.detail.order.tags[*]"}, ["a", "b"]),
    ({"InputPath": "$.detail.nothing"}, None),
    (
        {
            "InputTransformer": {
                "InputPathsMap": {
                    "id": "$.detail.order.id",
                    "note": "$.detail.note",
                    "order": "$.detail.order",
                    "no": "$.no",
                },
                "InputTemplate": '{"id": <id>, "note": <note>, "text": "order <id>: <note><no>", "all": <order>, "no": <no>, "other": "<other>"}',
            }
        },
        {
            "id": 7,
            "note": 'say "oi"',
            "text": 'order 7: say "oi"',
            "all": {"id": 7, "tags": ["a", "b"]},
            "no": "",
            "other": "<other>",
        },
    ),
    ({"InputTransformer": {"InputPathsMap": {"t": "$.detail-type"}, "InputTemplate": '"one <t>"'}}, "one order"),
]


@pytest.mark.parametrize(("target", "expected"), TRANSFORMED, ids=[str(number) for number in range(len(TRANSFORMED))])
def test_a_target_gets_what_it_asked_for(shop: Shop, target: dict[str, Any], expected: Any) -> None:
    shop.rule("all", {"Arn": shop.queue("orders"), **target})
    shop.put({"order": {"id": 7, "tags": ["a", "b"]}, "note": 'say "oi"'})
    assert shop.bodies("orders") == [expected]


def test_templates_know_the_rule_and_the_event(shop: Shop) -> None:
    template = (
        '{"rule": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>,'
        ' "short": <aws.events.event>, "whole": <aws.events.event.json>}'
    )
    rule = shop.rule("all", {"Arn": shop.queue("orders"), "InputTransformer": {"InputTemplate": template}})
    event_id = shop.put({"order": 1})
    [body] = shop.bodies("orders")
    assert (body["rule"], body["name"], body["at"][-1]) == (rule, "all", "Z")
    assert body["whole"]["id"] == event_id and body["whole"]["detail"] == {"order": 1}
    assert body["short"] == {name: value for name, value in body["whole"].items() if name != "detail"}


def test_an_event_goes_on_to_another_bus_as_it_is(shop: Shop) -> None:
    bus = shop.events.create_event_bus(Name="archive")["EventBusArn"]
    shop.rule("forward", {"Arn": bus})
    shop.rule("keep", {"Arn": shop.queue("kept")}, EventBusName="archive")
    event_id = shop.put()
    assert [body["id"] for body in shop.bodies("kept")] == [event_id]


def test_events_do_not_go_in_circles(shop: Shop) -> None:
    bus = shop.events.create_event_bus(Name="other")["EventBusArn"]
    shop.rule("there", {"Arn": bus})
    shop.rule("back", {"Arn": bus.replace("other", "default")}, EventBusName="other")
    assert shop.steps(shop.put())[-2:] in (["dropped", "delivered"], ["failed", "dropped"])


def test_another_account_needs_the_policy_of_the_bus(shop: Shop, cloud: CloudProcess) -> None:
    shop.rule("all", {"Arn": shop.queue("orders")})
    theirs = cloud.client("events", "200999999999")
    entry = {
        "Source": "shop",
        "DetailType": "order",
        "Detail": "{}",
        "EventBusName": f"arn:aws:events:{REGION}:{shop.account}:event-bus/default",
    }
    answer = theirs.put_events(Entries=[entry])
    assert (answer["FailedEntryCount"], answer["Entries"][0]["ErrorCode"]) == (1, "AccessDeniedException")
    shop.events.put_permission(Action="events:PutEvents", Principal="200999999999", StatementId="them")
    assert theirs.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert [body["account"] for body in shop.bodies("orders")] == ["200999999999"]


WRONG_ENTRIES = [
    ({"Source": ""}, "InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."),
    (
        {"DetailType": ""},
        "InvalidArgument",
        "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
    ),
    ({"Detail": ""}, "InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument."),
    ({"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
    ({"Detail": "[1]"}, "MalformedDetail", "Detail is malformed."),
    ({"Source": "aws.s3"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
]


def test_wrong_entries_fail_beside_good_ones(events: Any) -> None:
    good = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    answer = events.put_events(Entries=[good, *({**good, **entry} for entry, _, _ in WRONG_ENTRIES), good])
    assert answer["FailedEntryCount"] == len(WRONG_ENTRIES)
    first, *wrong, last = answer["Entries"]
    assert first["EventId"] and last["EventId"]
    assert [(entry["ErrorCode"], entry["ErrorMessage"]) for entry in wrong] == [row[1:] for row in WRONG_ENTRIES]


def test_a_request_has_ten_entries_and_one_megabyte(events: Any) -> None:
    good = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    assert refusal(events.put_events, Entries=[good] * 11)[0] == "ValidationException"
    room = 1_048_576 - len('shoporder{"a":""}')
    fits = {**good, "Detail": json.dumps({"a": "x" * room}, separators=(",", ":"))}
    assert events.put_events(Entries=[fits])["FailedEntryCount"] == 0
    too_big = {**good, "Detail": fits["Detail"].replace('"x', '"xx')}
    assert refusal(events.put_events, Entries=[too_big]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )


def test_a_missing_target_goes_to_the_dead_letter_queue_at_once(shop: Shop) -> None:
    missing = f"arn:aws:sqs:{REGION}:{shop.account}:missing"
    rule = shop.rule("all", {"Arn": missing, "DeadLetterConfig": {"Arn": shop.queue("dead")}})
    event_id = shop.put()
    [message] = shop.messages("dead")
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["id"] == event_id
    assert "does not exist" in attributes.pop("ERROR_MESSAGE")
    assert attributes == {"RULE_ARN": rule, "TARGET_ARN": missing, "ERROR_CODE": "NO_RESOURCE", "RETRY_ATTEMPTS": "0"}
    assert shop.steps(event_id)[-1] == "dead-lettered"


def test_without_a_dead_letter_queue_the_event_is_lost(shop: Shop) -> None:
    shop.rule("all", {"Arn": f"arn:aws:lambda:{REGION}:{shop.account}:function:missing"})
    assert shop.steps(shop.put()) == ["published", "failed", "dropped"]


def test_a_closed_account_asks_for_the_policy_of_the_target(shop: Shop, cloud: CloudProcess) -> None:
    credential = f"AWS4-HMAC-SHA256 Credential={shop.account}/20261124/{REGION}/events/aws4_request"
    closed = HTTP.post(
        f"{cloud.endpoint_url}/_localcloud/permissions", json={"enforced": True}, headers={"Authorization": credential}
    )
    closed.raise_for_status()
    arn = shop.queue("orders")
    rule = shop.rule("all", {"Arn": arn})
    assert shop.steps(shop.put()) == ["published", "failed", "dropped"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    url = shop.sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    shop.sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    )
    shop.put()
    assert len(shop.bodies("orders")) == 1


def test_a_rate_runs_again_and_again(shop: Shop) -> None:
    rule = shop.rule("tick", {"Arn": shop.queue("ticks")}, ScheduleExpression="rate(5 minutes)")
    shop.advance(200)
    assert shop.bodies("ticks") == []
    shop.advance(401)
    first, second = shop.bodies("ticks")
    assert (first["source"], first["detail-type"], first["resources"], first["detail"]) == (
        "aws.events",
        "Scheduled Event",
        [rule],
        {},
    )
    assert first["id"] != second["id"]
    shop.events.disable_rule(Name="tick")
    shop.advance(3600)
    assert shop.bodies("ticks") == []
    shop.events.enable_rule(Name="tick")
    shop.advance(301)
    assert len(shop.bodies("ticks")) == 1
    shop.events.remove_targets(Rule="tick", Ids=["0"])
    shop.events.delete_rule(Name="tick")
    shop.advance(3600)
    assert shop.bodies("ticks") == []


def test_a_cron_runs_at_its_hour(shop: Shop) -> None:
    shop.rule("noon", {"Arn": shop.queue("noons")}, ScheduleExpression="cron(0 12 * * ? *)")
    shop.advance(2 * 86_400)
    assert [body["time"][10:] for body in shop.bodies("noons")] == ["T12:00:00Z"] * 2


def test_rules_that_aws_refuses_are_refused(events: Any) -> None:
    assert refusal(events.put_rule, Name="a", EventPattern='{"source": []}') == (
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: Empty arrays are not allowed",
    )
    assert refusal(events.put_rule, Name="a", EventPattern="{")[0] == "InvalidEventPatternException"
    assert refusal(events.put_rule, Name="a", ScheduleExpression="rate(1 minutes)") == (
        "ValidationException",
        "Parameter ScheduleExpression is not valid.",
    )
    events.create_event_bus(Name="mine")
    assert refusal(events.put_rule, Name="a", ScheduleExpression="rate(5 minutes)", EventBusName="mine") == (
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
    )
    assert refusal(events.put_rule, Name="with space", EventPattern='{"source": ["a"]}')[0] == "ValidationException"


WRONG_TARGETS = [
    ({"Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:x"}, "states"),
    ({"Arn": "arn:aws:events:us-east-1:123456789012:api-destination/x/y"}, "API destination"),
    ({"Arn": "nonsense"}, "Provided Arn is not in correct format"),
    ({"KinesisParameters": {"PartitionKeyPath": "$.id"}}, "KinesisParameters"),
    ({"Input": "{"}, "JSON syntax error"),
    ({"Input": "{}", "InputPath": "$.detail"}, "Only one of Input, InputPath, or InputTransformer"),
    ({"InputPath": "detail"}, "JSON path"),
    ({"RetryPolicy": {"MaximumRetryAttempts": 186}}, "less than or equal to 185"),
    ({"RetryPolicy": {"MaximumEventAgeInSeconds": 86_401}}, "less than or equal to 86400"),
    ({"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead.fifo"}}, "standard SQS queue"),
]


@pytest.mark.parametrize(("target", "words"), WRONG_TARGETS, ids=[words for _, words in WRONG_TARGETS])
def test_targets_that_cannot_be_delivered_to_are_refused(shop: Shop, target: dict[str, Any], words: str) -> None:
    shop.rule("all")
    given = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{shop.account}:orders", **target}
    code, message = refusal(shop.events.put_targets, Rule="all", Targets=[given])
    assert code == "ValidationException"
    assert words in message


def test_a_rule_has_five_targets(shop: Shop) -> None:
    arn = shop.queue("orders")
    shop.rule("all", *[{"Arn": arn}] * 5)
    code, message = refusal(shop.events.put_targets, Rule="all", Targets=[{"Id": "six", "Arn": arn}])
    assert (code, message) == ("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


def test_a_pattern_can_be_tried(events: Any, request: pytest.FixtureRequest) -> None:
    event = {
        "id": "1",
        "source": "shop",
        "account": "1",
        "time": "2026-11-24T00:00:00Z",
        "region": REGION,
        "resources": [],
    }
    event |= {"detail-type": "order", "detail": {"n": 1}}
    assert events.test_event_pattern(EventPattern='{"detail": {"n": [1]}}', Event=json.dumps(event))["Result"] is True
    assert events.test_event_pattern(EventPattern='{"detail": {"n": [2]}}', Event=json.dumps(event))["Result"] is False
    assert refusal(events.test_event_pattern, EventPattern='{"a": [1]}', Event="[]")[0] == "ValidationException"
    folder: Path | None = request.config.getoption("--oracles")
    cases = json.loads((folder / "eventbridge_patterns.json").read_text("utf-8")) if folder else []
    for case in cases:
        arguments = {"EventPattern": json.dumps(case["pattern"]), "Event": json.dumps(case["event"])}
        if case["expected"] == "exception":
            assert refusal(events.test_event_pattern, **arguments)[0] == "InvalidEventPatternException", case["name"]
        else:
            assert events.test_event_pattern(**arguments)["Result"] is case["expected"], case["name"]


def test_rules_are_measured(shop: Shop, client: Client) -> None:
    shop.rule("all", {"Arn": shop.queue("orders")}, {"Arn": f"arn:aws:sqs:{REGION}:{shop.account}:missing"})
    shop.put()
    metrics = client("cloudwatch").list_metrics(
        Namespace="AWS/Events", Dimensions=[{"Name": "RuleName", "Value": "all"}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == {
        "Invocations",
        "FailedInvocations",
        "MatchedEvents",
        "TriggeredRules",
    }


def test_an_archive_keeps_events_and_replays_those_of_the_time_asked_for(shop: Shop) -> None:
    bus = f"arn:aws:events:{REGION}:{shop.account}:event-bus/default"
    shop.rule("all", {"Arn": shop.queue("orders")})
    archive = shop.events.create_archive(ArchiveName="kept", EventSourceArn=bus)["ArchiveArn"]
    shop.put({"order": 1}, Time=1_700_000_000)
    shop.put({"order": 2}, Time=1_700_000_100)
    assert len(shop.bodies("orders")) == 2
    shop.events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=1_700_000_050,
        EventEndTime=1_700_000_200,
        Destination={"Arn": bus},
    )
    [body] = shop.bodies("orders")
    assert (body["detail"], body["replay-name"]) == ({"order": 2}, "again")
    assert shop.events.describe_archive(ArchiveName="kept")["EventCount"] == 2
