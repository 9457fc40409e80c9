"""The picture of a measured load beside its simulation: what it counts, and that it says what is simulated."""

from __future__ import annotations

import pytest

import helpers
from helpers.cloud.load import LoadResult, Sample
from helpers.show.beside import apart, beside, refused
from helpers.simulate.durations import Fixed
from helpers.simulate.engine import simulate
from helpers.simulate.models import Function, System
from helpers.simulate.results import Result
from helpers.simulate.traffic import constant


def measured(*statuses: int) -> LoadResult:
    samples = tuple(Sample(number * 0.4, number * 0.4, 0.1, status) for number, status in enumerate(statuses))
    return LoadResult(samples, len(samples), 0, 4.0, False)


def simulated(reserved: int) -> Result:
    return simulate(System(Function(Fixed(0.5), reserved=reserved)), constant(10, 4, evenly=True), interval=0.5)


def test_a_notebook_finds_it_by_its_name() -> None:
    assert helpers.beside is beside


def test_throttles_and_failures_count_as_refused() -> None:
    assert refused(measured(200, 429, 503, 500, 204)) == 3


def test_the_error_is_a_share_of_the_requests() -> None:
    result = simulated(reserved=900)
    assert result.totals["throttled"] == 0
    assert apart(measured(200, 429, 200, 200), result) == pytest.approx(0.25)


def test_the_picture_says_how_far_apart_they_are_and_what_is_simulated() -> None:
    figure = beside(measured(200, 429, 200, 200), simulated(900), simulated(2), cold=3, lang="en")
    assert figure.get_suptitle().startswith(
        "refused: 1 measured, 0 simulated of 4 (25% apart) · cold starts: 3 measured"
    )
    assert [axis.get_title() for axis in figure.axes[:3]] == [
        "your run, local cloud",
        "simulated: the same traffic",
        "simulated: campaign",
    ]


def test_a_load_of_which_nothing_was_served_can_be_drawn() -> None:
    figure = beside(measured(503, 503), simulated(0), simulated(0), lang="pt-BR")
    assert figure.axes[0].get_title() == "a sua execução, nuvem local"
