"""CloudWatch metrics of a test: an account of its own, in the time of the cloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.control import call
from tests.conftest import CloudProcess

Client = Callable[[str], Any]


class Metrics:
    """CloudWatch of a test's own account, in the time of the cloud."""

    def __init__(self, cloud: CloudProcess, client: Client) -> None:
        self.cloud = cloud
        self.aws = client("cloudwatch")
        now = dt.datetime.fromisoformat(call(cloud.endpoint_url, "GET", "/_localcloud/clock")["now"])
        self.now = now.replace(second=0, microsecond=0)
        self.hour = now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)

    def at(self, minutes: float) -> dt.datetime:
        return self.hour + dt.timedelta(minutes=minutes)

    def put(self, name: str = "Latency", namespace: str = "Loja", **datum: Any) -> None:
        self.aws.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": name, **datum}])

    def statistics(self, name: str = "Latency", **asked: Any) -> list[dict[str, Any]]:
        given = {
            "Namespace": "Loja",
            "MetricName": name,
            "StartTime": self.hour,
            "EndTime": self.hour + dt.timedelta(hours=2),
            "Period": 60,
            **asked,
        }
        if "ExtendedStatistics" not in given:
            given.setdefault("Statistics", ["Sum"])
        answer = self.aws.get_metric_statistics(**given)
        assert answer["Label"] == name
        return sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])

    def data(self, *queries: dict[str, Any], **asked: Any) -> dict[str, Any]:
        given = {"StartTime": self.hour, "EndTime": self.hour + dt.timedelta(hours=2), **asked}
        return self.aws.get_metric_data(MetricDataQueries=list(queries), **given)  # type: ignore[no-any-return]

    def values(self, *queries: dict[str, Any], **asked: Any) -> dict[str, list[float]]:
        results = self.data(*queries, **{"ScanBy": "TimestampAscending", **asked})["MetricDataResults"]
        return {result["Id"]: result["Values"] for result in results}


def metric(
    name: str = "m1", metric: str = "Latency", stat: str = "Sum", period: int = 60, **more: Any
) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in more.pop("dimensions", {}).items()]
    unit = {"Unit": more.pop("unit")} if "unit" in more else {}
    described = {"Namespace": "Loja", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": described, "Stat": stat, "Period": period, **unit}, **more}


def refusal(action: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        action()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
