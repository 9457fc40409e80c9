"""The provisioned concurrency of versions and aliases of functions, as something that scales.

Source: https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.localcloud import compute
from helpers.localcloud.autoscaling import tracking
from helpers.localcloud.autoscaling.dimensions import Dimension, Unscalable
from helpers.localcloud.autoscaling.errors import ValidationException
from helpers.localcloud.compute import reservations
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import Reference
from helpers.localcloud.observe.metrics.store import MetricKey

_FUNCTION = re.compile(r"function:(?P<name>[\w-]{1,140}):(?P<qualifier>[\w-]{1,128})")


class FunctionDimension(Dimension):
    """Provisioned concurrency."""

    name = "lambda:function:ProvisionedConcurrency"
    noun = "provisioned concurrency"
    metric_type = "LambdaProvisionedConcurrencyUtilization"
    service = "lambda"
    statistic = "Average"
    out_minutes = 3
    targets = (0.1, 0.9)
    seconds = 0.0

    def check(self, resource_id: str) -> None:
        if not _FUNCTION.fullmatch(resource_id):
            raise ValidationException("Unsupported service namespace, resource type or scalable dimension")

    def capacity(self, account: str, region: str, resource_id: str) -> int:
        reference = _reference(account, region, resource_id)
        try:
            reservations.versions_behind(reference, 1)
        except LambdaError as refusal:
            raise Unscalable(str(refusal)) from None
        allocation = compute.engine().provisioned.of(account, region, reference.name).get(str(reference.qualifier))
        return allocation.requested if allocation else 0

    def set(self, account: str, region: str, resource_id: str, units: int) -> None:
        try:
            compute.engine().provision(_reference(account, region, resource_id), units)
        except LambdaError as refusal:
            raise Unscalable(str(refusal)) from None

    def metric(self, resource_id: str) -> MetricKey:
        name, qualifier = resource_id.split(":")[1:]
        where = (("FunctionName", name), ("Resource", f"{name}:{qualifier}"))
        return MetricKey("AWS/Lambda", "ProvisionedConcurrencyUtilization", where)

    def thresholds(self, capacity: int, target: float) -> tuple[float, float]:
        return tracking.share_thresholds(target)

    def wanted(self, values: Sequence[float], current: int, target: float) -> int:
        return tracking.share_wanted(values, current, target)


def _reference(account: str, region: str, resource_id: str) -> Reference:
    name, qualifier = resource_id.split(":")[1:]
    return Reference(account, region, name, qualifier)
