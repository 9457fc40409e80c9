"""The errors of requests for which there is no capacity.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from moto.dynamodb.exceptions import DynamodbException

from helpers.localcloud.capacity.limits import Excess

_MORE = "Consider increasing your provisioning level"
_PROVISIONED = (
    f"The level of configured provisioned throughput for the table was exceeded. {_MORE} with the UpdateTable API."
)
_PROVISIONED_INDEX = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. "
    f"{_MORE} for the under-provisioned global secondary indexes with the UpdateTable API."
)
_ON_DEMAND = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. "
    "If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html."
)
_ON_DEMAND_INDEX = "Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB is automatically scaling your index so please try again shortly."
_MAXIMUM = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"


class Throttled(Exception):
    """A request, or one part of it, was not carried out; as text, AWS's words."""

    def __init__(self, excesses: Sequence[Excess]) -> None:
        super().__init__(message(excesses))
        self.excesses = list(excesses)


# A cancelled transaction gives its reasons the names of these classes.
class ProvisionedThroughputExceeded(Throttled):
    """Of a table with provisioned capacity."""


class ThrottlingError(Throttled):
    """Of an on-demand table."""


class RequestThrottled(DynamodbException):
    """The answer to a request that was throttled: status 400, with the reasons."""

    def __init__(self, excesses: Sequence[Excess]) -> None:
        if excesses[0].provisioned:
            kind, member = (
                "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                "ThrottlingReasons",
            )
        else:
            kind, member = "com.amazon.coral.availability#ThrottlingException", "throttlingReasons"
        super().__init__(kind, message(excesses))
        reasons = [
            {"reason": reason, "resource": arn} for reason, arn in dict.fromkeys((e.reason, e.arn) for e in excesses)
        ]
        self.description = json.dumps({"__type": kind, "message": message(excesses), member: reasons})


def throttled(excesses: Sequence[Excess]) -> Throttled:
    """The exception for what was not there."""
    return (ProvisionedThroughputExceeded if excesses[0].provisioned else ThrottlingError)(excesses)


def message(excesses: Sequence[Excess]) -> str:
    """AWS's words for what was not there; what the table lacks comes before what its indexes lack."""
    first = next((one for one in excesses if one.index is None), excesses[0])
    if first.cause == "MaxOnDemandThroughput":
        return _MAXIMUM
    if first.provisioned:
        return _PROVISIONED if first.index is None or first.kind == "Read" else _PROVISIONED_INDEX
    return _ON_DEMAND if first.index is None or first.kind == "Read" else _ON_DEMAND_INDEX
