"""The knobs of scaling: every change simulates again, impossible settings are told, and all of it is called simulated."""

from __future__ import annotations

import re
from typing import Any

import pytest

import helpers
from helpers.show.scaling import Knobs, Scaling, scaling


def knobs(bench: Scaling) -> tuple[dict[str, Any], Any]:
    """The sliders by name, and the result."""
    *sliders, result = bench.widget().children
    return dict(zip(Knobs.__annotations__, sliders, strict=True)), result


def test_a_notebook_finds_it_by_its_name() -> None:
    assert helpers.scaling is scaling
    assert scaling(rate=500).knobs == Knobs(rate=500)


def test_it_says_that_it_is_simulated_and_what_it_needs() -> None:
    text = Scaling(Knobs(rate=100, duration=100)).as_text()
    assert text.startswith("simulated: ")
    assert "rate × duration: 11" in text and "throttled: 0%" in text


def test_numbers_are_written_in_the_language_s_way() -> None:
    english, portuguese = (Scaling(Knobs(rate=4_000), lang).as_text() for lang in ("en", "pt-BR"))
    assert "requests/s at the peak: 4,000\n" in english
    assert "requisições/s no pico: 4.000\n" in portuguese
    (amount,) = re.findall(r"every hour: \$(.+)", english)
    assert f"US$ {amount.translate(str.maketrans(',.', '.,'))}\n" in portuguese


def test_every_change_simulates_again() -> None:
    sliders, result = knobs(Scaling(Knobs(rate=1_000, duration=100)))
    assert "<b>0%</b>" in result.value
    sliders["reserved"].value = 50
    assert "<b>0%</b>" not in result.value


def test_less_memory_takes_longer() -> None:
    full, half = (dict(Scaling(Knobs(rate=200, memory=memory)).rows()) for memory in (1_769, 884))
    assert float(half["rate × duration"]) > 1.9 * float(full["rate × duration"])


def test_provisioned_environments_leave_no_cold_start() -> None:
    assert dict(Scaling(Knobs(rate=500, duration=100, provisioned=300)).rows())["cold starts"] == "0"


def dollars(**given: int) -> list[float]:
    """Of a month: the cost, what of it is for provisioned environments, and the cost without the free tier."""
    return [float(value.strip("$").replace(",", "")) for _, value in Scaling(Knobs(**given)).rows()[-3:]]


def test_it_says_what_a_month_would_cost_and_the_free_tier_apart() -> None:
    # 720 peaks of 110 requests of 0.1 s with a whole vCPU are within the free tier: it takes all but what is kept warm.
    cost, kept, without = dollars(rate=10, duration=100)
    assert (cost, kept) == (0, 0) and without > 0.1
    assert "Lambda's month, such a peak every hour: $" in Scaling(Knobs(rate=100)).as_text()


def test_provisioned_concurrency_is_paid_all_month() -> None:
    _, kept, _ = dollars(rate=10, duration=100, memory=1024, provisioned=10)
    assert kept == pytest.approx(10 * 30 * 86_400 * 0.0000041667, abs=0.01)
    cost, _, without = dollars(rate=10, duration=100, memory=1024, provisioned=10)
    assert without >= cost >= kept


def test_twice_the_traffic_costs_more() -> None:
    assert dollars(rate=2_000, duration=100)[2] > 1.9 * dollars(rate=1_000, duration=100)[2]


def test_settings_that_aws_refuses_are_told() -> None:
    ((title, reason),) = Scaling(Knobs(reserved=50, provisioned=100)).rows()
    assert title == "AWS would refuse" and "provisioned" in reason


def test_a_saved_notebook_shows_the_same_every_time() -> None:
    first, second = (Scaling(Knobs(rate=300)).bundle() for _ in range(2))
    assert first["text/html"] == second["text/html"] and first["text/plain"] == second["text/plain"]
