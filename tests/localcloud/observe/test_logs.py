"""CloudWatch Logs over its API: groups, streams, events, retention, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess

GROUP, STREAM = "/loja/pedidos", "web-1"
HOUR = 3_600_000
DAY = 24 * HOUR


class Logs:
    """The client of a test's account, and the cloud's own time in ms."""

    def __init__(self, cloud: CloudProcess, account: str) -> None:
        unchecked = Config(parameter_validation=False, inject_host_prefix=False)
        self.aws: Any = cloud.client("logs", account, config=unchecked)
        self.cloud, self.account = cloud, account
        self.aws.create_log_group(logGroupName=GROUP)
        self.aws.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)

    def control(self, path: str, body: Any = None) -> Any:
        """A call to the server's control routes as this account."""
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={self.account}/x"}
        url = f"{self.cloud.endpoint_url}/_localcloud/{path}"
        answer = requests.post(url, json=body, headers=headers) if body else requests.get(url, headers=headers)
        return answer.json()

    @property
    def now(self) -> int:
        return int((time.time() + self.control("clock")["offset_seconds"]) * 1000)

    def put(self, *events: tuple[int, str], stream: str = STREAM) -> Any:
        given = [{"timestamp": timestamp, "message": message} for timestamp, message in events]
        return self.aws.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=given)

    def messages(self, **options: Any) -> list[str]:
        found = self.aws.get_log_events(logGroupName=GROUP, logStreamName=STREAM, **{"startFromHead": True, **options})
        return [event["message"] for event in found["events"]]

    def found(self, **options: Any) -> list[str]:
        events: list[Any] = []
        for page in self.aws.get_paginator("filter_log_events").paginate(logGroupName=GROUP, **options):
            events += page["events"]
        return [event["message"] for event in events]

    def refusal(self, operation: str, **parameters: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as refused:
            getattr(self.aws, operation)(**parameters)
        return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


@pytest.fixture
def logs(cloud: CloudProcess, account: str) -> Logs:
    return Logs(cloud, account)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("a b", r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"),
        ("a" * 513, "Member must have length less than or equal to 512"),
    ],
)
def test_a_group_has_a_name_as_aws_allows_it(logs: Logs, name: str, rule: str) -> None:
    code, message = logs.refusal("create_log_group", logGroupName=name)
    assert code == "InvalidParameterException"
    assert (
        message == f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: {rule}"
    )


def test_every_rule_that_is_broken_is_named(logs: Logs) -> None:
    _, message = logs.refusal("describe_log_streams", logGroupName="?", limit=51, orderBy="Size")
    assert message.startswith("3 validation errors detected: ")
    assert (
        "'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]"
        in message
    )
    assert (
        "Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50" in message
    )


def test_a_missing_name_is_no_name(logs: Logs) -> None:
    _, message = logs.refusal("create_log_group")
    assert message.endswith("Value null at 'logGroupName' failed to satisfy constraint: Member must not be null")


def test_a_parameter_of_another_type_is_not_read(logs: Logs) -> None:
    assert logs.refusal("create_log_group", logGroupName=7)[0] == "SerializationException"


def test_names_of_groups_and_streams_are_taken_once(logs: Logs) -> None:
    exists = "ResourceAlreadyExistsException"
    assert logs.refusal("create_log_group", logGroupName=GROUP) == (exists, "The specified log group already exists")
    again = logs.refusal("create_log_stream", logGroupName=GROUP, logStreamName=STREAM)
    assert again == (exists, "The specified log stream already exists")


def test_aws_is_a_reserved_beginning_of_names(logs: Logs) -> None:
    code, message = logs.refusal("create_log_group", logGroupName="aws/mine")
    assert (code, message) == ("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.")


@pytest.mark.parametrize(
    ("parameters", "word"),
    [({"kmsKeyId": "arn:aws:kms:us-east-1:1:key/a"}, "kmsKeyId"), ({"logGroupClass": "DELIVERY"}, "DELIVERY"),
     ({"logGroupClass": "ESSENTIALS"}, "ESSENTIALS")],
)  # fmt: skip
def test_what_a_group_cannot_have_here_is_refused_by_name(logs: Logs, parameters: dict[str, str], word: str) -> None:
    code, message = logs.refusal("create_log_group", logGroupName="other", **parameters)
    assert code == "InvalidParameterException" and word in message


@pytest.mark.parametrize(
    ("operation", "feature"),
    [
        ("create_export_task", "export tasks"),
        ("associate_kms_key", "KMS"),
        ("put_destination", "destinations"),
        ("put_delivery_source", "deliveries"),
        ("start_live_tail", "Live Tail"),
        ("put_data_protection_policy", "data protection"),
        ("put_account_policy", "account policies"),
        ("create_log_anomaly_detector", "anomaly detectors"),
        ("put_index_policy", "field indexes"),
        ("put_transformer", "transformers"),
        ("put_storage_tier_policy", "storage tiers"),
    ],
)
def test_features_that_the_local_cloud_lacks_are_refused_by_name(logs: Logs, operation: str, feature: str) -> None:
    code, message = logs.refusal(operation)
    assert code == "InvalidOperationException" and feature in message


def test_a_group_is_described_with_class_retention_and_size(logs: Logs) -> None:
    logs.aws.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    logs.put((logs.now, "olá"))
    [group] = logs.aws.describe_log_groups()["logGroups"]
    assert group["arn"] == f"arn:aws:logs:us-east-1:{logs.account}:log-group:{GROUP}:*"
    assert group["logGroupArn"] == group["arn"].removesuffix(":*")
    assert (group["logGroupClass"], group["retentionInDays"], group["storedBytes"]) == (
        "STANDARD",
        7,
        len("olá".encode()) + 26,
    )
    assert group["metricFilterCount"] == 0 and abs(group["creationTime"] - logs.now) < HOUR


def test_groups_are_found_by_prefix_pattern_class_and_identifier(logs: Logs) -> None:
    logs.aws.create_log_group(logGroupName="/loja/Pagamentos", logGroupClass="INFREQUENT_ACCESS")
    logs.aws.create_log_group(logGroupName="outra")

    def names(**parameters: Any) -> list[str]:
        return [group["logGroupName"] for group in logs.aws.describe_log_groups(**parameters)["logGroups"]]

    assert names() == ["/loja/Pagamentos", GROUP, "outra"]
    assert names(logGroupNamePrefix="/loja/p") == [GROUP]
    assert names(logGroupNamePattern="Paga") == ["/loja/Pagamentos"]
    assert names(logGroupClass="INFREQUENT_ACCESS") == ["/loja/Pagamentos"]
    assert names(logGroupIdentifiers=["outra"]) == ["outra"]
    _, message = logs.refusal("describe_log_groups", logGroupNamePrefix="a", logGroupNamePattern="b")
    assert "mutually exclusive" in message
    listed = logs.aws.list_log_groups(logGroupNamePattern="^/loja")["logGroups"]
    assert [one["logGroupName"] for one in listed] == ["/loja/Pagamentos", GROUP]


def test_groups_come_in_pages_even_when_one_goes_meanwhile(logs: Logs) -> None:
    for number in range(5):
        logs.aws.create_log_group(logGroupName=f"g{number}")
    first = logs.aws.describe_log_groups(logGroupNamePrefix="g", limit=2)
    logs.aws.delete_log_group(logGroupName="g0")
    second = logs.aws.describe_log_groups(logGroupNamePrefix="g", limit=2, nextToken=first["nextToken"])
    third = logs.aws.describe_log_groups(logGroupNamePrefix="g", limit=2, nextToken=second["nextToken"])
    names = [[group["logGroupName"] for group in page["logGroups"]] for page in (first, second, third)]
    assert names == [["g0", "g1"], ["g2", "g3"], ["g4"]] and "nextToken" not in third
    assert logs.refusal("describe_log_groups", nextToken="!")[1] == "The specified nextToken is invalid."


def test_deletion_protection_holds_until_it_is_taken_off(logs: Logs) -> None:
    logs.aws.create_log_group(logGroupName="safe", deletionProtectionEnabled=True)
    assert logs.refusal("delete_log_group", logGroupName="safe")[0] == "ValidationException"
    logs.aws.put_log_group_deletion_protection(logGroupIdentifier="safe", deletionProtectionEnabled=False)
    logs.aws.delete_log_group(logGroupName="safe")


def test_a_deleted_group_takes_its_events_and_tags_along(logs: Logs) -> None:
    logs.put((logs.now, "old"))
    logs.aws.tag_log_group(logGroupName=GROUP, tags={"team": "a"})
    logs.aws.delete_log_group(logGroupName=GROUP)
    missing = "ResourceNotFoundException", "The specified log group does not exist."
    assert logs.refusal("get_log_events", logGroupName=GROUP, logStreamName=STREAM) == missing
    logs.aws.create_log_group(logGroupName=GROUP)
    logs.aws.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    assert logs.messages() == [] and logs.aws.list_tags_log_group(logGroupName=GROUP)["tags"] == {}


def test_tags_are_kept_by_name_and_by_arn(logs: Logs) -> None:
    arn = f"arn:aws:logs:us-east-1:{logs.account}:log-group:{GROUP}"
    logs.aws.tag_resource(resourceArn=arn, tags={"team": "a", "cost": "b"})
    logs.aws.untag_log_group(logGroupName=GROUP, tags=["cost"])
    assert logs.aws.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "a"}
    logs.aws.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.aws.list_tags_log_group(logGroupName=GROUP)["tags"] == {}
    assert logs.refusal("tag_resource", resourceArn=arn + "x", tags={"a": "b"})[0] == "ResourceNotFoundException"
    assert logs.refusal("tag_resource", resourceArn=arn, tags={"aws:a": "b"})[0] == "InvalidParameterException"
    logs.aws.tag_resource(resourceArn=arn, tags={f"k{number}": "" for number in range(50)})
    assert logs.refusal("tag_resource", resourceArn=arn, tags={"more": ""})[0] == "TooManyTagsException"


def test_streams_are_listed_by_name_or_by_their_last_event(logs: Logs) -> None:
    now = logs.now
    for name, moment in (("a", now - 3), ("b", now - 1), ("c", now - 2)):
        logs.aws.create_log_stream(logGroupName=GROUP, logStreamName=name)
        logs.put((moment, "x"), stream=name)

    def names(**parameters: Any) -> list[str]:
        streams = logs.aws.describe_log_streams(logGroupName=GROUP, **parameters)["logStreams"]
        return [stream["logStreamName"] for stream in streams]

    assert names() == ["a", "b", "c", STREAM]
    assert names(descending=True, limit=2) == [STREAM, "c"]
    assert names(orderBy="LastEventTime", descending=True) == ["b", "c", "a", STREAM]
    assert names(logStreamNamePrefix="w") == [STREAM]
    refused = logs.refusal("describe_log_streams", logGroupName=GROUP, orderBy="LastEventTime", logStreamNamePrefix="w")
    assert refused[1] == "Cannot order by LastEventTime with a logStreamNamePrefix."
    [stream] = logs.aws.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="b")["logStreams"]
    assert stream["firstEventTimestamp"] == stream["lastEventTimestamp"] == now - 1
    assert stream["storedBytes"] == 0 and abs(stream["lastIngestionTime"] - now) < HOUR
    [empty] = logs.aws.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="web")["logStreams"]
    assert "lastEventTimestamp" not in empty


def test_events_come_back_in_the_order_of_their_timestamps(logs: Logs) -> None:
    now = logs.now
    logs.put((now - 10, "second"), (now, "last"))
    logs.put((now - 20, "first"), (now - 5, "third"))
    assert logs.messages() == ["first", "second", "third", "last"]
    assert logs.messages(startTime=now - 10, endTime=now) == ["second", "third"]
    assert logs.messages(startFromHead=False, limit=2) == ["third", "last"]
    assert logs.found(startTime=now - 10, endTime=now) == ["second", "third", "last"]


def test_pages_lead_forward_and_back_and_the_tokens_are_always_there(logs: Logs) -> None:
    now = logs.now
    logs.put(*((now + number, str(number)) for number in range(7)))

    def page(**parameters: Any) -> tuple[list[str], str, str]:
        got = logs.aws.get_log_events(logGroupName=GROUP, logStreamName=STREAM, limit=3, **parameters)
        return [event["message"] for event in got["events"]], got["nextForwardToken"], got["nextBackwardToken"]

    first, forward, _ = page(startFromHead=True)
    second, forward, backward = page(nextToken=forward, startFromHead=True)
    third, forward, _ = page(nextToken=forward, startFromHead=True)
    assert (first, second, third) == (["0", "1", "2"], ["3", "4", "5"], ["6"])
    assert page(nextToken=forward, startFromHead=True)[:2] == ([], forward)
    assert page(nextToken=backward)[0] == ["0", "1", "2"]
    logs.put((now + 7, "7"))
    assert page(nextToken=forward, startFromHead=True)[0] == ["7"]
    latest, _, backward = page()
    assert latest == ["5", "6", "7"] and page(nextToken=backward)[0] == ["2", "3", "4"]
    assert logs.refusal("get_log_events", logGroupName=GROUP, logStreamName=STREAM, nextToken="x")[1] == (
        "The specified nextToken is invalid."
    )


def test_an_empty_stream_has_tokens_too(logs: Logs) -> None:
    got = logs.aws.get_log_events(logGroupName=GROUP, logStreamName=STREAM)
    assert (
        got["events"] == [] and got["nextForwardToken"].startswith("f/") and got["nextBackwardToken"].startswith("b/")
    )


def test_a_page_has_at_most_a_megabyte(logs: Logs) -> None:
    now = logs.now
    for number in range(3):
        logs.put((now + number, "x" * 500_000))
    assert len(logs.messages()) == 2
    assert len(logs.found()) == 3


def test_a_group_is_named_by_name_or_by_arn_but_not_by_both(logs: Logs) -> None:
    logs.put((logs.now, "x"))
    arn = f"arn:aws:logs:us-east-1:{logs.account}:log-group:{GROUP}"
    got = logs.aws.get_log_events(logGroupIdentifier=arn, logStreamName=STREAM)
    assert [event["message"] for event in got["events"]] == ["x"]
    both = {"logGroupName": GROUP, "logGroupIdentifier": arn}
    assert logs.refusal("filter_log_events", **both)[0] == "InvalidParameterException"
    assert logs.refusal("filter_log_events")[0] == "InvalidParameterException"
    foreign = arn.replace(logs.account, "111111111111")
    assert "cross-account" in logs.refusal("filter_log_events", logGroupIdentifier=foreign)[1]


def test_filtering_searches_streams_by_name_prefix_and_pattern(logs: Logs) -> None:
    now = logs.now
    for name in ("a1", "a2", "b1"):
        logs.aws.create_log_stream(logGroupName=GROUP, logStreamName=name)
        logs.put((now, f"INFO {name}"), (now + 1, f"ERROR {name}"), stream=name)
    assert sorted(logs.found(filterPattern="ERROR")) == ["ERROR a1", "ERROR a2", "ERROR b1"]
    assert sorted(logs.found(logStreamNamePrefix="a", filterPattern="INFO")) == ["INFO a1", "INFO a2"]
    assert logs.found(logStreamNames=["b1"]) == ["INFO b1", "ERROR b1"]
    assert logs.found(logStreamNames=["b1"], startFromHead=False) == ["ERROR b1", "INFO b1"]
    both = {"logStreamNames": ["a1"], "logStreamNamePrefix": "a"}
    assert logs.refusal("filter_log_events", logGroupName=GROUP, **both)[0] == "InvalidParameterException"
    assert logs.refusal("filter_log_events", logGroupName=GROUP, logStreamNames=["no"])[1] == (
        "The specified log stream does not exist."
    )
    got = logs.aws.filter_log_events(logGroupName=GROUP, interleaved=True)
    assert got["searchedLogStreams"] == [] and len({event["eventId"] for event in got["events"]}) == 6
    assert all(len(event["eventId"]) == 56 for event in got["events"])


def test_filtering_reads_json_and_goes_on_page_by_page(logs: Logs) -> None:
    now = logs.now
    logs.put(*((now + number, f'{{"latency": {number}}}') for number in range(50)))
    pages = logs.aws.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, filterPattern="{ $.latency >= 40 }", PaginationConfig={"PageSize": 3}
    )
    sizes = [len(page["events"]) for page in pages]
    assert sum(sizes) == 10 and max(sizes) == 3


def test_a_batch_is_checked_as_a_whole(logs: Logs) -> None:
    now = logs.now

    def refused(*events: tuple[int, str]) -> str:
        given = [{"timestamp": timestamp, "message": message} for timestamp, message in events]
        code, message = logs.refusal("put_log_events", logGroupName=GROUP, logStreamName=STREAM, logEvents=given)
        assert code == "InvalidParameterException"
        return message

    assert refused((now, "a"), (now - 1, "b")) == (
        "Log events in a single PutLogEvents request must be in chronological order."
    )
    assert refused((now - DAY - 1, "a"), (now, "b")) == (
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
    )
    assert refused((now, "x" * 1_048_551)) == "Log event too large: 1048577 bytes exceeds limit of 1048576"
    assert refused((now, "x" * 600_000), (now, "x" * 600_000)) == (
        "Upload too large: 1200052 bytes exceeds limit of 1048576"
    )
    assert "less than or equal to 10000" in refused(*[(now, "x")] * 10_001)
    assert "greater than or equal to 1" in refused()
    assert "'logEvents.1.member.message'" in refused((now, ""))
    assert logs.messages() == []


def test_events_out_of_time_are_left_out_and_reported(logs: Logs) -> None:
    now = logs.now
    answer = logs.put((now - 15 * DAY, "too old"), (now, "taken"), (now + 3 * HOUR, "too new"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}
    assert "rejectedLogEventsInfo" not in logs.put((now, "also"))
    assert logs.messages() == ["taken", "also"]


def test_events_before_the_retention_are_left_out_and_reported(logs: Logs) -> None:
    logs.aws.put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    now = logs.now
    answer = logs.put((now - 2 * DAY, "expired"), (now, "taken"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}


def test_sequence_tokens_are_ignored_and_entities_refused(logs: Logs) -> None:
    event = [{"timestamp": logs.now, "message": "x"}]
    put = {"logGroupName": GROUP, "logStreamName": STREAM, "logEvents": event}
    assert logs.aws.put_log_events(**put, sequenceToken="wrong")["nextSequenceToken"]
    assert "entity" in logs.refusal("put_log_events", **put, entity={"keyAttributes": {"Type": "Service"}})[1]
    missing = logs.refusal("put_log_events", **{**put, "logStreamName": "no"})
    assert missing == ("ResourceNotFoundException", "The specified log stream does not exist.")


def test_only_the_periods_that_aws_offers_are_a_retention(logs: Logs) -> None:
    code, message = logs.refusal("put_retention_policy", logGroupName=GROUP, retentionInDays=2)
    assert code == "InvalidParameterException"
    assert (
        "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5,"
        in message
    )


def test_events_vanish_when_their_retention_has_passed_on_the_clock(logs: Logs) -> None:
    newer = logs.now
    logs.put((newer - 12 * HOUR, "older"), (newer, "newer"))
    logs.aws.put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    logs.control("clock/advance", {"seconds": 13 * 3600})
    assert logs.messages() == ["newer"] and logs.found() == ["newer"]
    [stream] = logs.aws.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert stream["firstEventTimestamp"] == stream["lastEventTimestamp"] == newer
    assert logs.aws.describe_log_groups()["logGroups"][0]["storedBytes"] == len("newer") + 26
    logs.control("clock/advance", {"seconds": 12 * 3600})
    assert logs.messages() == [] and logs.aws.describe_log_groups()["logGroups"][0]["storedBytes"] == 0
    logs.aws.delete_retention_policy(logGroupName=GROUP)
    assert logs.messages() == []
    assert "retentionInDays" not in logs.aws.describe_log_groups()["logGroups"][0]


def test_a_longer_retention_brings_nothing_back_and_hides_nothing_that_comes_late(logs: Logs) -> None:
    now = logs.now
    logs.put((now - DAY // 2, "older"), (now, "newer"))
    logs.aws.put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    logs.control("clock/advance", {"seconds": 13 * 3600})
    logs.aws.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    logs.put((now - DAY // 2, "late"))
    assert logs.messages() == ["late", "newer"]


def test_infrequent_access_takes_events_and_gives_none_without_a_query(logs: Logs) -> None:
    logs.aws.create_log_group(logGroupName="cheap", logGroupClass="INFREQUENT_ACCESS")
    logs.aws.create_log_stream(logGroupName="cheap", logStreamName="s")
    event = [{"timestamp": logs.now, "message": "x"}]
    logs.aws.put_log_events(logGroupName="cheap", logStreamName="s", logEvents=event)
    for operation, more in (("get_log_events", {"logStreamName": "s"}), ("filter_log_events", {})):
        assert "Infrequent Access" in logs.refusal(operation, logGroupName="cheap", **more)[1]


def test_a_deleted_stream_is_gone_with_its_events(logs: Logs) -> None:
    logs.put((logs.now, "x"))
    logs.aws.delete_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    assert logs.found() == []
    assert logs.refusal("delete_log_stream", logGroupName=GROUP, logStreamName=STREAM)[1] == (
        "The specified log stream does not exist."
    )


def test_accounts_and_resets_keep_events_apart(logs: Logs, client: Callable[[str], Any]) -> None:
    logs.put((logs.now, "x"))
    logs.control("reset", {"now": True})
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_resource_policies_of_the_account_are_kept(logs: Logs) -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'
    logs.aws.put_resource_policy(policyName="p", policyDocument=document)
    [policy] = logs.aws.describe_resource_policies()["resourcePolicies"]
    assert (policy["policyName"], policy["policyDocument"], policy["policyScope"]) == ("p", document, "ACCOUNT")
    assert logs.refusal("put_resource_policy", policyName="p", policyDocument="no")[0] == "InvalidParameterException"
    with_arn = {"policyName": "p", "policyDocument": document, "resourceArn": "arn:aws:logs:us-east-1:1:log-group:a"}
    assert "resourceArn" in logs.refusal("put_resource_policy", **with_arn)[1]
    logs.aws.delete_resource_policy(policyName="p")
    assert logs.aws.describe_resource_policies()["resourcePolicies"] == []
