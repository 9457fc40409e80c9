"""What can be scaled: how its capacity is read and set, and which metric says how much of it is used.

Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from helpers.localcloud.observe.metrics.store import MetricKey


class Unscalable(Exception):
    """The resource did not take a capacity; as text, the reason."""


class Dimension(ABC):
    """One scalable dimension. name: as in ``dynamodb:table:ReadCapacityUnits``.

    service: its namespace. noun: what scaling activities call the capacity. metric_type: the predefined metric. statistic: of that metric, for each minute.
    out_minutes: how many minutes in a row lead to scaling out. targets: the least and highest target value. seconds: how long a change takes.
    """

    service: ClassVar[str]
    statistic: ClassVar[str]
    out_minutes: ClassVar[int]
    targets: ClassVar[tuple[float, float]]
    seconds: ClassVar[float]
    name: str
    noun: str
    metric_type: str

    @abstractmethod
    def check(self, resource_id: str) -> None:
        """Accept the name of a resource.

        Raises: ``ValidationException``.
        """

    @abstractmethod
    def capacity(self, account: str, region: str, resource_id: str) -> int:
        """The capacity as it is.

        Raises: ``Unscalable``.
        """

    @abstractmethod
    def set(self, account: str, region: str, resource_id: str, units: int) -> None:
        """Begin to change the capacity.

        Raises: ``Unscalable``.
        """

    @abstractmethod
    def metric(self, resource_id: str) -> MetricKey:
        """The metric of what is used."""

    def provisioned_metric(self, resource_id: str) -> MetricKey | None:
        """The metric of what there is, where it has alarms of its own."""
        return None

    @abstractmethod
    def thresholds(self, capacity: int, target: float) -> tuple[float, float]:
        """Above and below which values of the metric the alarms fire."""

    @abstractmethod
    def wanted(self, values: Sequence[float], current: int, target: float) -> int:
        """The capacity that brings the busiest of some minutes to the target."""
