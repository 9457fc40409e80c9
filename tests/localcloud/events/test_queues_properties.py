"""A queue under any sequence of calls: nothing is lost, nothing is with two consumers, groups keep their order, counts are right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto.sqs.models import Queue

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events.plane import EventPlane
from helpers.localcloud.events.queue_messages import Message, Outgoing
from helpers.localcloud.events.queue_store import QueueStore
from helpers.localcloud.events.queues import find
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work

VISIBILITY = 30.0


class _StillClock(VirtualClock):
    """A clock that moves only by ``advance``."""

    def timestamp(self) -> float:
        return 1_700_000_000 + self.offset.total_seconds()


class _Machine(RuleBasedStateMachine):
    """The store beside the simplest model of it: what was sent, who holds what until when, how often."""

    name = "orders"

    def __init__(self) -> None:
        super().__init__()
        clock = _StillClock()
        self.clock = clock
        schedule = Schedule(clock)
        schedule.close()
        context = CloudContext("", clock, schedule, Work(), Path(), "")
        fifo = {"FifoQueue": "true"} if self.name.endswith(".fifo") else {}
        queue = Queue(self.name, "us-east-1", "123456789012", **fifo)  # type: ignore[abstract]
        if not hasattr(queue, "redrive_allow_policy"):
            queue.redrive_allow_policy = None
        self.fifo = bool(fifo)
        self.store = QueueStore(queue, EventPlane(context), find)
        self.sent: list[str] = []
        self.alive: dict[str, str] = {}
        self.receives: Counter[str] = Counter()
        self.held: dict[str, tuple[Message, float]] = {}
        self.delayed: dict[str, float] = {}
        self.told = 0
        self.store.listen(self._tell)

    def _tell(self) -> None:
        self.told += 1

    def _now(self) -> float:
        return self.clock.timestamp()

    def _expected(self) -> set[str]:
        """What can be received now by the rules."""
        now = self._now()
        held = {id for id, (_, until) in self.held.items() if until > now}
        free = {id for id in self.alive if id not in held and self.delayed.get(id, 0) <= now}
        if not self.fifo:
            return free
        locked = {self.alive[id] for id in held}
        return {id for id in free if self.alive[id] not in locked}

    def _one_of_the_held(self, data: st.DataObject) -> str:
        held = [id for id in self.sent if id in self.held]
        return held[data.draw(st.integers(0, len(held) - 1))]

    @rule(group=st.sampled_from("ABC"), delay=st.sampled_from([0, 0, 0, 20]))
    def send(self, group: str, delay: int) -> None:
        number = len(self.sent)
        extra = {"deduplication_id": str(number)} if self.fifo else {}
        before = self.told
        stored = self.store.send(Outgoing(str(number), group=group, delay_seconds=0 if self.fifo else delay, **extra))
        self.sent.append(stored.id)
        self.alive[stored.id] = group
        if delay and not self.fifo:
            self.delayed[stored.id] = self._now() + delay
        else:
            assert self.told > before

    @rule(limit=st.integers(1, 10), timeout=st.sampled_from([None, 5, 60]))
    def receive(self, limit: int, timeout: int | None) -> None:
        expected = self._expected()
        assert self.store.receivable() is bool(expected)
        got = self.store.receive(limit, timeout)
        assert {one.id for one in got} <= expected
        assert len(got) == min(limit, len(expected))
        if self.fifo:
            for group in "ABC":
                waiting = [id for id in self.sent if id in expected and self.alive[id] == group]
                mine = [one.id for one in got if self.alive[one.id] == group]
                assert mine == waiting[: len(mine)]
        for one in got:
            self.receives[one.id] += 1
            assert one.attributes["ApproximateReceiveCount"] == str(self.receives[one.id])
            self.held[one.id] = one, self._now() + (VISIBILITY if timeout is None else timeout)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        id = self._one_of_the_held(data)
        message, until = self.held[id]
        if self.fifo and until <= self._now():
            with pytest.raises(Exception, match="expired"):
                self.store.delete(message.receipt_handle)
            return
        self.store.delete(message.receipt_handle)
        del self.held[id], self.alive[id]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), seconds=st.sampled_from([0, 10, 100]))
    def change_visibility(self, data: st.DataObject, seconds: int) -> None:
        id = self._one_of_the_held(data)
        message, until = self.held[id]
        if until <= self._now():
            with pytest.raises(Exception, match="expired|not available"):
                self.store.change_visibility(message.receipt_handle, seconds)
            return
        before = self.told
        self.store.change_visibility(message.receipt_handle, seconds)
        self.held[id] = message, self._now() + seconds
        assert seconds or self.told > before

    @rule(seconds=st.sampled_from([1, 10, 31]))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def counts_are_right(self) -> None:
        now, counts = self._now(), self.store.counts()
        in_flight = sum(until > now for _, until in self.held.values())
        delayed = sum(self.delayed.get(id, 0) > now for id in self.alive)
        assert (counts.in_flight, counts.delayed) == (in_flight, delayed)
        assert counts.visible == len(self.alive) - in_flight - delayed

    def teardown(self) -> None:
        self.clock.advance(1_000)
        rest: list[Message] = []
        while got := self.store.receive(1_000, 500):
            rest += got
        assert Counter(one.id for one in rest) == Counter(self.alive.keys())
        if self.fifo:
            for group in "ABC":
                mine = [one.id for one in rest if self.alive[one.id] == group]
                assert mine == [id for id in self.sent if id in mine]


class _FifoMachine(_Machine):
    name = "orders.fifo"


_SETTINGS = settings(max_examples=60, stateful_step_count=40)

TestStandardQueue = _Machine.TestCase
TestStandardQueue.settings = _SETTINGS
TestFifoQueue = _FifoMachine.TestCase
TestFifoQueue.settings = _SETTINGS
