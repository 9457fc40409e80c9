"""Groups, sampling rules, tags, and what is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_xray_sdk.core.utils.search_pattern import wildcard_match
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.traces import api, shapes
from helpers.localcloud.observe.traces.rules import RULES, Request, Rules, matches
from helpers.localcloud.observe.traces.sampling import Sampler
from tests.conftest import CloudProcess
from tests.localcloud.observe.metric_help import Metrics
from tests.localcloud.observe.trace_help import Traces

RULE: dict[str, Any] = {
    "RuleName": "history",
    "ResourceARN": "*",
    "Priority": 100,
    "FixedRate": 1.0,
    "ReservoirSize": 0,
    "ServiceName": "Scorekeep",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "PUT",
    "URLPath": "/history/*",
    "Version": 1,
}


@pytest.fixture
def aws(client: Callable[[str], Any]) -> Any:
    return client("xray")


def refused(call: Callable[..., Any], words: str, code: str = "InvalidRequestException", **asked: Any) -> None:
    with pytest.raises(ClientError, match=words) as wrong:
        call(**asked)
    assert wrong.value.response["Error"]["Code"] == code


def test_groups_are_made_changed_listed_and_dropped(aws: Any, account: str) -> None:
    group = aws.create_group(GroupName="slow", FilterExpression="duration > 1")["Group"]
    assert group["GroupARN"].startswith(f"arn:aws:xray:us-east-1:{account}:group/slow/")
    assert group["InsightsConfiguration"] == {"InsightsEnabled": False, "NotificationsEnabled": False}
    assert [one["GroupName"] for one in aws.get_groups()["Groups"]] == ["Default", "slow"]
    aws.update_group(GroupARN=group["GroupARN"], FilterExpression="duration > 2")
    assert aws.get_group(GroupName="slow")["Group"]["FilterExpression"] == "duration > 2"
    aws.delete_group(GroupName="slow")
    refused(aws.get_group, "Group not found: slow", GroupName="slow")


def test_groups_that_cannot_be(aws: Any) -> None:
    aws.create_group(GroupName="one")
    refused(aws.create_group, "already exists", GroupName="one")
    refused(aws.create_group, "already exists", GroupName="Default")
    refused(aws.create_group, "keyword colour", GroupName="two", FilterExpression="colour = 1")
    refused(aws.delete_group, "Default", GroupName="Default")
    refused(aws.get_group, "Either GroupName or GroupARN")
    insights = {"InsightsEnabled": True}
    code = "NotImplementedException"
    refused(aws.create_group, "Insights", code, GroupName="two", InsightsConfiguration=insights)
    refused(aws.update_group, "Insights", code, GroupName="one", InsightsConfiguration=insights)
    for number in range(24):
        aws.create_group(GroupName=f"group{number}")
    refused(aws.create_group, "at most 25 groups", GroupName="more")


def test_the_default_rule_takes_one_a_second_and_five_per_cent(aws: Any, account: str) -> None:
    (record,) = aws.get_sampling_rules()["SamplingRuleRecords"]
    rule = record["SamplingRule"]
    assert (rule["RuleName"], rule["Priority"], rule["ReservoirSize"], rule["FixedRate"]) == ("Default", 10000, 1, 0.05)
    assert rule["RuleARN"] == f"arn:aws:xray:us-east-1:{account}:sampling-rule/Default"
    aws.update_sampling_rule(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.5, "ReservoirSize": 0})
    assert aws.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]["FixedRate"] == 0.5
    refused(aws.delete_sampling_rule, "Default", RuleName="Default")
    refused(aws.update_sampling_rule, "Default", SamplingRuleUpdate={"RuleName": "Default", "Host": "example.com"})


def test_rules_are_made_changed_ordered_and_dropped(aws: Any) -> None:
    record = aws.create_sampling_rule(SamplingRule=RULE)["SamplingRuleRecord"]
    assert record["SamplingRule"]["Attributes"] == {} and record["CreatedAt"] == record["ModifiedAt"]
    aws.create_sampling_rule(SamplingRule={**RULE, "RuleName": "first", "Priority": 1})
    names = [one["SamplingRule"]["RuleName"] for one in aws.get_sampling_rules()["SamplingRuleRecords"]]
    assert names == ["first", "history", "Default"]
    changed = aws.update_sampling_rule(SamplingRuleUpdate={"RuleName": "history", "Host": "x", "Priority": 2})
    assert changed["SamplingRuleRecord"]["SamplingRule"]["Host"] == "x"
    aws.delete_sampling_rule(RuleARN=record["SamplingRule"]["RuleARN"])
    refused(aws.delete_sampling_rule, "does not exist", RuleName="history")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Priority": 0}, "greater than or equal to 1"),
        ({"Priority": 10_000}, "less than or equal to 9999"),
        ({"FixedRate": 1.5}, "less than or equal to 1"),
        ({"ReservoirSize": -1}, "greater than or equal to 0"),
        ({"Version": 2}, "Version must be 1"),
        ({"RuleName": "r" * 33}, "less than or equal to 32"),
        ({"RuleName": "Default"}, "already exists"),
        ({"Attributes": {f"a{number}": "x" for number in range(6)}}, "less than or equal to 5"),
    ],
)
def test_rules_that_cannot_be(cloud: CloudProcess, account: str, change: dict[str, Any], words: str) -> None:
    unchecked = cloud.client(
        "xray", account, config=Config(parameter_validation=False)
    )  # the SDK would find some first
    refused(unchecked.create_sampling_rule, words, SamplingRule={**RULE, **change})


def test_rules_are_changed_within_the_same_ranges(aws: Any) -> None:
    aws.create_sampling_rule(SamplingRule=RULE)
    for change in ({"Priority": 0}, {"Priority": 10_000}, {"FixedRate": 1.1}, {"ReservoirSize": -1}):
        refused(aws.update_sampling_rule, next(iter(change)), SamplingRuleUpdate={"RuleName": "history", **change})
    refused(aws.update_sampling_rule, "not both", SamplingRuleUpdate={"RuleName": "history", "RuleARN": "x"})


def test_adaptive_sampling_is_refused_by_name(aws: Any) -> None:
    boost = {"MaxRate": 0.5, "CooldownWindowMinutes": 10}
    refused(
        aws.create_sampling_rule,
        "adaptive sampling",
        "NotImplementedException",
        SamplingRule={**RULE, "SamplingRateBoost": boost},
    )


def test_an_sdk_gets_its_share_of_a_reservoir_and_its_counts_are_kept(aws: Any) -> None:
    aws.create_sampling_rule(SamplingRule={**RULE, "ReservoirSize": 10, "FixedRate": 0.1})

    def report(client: str, rule: str = "history") -> dict[str, Any]:
        counts = {"RequestCount": 110, "SampledCount": 20, "BorrowCount": 10}
        return aws.get_sampling_targets(  # type: ignore[no-any-return]
            SamplingStatisticsDocuments=[{"RuleName": rule, "ClientID": client * 24, "Timestamp": 0, **counts}]
        )

    (target,) = report("A")["SamplingTargetDocuments"]
    assert (target["FixedRate"], target["ReservoirQuota"], target["Interval"]) == (0.1, 10, 10)
    assert report("B")["SamplingTargetDocuments"][0]["ReservoirQuota"] == 5
    assert report("A", "nobody")["UnprocessedStatistics"][0]["RuleName"] == "nobody"
    summaries = aws.get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
    assert sum(one["RequestCount"] for one in summaries) == 220
    assert sum(one["BorrowCount"] for one in summaries) == 20


def test_tags_of_groups_and_rules(aws: Any) -> None:
    group = aws.create_group(GroupName="g", Tags=[{"Key": "team", "Value": "a"}])["Group"]["GroupARN"]
    rule = aws.create_sampling_rule(SamplingRule=RULE)["SamplingRuleRecord"]["SamplingRule"]["RuleARN"]
    for arn in (group, rule):
        aws.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "prod"}])
        assert {"Key": "stage", "Value": "prod"} in aws.list_tags_for_resource(ResourceARN=arn)["Tags"]
        aws.untag_resource(ResourceARN=arn, TagKeys=["stage"])
    assert aws.list_tags_for_resource(ResourceARN=group)["Tags"] == [{"Key": "team", "Value": "a"}]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    refused(aws.tag_resource, "at most 50", "TooManyTagsException", ResourceARN=rule, Tags=many)
    refused(aws.tag_resource, "reserved", ResourceARN=rule, Tags=[{"Key": "aws:x", "Value": ""}])
    refused(aws.list_tags_for_resource, "not found", "ResourceNotFoundException", ResourceARN="arn:x")


def test_what_is_not_here_is_refused_by_name(aws: Any) -> None:
    code = "NotImplementedException"
    window = {"StartTime": 0, "EndTime": 1}
    insight = "12345678-1234-1234-8234-123456789012"
    refused(aws.get_insight, "Insights", code, InsightId=insight)
    refused(aws.get_insight_events, "Insights", code, InsightId=insight)
    refused(aws.get_insight_summaries, "Insights", code, **window)
    refused(aws.get_insight_impact_graph, "Insights", code, InsightId=insight, **window)
    refused(aws.get_indexing_rules, "Transaction Search", code)
    refused(aws.start_trace_retrieval, "Transaction Search", code, TraceIds=[], **window)
    refused(aws.put_resource_policy, "resource policies", code, PolicyName="p", PolicyDocument="{}")
    refused(aws.update_trace_segment_destination, "Transaction Search", code, Destination="CloudWatchLogs")
    assert aws.get_trace_segment_destination()["Destination"] == "XRay"
    assert aws.update_trace_segment_destination(Destination="XRay")["Status"] == "ACTIVE"
    assert aws.get_encryption_config()["EncryptionConfig"] == {"Status": "ACTIVE", "Type": "NONE"}
    refused(aws.put_encryption_config, "KMS", code, Type="KMS", KeyId="alias/mine")


def test_every_operation_of_the_sdk_is_answered(aws: Any) -> None:
    assert set(api.PATHS) == set(shapes.operations())
    for path in api.PATHS:
        status, _, body = api.answer("1" * 12, "us-east-1", path, b'{"Nothing": 1}')
        assert status in (400, 501) and "Message" in body


def asked(**given: str) -> Request:
    return Request(**{"service_name": "shop", "service_type": "", "host": "h", "method": "GET", "path": "/", **given})


def sampler(**rule: Any) -> Sampler:
    account = "".join(str(rule.get(key, "")) for key in sorted(rule)) or "default"
    RULES.forget(account)
    if rule:
        RULES.of(account, "us-east-1").create({**RULE, "RuleName": "mine", "Priority": 1, **rule}, {}, 0.0)
    return Sampler(account, "us-east-1")


def test_the_default_takes_the_first_of_each_second_and_five_per_cent_of_the_others() -> None:
    one = sampler()
    decisions = [one.decide(asked(), 1000.0 + number / 100) for number in range(10_000)]
    assert all(decisions[::100])
    others = sum(decisions) - 100
    assert 400 < others < 600
    again = Sampler("default", "us-east-1")
    assert [again.decide(asked(), 1000.0 + number / 100) for number in range(10_000)] == decisions


def test_a_rule_with_rate_one_traces_all_that_it_is_for() -> None:
    one = sampler(ServiceName="shop", HTTPMethod="*", URLPath="/api/*", FixedRate=1.0)
    assert all(one.decide(asked(path="/api/x"), 5.0) for _ in range(1000))
    assert sum(one.decide(asked(path="/other"), 5.0) for _ in range(1000)) < 120


def test_a_rule_with_rate_and_reservoir_zero_traces_nothing() -> None:
    one = sampler(ServiceName="*", HTTPMethod="*", URLPath="*", FixedRate=0.0)
    assert not any(one.decide(asked(), 5.0 + second) for second in range(1000))


def test_a_reservoir_is_filled_anew_each_second() -> None:
    one = sampler(ServiceName="*", HTTPMethod="*", URLPath="*", FixedRate=0.0, ReservoirSize=3)
    assert [sum(one.decide(asked(), second) for _ in range(50)) for second in (7.0, 8.5, 9.9)] == [3, 3, 3]


def test_a_rule_for_a_resource_or_attributes_is_not_for_requests_that_do_not_name_them() -> None:
    rules = Rules("1" * 12, "us-east-1")
    patterns = {"ServiceName": "*", "HTTPMethod": "*", "URLPath": "*"}
    rules.create({**RULE, **patterns, "RuleName": "arn", "ResourceARN": "arn:aws:apigateway:*"}, {}, 0.0)
    rules.create({**RULE, **patterns, "RuleName": "header", "Attributes": {"debug": "y*"}}, {}, 0.0)
    assert rules.for_request(asked()).name == "Default"
    assert rules.for_request(asked(resource_arn="arn:aws:apigateway:us-east-1::/x")).name == "arn"
    known = Request("shop", "", "h", "GET", "/", attributes={"debug": "yes"})
    assert rules.for_request(known).name == "header"


@given(st.text("ab*?", max_size=12), st.text("abAB", max_size=12))
def test_patterns_match_as_the_sdk_matches_them(pattern: str, text: str) -> None:
    assert matches(pattern, text) == wildcard_match(pattern, text)


def test_patterns_of_many_stars_take_no_time() -> None:
    assert not matches("*a" * 60 + "b", "a" * 8000)


def test_cloudwatch_is_told_how_many_traces_each_group_found_in_a_minute(traces: Traces, metrics: Metrics) -> None:
    traces.keep(traces.segment(fault=True))
    traces.aws.create_group(GroupName="faults", FilterExpression="fault")
    for fault in (True, True, False):
        traces.keep(traces.segment(fault=fault))
    metrics.cloud.advance(120)
    points = metrics.aws.get_metric_statistics(
        Namespace="AWS/X-Ray",
        MetricName="ApproximateTraceCount",
        Dimensions=[{"Name": "GroupName", "Value": "faults"}],
        StartTime=traces.now - 600,
        EndTime=traces.now + 600,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) == 2.0, "the first came before the group"
