"""Appointments in virtual time: what has to happen later, whether later comes by itself or by ``clock.advance``."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from helpers.localcloud.clock import VirtualClock

_log = logging.getLogger(__name__)


@dataclass(order=True)
class Appointment:
    """One action at one moment (seconds since 1970). ``cancelled`` ones are passed over."""

    moment: float
    number: int
    account: str = field(compare=False)
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Let the moment pass without the action."""
        self.cancelled = True


class Schedule:
    """The appointments of one server, kept by one thread that sleeps until the next of them.

    Actions run one at a time, in the order of their moments: they must be short and hand real work on to workers of their own, counted by ``Work``.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._waiting: list[Appointment] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._turn = threading.RLock()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def at(self, moment: float, account: str, action: Callable[[], None]) -> Appointment:
        """Run ``action`` when virtual time reaches ``moment``; one in the past runs at once."""
        with self._lock:
            appointment = Appointment(moment, next(self._numbers), account, action)
            if self._closed:
                return appointment
            heapq.heappush(self._waiting, appointment)
            first = self._waiting[0] is appointment
            if first:
                self._changed.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="schedule", daemon=True)
                self._thread.start()
        if first:
            self._clock.wake()
        return appointment

    def after(self, seconds: float, account: str, action: Callable[[], None]) -> Appointment:
        """Run ``action`` when ``seconds`` of virtual time have passed."""
        return self.at(self._clock.timestamp() + seconds, account, action)

    def forget(self, account: str) -> None:
        """Drop the appointments of an account that is being emptied."""
        with self._lock:
            self._waiting = [one for one in self._waiting if one.account != account and not one.cancelled]
            heapq.heapify(self._waiting)

    def next_moment(self) -> float | None:
        """When the next appointment is, in seconds since 1970; nothing when there is none."""
        with self._lock:
            while self._waiting and self._waiting[0].cancelled:
                heapq.heappop(self._waiting)
            return self._waiting[0].moment if self._waiting else None

    def run_due(self) -> None:
        """Run what is due now, and wait for what another thread is just running."""
        with self._turn:
            self._run_due()

    def close(self) -> None:
        """Drop all appointments and take no more."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        self._changed.set()
        self._clock.wake()

    def _keep(self) -> None:
        while not self._closed:
            with self._lock:
                self._changed.clear()
                due = self._waiting[0].moment if self._waiting else None
            if due is None:
                self._changed.wait()
            elif self._clock.wait_until(due, self._changed):
                self.run_due()

    def _run_due(self) -> None:
        now = self._clock.timestamp()
        while True:
            with self._lock:
                if not self._waiting or self._waiting[0].moment > now:
                    return
                appointment = heapq.heappop(self._waiting)
            if appointment.cancelled:
                continue
            try:
                appointment.action()
            except Exception:
                _log.exception("an appointment of account %s failed", appointment.account)


class Alarm:
    """One appointment of something that always knows when it has to wake next.

    lock: of its owner, who holds it when it calls ``by`` and ``stop``; ``action`` runs without it.
    """

    def __init__(
        self, schedule: Schedule, account: str, lock: AbstractContextManager[object], action: Callable[[], None]
    ) -> None:
        self._schedule = schedule
        self._account = account
        self._lock = lock
        self._action = action
        self._next: Appointment | None = None

    def by(self, moment: float) -> None:
        """Wake at ``moment`` (seconds since 1970) at the latest."""
        if self._next and not self._next.cancelled:
            if self._next.moment <= moment:
                return
            self._next.cancel()
        self._next = self._schedule.at(moment, self._account, self._ring)

    def stop(self) -> None:
        """Do not wake."""
        if self._next:
            self._next.cancel()

    def _ring(self) -> None:
        with self._lock:
            self._next = None
        self._action()
