"""Alarms on the virtual clock: they fire, act, fall back and are remembered as on AWS."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from helpers.cloud.control import call
from tests.conftest import HTTP
from tests.localcloud.conftest import Functions, eventually
from tests.localcloud.observe.alarm_help import METRIC, AlarmDesk

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")


def test_a_new_alarm_has_no_data_and_was_not_checked(desk: AlarmDesk) -> None:
    desk.put(AlarmDescription="too many refusals", Unit="Count", TreatMissingData="notBreaching")
    alarm = desk.alarm()
    times = {
        name: alarm.pop(name)
        for name in ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp")
    }
    assert len(set(times.values())) == 1
    assert alarm == {
        "ActionsEnabled": True,
        "AlarmActions": [desk.topic],
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:refusals",
        "AlarmDescription": "too many refusals",
        "AlarmName": "refusals",
        "ComparisonOperator": "GreaterThanThreshold",
        **METRIC,
        "EvaluationPeriods": 1,
        "InsufficientDataActions": [],
        "OKActions": [desk.topic],
        "Period": 60,
        "StateReason": "Unchecked: Initial alarm creation",
        "StateValue": "INSUFFICIENT_DATA",
        "Statistic": "Sum",
        "Threshold": 0.0,
        "TreatMissingData": "notBreaching",
        "Unit": "Count",
    }


def test_an_alarm_fires_and_falls_back(desk: AlarmDesk) -> None:
    desk.put(TreatMissingData="notBreaching")
    desk.advance(60)
    assert desk.state() == "OK"
    desk.datum(2)
    desk.advance(60)
    alarm = desk.alarm()
    assert alarm["StateValue"] == "ALARM"
    assert re.fullmatch(
        r"Threshold Crossed: 1 datapoint \[2\.0 \(\d\d/\d\d/\d\d \d\d:\d\d:00\)\] was greater than the threshold \(0\.0\)\.",
        alarm["StateReason"],
    )
    data = json.loads(alarm["StateReasonData"])
    assert data["recentDatapoints"] == [2.0]
    assert data["evaluatedDatapoints"][0]["sampleCount"] == 1.0
    desk.advance(240)
    assert desk.alarm()["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."
    )
    assert [message["Message"]["NewStateValue"] for message in desk.messages()] == ["OK", "ALARM", "OK"]


def test_a_notification_is_what_aws_sends(desk: AlarmDesk) -> None:
    desk.put(AlarmDescription="refused", DatapointsToAlarm=1)
    desk.datum(3)
    desk.advance(60)
    envelope = desk.messages()[0]
    message = envelope["Message"]
    assert envelope["Subject"] == 'ALARM: "refusals" in US East (N. Virginia)'
    assert all(STAMP.fullmatch(message.pop(name)) for name in ("AlarmConfigurationUpdatedTimestamp", "StateChangeTime"))
    assert "(minimum 1 datapoint for OK -> ALARM transition)." in message.pop("NewStateReason")
    assert message == {
        "AlarmName": "refusals",
        "AlarmDescription": "refused",
        "AWSAccountId": desk.account,
        "NewStateValue": "ALARM",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:refusals",
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [desk.topic],
        "AlarmActions": [desk.topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Refusals",
            "Namespace": "Loja",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "centre", "name": "Shop"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0.0,
            "TreatMissingData": "",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def test_a_mailbox_gets_a_letter(desk: AlarmDesk) -> None:
    sns = desk.client("sns")
    headers = {"x-localcloud-account": desk.account}

    def letters() -> list[dict[str, Any]]:
        return call(desk.cloud.endpoint_url, "GET", "/_localcloud/outbox", headers=headers)["letters"]  # type: ignore[no-any-return]

    sns.subscribe(TopicArn=desk.topic, Protocol="email", Endpoint="ana@example.com")
    link = re.search(r"http\S+", letters()[0]["text"])
    assert link
    HTTP.get(link[0])
    desk.put(AlarmDescription="refused", TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    newest = letters()[-1]
    assert newest["subject"] == 'ALARM: "refusals" in US East (N. Virginia)'
    for line in (
        'your Amazon CloudWatch Alarm "refusals" in the US East (N. Virginia) region has entered the ALARM state, because "a test"',
        "- State Change: INSUFFICIENT_DATA -> ALARM",
        "- The alarm is in the ALARM state when the metric is GreaterThanThreshold 0.0 for at least 1 of the last 1 period(s) of 60 seconds.",
        "- Dimensions: [Shop = centre]",
        f"- ALARM: [{desk.topic}]",
    ):
        assert line in newest["text"]


def test_actions_run_once_for_each_change(desk: AlarmDesk) -> None:
    desk.put()
    for _ in range(4):
        desk.datum(1)
        desk.advance(60)
    assert [message["Message"]["NewStateValue"] for message in desk.messages()] == ["ALARM"]


def test_silence_ends_in_insufficient_data(desk: AlarmDesk) -> None:
    desk.put(InsufficientDataActions=[desk.topic])
    desk.datum(0)
    desk.advance(60)
    assert desk.state() == "OK"
    desk.advance(300)
    assert desk.alarm()["StateReason"] == "Insufficient Data: 1 datapoint was unknown."
    assert [message["Subject"] for message in desk.messages()][-1].startswith('INSUFFICIENT_DATA: "refusals" in')


def test_the_range_slides_every_minute(desk: AlarmDesk) -> None:
    desk.put(Period=300)
    desk.datum(1)
    desk.advance(60)
    assert desk.state() == "ALARM"


def test_a_high_resolution_alarm_reacts_within_ten_seconds(desk: AlarmDesk) -> None:
    desk.put(Period=10)
    desk.datum(1, StorageResolution=1)
    desk.advance(11)
    assert desk.state() == "ALARM"


@pytest.mark.parametrize("period", [10, 20, 30])
def test_the_range_of_a_high_resolution_alarm_slides_every_ten_seconds(desk: AlarmDesk, period: int) -> None:
    desk.put(Period=period, EvaluationPeriods=2)
    watched = {"Metric": METRIC, "Stat": "Sum", "Period": period}
    nothing = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    queries = [
        {"Id": "filled", "Expression": "FILL(refusals, REPEAT)", "ReturnData": True},
        {"Id": "refusals", "MetricStat": watched, "ReturnData": False},
    ]
    desk.put("by-expression", **nothing, Metrics=queries)
    for value in [0] * 3 + [1] * 6 + [0] * 5:
        desk.datum(value, StorageResolution=1)
        desk.advance(10)
    for name in ("refusals", "by-expression"):
        moves = [item["HistorySummary"] for item in desk.history(name, "StateUpdate")]
        assert moves == [
            "Alarm updated from INSUFFICIENT_DATA to OK",
            "Alarm updated from OK to ALARM",
            "Alarm updated from ALARM to OK",
        ]


def test_a_percentile_can_be_watched(desk: AlarmDesk) -> None:
    desk.put(Statistic=None, ExtendedStatistic="p90", Threshold=9.5)
    now = desk.now()
    for value in range(1, 101):
        desk.datum(value / 10, Timestamp=now)
    desk.advance(60)
    assert desk.state() == "OK"
    for _ in range(30):
        desk.datum(50)
    desk.advance(60)
    assert desk.state() == "ALARM"
    trigger = desk.messages()[-1]["Message"]["Trigger"]
    assert (trigger["StatisticType"], trigger["ExtendedStatistic"]) == ("ExtendedStatistic", "p90")


def rate(name: str) -> dict[str, Any]:
    metric = {**METRIC, "MetricName": name}
    return {"Metric": metric, "Period": 60, "Stat": "Sum"}


def test_an_alarm_on_an_expression(desk: AlarmDesk) -> None:
    desk.put(
        **dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period")),
        Threshold=10.0,
        Metrics=[
            {"Id": "share", "Expression": "100 * bad / all", "Label": "Share", "ReturnData": True},
            {"Id": "bad", "MetricStat": rate("Refusals"), "ReturnData": False},
            {"Id": "all", "MetricStat": rate("Orders"), "ReturnData": False},
        ],
    )
    desk.datum(1)
    desk.datum(5, MetricName="Orders")
    desk.advance(60)
    alarm = desk.alarm()
    assert alarm["StateValue"] == "ALARM"
    assert "[20.0 (" in alarm["StateReason"]
    assert [query["Id"] for query in alarm["Metrics"]] == ["share", "bad", "all"]
    trigger = desk.messages()[0]["Message"]["Trigger"]
    assert trigger["Metrics"][0] == {
        "Expression": "100 * bad / all",
        "Id": "share",
        "Label": "Share",
        "ReturnData": True,
    }
    assert trigger["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"] == [{"value": "centre", "name": "Shop"}]


def test_gaps_of_dynamodb_are_ignored_unless_the_alarm_says_otherwise(desk: AlarmDesk) -> None:
    for name, treatment in (("quiet", None), ("told", "breaching")):
        desk.put(name, Namespace="AWS/DynamoDB", MetricName="ThrottledRequests", TreatMissingData=treatment)
    desk.advance(120)
    assert (desk.state("quiet"), desk.state("told")) == ("INSUFFICIENT_DATA", "ALARM")


def test_an_update_keeps_the_state(desk: AlarmDesk) -> None:
    desk.put()
    desk.set("refusals", "ALARM")
    desk.put(Threshold=5.0)
    alarm = desk.alarm()
    assert (alarm["StateValue"], alarm["Threshold"], alarm["StateReason"]) == ("ALARM", 5.0, "a test")


def test_a_state_that_was_set_lasts_until_the_next_evaluation(desk: AlarmDesk) -> None:
    desk.put(TreatMissingData="notBreaching")
    desk.set("refusals", "ALARM")
    assert desk.state() == "ALARM"
    desk.advance(60)
    assert desk.state() == "OK"
    assert [message["Message"]["NewStateReason"] for message in desk.messages()][0] == "a test"


def test_disabled_actions_do_not_run(desk: AlarmDesk) -> None:
    desk.put(TreatMissingData="ignore")
    desk.aws.disable_alarm_actions(AlarmNames=["refusals"])
    desk.set("refusals", "ALARM")
    assert (desk.messages(), desk.alarm()["ActionsEnabled"]) == ([], False)
    desk.aws.enable_alarm_actions(AlarmNames=["refusals"])
    desk.set("refusals", "OK")
    assert len(desk.messages()) == 1


def test_the_history_tells_everything(desk: AlarmDesk) -> None:
    desk.put()
    desk.datum(1)
    desk.advance(60)
    desk.aws.delete_alarms(AlarmNames=["refusals"])
    items = desk.history()
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == [
        ("ConfigurationUpdate", 'Alarm "refusals" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("Action", f"Successfully executed action {desk.topic}"),
        ("ConfigurationUpdate", 'Alarm "refusals" deleted'),
    ]
    assert items[0]["HistoryData"]["createdAlarm"]["metricName"] == "Refusals"
    old, new = items[1]["HistoryData"]["oldState"], items[1]["HistoryData"]["newState"]
    assert old == {"stateValue": "INSUFFICIENT_DATA", "stateReason": "Unchecked: Initial alarm creation"}
    assert new["stateReasonData"]["recentDatapoints"] == [1.0]
    action = items[2]["HistoryData"]
    assert (action["actionState"], action["notificationResource"]) == ("Succeeded", desk.topic)
    assert json.loads(json.loads(action["publishedMessage"])["default"])["AlarmName"] == "refusals"
    assert [item["HistoryItemType"] for item in desk.history(kind="StateUpdate")] == ["StateUpdate"]


def test_the_history_comes_in_pages_newest_first(desk: AlarmDesk) -> None:
    desk.put(TreatMissingData="ignore", AlarmActions=None, OKActions=None)
    for value in ("OK", "ALARM", "OK"):
        desk.set("refusals", value)
    pages = desk.aws.get_paginator("describe_alarm_history").paginate(
        AlarmName="refusals", HistoryItemType="StateUpdate", PaginationConfig={"PageSize": 2}
    )
    sizes_and_first = [
        (len(page["AlarmHistoryItems"]), page["AlarmHistoryItems"][0]["HistorySummary"]) for page in pages
    ]
    assert sizes_and_first == [(2, "Alarm updated from ALARM to OK"), (1, "Alarm updated from INSUFFICIENT_DATA to OK")]


def test_an_action_that_cannot_be_carried_out_is_in_the_history(desk: AlarmDesk) -> None:
    gone = f"arn:aws:sns:us-east-1:{desk.account}:gone"
    desk.put(AlarmActions=[gone], TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    action = desk.history(kind="Action")[0]
    assert action["HistorySummary"] == f'Failed to execute action {gone}. Received error: "Resource not found"'
    assert action["HistoryData"]["actionState"] == "Failed"


def test_a_function_without_the_alias_that_an_action_names_is_in_the_history(
    desk: AlarmDesk, functions: Functions
) -> None:
    gone = f"{functions.create('watch', 'def handler(event, context): pass')['FunctionArn']}:live"
    desk.put(AlarmActions=[gone])
    desk.set("refusals", "ALARM")
    [action] = desk.history(kind="Action")
    assert action["HistoryData"]["error"] == f"Function not found: {gone}"


def enforce(desk: AlarmDesk) -> None:
    headers = {"x-localcloud-account": desk.account}
    call(desk.cloud.endpoint_url, "POST", "/_localcloud/permissions", {"enforced": True}, headers=headers)


def test_a_topic_with_a_policy_of_its_own_has_to_let_alarms_in(desk: AlarmDesk) -> None:
    enforce(desk)
    desk.put(TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": desk.topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    desk.client("sns").set_topic_attributes(TopicArn=desk.topic, AttributeName="Policy", AttributeValue=policy)
    desk.set("refusals", "OK")
    first, second = desk.history(kind="Action")
    assert first["HistorySummary"].startswith("Successfully")
    assert "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource" in second["HistorySummary"]


ECHO = """
import json
import urllib.request


def handler(event, context):
    print("EVENT " + json.dumps(event))
"""


def test_a_function_can_be_the_action(desk: AlarmDesk, functions: Functions) -> None:
    enforce(desk)
    arn = functions.create("pager", ECHO)["FunctionArn"]
    desk.put(AlarmDescription="refused", AlarmActions=[arn], OKActions=[arn], TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    assert "is not authorized to perform: lambda:InvokeFunction" in desk.history(kind="Action")[0]["HistorySummary"]
    functions.aws.add_permission(
        FunctionName="pager",
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount=desk.account,
    )
    desk.set("refusals", "OK")
    line = eventually(lambda: next((text for text in functions.log("pager") if "EVENT " in text), None))
    event = json.loads(line[line.index("{") :])
    assert STAMP.fullmatch(event.pop("time"))
    data = event.pop("alarmData")
    arn = f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:refusals"
    assert event == {
        "source": "aws.cloudwatch",
        "alarmArn": arn,
        "accountId": desk.account,
        "region": "us-east-1",
    }
    assert (data["alarmName"], data["state"]["value"], data["previousState"]["value"]) == ("refusals", "OK", "ALARM")
    (metric,) = data["configuration"]["metrics"]
    assert re.fullmatch(r"[0-9a-f-]{36}", metric.pop("id"))
    assert metric == {
        "metricStat": {
            "metric": {"namespace": "Loja", "name": "Refusals", "dimensions": {"Shop": "centre"}},
            "period": 60,
            "stat": "Sum",
        },
        "returnData": True,
    }


def test_changes_reach_the_default_bus(desk: AlarmDesk) -> None:
    events, sqs = desk.client("events"), desk.client("sqs")
    url = sqs.create_queue(QueueName="bus")["QueueUrl"]
    events.put_rule(Name="alarms", EventPattern=json.dumps({"source": ["aws.cloudwatch"]}))
    events.put_targets(Rule="alarms", Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:{desk.account}:bus"}])
    desk.put(TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    got = [
        json.loads(message["Body"]) for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    ]
    by_type = {event["detail-type"]: event for event in got}
    created = by_type["CloudWatch Alarm Configuration Change"]["detail"]
    assert (created["operation"], created["configuration"]["threshold"]) == ("create", 0.0)
    changed = by_type["CloudWatch Alarm State Change"]
    assert changed["resources"] == [f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:refusals"]
    assert changed["detail"]["state"]["value"] == "ALARM"
    assert changed["detail"]["previousState"]["reason"] == "Unchecked: Initial alarm creation"


def test_errors_of_a_function_reach_the_queue_behind_the_topic(desk: AlarmDesk, functions: Functions) -> None:
    functions.create("shop", "def handler(event, context):\n    return 1 / event['orders']")
    desk.put(
        "shop-errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "shop"}],
        TreatMissingData="notBreaching",
    )
    functions.invoke("shop", {"orders": 1})
    desk.advance(60)
    assert desk.state("shop-errors") == "OK"
    functions.invoke("shop", {"orders": 0})
    desk.advance(60)
    assert desk.state("shop-errors") == "ALARM"
    functions.invoke("shop", {"orders": 1})
    desk.advance(60)
    assert desk.state("shop-errors") == "OK"
    assert [message["Subject"].split(":")[0] for message in desk.messages()] == ["OK", "ALARM", "OK"]


def test_a_message_of_an_alarm_is_in_the_ledger(desk: AlarmDesk) -> None:
    desk.put(TreatMissingData="ignore")
    desk.set("refusals", "ALARM")
    headers = {"x-localcloud-account": desk.account}
    entries = call(desk.cloud.endpoint_url, "GET", "/_localcloud/events", headers=headers)["entries"]
    from_alarm = [entry for entry in entries if entry["resource"].endswith(":alarm:refusals")]
    assert [(entry["step"], entry["to"]) for entry in from_alarm] == [("delivered", desk.topic)]


def test_alarms_are_found_by_all_their_filters(desk: AlarmDesk) -> None:
    for name in ("api-errors", "api-latency", "queue-age"):
        desk.put(name, AlarmActions=None if name == "queue-age" else [desk.topic], OKActions=None)
    desk.set("api-latency", "ALARM")

    def found(**filters: Any) -> list[str]:
        return [alarm["AlarmName"] for alarm in desk.aws.describe_alarms(**filters)["MetricAlarms"]]

    assert found() == ["api-errors", "api-latency", "queue-age"]
    assert found(AlarmNamePrefix="api") == ["api-errors", "api-latency"]
    assert found(AlarmNames=["queue-age", "none"]) == ["queue-age"]
    assert found(StateValue="ALARM") == ["api-latency"]
    assert found(ActionPrefix=desk.topic) == ["api-errors", "api-latency"]
    assert found(AlarmTypes=["CompositeAlarm"]) == []
    pages = desk.aws.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["MetricAlarms"]) for page in pages] == [2, 1]
    with pytest.raises(desk.aws.exceptions.InvalidNextToken):
        found(NextToken="made-up")


def test_alarms_of_a_metric_are_those_on_exactly_it(desk: AlarmDesk) -> None:
    desk.put("one")
    desk.put("two", Statistic="Maximum")
    desk.put("three", Dimensions=[])

    def found(**asked: Any) -> list[str]:
        answer = desk.aws.describe_alarms_for_metric(**asked)["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in answer]

    assert found(**METRIC) == ["one", "two"]
    assert found(**METRIC, Statistic="Maximum") == ["two"]
    assert found(Namespace="Loja", MetricName="Refusals") == ["three"]


def test_tags_come_with_a_new_alarm_and_go_with_it(desk: AlarmDesk) -> None:
    arn = f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:refusals"
    desk.put(Tags=[{"Key": "team", "Value": "loja"}])
    desk.put(Tags=[{"Key": "team", "Value": "other"}])
    desk.aws.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    tags = {tag["Key"]: tag["Value"] for tag in desk.aws.list_tags_for_resource(ResourceARN=arn)["Tags"]}
    assert tags == {"team": "loja", "stage": "dev"}
    desk.aws.untag_resource(ResourceARN=arn, TagKeys=["stage"])
    assert len(desk.aws.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 1
    desk.aws.delete_alarms(AlarmNames=["refusals", "never-there"])
    with pytest.raises(desk.aws.exceptions.ResourceNotFoundException):
        desk.aws.list_tags_for_resource(ResourceARN=arn)


def test_the_alarms_of_scaling_policies_carry_out_their_actions_and_go_with_them(desk: AlarmDesk) -> None:
    desk.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    scaling = desk.client("application-autoscaling")
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)
    policy = scaling.put_scaling_policy(
        **target,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    assert len(names) == 4
    desk.set(names[0], "ALARM")
    assert desk.history(names[0], "Action")[0]["HistoryData"]["actionState"] == "Succeeded"
    scaling.delete_scaling_policy(**target, PolicyName="reads")
    assert desk.aws.describe_alarms()["MetricAlarms"] == []


def test_an_emptied_account_has_no_alarms_and_none_comes_back(desk: AlarmDesk) -> None:
    desk.put()
    headers = {"x-localcloud-account": desk.account}
    call(desk.cloud.endpoint_url, "POST", "/_localcloud/reset", {}, headers=headers)
    desk.advance(120)
    assert desk.aws.describe_alarms()["MetricAlarms"] == []
    desk.put(AlarmActions=None, OKActions=None)
    desk.datum(1)
    desk.advance(60)
    assert desk.state() == "ALARM"
