"""The store of metrics: what came is there, in order, by minute, bounded; and what listeners hear."""

from __future__ import annotations

import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpers.localcloud import metrics
from helpers.localcloud.observe.metrics import store as stores
from helpers.localcloud.observe.metrics.series import Sample, StatisticSet
from helpers.localcloud.observe.metrics.statistics import UnknownStatistic, statistic_named
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore

KEY = MetricKey("Loja", "Orders")
MINUTE = 60.0


def sums(store: MetricStore, key: MetricKey = KEY, unit: str = "None", period: float = 60) -> dict[float, float | None]:
    samples = store.periods(key, unit, 0, period, 0, 1e12)
    return {begin: statistic_named("Sum")(sample) for begin, sample in samples.items()}


def test_a_datapoint_stands_at_the_beginning_of_its_minute_or_second() -> None:
    store = MetricStore()
    store.put(KEY, moment=119.5, value=1)
    store.put(KEY, moment=119.5, value=2, resolution=1)
    assert sums(store, period=1) == {60: 1, 119: 2}


@given(some.lists(some.tuples(some.integers(0, 50), some.integers(0, 100)), max_size=60), some.integers(1, 7))
def test_values_are_found_in_their_periods_in_whatever_order_they_came(
    rows: list[tuple[int, int]], minutes: int
) -> None:
    store = MetricStore()
    expected: dict[float, float] = {}
    for number, (minute, value) in enumerate(rows):
        store.put(KEY, moment=minute * MINUTE, value=value)
        begin = minute // minutes * minutes * MINUTE
        expected[begin] = expected.get(begin, 0) + value
        if number % 7 == 3:
            sums(store)  # reading in between puts in order what has come so far
    assert sums(store, period=minutes * MINUTE) == expected


@given(some.lists(some.integers(0, 40), min_size=1, max_size=80), some.integers(4, 20))
def test_a_full_store_drops_the_oldest_and_counts_them(minutes: list[int], most: int) -> None:
    store = MetricStore(most_datapoints=most)
    for number, minute in enumerate(minutes):
        store.put(MetricKey("Loja", f"m{number % 3}"), moment=minute * MINUTE, value=1)
    kept = [
        begin
        for key in list(store.keys())
        for begin, sample in store.periods(key, "None", 0, 60, 0, 1e9).items()
        for _ in sample.values
    ]
    assert len(kept) <= most
    assert len(kept) + store.dropped == len(minutes)


def test_what_is_dropped_is_older_than_what_stays_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    store = MetricStore(most_datapoints=100)
    with caplog.at_level(logging.WARNING):
        for minute in range(300):
            store.put(KEY, moment=minute * MINUTE, value=1)
    assert min(sums(store)) == store.dropped * MINUTE
    assert [record.message for record in caplog.records] == [
        "metrics: more than 100 datapoints or 20000 metrics in one account and Region; the oldest are dropped"
    ]


def test_a_flood_of_metrics_drops_those_that_are_silent_for_longest() -> None:
    store = MetricStore(most_metrics=40)
    for number in range(100):
        store.put(MetricKey("Loja", f"m{number}"), moment=number * MINUTE, value=1)
    assert len(store.keys()) <= 40
    assert store.keys()[-1].name == "m99"
    assert len(store.keys()) + store.dropped == 100


def test_a_flood_of_long_dimensions_is_bounded_as_well() -> None:
    store = MetricStore(most_metrics=100)
    for number in range(300):
        dimensions = tuple((f"d{one}", f"{number:05}" * 200) for one in range(10))
        store.put(MetricKey("Loja", "m", dimensions), moment=number * MINUTE, value=1)
    kept = store.keys()
    text = sum(len(value) for key in kept for _, value in key.dimensions)
    assert 0 < len(kept) < 20
    assert text < 2 * 100 * 1024
    assert kept[-1].dimensions[0][1].startswith("00299")


def test_statistic_sets_are_counted_and_keep_percentiles_only_where_they_tell_values() -> None:
    store = MetricStore()
    store.put(KEY, moment=0, statistics=StatisticSet(4, 20, 5, 5))
    store.put(KEY, moment=60, statistics=StatisticSet(2, 9, 4, 5))
    same, spread = store.periods(KEY, "None", 0, 60, 0, 120).values()
    p50, average = statistic_named("p50"), statistic_named("Average")
    assert (average(same), p50(same)) == (5, 5)
    assert (average(spread), p50(spread)) == (4.5, None)


def test_what_is_counted_with_every_message_becomes_one_set_a_minute() -> None:
    store = stores.store_of("111122223333", "eu-west-1")
    heard: list[tuple[str, float]] = []
    store.listeners.append(lambda key, moment: heard.append((key.name, moment)))
    for number in range(100):
        metrics.add(
            "111122223333", "eu-west-1", "AWS/SNS", {"b": "1", "a": "2"}, {"Published": number}, now=60 + number / 2
        )
    key = MetricKey("AWS/SNS", "Published", (("a", "2"), ("b", "1")))
    samples = store.periods(key, "Count", 0, 60, 0, 1e6)
    assert samples[60].sets == [StatisticSet(100, 4950, 0, 99)]
    assert heard == [("Published", 60)]
    stores.forget("111122223333")
    assert stores.store_of("111122223333", "eu-west-1").keys() == []


def test_units_are_kept_apart() -> None:
    store = MetricStore()
    store.put(KEY, moment=0, value=1, unit="Seconds")
    store.put(KEY, moment=0, value=2, unit="Count")
    assert [sums(store, unit=unit) for unit in store.units(KEY)] == [{0: 1}, {0: 2}]


def test_values_come_as_often_as_their_counts_say() -> None:
    store = MetricStore()
    store.put(KEY, moment=0, values=[1, 2, 3], counts=[1, 0, 5])
    sample = store.periods(KEY, "None", 0, 60, 0, 60)[0]
    assert [statistic_named(name)(sample) for name in ("SampleCount", "Sum", "Maximum", "p90")] == [6, 16, 3, 3]


def test_many_threads_lose_nothing() -> None:
    store = MetricStore()

    def work(number: int) -> None:
        for moment in range(1000):
            store.put(KEY, moment=moment * 7 % 600, value=1)
            store.count(MetricKey("Loja", "Counted"), 1, moment=moment)
            if moment % 100 == 0:
                sums(store)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(value or 0 for value in sums(store).values()) == 8000
    assert sum(value or 0 for value in sums(store, MetricKey("Loja", "Counted")).values()) == 8000


def sample_of(values: list[float], weights: list[float] | None = None) -> Sample:
    sample = Sample()
    sample.values.extend(values)
    sample.weights.extend(weights or [1.0] * len(values))
    return sample


HUNDRED = sample_of([float(number) for number in range(100, 0, -1)])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SampleCount", 100),
        ("Sum", 5050),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("p0", 1),
        ("p50", 50),
        ("p99", 99),
        ("p99.5", 100),
        ("p100", 100),
        ("tm90", 45.5),
        ("TM(2%:98%)", 50.5),
        ("TM(10%:)", 55.5),
        ("TM(10:20)", 15.5),
        ("TM(:5)", 3),
        ("tc90", 90),
        ("TC(80:500)", 20),
        ("TC(:0.5)", 0),
        ("ts90", 4095),
        ("TS(80%:)", 1810),
        ("TS(200:300)", 0),
        ("TM(200:300)", None),
        ("IQM", 50.5),
        ("wm90", (4095 + 10 * 90) / 100),
        ("WM(10%:90%)", (10 * 10 + sum(range(11, 91)) + 10 * 90) / 100),
        ("WM(50:60)", (50 * 50 + sum(range(51, 61)) + 40 * 60) / 100),
        ("PR(:30)", 30),
        ("PR(90:)", 10),
        ("PR(10:30)", 20),
    ],
)
def test_statistics_by_the_names_that_aws_gives_them(name: str, expected: float | None) -> None:
    assert statistic_named(name)(HUNDRED) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "sum",
        "p",
        "p101",
        "P50",
        "p-1",
        "tm0",
        "pr30",
        "TM(10:20%)",
        "TM(:)",
        "TM()",
        "TM(20:10)",
        "TM(10%:101%)",
        "PR(1%:2%)",
    ]
    + ["IQM(1:2)", "p1.12345678901", "TM(%:5)", "p50 "],
)
def test_other_names_are_no_statistics(name: str) -> None:
    with pytest.raises(UnknownStatistic):
        statistic_named(name)


def test_negative_values_have_no_percentiles() -> None:
    sample = sample_of([-1.0, 2.0])
    assert [statistic_named(name)(sample) for name in ("Sum", "p50", "tm50", "PR(:1)")] == [1, None, None, None]


@given(some.lists(some.tuples(some.floats(0, 1e6), some.integers(1, 5)), min_size=1, max_size=30), some.floats(0, 100))
def test_weights_are_the_same_as_repeated_values(pairs: list[tuple[float, int]], share: float) -> None:
    heavy = sample_of([value for value, _ in pairs], [float(weight) for _, weight in pairs])
    plain = sample_of([value for value, weight in pairs for _ in range(weight)])
    for name in ("SampleCount", "Average", f"p{share:.2f}", "tm75", "WM(10%:90%)", "IQM", "PR(10:500)"):
        assert statistic_named(name)(heavy) == pytest.approx(statistic_named(name)(plain), rel=1e-9, abs=1e-9)
