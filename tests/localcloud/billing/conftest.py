"""The bill of a test's own account."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.conftest import CloudProcess, cloud_process


class Bill:
    """Asks Cost Explorer, and moves the cloud's clock."""

    def __init__(self, cloud: CloudProcess, client: Callable[[str], Any]) -> None:
        self._cloud = cloud
        self.ce = client("ce")

    def now(self) -> dt.datetime:
        """The cloud's own time."""
        with urllib.request.urlopen(f"{self._cloud.endpoint_url}/_localcloud/clock") as answer:
            return dt.datetime.fromisoformat(json.load(answer)["now"])

    def advance(self, **span: float) -> None:
        """Move virtual time forward."""
        self._cloud.advance(dt.timedelta(**span).total_seconds())

    def to_a_new_month(self) -> None:
        """Move to noon of the second day of the next month, so that days of before and after are in one month."""
        now = self.now()
        year, month = (now.year, now.month + 1) if now.month < 12 else (now.year + 1, 1)
        self.advance(seconds=(dt.datetime(year, month, 2, 12, tzinfo=dt.UTC) - now).total_seconds())

    def month(self) -> dict[str, str]:
        """The current month until the end of today, as a ``TimePeriod``."""
        now = self.now()
        return {"Start": f"{now:%Y-%m}-01", "End": f"{now + dt.timedelta(days=1):%Y-%m-%d}"}

    def ask(self, **more: Any) -> dict[str, Any]:
        """GetCostAndUsage of the current month."""
        asked = {"TimePeriod": self.month(), "Granularity": "MONTHLY", "Metrics": ["UnblendedCost", "UsageQuantity"]}
        return self.ce.get_cost_and_usage(**{**asked, **more})  # type: ignore[no-any-return]

    def by(self, kind: str, key: str, **more: Any) -> Mapping[str, tuple[float, float]]:
        """Cost and quantity of the current month by a dimension or tag."""
        answer = self.ask(GroupBy=[{"Type": kind, "Key": key}], **more)
        return {group["Keys"][0]: amounts(group["Metrics"]) for group in answer["ResultsByTime"][-1]["Groups"]}


def amounts(metrics: Mapping[str, Any]) -> tuple[float, float]:
    """Cost and quantity."""
    return float(metrics["UnblendedCost"]["Amount"]), float(metrics["UsageQuantity"]["Amount"])


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    """A cloud of its own: these tests skip months, and nothing that others left behind shall fall due on the way."""
    with cloud_process(COURSE_DATA=str(tmp_path_factory.mktemp("records"))) as running:
        yield running


@pytest.fixture
def bill(cloud: CloudProcess, client: Callable[[str], Any]) -> Bill:
    return Bill(cloud, client)
