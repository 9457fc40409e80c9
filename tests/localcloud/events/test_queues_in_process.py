"""The store in process, as pollers use it: any number of messages, a voice that tells them, and nothing left when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.sqs.models import Queue

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events import queue_store as module
from helpers.localcloud.events.plane import EventPlane
from helpers.localcloud.events.queue_errors import TooManyInFlight
from helpers.localcloud.events.queue_messages import Outgoing
from helpers.localcloud.events.queue_store import QueueStore
from helpers.localcloud.events.queues import find
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.travel import travel
from helpers.localcloud.work import Work


@pytest.fixture
def context() -> Iterator[CloudContext]:
    clock = VirtualClock()
    made = CloudContext("", clock, Schedule(clock), Work(), Path(), "")
    yield made
    made.schedule.close()


@pytest.fixture
def store(context: CloudContext) -> QueueStore:
    return QueueStore(Queue("orders", "us-east-1", "123456789012"), EventPlane(context), find)  # type: ignore[abstract]


def test_a_poller_takes_more_than_ten(store: QueueStore) -> None:
    for number in range(25):
        store.send(Outgoing(str(number)))
    assert [one.body for one in store.receive(100)] == [str(number) for number in range(25)]
    assert not store.receivable()


def test_who_listens_is_told_of_what_is_sent_returned_and_delayed_until_it_stops(
    store: QueueStore, context: CloudContext
) -> None:
    told: list[bool] = []
    stop = store.listen(lambda: told.append(store.receivable()))
    store.send(Outgoing("now"))
    assert told == [True]
    store.send(Outgoing("later", delay_seconds=60))
    assert told == [True]
    store.receive(1, 30)
    travel(context, 31)
    assert told == [True, True]
    store.receive(1, 300)
    travel(context, 60)
    assert told == [True, True, True]
    stop()
    store.send(Outgoing("unheard"))
    assert len(told) == 3


def test_a_closed_store_leaves_no_appointment_and_no_listener(store: QueueStore, context: CloudContext) -> None:
    told: list[None] = []
    store.listen(lambda: told.append(None))
    store.send(Outgoing("later", delay_seconds=60))
    assert context.schedule.next_moment() is not None
    store.close()
    assert context.schedule.next_moment() is None
    travel(context, 61)
    assert told == []


def test_four_days_over_a_queue_with_messages_take_few_stops(store: QueueStore, context: CloudContext) -> None:
    for number in range(20):
        store.send(Outgoing(str(number)))
    stops = 0
    while (due := context.schedule.next_moment()) is not None:
        context.clock.advance(max(0.0, due - context.clock.timestamp()) + 0.001)
        context.schedule.run_due()
        stops += 1
    assert not store.receivable()
    assert stops < 50


def test_a_full_standard_queue_refuses_to_give_more(store: QueueStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT_AT_MOST", 3)
    for number in range(5):
        store.send(Outgoing(str(number)))
    assert len(store.receive(10)) == 3
    with pytest.raises(TooManyInFlight):
        store.receive(1)


def test_what_is_done_leaves_no_trace_in_memory(store: QueueStore) -> None:
    for number in range(1_000):
        store.send(Outgoing(str(number)))
        (message,) = store.receive(1)
        store.delete(message.receipt_handle)
    assert len(store._shelf._due) < 200
    assert len(store._shelf._by_age) < 200
