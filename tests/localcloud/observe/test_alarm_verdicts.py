"""What datapoints with gaps mean for an alarm, and in which words: the rules of CloudWatch, without a server."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.alarms.evaluation import Point, evaluate
from helpers.localcloud.observe.alarms.missing_data import evaluation_range, judge
from helpers.localcloud.observe.alarms.states import Criteria, Missing
from helpers.localcloud.observe.alarms.windows import boundary_after, next_change
from helpers.localcloud.observe.alarms.wording import double, long, stamp

KINDS: tuple[Missing, ...] = ("missing", "ignore", "breaching", "notBreaching")
LETTERS = {"0": False, "X": True, "-": None}
NOON = 1_772_366_400.0  # 2026-03-01 12:00:00 UTC


def states(row: str, datapoints: int) -> list[str]:
    """The state by each treatment of missing data; ``keep`` where the alarm stays as it is."""
    beyond = [LETTERS[letter] for letter in row.split()]
    assert len(beyond) == evaluation_range(3)
    return [judge(beyond, 3, datapoints, kind).state or "keep" for kind in KINDS]


@pytest.mark.parametrize(
    ("row", "filled", "expected"),
    [
        ("0 - X - X", 0, ["OK", "OK", "OK", "OK"]),
        ("0 - - - -", 2, ["OK", "OK", "OK", "OK"]),
        ("- - - - -", 3, ["INSUFFICIENT_DATA", "keep", "ALARM", "OK"]),
        ("0 X X - X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("- - X - -", 2, ["ALARM", "keep", "ALARM", "OK"]),
    ],
)
def test_three_out_of_three_with_gaps(row: str, filled: int, expected: list[str]) -> None:
    assert states(row, 3) == expected
    assert judge([LETTERS[letter] for letter in row.split()], 3, 3, "missing").filled == filled


@pytest.mark.parametrize(
    ("row", "filled", "expected"),
    [
        ("0 - X - X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 0 X 0 X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 - X - -", 1, ["OK", "OK", "ALARM", "OK"]),
        ("- - - - 0", 2, ["OK", "OK", "ALARM", "OK"]),
        ("- - - X -", 2, ["ALARM", "keep", "ALARM", "OK"]),
    ],
)
def test_two_out_of_three_with_gaps(row: str, filled: int, expected: list[str]) -> None:
    assert states(row, 2) == expected
    assert judge([LETTERS[letter] for letter in row.split()], 3, 2, "missing").filled == filled


@pytest.mark.parametrize("row", ["- - - - X", "- - - X -"])
def test_a_single_young_breach_does_not_fire_early(row: str) -> None:
    assert "ALARM" not in states(row, 3)[:2]


@given(
    st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5), st.sampled_from(KINDS), st.integers(1, 3)
)
def test_with_enough_datapoints_gaps_never_count(beyond: list[bool | None], missing: Missing, datapoints: int) -> None:
    real = [one for one in beyond if one is not None]
    if len(real) >= 3:
        expected = "ALARM" if sum(real[-3:]) >= datapoints else "OK"
        assert judge(beyond, 3, datapoints, missing).state == expected


def criteria(**changes: object) -> Criteria:
    given: dict[str, object] = {
        "comparison": "GreaterThanThreshold",
        "threshold": 0.0,
        "periods": 1,
        "datapoints": 1,
        "says_datapoints": False,
        "period": 60,
        "statistic": "Sum",
    }
    return Criteria(**{**given, **changes})  # type: ignore[arg-type]


def points(*values: float | None) -> list[Point]:
    """The minutes up to noon."""
    return [
        Point(NOON - 60 * (len(values) - position), value, None if value is None else 1)
        for position, value in enumerate(values)
    ]


def reason(limits: Criteria, *values: float | None, before: str = "INSUFFICIENT_DATA") -> str:
    outcome = evaluate(limits, points(*values), before, NOON)  # type: ignore[arg-type]
    assert outcome is not None
    return outcome.reason


def test_one_datapoint_beyond_the_threshold() -> None:
    expected = "Threshold Crossed: 1 datapoint [1.0 (01/03/26 11:59:00)] was greater than the threshold (0.0)."
    assert reason(criteria(), None, None, 1.0) == expected


def test_several_datapoints_are_listed_newest_first() -> None:
    expected = (
        "Threshold Crossed: 3 datapoints [1.0 (01/03/26 11:59:00), 3.0 (01/03/26 11:58:00), 2.0 (01/03/26 11:57:00)] "
        "were greater than the threshold (0.0)."
    )
    assert reason(criteria(periods=3, datapoints=3), None, None, 2.0, 3.0, 1.0) == expected


def test_of_five_and_more_the_newest_five_are_listed() -> None:
    values = [float(number) for number in range(1, 7)]
    expected = (
        "Threshold Crossed: 6 out of the last 6 datapoints were greater than the threshold (0.0). The most recent datapoints which crossed the threshold: "
        "[6.0 (01/03/26 11:59:00), 5.0 (01/03/26 11:58:00), 4.0 (01/03/26 11:57:00), 3.0 (01/03/26 11:56:00), 2.0 (01/03/26 11:55:00)] "
        "(minimum 6 datapoints for OK -> ALARM transition)."
    )
    assert reason(criteria(periods=6, datapoints=6, says_datapoints=True), None, None, *values) == expected


def test_reasons_and_their_data_have_their_longest_lengths() -> None:
    values = [float(number) for number in range(1, 1_441)]
    outcome = evaluate(criteria(periods=1_440, datapoints=1_440), points(*values), "OK", NOON)
    assert outcome is not None
    assert (len(outcome.reason) <= 1_023, len(outcome.reason_data) <= 4_000) == (True, True)
    assert json.loads(outcome.reason_data)["recentDatapoints"][-1] == 1_440.0


def test_back_to_ok() -> None:
    expected = "Threshold Crossed: 1 datapoint [0.0 (01/03/26 11:59:00)] was not greater than the threshold (0.0)."
    assert reason(criteria(), None, None, 0.0, before="ALARM") == expected


def test_m_out_of_n_says_its_minimum() -> None:
    limits = criteria(
        periods=3,
        datapoints=2,
        says_datapoints=True,
        comparison="GreaterThanOrEqualToThreshold",
        missing="notBreaching",
        threshold=1.0,
    )
    expected = (
        "Threshold Crossed: 2 out of the last 3 datapoints [5.0 (01/03/26 11:59:00), 5.0 (01/03/26 11:57:00)] were greater than or equal to the "
        "threshold (1.0) and 1 missing datapoint was treated as [NonBreaching] (minimum 2 datapoints for OK -> ALARM transition)."
    )
    assert reason(limits, None, None, 5.0, None, 5.0) == expected
    assert reason(criteria(says_datapoints=True), None, None, 0.0, before="ALARM").endswith(
        "1 out of the last 1 datapoints [0.0 (01/03/26 11:59:00)] was not greater than the threshold (0.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )


def test_gaps_alone_are_reported() -> None:
    limits = criteria(periods=2, datapoints=2, missing="breaching")
    expected = "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching]."
    assert reason(limits, None, None, None, None) == expected
    alone = "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."
    assert reason(criteria(missing="notBreaching"), None, None, None, before="ALARM") == alone


def test_gaps_can_outvote_a_good_datapoint() -> None:
    limits = criteria(periods=3, datapoints=2, missing="breaching")
    expected = "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [Breaching]."
    assert reason(limits, None, None, None, 0.0, None, before="OK") == expected


def test_silence_is_insufficient_data() -> None:
    assert reason(criteria(), None, None, None, before="OK") == "Insufficient Data: 1 datapoint was unknown."
    assert (
        reason(criteria(periods=5, datapoints=5), *[None] * 7, before="OK")
        == "Insufficient Data: 5 datapoints were unknown."
    )


def test_reason_data_name_what_was_evaluated() -> None:
    outcome = evaluate(
        criteria(periods=2, datapoints=1, unit="Count", missing="breaching"), points(None, None, 7.0, None), "OK", NOON
    )
    assert outcome is not None
    assert json.loads(outcome.reason_data) == {
        "version": "1.0",
        "queryDate": "2026-03-01T12:00:00.000+0000",
        "startDate": "2026-03-01T11:58:00.000+0000",
        "unit": "Count",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [7.0],
        "threshold": 0.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-03-01T11:59:00.000+0000"},
            {"timestamp": "2026-03-01T11:58:00.000+0000", "sampleCount": 1.0, "value": 7.0},
        ],
    }


def test_an_unchanged_state_has_no_outcome() -> None:
    assert evaluate(criteria(), points(None, None, 1.0), "ALARM", NOON) is None


@pytest.mark.parametrize(("samples", "fires"), [(99, False), (100, True)])
def test_a_percentile_with_too_few_samples_can_be_ignored(samples: int, fires: bool) -> None:
    given = [*points(None, None), Point(NOON - 60, 9.0, samples)]
    assert (evaluate(criteria(low_samples=0.9), given, "OK", NOON) is not None) == fires


def test_all_treatments_are_covered() -> None:
    assert set(KINDS) == set(get_args(Missing))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1.0"),
        (21.5, "21.5"),
        (0.0666851903306472, "0.0666851903306472"),
        (1e7, "1.0E7"),
        (1.25e-5, "1.25E-5"),
        (-3, "-3.0"),
        (9_999_999, "9999999.0"),
        (-1.5e9, "-1.5E9"),
    ],
)
def test_numbers_are_written_as_aws_does(value: float, text: str) -> None:
    assert double(value) == text


def test_moments_are_written_as_aws_does() -> None:
    assert stamp(NOON + 0.25) == "2026-03-01T12:00:00.250+0000"
    assert long(NOON) == "Sunday 01 March, 2026 12:00:00 UTC"


@given(st.sets(st.integers(0, 40), max_size=6), st.sampled_from([60, 120, 300]), st.integers(1, 4))
def test_nothing_changes_before_the_next_change(minutes: set[int], period: int, periods: int) -> None:
    buckets = [NOON + 60 * minute for minute in minutes]
    at = NOON + 30 * 60

    def windows(moment: float) -> list[list[float]]:
        edges = [(moment - period * (age + 1), moment - period * age) for age in range(periods)]
        return [sorted(start for start in buckets if low <= start < high) for low, high in edges]

    found = next_change(buckets, 60, at, period, periods, 60)
    moments = range(int(at) + 60, int(at) + 60 * 60, 60)
    changed = [moment for moment in moments if windows(moment) != windows(at)]
    assert found == (changed[0] if changed else None)


def test_evaluations_are_at_the_end_of_minutes() -> None:
    assert boundary_after(NOON, 60) == NOON + 60
    assert boundary_after(NOON + 59.9, 60) == NOON + 60
    assert boundary_after(NOON + 0.1, 10) == NOON + 10
    assert criteria(period=30).cadence == 10
    assert criteria(period=86_400, periods=7).cadence == 3_600
