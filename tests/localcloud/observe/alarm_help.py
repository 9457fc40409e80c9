"""A desk for tests of alarms: one account, a topic with a queue behind it, and a metric of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from helpers.cloud.control import call
from tests.conftest import CloudProcess

Client = Callable[[str], Any]
METRIC = {"Namespace": "Loja", "MetricName": "Refusals", "Dimensions": [{"Name": "Shop", "Value": "centre"}]}


class AlarmDesk:
    """Puts alarms and data, moves the clock, and reads what came of it."""

    def __init__(self, cloud: CloudProcess, account: str, client: Client) -> None:
        self.cloud, self.account, self.client = cloud, account, client
        self.aws, self._sns, self._sqs = client("cloudwatch"), client("sns"), client("sqs")
        self.topic: str = self._sns.create_topic(Name="alerts")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="alerts")["QueueUrl"]
        queue_arn = f"arn:aws:sqs:us-east-1:{account}:alerts"
        self._sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue_arn)

    def put(self, name: str = "refusals", **changes: Any) -> None:
        """An alarm that fires when more than nothing was refused in a minute; its changes of state go to the topic."""
        given = {
            **METRIC,
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [self.topic],
            "OKActions": [self.topic],
        }
        merged = {key: value for key, value in {**given, **changes}.items() if value is not None}
        self.aws.put_metric_alarm(AlarmName=name, **merged)

    def composite(self, name: str, rule: str, **changes: Any) -> None:
        self.aws.put_composite_alarm(AlarmName=name, AlarmRule=rule, **changes)
        self.advance(0)

    def datum(self, value: float, **changes: Any) -> None:
        """Put one value, dated now."""
        one = {"MetricName": METRIC["MetricName"], "Dimensions": METRIC["Dimensions"], "Timestamp": self.now()}
        self.aws.put_metric_data(Namespace=METRIC["Namespace"], MetricData=[{**one, "Value": value, **changes}])

    def now(self) -> str:
        return str(call(self.cloud.endpoint_url, "GET", "/_localcloud/clock")["now"])

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def set(self, name: str, value: str) -> None:
        self.aws.set_alarm_state(AlarmName=name, StateValue=value, StateReason="a test")

    def alarm(self, name: str = "refusals") -> dict[str, Any]:
        answer = self.aws.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return (answer["MetricAlarms"] + answer["CompositeAlarms"])[0]  # type: ignore[no-any-return]

    def state(self, name: str = "refusals") -> str:
        return str(self.alarm(name)["StateValue"])

    def history(self, name: str = "refusals", kind: str | None = None) -> list[dict[str, Any]]:
        """The history of an alarm, oldest first, its data parsed."""
        asked = {"AlarmName": name, "ScanBy": "TimestampAscending", **({"HistoryItemType": kind} if kind else {})}
        items = self.aws.describe_alarm_history(**asked)["AlarmHistoryItems"]
        return [{**item, "HistoryData": json.loads(item["HistoryData"])} for item in items]

    def messages(self) -> list[dict[str, Any]]:
        """The notifications that came to the queue, in their order: envelopes whose message is parsed."""
        found: list[dict[str, Any]] = []
        while got := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                envelope = json.loads(message["Body"])
                found.append({**envelope, "Message": json.loads(envelope["Message"])})
        return sorted(found, key=lambda one: str(one["Timestamp"]))
