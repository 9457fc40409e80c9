"""Producers, consumers that fail at random, and a dead-letter queue, all at the same time: every message is processed or dead-lettered, once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.sqs.models import Queue, sqs_backends

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events.plane import EventPlane
from helpers.localcloud.events.queue_messages import Outgoing
from helpers.localcloud.events.queue_store import QueueStore
from helpers.localcloud.events.queues import find
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work

ACCOUNT = "123456789012"
MESSAGES = 1_500
DEADLINE_SECONDS = 60


@pytest.fixture
def plane() -> Iterator[EventPlane]:
    clock = VirtualClock()
    schedule = Schedule(clock)
    yield EventPlane(CloudContext("", clock, schedule, Work(), Path(), ""))
    schedule.close()
    sqs_backends.pop(ACCOUNT, None)


def make(plane: EventPlane, name: str, **attributes: str) -> QueueStore:
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    queue = Queue(name, "us-east-1", ACCOUNT, **fifo, **attributes)  # type: ignore[abstract]
    sqs_backends[ACCOUNT]["us-east-1"].queues[name] = queue
    store = queue.__dict__["_localcloud"] = QueueStore(queue, plane, find)
    return store


@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_every_message_is_processed_or_dead_lettered_once(plane: EventPlane, suffix: str) -> None:
    dead = make(plane, "dead" + suffix)
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    store = make(plane, "orders" + suffix, RedrivePolicy=policy)
    finished, stop, guard = Counter(), threading.Event(), threading.Lock()
    errors: list[Exception] = []

    def produce(producer: int) -> None:
        for number in range(MESSAGES // 3):
            key = f"{producer}-{number}"
            group = str(producer * 10 + number % 3)
            store.send(Outgoing(key, group=group, deduplication_id=key if suffix else None))

    def consume(seed: int) -> None:
        chance = random.Random(seed)
        try:
            while not stop.is_set():
                for message in store.receive(chance.randint(1, 10), 3_600, 0.2):
                    if chance.random() < 0.6:
                        with guard:
                            finished.add(message.id)
                        store.delete(message.receipt_handle)
                    else:
                        store.change_visibility(message.receipt_handle, chance.choice([0, 0.01]))
        except Exception as error:
            errors.append(error)

    producers = [threading.Thread(target=produce, args=(number,)) for number in range(3)]
    consumers = [threading.Thread(target=consume, args=(number,)) for number in range(4)]
    for thread in [*producers, *consumers]:
        thread.start()
    for thread in producers:
        thread.join()
    give_up = time.monotonic() + DEADLINE_SECONDS
    while len(finished.ids) + dead.counts().visible < MESSAGES and time.monotonic() < give_up:
        stop.wait(0.02)
    stop.set()
    for thread in consumers:
        thread.join()
    assert errors == []
    assert finished.twice == set()
    letters = {message.id for message in dead.receive(MESSAGES)}
    assert len(finished.ids | letters) == MESSAGES
    assert not finished.ids & letters
    assert store.counts().visible == store.counts().in_flight == 0


class Counter:
    """Ids that came, and those that came again."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.twice: set[str] = set()

    def add(self, id: str) -> None:
        (self.twice if id in self.ids else self.ids).add(id)
