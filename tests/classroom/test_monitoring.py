"""What checks of monitoring share: minutes of traffic that nobody disturbs, figures by exact dimensions, messages of alarms."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from helpers.classroom.account import Account
from helpers.classroom.monitoring import Disturbed, Minutes, figure, state, told, undisturbed
from tests.conftest import CloudProcess


@pytest.fixture
def judged(cloud: CloudProcess, account: str) -> Account:
    return Account(account, endpoint_url=cloud.endpoint_url, seed=b"seed")


def order(judged: Account) -> None:
    datum = {"MetricName": "Orders", "Dimensions": [{"Name": "Channel", "Value": "web"}], "Value": 2}
    judged.client("cloudwatch").put_metric_data(Namespace="Loja", MetricData=[datum])


def test_each_minute_begins_in_its_first_second(judged: Account) -> None:
    began = time.monotonic()
    minutes = Minutes(judged)
    before = judged.clock.now()
    minutes.do(lambda: None)
    minutes.quiet(3)
    after = judged.clock.now()
    late = time.monotonic() - began  # the clock goes on while this computer works
    for seen in (before, after):
        assert 1 <= seen.second + seen.microsecond / 1e6 <= 1 + late
    assert after.replace(second=0, microsecond=0) - before.replace(second=0, microsecond=0) == dt.timedelta(minutes=4)


def test_what_somebody_else_disturbed_is_played_again(judged: Account) -> None:
    others = iter([5, 0])
    played = []

    def play(minutes: Minutes) -> str:
        played.append(minutes)
        minutes.do(lambda: judged.clock.advance(minutes=next(others)))
        return "seen"

    assert undisturbed(judged, play) == "seen"
    assert len(played) == 2


def test_who_is_always_disturbed_says_so(judged: Account) -> None:
    def play(minutes: Minutes) -> None:
        minutes.quiet()
        judged.clock.advance(hours=1)
        minutes.quiet()

    with pytest.raises(Disturbed, match="ask again"):
        undisturbed(judged, play)


def test_a_figure_is_of_exactly_these_dimensions(judged: Account) -> None:
    order(judged)
    order(judged)
    assert figure(judged, "Loja", "Orders", {"Channel": "web"}) == 4
    assert figure(judged, "Loja", "Orders", {"Channel": "web"}, "Average") == 2
    assert figure(judged, "Loja", "Orders", {}) is None


def test_the_states_that_an_alarm_told_come_once_and_in_their_order(judged: Account) -> None:
    sns, sqs = judged.client("sns"), judged.client("sqs")
    topic, url = sns.create_topic(Name="oncall")["TopicArn"], sqs.create_queue(QueueName="oncall")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"AlarmName": "other", "about": "quiet"}))
    judged.client("cloudwatch").put_metric_alarm(
        AlarmName="quiet", Namespace="Loja", MetricName="Orders", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="LessThanThreshold", Dimensions=[{"Name": "Channel", "Value": "web"}],
        TreatMissingData="breaching", AlarmActions=[topic], OKActions=[topic])  # fmt: skip
    minutes = Minutes(judged)
    minutes.do(lambda: order(judged))
    assert state(judged, "quiet") == "OK"
    minutes.quiet(5)
    assert state(judged, "quiet") == "ALARM"
    assert told(judged, "oncall", "quiet")[-2:] == ["OK", "ALARM"]
    assert told(judged, "oncall", "quiet") == []
