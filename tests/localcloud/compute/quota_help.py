"""Quotas and metrics, as the tests of limits use them."""

from __future__ import annotations

from typing import Any

from tests.localcloud.conftest import Functions
from tests.localcloud.metric_points import points


def set_quotas(control: Any, **quotas: int | None) -> None:
    """Set Lambda's quotas of the test's account."""
    control("quotas", {"region": "us-east-1", **quotas})


def metric(functions: Functions, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
    """One statistic of a metric of AWS/Lambda over all time."""
    found = points(functions.client("cloudwatch"), "AWS/Lambda", name, statistic, dimensions)
    return found[0] if found else None
