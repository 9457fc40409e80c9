"""Tables for tests of capacity: one account's DynamoDB, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.cloud.control import call
from tests.conftest import CloudProcess

Client = Callable[[str], Any]
_THROTTLES = ("ProvisionedThroughputExceededException", "ThrottlingException")


class Tables:
    """Makes tables, writes to them and moves the clock."""

    def __init__(self, cloud: CloudProcess, client: Client) -> None:
        self.cloud, self.client, self.aws = cloud, client, client("dynamodb")

    def create(
        self,
        reads: int | None = None,
        writes: int | None = None,
        *,
        name: str = "orders",
        index: Any = None,
        **more: Any,
    ) -> None:
        """A table: provisioned with so many units, or on demand. index: the capacity of a global index over ``state``, or True."""
        names = ["pk", "state"] if index else ["pk"]
        given: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
        if reads is not None:
            given = {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}
        if index:
            one = {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            if index is not True:
                one["ProvisionedThroughput"] = {"ReadCapacityUnits": index[0], "WriteCapacityUnits": index[1]}
            given["GlobalSecondaryIndexes"] = [one]
        self.aws.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
            **given,
            **more,
        )

    def put(self, number: int = 0, size: int = 10, table: str = "orders", **more: str) -> None:
        extra = {name: {"S": value} for name, value in more.items()}
        self.aws.put_item(TableName=table, Item={"pk": {"S": str(number)}, "text": {"S": "x" * size}, **extra})

    def drain(self, put: Callable[[], None] | None = None, most: int = 3_000) -> int:
        """Write until there is no more capacity; how many writes there were."""
        for number in range(most):
            try:
                (put or self.put)()
            except ClientError as error:
                if error.response["Error"]["Code"] not in _THROTTLES:
                    raise
                return number
        raise AssertionError(f"{most} writes went through")

    def refused(self, action: Callable[[], Any]) -> dict[str, Any]:
        """The error of a call that has to fail, as boto3 parses it."""
        try:
            action()
        except ClientError as error:
            return {
                **error.response,
                "Code": error.response["Error"]["Code"],
                "Message": error.response["Error"]["Message"],
            }
        raise AssertionError("it was not refused")

    def table(self, name: str = "orders") -> dict[str, Any]:
        return self.aws.describe_table(TableName=name)["Table"]  # type: ignore[no-any-return]

    def advance(self, seconds: float) -> None:
        self.cloud.advance(seconds)

    def now(self) -> str:
        return str(call(self.cloud.endpoint_url, "GET", "/_localcloud/clock")["now"])

    def update(self, reads: int, writes: int, **more: Any) -> Any:
        units = {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}
        return self.aws.update_table(TableName="orders", ProvisionedThroughput=units, **more)

    def metric(self, name: str, **dimensions: str) -> float:
        """The sum of a metric in the last hours of this cloud's time."""
        now = dt.datetime.fromisoformat(self.now())
        where = {"TableName": "orders", **dimensions}
        data = self.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in where.items()],
            StartTime=now - dt.timedelta(hours=6),
            EndTime=now + dt.timedelta(minutes=2),
            Period=86_400,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(one["Sum"] for one in data))
