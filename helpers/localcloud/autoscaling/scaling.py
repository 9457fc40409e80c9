"""Carrying out: what an alarm, or a change of a target's bounds, leads to.

Nothing polls: CloudWatch looks at an alarm when data came, and tells of one that still fires. Without data nothing scales, neither out nor in, as on AWS.
"""

from __future__ import annotations

import functools
import threading

from helpers.localcloud.autoscaling import alarms
from helpers.localcloud.autoscaling.book import Activity, Book, Policy, Target
from helpers.localcloud.autoscaling.dimensions import Unscalable
from helpers.localcloud.autoscaling.tables import table_of
from helpers.localcloud.autoscaling.tracking import IN_MINUTES, MINUTE, held_back
from helpers.localcloud.context import CloudContext
from helpers.localcloud.observe.alarms.states import Alarm
from helpers.localcloud.observe.metrics.queries import statistic


class ScalingPlane:
    """Scales the targets of all accounts of a server."""

    def __init__(self, context: CloudContext) -> None:
        self.clock = context.clock
        self._schedule = context.schedule
        self._books: dict[tuple[str, str], Book] = {}
        self._lock = threading.Lock()

    def book(self, account: str, region: str) -> Book:
        """What an account has in a Region."""
        with self._lock:
            return self._books.setdefault((account, region), Book(account, region))

    def forget(self, account: str) -> None:
        """Drop what an account has that is being emptied."""
        with self._lock:
            for key in [key for key in self._books if key[0] == account]:
                del self._books[key]

    def triggered(self, alarm: Alarm, action: str) -> str | None:
        """An alarm fires, or still does: scale as its policy says. Returns what was wrong, if anything was."""
        book = self.book(alarm.account, alarm.region)
        policy = book.policy_of_action(action)
        target = book.targets.get(policy.key) if policy else None
        if policy is None or target is None:
            return "The scaling policy of this action does not exist"
        if alarm.name in policy.alarms[:2]:
            self._track(book, target, policy, alarm, out=alarm.name == policy.alarms[alarms.HIGH])
        return None

    def keep_bounds(self, book: Book, target: Target) -> None:
        """Bring the capacity of a target within its bounds."""
        try:
            current = target.dimension.capacity(book.account, book.region, target.resource_id)
        except Unscalable:
            return
        if current < target.least:
            self._set(book, target, target.least, f"minimum capacity was set to {target.least}")
        elif current > target.most:
            self._set(book, target, target.most, f"maximum capacity was set to {target.most}")

    def table_changed(self, account: str, region: str, table: str) -> None:
        """The capacity of a table is another: its alarms follow, outside of the turn of whoever changed it."""
        book = self._books.get((account, region))
        if book is None or not any(table_of(key[0]) == table for key in book.targets):
            return
        self._schedule.after(0, account, functools.partial(self._follow, book, table))

    def _follow(self, book: Book, table: str) -> None:
        for policy in list(book.policies.values()):
            target = book.targets.get(policy.key)
            if target is not None and table_of(target.resource_id) == table:
                alarms.put(book, target, policy)

    def _track(self, book: Book, target: Target, policy: Policy, alarm: Alarm, *, out: bool) -> None:
        switch = "DynamicScalingOutSuspended" if out else "DynamicScalingInSuspended"
        if (
            target.pending is not None
            or target.suspended.get(switch)
            or (not out and policy.configuration.get("DisableScaleIn"))
        ):
            return
        now = self.clock.timestamp()
        end = now // MINUTE * MINUTE
        minutes = 1 if out else IN_MINUTES
        metric = target.dimension.metric(target.resource_id)
        values = statistic(
            book.account, book.region, metric, target.dimension.statistic, MINUTE, end - minutes * MINUTE, end
        )
        if end - MINUTE not in values:
            return
        try:
            current = target.dimension.capacity(book.account, book.region, target.resource_id)
        except Unscalable:
            return
        aim = target.dimension.wanted(list(values.values()), current, policy.target)
        capacity = min(max(aim, target.least), target.most)
        if (capacity <= current if out else capacity >= current) or held_back(
            now, current, capacity, target.last, policy.cooldowns
        ):
            return
        cause = f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.name}"
        self._set(book, target, capacity, cause)

    def _set(self, book: Book, target: Target, capacity: int, cause: str) -> None:
        now = self.clock.timestamp()
        noun = target.dimension.noun
        activity = Activity(
            target.resource_id, target.dimension.name, f"Setting {noun} to {capacity}.", cause, began=now
        )
        book.activities.appendleft(activity)
        try:
            current = target.dimension.capacity(book.account, book.region, target.resource_id)
            target.dimension.set(book.account, book.region, target.resource_id, capacity)
        except Unscalable as refusal:
            activity.status, activity.ended = "Failed", now
            activity.message = f"Failed to set {noun} to {capacity}. Reason: {refusal}"
            return
        target.pending = capacity
        activity.message = (
            f"Successfully set {noun} to {capacity}. Waiting for change to be fulfilled by {target.dimension.service}."
        )
        done = functools.partial(self._done, target, activity, capacity, capacity - current)
        self._schedule.after(target.dimension.seconds, book.account, done)

    def _done(self, target: Target, activity: Activity, capacity: int, step: int) -> None:
        now = self.clock.timestamp()
        target.pending = None
        if step > 0:
            target.last.out, target.last.step = now, step
        else:
            target.last.in_ = now
        activity.status, activity.ended = "Successful", now
        noun = target.dimension.noun
        activity.message = (
            f"Successfully set {noun} to {capacity}. Change successfully fulfilled by {target.dimension.service}."
        )
