"""Composite alarms: rules over other alarms, and actions that another alarm suppresses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.observe.alarm_help import AlarmDesk


def children(desk: AlarmDesk, *names: str) -> None:
    """Alarms that stay as they are set, and send nothing."""
    for name in names:
        desk.put(name, TreatMissingData="ignore", AlarmActions=None, OKActions=None)
        desk.set(name, "OK")


def arn(desk: AlarmDesk, name: str) -> str:
    return f"arn:aws:cloudwatch:us-east-1:{desk.account}:alarm:{name}"


def test_a_composite_alarm_follows_its_children(desk: AlarmDesk) -> None:
    children(desk, "api", "queue")
    desk.composite(
        "shop", f'ALARM(api) AND ALARM("{arn(desk, "queue")}")', AlarmActions=[desk.topic], OKActions=[desk.topic]
    )
    assert desk.alarm("shop")["StateReason"] == f"{arn(desk, 'shop')} was created and its alarm rule evaluates to OK"
    desk.set("api", "ALARM")
    assert desk.state("shop") == "OK"
    desk.set("queue", "ALARM")
    alarm = desk.alarm("shop")
    assert alarm["StateValue"] == "ALARM"
    pattern = re.escape(arn(desk, "queue")) + r" transitioned to ALARM at \w+ \d\d \w+, \d{4} \d\d:\d\d:\d\d UTC"
    assert re.fullmatch(pattern, alarm["StateReason"])
    assert [one["arn"] for one in json.loads(alarm["StateReasonData"])["triggeringAlarms"]] == [arn(desk, "queue")]
    desk.set("api", "OK")
    messages = [message["Message"] for message in desk.messages()]
    assert [message["NewStateValue"] for message in messages] == ["OK", "ALARM", "OK"]
    assert messages[1]["AlarmRule"] == alarm["AlarmRule"]
    assert messages[1]["TriggeringChildren"][0]["Arn"] == arn(desk, "queue")
    assert "Trigger" not in messages[1]


def test_composite_alarms_can_stand_on_composite_alarms(desk: AlarmDesk) -> None:
    children(desk, "api")
    desk.composite("inner", "ALARM(api)")
    desk.composite("outer", "NOT OK(inner)")
    desk.set("api", "ALARM")
    assert (desk.state("inner"), desk.state("outer")) == ("ALARM", "ALARM")


def test_an_updated_rule_is_evaluated(desk: AlarmDesk) -> None:
    children(desk, "api")
    desk.composite("shop", "ALARM(api)")
    desk.composite("shop", "TRUE")
    assert desk.alarm("shop")["StateReason"] == f"{arn(desk, 'shop')} was updated and its alarm rule evaluates to ALARM"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("ALARM(nobody) OR ALARM(api)", "Could not save the composite alarm as alarms [nobody] in the alarm rule do not exist"),
        ("()", "Error in AlarmRule [Unsupported token ')' at char 1]"),
        ("ALARM(shop)", "alarms [shop] in the alarm rule do not exist"),
    ],
)  # fmt: skip
def test_rules_that_are_refused(desk: AlarmDesk, rule: str, words: str) -> None:
    children(desk, "api")
    with pytest.raises(ClientError, match=re.escape(words)):
        desk.composite("shop", rule)


def test_alarms_in_a_rule_cannot_be_deleted(desk: AlarmDesk) -> None:
    children(desk, "api")
    desk.composite("shop", "ALARM(api)")
    desk.composite("other", "TRUE")
    with pytest.raises(ClientError, match="Cannot delete api as there are composite alarm"):
        desk.aws.delete_alarms(AlarmNames=["api"])
    with pytest.raises(ClientError, match="Only one composite alarm"):
        desk.aws.delete_alarms(AlarmNames=["shop", "other"])
    desk.aws.delete_alarms(AlarmNames=["shop", "api"])
    assert desk.aws.describe_alarms()["MetricAlarms"] == []


def test_a_circle_stops_and_has_to_be_broken_before_it_is_deleted(desk: AlarmDesk) -> None:
    children(desk, "api")
    desk.composite("one", "ALARM(api)")
    desk.composite("two", "ALARM(one)")
    desk.composite("one", "ALARM(api) OR ALARM(two)")
    desk.set("api", "ALARM")
    assert (desk.state("one"), desk.state("two")) == ("ALARM", "ALARM")
    with pytest.raises(ClientError, match="Cannot delete one"):
        desk.aws.delete_alarms(AlarmNames=["one"])
    desk.composite("one", "FALSE")
    desk.aws.delete_alarms(AlarmNames=["two"])
    desk.aws.delete_alarms(AlarmNames=["one"])


def test_relatives_are_described(desk: AlarmDesk) -> None:
    children(desk, "api", "queue")
    desk.composite("shop", "ALARM(api) OR ALARM(queue)")
    described = desk.aws.describe_alarms(ChildrenOfAlarmName="shop")["MetricAlarms"]
    assert [sorted(alarm) for alarm in described] == [
        ["AlarmArn", "AlarmName", "StateUpdatedTimestamp", "StateValue"]
    ] * 2
    parents = desk.aws.describe_alarms(ParentsOfAlarmName="api")["CompositeAlarms"]
    assert parents == [{"AlarmName": "shop", "AlarmArn": arn(desk, "shop")}]
    with pytest.raises(ClientError, match="cannot be specified together"):
        desk.aws.describe_alarms(ParentsOfAlarmName="api", StateValue="OK")


def suppressed(desk: AlarmDesk, **changes: Any) -> None:
    children(desk, "api", "maintenance")
    desk.composite(
        "shop",
        "ALARM(api)",
        AlarmActions=[desk.topic],
        ActionsSuppressor="maintenance",
        ActionsSuppressorWaitPeriod=120,
        ActionsSuppressorExtensionPeriod=180,
        **changes,
    )
    desk.advance(121)  # what was held back at the creation


def test_actions_wait_for_the_suppressor(desk: AlarmDesk) -> None:
    suppressed(desk)
    desk.set("api", "ALARM")
    assert desk.alarm("shop")["ActionsSuppressedBy"] == "WaitPeriod"
    desk.advance(60)
    assert desk.messages() == []
    desk.advance(61)
    assert len(desk.messages()) == 1
    assert "ActionsSuppressedBy" not in desk.alarm("shop")


def test_a_suppressor_holds_actions_back_until_its_extension_has_ended(desk: AlarmDesk) -> None:
    suppressed(desk)
    desk.set("api", "ALARM")
    desk.set("maintenance", "ALARM")
    desk.advance(3_600)
    assert desk.alarm("shop")["ActionsSuppressedReason"] == "Actions suppressed by Alarm"
    desk.set("maintenance", "OK")
    assert desk.alarm("shop")["ActionsSuppressedBy"] == "ExtensionPeriod"
    desk.advance(120)
    assert desk.messages() == []
    desk.advance(61)
    assert [message["Message"]["NewStateValue"] for message in desk.messages()] == ["ALARM"]
    summaries = [item["HistorySummary"] for item in desk.history("shop", "Action")]
    assert summaries[-4:] == [
        "Actions suppressed by WaitPeriod",
        "Actions suppressed by Alarm",
        "Actions suppressed by ExtensionPeriod",
        f"Successfully executed action {desk.topic}",
    ]


def test_a_suppressor_that_fires_first_holds_back_at_once(desk: AlarmDesk) -> None:
    suppressed(desk)
    desk.set("maintenance", "ALARM")
    desk.set("api", "ALARM")
    assert desk.alarm("shop")["ActionsSuppressedBy"] == "Alarm"


def test_a_suppressor_needs_both_periods(desk: AlarmDesk) -> None:
    children(desk, "api")
    with pytest.raises(ClientError, match="are required when ActionsSuppressor is specified"):
        desk.composite("shop", "ALARM(api)", ActionsSuppressor="api")


def test_names_are_unique_among_both_kinds(desk: AlarmDesk) -> None:
    children(desk, "api")
    with pytest.raises(ClientError, match="already exists"):
        desk.composite("api", "TRUE")
