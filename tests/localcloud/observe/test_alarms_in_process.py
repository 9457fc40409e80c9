"""Alarms seen from inside: a silent metric costs nothing, and many alarms share one appointment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpers.localcloud.observe import alarms
from helpers.localcloud.observe.alarms import control
from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.metrics.store import MetricKey, store_of
from helpers.localcloud.server import LocalCloud
from helpers.localcloud.travel import travel

REGION = "us-east-1"


@pytest.fixture
def server() -> Iterator[LocalCloud]:
    made = LocalCloud()
    made.start()
    yield made
    made.close()


@pytest.fixture
def book(server: LocalCloud, account: str) -> Book:
    return alarms.plane().book(account, REGION)


def put(book: Book, name: str, **changes: Any) -> None:
    given = {
        "AlarmName": name,
        "Namespace": "Loja",
        "MetricName": "Refusals",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    control.put_metric_alarm(alarms.plane(), book, {**given, **changes})


def feed(server: LocalCloud, book: Book, value: float) -> None:
    moment = server.context.clock.timestamp()
    store_of(book.account, REGION).put(MetricKey("Loja", "Refusals"), moment=moment, value=value)


def test_an_alarm_on_a_silent_metric_has_no_appointment(server: LocalCloud, book: Book) -> None:
    put(book, "refusals")
    travel(server.context, 60)
    assert server.context.schedule.next_moment() is None
    feed(server, book, 1)
    assert server.context.schedule.next_moment() is not None
    travel(server.context, 600)
    assert book.alarms["refusals"].state.value == "INSUFFICIENT_DATA"
    assert server.context.schedule.next_moment() is None


def test_a_long_period_is_looked_at_only_when_its_data_move(server: LocalCloud, book: Book) -> None:
    put(book, "refusals", Period=3_600)
    feed(server, book, 1)
    travel(server.context, 61)
    assert book.alarms["refusals"].state.value == "ALARM"
    next_moment = server.context.schedule.next_moment()
    assert next_moment is not None
    assert next_moment - server.context.clock.timestamp() > 3_400


def test_all_alarms_of_an_account_share_an_appointment(server: LocalCloud, book: Book) -> None:
    for number in range(200):
        put(book, f"a{number}")
    feed(server, book, 1)
    stops = 0
    while server.context.schedule.next_moment() is not None:
        due = server.context.schedule.next_moment()
        assert due is not None
        server.context.clock.advance(max(0.0, due - server.context.clock.timestamp()) + 0.001)
        server.context.schedule.run_due()
        stops += 1
    assert {alarm.state.value for alarm in book.alarms.values()} == {"INSUFFICIENT_DATA"}
    assert len(book.history.items(server.context.clock.timestamp())) == 200 * 3
    assert stops < 10


def test_evaluations_that_were_jumped_over_are_made_up_in_their_order(server: LocalCloud, book: Book) -> None:
    put(book, "refusals", TreatMissingData="notBreaching")
    feed(server, book, 1)
    server.context.clock.advance(3_600)
    server.context.schedule.run_due()
    summaries = [item.summary for item in book.history.items(server.context.clock.timestamp())]
    assert summaries[1:] == ["Alarm updated from INSUFFICIENT_DATA to ALARM", "Alarm updated from ALARM to OK"]


def test_the_history_is_bounded_in_time(server: LocalCloud, book: Book) -> None:
    put(book, "refusals")
    travel(server.context, 31 * 86_400)
    assert book.history.items(server.context.clock.timestamp()) == []
