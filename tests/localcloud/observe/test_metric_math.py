"""Metric math, on series that are given: operators, functions, what is missing, and where errors point."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpers.localcloud.observe.metrics.data_queries import MetricStat
from helpers.localcloud.observe.metrics.errors import ValidationError
from helpers.localcloud.observe.metrics.expressions import ELSEWHERE, Expression
from helpers.localcloud.observe.metrics.math_functions import FUNCTIONS
from helpers.localcloud.observe.metrics.math_grammar import parse
from helpers.localcloud.observe.metrics.math_values import Array, MathError, TimeSeries, Value, Window
from helpers.localcloud.observe.metrics.store import MetricKey

START = 1_800_000_000.0  # a Friday, 08:00 UTC
Points = Sequence[float | None]


def series(points: Points, name: str = "m") -> TimeSeries:
    known = {START + 60 * number: value for number, value in enumerate(points) if value is not None}
    return TimeSeries(60, known, name, MetricStat(MetricKey("Loja", name), "Sum", 60))


def compute(expression: str, count: int = 5, **metrics: Points) -> TimeSeries | Array:
    window = Window(START, START + 60 * count, START + 60 * count, 60)
    known = {name: series(points, name) for name, points in metrics.items()}

    def resolve(name: str) -> Value:
        if name not in known:
            raise MathError(f"ID '{name}' not found")
        return known[name]

    def search(query: str, stat: str, period: int) -> Array:
        return tuple(known.values())

    return Expression(
        "e1", expression, window, resolve, lambda part: tuple(known[name] for name in known if part in name), search
    ).value()


def points(expression: str, count: int = 5, **metrics: Points) -> list[float | None]:
    value = compute(expression, count, **metrics)
    assert isinstance(value, TimeSeries)
    return [value.points.get(START + 60 * number) for number in range(count)]


def several(expression: str, **metrics: Points) -> list[list[float | None]]:
    value = compute(expression, **metrics)
    assert isinstance(value, tuple)
    return [[one.points.get(START + 60 * number) for number in range(3)] for one in value]


M1: Points = [30, 20, 0, 0]
M2: Points = [20, None, 20, None]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2", [50, 20, 20, 0]),
        ("m1 - m2", [10, 20, -20, 0]),
        ("m1 * 2 + 1", [61, 41, 1, 1]),
        ("100 / m1", [100 / 30, 5, None, None]),
        ("m1 / m2", [1.5, None, 0, None]),
        ("-m1", [-30, -20, 0, 0]),
        ("m1 - -1", [31, 21, 1, 1]),
        ("2 ^ 3 ^ 2 + 0 * m1", [512] * 4),
        ("-2 ^ 2 + 0 * m1", [-4] * 4),
        ("10 - 4 - 3 + 0 * m1", [3] * 4),
        ("(1 + 2) * 3 + 0*m1", [9] * 4),
        ("2 + 3 * 4 + 0*m1", [14] * 4),
        ("1.5e1 + .5 + 0*m1", [15.5] * 4),
        ("m1 < m2", [0, 0, 1, 0]),
        ("m1 >= 30", [1, 0, 0, 0]),
        ("m1 > 15 AND m2 > 15", [1, 0, 0, 0]),
        ("m1 > 15 && m2 > 15", [1, 0, 0, 0]),
        ("m1 > 15 OR m2 > 15", [1, 1, 1, 0]),
        ("m1 > 25 || m1 == 0", [1, 0, 1, 1]),
        ("m1 != 20", [1, 0, 1, 1]),
    ],
)
def test_operators_treat_what_is_missing_as_0_and_drop_a_division_by_0(expression: str, expected: Points) -> None:
    assert points(expression, 4, m1=M1, m2=M2) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IF(c, t, f)", [30, 0, 20, None, None]),
        ("IF(c, 5, f)", [5, 5, 20, None, None]),
        ("IF(c, t, 5)", [30, 0, 5, 5, None]),
        ("IF(c, t)", [30, 0, None, None, None]),
        ("IF(c > 0, 10, 2)", [10, 10, 2, 2, None]),
        ("IF(1, t, f)", [30, None, 0, 0, 30]),
        ("IF(0, t, f)", [0, 0, 20, None, 20]),
        ("IF(0, t)", [None] * 5),
    ],
)
def test_if_chooses_by_datapoint_as_in_awss_tables(expression: str, expected: Points) -> None:
    assert points(expression, c=[1, 1, 0, 0, None], t=[30, None, 0, 0, 30], f=[0, 0, 20, None, 20]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("FILL(m1, 7)", [7, 1, 7, 4, 7]),
        ("FILL(m1, REPEAT)", [None, 1, 1, 4, 4]),
        ("FILL(m1, LINEAR)", [None, 1, 2.5, 4, None]),
        ("FILL(m1, m2)", [9, 1, 9, 4, None]),
        ("FILL(m1, MIN(m1))", [1, 1, 1, 4, 1]),
        ("RUNNING_SUM(m1)", [None, 1, None, 5, None]),
        ("DIFF(m1)", [None, None, None, 3, None]),
        ("DIFF_TIME(m1)", [None, None, None, 120, None]),
        ("RATE(m1)", [None, None, None, 3 / 120, None]),
        ("ABS(-m1)", [None, 1, None, 4, None]),
        ("CEIL(m1 / 3)", [None, 1, None, 2, None]),
        ("FLOOR(m1 / 3)", [None, 0, None, 1, None]),
        ("LOG(m1)", [None, 0, None, math.log(4), None]),
        ("LOG10(m1 * 25)", [None, math.log10(25), None, 2, None]),
        ("m1 - AVG(m1)", [None, -1.5, None, 1.5, None]),
        ("m1 / MAX(m1)", [None, 0.25, None, 1, None]),
        ("m1 * STDDEV(m1)", [None, 1.5, None, 6, None]),
        ("TIME_SERIES(SUM(m1))", [5] * 5),
        ("TIME_SERIES(DATAPOINT_COUNT(m1))", [2] * 5),
        ("TIME_SERIES(PERIOD(m1))", [60] * 5),
        ("MINUTE(m1)", [0, 1, 2, 3, 4]),
        ("HOUR(m1)", [8] * 5),
        ("DAY(m1)", [5] * 5),
        ("DATE(m1)", [15] * 5),
        ("MONTH(m1)", [1] * 5),
        ("YEAR(m1)", [2027] * 5),
        ("EPOCH(m1) - 1800000000", [0, 60, 120, 180, 240]),
        ("TIME_SERIES(MAX(none))", [None] * 5),
        ("LOG(m1 - 1)", [None, None, None, math.log(3), None]),
    ],
)
def test_functions_of_one_series(expression: str, expected: Points) -> None:
    found = points(expression, m1=[None, 1, None, 4, None], m2=[9, None, 9, None, None], none=[])
    assert found == pytest.approx(expected)


A: Points = [1, 2, None]
B: Points = [3, None, None]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SUM([a, b])", [4, 2, None]),
        ("AVG([a, b])", [2, 1, None]),
        ("MIN([a, b])", [1, 2, None]),
        ("MAX(METRICS())", [3, 2, None]),
        ("STDDEV([a, b])", [1, 0, None]),
        ("DATAPOINT_COUNT([a, b])", [2, 1, None]),
        ("SUM(METRICS('b'))", [3, None, None]),
        ('SUM([METRICS("a"), METRICS("b")])', [4, 2, None]),
        ("SUM(100 / [a, b])", [100 + 100 / 3, 50, None]),
        ("FIRST([a, b]) - LAST([a, b])", [-2, 2, None]),
        ("a / METRIC_COUNT(METRICS())", [0.5, 1, None]),
        ("SUM(SLICE([a, b], 1))", [3, None, None]),
        ("FIRST(SORT([a, b], AVG, DESC))", [3, None, None]),
        ("FIRST(SORT([a, b], SUM, ASC))", [1, 2, None]),
    ],
)
def test_arrays_are_brought_together(expression: str, expected: Points) -> None:
    assert points(expression, 3, a=A, b=B) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("METRICS() * 10", [[10, 20, None], [30, None, None], [None] * 3]),
        ("REMOVE_EMPTY([a, none])", [[1, 2, None]]),
        ("FILL([b, none], 0)", [[3, 0, 0], [0, 0, 0]]),
        ("SORT([a, b], MAX, DESC, 1)", [[3, None, None]]),
        ("SLICE([a, b, none], 0, 2)", [[1, 2, None], [3, None, None]]),
        ("-[a, b]", [[-1, -2, None], [-3, None, None]]),
        ("SEARCH('anything', 'Sum', 60)", [[1, 2, None], [3, None, None], [None] * 3]),
    ],
)
def test_arrays_stay_arrays(expression: str, expected: list[Points]) -> None:
    assert [row[:3] for row in several(expression, a=A, b=B, none=[])][: len(expected)] == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("m1 +", "Invalid syntax at character 5: the end is not expected here"),
        ("m1 + )", "Invalid syntax at character 6: ')' is not expected here"),
        ("m1 § 2", "Invalid syntax at character 4: '§' is not expected here"),
        ("1 + m9", "ID 'm9' not found (at character 5: m9)"),
        ("1 + MEDIAN(m1)", "Function 'MEDIAN' not found (at character 5: MEDIAN(m1))"),
        ("m1 + ABS(1)", "ABS takes a time series (at character 6: ABS(1))"),
        ("ABS(m1, m1)", "ABS takes 1 argument, not 2 (at character 1: ABS(m1, m1))"),
        ("AVG(m1)", "The result must be a time series or an array of time series, not a scalar"),
        ("1", "The result must be a time series or an array of time series, not a scalar"),
        ("[m1] + [m1]", "the operator takes no two arrays of time series (at character 1: [m1] + [m1])"),
        ("[m1] > 1", "the operator takes no array of time series (at character 1: [m1] > 1)"),
        ("PERIOD(m1 + 1)", "PERIOD takes a metric, not the result of an expression (at character 1: PERIOD(m1 + 1))"),
        ("SORT([m1], MEDIAN, ASC)", "SORT sorts by AVG, MIN, MAX or SUM, and in the order ASC or DESC"),
        ("DESC", "'DESC' stands for nothing here (at character 1: DESC)"),
        ("SELECT AVG(x) FROM y", "The local cloud has no Metrics Insights queries (SELECT)"),
        ("(" * 500 + "-" * 1500 + "m1" + ")" * 500, "it is nested too deeply"),
    ],
)
def test_an_error_names_the_expression_and_the_place(expression: str, words: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"Error in expression 'e1': {words}")):
        compute(expression, m1=[1])


@pytest.mark.parametrize("function", ELSEWHERE)
def test_functions_that_only_aws_has_are_refused_by_name(function: str) -> None:
    with pytest.raises(ValidationError, match=f"The local cloud has no function {function}"):
        compute(f"{function}(m1)", m1=[1])


def test_series_of_different_periods_are_not_mixed() -> None:
    slow = TimeSeries(300, {START: 1.0})
    window = Window(START, START + 600, START + 600, 60)
    known = {"m1": series([1]), "m2": slow}
    expression = Expression("e1", "m1 + m2", window, known.__getitem__, lambda part: (), lambda *_: ())
    with pytest.raises(ValidationError, match="not of 60 and 300 seconds"):
        expression.value()


def test_a_series_that_is_made_up_has_no_more_datapoints_than_a_request() -> None:
    with pytest.raises(ValidationError, match="more than 100800 datapoints"):
        compute("TIME_SERIES(1)", 100_801)


_expressions = some.recursive(
    some.sampled_from(["m1", "m2", "3", "0", "[m1, m2]", "METRICS()", "ASC"]),
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from(["+", "-", "*", "/", "^", "<", "<=", "==", "AND", "OR"]), inner).map(
            " ".join
        ),
        some.tuples(some.sampled_from([*FUNCTIONS, "IF"]), some.lists(inner, max_size=3)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
        inner.map(lambda one: f"(-{one})"),
    ),
    max_leaves=6,
)


@given(_expressions)
def test_every_expression_has_finite_values_or_an_error_of_aws(expression: str) -> None:
    value: TimeSeries | Array = ()
    words = "Error in expression 'e1'"
    try:
        value = compute(expression, m1=[1, -2, None, 0, 5], m2=[None, 3, 1e300, 0, -1])
    except ValidationError as error:
        words = error.message
    assert words.startswith("Error in expression 'e1'")
    for one in value if isinstance(value, tuple) else (value,):
        assert all(math.isfinite(number) for number in one.points.values())
        assert list(one.points) == sorted(one.points)


@given(some.text(alphabet="m12 +-*/^()[],.<>=!&|ABSIF'\"", max_size=20))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    words = "at character"
    try:
        parse(text)
    except MathError as error:
        words = str(error)
    assert "at character" in words
