"""The alarms of a target tracking policy: of what is used, and of what there is.

Source: https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from __future__ import annotations

import uuid

from moto.cloudwatch.models import cloudwatch_backends

from helpers.localcloud.autoscaling.book import Book, Policy, Target
from helpers.localcloud.autoscaling.dimensions import Unscalable
from helpers.localcloud.autoscaling.tracking import IN_MINUTES, MINUTE
from helpers.localcloud.observe.metrics.store import MetricKey

_PROVISIONED_SECONDS = 300
_PROVISIONED_PERIODS = 3
HIGH, LOW = 0, 1


def put(book: Book, target: Target, policy: Policy) -> None:
    """Make the alarms of a policy, or give them the thresholds of the present capacity."""
    try:
        capacity = target.dimension.capacity(book.account, book.region, target.resource_id)
    except Unscalable:
        return
    dimension = target.dimension
    above, below = dimension.thresholds(capacity, policy.target)
    used, there = dimension.metric(target.resource_id), dimension.provisioned_metric(target.resource_id)
    if not policy.alarms:
        kinds = ("AlarmHigh", "AlarmLow", *(("ProvisionedCapacityHigh", "ProvisionedCapacityLow") if there else ()))
        policy.alarms = [f"TargetTracking-{target.resource_id}-{kind}-{uuid.uuid4()}" for kind in kinds]
    _put(book, policy, HIGH, used, dimension.statistic, dimension.out_minutes, above)
    _put(book, policy, LOW, used, dimension.statistic, IN_MINUTES, below)
    if there:
        _put(book, policy, 2 + HIGH, there, "Average", _PROVISIONED_PERIODS, capacity, period=_PROVISIONED_SECONDS)
        _put(book, policy, 2 + LOW, there, "Average", _PROVISIONED_PERIODS, capacity, period=_PROVISIONED_SECONDS)


def delete(book: Book, policy: Policy) -> None:
    """Take the alarms of a policy away."""
    cloudwatch_backends[book.account][book.region].delete_alarms(policy.alarms)


def _put(
    book: Book,
    policy: Policy,
    number: int,
    metric: MetricKey,
    statistic: str,
    periods: int,
    threshold: float,
    *,
    period: int = MINUTE,
) -> None:
    action = f"{policy.arn}:createdBy/{uuid.uuid5(uuid.NAMESPACE_URL, policy.arn)}"
    cloudwatch_backends[book.account][book.region].put_metric_alarm(
        name=policy.alarms[number],
        namespace=metric.namespace,
        metric_name=metric.name,
        comparison_operator="LessThanThreshold" if number % 2 else "GreaterThanThreshold",
        evaluation_periods=periods,
        period=period,
        threshold=threshold,
        statistic=statistic,
        description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.arn}.",
        dimensions=[{"Name": key, "Value": value} for key, value in metric.dimensions],
        alarm_actions=[action],
    )
