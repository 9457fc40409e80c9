"""What alarms ask of metrics in the server's own process: statistics, queries, checks, and when they hear of data."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.localcloud import metrics, observe
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.events.queue_metrics import GAUGES, Gauges, Meter
from helpers.localcloud.observe.metrics import queries
from helpers.localcloud.observe.metrics import store as stores
from helpers.localcloud.observe.metrics.errors import ValidationError
from helpers.localcloud.observe.metrics.metric_data import get_metric_data
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore

REGION = "eu-west-1"
KEY = MetricKey("Loja", "Orders", (("Stage", "prod"),))
DAY = 86400.0
_accounts = itertools.count(700_000_000_001)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    clock = VirtualClock()
    monkeypatch.setattr(observe, "_contexts", [SimpleNamespace(clock=clock)])
    monkeypatch.setattr(stores, "sources", [])
    return clock


@pytest.fixture
def account() -> Iterator[str]:
    account = str(next(_accounts))
    yield account
    stores.forget(account)


@pytest.fixture
def store(account: str) -> MetricStore:
    return stores.store_of(account, REGION)


def minute_of(clock: VirtualClock) -> float:
    return clock.timestamp() // 60 * 60


def query(name: str = "m1", **more: Any) -> dict[str, Any]:
    described = {
        "Namespace": "Loja",
        "MetricName": "Orders",
        "Dimensions": [{"Name": "Stage", "Value": "prod"}],
    }
    return {"Id": name, "MetricStat": {"Metric": described, "Stat": "Sum", "Period": 60}, **more}


def test_a_statistic_has_only_the_periods_with_data(clock: VirtualClock, account: str, store: MetricStore) -> None:
    now = minute_of(clock)
    for minutes in (1, 3):
        store.put(KEY, moment=now - 60 * minutes, value=minutes)
        store.put(KEY, moment=now - 60 * minutes, value=10)
    found = queries.statistic(account, REGION, KEY, "Sum", 60, now - 600, now)
    assert found == {now - 180: 13, now - 60: 11}
    assert list(found) == sorted(found)
    assert queries.statistic(account, REGION, KEY, "p50", 300, now - 300, now) == {now - 300: 3}
    assert queries.statistic(account, REGION, KEY, "Sum", 60, now - 600, now, "Count") == {}
    assert queries.statistic(account, REGION, MetricKey("Loja", "Orders"), "Sum", 60, now - 600, now) == {}


@pytest.mark.parametrize(
    ("age", "period", "seen"),
    [
        (2 * 3600, 1, True),
        (4 * 3600, 1, False),
        (4 * 3600, 60, True),
        (16 * DAY, 60, False),
        (16 * DAY, 300, True),
        (64 * DAY, 300, False),
        (64 * DAY, 3600, True),
        (454 * DAY, 86400, True),
        (456 * DAY, 86400, False),
    ],
)
def test_the_older_data_is_the_longer_periods_must_be(
    clock: VirtualClock, account: str, store: MetricStore, age: float, period: int, seen: bool
) -> None:
    moment = (clock.timestamp() - age) // 3600 * 3600
    store.put(KEY, moment=moment, value=1, resolution=1)
    found = queries.statistic(account, REGION, KEY, "Sum", period, moment, moment + period)
    assert found == ({moment: 1} if seen else {})


def test_queries_are_evaluated_with_metric_math(clock: VirtualClock, account: str, store: MetricStore) -> None:
    now = minute_of(clock)
    store.put(KEY, moment=now - 120, value=4)
    asked = [query(ReturnData=False), {"Id": "e1", "Expression": "FILL(m1, 1) / 2"}]
    assert queries.evaluate(account, REGION, asked, now - 180, now) == {
        "m1": {now - 120: 4},
        "e1": {now - 180: 0.5, now - 120: 2, now - 60: 0.5},
    }


def test_arrays_may_be_in_between_only(clock: VirtualClock, account: str, store: MetricStore) -> None:
    now = minute_of(clock)
    store.put(KEY, moment=now - 60, value=4)
    array = {"Id": "all", "Expression": "METRICS()"}
    total = {"Id": "total", "Expression": "SUM(all)"}
    found = queries.evaluate(account, REGION, [query(), {**array, "ReturnData": False}, total], now - 60, now)
    assert found == {"m1": {now - 60: 4}, "total": {now - 60: 4}}
    with pytest.raises(ValidationError, match="'all' must return a single time series"):
        queries.evaluate(account, REGION, [query(), array], now - 60, now)


@pytest.mark.parametrize(
    "expression", ["m1 +", "m2", "AVG(m1)", "LAMBDA('f')", "IF([m1], m1)", "SEARCH('{', 'Sum', 60)"]
)
def test_queries_are_checked_without_data(clock: VirtualClock, account: str, expression: str) -> None:
    with pytest.raises(ValidationError, match="Error in expression 'e1'"):
        queries.check(account, REGION, [query(), {"Id": "e1", "Expression": expression}], "Metrics")


def test_messages_name_the_list_that_was_given(clock: VirtualClock, account: str) -> None:
    with pytest.raises(ValidationError, match=r"The parameter Metrics\.member\.1\.MetricStat is required\."):
        queries.check(account, REGION, [{"Id": "m1"}], "Metrics")
    queries.check(account, REGION, [query(), {"Id": "e1", "Expression": "m1 / 2"}], "Metrics")


def test_listeners_hear_of_what_was_emitted(clock: VirtualClock, account: str, store: MetricStore) -> None:
    heard: list[tuple[str, float]] = []
    store.listeners.append(lambda key, moment: heard.append((key.name, moment)))
    now = dt.datetime(2026, 1, 1, 12, 0, 30, tzinfo=dt.UTC)
    metrics.emit(account, REGION, "AWS/Lambda", {"FunctionName": "f"}, {"Errors": 1, "Duration": 2}, now=now)
    assert heard == [("Errors", now.timestamp() - 30), ("Duration", now.timestamp() - 30)]


def test_sources_are_asked_before_an_answer(
    clock: VirtualClock, account: str, store: MetricStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = minute_of(clock)

    def tell(told_account: str, region: str) -> None:
        stores.store_of(told_account, region).put(KEY, moment=now - 60, value=5, told=True)

    monkeypatch.setattr(stores, "sources", [tell])
    assert queries.statistic(account, REGION, KEY, "Maximum", 60, now - 60, now) == {now - 60: 5}


def test_a_queue_tells_its_gauges_when_they_are_read_and_says_before_that_they_will_come(
    clock: VirtualClock, account: str, store: MetricStore
) -> None:
    began = minute_of(clock)
    meter = Meter(account, REGION, "orders", began, lambda: Gauges(3, 0, 0, began - 30))
    meter.turn(began + 5)
    meter.add(began + 5, "NumberOfMessagesSent", 1)
    meter.add(began + 6, "NumberOfMessagesSent", 1)
    news = [(key.name, moment) for key, moment in meter.news()]
    assert news == [*((name, began + 60) for name in GAUGES), ("NumberOfMessagesSent", began + 5)]
    meter.turn(began + 7)
    assert meter.news() == []
    told = {(key.name, moment): value for key, moment, _, value in meter.drain(began + 130)}
    assert told["ApproximateNumberOfMessagesVisible", began + 60] == 3
    assert told["ApproximateAgeOfOldestMessage", began + 120] == 150
    assert len(told) == 8
    sent = MetricKey("AWS/SQS", "NumberOfMessagesSent", (("QueueName", "orders"),))
    assert queries.statistic(account, REGION, sent, "SampleCount", 60, began, began + 60) == {began: 2}


@pytest.mark.parametrize("expression", ["TIME_SERIES({number})", "FILL(m1, {number})", "m1 * {number}"])
def test_a_request_may_have_a_million_datapoints_in_memory(
    clock: VirtualClock, account: str, store: MetricStore, expression: str
) -> None:
    now = minute_of(clock)
    for minute in range(15_000):
        store.put(KEY, moment=now - 60 * minute, value=1)
    computed = [{"Id": f"e{number}", "Expression": expression.format(number=number)} for number in range(100)]
    start = now - 14 * DAY
    assert len(queries.evaluate(account, REGION, [query(), *computed[:5]], start, now)) == 6
    with pytest.raises(ValidationError, match="at most 1000000 datapoints for one request"):
        queries.evaluate(account, REGION, [query(), *computed], start, now)


def test_an_answer_says_that_the_oldest_datapoints_are_gone(
    clock: VirtualClock, account: str, store: MetricStore
) -> None:
    now = minute_of(clock)
    asked = {
        "MetricDataQueries": [query("m1")],
        "StartTime": dt.datetime.fromtimestamp(now - DAY, dt.UTC),
        "EndTime": dt.datetime.fromtimestamp(now, dt.UTC),
    }
    full, size = [1.0] * 10_000, stores.MOST_DATAPOINTS // 10_000
    for number in range(size):
        store.put(KEY, moment=now - 60 * (size - number), values=full)
    assert get_metric_data(account, REGION, asked)["Messages"] == []
    store.put(KEY, moment=now - 60, value=1)
    answer = get_metric_data(account, REGION, asked)
    [message] = answer["Messages"]
    assert message["Code"] == "DatapointsDropped"
    assert f"dropped the {store.dropped} oldest datapoints" in message["Value"]
    [result] = answer["MetricDataResults"]
    assert sum(result["Values"]) == stores.MOST_DATAPOINTS + 1 - store.dropped
    assert min(result["Timestamps"]).timestamp() == now - 60 * (size - store.dropped // 10_000)


def test_searches_are_counted(clock: VirtualClock, account: str) -> None:
    many = [
        {"Id": f"e{number}", "Expression": "SEARCH('{Loja}', 'Sum', 60)", "ReturnData": False} for number in range(101)
    ]
    with pytest.raises(ValidationError, match="SEARCH may stand 100 times in a request"):
        queries.evaluate(account, REGION, many, 0, 60)
