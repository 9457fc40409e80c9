"""A simulated queue: nothing is lost, pollers grow as AWS says, failures end in the dead-letter queue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import CourseError
from helpers.simulate.durations import Exponential, Fixed
from helpers.simulate.plots import plot_queue
from helpers.simulate.queues import Consumer, simulate_queue
from helpers.simulate.traffic import constant, spike


@settings(max_examples=60)
@given(
    batch=st.integers(1, 20),
    failing=st.floats(0, 1),
    partial=st.booleans(),
    receives=st.integers(1, 6),
    concurrency=st.integers(1, 20),
    seed=st.integers(0, 1_000),
)
def test_every_message_is_done_or_dead(
    batch: int, failing: float, partial: bool, receives: int, concurrency: int, seed: int
) -> None:
    consumer = Consumer(
        Exponential(0.3), batch, failing, partial, visibility=5, max_receives=receives, concurrency=concurrency
    )
    totals = simulate_queue(consumer, constant(20, 30), seed=seed).totals
    assert totals["done"] + totals["dead"] == totals["sent"]
    assert totals["receives"] >= totals["sent"]


def test_five_batches_at_first_and_five_more_a_second() -> None:
    result = simulate_queue(Consumer(Fixed(100), batch_size=1), constant(200, 60))
    running = result.recorder.concurrency()
    assert running[0] == pytest.approx(5 + 2.5, abs=1.5)
    assert running[30] == pytest.approx(5 + 5 * 30.5, rel=0.05)


def test_a_maximum_concurrency_holds_and_throttles_nothing() -> None:
    result = simulate_queue(Consumer(Fixed(1), batch_size=1, maximum_concurrency=7), constant(20, 60))
    assert result.recorder.concurrency().max() <= 7.001
    assert result.totals["throttled"] == 0
    assert result.totals["dead"] == 0


def test_a_reserved_concurrency_that_is_too_small_sends_good_messages_to_the_dead_letter_queue() -> None:
    consumer = Consumer(Fixed(1), batch_size=1, concurrency=7, max_receives=3)
    totals = simulate_queue(consumer, constant(20, 120)).totals
    assert totals["throttled"] > 0
    assert totals["dead"] > 0


def test_without_partial_reports_one_bad_message_brings_nine_good_ones_back() -> None:
    traffic = constant(50, 60)
    whole, partial = (
        simulate_queue(
            Consumer(Fixed(0.2), failing=0.05, partial=one, max_receives=10, maximum_concurrency=2), traffic
        ).totals
        for one in (False, True)
    )
    assert whole["receives"] > 1.3 * partial["receives"]


def test_two_runs_are_the_same() -> None:
    traffic = spike(5, 500, at=10, lasting=10, seconds=60)
    consumer = Consumer(Exponential(0.5), failing=0.2)
    assert simulate_queue(consumer, traffic).totals == simulate_queue(consumer, traffic).totals


def test_a_backlog_grows_in_the_spike_and_is_worked_off() -> None:
    frame = simulate_queue(Consumer(Fixed(1)), spike(5, 2_000, at=30, lasting=30, seconds=300)).frame
    assert frame["backlog"].max() > 2_000
    assert frame["backlog"].iloc[-1] < 50
    assert frame["oldest_seconds"].max() > 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"batch_size": 0}, "a batch of 0"),
        ({"failing": 1.5}, "a share of 1.5"),
        ({"visibility": 50_000}, "a visibility timeout"),
        ({"max_receives": 0}, "a maxReceiveCount of 0"),
        ({"failing": 1, "max_receives": None}, "would run for ever"),
        ({"maximum_concurrency": 1}, "2 to 1,000"),
        ({"concurrency": 0}, "works on nothing"),
    ],
)
def test_consumers_that_cannot_be_are_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        Consumer(Fixed(1), **changed)  # type: ignore[arg-type]


def test_a_picture_says_that_it_is_simulated() -> None:
    assert plot_queue(simulate_queue(Consumer(Fixed(1)), constant(5, 20))).get_suptitle() == "simulated"
