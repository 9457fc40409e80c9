"""Event source mappings of queues: what is refused, the states that a mapping goes through, how it is found and changed."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.events.mapping_help import NOTHING, Desk
from tests.localcloud.events.queue_help import refusal

INVALID, VALIDATION = "InvalidParameterValueException", "ValidationException"
PRINTS = "import json\ndef handler(event, context):\n    print('batch', json.dumps([one['body'] for one in event['Records']]))"


@pytest.fixture
def desk(cloud: CloudProcess, account: str, functions: Functions) -> Desk:
    functions.create("worker", NOTHING)
    return Desk(cloud, account, functions)


def pattern(value: Any) -> dict[str, Any]:
    return {"FilterCriteria": {"Filters": [{"Pattern": value if isinstance(value, str) else json.dumps(value)}]}}


def test_a_mapping_of_a_queue_has_the_defaults_of_aws(desk: Desk) -> None:
    queue = desk.arn(desk.create("orders"))
    before = desk.now()
    made = desk.aws.create_event_source_mapping(EventSourceArn=queue, FunctionName="worker")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert uuid.UUID(made["UUID"])
    function = f"arn:aws:lambda:us-east-1:{desk.account}:function:worker"
    mapping = f"arn:aws:lambda:us-east-1:{desk.account}:event-source-mapping:{made['UUID']}"
    assert before <= made.pop("LastModified") <= desk.now()
    del made["ResponseMetadata"]
    assert made == {
        "UUID": made["UUID"],
        "EventSourceArn": queue,
        "EventSourceMappingArn": mapping,
        "FunctionArn": function,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
    }


def test_a_mapping_becomes_enabled_and_may_be_disabled_enabled_and_deleted(desk: Desk) -> None:
    mapping = desk.map(desk.create("orders"))
    assert desk.state(mapping) == "Enabled"
    for enabled, passing, lasting in ((False, "Disabling", "Disabled"), (True, "Enabling", "Enabled")):
        assert desk.aws.update_event_source_mapping(UUID=mapping, Enabled=enabled)["State"] == passing
        desk.advance(1)
        assert desk.state(mapping) == lasting
    assert desk.aws.delete_event_source_mapping(UUID=mapping)["State"] == "Deleting"
    desk.advance(1)
    with refusal("ResourceNotFoundException", "The resource you requested does not exist."):
        desk.aws.get_event_source_mapping(UUID=mapping)


def test_a_mapping_that_is_made_disabled_takes_nothing_until_it_is_enabled(desk: Desk) -> None:
    desk.functions.create("printer", PRINTS)
    queue = desk.create("orders")
    mapping = desk.map(queue, "printer", Enabled=False)
    assert desk.state(mapping) == "Disabled"
    desk.send(queue, "early")
    desk.advance(60)
    assert (desk.printed("batch", "printer"), desk.left(queue)) == ([], 1)
    desk.aws.update_event_source_mapping(UUID=mapping, Enabled=True)
    desk.advance(1)
    assert (desk.printed("batch", "printer"), desk.left(queue)) == ([["early"]], 0)


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_a_mapping_that_has_ended_leaves_the_messages_in_the_queue(desk: Desk, end: str) -> None:
    desk.functions.create("printer", PRINTS)
    queue = desk.create("orders")
    mapping = desk.map(queue, "printer")
    if end == "disable":
        desk.aws.update_event_source_mapping(UUID=mapping, Enabled=False)
    else:
        desk.aws.delete_event_source_mapping(UUID=mapping)
    desk.send(queue, "late")
    desk.advance(60)
    assert (desk.printed("batch", "printer"), desk.left(queue)) == ([], 1)


def test_an_update_changes_what_it_names_and_nothing_else(desk: Desk) -> None:
    desk.functions.create("other", NOTHING)
    mapping = desk.map(desk.create("orders"), BatchSize=3, FunctionResponseTypes=["ReportBatchItemFailures"])
    before = desk.aws.get_event_source_mapping(UUID=mapping)
    given = {"FunctionName": "other", "BatchSize": 50, "MaximumBatchingWindowInSeconds": 7}
    changed = desk.aws.update_event_source_mapping(
        UUID=mapping, **given, ScalingConfig={"MaximumConcurrency": 4}, **pattern({"body": ["a"]})
    )
    assert changed["State"] == "Updating"
    desk.advance(1)
    after = desk.aws.get_event_source_mapping(UUID=mapping)
    for answer in (before, after):
        del answer["ResponseMetadata"]
    assert after.pop("LastModified") >= before.pop("LastModified")
    assert after == {
        **before,
        "FunctionArn": before["FunctionArn"].replace("worker", "other"),
        "BatchSize": 50,
        "MaximumBatchingWindowInSeconds": 7,
        "ScalingConfig": {"MaximumConcurrency": 4},
        **pattern({"body": ["a"]}),
    }


def test_an_update_that_is_refused_changes_nothing(desk: Desk) -> None:
    mapping = desk.map(desk.create("orders"), BatchSize=3)
    with refusal(INVALID, "Maximum batch window in seconds must be greater than 0"):
        desk.aws.update_event_source_mapping(UUID=mapping, BatchSize=11)
    seen = desk.aws.get_event_source_mapping(UUID=mapping)
    assert (seen["BatchSize"], seen["State"]) == (3, "Enabled")


def test_filters_and_the_limit_of_concurrency_can_be_taken_away(desk: Desk) -> None:
    mapping = desk.map(desk.create("orders"), ScalingConfig={"MaximumConcurrency": 4}, **pattern({"body": ["a"]}))
    desk.aws.update_event_source_mapping(UUID=mapping, FilterCriteria={"Filters": []}, ScalingConfig={})
    seen = desk.aws.get_event_source_mapping(UUID=mapping)
    assert "ScalingConfig" not in seen
    assert not seen.get("FilterCriteria", {}).get("Filters")


def test_mappings_are_listed_by_queue_by_function_and_page_by_page(desk: Desk) -> None:
    desk.functions.create("other", NOTHING)
    first, second = (desk.create(name) for name in ("first", "second"))
    pairs = [(first, "worker"), (first, "other"), (second, "worker")]
    ids = [desk.map(queue, function) for queue, function in pairs]

    def listed(**asked: Any) -> list[str]:
        return [one["UUID"] for one in desk.aws.list_event_source_mappings(**asked)["EventSourceMappings"]]

    assert listed() == ids
    assert listed(EventSourceArn=desk.arn(first)) == ids[:2]
    assert listed(FunctionName="worker") == [ids[0], ids[2]]
    assert listed(FunctionName=f"arn:aws:lambda:us-east-1:{desk.account}:function:other") == [ids[1]]
    assert listed(EventSourceArn=desk.arn(second), FunctionName="other") == []
    pages = list(desk.aws.get_paginator("list_event_source_mappings").paginate(PaginationConfig={"PageSize": 2}))
    assert [[one["UUID"] for one in page["EventSourceMappings"]] for page in pages] == [ids[:2], ids[2:]]


def test_a_mapping_belongs_to_its_account(desk: Desk, cloud: CloudProcess) -> None:
    mapping = desk.map(desk.create("orders"))
    stranger = cloud.client("lambda", "999999999999")
    assert stranger.list_event_source_mappings()["EventSourceMappings"] == []
    with refusal("ResourceNotFoundException", "The resource you requested does not exist."):
        stranger.delete_event_source_mapping(UUID=mapping)


def test_a_second_mapping_of_the_same_queue_and_function_is_refused(desk: Desk) -> None:
    queue = desk.create("orders")
    mapping = desk.map(queue)
    with refusal(
        "ResourceConflictException",
        rf'The event source arn \(" {desk.arn(queue)} "\) and function \(" worker "\) provided mapping already exists. '
        f"Please update or delete the existing mapping with UUID {mapping}",
    ):
        desk.map(queue)
    desk.aws.delete_event_source_mapping(UUID=mapping)
    desk.advance(1)
    assert desk.map(queue) != mapping


def test_a_mapping_may_call_a_version_or_an_alias(desk: Desk) -> None:
    desk.aws.publish_version(FunctionName="worker")
    desk.aws.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    mapping = desk.map(desk.create("orders"), "worker:live")
    assert desk.aws.get_event_source_mapping(UUID=mapping)["FunctionArn"].endswith(":function:worker:live")
    with refusal("ResourceNotFoundException", "Function not found: .*:worker:staging"):
        desk.map(desk.create("others"), "worker:staging")


def test_an_unknown_mapping_cannot_be_changed_or_deleted(desk: Desk) -> None:
    unknown = str(uuid.uuid4())
    for call in (desk.aws.update_event_source_mapping, desk.aws.delete_event_source_mapping):
        with refusal("ResourceNotFoundException", "The resource you requested does not exist."):
            call(UUID=unknown)


def test_a_mapping_needs_a_queue_that_exists(desk: Desk) -> None:
    with refusal(
        INVALID,
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist.",
    ):
        desk.map("nowhere")


def test_a_mapping_needs_a_function_that_exists(desk: Desk) -> None:
    with refusal("ResourceNotFoundException", f"Function not found: arn:aws:lambda:.*:{desk.account}:function:nobody"):
        desk.map(desk.create("orders"), "nobody")


def test_a_queue_has_to_hide_messages_for_as_long_as_the_function_may_run(desk: Desk) -> None:
    desk.functions.create("slow", NOTHING, Timeout=31)
    queue = desk.create("orders", VisibilityTimeout="30")
    with refusal(INVALID, "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"):
        desk.map(queue, "slow")
    desk.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "31"})
    assert desk.state(desk.map(queue, "slow")) == "Enabled"


TOO_MANY = {"FilterCriteria": {"Filters": [{"Pattern": '{"body": ["a"]}'}] * 11}}


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"BatchSize": 0}, VALIDATION, "Value '0' at 'batchSize' failed .* greater than or equal to 1"),
        ({"BatchSize": 10_001}, VALIDATION, "Value '10001' at 'batchSize' failed .* less than or equal to 10000"),
        (
            {"BatchSize": 11},
            INVALID,
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        ),
        ({"MaximumBatchingWindowInSeconds": 301}, VALIDATION, "less than or equal to 300"),
        ({"MaximumBatchingWindowInSeconds": -1}, VALIDATION, "greater than or equal to 0"),
        ({"ScalingConfig": {"MaximumConcurrency": 1}}, VALIDATION, "greater than or equal to 2"),
        ({"ScalingConfig": {"MaximumConcurrency": 1_001}}, VALIDATION, "less than or equal to 1000"),
        ({"FunctionResponseTypes": ["All"]}, VALIDATION, "enum value set: .ReportBatchItemFailures"),
        ({"StartingPosition": "LATEST"}, INVALID, "StartingPosition is a parameter of streams"),
        ({"BisectBatchOnFunctionError": True}, INVALID, "BisectBatchOnFunctionError is a parameter of streams"),
        ({"MaximumRetryAttempts": 0}, INVALID, "MaximumRetryAttempts is a parameter of streams"),
        ({"ProvisionedPollerConfig": {"MinimumPollers": 2}}, INVALID, "does not do provisioned pollers"),
        (TOO_MANY, INVALID, "11 filters: an event source takes up to 10"),
    ],
)
def test_what_a_queue_cannot_do_is_refused(desk: Desk, settings: dict[str, Any], code: str, words: str) -> None:
    queue = desk.create("orders")
    desk.aws = boto3.client(
        "lambda",
        endpoint_url=desk.cloud.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=desk.account,
        aws_secret_access_key="test",
        config=Config(parameter_validation=False),
    )
    with refusal(code, words):
        desk.map(queue, **settings)
    assert desk.aws.list_event_source_mappings()["EventSourceMappings"] == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BatchSize": 11}, "Batch size for FIFO queues is 1 to 10 messages"),
        ({"MaximumBatchingWindowInSeconds": 1}, "Batching window is not supported for FIFO queues"),
    ],
)
def test_a_fifo_queue_takes_small_batches_at_once(desk: Desk, settings: dict[str, Any], words: str) -> None:
    queue = desk.create("orders.fifo")
    with refusal(INVALID, words):
        desk.map(queue, **settings)


@pytest.mark.parametrize(
    "written",
    [
        "no json",
        "",
        "[]",
        '"body"',
        {"body": "a"},
        {"body": {"size": 3}},
        {"body": {"size": [{"larger": 3}]}},
        {"body": {"size": [{"numeric": ["<", "3"]}]}},
        {"body": []},
    ],
)
def test_a_pattern_that_is_none_is_refused(desk: Desk, written: Any) -> None:
    queue = desk.create("orders")
    with refusal(INVALID, "Invalid filter pattern definition."):
        desk.map(queue, **pattern(written))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("arn:aws:kinesis:us-east-1:{account}:stream/clicks", "does not do event sources of the service kinesis"),
        ("arn:aws:sqs:eu-west-1:{account}:orders", "is not in this Region"),
        ("arn:aws:sqs:us-east-1:123456789012:orders", "does not do queues of other accounts as event sources"),
    ],
)
def test_a_source_out_of_reach_is_refused_by_name(desk: Desk, source: str, words: str) -> None:
    desk.create("orders")
    with pytest.raises(ClientError, match=words):
        desk.aws.create_event_source_mapping(
            EventSourceArn=source.replace("{account}", desk.account), FunctionName="worker"
        )


def test_the_mapping_of_a_deleted_function_stays_and_the_messages_too(desk: Desk) -> None:
    queue = desk.create("orders")
    mapping = desk.map(queue)
    desk.aws.delete_function(FunctionName="worker")
    desk.send(queue, "order")
    desk.advance(60)
    assert (desk.left(queue), desk.state(mapping)) == (1, "Enabled")


def test_an_emptied_account_has_no_mappings(desk: Desk) -> None:
    mapping = desk.map(desk.create("orders"))
    desk.reset()
    assert desk.aws.list_event_source_mappings()["EventSourceMappings"] == []
    with refusal("ResourceNotFoundException", "The resource you requested does not exist."):
        desk.aws.get_event_source_mapping(UUID=mapping)
