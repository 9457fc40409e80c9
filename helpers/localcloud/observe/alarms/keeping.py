"""The alarms of one server: when each is looked at, and what a change of state leads to.

Nothing polls. Data that comes makes an appointment for the end of its period, and an evaluation makes the next one for the moment at which its answer may change; all
alarms of an account share one appointment. An alarm whose metric is silent costs nothing.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace

from helpers.localcloud.context import CloudContext
from helpers.localcloud.observe.alarms import composites, messages
from helpers.localcloud.observe.alarms.actions import act, act_again, tell_bus
from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.evaluation import evaluate
from helpers.localcloud.observe.alarms.missing_data import evaluation_range
from helpers.localcloud.observe.alarms.readings import read
from helpers.localcloud.observe.alarms.states import Alarm, Transition
from helpers.localcloud.observe.alarms.suppression import Held, hold, shown, suppressor_moved
from helpers.localcloud.observe.alarms.windows import boundary_after, next_change
from helpers.localcloud.observe.metrics.store import MetricKey, store_of
from helpers.localcloud.schedule import Alarm as Timer

_log = logging.getLogger(__name__)
_MADE_UP_SECONDS = 86_400
_Due = dict[tuple[str, str], float]  # when, by Region and name


class AlarmPlane:
    """Evaluates the alarms of all accounts of a server."""

    def __init__(self, context: CloudContext) -> None:
        self.clock = context.clock
        self._schedule = context.schedule
        self._work = context.work
        self._books: dict[tuple[str, str], Book] = {}
        self._due: dict[str, _Due] = {}
        self._timers: dict[str, Timer] = {}
        self._held: dict[tuple[str, str, str], Held] = {}
        self._lock = threading.Lock()

    def book(self, account: str, region: str) -> Book:
        """The alarms of an account in a Region, which from now on hear of its metrics."""
        with self._lock:
            book = self._books.get((account, region))
            if book is None:
                book = self._books[account, region] = Book(account, region)
                store_of(account, region).listeners.append(lambda key, moment: self._heard(book, key, moment))
            return book

    def forget(self, account: str) -> None:
        """Drop the alarms of an account that is being emptied."""
        with self._lock:
            for key in [key for key in self._books if key[0] == account]:
                del self._books[key]
            for one in [one for one in self._held if one[0] == account]:
                del self._held[one]
            self._due.pop(account, None)
            if timer := self._timers.pop(account, None):
                timer.stop()

    def wake(self, book: Book, name: str, moment: float) -> None:
        """Look at an alarm at ``moment`` (seconds since 1970) at the latest."""
        with self._lock:
            if self._books.get((book.account, book.region)) is not book:
                return
            due = self._due.setdefault(book.account, {})
            known = due.get((book.region, name))
            if known is not None and known <= moment:
                return
            due[book.region, name] = moment
            self._timer(book.account).by(moment)

    def configured(self, book: Book, alarm: Alarm, created: bool) -> None:
        """Let an alarm that was put begin: a metric alarm at the end of this minute, a composite one at once."""
        now = self.clock.timestamp()
        if not created:
            self._held.pop((book.account, book.region, alarm.name), None)
        if alarm.kind == "CompositeAlarm":
            alarm.extra["cause"] = "created" if created else "updated"
            self.wake(book, alarm.name, now)
        else:
            self.wake(book, alarm.name, boundary_after(now, book.criteria(alarm.name).cadence))

    def moved(self, book: Book, alarm: Alarm, transition: Transition) -> None:
        """Let a change of state have its consequences: events, actions, and the composite alarms that depend on it. Call it without any lock."""
        with self._work.unit():
            todo: deque[tuple[Alarm, Transition, tuple[str, ...]]] = deque([(alarm, transition, (alarm.name,))])
            while todo:
                alarm, transition, path = todo.popleft()
                self._follow(book, alarm, transition)
                for parent in book.parents(alarm.name):
                    if parent.name in path:
                        continue  # AWS stops evaluating where composite alarms form a circle.
                    step = composites.evaluate_after_child(book, parent, alarm, self.clock.timestamp())
                    if step is not None:
                        todo.append((parent, step, (*path, parent.name)))

    def held(self, book: Book, name: str) -> Held | None:
        """The actions of a composite alarm that are held back."""
        return self._held.get((book.account, book.region, name))

    def _timer(self, account: str) -> Timer:
        timer = self._timers.get(account)
        if timer is None:
            timer = self._timers[account] = Timer(self._schedule, account, self._lock, lambda: self._ring(account))
        return timer

    def _heard(self, book: Book, key: MetricKey, moment: float) -> None:
        """A metric got data: look at its alarms when the period of the data has ended."""
        for name in book.watchers.get(key, ()):
            try:
                cadence = book.criteria(name).cadence
            except KeyError:
                continue  # deleted meanwhile
            self.wake(book, name, boundary_after(max(moment, self.clock.timestamp()), cadence))

    def _ring(self, account: str) -> None:
        while True:
            now = self.clock.timestamp()
            with self._lock:
                due = self._due.get(account, {})
                ready = sorted((moment, key) for key, moment in due.items() if moment <= now)
                for _, key in ready:
                    del due[key]
                if not ready:
                    if due:
                        self._timer(account).by(min(due.values()))
                    return
            for moment, (region, name) in ready:
                try:
                    self._look(account, region, name, moment)
                except Exception:
                    # The others are due as well.
                    _log.exception("the alarm %s of account %s could not be evaluated", name, account)

    def _look(self, account: str, region: str, name: str, at: float) -> None:
        book = self._books.get((account, region))
        alarm = book.alarms.get(name) if book else None
        if book is None or alarm is None:
            return
        if alarm.kind == "MetricAlarm":
            self._evaluate(book, alarm, at)
            return
        self._release(book, alarm)
        if (cause := alarm.extra.pop("cause", None)) is not None:
            transition = composites.evaluate_itself(book, alarm, cause, self.clock.timestamp())
            if transition is not None:
                self.moved(book, alarm, transition)

    def _evaluate(self, book: Book, alarm: Alarm, at: float) -> None:
        with book.lock:
            if book.alarms.get(alarm.name) is not alarm:
                return
            criteria = book.criteria(alarm.name)
        reading = read(alarm, criteria, at)
        transition = None
        with book.lock:
            if book.alarms.get(alarm.name) is not alarm:
                return
            alarm.extra["failure"] = reading.failure
            outcome = evaluate(criteria, reading.points, alarm.state.value, at)
            if outcome is not None:
                now = self.clock.timestamp()
                transition = book.change(alarm, outcome.state, outcome.reason, outcome.reason_data, now)
        periods = evaluation_range(criteria.periods)
        again = next_change(reading.buckets, reading.width, at, criteria.period, periods, criteria.cadence)
        if reading.restless:
            # After a long jump not every minute of it is made up for.
            again = boundary_after(max(at, self.clock.timestamp() - _MADE_UP_SECONDS), criteria.cadence)
        if again is not None:
            self.wake(book, alarm.name, again)
        if transition is not None:
            self.moved(book, alarm, transition)
        elif alarm.state.value == "ALARM":
            act_again(alarm)

    def _follow(self, book: Book, alarm: Alarm, transition: Transition) -> None:
        """Events and actions of one change of state, and what it means to actions that are held back because of it."""
        key = book.account, book.region, alarm.name
        now = self.clock.timestamp()
        held = None
        if alarm.kind == "CompositeAlarm" and alarm.config.get("ActionsSuppressor"):
            suppressor = book.find(alarm.config["ActionsSuppressor"])
            fires = suppressor is not None and suppressor.state.value == "ALARM"
            held = hold(alarm, fires, transition, self._held.get(key), now)
            self._hold(book, alarm, held)
        seen = replace(alarm, state=transition.after, extra={"suppressed": shown(held)})
        tell_bus(seen, "CloudWatch Alarm State Change", messages.state_change(seen, transition))
        if held is not None:
            book.history.suppressed(alarm, held.by, transition)
        elif alarm.actions_enabled:
            act(seen, transition, book.history)
        for composite in book.suppressed_by(alarm.name):
            self._suppressor_moved(book, composite, transition.after.value == "ALARM", now)

    def _hold(self, book: Book, alarm: Alarm, held: Held | None) -> None:
        key = book.account, book.region, alarm.name
        if held is None:
            self._held.pop(key, None)
            return
        self._held[key] = held
        if held.until is not None:
            self.wake(book, alarm.name, held.until)

    def _suppressor_moved(self, book: Book, composite: Alarm, fires: bool, now: float) -> None:
        held = self.held(book, composite.name)
        if held is None:
            return
        after = suppressor_moved(composite, fires, held, now)
        self._hold(book, composite, after)
        if after is None:
            self._act_late(book, composite, held)
        elif after.by != held.by:
            book.history.suppressed(composite, after.by, replace(held.transition, at=now))

    def _release(self, book: Book, alarm: Alarm) -> None:
        """Carry out held actions whose period has ended."""
        held = self.held(book, alarm.name)
        if held is None or held.until is None:
            return
        if held.until > self.clock.timestamp():
            self.wake(book, alarm.name, held.until)
            return
        self._hold(book, alarm, None)
        self._act_late(book, alarm, held)

    def _act_late(self, book: Book, alarm: Alarm, held: Held) -> None:
        if alarm.actions_enabled:
            with self._work.unit():
                act(alarm, replace(held.transition, at=self.clock.timestamp()), book.history)
