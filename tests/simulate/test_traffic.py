"""Traffic shapes: how many requests come, when, and what is no traffic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import CourseError
from helpers.simulate.traffic import Traffic, constant, day_curve, from_csv, ramp, spike

RATES = st.lists(st.floats(0, 300), min_size=1, max_size=40).map(tuple)


def moments(traffic: Traffic, seed: int = 1) -> np.ndarray:
    return np.concatenate([*traffic.arrivals(np.random.default_rng(seed)), np.empty(0)])


@given(RATES, st.floats(0.1, 90))
def test_requests_come_in_order_and_within_the_time(rates: tuple[float, ...], step: float) -> None:
    traffic = Traffic(rates, step)
    seen = moments(traffic)
    assert np.all(np.diff(seen) >= 0)
    assert not len(seen) or 0 <= seen[0] <= seen[-1] <= traffic.seconds + 1e-6
    assert abs(len(seen) - traffic.expected) <= 6 * np.sqrt(traffic.expected) + 6


@given(RATES)
def test_even_requests_are_as_many_as_the_rates_say(rates: tuple[float, ...]) -> None:
    seen = moments(Traffic(rates, evenly=True))
    assert abs(len(seen) - sum(rates)) <= 1
    assert np.all(np.diff(seen) >= -1e-9)


def test_ten_a_second_evenly_are_a_tenth_apart() -> None:
    assert np.allclose(np.diff(moments(constant(10, 5, evenly=True))), 0.1)


def test_the_same_seed_gives_the_same_moments() -> None:
    shape = spike(5, 100, at=10, lasting=5, seconds=30)
    assert np.array_equal(moments(shape, 7), moments(shape, 7))
    assert not np.array_equal(moments(shape, 7), moments(shape, 8))


def test_shapes_have_the_rates_that_they_say() -> None:
    assert ramp(0, 100, 10).rates[0] == 5
    assert ramp(0, 100, 10).rates[-1] == 95
    wave = spike(1, 50, at=2, lasting=3, seconds=6)
    assert wave.rates == (1, 1, 50, 50, 50, 1)
    day = day_curve(10, 100, peak_hour=20)
    assert day.rate_at(20 * 3600) == pytest.approx(100, rel=0.01)
    assert day.rate_at(8 * 3600) == pytest.approx(10, rel=0.01)
    assert (constant(2, 3) + constant(5, 2)).rates == (7, 7, 2)


def test_a_crowded_second_comes_in_pieces() -> None:
    sizes = [len(chunk) for chunk in constant(1_000_000, 2).arrivals(np.random.default_rng(3))]
    assert max(sizes) < 210_000
    assert sum(sizes) == pytest.approx(2_000_000, rel=0.01)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: constant(-1, 10), "the rate at second 0 is -1"),
        (lambda: Traffic((1.0, float("nan"))), "the rate at second 1 is nan"),
        (lambda: constant("5", 10), "the rate at second 0 is '5'"),  # type: ignore[arg-type]
        (lambda: constant(None, 10), "the rate at second 0 is None"),  # type: ignore[arg-type]
        (lambda: constant(1, "10"), "cannot last 10 seconds"),  # type: ignore[arg-type]
        (lambda: Traffic(()), "needs at least one rate"),
        (lambda: constant(1, 0), "cannot last 0 seconds"),
        (lambda: constant(1e12, 10), "simulate at most"),
        (lambda: spike(1, 2, at=50, lasting=20, seconds=60), "does not lie within 60 s"),
    ],
)
def test_what_is_no_traffic_is_refused(make: object, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        make()  # type: ignore[operator]


def test_a_file_is_read_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text("timestamp,rate\n1700000000,5\n1700000060,7.5\n1700000120,0\n")
    assert from_csv(path) == Traffic((5, 7.5, 0), 60)


def test_a_file_from_a_spreadsheet_begins_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text("second,rate\n0,5\n1,6\n", encoding="utf-8-sig")
    assert from_csv(path) == Traffic((5, 6))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("second,rate\n0,5\n1,6\n3,7\n", "row 4: 3 comes 2 s after"),
        ("second,rate\n0,5\n1,\n", "row 3"),
        ("second,rate\n0,5\n1,-2\n", "rate at second 1 is -2"),
        ("second,rate\n0,5\n0,6\n", "row 3: the time 0 does not come after 0"),
        ("second,rate\n2,5\n1,6\n0,6\n", "row 3: the time 1 does not come after 2"),
        ("second,rate\n0,5\nnan,6\n", "row 3: the time nan"),
        ("when,rate\n0,5\n", "it needs second"),
        ("second,rate\n", "no rows"),
    ],
)
def test_a_file_with_holes_is_refused_by_row(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=words):
        from_csv(path)
