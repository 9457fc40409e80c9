"""A table whose writes scale, for tests of auto scaling."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.conftest import CloudProcess
from tests.localcloud.capacity.table_help import Client, Tables

WRITES = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/orders",
    "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
}
POLICY = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
}
UNITS = 98  # of an item of 100,000 bytes


class Scaling(Tables):
    """A table whose writes scale."""

    def __init__(self, cloud: CloudProcess, client: Client) -> None:
        super().__init__(cloud, client)
        self.scaling = client("application-autoscaling")
        self.alarms: list[str] = []

    def begin(self, least: int = 1, most: int = 100, **more: Any) -> None:
        """Let the table scale, and save up capacity for what is written afterwards."""
        self.scaling.register_scalable_target(**WRITES, MinCapacity=least, MaxCapacity=most)
        self.policy(**more)
        self.advance(600)
        self.next_minute()

    def policy(self, **more: Any) -> None:
        answer = self.scaling.put_scaling_policy(
            **WRITES,
            PolicyName="writes",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={**POLICY, **more},
        )
        self.alarms = [one["AlarmName"] for one in answer["Alarms"]]

    def minutes(self, count: int, writes: int) -> None:
        """So many minutes, in each of which so many items of 98 units are written."""
        for _ in range(count):
            for number in range(writes):
                self.put(number, size=100_000)
            self.next_minute()

    def next_minute(self) -> None:
        """Move to the first second of a minute, so that all that is done now falls into one minute of the metrics."""
        now = dt.datetime.fromisoformat(self.now())
        self.advance(61 - now.second)

    def capacity(self) -> int:
        return int(self.table()["ProvisionedThroughput"]["WriteCapacityUnits"])

    def activities(self, **more: Any) -> list[dict[str, Any]]:
        asked = {"ServiceNamespace": "dynamodb", **more}
        return self.scaling.describe_scaling_activities(**asked)["ScalingActivities"]  # type: ignore[no-any-return]
