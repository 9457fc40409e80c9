"""What the Lambda API takes for an event source mapping of a queue, in AWS's words where AWS refuses.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.compute.errors import InvalidParameterValue, Validation, not_here
from helpers.localcloud.events import queues
from helpers.localcloud.events.patterns import InvalidPattern, compile_pattern

MOST_FILTERS = 10
_RANGES = {"BatchSize": (1, 10_000), "MaximumBatchingWindowInSeconds": (0, 300)}
_MAXIMUM_CONCURRENCY = (2, 1_000)
_OF_STREAMS = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
    "DestinationConfig",
)
_NOT_DONE = {
    "ProvisionedPollerConfig": ("provisioned pollers (ProvisionedPollerConfig)", "leave it out"),
    "KMSKeyArn": ("encrypted filter criteria (KMSKeyArn)", "leave it out"),
    "LoggingConfig": ("logs of event source mappings (LoggingConfig)", "leave it out"),
    "Queues": ("Amazon MQ event sources (Queues)", "use SQS or a DynamoDB stream"),
    "Topics": ("Kafka event sources (Topics)", "use SQS or a DynamoDB stream"),
    "SelfManagedEventSource": ("self-managed Kafka event sources", "use SQS or a DynamoDB stream"),
    "SelfManagedKafkaEventSourceConfig": ("self-managed Kafka event sources", "use SQS or a DynamoDB stream"),
    "AmazonManagedKafkaEventSourceConfig": ("Kafka event sources", "use SQS or a DynamoDB stream"),
    "DocumentDBEventSourceConfig": ("DocumentDB event sources", "use SQS or a DynamoDB stream"),
    "SourceAccessConfigurations": ("event sources with credentials", "use SQS or a DynamoDB stream"),
}
KNOWN = frozenset(
    [
        *_NOT_DONE,
        *_OF_STREAMS,
        *_RANGES,
        "EventSourceArn",
        "FunctionName",
        "Enabled",
        "FilterCriteria",
        "FunctionResponseTypes",
        "MetricsConfig",
        "ScalingConfig",
        "Tags",
    ]
)


def check_common(mapping: Mapping[str, Any]) -> None:
    """Accept what is true of every mapping: known parameters, filters, response types.

    Raises: ``InvalidParameterValue``, also for what the local cloud does not do.
    """
    for name, value in mapping.items():
        if value and (name in _NOT_DONE or name not in KNOWN):
            raise not_here(*_NOT_DONE.get(name, (f"the parameter {name} of event source mappings", "leave it out")))
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
    if len(filters) > MOST_FILTERS:
        raise InvalidParameterValue(
            f"FilterCriteria has {len(filters)} filters: an event source takes up to {MOST_FILTERS}."
        )
    for one in filters:
        try:
            compile_pattern(one.get("Pattern") or "")
        except InvalidPattern:
            raise InvalidParameterValue("Invalid filter pattern definition.") from None
    for kind in mapping.get("FunctionResponseTypes") or []:
        if kind != "ReportBatchItemFailures":
            raise Validation(
                f"[{kind}]",
                "functionResponseTypes",
                "Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]",
            )


def check_queue(mapping: Mapping[str, Any], version: LambdaFunction, account: str, region: str) -> None:
    """Accept what a request to create or to update a mapping of a queue says about it.

    mapping: the whole configuration, with the names of the Lambda API. version: the function that it calls.
    Raises: ``InvalidParameterValue`` or ``Validation``.
    """
    arn = str(mapping["EventSourceArn"])
    fifo = arn.endswith(".fifo")
    for name in _OF_STREAMS:
        if mapping.get(name) not in (None, "", {}) and mapping[name] is not False:
            raise InvalidParameterValue(f"{name} is a parameter of streams, not of SQS event sources: leave it out.")
    for name, bounds in _RANGES.items():
        _check_range(mapping.get(name), name[0].lower() + name[1:], *bounds)
    concurrency = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
    _check_range(concurrency, "scalingConfig.maximumConcurrency", *_MAXIMUM_CONCURRENCY)
    size, window = mapping.get("BatchSize") or 10, mapping.get("MaximumBatchingWindowInSeconds") or 0
    if fifo and size > 10:
        raise InvalidParameterValue("Batch size for FIFO queues is 1 to 10 messages.")
    if fifo and window:
        raise InvalidParameterValue("Batching window is not supported for FIFO queues.")
    if size > 10 and not window:
        raise InvalidParameterValue(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    if region_of(arn) != region:
        raise InvalidParameterValue(
            f"The event source {arn} is not in this Region ({region}): create the mapping there."
        )
    if account_of(arn) != account:
        raise not_here(f"queues of other accounts as event sources ({arn})", "use a queue of this account")
    store = queues.find(arn)
    if store is None:
        raise InvalidParameterValue(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    if store.visibility_timeout < int(version.timeout):
        raise InvalidParameterValue(
            f"Queue visibility timeout: {store.visibility_timeout} seconds is less than Function timeout: {version.timeout} seconds"
        )


def _check_range(value: int | None, field: str, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
        raise Validation(value, field, f"Member must have value {bound}")
