"""The picture of a bill, from what a test uses."""

from __future__ import annotations

import boto3
import pytest

import helpers
from helpers.errors import CourseError
from helpers.show.bill import bill


def test_services_stand_with_their_cost_and_with_what_the_free_tier_hides(connected: str) -> None:
    sqs = boto3.client("sqs")
    for _ in range(3):
        sqs.list_queues()
    first, second = bill(), bill()
    assert list(first.services()) == ["Amazon Simple Queue Service"]
    assert list(second.services()) == ["AWS Cost Explorer", "Amazon Simple Queue Service"]
    assert second.total - first.total == pytest.approx(0.01)
    assert second.total_without_free_tier - second.total == pytest.approx(3 * 0.0000004)
    assert second.quantities() == {
        "sqs/standard-requests": 3
    }  # reading the bill is not in what one would calculate with
    text = second.as_text()
    assert "Requests-Tier1  3 Requests" in text
    assert "without the free tier" in text
    assert second.alt().startswith("Bill of")
    axes = second.figure().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(second.services())
    assert second.as_png().startswith(b"\x89PNG")
    assert helpers.bill is bill


def test_an_empty_bill_says_so(connected: str) -> None:
    empty = bill()
    assert empty.as_text().endswith("nothing was used")
    assert empty.as_png()


def test_it_speaks_portuguese(connected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "pt-BR")
    assert bill().as_text().startswith("Fatura de")


@pytest.mark.parametrize("month", ["november", "2026-13", "2099-01"])
def test_a_month_that_is_none_or_has_not_come_is_refused(connected: str, month: str) -> None:
    with pytest.raises(CourseError, match="month|begun"):
        bill(month)


def test_a_price_that_is_not_known_is_said_and_not_left_out(connected: str) -> None:
    boto3.client("sqs", region_name="sa-east-1").list_queues()
    with pytest.raises(CourseError, match="no price for sqs/standard-requests in sa-east-1"):
        bill()
